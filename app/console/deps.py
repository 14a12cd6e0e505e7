"""What the officers' pages ask FastAPI for: the desk of whoever is signed in, and forms that came from it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final, TypeAlias, cast
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.cases.deps import CurrentBooks
from app.cases.policies import PERMITS
from app.cases.service import scope_of
from app.cases.terms import Books, Scope, Verb
from app.db.engine import Database
from app.directory.snapshot import Tenant
from app.filling import maps
from app.identity import service as identity_service
from app.identity.deps import guarded_roles
from app.identity.domain import Keyring, parse_token
from app.identity.errors import InvalidAccount, SecondFactorDemanded, SessionExpired, SignInNeeded
from app.identity.policies import may_act_as
from app.identity.terms import Actor, Role, SignedIn, StaffToken
from app.kit import signing
from app.kit.clock import Clock, zone
from app.kit.ids import UnitId
from app.kit.problems import NotFound, Problem, Unauthenticated
from app.kit.text import Lang, Text
from app.payments import service as payments_service
from app.settings import Settings
from app.web.pages import (
    CurrentForm,
    CurrentPageLang,
    ForeignForm,
    Form,
    PageRoute,
    Pages,
    Site,
    UnreadableForm,
    posted_form,
    typed_day,
)
from app.web.state import CurrentClock, CurrentDatabase
from app.web.tenancy import HostTenant

PAGES: Final = Pages("app.console", "app.filling")
COOKIE: Final = "staff"
PATH: Final = "/console"
_OPEN: Final = (f"{PATH}/account", f"{PATH}/sign-out")  # also to whoever has to set a second step up first
_DIFFERENT: Final = Text("Hai lần nhập chưa giống nhau.", "The two are not the same.")
MOST_AT_ONCE: Final = 100
PLACE: Final = ("view", "category", "unit", "state", "officer")  # what a page of the queue is narrowed to
_RELEASERS: Final = PERMITS[Verb.TRIAGE].own | PERMITS[Verb.TRIAGE].above
_WORDS: Final = ("answer", "question", "text", "comment", "public_text", "mask")  # what takes an officer time to write


class ConsoleRoute(PageRoute):
    """A route of this door. Whoever has to sign in is asked to, and then led to where he wanted to go.

    What was typed for a case that has meanwhile gone to another unit is given back.
    """

    pages = PAGES

    async def refusal(self, request: Request, problem: Problem) -> Response:
        """The page that tells of `problem`; a form sent after the session's end is answered with one, not led away."""
        if isinstance(problem, Unauthenticated) and request.method == "GET":
            wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"{PATH}/sign-in?" + urlencode({"next": wanted}), status_code=303)
        if isinstance(problem, SecondFactorDemanded) and request.method == "GET":
            return RedirectResponse(f"{PATH}/account", status_code=303)
        if request.method == "POST" and isinstance(problem, Unauthenticated | NotFound):
            typed = await _typed(request)
            return PAGES.answer(request, "problem.html", status=problem.status, problem=problem, typed=typed)
        return await super().refusal(request, problem)


def place_in_queue(text: str) -> dict[str, str]:
    """View, filters and page of the queue an officer came from, as `back` carries them; nothing for what is neither."""
    pairs = dict(parse_qsl(text[:600], max_num_fields=8)) if text.isascii() and text.count("&") < 8 else {}
    return {name: pairs[name] for name in (*PLACE, "cursor") if name in pairs}


def back_to(text: str, **told: str) -> str:
    """Address of the queue where the officer left it, which tells of `told`."""
    asked = urlencode({**told, **place_in_queue(text)})
    return f"{PATH}?{asked}" if asked else PATH


def target_of(ticked: str) -> tuple[str, int] | None:
    """Code and version of a ticked case, as its box says them."""
    code, _, version = ticked.partition("@")
    return (code, int(version)) if version.isascii() and version.isdigit() and len(version) < 10 else None


def ticked_in(form: Form) -> list[tuple[str, int]]:
    """All that are ticked in the form, at most MOST_AT_ONCE."""
    return [target for each in form.many("case")[:MOST_AT_ONCE] if (target := target_of(each)) is not None]


async def _typed(request: Request) -> list[str]:
    """The words in a form that nobody may send any more."""
    try:
        form = await posted_form(request)
    except UnreadableForm:
        return []
    return written_in(form)


def written_in(form: Form) -> list[str]:
    """What somebody took time to write in a form."""
    return [text for name in _WORDS if (text := form.text(name))]


