"""What the people's pages ask FastAPI for: one visit, with all that a page is made from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated, Any, Final, cast

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.cases.deps import CurrentBooks
from app.cases.service import CodeBook
from app.cases.terms import Books
from app.db.engine import Database
from app.db.work import Work, in_work
from app.directory.snapshot import Tenant
from app.filling import maps
from app.identity.deps import CurrentKeyring
from app.identity.domain import Keyring
from app.identity.errors import CitizenNeeded
from app.identity.terms import Actor, ActorKind, SignedIn
from app.kit.clock import Clock
from app.kit.ids import CitizenId, TenantId
from app.kit.problems import Problem, Unavailable
from app.kit.text import Lang, Text
from app.papers.errors import DeskBusy
from app.portal import passport, returning
from app.reports.errors import ReportNotFound
from app.settings import Settings
from app.web.budgets import ReadTooMuch
from app.web.pages import CurrentPageLang, PageRoute, Pages, Site, posted_form
from app.web.problems import name_problem
from app.web.robots import is_shown
from app.web.state import CurrentClock, CurrentDatabase
from app.web.tenancy import CurrentTenant, HostTenant

PAGES: Final = Pages("app.portal", "app.filling")


class PortalRoute(PageRoute):
    """A route of this door."""

    pages = PAGES

    def told(self, problem: Problem) -> Text:
        """The words of this door."""
        return said(problem)

    async def refusal(self, request: Request, problem: Problem) -> Response:
        """The page that tells of `problem`; whoever has to sign in is led to where one can."""
        if isinstance(problem, CitizenNeeded):
            name_problem(request, problem)
            typed = request.headers.get("content-type", "").startswith(_TYPED)
            if typed and request.method == "POST" and request.url.path.startswith(_WRITTEN_AT):
                return await self._kept(request)
            return RedirectResponse(returning.sign_in_address(request), status_code=303)
        return await super().refusal(request, problem)

    async def _kept(self, request: Request) -> Response:
        """A page that holds what was filled in when the session had ended meanwhile: a form takes long to fill in."""
        form = await posted_form(request)
        return PAGES.answer(
            request,
            "signed_out.html",
            status=CitizenNeeded.status,
            fields=form.pairs(),
            action=request.url.path,
            sign_in=returning.sign_in_address(request),
        )


_WRITTEN_AT, _TYPED = "/apply/", "application/x-www-form-urlencoded"  # files could not be kept on a page
_BUSY: Final = Text(
    "Hệ thống đang tạm bận. Hãy thử lại sau ít giây; gửi lại không tạo thành hai phản ánh.",
    "The system is busy for a moment. Try again in a few seconds; sending again does not make two reports.",
)


_TOO_OFTEN: Final = Text(
    "Từ mạng bạn đang dùng có rất nhiều trang được mở hoặc gửi đi trong một phút. Hãy chờ {seconds} giây rồi thử lại; "
    "nếu đang điền dở, bấm nút quay lại của trình duyệt, những gì đã điền vẫn còn.",
    "Very many pages were opened or sent from the network you use within a minute. Wait {seconds} s and try again; if "
    "you were filling a form in, use the browser's back button, what you typed is still there.",
)
_NOT_PUBLIC: Final = Text(
    "Không có phản ánh công khai với mã này. Hãy kiểm tra lại mã. Nếu là phản ánh của bạn, hãy mở bằng mã theo dõi bạn "
    "nhận được khi gửi.",
    "There is no public report with this code. Please check it. If it is yours, open it with the tracking secret you "
    "were given.",
)


def said(problem: Problem) -> Text:
    """What a person is told of it: the API's words, but for those that speak of its headers."""
    match problem:
        case DeskBusy():
            return problem.detail
        case Unavailable():
            return _BUSY
        case ReadTooMuch():
            return _TOO_OFTEN.fill(seconds=problem.extensions["retry_after_s"])
        case ReportNotFound():
            return _NOT_PUBLIC
        case _:
            return problem.detail


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's request to one province; a report is owned by an account, or by its tracking secret."""

    request: Request
    tenant: Tenant
    host_tenant: TenantId | None
    lang: Lang
    books: Books
    database: Database
    clock: Clock
    keys: Keyring
    signed_in: SignedIn | None

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    @property
    def actor(self) -> Actor:
        """Whoever it is."""
        if self.signed_in is not None:
            return replace(self.signed_in.actor, tenant_id=self.tenant.id)
        return Actor(ActorKind.ANONYMOUS, self.tenant.id)

    @property
    def citizen(self) -> CitizenId | None:
        """Account of whoever is signed in."""
        return self.signed_in.actor.citizen_id if self.signed_in is not None else None

    @property
    def owner(self) -> str:
        """What a device tells by whose a report is that it keeps: says nothing of the account; empty for nobody."""
        return blake2b(self.citizen.bytes, digest_size=8, person=b"kept").hexdigest() if self.citizen else ""

    @property
    def codes(self) -> CodeBook:
        """The process's codes."""
        return cast("CodeBook", self.request.app.state.codes)

    @property
    def settings(self) -> Settings:
        """The process's settings."""
        return cast("Settings", self.request.app.state.settings)

    @property
    def host(self) -> str:
        """How people reach the province's pages, without a slash at the end."""
        public = self.settings.public_url or str(self.request.base_url)
        return self.books.directory.pages_of(self.tenant.id, public, self.request.headers.get("host", ""))

    @property
    def most_bytes(self) -> int:
        """How large the files of a report may be, together."""
        return self.settings.upload_max_bytes

    def at(self, code: str) -> Visit:
        """The same visit in the province whose code this is, when that is another one."""
        found = self.books.directory.tenant_of_code(code)
        if found is None or found == self.tenant.id or self.host_tenant is not None:
            return self
        return replace(self, tenant=self.books.directory.tenant(found))

    def map_values(self) -> dict[str, Any]:
        """Values and headers of a page with the map."""
        return maps.values(self.books.directory, self.tenant, self.settings, "/map/places.geojson")

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page of this door, with what `Pages.answer` takes."""
        name = self.tenant.name if self.lang is Lang.VI else self.tenant.name_en
        site = Site(name, self.tenant.time_zone)
        values.setdefault("installable", self.settings.offline_pages)
        values.setdefault("owner", self.owner)
        if status == HTTPStatus.OK and is_shown(self.request.url.path):
            values.setdefault("canonical", self.request.url.path)
            values["host"] = self.host
        return PAGES.answer(self.request, template, site=site, status=status, **values)


async def visit(
    request: Request,
    tenant: CurrentTenant,
    host_tenant: HostTenant,
    lang: CurrentPageLang,
    books: CurrentBooks,
    database: CurrentDatabase,
    clock: CurrentClock,
    keys: CurrentKeyring,
) -> Visit:
    """The visit, in the province of the host, else of the code in the address, else the default one."""
    who = await passport.signed_in(request, database, tenant, clock.now())
    return Visit(request, books.directory.tenant(tenant), host_tenant, lang, books, database, clock, keys, who)


CurrentVisit = Annotated[Visit, Depends(visit)]


@dataclass(frozen=True, slots=True)
class Account:
    """The visit of somebody who is signed in."""

    visit: Visit
    citizen: CitizenId

    async def do(self, verb: Callable[[Work], Awaitable[None]]) -> None:
        """The verb, in one transaction."""
        await in_work(self.visit.database, self.visit.clock, self.visit.tenant.id, verb)


async def account(current: CurrentVisit) -> Account:
    """The visit of whoever is signed in. Raises: CitizenNeeded."""
    if current.citizen is None:
        raise CitizenNeeded
    return Account(current, current.citizen)


CurrentAccount = Annotated[Account, Depends(account)]
