"""Cases of a flood: an officer looks, and lets them into the queues or ends them; their clocks run from receipt."""

from __future__ import annotations

from dataclasses import replace

import asyncpg

from app.cases import domain
from app.cases.errors import AlreadyDone
from app.cases.models import Case
from app.cases.repository import CaseRepository, holding
from app.cases.terms import Books, Changes, PublicationState, Resolution, Scope, Verb
from app.db.engine import Database
from app.db.work import Work
from app.identity.terms import Actor
from app.kit.ids import CaseId, TenantId

from .steps import officer_of, permit, scope_of, settle, unit_name

MOST_HELD = 500
_FORGET_ROWS = 1000
_RELEASED = "Đã xem, không phải thư rác: chuyển vào hàng việc."


async def list_held(db: Database, scope: Scope) -> list[asyncpg.Record]:
    """The first 500 held cases of the scope, those of one source together, oldest first. One statement."""
    return await holding.list_held(db, scope, MOST_HELD)


async def release_case(work: Work, actor: Actor, code: str, *, seen: int, books: Books) -> Case:
    """The case in the queues, with a line in its history for colleagues. Whoever may sort it may release it.

    Raises: CaseNotFound, StaleCase, Forbidden, AlreadyDone when it is not held.
    """
    case = await CaseRepository(work, actor.tenant_id).lock(code, visible_to=scope_of(actor, books.directory))
    actor = await permit(work, actor, Verb.TRIAGE, case, seen, books.directory)
    if not await holding.let_go(work, actor.tenant_id, CaseId(case.id)):
        raise AlreadyDone
    settle(work, actor, case, domain.note(case.facts(), text=_RELEASED, for_unit_only=False), books)
    return case


async def refuse_held(work: Work, actor: Actor, code: str, *, seen: int, books: Books, answer: str) -> Case:
    """The held case ended with words for its sender; nobody else reads what it says. Whoever may answer may refuse it.

    Raises: CaseNotFound, StaleCase, Forbidden, AlreadyDone when it is not held.
    """
    author = officer_of(actor)
    case = await CaseRepository(work, actor.tenant_id).lock(code, visible_to=scope_of(actor, books.directory))
    await permit(work, actor, Verb.RESOLVE, case, seen, books.directory)
    if not await holding.let_go(work, actor.tenant_id, CaseId(case.id)):
        raise AlreadyDone
    facts = case.facts()
    names = unit_name(books, facts)
    fact = domain.resolve(facts, answer=answer, resolution=Resolution.DECLINED, by=author, unit_name=names, at=work.now)
    changes = Changes(**{**fact.changes, "publication": PublicationState.WITHHELD})  # an answer alone would publish it
    settle(work, actor, case, replace(fact, changes=changes), books)
    return case


async def forget_held(work: Work, tenant_id: TenantId) -> int:
    """Number of held cases that somebody has taken in hand, and that are held no more from now on."""
    return await holding.forget(work, tenant_id, _FORGET_ROWS)
