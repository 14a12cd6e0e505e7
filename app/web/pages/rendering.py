"""Templates filled in and sent: escaped, in the reader's language, under a policy that lets no foreign script run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response

from app.kit.phones import phone_as_written
from app.kit.text import Lang
from app.web.etags import content_tag, is_fresh

from .assets import assets
from .cookies import put_cookie
from .dates import local_moment, named_day, named_end, named_moment, plain_date
from .languages import COOKIE, asked_language, page_language
from .packing import packed, unpacks

_A_YEAR_S = 31_536_000
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src {images}; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def policy(*, images: str = "") -> str:
    """The content security policy of a page; `images`: another origin that its pictures, alone, may come from."""
    return _POLICY.replace("{images}", f"'self' {images}".strip())


_OWN_COPY = "private, no-cache"
_HEADERS = {
    "Content-Security-Policy": policy(),
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self)",
    "Vary": "Cookie, Accept-Language, Accept-Encoding",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Site:
    """Whose pages they are: the province's name, and the zone its clocks show."""

    name: str
    zone_name: str = "Asia/Ho_Chi_Minh"


class Pages:
    """The pages of one door, whose templates lie in its package's `data`; `base.html` and `fields.html` are shared.

    `shared`: other packages whose templates the door uses.
    """

    def __init__(self, package: str, *shared: str) -> None:
        self._packages = (package, *shared, "app.web.pages")

    @cached_property
    def _environment(self) -> Environment:
        loader = ChoiceLoader([PackageLoader(package, "data") for package in self._packages])
        environment = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.globals.update(say=_say, asset=_asset)
        environment.filters.update(moment=_moment, until=_until, day=_day, date=_date, stamp=_stamp, number=_number)
        environment.filters["phone"] = phone_as_written
        return environment

    def answer(
        self,
        connection: HTTPConnection,
        template: str,
        *,
        site: Site | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        kept: bool = False,
        held: bool = False,
        secret: bool = False,
        **values: Any,
    ) -> Response:
        """The page. Nothing of it is stored anywhere unless it may be `kept`: then the browser asks whether it changed.

        A page that is `held` is another one each time it is asked for; the browser's own copy serves whoever goes back
        to it, with what was typed.
        A page with a `secret` in it goes unpacked: sizes of packed answers tell of what stands beside a secret.
        """
        site = site or Site("")
        lang = page_language(connection)
        other = Lang.EN if lang is Lang.VI else Lang.VI
        files = assets()
        content = self._environment.get_template(template).render(
            values,
            lang=lang,
            other_lang=other,
            other_lang_href=_in_other_words(connection, other),
            site=site,
            here=connection.url.path,
            assets=files,
            css=files["site.css"].path,
            js=files["site.js"].path,
            icon=files["icon.svg"].path,
        )
        sent = {**_HEADERS, "Content-Language": lang.value, **(headers or {})}
        if held:
            sent["Cache-Control"] = _OWN_COPY
        answer = _kept(connection, content, status, sent) if kept else HTMLResponse(content, status, sent)
        if not secret and unpacks(connection) and (small := packed(bytes(answer.body))) is not None:
            answer.body = small
            answer.headers.update({"Content-Encoding": "gzip", "Content-Length": str(len(small))})
        if asked_language(connection) is not None:
            put_cookie(connection, answer, COOKIE, lang.value, path="/", max_age_s=_A_YEAR_S)
        return answer


def _kept(connection: HTTPConnection, content: str, status: int, headers: Mapping[str, str]) -> Response:
    """The page with its tag, or only the word that the browser's own copy is still right."""
    tag = f"W/{content_tag(content.encode())}"
    headers = {**headers, "Cache-Control": _OWN_COPY, "ETag": tag}
    if status == HTTPStatus.OK and is_fresh(connection.headers.get("if-none-match"), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return HTMLResponse(content, status, headers)


def _in_other_words(connection: HTTPConnection, lang: Lang) -> str | None:
    """Address of the page in `lang`; None for the answer to a form, which has none that would give it again."""
    if connection.scope.get("method") not in {"GET", "HEAD"}:
        return None
    asked = [(name, value) for name, value in connection.query_params.multi_items() if name != "lang"]
    return "?" + urlencode([*asked, ("lang", lang.value)])


def _asset(name: str) -> str:
    """Address of a file of the pages."""
    return assets()[name].path


@pass_context
def _say(context: Context, vi: str, en: str) -> str:
    """One of the two, by the page's language."""
    return vi if context["lang"] is Lang.VI else en


@pass_context
def _number(context: Context, value: float) -> str:
    """A number as the page's language writes it: `87,5` or `87.5`."""
    written = f"{value:g}"
    return written.replace(".", ",") if context["lang"] is Lang.VI else written


def _local(context: Context, at: datetime | str) -> datetime:
    site = context["site"]
    assert isinstance(site, Site)
    return local_moment(at, site.zone_name)


@pass_context
def _moment(context: Context, at: datetime | str) -> str:
    return named_moment(_local(context, at), context["lang"])


@pass_context
def _until(context: Context, at: datetime | str) -> str:
    return named_end(_local(context, at), context["lang"])


@pass_context
def _day(context: Context, at: datetime | str | date) -> str:
    is_day = isinstance(at, date) and not isinstance(at, datetime)
    return named_day(at if is_day else _local(context, at), context["lang"])  # type: ignore[arg-type]


@pass_context
def _date(context: Context, at: datetime | str) -> str:
    if isinstance(at, str) and len(at) == len("2026-11-28"):  # a day by itself lies in no zone
        return plain_date(date.fromisoformat(at), context["lang"])
    return plain_date(_local(context, at), context["lang"])


@pass_context
def _stamp(context: Context, at: datetime | str) -> str:
    """What a `time` element's `datetime` holds."""
    return _local(context, at).isoformat(timespec="seconds")
