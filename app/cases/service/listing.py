"""Reading cases: queues, lists, one case with its history. Each page is one statement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from app.cases import domain, policies, repository
from app.cases.domain.loads import Load
from app.cases.models import Case
from app.cases.repository import queues
from app.cases.terms import Books, CaseState, QueueView, Scope, Verb
from app.db.engine import Database
from app.db.work import Work, in_work
from app.directory.snapshot import Directory
from app.directory.terms import Tier
from app.identity import service as identity_service
from app.identity.terms import Actor, system_actor
from app.kit.clock import Clock
from app.kit.ids import CaseId, TenantId, UnitId
from app.kit.problems import Problem
from app.timeline import service as timeline_service
from app.timeline.terms import Entry

START = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
NOBODY = UUID(int=0)
STRANGER = UUID(int=1)  # in charge of nothing
NEWEST = UUID(int=(1 << 128) - 1)
DUE_SOON = timedelta(days=1)


def _categories(books: Books, tenant_id: TenantId, code: str | None) -> list[str] | None:
    """The category with all below it. Raises: UnknownCategory."""
    return sorted(books.catalogue.subtree(tenant_id, code)) if code else None


async def queue_page(
    db: Database,
    actor: Actor,
    scope: Scope,
    books: Books,
    view: QueueView,
    *,
    category: str | None,
    after: tuple[datetime, UUID],
    limit: int,
    now: datetime,
    state: CaseState | None = None,
    officer: UUID | None = None,
) -> list[asyncpg.Record]:
    """Up to `limit` open cases of the view within the scope, due first. `officer`: who is in charge, or NOBODY."""
    extra: Sequence[object] = ()
    if view is QueueView.MINE:
        extra = (actor.id,)
    elif view is QueueView.OVERDUE:
        extra = (now,)
    elif view is QueueView.DUE_SOON:
        extra = (now, now + DUE_SOON)
    categories = _categories(books, scope.tenant_id, category)
    return await queues.list_queue(
        db,
        scope,
        view,
        categories=categories,
        state=state,
        officer=officer,
        extra=extra,
        after=after,
        limit=limit,
    )


async def officer_named(db: Database, actor: Actor, username: str | None, *, now: datetime) -> UUID | None:
    """Who `queue_page` asks for: a member of the actor's own units by user name, NOBODY for `none`, None for whoever.

    A name that no colleague has finds nothing. One statement for a name, else none.
    """
    if not username:
        return None
    if username == "none":
        return NOBODY
    known = await identity_service.colleagues_of(db, actor, now=now)
    return next((UUID(str(officer)) for officer, name, _ in known if name == username), STRANGER)


def narrowed(scope: Scope, directory: Directory, unit: str | None) -> Scope:
    """The part of the scope that lies with the unit and those below it; the whole where none is named.

    Raises: UnknownUnit.
    """
    if not unit:
        return scope
    below = directory.subtree(scope.tenant_id, [UnitId(directory.unit_by_code(scope.tenant_id, unit.upper()).id)])
    return Scope(scope.tenant_id, scope.units & below)


async def with_clocks(
    db: Database, tenant_id: TenantId, rows: Sequence[asyncpg.Record] | Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The lines of a page with what their clocks are told from. One statement, none for an empty page."""
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    clocks = {row["id"]: dict(row) for row in await repository.list_clocks(db, tenant_id, ids)}
    return [{**row, **clocks[row["id"]]} for row in rows if row["id"] in clocks]


async def queue_counts(
    db: Database, actor: Actor, scope: Scope, *, now: datetime, limit: int
) -> tuple[dict[QueueView, int], bool]:
    """How many open cases each view holds, and whether that is all: only `limit` cases are looked at."""
    row = await queues.count_queues(db, scope, officer=actor.id, now=now, soon=now + DUE_SOON, limit=limit + 1)
    return {view: min(limit, row[view.value]) for view in QueueView}, row["looked"] <= limit


