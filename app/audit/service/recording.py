"""Entries, written with the change they tell of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from app.audit import repository
from app.audit.terms import Doer, Outcome
from app.db.engine import Database
from app.db.work import HotWork, Recorder
from app.kit.ids import uuid7
from app.web.logs import CURRENT

_OFFICER = "staff"


def record(
    work: Recorder,
    actor: Doer,
    action: str,
    *,
    subject: str | None = None,
    unit_id: UUID | None = None,
    outcome: Outcome = Outcome.DONE,
    details: Mapping[str, object] | None = None,
) -> None:
    """Put one entry into the transaction of the change it tells of: both are there, or neither.

    Args:
        action: a word of `Action`, or the type of a case's fact.
        subject: a code or an id of what it was done to, never a name of a citizen.
        details: words and numbers of ours, never what people wrote.
    The request it came by, and for officers the address it came from, are those of the present request.
    """
    scope = CURRENT.get()
    client = scope.get("client") if scope is not None else None
    seen = actor.kind == _OFFICER or outcome is Outcome.REFUSED
    repository.put_entry(
        work,
        {
            "tenant_id": actor.tenant_id,
            "id": uuid7(work.now),
            "at": work.now,
            "actor_kind": str(actor.kind),
            "actor_id": actor.id,
            "actor_name": actor.name if actor.kind == _OFFICER else "",
            "unit_id": unit_id,
            "action": str(action),
            "outcome": outcome.value,
            "subject": subject,
            "details": dict(details or {}),
            "request_id": scope["state"]["request_id"] if scope is not None else None,
            "address": client[0] if client and seen else None,
        },
    )


async def write(
    db: Database,
    actor: Doer,
    action: str,
    *,
    now: datetime,
    subject: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """One entry of what changes nothing by itself, or was written by a statement of its own before. One statement."""
    work = HotWork(now)
    record(work, actor, action, subject=subject, details=details)
    await repository.write_entries(db, work)
