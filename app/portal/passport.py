"""Who is signed in on this browser: an access token in a cookie that no script can read."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.citizens.domain import PROOF_LIFETIME
from app.db.engine import Database
from app.identity import service as identity_service
from app.identity.domain import parse_token
from app.identity.errors import SessionExpired
from app.identity.terms import CitizenToken, NewSession, SignedIn
from app.kit.ids import TenantId
from app.web.pages import forget_cookie, put_cookie

LIFETIME: Final = identity_service.PAGE_LIFETIME
_SIGNED_IN = "account"
_HANDLE = "account-handle"
_KNOWN = "known-device"
_PATH = "/account"
_TEN_MINUTES_S = 600


async def signed_in(request: Request, database: Database, tenant_id: TenantId, now: datetime) -> SignedIn | None:
    """The citizen whom the cookie names, None without one, or with one that is worth nothing any more.

    No statement without a cookie, else one.
    """
    token = parse_token(request.cookies.get(_SIGNED_IN, ""))
    if not isinstance(token, CitizenToken):
        return None
    try:
        return await identity_service.authenticate(database, tenant_id, token, now=now)
    except SessionExpired:
        return None


def keep(request: Request, answer: Response, new: NewSession) -> None:
    """Sign this browser in."""
    put_cookie(request, answer, _SIGNED_IN, new.access_token, path="/", max_age_s=int(LIFETIME.total_seconds()))
    forget_cookie(request, answer, _HANDLE, path=_PATH)


def forget(request: Request, answer: Response) -> None:
    """Sign this browser out."""
    forget_cookie(request, answer, _SIGNED_IN, path="/")


def proof_of(request: Request) -> str | None:
    """What this browser was given when it signed in with a phone; it outlives signing out, and tells no number."""
    return request.cookies.get(_KNOWN)


def keep_proof(request: Request, answer: Response, proof: str) -> None:
    """Hold it, for the pages on which people sign in."""
    put_cookie(request, answer, _KNOWN, proof, path=_PATH, max_age_s=int(PROOF_LIFETIME.total_seconds()))


def handle_of(request: Request) -> str:
    """The handle of the signing in at the provider that has begun here; empty when none has."""
    return request.cookies.get(_HANDLE, "")


def keep_handle(request: Request, answer: Response, handle: str) -> None:
    """Hold it until the person is back."""
    put_cookie(request, answer, _HANDLE, handle, path=_PATH, max_age_s=_TEN_MINUTES_S)
