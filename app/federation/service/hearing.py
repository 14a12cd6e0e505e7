"""What neighbours tell: proved, taken in one parcel after the other, each in a transaction with how far we are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.cases import service as cases_service
from app.cases.events import EventType
from app.cases.service import CaseView
from app.db.errors import outline
from app.db.work import Work, in_work
from app.federation import domain, repository
from app.federation.errors import UnprovenParcels
from app.federation.models import ConsignmentRow, NeighbourRow
from app.federation.terms import OPEN, ConsignmentState, Neighbour, Parcel, ParcelKind, Side
from app.identity.errors import IdentityUnreadable
from app.identity.terms import system_actor
from app.kit.ids import CaseId, ReportId, TenantId, UnitId
from app.kit.problems import Problem
from app.reports.service import Intake

from .keys import open_secret
from .receiving import CANNOT_READ, UNREADABLE, Taken, report
from .telling import say, status_now

log = logging.getLogger("lienthong.federation")
_OPEN = frozenset(state.value for state in OPEN)
_NO_WORDS = "Bên tiếp nhận cho biết đã xử lý xong."


async def prove(
    intake: Intake,
    tenant_id: TenantId,
    neighbour_id: UUID,
    proof: tuple[str, str, str],
    body: Callable[[], Awaitable[bytes]],
) -> Neighbour:
    """The neighbour that signed `body`. `proof`: id, instant, signatures. Raises: UnprovenParcels whatever is wrong.

    No statement for a proof that is none of now, and no byte of the body for whoever is not known.
    """
    if not domain.may_prove(*proof, intake.clock.now()):
        raise UnprovenParcels
    neighbour = await repository.find_known(intake.db, tenant_id, neighbour_id)
    if neighbour is None:
        raise UnprovenParcels
    try:
        secret = open_secret(intake.keys, neighbour)
    except IdentityUnreadable as error:
        raise UnprovenParcels from error
    if not domain.is_signed(secret, *proof, await body(), intake.clock.now()):
        raise UnprovenParcels
    return neighbour


async def take_in(
    intake: Intake, neighbour: Neighbour, parcels: Sequence[Parcel], forgotten: Sequence[tuple[int, int]] = ()
) -> tuple[int, str | None]:
    """Up to which number its parcels are here now, and the mark of that one.

    What came before is passed over, what leaves a gap is left, and what is not taken in within ANSWER_WITHIN_S, before
    the other side gives up, is left too. A parcel names the one before it: where a side was put
    back from a copy and gives numbers once more, that is seen, and nothing is taken for what it is not.
    `forgotten`: numbers, from and to, that the other side has no more: whoever lacks them goes on after them.
    """
    heard, mark = neighbour.heard, neighbour.heard_mark
    until = asyncio.get_running_loop().time() + domain.ANSWER_WITHIN_S
    for parcel in [*parcels, None]:
        lost = next((last for first, last in forgotten if first <= heard + 1 <= last), None)
        if lost is not None:
            heard, mark = await _skip(intake, neighbour, heard, lost)
        if parcel is None:
            break
        if parcel.number <= heard:
            continue
        if parcel.number != heard + 1 or parcel.previous != mark:
            break
        try:
            heard, mark = await _take_one(intake, neighbour, parcel)
        except Problem as problem:
            if heard == neighbour.heard:
                raise
            log.warning("parcel %d of neighbour %s has to come again: %s", parcel.number, neighbour.id, problem.slug)
            break
        if asyncio.get_running_loop().time() >= until:
            break
    return heard, mark


async def _skip(intake: Intake, neighbour: Neighbour, heard: int, until: int) -> tuple[int, str | None]:
    """We were put back from a copy older than what the other side keeps: what came in between it cannot tell again."""

    async def skip(work: Work) -> tuple[int, str | None]:
        row = await repository.lock(work, neighbour.tenant_id, neighbour.id)
        if row.heard == heard < until:
            log.warning("parcels %d to %d of neighbour %s are forgotten there", heard + 1, until, row.id)
            row.heard, row.heard_mark = until, None
        return row.heard, row.heard_mark

    return await in_work(intake.db, intake.clock, neighbour.tenant_id, skip)


async def _take_one(intake: Intake, neighbour: Neighbour, parcel: Parcel) -> tuple[int, str | None]:
    """How far we are with that parcel. Raises: Problem when it may be taken in a moment later, and is to come again."""
    taken = await report(intake, neighbour, parcel) if parcel.kind is ParcelKind.CASE else None

    async def one(work: Work) -> tuple[int, str | None]:
        row = await repository.lock(work, neighbour.tenant_id, neighbour.id)
        if (parcel.number, parcel.previous) == (row.heard + 1, row.heard_mark):  # else another request was quicker
            await _Hearing(intake, work, row).take(parcel, taken)
            row.heard, row.heard_mark = parcel.number, domain.mark_of(parcel)
        return row.heard, row.heard_mark

    try:
        return await in_work(intake.db, intake.clock, neighbour.tenant_id, one)
    except UNREADABLE as error:
        if domain.passes(error) or (taken is not None and taken.code is not None):
            raise
        log.warning("parcel %d of neighbour %s cannot be read: %s", parcel.number, neighbour.id, outline(error))
    return await in_work(intake.db, intake.clock, neighbour.tenant_id, partial(_pass_over, intake, neighbour, parcel))


async def _pass_over(intake: Intake, neighbour: Neighbour, parcel: Parcel, work: Work) -> tuple[int, str | None]:
    """What cannot be read stops nothing that comes after it; officers are told that there was something.

    A case that cannot be read goes back.
    """
    row = await repository.lock(work, neighbour.tenant_id, neighbour.id)
    if (parcel.number, parcel.previous) == (row.heard + 1, row.heard_mark):
        if parcel.kind is ParcelKind.CASE:
            await _Hearing(intake, work, row).take(parcel._replace(body={}), Taken(None, CANNOT_READ))
        of = await repository.consignment(work, neighbour.tenant_id, neighbour.id, parcel.consignment)
        if of is not None and of.case_id is not None:
            await _Hearing(intake, work, row).note(of, domain.unread(row.name))
        row.heard, row.heard_mark = parcel.number, domain.mark_of(parcel)
    return row.heard, row.heard_mark


class _Hearing:
    """One parcel, in its transaction."""

    def __init__(self, intake: Intake, work: Work, neighbour: NeighbourRow) -> None:
        self._intake = intake
        self._work = work
        self._neighbour = neighbour
        self._tenant_id = TenantId(neighbour.tenant_id)

    async def take(self, parcel: Parcel, taken: Taken | None) -> None:
        """What it says is done; what concerns no consignment of ours is passed over, so that it stops nothing."""
        row = await repository.consignment(self._work, self._tenant_id, self._neighbour.id, parcel.consignment)
        if parcel.kind is ParcelKind.CASE:
            if row is None and taken is not None:
                await self._refuse(parcel, taken)
            elif row is not None and row.report_id is not None and not row.told_version:
                await self._begin(row, parcel)
            return
        if row is None:
            log.warning("parcel %d of neighbour %s is about no consignment of ours", parcel.number, self._neighbour.id)
            return
        giver = row.side == Side.GIVER.value
        if parcel.kind is ParcelKind.RECEIPT and giver:
            await self._receipt(row, parcel.body)
        elif parcel.kind is ParcelKind.STATUS and giver:
            await self._status(row, parcel.body)
        elif parcel.kind is ParcelKind.WORDS and not giver:
            await self._words(row, parcel.body)
        elif parcel.kind is ParcelKind.RECALL and not giver:
            await self._recall(row)

    # -- as the holder

    async def _refuse(self, parcel: Parcel, taken: Taken) -> None:
        row = ConsignmentRow(
            tenant_id=self._tenant_id,
            id=parcel.consignment,
            neighbour_id=self._neighbour.id,
            side=Side.HOLDER.value,
            their_code=domain.words(parcel.body.get("code")),
            state=ConsignmentState.REFUSED.value,
            told_version=0,
            created_at=parcel.at,
            ended_at=self._work.now,
        )
        await repository.write(self._work, row)
        await self._tell(row, ParcelKind.RECEIPT, {"refused": taken.refused})

    async def _begin(self, row: ConsignmentRow, parcel: Parcel) -> None:
        """The receipt; and how it stands, where somebody was quicker than we: nothing was told of it before this."""
        view = await self._view(row)
        row.told_version = view.row["version"]
        status = status_now(self._intake.books, self._tenant_id, view)
        await self._tell(row, ParcelKind.RECEIPT, {"code": row.case_code, **status})
        if view.row["version"] > 1:
            await self._stands(row, view)
        await self._origin(row, parcel, view.row)

    async def _origin(self, row: ConsignmentRow, parcel: Parcel, case: Mapping[str, Any]) -> None:
        """Whose case it is, its dates there, and what it goes on from: in queues and in its history."""
        name, said, case_id = self._neighbour.name, parcel.body, CaseId(_known(row.case_id))
        summary = f"[{name} {row.their_code}] {case['summary']}"
        await cases_service.rewrite_summaries(self._work, self._tenant_id, {case_id: summary})
        before = await self._before(said)
        zone = ZoneInfo(self._intake.books.directory.tenant(self._tenant_id).time_zone)
        text = domain.came(
            name,
            row.their_code,
            (domain.instant_said(said, "opened_at"), domain.instant_said(said, "due_at"), case["due_at"]),
            now=self._work.now,
            zone=zone,
            before=before.case_code if before is not None else None,
            comment=domain.words(said.get("comment")),
        )
        await self.note(row, text)
        if before is not None and before.case_id is not None:
            await self.note(before, domain.given_again(name, row.case_code))

    async def _before(self, said: Mapping[str, Any]) -> ConsignmentRow | None:
        """The consignment of the same case that came back, if that is known here."""
        try:
            follows = UUID(str(said.get("follows")))
        except ValueError:
            return None
        return await repository.consignment(self._work, self._tenant_id, self._neighbour.id, follows)

    async def _words(self, row: ConsignmentRow, said: Any) -> None:
        """The sender's words reach whoever handles it; with `reopens` what was answered is taken up again."""
        rejected = bool(said.get("rejected"))
        text = domain.words(said.get("text")) or (
            domain.rejected(self._neighbour.name) if rejected else "Người gửi đề nghị xử lý lại."
        )
        if row.report_id is None:
            return
        actor, books = system_actor(self._tenant_id), self._intake.books
        case_id, report_id = CaseId(_known(row.case_id)), ReportId(row.report_id)
        reopens = bool(said.get("reopens")) and row.state != ConsignmentState.HELD.value
        try:
            if reopens and rejected:
                await cases_service.reopen_from_outside(self._work, self._tenant_id, case_id, books=books, comment=text)
            elif reopens:
                await cases_service.reopen_for_reporter(
                    self._work, actor, case_id, books=books, report=report_id, comment=text
                )
            elif rejected:
                await self.note(row, text)
            else:
                await cases_service.reply_to_case(self._work, actor, case_id, books=books, report=report_id, text=text)
            if reopens:
                row.state, row.answer_sha256, row.ended_at = ConsignmentState.HELD.value, None, None
        except Problem as problem:
            if domain.passes(problem):
                raise
            await self.note(row, text)
            await self._stands(row, await self._view(row))

    async def _recall(self, row: ConsignmentRow) -> None:
        """They want it no more: what nobody has answered yet is withdrawn, what was stays as it is."""
        open_before = row.state in _OPEN
        row.state, row.ended_at = ConsignmentState.RECALLED.value, self._work.now
        text = domain.recalled(self._neighbour.name)
        if row.report_id is None or not open_before:
            return
        try:
            await cases_service.withdraw_by_reporter(
                self._work,
                system_actor(self._tenant_id),
                CaseId(_known(row.case_id)),
                books=self._intake.books,
                report=ReportId(row.report_id),
                comment=text,
            )
        except Problem as problem:
            if domain.passes(problem):
                raise
            await self.note(row, text)

    # -- as the giver

    async def _receipt(self, row: ConsignmentRow, said: Any) -> None:
        name = self._neighbour.name
        if said.get("code") is None:
            if row.state == ConsignmentState.WAITING.value:
                row.state, row.ended_at = ConsignmentState.REFUSED.value, self._work.now
                await self._give_back(row, domain.refused(name, domain.words(said.get("refused"))))
            return
        row.their_code = domain.words(said["code"])
        if row.state == ConsignmentState.WAITING.value:
            row.state = ConsignmentState.HELD.value
            await self.note(row, domain.taken(name, said))

    async def _status(self, row: ConsignmentRow, said: Any) -> None:
        """How it stands there: a note, an answer for a person here to approve, or the case back with the reason."""
        if row.state not in _OPEN:
            return
        name, becomes = self._neighbour.name, domain.state_said(said)
        if becomes is ConsignmentState.RETURNED:
            row.state, row.ended_at = becomes.value, self._work.now
            await self._give_back(row, domain.stands(name, said))
            return
        if becomes is ConsignmentState.ANSWERED:
            answer = domain.answer_sha256(said)
            if (row.state, row.answer_sha256) == (becomes.value, answer):  # closed after it was answered
                return
            row.state, row.answer_sha256 = becomes.value, answer
            await self.note(row, domain.stands(name, said))
            await self._accepted(row, said)
            await cases_service.draft_from_outside(
                self._work,
                self._tenant_id,
                CaseId(_known(row.case_id)),
                holder=UnitId(self._neighbour.unit_id),
                books=self._intake.books,
                answer=domain.words(said.get("text")) or _NO_WORDS,
            )
            return
        if row.state == ConsignmentState.ANSWERED.value:
            await self._take_back(row)
        row.state, row.answer_sha256 = ConsignmentState.HELD.value, None
        await self.note(row, domain.stands(name, said))
        question = domain.words(said.get("text")) if said.get("type") == EventType.REPORTER_ASKED else None
        if question is not None:
            await cases_service.ask_from_outside(
                self._work,
                self._tenant_id,
                CaseId(_known(row.case_id)),
                holder=UnitId(self._neighbour.unit_id),
                books=self._intake.books,
                by=domain.holder_name(name, said),
                question=question,
                at=domain.instant_said(said, "accepted_at"),
            )
        else:
            await self._accepted(row, said)

    async def _take_back(self, row: ConsignmentRow) -> None:
        """What they answered does not hold: they have taken the case up again."""
        await cases_service.withdraw_draft_from_outside(
            self._work,
            self._tenant_id,
            CaseId(_known(row.case_id)),
            holder=UnitId(self._neighbour.unit_id),
            books=self._intake.books,
            comment=domain.taken_back(self._neighbour.name),
        )

    async def _accepted(self, row: ConsignmentRow, said: Mapping[str, Any]) -> None:
        """Once it is taken up there it is taken up here, since then and in the name of whoever did."""
        if (at := domain.instant_said(said, "accepted_at")) is not None:
            await cases_service.accept_from_outside(
                self._work,
                self._tenant_id,
                CaseId(_known(row.case_id)),
                holder=UnitId(self._neighbour.unit_id),
                books=self._intake.books,
                by=domain.holder_name(self._neighbour.name, said),
                at=at,
            )

    async def _give_back(self, row: ConsignmentRow, reason: str) -> None:
        await cases_service.return_from_outside(
            self._work,
            self._tenant_id,
            CaseId(_known(row.case_id)),
            holder=UnitId(self._neighbour.unit_id),
            books=self._intake.books,
            comment=reason,
        )

    async def note(self, row: ConsignmentRow, text: str) -> None:
        """Words for officers in the history of the case here."""
        await cases_service.note_from_outside(
            self._work, self._tenant_id, CaseId(_known(row.case_id)), books=self._intake.books, text=text
        )

    async def _stands(self, row: ConsignmentRow, view: CaseView) -> None:
        """How it stands with us now."""
        status = status_now(self._intake.books, self._tenant_id, view)
        say(row, status, self._work.now)
        await self._tell(row, ParcelKind.STATUS, status)

    async def _view(self, row: ConsignmentRow) -> CaseView:
        intake = self._intake
        return await cases_service.get_case_for_program(intake.db, self._tenant_id, intake.books, str(row.case_code))

    async def _tell(self, row: ConsignmentRow, kind: ParcelKind, body: dict[str, Any]) -> None:
        await repository.add_parcel(self._work, self._neighbour, row.id, kind, body)


def _known(value: UUID | None) -> UUID:
    """What every consignment has that was taken in. Raises: ValueError."""
    if value is None:
        message = "the consignment was refused"
        raise ValueError(message)
    return value
