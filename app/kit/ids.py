"""Identifiers made by the application, so that a statement needs no answer from the database to go on."""

from __future__ import annotations

import os
import random
import secrets
import threading
from datetime import UTC, datetime
from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", int)
UnitId = NewType("UnitId", UUID)
CaseId = NewType("CaseId", UUID)
ReportId = NewType("ReportId", UUID)
RequestId = NewType("RequestId", UUID)
StaffId = NewType("StaffId", UUID)
CitizenId = NewType("CitizenId", UUID)
ClientId = NewType("ClientId", UUID)

_lock = threading.Lock()
_counters: dict[int, int] = {}  # milliseconds → counter of the newest id made for them
_KEPT = 512
# Ids are unique, not secret: what opens a report is its tracking secret. The system's own generator is a call a number.
_random = random.Random(secrets.randbits(256))  # noqa: S311
os.register_at_fork(after_in_child=lambda: _random.seed(secrets.randbits(256)))


def uuid7(at: datetime) -> UUID:
    """A version 7 UUID (RFC 9562 section 5.7) whose first 48 bits are the milliseconds of `at`.

    Ids made by one process for the same millisecond ascend, whatever it makes in between (the 12 bits `rand_a` count
    up, method 1 of section 6.2), so sorting by id keeps the order in which facts of one transaction were written.
    """
    millis = int(at.timestamp() * 1000)
    with _lock:
        while (counter := _counters.get(millis)) == 0xFFF:  # 4096 ids for one millisecond: borrow the next one
            millis += 1
        counter = _random.getrandbits(8) if counter is None else counter + 1
        _counters[millis] = counter
        if len(_counters) > _KEPT:
            for old in sorted(_counters)[: _KEPT // 2]:
                del _counters[old]
    value = (millis & (1 << 48) - 1) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | _random.getrandbits(62)
    return UUID(int=value)


def least_id(at: datetime) -> UUID:
    """An id below every one that is made from `at` on, and above those made in earlier milliseconds."""
    return UUID(int=(int(at.timestamp() * 1000) & (1 << 48) - 1) << 80)


def made_at(made: UUID) -> datetime:
    """The millisecond in which `uuid7` made it."""
    return datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
