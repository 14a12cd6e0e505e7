"""Public cases as Atom (RFC 4287, 5005, 6721) and CSV (RFC 4180): of the whole province, and of one unit's portal."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

from app.kit.clock import rfc3339
from app.kit.text import Lang, Text
from app.publication.terms import outcome

ATOM: Final = "application/atom+xml"
CSV: Final = "text/csv; charset=utf-8; header=present"
_ATOM: Final = {"xmlns": "http://www.w3.org/2005/Atom", "xmlns:at": "http://purl.org/atompub/tombstones/1.0"}
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLUMNS: Final = (
    *("code", "state", "resolution", "title", "category", "category_name", "unit", "unit_name", "area"),
    *("address", "lat", "lon", "opened_at", "due_at", "overdue", "resolved_at", "updated_at", "withdrawn"),
)
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_GONE: Final = dict.fromkeys(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose feed it is.

    `name` tells it from the others of the province, `page` shows the same to people, cases are at `base`/cases/{code},
    `own` is the feed's address, `naming` makes ids that last.
    """

    name: str
    title: Text
    intro: Text
    lang: Lang
    page: str
    base: str
    own: str
    naming: str
    changed_at: datetime

    def id_of(self, code: str) -> str:
        """The same in every portal and every feed, for ever (RFC 4151)."""
        return f"tag:{self.naming},2026:case/{code}"


def add_element(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """A new element within `parent`, whose text has no character that XML does not know."""
    element = ET.SubElement(parent, name, attributes)
    if text is not None:
        element.text = _NO_XML.sub("", text)
    return element


def xml_bytes(root: ET.Element) -> bytes:
    """The document in UTF-8."""
    written: str = ET.tostring(root, encoding="unicode")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{written}".encode()


def in_a_sentence(case: Mapping[str, Any], lang: Lang) -> str:
    """Where the case stands, in one sentence."""
    standing = outcome(case["state"], case["resolution"])(lang)
    return f"{standing}. {case['responsible_unit']['name']}. {case['area']['name']}."


def in_words(case: Mapping[str, Any]) -> str:
    """What was reported, and the answer."""
    return "\n\n".join(part for part in (case["text"], case["answer"]) if part)


def atom(feed: Feed, news: Iterable[Mapping[str, Any]], more: str | None) -> bytes:
    """The cases in their order, and those that are shown no longer as deleted entries (RFC 6721)."""
    root = ET.Element("feed", {**_ATOM, "xml:lang": feed.lang.value})
    add_element(root, "id", f"tag:{feed.naming},2026:{feed.name}")
    add_element(root, "title", feed.title(feed.lang))
    add_element(root, "subtitle", feed.intro(feed.lang))
    add_element(root, "updated", rfc3339(feed.changed_at))
    add_element(add_element(root, "author"), "name", feed.title(feed.lang))
    add_element(root, "link", rel="self", type=ATOM, href=feed.own)
    add_element(root, "link", rel="alternate", type="text/html", href=feed.page)
    if more:
        add_element(root, "link", rel="next", type=ATOM, href=more)
    for case in news:
        if case.get("withdrawn"):
            add_element(root, "at:deleted-entry", ref=feed.id_of(case["code"]), when=case["updated_at"])
        else:
            _entry(root, feed, case)
    return xml_bytes(root)


def _entry(root: ET.Element, feed: Feed, case: Mapping[str, Any]) -> None:
    entry = add_element(root, "entry")
    add_element(entry, "id", feed.id_of(case["code"]))
    add_element(entry, "title", case["title"])
    add_element(entry, "updated", case["updated_at"])
    add_element(entry, "published", case["opened_at"])
    add_element(entry, "link", rel="alternate", type="text/html", href=f"{feed.base}/cases/{case['code']}")
    add_element(entry, "category", term=case["category"]["code"], label=case["category"]["name"][feed.lang.value])
    add_element(entry, "summary", in_a_sentence(case, feed.lang))
    add_element(entry, "content", in_words(case), type="text")


def table(lines: Iterable[Mapping[str, Any]], *, marked: bool) -> bytes:
    """Cases as CSV with one line of names; no cell is what a spreadsheet would take for a formula.

    Of a case that was taken back only the code, the time and that it was are told.
    `marked`: it begins with a byte-order mark, without which Excel takes UTF-8 for another encoding.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for line in lines:
        cells = {**_GONE, **line, "withdrawn": "true"} if line.get("withdrawn") else _cells(line)
        writer.writerow([_cell(cells[name]) for name in _COLUMNS])
    return written.getvalue().encode("utf-8-sig" if marked else "utf-8")


def _cells(line: Mapping[str, Any]) -> dict[str, Any]:
    place, category, unit = line["location"] or {}, line["category"], line["responsible_unit"]
    return {
        **line,
        "category": category["code"],
        "category_name": category["name"]["vi"],
        "unit": unit["code"],
        "unit_name": unit["name"],
        "area": line["area"]["name"],
        "lat": place.get("lat"),
        "lon": place.get("lon"),
        "overdue": "true" if line["overdue"] else "false",
        "withdrawn": "false",
    }


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
