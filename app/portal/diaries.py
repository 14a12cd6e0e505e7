"""Due dates as a calendar others subscribe to (RFC 5545). Nothing people wrote is in it: it lies with strangers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.cases.terms import CaseState
from app.catalogue.snapshot import Catalogue
from app.directory.snapshot import Tenant
from app.kit.clock import local_day
from app.kit.text import Lang, Text

_NAME: Final = Text("Hạn xử lý", "Due dates")
_DUE: Final = Text("Hạn {code}: {category}", "Due {code}: {category}")
_OCTETS: Final = 75


def calendar(
    rows: Iterable[Mapping[str, Any]], *, tenant: Tenant, catalogue: Catalogue, lang: Lang, base: str, naming: str
) -> bytes:
    """One event of a whole day for each case, on the day it is due where the province is."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Lien Thong//Due dates//VI",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(_NAME(lang))}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for row in rows:
        lines += _event(row, tenant=tenant, catalogue=catalogue, lang=lang, base=base, naming=naming)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _event(
    row: Mapping[str, Any], *, tenant: Tenant, catalogue: Catalogue, lang: Lang, base: str, naming: str
) -> list[str]:
    category = catalogue.find(tenant.id, row["category_code"])
    name = category.name(lang) if category else row["category_code"]
    day = local_day(row["due_at"], tenant.time_zone)
    return [
        "BEGIN:VEVENT",
        f"UID:{row['code']}@{naming}",
        f"DTSTAMP:{_instant(row['updated_at'])}",
        f"LAST-MODIFIED:{_instant(row['updated_at'])}",
        f"SEQUENCE:{row['version']}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(_DUE(lang).format(code=row['code'], category=name))}",
        f"DESCRIPTION:{_text(CaseState(row['state']).label(lang))}",
        f"URL:{base}/console/cases/{row['code']}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """A value of type TEXT (section 3.3.11)."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(escaped.splitlines())


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, never within a letter (section 3.1)."""
    piece, size = "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > _OCTETS:
            yield piece
            piece, size = " ", 1
        piece, size = piece + letter, size + width
    yield piece
