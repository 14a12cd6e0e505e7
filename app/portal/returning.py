"""Where somebody wanted to go before being asked to sign in: a page of this door, and nothing else whatever is asked.

The address travels with the forms of signing in, and in a cookie while the person is at the provider; it is looked at
again before anybody is led there, so that nobody's link leads to another site by way of ours.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from app.web.pages import Form, forget_cookie, put_cookie

_ACCOUNT: Final = "/account"
BACK: Final = "/account/oidc"
"""Where people come back to from the provider."""
_NEXT: Final = "next"
_COOKIE: Final = "account-next"
_TEN_MINUTES_S: Final = 600
# Whole segments that begin with a letter or digit: neither `//elsewhere`, nor `/\elsewhere`, nor `..`, nor line ends.
_OURS: Final = re.compile(
    r"/(?:apply|service-requests)(?:/[A-Za-z0-9][A-Za-z0-9.-]{0,60}){0,4}(?:\?[A-Za-z0-9=&_.%+-]{0,200})?"
)
_NO_PAGE: Final = "/deletion"  # only forms go there


def ours(text: str) -> str:
    """The address, when it is one that people may be led back to; else empty."""
    return text if _OURS.fullmatch(text) else ""


def sign_in_address(request: Request) -> str:
    """Where one signs in, with the way back to what was asked for."""
    path, query = request.url.path.removesuffix(_NO_PAGE), request.url.query
    back = ours(f"{path}?{query}" if query and request.method == "GET" else path)
    return f"{_ACCOUNT}?{urlencode({_NEXT: back})}" if back else _ACCOUNT


def wanted(request: Request, form: Form) -> str:
    """Where whoever signs in by this form, at this address or at the provider wants to go; empty: to the account."""
    if request.url.path == BACK:
        return ours(request.cookies.get(_COOKIE, ""))
    return ours(form.text(_NEXT) or request.query_params.get(_NEXT, ""))


def keep(request: Request, answer: Response) -> None:
    """Hold the address's way back while the person is at the provider; what was held before is of no account."""
    if back := ours(request.query_params.get(_NEXT, "")):
        put_cookie(request, answer, _COOKIE, back, path=_ACCOUNT, max_age_s=_TEN_MINUTES_S)
    else:
        forget(request, answer)


def forget(request: Request, answer: Response) -> None:
    """Nothing is held."""
    forget_cookie(request, answer, _COOKIE, path=_ACCOUNT)


def applied_for(back: str) -> str:
    """Code of the procedure whose empty form is at the address; empty for anything else."""
    found = re.fullmatch(r"/apply/([0-9.]{1,20})(?:\?.*)?", back)
    return found[1] if found else ""
