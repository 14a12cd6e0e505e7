"""Cookies no script can read, sent back to this site only, and over HTTPS only where the site is reached so."""

from __future__ import annotations

from typing import cast

from starlette.requests import HTTPConnection
from starlette.responses import Response

from app.settings import Settings


def _is_secure(connection: HTTPConnection) -> bool:
    settings = cast("Settings | None", getattr(connection.app.state, "settings", None))
    public_url = (settings.public_url if settings else None) or ""
    return connection.url.scheme == "https" or public_url.startswith("https:")


def put_cookie(
    connection: HTTPConnection, answer: Response, name: str, value: str, *, path: str, max_age_s: int | None
) -> None:
    """Leave `value` under `name` with the browser for `path`; until it is closed when `max_age_s` is None."""
    answer.set_cookie(
        name, value, max_age=max_age_s, path=path, secure=_is_secure(connection), httponly=True, samesite="lax"
    )


def forget_cookie(connection: HTTPConnection, answer: Response, name: str, *, path: str) -> None:
    """Take it back."""
    answer.delete_cookie(name, path=path, secure=_is_secure(connection), httponly=True, samesite="lax")
