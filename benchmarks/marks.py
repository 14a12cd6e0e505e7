"""What stands in a story for what differs from case to case, and the marks that are put in its place."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.catalogue.terms import PublicationPolicy
from app.kit.ids import CaseId, ReportId

NUMBER = "777"  # the house number of every story
OPENED = datetime(1980, 1, 1, tzinfo=UTC)
DUE = datetime(1985, 1, 1, tzinfo=UTC)
TOLD = datetime(1990, 1, 1, tzinfo=UTC)
DAY, SERIAL = "800101", "7777"
CASE, REPORT = CaseId(UUID(int=(0xCA5E << 112) | 1)), ReportId(UUID(int=(0xBE90 << 112) | 1))
LAT, LON = 11.122334, 99.988776
HASH = bytes(range(32))
_MARK = re.compile("\x01([a-z0-9]+)\x01")


def mark(name: str) -> str:
    """A place to be filled in."""
    return f"\x01{name}\x01"


def marks_of(agency: str, steps: int, policy: PublicationPolicy) -> list[tuple[str, str]]:
    """What stands in a story for what differs, with the name of its mark; the longer texts first."""
    digits = 5 if policy is PublicationPolicy.AUTOMATIC else 3
    times = [(f"{OPENED + timedelta(days=step):%Y-%m-%dT%H:%M:%SZ}", f"t{step}") for step in range(steps)]
    told = [(f"{TOLD + timedelta(days=step):%Y-%m-%dT%H:%M:%SZ}", f"u{step}") for step in range(steps)]
    return [
        *times, *told, (f"{DUE:%Y-%m-%dT%H:%M:%SZ}", "due"),
        (f"{agency}-{DAY}-{SERIAL}", "code"),
        (f"{agency.lower()} {DAY} {SERIAL}", "said_code"),
        (CASE.hex, "case"), (REPORT.hex, "report"), (HASH.hex(), "hash"),
        (str(LAT), "lat"), (str(LON), "lon"),
        (str(round(LAT, digits)), "plat"), (str(round(LON, digits)), "plon"),
        (f"số {NUMBER} ", "no"), (f"so {NUMBER} ", "folded_no"),
    ]  # fmt: skip


def marked(text: str, marks: list[tuple[str, str]]) -> str:
    """`text` as a format string: our marks and what stands for others as `%(name)s`, all else as it is."""
    found = _MARK.sub(r"%(\1)s", text.replace("%", "%%"))
    for stands, name in marks:
        found = found.replace(stands, f"%({name})s")
    return found
