"""Officers at the provider that vouches for them: signing in, and giving its identity to the own account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.cases.deps import CurrentBooks
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, desk
from app.directory.snapshot import Directory
from app.identity import service
from app.identity.deps import CurrentKeyring, GuardedRoles
from app.identity.domain import Keyring
from app.identity.errors import SecondFactorNeeded
from app.identity.terms import NewToken
from app.kit.clock import Clock
from app.kit.ids import StaffId, TenantId
from app.kit.problems import Problem
from app.kit.text import Lang
from app.oidc.errors import IdentityRefused, NoProvider
from app.oidc.senders import ProviderClient
from app.web.pages import CurrentPageLang, Form, put_cookie
from app.web.state import CurrentClock, CurrentDatabase, CurrentSettings
from app.web.tenancy import CurrentTenant, HostTenant

from .session import asking, asking_code, begun

router = APIRouter(prefix=PATH, route_class=ConsoleRoute)
BACK = f"{PATH}/oidc"
_HANDLE = "staff-handle"
_LINK = "link"
_TEN_MINUTES_S = 600


@dataclass(frozen=True, slots=True)
class Way:
    """One browser's way to the provider and back."""

    request: Request
    keys: Keyring
    clock: Clock
    lang: Lang
    directory: Directory
    tenant: TenantId
    host_tenant: TenantId | None

    @property
    def provider(self) -> ProviderClient:
        """Who vouches for officers. Raises: NoProvider."""
        found = cast("ProviderClient | None", self.request.app.state.staff_provider)
        if found is None:
            raise NoProvider
        return found

    def refused(self, problem: Problem) -> Response:
        """What was wrong, where one signs in."""
        return asking(self.request, Form(), self.directory, self.tenant, self.host_tenant, problem)

    async def off(self, linking: StaffId | None, tenant: TenantId) -> Response:
        """Off to the provider; the browser keeps what comes back must fit. Raises: NoProvider, ProviderUnreachable."""
        ours = [one for one in self.provider.provider.redirects if urlsplit(one).path == BACK]
        if not ours:
            raise NoProvider
        here = next((one for one in ours if urlsplit(one).netloc == self.request.url.netloc), ours[0])
        sent = await service.begin_at_provider(
            self.keys, self.clock, self.provider, redirect=here, linking=linking, lang=self.lang
        )
        answer = RedirectResponse(sent.address, status_code=303)
        kept = f"{_LINK if linking is not None else tenant}.{sent.handle}"
        put_cookie(self.request, answer, _HANDLE, kept, path=PATH, max_age_s=_TEN_MINUTES_S)
        return answer


async def way(
    request: Request,
    keys: CurrentKeyring,
    clock: CurrentClock,
    lang: CurrentPageLang,
    books: CurrentBooks,
    tenant: CurrentTenant,
    host_tenant: HostTenant,
) -> Way:
    """The way of this request."""
    return Way(request, keys, clock, lang, books.directory, tenant, host_tenant)


CurrentWay = Annotated[Way, Depends(way)]


@router.get("/provider")
async def go_to_provider(way: CurrentWay) -> Response:
    """Off to the provider; `tenant` names the province where the host does not."""
    wanted = way.request.query_params.get("tenant")
    known = [one.id for one in way.directory.tenants if one.active and one.slug == wanted and way.host_tenant is None]
    try:
        return await way.off(None, known[0] if known else way.tenant)
    except Problem as problem:
        return way.refused(problem)


@router.get("/account/provider")
async def go_to_link(way: CurrentWay, desk: CurrentDesk) -> Response:
    """Off to the provider, whose identity is to join the own account. Raises: NoProvider, ProviderUnreachable."""
    return await way.off(desk.actor.staff_id, desk.tenant.id)


@router.get("/oidc")
async def come_back(
    way: CurrentWay,
    books: CurrentBooks,
    database: CurrentDatabase,
    settings: CurrentSettings,
    guarded: GuardedRoles,
) -> Response:
    """The queue, or the code of the second step; or the own account, when an identity was to join it."""
    lifetime = timedelta(hours=settings.session_hours)
    kind, _, handle = way.request.cookies.get(_HANDLE, "").partition(".")
    if kind == _LINK:
        seat = await desk(way.request, way.host_tenant, way.lang, books, database, way.clock)
        return await _linked(way, seat, handle)
    return await _entered(way, database, kind, handle, lifetime, guarded)


async def _linked(way: Way, seat: Desk, handle: str) -> Response:
    """The own account, which has the identity now; not led away with a code in the address when it was refused."""
    try:
        came = _came(way, handle)
        await service.link_identity(seat.database, way.clock, way.keys, way.provider, seat.signed_in, **came)
    except IdentityRefused as problem:
        return way.refused(problem)
    return RedirectResponse(f"{PATH}/account?done=linked", status_code=303)


def _came(way: Way, handle: str) -> dict[str, str]:
    """What the browser came back with. Raises: IdentityRefused when it was cancelled there."""
    asked = way.request.query_params
    if "code" not in asked:
        raise IdentityRefused
    return {"handle": handle, "state": asked.get("state", ""), "code": asked["code"]}


async def _entered(
    way: Way, database: CurrentDatabase, kind: str, handle: str, lifetime: timedelta, guarded: GuardedRoles
) -> Response:
    tenant = TenantId(int(kind)) if kind.isascii() and kind.isdigit() and len(kind) < 10 else way.tenant
    try:
        if way.host_tenant not in {None, tenant} or not way.directory.serves(tenant):
            raise IdentityRefused
        new: NewToken = await service.sign_in_at_provider(
            database,
            way.clock,
            way.keys,
            way.provider,
            tenant,
            **_came(way, handle),
            user_agent=way.request.headers.get("user-agent", ""),
            lifetime=lifetime,
            guarded=guarded,
        )
    except SecondFactorNeeded as needed:
        return asking_code(way.request, Form([("handle", needed.handle)]))
    except Problem as problem:
        return way.refused(problem)
    return begun(way.request, new, PATH, lifetime)
