"""Keeps a copy of what a unit's portal shows, and finds where the copy differs: an example for other systems.

Needs nothing but Python 3.11:

    python portal_mirror.py http://127.0.0.1:8000 H23.21 copy.sqlite pull
    python portal_mirror.py http://127.0.0.1:8000 H23.21 copy.sqlite check 2026-11-01 2026-11-30

`pull` follows the portal's changes from where it left off. `check` makes the digest of each day from the copy, compares
it with the portal's, and names every case that differs; it ends with 1 when there is one. docs/portals.md says how the
digest is made.
"""

import hashlib
import json
import sqlite3
import sys
from datetime import date, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen
from zoneinfo import ZoneInfo

SCHEMA = """
CREATE TABLE IF NOT EXISTS cases (code TEXT PRIMARY KEY, revision INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS reached (id INTEGER PRIMARY KEY CHECK (id = 1), cursor TEXT NOT NULL);
"""
Held = dict[str, tuple[int, str]]


def plain(value: Any) -> Any:
    """The value with whole numbers as such: 21.0 is written 21."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def digest_of(case: Any) -> str:
    """SHA-256 of the case in the form of RFC 8785."""
    text = json.dumps(plain(case), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def asked(host: str, unit: str, what: str, **query: str) -> Any:
    """An answer of the portal."""
    address = f"{host}/api/v1/public/portals/{unit}/{what}?{urlencode(query)}"
    with urlopen(address, timeout=30) as answer:
        return json.load(answer)


def pull(copy: sqlite3.Connection, host: str, unit: str) -> int:
    """How many changes there were since the last time; each page is kept whole or not at all."""
    found, more = 0, True
    while more:
        row = copy.execute("SELECT cursor FROM reached").fetchone()
        try:
            page = asked(host, unit, "changes", **({"cursor": row[0]} if row else {}))
        except HTTPError as error:
            if error.code != 410 or row is None:
                raise
            with copy:  # a backup was restored there: what was read since is not known to be true
                copy.execute("DELETE FROM cases")
                copy.execute("DELETE FROM reached")
            continue
        with copy:
            for change in page["items"]:
                if change["withdrawn"]:
                    copy.execute("DELETE FROM cases WHERE code = ?", (change["code"],))
                else:
                    values = (change["code"], change["revision"], json.dumps(change["case"]))
                    copy.execute("INSERT OR REPLACE INTO cases VALUES (?, ?, ?)", values)
            if page["cursor"]:
                copy.execute("INSERT OR REPLACE INTO reached VALUES (1, ?)", (page["cursor"],))
        found, more = found + len(page["items"]), page["more"]
    return found


def days_of(copy: sqlite3.Connection, zone: ZoneInfo) -> dict[date, Held]:
    """What the copy holds, by the day on which each case was opened where the portal is."""
    days: dict[date, Held] = {}
    for code, revision, body in copy.execute("SELECT code, revision, body FROM cases"):
        case = json.loads(body)
        day = datetime.fromisoformat(case["opened_at"]).astimezone(zone).date()
        days.setdefault(day, {})[code] = (revision, digest_of(case))
    return days


def day_digest(held: Held) -> str:
    """The digest of one day."""
    lines = "".join(f"{code} {revision} {digest}\n" for code, (revision, digest) in sorted(held.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def check(copy: sqlite3.Connection, host: str, unit: str, first: date, last: date) -> list[str]:
    """Every case that differs, with its day: `lost` and `changed` ones there, `withdrawn` ones here."""
    found: list[str] = []
    while first <= last:
        until = min(last, first + timedelta(days=30))
        theirs = asked(host, unit, "digest", **{"from": str(first), "to": str(until)})
        # A large day that changed a moment ago has no digest yet: it is compared case by case.
        told = {date.fromisoformat(one["day"]): (one["cases"], one["sha256"]) for one in theirs["days"]}
        ours = days_of(copy, ZoneInfo(theirs["time_zone"]))
        for day in sorted({*told, *(day for day in ours if first <= day <= until)}):
            held = ours.get(day, {})
            if told.get(day, (0, "")) != (len(held), day_digest(held) if held else ""):
                found += differences(day, held, listed(host, unit, day))
        first = until + timedelta(days=1)
    return found


def listed(host: str, unit: str, day: date) -> list[Any]:
    """Every case of one of their days, page by page."""
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = asked(host, unit, f"digest/{day}", **({"cursor": cursor} if cursor else {}))
        found, cursor = found + page["items"], page["next_cursor"]
    return found


def differences(day: date, ours: Held, theirs: list[Any]) -> list[str]:
    """What of a day is not the same."""
    told = {one["code"]: (one["revision"], one["sha256"]) for one in theirs}
    found = []
    for code in sorted({*ours, *told}):
        if code not in ours:
            found.append(f"{day} lost {code}")
        elif code not in told:
            found.append(f"{day} withdrawn {code}")
        elif ours[code] != told[code]:
            found.append(f"{day} changed {code}")
    return found


def main(host: str, unit: str, file: str, verb: str, *days: str) -> int:
    """The verb's end: 0 when all is well."""
    with sqlite3.connect(file) as copy:
        copy.executescript(SCHEMA)
        if verb == "pull":
            print(pull(copy, host.rstrip("/"), unit))
            return 0
        first, last = (date.fromisoformat(day) for day in days)
        found = check(copy, host.rstrip("/"), unit, first, last)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
