"""Due dates as a calendar others subscribe to (RFC 5545). Nothing people wrote is in it: it lies with strangers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from app.kit.clock import local_day
from app.kit.text import Lang, Text
from app.portals.terms import Due

_NAME: Final = Text("Hạn xử lý", "Due dates")
_OCTETS: Final = 75


def calendar(dues: Iterable[Due], *, zone: str, lang: Lang, base: str, naming: str) -> bytes:
    """One event of a whole day for each, on the day it is due where the province is."""
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
    for due in dues:
        lines += _event(due, zone=zone, lang=lang, base=base, naming=naming)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _event(due: Due, *, zone: str, lang: Lang, base: str, naming: str) -> list[str]:
    day = local_day(due.at, zone)
    return [
        "BEGIN:VEVENT",
        f"UID:{due.name}@{naming}",
        f"DTSTAMP:{_instant(due.changed_at)}",
        f"LAST-MODIFIED:{_instant(due.changed_at)}",
        f"SEQUENCE:{due.version}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(due.about(lang))}",
        f"DESCRIPTION:{_text(due.standing(lang))}",
        f"URL:{base}{due.page}",
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