@dataclass(frozen=True, slots=True)
class Desk:
    """One officer's request."""

    request: Request
    signed_in: SignedIn
    csrf: str
    tenant: Tenant
    lang: Lang
    books: Books
    database: Database
    clock: Clock

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    @property
    def settings(self) -> Settings:
        """The process's settings."""
        return cast("Settings", self.request.app.state.settings)

    @property
    def most_bytes(self) -> int:
        """How large a file may be."""
        return self.settings.upload_max_bytes

    def map_values(self) -> dict[str, Any]:
        """Values and headers of a page with the map."""
        return maps.values(self.books.directory, self.tenant, self.settings, f"{PATH}/map/places.geojson")

    @property
    def keys(self) -> Keyring:
        """The process's keys."""
        return cast("Keyring", self.request.app.state.keyring)

    @property
    def actor(self) -> Actor:
        """The officer."""
        return self.signed_in.actor

    @property
    def scope(self) -> Scope:
        """The cases the officer may see."""
        return scope_of(self.actor, self.books.directory)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page of this door."""
        name = self.tenant.name if self.lang is Lang.VI else self.tenant.name_en
        site = Site(name, self.tenant.time_zone)
        return PAGES.answer(
            self.request,
            template,
            site=site,
            status=status,
            officer=self.actor.name,
            csrf=self.csrf,
            units=self._seats(),
            must_enrol=self.signed_in.must_enrol,
            administers=bool(self.actor.units(Role.UNIT_ADMIN, Role.TENANT_ADMIN)),
            may_block=bool(self.actor.units(Role.TENANT_ADMIN)),
            may_audit=bool(self.actor.units(Role.AUDITOR, Role.TENANT_ADMIN)),
            may_settle=bool(payments_service.may_settle(self.actor, self.books.directory)),
            may_release=bool(self.actor.units(*_RELEASERS)),
            **values,
        )

    def unit_name(self, unit_id: UnitId) -> str:
        """What the unit is called in the officer's language."""
        unit = self.books.directory.unit(self.tenant.id, unit_id)
        return Text(unit.name, unit.name_en)(self.lang)

    def _seats(self) -> str:
        """Names of the units the officer belongs to."""
        held = sorted(self.actor.units())
        return ", ".join(map(self.unit_name, held))


async def desk(
    request: Request,
    host_tenant: HostTenant,
    lang: CurrentPageLang,
    books: CurrentBooks,
    database: CurrentDatabase,
    clock: CurrentClock,
) -> Desk:
    """The desk of the officer whose session the cookie names. Raises: SignInNeeded, SessionExpired."""
    text = request.cookies.get(COOKIE, "")
    token = parse_token(text)
    if not isinstance(token, StaffToken):
        raise SignInNeeded
    if host_tenant not in {None, token.tenant_id}:
        raise SessionExpired
    guarded = await guarded_roles(request)
    signed_in = await identity_service.authenticate(database, token.tenant_id, token, now=clock.now(), guarded=guarded)
    if signed_in.must_enrol and not request.url.path.startswith(_OPEN):
        raise SecondFactorDemanded
    request.scope["state"]["tenant"] = token.tenant_id
    tenant = books.directory.tenant(token.tenant_id)
    return Desk(request, signed_in, csrf_token(text), tenant, lang, books, database, clock)


CurrentDesk = Annotated[Desk, Depends(desk)]


async def administrator(desk: CurrentDesk) -> Desk:
    """The desk of one of the province's administrators. Raises: Forbidden."""
    may_act_as(desk.actor, Role.TENANT_ADMIN).require()
    return desk


Administrator: TypeAlias = Annotated[Desk, Depends(administrator)]


def day_begins(typed: str, zone_name: str) -> datetime | None:
    """The first instant of a day as people choose it; None for what is none, or was left empty."""
    day = typed_day(typed)
    return datetime.combine(day, time(), zone(zone_name)) if day is not None else None


def day_ends(typed: str, zone_name: str) -> datetime | None:
    """The first instant after such a day."""
    day = typed_day(typed)
    return datetime.combine(day + timedelta(days=1), time(), zone(zone_name)) if day is not None else None


def csrf_token(session: str) -> str:
    """What a form of this session carries: only its own pages know it.

    It reads otherwise on every page, so that the sizes of packed pages tell nothing of it (the attack called BREACH).
    """
    proof = signing.derive(session.encode(), "console.csrf")
    mask = secrets.token_bytes(len(proof))
    return (mask + _crossed(mask, proof)).hex()


def _proof(token: str) -> bytes:
    """What a token proves, whatever it reads like; empty for what is none."""
    try:
        raw = bytes.fromhex(token)
    except ValueError:
        return b""
    return _crossed(raw[: len(raw) // 2], raw[len(raw) // 2 :])


def _crossed(mask: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(mask, other, strict=False))


async def own_form(desk: CurrentDesk, form: CurrentForm) -> Form:
    """A form of one of this session's own pages. Raises: ForeignForm."""
    if not signing.same(_proof(form.text("csrf")), _proof(desk.csrf)):
        raise ForeignForm
    return form


def check_twice(password: str, again: str) -> None:
    """Nothing when both are the same: nobody sees what was typed. Raises: InvalidAccount."""
    if password != again:
        raise InvalidAccount(errors=[{"pointer": "/again", "detail": _DIFFERENT}])


OwnForm = Annotated[Form, Depends(own_form)]
