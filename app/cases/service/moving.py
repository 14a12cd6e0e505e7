"""Verbs that give a case to another unit, or join and part cases."""

from __future__ import annotations

from app.cases import domain
from app.cases.errors import NobodyAbove, NotMerged
from app.cases.events import CaseFact
from app.cases.models import Case
from app.cases.repository import CaseRepository
from app.cases.terms import Books, CaseFacts, ReferralReason, Verb
from app.db.work import Work
from app.directory.snapshot import Directory, Unit
from app.identity.terms import Actor

from .steps import both_names, change, permit, scope_of, settle, unit_name


async def return_case(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, reason: ReferralReason, comment: str | None
) -> Case:
    """Back to the unit that referred it, else to the reception above. Raises: NobodyAbove."""

    def decide(facts: CaseFacts) -> CaseFact:
        to = returned_to(facts, books.directory)
        if to is None:
            raise NobodyAbove
        return domain.return_case(facts, to=to.id, names=both_names(books, facts, to), reason=reason, comment=comment)

    return await change(work, actor, code, Verb.RETURN, seen, books, decide)


def returned_to(facts: CaseFacts, directory: Directory) -> Unit | None:
    """The unit that referred the case, else the one above its holder; None: there is nobody above."""
    if facts.referred_by_unit_id and facts.referred_by_unit_id != facts.unit_id:
        return directory.unit(facts.tenant_id, facts.referred_by_unit_id)
    return directory.parent(facts.tenant_id, facts.unit_id)


async def refer_case(
    work: Work,
    actor: Actor,
    code: str,
    *,
    seen: int,
    books: Books,
    to: str,
    reason: ReferralReason,
    comment: str | None,
) -> Case:
    """To another unit by its code, same or other tier. Raises: UnknownUnit."""
    unit = books.directory.unit_by_code(actor.tenant_id, to)

    def decide(facts: CaseFacts) -> CaseFact:
        return domain.refer(facts, to=unit.id, names=both_names(books, facts, unit), reason=reason, comment=comment)

    return await change(work, actor, code, Verb.REFER, seen, books, decide)


async def escalate_case(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, move: bool, comment: str | None
) -> Case:
    """Raised in urgency; with `move` handed to the unit above. Raises: NobodyAbove."""

    def decide(facts: CaseFacts) -> CaseFact:
        above = books.directory.parent(facts.tenant_id, facts.unit_id)
        if move and above is None:
            raise NobodyAbove
        names = both_names(books, facts, above) if above and move else {"unit": unit_name(books, facts)._asdict()}
        told = above.id if above else None
        return domain.escalate(facts, to=told if move else None, above=told, names=names, comment=comment, at=work.now)

    return await change(work, actor, code, Verb.ESCALATE, seen, books, decide)


async def merge_case(work: Work, actor: Actor, code: str, *, seen: int, books: Books, into: str) -> Case:
    """The case ended as a duplicate of `into`, which gains its reports."""
    scope = scope_of(actor, books.directory)
    case, target = await CaseRepository(work, actor.tenant_id).lock_pair(code, into, visible_to=scope)
    joining = await permit(work, actor, Verb.MERGE, case, seen, books.directory)
    gaining = await permit(
        work, actor, Verb.MERGE, target, None, books.directory
    )  # the other unit's work grows: both must be his to change
    gone, gained = domain.merge(case.facts(), target.facts(), at=work.now)
    settle(work, joining, case, gone, books)
    settle(work, gaining, target, gained, books)
    return case


async def unmerge_case(work: Work, actor: Actor, code: str, *, seen: int, books: Books) -> Case:
    """The case brought back to life out of the one it was merged into. Raises: NotMerged.

    Whatever that one was merged into later has counted these reports too, and gives them back as well.
    """
    scope = scope_of(actor, books.directory)
    case, *above = await CaseRepository(work, actor.tenant_id).lock_chain(code, visible_to=scope)
    actor = await permit(work, actor, Verb.UNMERGE, case, seen, books.directory)
    if not above:
        raise NotMerged
    facts = case.facts()
    back, lost = domain.unmerge(facts, above[0].facts())
    settle(work, actor, case, back, books)
    settle(work, actor, above[0], lost, books)
    for target in above[1:]:
        settle(work, actor, target, domain.lose(target.facts(), facts), books)
    return case
