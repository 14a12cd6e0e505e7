"""Which reports and service requests this browser may follow: codes with secrets, in cookies no script can read."""

from __future__ import annotations

import re
import secrets
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.web.pages import forget_cookie, put_cookie

_SENT = "sent"
_SENT_PATH = "/report"
_HALF_A_YEAR_S = 15_552_000
_QUARTER_OF_AN_HOUR_S = 900
_MOST = 20
_PAIR = re.compile(r"([A-Za-z0-9.-]{1,40}):([A-Z2-7]{8,64})")
_NOT_SECRET = re.compile(r"[^A-Za-z0-9]")


class Shelf(NamedTuple):
    """A cookie and the pages that it is sent to: those alone which show what it opens."""

    cookie: str
    path: str


REPORTS: Final = Shelf("reports", "/follow")
REQUESTS: Final = Shelf("requests", "/service-requests")


def followed(request: Request, shelf: Shelf = REPORTS) -> dict[str, str]:
    """Secrets by code, the newest first; what cannot be read is left out."""
    pairs = request.cookies.get(shelf.cookie, "").split("|")
    shelved = {found[1]: found[2] for pair in pairs[:_MOST] if (found := _PAIR.fullmatch(pair))}
    return _just_laid_down(request, shelf) | shelved


def _just_laid_down(request: Request, shelf: Shelf) -> dict[str, str]:
    """Secrets by code of what was laid down from pages that do not see the shelf."""
    begins = f"{shelf.cookie}-"
    named = ((name.removeprefix(begins), value) for name, value in request.cookies.items() if name.startswith(begins))
    pairs = sorted((f"{code}:{secret}" for code, secret in named), reverse=True)
    return {found[1]: found[2] for pair in pairs[:_MOST] if (found := _PAIR.fullmatch(pair))}


def follow(request: Request, answer: Response, code: str, secret: str, shelf: Shelf = REPORTS) -> None:
    """Let this browser follow it from now on; only the newest are kept. Nothing without a secret."""
    if not secret:
        return
    kept = {code: _plain(secret)} | {other: own for other, own in followed(request, shelf).items() if other != code}
    value = "|".join(f"{other}:{own}" for other, own in list(kept.items())[:_MOST])
    put_cookie(request, answer, shelf.cookie, value, path=shelf.path, max_age_s=_HALF_A_YEAR_S)
    for other in _just_laid_down(request, shelf):
        forget_cookie(request, answer, f"{shelf.cookie}-{other}", path=shelf.path)


def lay_down(request: Request, answer: Response, code: str, secret: str, shelf: Shelf = REPORTS) -> None:
    """The same from a page that the shelf's cookie is not sent to: what lies there already stays."""
    name = f"{shelf.cookie}-{code}"
    put_cookie(request, answer, name, _plain(secret), path=shelf.path, max_age_s=_HALF_A_YEAR_S)


def forget(request: Request, answer: Response) -> None:
    """Nothing of what was followed stays with this browser, nor the secret of what it has just sent."""
    for shelf in (REPORTS, REQUESTS):
        forget_cookie(request, answer, shelf.cookie, path=shelf.path)
    for code in _just_laid_down(request, REPORTS):
        forget_cookie(request, answer, f"{REPORTS.cookie}-{code}", path=REPORTS.path)
    forget_cookie(request, answer, _SENT, path=_SENT_PATH)


def just_sent(request: Request) -> tuple[str, str] | None:
    """Code and secret of the report this browser has just sent, for the page that shows them."""
    found = _PAIR.fullmatch(request.cookies.get(_SENT, ""))
    return (found[1], found[2]) if found else None


def keep_sent(request: Request, answer: Response, code: str, secret: str) -> None:
    """Let the next page show the secret, for a quarter of an hour."""
    value = f"{code}:{_plain(secret)}"
    put_cookie(request, answer, _SENT, value, path=_SENT_PATH, max_age_s=_QUARTER_OF_AN_HOUR_S)


def spoken(secret: str) -> str:
    """The secret in groups of four, as it is read out and written down."""
    plain = _plain(secret)
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def new_key() -> str:
    """A key for one form: sent twice, it acts once."""
    return secrets.token_urlsafe(18)


def _plain(secret: str) -> str:
    return _NOT_SECRET.sub("", secret).upper().translate(str.maketrans("018", "OIB"))
