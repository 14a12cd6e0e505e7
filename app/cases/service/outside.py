"""What systems outside say about a case that their unit holds: the program writes it down, people decide."""

from __future__ import annotations

from datetime import datetime

from app.cases import domain
from app.cases.models import Case
from app.cases.repository import CaseRepository, holding
from app.cases.terms import OPEN_STATES, Books, CaseState, ReferralReason, Resolution, Verb
from app.db.engine import Database
from app.db.work import Work
from app.identity.terms import system_actor
from app.kit.ids import CaseId, TenantId, UnitId
from app.kit.text import Text

from .moving import returned_to
from .steps import both_names, reopened, settle, unit_name

_UNTAKEN = frozenset({CaseState.RECEIVED, CaseState.ASSIGNED})


async def is_held(db: Database, tenant_id: TenantId, case_id: CaseId) -> bool:
    """Whether the case is one of a flood that nobody has looked at yet. One statement."""
    return await holding.is_held(db, tenant_id, case_id)


async def note_from_outside(work: Work, tenant_id: TenantId, case_id: CaseId, *, books: Books, text: str) -> None:
    """Words for officers in the case's history. Raises: CaseNotFound."""
    case = await CaseRepository(work, tenant_id).lock_by_id(case_id)
    settle(work, system_actor(tenant_id), case, domain.note(case.facts(), text=text, for_unit_only=False), books)


async def accept_from_outside(
    work: Work, tenant_id: TenantId, case_id: CaseId, *, holder: UnitId, books: Books, by: Text, at: datetime
) -> bool:
    """Taken up by the unit whose own system says so, `by` that name and since then.

    False, and nothing changed, when it is taken up already, over, or with another unit by now. Nothing becomes public
    by it. Raises: CaseNotFound.
    """
    case = await CaseRepository(work, tenant_id).lock_by_id(case_id)
    facts = case.facts()
    if facts.state not in _UNTAKEN or facts.unit_id != holder:
        return False
    fact = domain.accept(facts, by=None, unit_name=by, at=_since(case, at, work.now), unread=True)
    settle(work, system_actor(tenant_id), case, fact, books)
    return True


async def ask_from_outside(
    work: Work,
    tenant_id: TenantId,
    case_id: CaseId,
    *,
    holder: UnitId,
    books: Books,
    by: Text,
    question: str,
    at: datetime | None,
) -> bool:
    """A question to the reporters from the unit's own system, `by` that name; it was taken up `at` then.

    The case waits for them as for a question of ours. False, and nothing changed, when nobody can be asked now: the
    case waits already, is over, or is with another unit. Raises: CaseNotFound.
    """
    case = await CaseRepository(work, tenant_id).lock_by_id(case_id)
    facts = case.facts()
    if facts.unit_id != holder or Verb.ASK not in domain.possible_verbs(facts):
        return False
    since = _since(case, at or work.now, work.now)
    fact = domain.ask(facts, question=question, unit_name=by, by=None, at=since, unread=True)
    settle(work, system_actor(tenant_id), case, fact, books)
    return True


async def reopen_from_outside(work: Work, tenant_id: TenantId, case_id: CaseId, *, books: Books, comment: str) -> None:
    """Taken up again because the system that entrusted it does not accept the answer; as often as it says so.

    Raises: CaseNotFound, IllegalTransition.
    """
    case = await CaseRepository(work, tenant_id).lock_by_id(case_id)
    settle(work, system_actor(tenant_id), case, reopened(work, books, case.facts(), comment, None), books)


def _since(case: Case, at: datetime, now: datetime) -> datetime:
    """The instant that another machine says, never before the case was opened here nor after now."""
    return min(max(at, case.opened_at), now)


async def draft_from_outside(
    work: Work, tenant_id: TenantId, case_id: CaseId, *, holder: UnitId, books: Books, answer: str
) -> bool:
    """An answer for a person to approve, of a unit whose own system says that the matter is done.

    False, and nothing changed, when the case is over or with another unit by now. Nothing becomes public by it: taking
    a case up without anybody having read it publishes none (docs/decisions/0009). Raises: CaseNotFound.
    """
    case = await CaseRepository(work, tenant_id).lock_by_id(case_id)
    actor, facts = system_actor(tenant_id), case.facts()
    if facts.state not in OPEN_STATES or facts.unit_id != holder:
        return False
    if facts.state in _UNTAKEN:
        names = unit_name(books, facts)
        settle(work, actor, case, domain.accept(facts, by=None, unit_name=names, at=work.now, unread=True), books)
    drafted = domain.draft_answer(case.facts(), answer=answer, resolution=Resolution.FIXED, by=None)
    settle(work, actor, case, drafted, books)
    return True


async def withdraw_draft_from_outside(
    work: Work, tenant_id: TenantId, case_id: CaseId, *, holder: UnitId, books: Books, comment: str
) -> bool:
    """The answer that the unit's own system gave does not hold any more: nobody approves it, and the work goes on.

    False, and nothing changed, when no answer of it waits: an officer here has written another, or it was decided.
    Raises: CaseNotFound.
    """
    case = await CaseRepository(work, tenant_id).lock_by_id(case_id)
    facts = case.facts()
    if facts.state is not CaseState.AWAITING_APPROVAL or facts.unit_id != holder or facts.drafted_by is not None:
        return False
    settle(work, system_actor(tenant_id), case, domain.reject_draft(facts, comment=comment), books)
    return True


async def return_from_outside(
    work: Work, tenant_id: TenantId, case_id: CaseId, *, holder: UnitId, books: Books, comment: str
) -> bool:
    """Back to the unit that referred it, else to the reception above: the holder's own system will not have it.

    False, with a note, when the case is over or with another unit by now, or there is nobody to give it to.
    Raises: CaseNotFound.
    """
    case = await CaseRepository(work, tenant_id).lock_by_id(case_id)
    actor, facts = system_actor(tenant_id), case.facts()
    to = returned_to(facts, books.directory) if facts.state in OPEN_STATES and facts.unit_id == holder else None
    if to is None:
        settle(work, actor, case, domain.note(facts, text=comment, for_unit_only=False), books)
        return False
    names, reason = both_names(books, facts, to), ReferralReason.NOT_COMPETENT
    settle(work, actor, case, domain.return_case(facts, to=to.id, names=names, reason=reason, comment=comment), books)
    return True
