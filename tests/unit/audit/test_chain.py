"""The chain: whatever is changed, removed or moved shows; lines outside are what their standards say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from app.audit import domain
from app.audit.terms import Entry, Fault, Finding, Head
from app.kit.ids import TenantId

AT = datetime(2026, 11, 26, 8, 30, 15, 123456, tzinfo=UTC)


def entry(number: int, **given: object) -> Entry:
    """One entry, not sealed yet."""
    values: dict[str, object] = {
        "tenant_id": TenantId(1),
        "id": UUID(int=number),
        "at": AT,
        "actor_kind": "staff",
        "actor_id": UUID(int=7),
        "actor_name": "Nguyễn Thị Hoa",
        "unit_id": None,
        "action": "case.accepted",
        "outcome": "done",
        "subject": 'H23-261126-0001 "]\\',
        "details": {"version": number},
        "request_id": "abcdef12",
        "address": "10.0.0.7",
        "position": None,
        "hash": None,
    }
    return Entry(**{**values, **given})  # type: ignore[arg-type]


def chain(count: int) -> list[Entry]:
    """So many entries, sealed."""
    digest, made = domain.BEGINNING, []
    for position in range(1, count + 1):
        one = replace(entry(position), position=position)
        digest = domain.hash_of(digest, one)
        made.append(replace(one, hash=digest))
    return made


def test_a_chain_as_it_was_sealed_has_no_fault() -> None:
    assert domain.first_fault(chain(5), 0, domain.BEGINNING) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("actor_id", UUID(int=8)), ("action", "case.noted"), ("details", {"version": 99}), ("at", AT.replace(year=2025))],
)
def test_a_changed_entry_shows_where_it_is(field: str, value: object) -> None:
    entries = chain(5)
    entries[2] = replace(entries[2], **{field: value})  # type: ignore[arg-type]
    assert domain.first_fault(entries, 0, domain.BEGINNING) == Finding(Fault.CHANGED, 3)


def test_an_entry_changed_with_its_own_hash_shows_at_the_next() -> None:
    entries = chain(5)
    forged = replace(entries[2], actor_name="Ai khác")
    entries[2] = replace(forged, hash=domain.hash_of(entries[1].hash or b"", forged))
    assert domain.first_fault(entries, 0, domain.BEGINNING) == Finding(Fault.CHANGED, 4)


def test_what_was_taken_away_or_moved_shows() -> None:
    entries = chain(5)
    assert domain.first_fault([*entries[:2], *entries[3:]], 0, domain.BEGINNING) == Finding(Fault.MISSING, 3)
    swapped = [*entries[:2], replace(entries[3], position=3), replace(entries[2], position=4), entries[4]]
    assert domain.first_fault(swapped, 0, domain.BEGINNING) == Finding(Fault.CHANGED, 3)


def test_only_the_holder_of_the_key_makes_a_head() -> None:
    digest = chain(2)[-1].hash or b""
    head = Head(2, digest, domain.proof_of(b"k" * 32, 1, 2, digest))
    assert domain.is_ours(b"k" * 32, 1, head)
    assert not domain.is_ours(b"x" * 32, 1, head)
    assert not domain.is_ours(b"k" * 32, 2, head)
    assert not domain.is_ours(b"k" * 32, 1, head._replace(position=3))


def test_a_line_for_syslog_is_of_rfc_5424() -> None:
    line = domain.syslog_line(chain(1)[0], "may-chu", process=42)
    head, data, text = re.fullmatch(rb"(<\d+>1 \S+ \S+ \S+ \S+ \S+) (\[.*\]) \xef\xbb\xbf(\{.*\})", line).groups()  # type: ignore[union-attr]
    assert head == b"<110>1 2026-11-26T08:30:15.123456Z may-chu lienthong 42 case.accepted"
    assert rb'subject="H23-261126-0001 \"\]\\"' in data
    assert orjson.loads(text)["actor"]["name"] == "Nguyễn Thị Hoa"
    refused = domain.syslog_line(replace(chain(1)[0], outcome="refused"), "may-chu", process=42)
    assert refused.startswith(b"<108>1 ")
