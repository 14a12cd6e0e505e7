"""This browser as a device, for whoever is not signed in: a token in a cookie that only pages of cases are given."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from app.identity import service as identity_service
from app.identity.domain import parse_token
from app.identity.errors import SessionExpired
from app.identity.terms import CitizenToken
from app.kit.ids import CitizenId
from app.limits import service as limits
from app.limits.deps import asking, limits_key
from app.limits.terms import Limited
from app.web.pages import put_cookie

from .deps import Visit

_COOKIE: Final = "device"
_PATH: Final = "/cases"
_A_YEAR_S: Final = 31_536_000


async def citizen_of(visit: Visit) -> CitizenId | None:
    """The account of whoever is signed in, else that of this device; None when there is neither.

    No statement without the cookie, else one.
    """
    if visit.citizen is not None:
        return visit.citizen
    token = parse_token(visit.request.cookies.get(_COOKIE, ""))
    if not isinstance(token, CitizenToken):
        return None
    try:
        found = await identity_service.authenticate(visit.database, visit.tenant.id, token, now=visit.now)
    except SessionExpired:
        return None
    return found.actor.citizen_id


async def begin(visit: Visit) -> tuple[CitizenId, str]:
    """A new device, and its token. Raises: LimitReached when too many have come from this address."""
    key, whence, now = await limits_key(visit.request), await asking(visit.request), visit.now
    limits.require(await limits.count(visit.database, key, visit.tenant.id, Limited.DEVICES, whence, now=now), now)
    agent = visit.request.headers.get("user-agent", "")
    new = await identity_service.register_device(visit.database, visit.tenant.id, user_agent=agent, now=now)
    citizen = new.signed_in.actor.citizen_id
    assert citizen is not None
    return citizen, new.access_token


def keep(visit: Visit, answer: Response, token: str) -> None:
    """Know this browser again on pages of cases."""
    put_cookie(visit.request, answer, _COOKIE, token, path=_PATH, max_age_s=_A_YEAR_S)
