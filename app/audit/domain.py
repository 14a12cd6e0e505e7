"""The chain of a trail, and the shapes it leaves in: pure.

Each sealed entry's hash is SHA-256 over the hash before it and the entry's canonical JSON; the head carries a proof
made with the installation's key, so that who writes into the database alone cannot make another chain pass for ours.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime

import orjson

from .terms import Entry, Fault, Finding, Head, Outcome

BEGINNING = bytes(32)
"""The hash before the first entry."""
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z
_FACILITY_AUDIT = 13  # RFC 5424 section 6.2.1: log audit
_INFO, _WARNING = 6, 4
_ENTERPRISE = "lienthong@32473"  # RFC 5612: the number for documentation; we have none of our own
_VALUE = str.maketrans({"\\": "\\\\", '"': '\\"', "]": "\\]"})


def shape(entry: Entry) -> dict[str, object]:
    """The entry as it is told of outside, but for its hash."""
    return {
        "tenant": entry.tenant_id,
        "position": entry.position,
        "id": str(entry.id),
        "at": entry.at.astimezone(UTC),
        "actor": {
            "kind": entry.actor_kind,
            "id": str(entry.actor_id) if entry.actor_id else None,
            "name": entry.actor_name,
        },
        "unit": str(entry.unit_id) if entry.unit_id else None,
        "action": entry.action,
        "outcome": entry.outcome,
        "subject": entry.subject,
        "details": entry.details,
        "request_id": entry.request_id,
        "address": entry.address,
    }


def hash_of(before: bytes, entry: Entry) -> bytes:
    """What the entry, sealed at its position after `before`, is known by (32 bytes)."""
    return hashlib.sha256(before + orjson.dumps(shape(entry), option=_CANONICAL)).digest()


def proof_of(key: bytes, tenant_id: int, position: int, digest: bytes) -> bytes:
    """What only the holder of the key can make for a head (32 bytes)."""
    return hmac.new(key, f"{tenant_id}:{position}:".encode() + digest, hashlib.sha256).digest()


def is_ours(key: bytes, tenant_id: int, head: Head) -> bool:
    """Whether the head was made with the key."""
    return hmac.compare_digest(proof_of(key, tenant_id, head.position, head.hash), head.proof)


def first_fault(entries: Iterable[Entry], after: int, before: bytes) -> Finding | None:
    """The first entry that does not follow the one at position `after` with hash `before`; None when all do."""
    last, digest = after, before
    for entry in entries:
        assert entry.position is not None
        if entry.position != last + 1:
            return Finding(Fault.MISSING, last + 1)
        digest = hash_of(digest, entry)
        if entry.hash != digest:
            return Finding(Fault.CHANGED, entry.position)
        last = entry.position
    return None


def json_line(entry: Entry) -> bytes:
    """The entry as one line of JSON, its hash in hexadecimal, without the line's end."""
    told = {**shape(entry), "hash": entry.hash.hex() if entry.hash else None}
    return orjson.dumps(told, option=_CANONICAL)


def syslog_line(entry: Entry, host: str, *, process: int) -> bytes:
    """The entry as a message of RFC 5424: the facts as structured data, the whole as JSON in the text."""
    severity = _INFO if entry.outcome == Outcome.DONE else _WARNING
    known = {
        "tenant": str(entry.tenant_id),
        "position": str(entry.position),
        "action": entry.action,
        "outcome": entry.outcome,
        "actor": str(entry.actor_id or entry.actor_kind),
        "subject": entry.subject or "",
    }
    data = " ".join(f'{name}="{value.translate(_VALUE)}"' for name, value in known.items())
    head = f"<{_FACILITY_AUDIT * 8 + severity}>1 {_instant(entry.at)} {host} lienthong {process} {entry.action[:32]}"
    return f"{head} [{_ENTERPRISE} {data}] ".encode() + b"\xef\xbb\xbf" + json_line(entry)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
