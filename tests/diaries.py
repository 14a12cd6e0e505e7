"""A consumer whose effects can be counted: a row of a unique key for each message, and a look at the one before."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work, in_work
from app.kit.clock import Clock
from app.kit.ids import TenantId
from app.outbox import service as outbox
from app.outbox.terms import Message
from app.web.idempotency import Answer, keep_answer


@dataclass
class Diary:
    """Writes each message down once; fails for the subjects in `failing`, hangs for those in `hanging`.

    It hangs, too, when a batch has more than `most` messages.
    Raises UniqueViolationError when a message comes twice. `disorder` holds the messages that came before the one of
    their subject with the number before.
    """

    name: str = "diary"
    types: frozenset[str] = frozenset({"case.noted"})
    failing: set[UUID] = field(default_factory=set)
    hanging: set[UUID] = field(default_factory=set)
    most: int = 1_000_000
    disorder: list[tuple[UUID, int]] = field(default_factory=list)

    def key(self, subject: UUID, number: int) -> bytes:
        """Key of the line of the subject's message `number`."""
        return hashlib.sha256(f"{self.name} {subject} {number}".encode()).digest()

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Write the batch down, then fail or hang, so that there is something to take back."""
        given = {self.key(message.subject_id, message.subject_version) for message in messages}
        before = {
            self.key(message.subject_id, message.subject_version - 1): message
            for message in messages
            if message.subject_version > 1
        }
        rows = await work.fetch(
            "SELECT key_hash FROM idempotency_keys WHERE tenant_id = $1 AND key_hash = ANY($2::bytea[])",
            tenant_id,
            list(before),
        )
        known = given | {row["key_hash"] for row in rows}
        self.disorder += [(one.subject_id, one.subject_version) for key, one in before.items() if key not in known]
        for message in messages:
            line = Answer(200, {"subject": str(message.subject_id), "number": message.subject_version})
            keep_answer(work, tenant_id, self.key(message.subject_id, message.subject_version), b"", line)
        await work.settle()
        subjects = {message.subject_id for message in messages}
        if subjects & self.hanging or len(messages) > self.most:
            await asyncio.sleep(3600)
        if subjects & self.failing:
            raise LookupError


async def note(db: Database, clock: Clock, tenant_id: TenantId, facts: Sequence[tuple[UUID, int]]) -> None:
    """Facts of subjects with their numbers, in one transaction."""

    async def write(work: Work) -> None:
        for subject, number in facts:
            outbox.append(
                work,
                tenant_id=tenant_id,
                type="case.noted",
                subject_id=subject,
                subject_version=number,
                payload={"number": number},
            )

    await in_work(db, clock, tenant_id, write)


async def written(db: Database, subject: UUID) -> list[int]:
    """Numbers of the subject's messages that were written down, ascending."""
    rows = await db.lane.fetch(
        "SELECT (answer->>'number')::int AS number FROM idempotency_keys WHERE answer->>'subject' = $1 ORDER BY 1",
        str(subject),
    )
    return [row["number"] for row in rows]
