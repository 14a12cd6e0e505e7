"""Entries, written with the change they tell of."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.audit import repository
from app.audit.terms import Doer, Origin, Outcome
from app.db.engine import Database
from app.db.work import HotWork, Recorder
from app.kit.ids import uuid7
from app.web.logs import CURRENT

Scope = MutableMapping[str, Any]
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
    origin: Origin | None = None,
) -> None:
    """Put one entry into the transaction of the change it tells of: both are there, or neither.

    Args:
        action: a word of `Action`, or the type of a case's fact.
        subject: a code or an id of what it was done to, never a name of a citizen.
        details: words and numbers of ours, never what people wrote.
        origin: None for the present request's. The address is kept of officers and refusals only.
    """
    came = origin or origin_of(CURRENT.get())
    seen = actor.kind == _OFFICER or outcome is Outcome.REFUSED
    repository.put_entry(
        work,
        {
            "tenant_id": actor.tenant_id,
            "id": uuid7(work.now),
            "at": work.now,
            "actor_kind": str(actor.kind),
            "actor_id": actor.id,
            "actor_name": _named(actor) if actor.kind == _OFFICER else "",
            "unit_id": unit_id,
            "action": str(action),
            "outcome": outcome.value,
            "subject": subject,
            "details": {**(details or {}), **_capacity(actor)},
            "request_id": came.request_id,
            "address": came.address if seen else None,
        },
    )


def _named(actor: Doer) -> str:
    """The officer, and in whose place he acts."""
    return f"{actor.name} (thay {actor.instead_of.name})" if actor.instead_of is not None else actor.name


def _capacity(actor: Doer) -> dict[str, object]:
    """In whose place it was done; where nobody has looked which role it takes: in whose it may have been."""
    if actor.instead_of is not None:
        return {"instead_of": str(actor.instead_of.id)}
    if actor.capacity is None and actor.stands_in_for:
        return {"deputy_of": sorted(str(one.id) for one in actor.stands_in_for)}
    return {}


def origin_of(scope: Scope | None) -> Origin:
    """Where a request comes from; None: the program itself."""
    if scope is None:
        return Origin(None, None)
    client = scope.get("client")
    return Origin(scope["state"]["request_id"], client[0] if client else None)


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
    await work.commit_to(db)