async def load_by_unit(db: Database, scope: Scope, *, now: datetime) -> dict[UnitId, Load]:
    """What lies with each unit of the scope that has open cases. One statement."""
    return await queues.count_by_unit(db, scope, now=now, soon=now + DUE_SOON)


def may_take_up(actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether the actor may take up the case of this line: what a list can offer without asking for each case."""
    hands = actor.units(*policies.PERMITS[Verb.ACCEPT].own)
    return row["state"] in domain.TRANSITIONS[Verb.ACCEPT] and row["unit_id"] in hands


async def cases_page(
    db: Database,
    scope: Scope,
    books: Books,
    *,
    category: str | None,
    state: CaseState | None,
    area: str | None,
    code: str | None,
    opened_since: datetime | None,
    before: UUID,
    limit: int,
) -> list[asyncpg.Record]:
    """Up to `limit` cases of the scope in any state, newest first. A code finds its one case, whatever else is asked.

    Raises: UnknownCategory, UnknownArea, AreaOutsideTenant.
    """
    if code is not None:
        return await repository.find_by_code(db, scope, code, before=before, limit=limit)
    return await repository.list_cases(
        db,
        scope,
        categories=_categories(books, scope.tenant_id, category),
        state=state,
        areas=_areas(books, scope.tenant_id, area),
        opened_since=opened_since,
        before=before,
        limit=limit,
    )


def _areas(books: Books, tenant_id: TenantId, code: str | None) -> list[str] | None:
    """The area with all below it; None for none named and for the province, which is all. Raises: UnknownArea."""
    if code is None:
        return None
    chain = books.directory.chain_in(tenant_id, code)
    if chain.area.tier is Tier.PROVINCE:
        return None
    return sorted(books.directory.map(chain.edition).subtree(code))


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as an officer sees it: its row, its history for him, what he may do with it now."""

    row: dict[str, Any]
    entries: list[Entry]
    verbs: list[Verb]


async def get_case(db: Database, actor: Actor, scope: Scope, books: Books, code: str) -> CaseView:
    """The case with its history. Raises: CaseNotFound. Two statements."""
    row = await repository.get_case(db, scope, code)
    entries = await timeline_service.entries_for_staff(db, actor.tenant_id, CaseId(row["id"]), actor.units())
    facts = Case(**{**row, "routing": {}}).facts()
    path = books.directory.unit_path(actor.tenant_id, UnitId(row["unit_id"]))
    verbs = [verb for verb in domain.possible_verbs(facts) if policies.may(verb, actor, facts, path)]
    if row["merged_into_id"] is not None:
        row["merged_into"] = await repository.code_of(db, actor.tenant_id, row["merged_into_id"])
    return CaseView(row, entries, verbs)


async def get_case_for_program(db: Database, tenant_id: TenantId, books: Books, code: str) -> CaseView:
    """The same for the program itself, which acts by rule in the whole tenant. Raises: CaseNotFound. Two statements."""
    scope = Scope(tenant_id, frozenset(), whole=True)
    return await get_case(db, system_actor(tenant_id), scope, books, code)


async def get_row(db: Database, scope: Scope, code: str) -> dict[str, Any]:
    """The row of the case, without its history. Raises: CaseNotFound. One statement."""
    return await repository.get_case(db, scope, code)


class Outcome(NamedTuple):
    """What became of one case of many."""

    code: str
    case: Case | None = None
    problem: Problem | None = None


async def each_case(
    db: Database,
    clock: Clock,
    tenant_id: TenantId,
    targets: Sequence[tuple[str, int]],
    verb: Callable[[Work, str, int], Awaitable[Case]],
) -> list[Outcome]:
    """The verb over each (code, version) in a transaction of its own: one failing never takes others with it."""
    outcomes: list[Outcome] = []
    for code, seen in targets:

        async def one(work: Work, code: str = code, seen: int = seen) -> Case:
            return await verb(work, code, seen)

        try:
            outcomes.append(Outcome(code, case=await in_work(db, clock, tenant_id, one)))
        except Problem as problem:
            outcomes.append(Outcome(code, problem=problem))
    return outcomes
