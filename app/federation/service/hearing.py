"""What neighbours tell: proved, taken in one parcel after the other, each in a transaction with how far we are."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from app.cases import service as cases_service
from app.cases.events import EventType
from app.db.work import Work, in_work, read_work
from app.federation import domain, repository
from app.federation.errors import UnprovenParcels
from app.federation.models import ConsignmentRow, NeighbourRow
from app.federation.terms import OPEN, ConsignmentState, Neighbour, Parcel, ParcelKind, Side
from app.identity.errors import IdentityUnreadable
from app.identity.terms import system_actor
from app.kit.geo import Point
from app.kit.ids import CaseId, ReportId, TenantId, UnitId
from app.kit.problems import Problem
from app.reports import service as reports_service
from app.reports.service import Intake, Repeat
from app.reports.terms import Channel, NewReport

from .keys import open_secret
from .telling import status_of

log = logging.getLogger("lienthong.federation")
_OPEN = frozenset(state.value for state in OPEN)
_UNREADABLE = (Problem, KeyError, TypeError, ValueError, AttributeError)
_NO_WORDS = "Bên tiếp nhận cho biết đã xử lý xong."


async def prove(
    intake: Intake, tenant_id: TenantId, neighbour_id: UUID, proof: tuple[str, str, str], body: bytes
) -> Neighbour:
    """The neighbour that signed `body`. `proof`: id, instant, signatures. Raises: UnprovenParcels whatever is wrong."""
    async with read_work(intake.db, intake.clock, tenant_id) as work:
        row = await repository.find(work, tenant_id, neighbour_id)
        neighbour = row.read() if row is not None else None
    if neighbour is None:
        raise UnprovenParcels
    try:
        secret = open_secret(intake.keys, neighbour)
    except IdentityUnreadable as error:
        raise UnprovenParcels from error
    if not domain.is_signed(secret, *proof, body, intake.clock.now()):
        raise UnprovenParcels
    return neighbour


async def take_in(intake: Intake, neighbour: Neighbour, parcels: Sequence[Parcel]) -> tuple[int, str | None]:
    """Up to which number its parcels are here now, and the mark of that one.

    What came before is passed over, what leaves a gap is left, and what is not taken in within ANSWER_WITHIN_S, before
    the other side gives up, is left too. A parcel names the one before it: where a side was put
    back from a copy and gives numbers once more, that is seen, and nothing is taken for what it is not.
    """
    heard, mark = neighbour.heard, neighbour.heard_mark
    until = asyncio.get_running_loop().time() + domain.ANSWER_WITHIN_S
    for parcel in parcels:
        if parcel.number <= heard:
            continue
        if parcel.number != heard + 1 or parcel.previous != mark:
            break
        taken = await _report(intake, neighbour, parcel) if parcel.kind is ParcelKind.CASE else None

        async def one(work: Work, parcel: Parcel = parcel, taken: _Taken | None = taken) -> tuple[int, str | None]:
            row = await repository.lock(work, neighbour.tenant_id, neighbour.id)
            if (parcel.number, parcel.previous) == (row.heard + 1, row.heard_mark):  # else another request was quicker
                await _Hearing(intake, work, row).take(parcel, taken)
                row.heard, row.heard_mark = parcel.number, domain.mark_of(parcel)
            return row.heard, row.heard_mark

        try:
            heard, mark = await in_work(intake.db, intake.clock, neighbour.tenant_id, one)
        except _UNREADABLE as error:
            log.warning("parcel %d of neighbour %s cannot be read: %r", parcel.number, neighbour.id, error)
            heard, mark = await in_work(
                intake.db, intake.clock, neighbour.tenant_id, partial(_pass_over, intake, neighbour, parcel)
            )
        if asyncio.get_running_loop().time() >= until:
            break
    return heard, mark


async def _pass_over(intake: Intake, neighbour: Neighbour, parcel: Parcel, work: Work) -> tuple[int, str | None]:
    """What cannot be read stops nothing that comes after it; officers are told that there was something."""
    row = await repository.lock(work, neighbour.tenant_id, neighbour.id)
    if (parcel.number, parcel.previous) == (row.heard + 1, row.heard_mark):
        of = await repository.consignment(work, neighbour.tenant_id, neighbour.id, parcel.consignment)
        if of is not None and of.case_id is not None:
            await _Hearing(intake, work, row).note(of, domain.unread(row.name))
        row.heard, row.heard_mark = parcel.number, domain.mark_of(parcel)
    return row.heard, row.heard_mark


class _Taken:
    """A case that was taken in as a report of ours, or why it was not."""

    def __init__(self, code: str | None, refused: str | None) -> None:
        self.code = code
        self.refused = refused


async def _report(intake: Intake, neighbour: Neighbour, parcel: Parcel) -> _Taken:
    """The report that the case becomes here: one, however often the parcel comes."""
    said = parcel.body
    try:
        new = _as_report(said)
    except (TypeError, ValueError) as error:
        return _Taken(None, f"không đọc được: {error}")
    key = hashlib.sha256(f"federation {neighbour.id} {parcel.consignment}".encode()).digest()
    actor = replace(system_actor(neighbour.tenant_id), name=neighbour.wanted.name)
    try:
        answer = await reports_service.submit_report(
            intake,
            actor,
            new,
            host_tenant=neighbour.tenant_id,
            repeat=Repeat(key, hashlib.sha256(orjson.dumps(dict(said), option=orjson.OPT_SORT_KEYS)).digest()),
            shape=lambda submitted: {"code": submitted.facts.code},
        )
    except Problem as problem:
        if problem.status >= 500:
            raise
        return _Taken(None, problem.detail.vi)
    return _Taken(str(answer.body["code"]), None)


def _as_report(said: Mapping[str, Any]) -> NewReport:
    """Raises: TypeError, ValueError."""
    point = said.get("point")
    return NewReport(
        category=str(said.get("category")),
        description=domain.words(said.get("description")) or "(không có nội dung)",
        point=Point(*map(float, point)) if point else None,
        area=None if point else domain.words(said.get("area")),
        address=domain.words(said.get("address")),
        answers=dict(said.get("answers") or {}),
        channel=Channel.OPEN311,
        passed_on=True,
    )


class _Hearing:
    """One parcel, in its transaction."""

    def __init__(self, intake: Intake, work: Work, neighbour: NeighbourRow) -> None:
        self._intake = intake
        self._work = work
        self._neighbour = neighbour
        self._tenant_id = TenantId(neighbour.tenant_id)

    async def take(self, parcel: Parcel, taken: _Taken | None) -> None:
        """What it says is done; what concerns no consignment of ours is passed over, so that it stops nothing."""
        row = await repository.consignment(self._work, self._tenant_id, self._neighbour.id, parcel.consignment)
        if parcel.kind is ParcelKind.CASE:
            if row is None and taken is not None:
                await self._begin(parcel, taken)
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

    async def _begin(self, parcel: Parcel, taken: _Taken) -> None:
        """A case of theirs is ours to handle now, and they get a receipt with how it stands."""
        intake, work = self._intake, self._work
        row = ConsignmentRow(
            tenant_id=self._tenant_id,
            id=parcel.consignment,
            neighbour_id=self._neighbour.id,
            side=Side.HOLDER.value,
            their_code=domain.words(parcel.body.get("code")),
            created_at=parcel.at,
            told_version=0,
        )
        if taken.code is None:
            row.state, row.ended_at = ConsignmentState.REFUSED.value, work.now
            await repository.write(work, row)
            await self._tell(row, ParcelKind.RECEIPT, {"refused": taken.refused})
            return
        report = await reports_service.find_facts(intake.db, self._tenant_id, taken.code)
        assert report is not None, "it was committed before"
        view = await cases_service.get_case_for_program(intake.db, self._tenant_id, intake.books, taken.code)
        row.case_id, row.case_code, row.report_id = view.row["id"], taken.code, report["report_id"]
        row.state, row.told_version = ConsignmentState.HELD.value, view.row["version"]
        await repository.write(work, row)
        status = status_of(intake.books, self._tenant_id, view, "case.opened", view.row["version"])
        await self._tell(row, ParcelKind.RECEIPT, {"code": taken.code, **status})
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
            (_instant(said, "opened_at"), _instant(said, "due_at"), case["due_at"]),
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
                row.state, row.ended_at = ConsignmentState.HELD.value, None
        except Problem:
            await self.note(row, text)
            view = await cases_service.get_case_for_program(self._intake.db, self._tenant_id, books, str(row.case_code))
            status = status_of(books, self._tenant_id, view, "case.resolved", view.row["version"])
            await self._tell(row, ParcelKind.STATUS, status)

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
        except Problem:
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
            if row.state == ConsignmentState.ANSWERED.value:  # closed after it was answered
                return
            row.state = becomes.value
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
        row.state = ConsignmentState.HELD.value
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
                at=_instant(said, "accepted_at"),
            )
        else:
            await self._accepted(row, said)

    async def _accepted(self, row: ConsignmentRow, said: Mapping[str, Any]) -> None:
        """Once it is taken up there it is taken up here, since then and in the name of whoever did."""
        if (at := _instant(said, "accepted_at")) is not None:
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

    async def _tell(self, row: ConsignmentRow, kind: ParcelKind, body: dict[str, Any]) -> None:
        await repository.add_parcel(self._work, self._neighbour, row.id, kind, body)
        row.told_version = max(row.told_version, int(body.get("version") or 0))


def _instant(said: Mapping[str, Any], name: str) -> datetime | None:
    """The instant that the other side has written there; None for nothing and for what is none."""
    try:
        found = datetime.fromisoformat(str(said.get(name)))
    except ValueError:
        return None
    return found if found.tzinfo is not None and 1970 < found.year < 2200 else None


def _known(value: UUID | None) -> UUID:
    """What every consignment has that was taken in. Raises: ValueError."""
    if value is None:
        message = "the consignment was refused"
        raise ValueError(message)
    return value
