"""A report between two pages: with the person's browser, sealed, at an address of its own, for half an hour.

The server keeps nothing and the address tells nothing, so that going back, reloading and a lost answer show what was
written, from any process. Whoever keeps no cookies, or writes very long, gets the page without an address of its own.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

import orjson
from cryptography.exceptions import InvalidTag
from starlette.requests import Request
from starlette.responses import Response

from app.kit import signing
from app.kit.text import Text
from app.web.pages import Form, forget_cookie, put_cookie

from .deps import Visit

NAME = r"^[0-9a-f]{16}$"
_PAGES = "/report"
_COOKIE = "unsent"
_ABLE = "able"
_KEPT_FOR = timedelta(minutes=30)
_MOST_CHARACTERS = 3000  # many proxies take the head of an answer into one buffer of 4 KiB
_LAID_ASIDE = re.compile(
    r"key|step|portal|category|description|area_code|address|location\.[a-z_]+|reporter\.[a-z]+|answers\..+|media\.[0-9]"
)


@dataclass(frozen=True, slots=True)
class Unsent:
    """What has been written, and what was said against sending it."""

    form: Form
    errors: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))
    message: Text | None = None


def address(key: str) -> str:
    """Address of the report being written under `key`, which cannot be read from it."""
    return f"{_PAGES}/{name_of(key)}"


def is_field(name: str) -> bool:
    """Whether the form has such a field; others are not kept."""
    return _LAID_ASIDE.fullmatch(name) is not None


def keeps_cookies(request: Request) -> bool:
    """Whether the browser gave back what the empty form left with it."""
    return _ABLE in request.cookies


def try_cookies(request: Request, answer: Response) -> None:
    """Leave something that says nothing, to see whether it comes back."""
    put_cookie(request, answer, _ABLE, "1", path=_PAGES, max_age_s=None)


def lay_aside(visit: Visit, answer: Response, unsent: Unsent) -> bool:
    """Whether the browser has it now; not when it keeps no cookies, nor when it is too long for one."""
    if not keeps_cookies(visit.request):
        return False
    key = unsent.form.text("key")
    value = _sealed(visit, name_of(key), unsent)
    if len(value) > _MOST_CHARACTERS:
        return False
    put_cookie(visit.request, answer, _COOKIE, value, path=address(key), max_age_s=int(_KEPT_FOR.total_seconds()))
    return True


def laid_aside(visit: Visit, name: str) -> Unsent | None:
    """What the browser has under this name; None when there is nothing, or nothing that we sealed half an hour ago."""
    value = visit.request.cookies.get(_COOKIE, "")
    try:
        opened = signing.unseal(visit.keys.unsent, base64.urlsafe_b64decode(value), _bound(visit, name))
    except (InvalidTag, ValueError, binascii.Error):
        return None
    body = orjson.loads(zlib.decompress(opened))
    if visit.now.timestamp() - body["at"] > _KEPT_FOR.total_seconds():
        return None
    errors = {where: Text(*said) for where, said in body["errors"].items()}
    return Unsent(Form(body["form"].items()), errors, Text(*body["message"]) if body["message"] else None)


def drop(visit: Visit, answer: Response, key: str) -> None:
    """Take it back from the browser."""
    forget_cookie(visit.request, answer, _COOKIE, path=address(key))


def _sealed(visit: Visit, name: str, unsent: Unsent) -> str:
    form = unsent.form
    body = {
        "at": int(visit.now.timestamp()),
        "form": {field: text for field in form.names() if is_field(field) and (text := form.text(field))},
        "errors": {where: [*said] for where, said in unsent.errors.items()},
        "message": unsent.message and [*unsent.message],
    }
    plain = zlib.compress(orjson.dumps(body), 9)
    return base64.urlsafe_b64encode(signing.seal(visit.keys.unsent, plain, _bound(visit, name))).decode()


def _bound(visit: Visit, name: str) -> bytes:
    return f"{visit.tenant.id}:{name}".encode()


def name_of(key: str) -> str:
    """Name of the report being written under `key`, as its address has it."""
    return signing.token_hash(key).hex()[:16]
