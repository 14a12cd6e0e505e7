"""What scripts on sites of others may read in a browser: whatever is the same for everybody, never with cookies.

Source: the Fetch standard, section 3.2 (CORS protocol). `*` lets a browser hand over what anybody may have, and forbids
it to send along who its user is; so addresses of accounts and officers are not here, and never may be.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

OPEN311: Final = "/open311/"
_READS: Final = (
    "/api/v1/public/",
    "/api/v1/areas",
    "/api/v1/categories",
    "/openapi.json",
    OPEN311,
)
_ANYBODY: Final = (b"access-control-allow-origin", b"*")
_TOLD: Final = (b"access-control-expose-headers", b"ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id")
_TOLD_TO_SENDERS: Final = (_TOLD[0], _TOLD[1] + b", Tracking-Secret")
_OF_READS: Final = (_ANYBODY, _TOLD)
_OF_OPEN311: Final = (_ANYBODY, _TOLD_TO_SENDERS)
_NOTHING: Final[tuple[tuple[bytes, bytes], ...]] = ()
# Never Authorization: who calls from a page of his own has an api_key of Open311, and no account.
_MAY_BE_SENT: Final = "Accept-Language, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, X-Request-Id"
_A_DAY_S: Final = 86_400


def sharing(path: str) -> tuple[tuple[bytes, bytes], ...]:
    """Headers of an answer at this address that say who may read it; none at most addresses."""
    if not path.startswith(_READS):
        return _NOTHING
    return _OF_OPEN311 if path.startswith(OPEN311) else _OF_READS


def preflight(scope: Scope, headers: Headers) -> Response | None:
    """What a browser is told that asks whether a page may call the address; None where it asks nothing, or may not."""
    path: str = scope["path"]
    if scope["method"] != "OPTIONS" or "access-control-request-method" not in headers or not path.startswith(_READS):
        return None
    methods = "GET, HEAD, POST" if path.startswith(OPEN311) else "GET, HEAD"
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": _MAY_BE_SENT,
            "Access-Control-Max-Age": str(_A_DAY_S),
        },
    )
