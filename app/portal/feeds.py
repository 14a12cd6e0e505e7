"""A portal as feeds: Atom (RFC 4287, 5005, 6721), JSON Feed 1.1, CSV (RFC 4180), a sitemap. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

import orjson

from app.kit.clock import rfc3339
from app.kit.text import Lang, Text
from app.portal.views import outcome
from app.publication.terms import Told

_ATOM: Final = {"xmlns": "http://www.w3.org/2005/Atom", "xmlns:at": "http://purl.org/atompub/tombstones/1.0"}
_SITEMAP: Final = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLUMNS: Final = (
    *("code", "state", "resolution", "title", "category", "category_name", "unit", "unit_name", "area"),
    *("address", "lat", "lon", "opened_at", "due_at", "overdue", "resolved_at", "updated_at"),
)
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose feed it is: `base` is the portal's page, `own` the feed's address, `naming` makes ids that last."""

    title: Text
    intro: Text
    lang: Lang
    base: str
    own: str
    naming: str
    changed_at: datetime

    def id_of(self, code: str) -> str:
        """The same in every portal and every feed, for ever (RFC 4151)."""
        return f"tag:{self.naming},2026:case/{code}"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, attributes)
    if text is not None:
        element.text = _NO_XML.sub("", text)
    return element


def _bytes(root: ET.Element) -> bytes:
    written: str = ET.tostring(root, encoding="unicode")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{written}".encode()


def _said(case: Mapping[str, Any], lang: Lang) -> str:
    """Where the case stands, in one sentence."""
    standing = outcome(case["state"], case["resolution"])(lang)
    return f"{standing}. {case['responsible_unit']['name']}. {case['area']['name']}."


def _words(case: Mapping[str, Any]) -> str:
    """What was reported, and the answer."""
    return "\n\n".join(part for part in (case["text"], case["answer"]) if part)


def atom(feed: Feed, news: Sequence[Told], more: str | None) -> bytes:
    """Newest change first; what the portal shows no longer is a deleted entry, as RFC 6721 has it."""
    root = ET.Element("feed", {**_ATOM, "xml:lang": feed.lang.value})
    _add(root, "id", f"tag:{feed.naming},2026:{feed.base.rsplit('/', 1)[-1]}")
    _add(root, "title", feed.title(feed.lang))
    _add(root, "subtitle", feed.intro(feed.lang))
    _add(root, "updated", rfc3339(feed.changed_at))
    _add(_add(root, "author"), "name", feed.title(feed.lang))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.own)
    _add(root, "link", rel="alternate", type="text/html", href=feed.base)
    if more:
        _add(root, "link", rel="next", type="application/atom+xml", href=more)
    for one in news:
        if one.body is None:
            _add(root, "at:deleted-entry", ref=feed.id_of(one.code), when=rfc3339(one.updated_at))
        else:
            _entry(root, feed, orjson.loads(one.body))
    return _bytes(root)


def _entry(root: ET.Element, feed: Feed, case: Mapping[str, Any]) -> None:
    entry = _add(root, "entry")
    _add(entry, "id", feed.id_of(case["code"]))
    _add(entry, "title", case["title"])
    _add(entry, "updated", case["updated_at"])
    _add(entry, "published", case["opened_at"])
    _add(entry, "link", rel="alternate", type="text/html", href=f"{feed.base}/cases/{case['code']}")
    _add(entry, "category", term=case["category"]["code"], label=case["category"]["name"][feed.lang.value])
    _add(entry, "summary", _said(case, feed.lang))
    _add(entry, "content", _words(case), type="text")


def json_feed(feed: Feed, news: Sequence[Told], more: str | None) -> bytes:
    """JSON Feed 1.1; what the portal shows no longer is named in an extension, which readers may pass over."""
    shown = [orjson.loads(one.body) for one in news if one.body is not None]
    gone = [{"id": feed.id_of(one.code), "code": one.code, "date": one.updated_at} for one in news if one.body is None]
    told: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title(feed.lang),
        "description": feed.intro(feed.lang),
        "home_page_url": feed.base,
        "feed_url": feed.own,
        "language": feed.lang.value,
        "items": [
            {
                "id": feed.id_of(case["code"]),
                "url": f"{feed.base}/cases/{case['code']}",
                "title": case["title"],
                "summary": _said(case, feed.lang),
                "content_text": _words(case),
                "date_published": case["opened_at"],
                "date_modified": case["updated_at"],
                "tags": [case["category"]["name"][feed.lang.value]],
            }
            for case in shown
        ],
        "_withdrawn": gone,
    }
    if more:
        told["next_url"] = more
    return orjson.dumps(told, option=orjson.OPT_UTC_Z)


def table(lines: Iterable[Mapping[str, Any]], *, marked: bool) -> bytes:
    """Cases as CSV with one line of names; no cell is what a spreadsheet would take for a formula.

    `marked`: it begins with a byte-order mark, without which Excel takes UTF-8 for another encoding.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for line in lines:
        place, category, unit = line["location"] or {}, line["category"], line["responsible_unit"]
        cells = {
            **line,
            "category": category["code"],
            "category_name": category["name"]["vi"],
            "unit": unit["code"],
            "unit_name": unit["name"],
            "area": line["area"]["name"],
            "lat": place.get("lat"),
            "lon": place.get("lon"),
            "overdue": "true" if line["overdue"] else "false",
        }
        writer.writerow([_cell(cells[name]) for name in _COLUMNS])
    return written.getvalue().encode("utf-8-sig" if marked else "utf-8")


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def sitemap(base: str, changed_at: datetime, pages: Iterable[tuple[str, datetime]]) -> bytes:
    """The portal's page and the pages of its cases, with when they changed."""
    root = ET.Element("urlset", dict(_SITEMAP))
    for address, at in ((base, changed_at), *((f"{base}/cases/{code}", at) for code, at in pages)):
        url = _add(root, "url")
        _add(url, "loc", address)
        _add(url, "lastmod", rfc3339(at))
    return _bytes(root)
