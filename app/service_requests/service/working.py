"""All that waits for an office: cases and steps of service requests in one list, due first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.cases import service as cases_service
from app.cases.terms import Books, QueueView as CaseView, Scope
from app.db.engine import Database
from app.identity.terms import Actor
from app.service_requests import repository
from app.service_requests.terms import QueueView, Waiting, WorkKind


async def work_page(
    db: Database,
    actor: Actor,
    scope: Scope,
    books: Books,
    *,
    after: tuple[datetime, UUID, str],
    limit: int,
    now: datetime,
) -> list[Waiting]:
    """Up to `limit` cases and steps of the scope's units that have to be handled, due first, after that key.

    A page of each is read and the two are merged: two statements, whatever waits.
    """
    cases = await cases_service.queue_page(
        db, actor, scope, books, CaseView.INBOX, category=None, after=after[:2], limit=limit, now=now
    )
    steps = await repository.list_queue(
        db, scope, QueueView.INBOX, officer=actor.staff_id, now=now, after=after, limit=limit
    )
    both = [Waiting(WorkKind.CASE, (row["due_at"], row["id"], ""), dict(row)) for row in cases]
    both += [Waiting(WorkKind.STEP, (row["step_due_at"], row["id"], row["step"]), dict(row)) for row in steps]
    return sorted(both, key=lambda one: one.key)[:limit]
