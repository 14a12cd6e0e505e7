"""Opening a sender's identity: with a reason, for a sender who asked not to be named with a second person."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.cases import service as cases
from app.cases.terms import Books, Scope
from app.citizens import service as citizens
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.identity import service as identity
from app.identity.domain import Keyring, pseudonym
from app.identity.policies import acting_as
from app.identity.terms import Actor, ReporterIdentity
from app.kit.ids import CaseId, ReportId, TenantId, UnitId, uuid7
from app.privacy import domain, policies, repository
from app.privacy.errors import OpeningNotFound, SecondPersonNeeded, SenderUnknown
from app.privacy.terms import Opening, Sender
from app.reports import service as reports


async def list_senders(
    db: Database, work: ReadWork, keys: Keyring, actor: Actor, scope: Scope, books: Books, code: str
) -> tuple[list[Sender], list[Opening]]:
    """Senders of the case's newest 200 reports, merged ones too, and every opening so far. Six statements.

    Raises: CaseNotFound.
    """
    view = await cases.get_case(db, actor, scope, books, code)
    case_id = CaseId(view.row["id"])
    return await _senders(work, keys, actor.tenant_id, case_id), await repository.list_of_case(
        work, actor.tenant_id, case_id
    )


async def _senders(work: Work, keys: Keyring, tenant_id: TenantId, case_id: CaseId) -> list[Sender]:
    found = await reports.senders_of(work, tenant_id, case_id)
    withheld = await identity.withheld(work, tenant_id, [report_id for report_id, _, _ in found])
    phones = await citizens.with_phones(work, {citizen for _, _, citizen in found if citizen is not None})
    return [
        Sender(
            report_id,
            code,
            citizen,
            pseudonym(keys, tenant_id, case_id, citizen or report_id),
            withheld=withheld.get(report_id, False),
            known=report_id in withheld or citizen in phones,
        )
        for report_id, code, citizen in found
    ]


async def ask(
    db: Database,
    work: Work,
    keys: Keyring,
    actor: Actor,
    scope: Scope,
    books: Books,
    code: str,
    report_code: str,
    *,
    reason: str,
) -> Opening:
    """The identity open for whoever asked, or waiting for a second person. Nothing of it is shown yet.

    Raises: CaseNotFound, Forbidden, SenderUnknown.
    """
    view = await cases.get_case(db, actor, scope, books, code)
    case_id, holder = CaseId(view.row["id"]), UnitId(view.row["unit_id"])
    asker = actor.staff_id
    assert asker is not None  # an address of officers
    path = books.directory.unit_path(actor.tenant_id, holder)
    policies.may_open(actor, path).require()
    actor = acting_as(actor, *policies.OPENERS, path=path)
    senders = await _senders(work, keys, actor.tenant_id, case_id)
    sender = next((one for one in senders if one.code == report_code and one.known), None)
    if sender is None:
        raise SenderUnknown
    opening = domain.asked(
        Opening(
            id=uuid7(work.now),
            case_id=case_id,
            case_code=view.row["code"],
            report_id=sender.report_id,
            report_code=sender.code,
            unit_id=holder,
            reason=reason,
            needs_second=sender.withheld,
            asked_by=asker,
            asked_name=actor.name,
            asked_at=work.now,
        )
    )
    repository.add_opening(work, actor.tenant_id, opening)
    details = {"opening": str(opening.id), "report": sender.code, "second": sender.withheld}
    audit.record(work, actor, Action.IDENTITY_ASKED, subject=opening.case_code, unit_id=holder, details=details)
    return opening


async def decide(work: Work, actor: Actor, scope: Scope, books: Books, opening_id: UUID, *, agree: bool) -> Opening:
    """The opening with a second person's word.

    Two who stand in for one another or are of one unit are one person here, and so are who made a link and whose
    account it opened.
    Raises: OpeningNotFound, Forbidden, AlreadyDecided, OpeningNotOpen, SecondPersonNeeded.
    """
    row = await repository.lock_opening(work, actor.tenant_id, opening_id)
    opening = _seen(row.read(), scope)
    path = books.directory.unit_path(actor.tenant_id, opening.unit_id)
    policies.may_agree(actor, path).require()
    actor = acting_as(actor, *policies.SECONDS, path=path)
    decider = actor.staff_id
    assert decider is not None  # an address of officers
    asker = await identity.get_account(work, actor.tenant_id, opening.asked_by)
    if agree and not policies.from_elsewhere(actor, path, {held.unit_id for held in asker.memberships}):
        raise SecondPersonNeeded
    if not await identity.are_apart(work, actor.tenant_id, opening.asked_by, decider, since=opening.asked_at):
        raise SecondPersonNeeded
    after = domain.decided(opening, actor, agree=agree, at=work.now)
    repository.keep(row, after)
    done = Action.IDENTITY_AGREED if agree else Action.IDENTITY_DECLINED
    audit.record(
        work, actor, done, subject=opening.case_code, unit_id=opening.unit_id, details={"opening": str(opening.id)}
    )
    return after


async def look(
    work: Work, keys: Keyring, actor: Actor, scope: Scope, books: Books, opening_id: UUID
) -> tuple[Opening, ReporterIdentity]:
    """The identity, for whoever asked and still may, no longer than LOOK_FOR; its owner sees each look.

    Raises: OpeningNotFound, Forbidden, OpeningNotOpen, SenderUnknown, IdentityUnreadable.
    """
    opening = _seen((await repository.lock_opening(work, actor.tenant_id, opening_id)).read(), scope)
    if opening.asked_by != actor.staff_id:
        raise OpeningNotFound
    policies.may_open(actor, books.directory.unit_path(actor.tenant_id, opening.unit_id)).require()
    domain.check_open(opening, work.now)
    found = await identity.open_identity(
        work, keys, actor, opening.report_id, purpose=opening.reason, unit_id=opening.unit_id
    )
    phone = await _account_phone(work, keys, actor.tenant_id, opening)
    if found is None and phone is None:
        raise SenderUnknown
    if found is None:  # the account's phone is all there is; looking at it is an opening like any other
        identity.note_opening(work, actor, opening.report_id, purpose=opening.reason, unit_id=opening.unit_id)
    whole = found or ReporterIdentity()
    return opening, replace(whole, phone=whole.phone or phone)


async def _account_phone(work: Work, keys: Keyring, tenant_id: TenantId, opening: Opening) -> str | None:
    senders = await reports.senders_of(work, tenant_id, opening.case_id)
    citizen = next((citizen for report_id, _, citizen in senders if report_id == opening.report_id), None)
    return await citizens.phone_of(work, keys, citizen) if citizen is not None else None


def _seen(opening: Opening, scope: Scope) -> Opening:
    """The opening, when the officer sees the unit that held its case. Raises: OpeningNotFound."""
    if not scope.whole and opening.unit_id not in scope.units:
        raise OpeningNotFound
    return opening


async def list_openings(work: ReadWork, actor: Actor, scope: Scope) -> list[Opening]:
    """The newest 100 openings of cases in the officer's sight. One statement."""
    return await repository.list_openings(work, actor.tenant_id, None if scope.whole else scope.units)


async def find_by_phone(
    work: Work, keys: Keyring, actor: Actor, scope: Scope, phone: str, *, reason: str
) -> list[tuple[ReportId, str, str]]:
    """Id, code and case of the phone's reports, of cases in the officer's sight, newest first.

    They came with the phone, or by the account it proves.
    Nothing of an identity is opened, yet whose reports they are is known by it: it is written down for the trail, which
    names what was found, and for each sender to see. Who asked not to be named is not found. Six statements at most.
    Raises: Forbidden.
    """
    policies.may_seek(actor).require()
    ids = await identity.reports_of_phone(work, keys, actor.tenant_id, phone)
    ids = [*ids, *await citizens.reports_of_phone(work, keys, actor.tenant_id, phone)]
    found = await reports.seen_of(work, actor.tenant_id, ids, None if scope.whole else scope.units)
    unit_id = min(actor.units(*policies.SEEKERS))
    for report_id, _, _ in found:
        identity.note_found(work, actor, report_id, purpose=reason, unit_id=unit_id)
    details = {"reason": reason, "found": len(found), "reports": [code for _, code, _ in found]}
    audit.record(work, actor, Action.PHONE_SOUGHT, unit_id=unit_id, details=details)
    return found
