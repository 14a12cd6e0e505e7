"""From facts about cases to what neighbours are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases import service as cases_service
from app.cases.events import ENTERING, EventType
from app.cases.service import CaseView
from app.cases.terms import OPEN_STATES, Books, CaseState, Resolution
from app.catalogue import service as catalogue_service
from app.catalogue.terms import Answer
from app.db.engine import Database
from app.db.work import Work
from app.federation import domain, repository
from app.federation.models import ConsignmentRow, NeighbourRow
from app.federation.terms import END, OPEN, ConsignmentState, ParcelKind, Side
from app.identity.terms import ActorKind, system_actor
from app.kit.clock import rfc3339
from app.kit.ids import CaseId, ReportId, TenantId, UnitId, uuid7
from app.kit.problems import Problem
from app.outbox.terms import Message
from app.publication.domain import masked
from app.reports import service as reports_service
from app.reports.terms import ReportText
from app.timeline.terms import Audience

_OPEN_CASES = frozenset(state.value for state in OPEN_STATES)
_OPEN_CONSIGNMENTS = frozenset(state.value for state in OPEN)
_ENTERING = frozenset(one.value for one in ENTERING)
_END = frozenset(one.value for one in END)
_REJECTED = EventType.DRAFT_REJECTED.value
_SAID = frozenset({EventType.REPORTER_REPLIED.value, EventType.REOPENED.value, _REJECTED})
_SILENT = frozenset({EventType.NOTED.value, EventType.REPORTER_REPLIED.value, _REJECTED})
_TO_THE_UNIT = frozenset({EventType.REFERRED.value, EventType.RETURNED.value, EventType.REOPENED.value})
_OUTCOMES: dict[str, str | None] = {  # what ends a case, as what where the entry does not say it
    EventType.RESOLVED.value: None,
    EventType.DIVERTED.value: Resolution.DIVERTED.value,
    EventType.WITHDRAWN.value: Resolution.WITHDRAWN.value,
    EventType.MERGED.value: Resolution.DUPLICATE.value,
}
_OUTWARD = frozenset({Audience.PUBLIC, Audience.REPORTER})


async def tell(work: Work, db: Database, books: Books, tenant_id: TenantId, messages: Sequence[Message]) -> int:
    """Number of parcels that wait from now on. One statement where there are no neighbours."""
    neighbours = await repository.list_all(work, tenant_id)
    if not neighbours:
        return 0
    subjects = {message.subject_id for message in messages}
    rows = await repository.consignments_of(work, tenant_id, subjects)
    if rows:  # nobody hears anything of them from here on: they stay as they are read now
        for neighbour_id in sorted({row.neighbour_id for row in rows}):
            await repository.lock(work, tenant_id, neighbour_id)
        rows = await repository.consignments_of(work, tenant_id, subjects)
    teller = _Teller(work, db, books, tenant_id, neighbours, rows)
    return sum([await teller.one(message) for message in messages])


class _Teller:
    """One batch of facts."""

    def __init__(
        self,
        work: Work,
        db: Database,
        books: Books,
        tenant_id: TenantId,
        neighbours: Sequence[NeighbourRow],
        consignments: list[ConsignmentRow],
    ) -> None:
        self._work = work
        self._db = db
        self._books = books
        self._tenant_id = tenant_id
        self._neighbours = {row.id: row for row in neighbours}
        self._by_unit = {row.unit_id: row for row in neighbours if row.active}
        self._consignments = consignments

    async def one(self, message: Message) -> int:
        """Parcels of one fact: the holder tells the giver, the giver sends, calls back or passes words on."""
        mine = [
            row for row in self._consignments if row.case_id == message.subject_id and row.state in _OPEN_CONSIGNMENTS
        ]
        told = 0
        for row in mine:
            if row.side == Side.HOLDER.value:
                told += await self._report_back(row, message)
        given = next((row for row in mine if row.side == Side.GIVER.value), None)
        there = self._by_unit.get(UUID(message.payload["unit_id"]))
        if given is not None:
            return told + await self._of_given(given, there, message)
        if there is None or message.payload["state"] not in _OPEN_CASES:
            return told
        again = any(row.case_id == message.subject_id and row.side == Side.GIVER.value for row in self._consignments)
        if message.type in _ENTERING or (message.type == EventType.NOTED and not again):  # a note lets a held case go
            return told + await self._give(there, message)
        return told

    async def _give(self, there: NeighbourRow, message: Message) -> int:
        case_id = CaseId(message.subject_id)
        if any(row.side == Side.HOLDER.value and row.neighbour_id == there.id for row in self._of(case_id)):
            return 0  # it came from there: never back as a case of its own
        if await cases_service.is_held(self._db, self._tenant_id, case_id):
            return 0
        view = await self._view(message)
        reports = await reports_service.reports_for_staff(self._db, self._tenant_id, view)
        if not reports:
            return 0
        neighbour = await repository.lock(self._work, self._tenant_id, there.id)
        row = ConsignmentRow(
            tenant_id=self._tenant_id,
            id=uuid7(self._work.now),
            neighbour_id=there.id,
            side=Side.GIVER.value,
            case_id=case_id,
            case_code=message.payload["code"],
            state=ConsignmentState.WAITING.value,
            told_version=0,
            created_at=self._work.now,
        )
        given = (one for one in reversed(self._of(case_id)) if one.side == Side.GIVER.value)
        before = next((one for one in given if one.neighbour_id == there.id), None)
        await repository.write(self._work, row)
        self._consignments.append(row)
        first = reports[0]
        body = {
            "code": row.case_code,
            "category": view.row["category_code"],
            "description": masked(first.description) or "(không có nội dung)",
            "address": masked(first.address),
            "point": [first.point.lat, first.point.lon] if first.point is not None else None,
            "area": first.area,
            "answers": self._answers(first),
            "opened_at": rfc3339(view.row["opened_at"]),
            "due_at": message.payload["due_at"],
            "comment": masked(_entry_text(view, message)) if message.type in _TO_THE_UNIT else None,
            "follows": str(before.id) if before is not None else None,
        }
        await repository.add_parcel(self._work, neighbour, row.id, ParcelKind.CASE, body)
        return 1

    def _answers(self, report: ReportText) -> dict[str, Answer]:
        """What was answered to questions whose answers may leave the installation; words are masked."""
        told = catalogue_service.told_answers(
            self._books.catalogue, tenant=self._tenant_id, code=report.category, answers=report.answers
        )
        return {code: masked(said) or "" if isinstance(said, str) else said for code, said in told.items()}

    async def _of_given(self, row: ConsignmentRow, there: NeighbourRow | None, message: Message) -> int:
        """What the neighbour that has the case hears of it from us."""
        gone = there is None or there.id != row.neighbour_id
        ended = message.type in _END and row.state != ConsignmentState.ANSWERED.value
        if gone or ended:
            row.state, row.ended_at = ConsignmentState.RECALLED.value, self._work.now
            return await self._add(row, ParcelKind.RECALL, {})
        if message.type in _END:  # with their answer
            row.ended_at = self._work.now
            return 0
        if message.type not in _SAID:
            return 0
        rejected = message.type == _REJECTED
        # A draft that somebody here has written, or an answer that they took back themselves.
        if rejected and (
            row.state != ConsignmentState.ANSWERED.value or message.payload.get("actor_kind") == ActorKind.SYSTEM
        ):
            return 0
        said = masked(_entry_text(await self._view(message), message, only=_OUTWARD))
        reopens = rejected or message.type == EventType.REOPENED
        if reopens:
            row.state, row.answer_sha256, row.ended_at = ConsignmentState.HELD.value, None, None
        return await self._add(row, ParcelKind.WORDS, {"text": said, "reopens": reopens, "rejected": rejected})

    async def _report_back(self, row: ConsignmentRow, message: Message) -> int:
        """How it stood with us after that fact, each fact once; before the receipt nothing: it says how it stands."""
        if not row.told_version:
            return 0
        if self._enters_giver(row, message):
            view = await self._view(message)
            if view.row["unit_id"] == self._neighbours[row.neighbour_id].unit_id and view.row["state"] in _OPEN_CASES:
                return await self._give_back(row, message, view)
        if message.subject_version <= row.told_version or message.type in _SILENT:
            return 0
        return await self._say(
            row, message, status_at(self._books, self._tenant_id, await self._view(message), message)
        )

    def _enters_giver(self, row: ConsignmentRow, message: Message) -> bool:
        """Whether the fact puts our case into the hands of the unit that stands for whoever entrusted it to us."""
        entered = message.type == EventType.OPENED or "from_unit_id" in message.payload
        return entered and UUID(message.payload["unit_id"]) == self._neighbours[row.neighbour_id].unit_id

    async def _give_back(self, row: ConsignmentRow, message: Message, view: CaseView) -> int:
        """Back to the giver with what the officer has written; with us it ends, else it were in nobody's hands."""
        words = masked(_entry_text(view, message)) or domain.NOT_OURS
        told = await self._say(
            row,
            message,
            {
                **status_at(self._books, self._tenant_id, view, message),
                "state": CaseState.CLOSED.value,
                "label": domain.GIVEN_BACK,
                "resolution": Resolution.NOT_COMPETENT.value,
                "text": words,
            },
        )
        await self._end(row, CaseId(message.subject_id), domain.given_back(self._neighbours[row.neighbour_id].name))
        return told

    async def _end(self, row: ConsignmentRow, case_id: CaseId, comment: str) -> None:
        """Our case is over; where others have reported it too it goes on, with a note."""
        assert row.report_id is not None, "it was taken in"
        actor, report_id = system_actor(self._tenant_id), ReportId(row.report_id)
        try:
            await cases_service.withdraw_by_reporter(
                self._work, actor, case_id, books=self._books, report=report_id, comment=comment
            )
        except Problem as problem:
            if domain.passes(problem):
                raise
            await cases_service.note_from_outside(self._work, self._tenant_id, case_id, books=self._books, text=comment)

    async def _say(self, row: ConsignmentRow, message: Message, status: Mapping[str, Any]) -> int:
        row.told_version = message.subject_version
        say(row, status, self._work.now)
        return await self._add(row, ParcelKind.STATUS, dict(status))

    async def _add(self, row: ConsignmentRow, kind: ParcelKind, body: dict[str, Any]) -> int:
        neighbour = await repository.lock(self._work, self._tenant_id, row.neighbour_id)
        await repository.add_parcel(self._work, neighbour, row.id, kind, body)
        return 1

    def _of(self, case_id: CaseId) -> list[ConsignmentRow]:
        return [row for row in self._consignments if row.case_id == case_id]

    async def _view(self, message: Message) -> CaseView:
        return await cases_service.get_case_for_program(self._db, self._tenant_id, self._books, message.payload["code"])


def _entry_text(view: CaseView, message: Message, only: Collection[Audience] = tuple(Audience)) -> str | None:
    """What was written with the fact, where it is for one of these readers."""
    found = (one for one in view.entries if one.case_version == message.subject_version and one.text)
    return next((one.text for one in found if one.audience in only), None)


def say(row: ConsignmentRow, status: Mapping[str, Any], now: datetime) -> None:
    """The consignment stands as we tell the giver."""
    becomes = domain.state_said(status)
    row.state, row.answer_sha256 = becomes.value, domain.answer_sha256(status)
    row.ended_at = now if becomes is not ConsignmentState.HELD else None


def status_at(books: Books, tenant_id: TenantId, view: CaseView, message: Message) -> dict[str, Any]:
    """How a case stood after that fact, for the giver, with what was said then: an answer, a question to its sender."""
    payload, version = message.payload, message.subject_version
    state = CaseState(payload["state"])
    outcome = next(
        (one for one in reversed(view.entries) if one.type in _OUTCOMES and one.case_version <= version), None
    )
    said, resolution = None, None
    if message.type == EventType.REPORTER_ASKED:
        said = _entry_text(view, message, only=_OUTWARD)
    elif state not in OPEN_STATES and outcome is not None:
        resolution = _OUTCOMES[outcome.type] or outcome.data.get("resolution")
        said = outcome.text if outcome.audience in _OUTWARD else None
    return _status(
        books,
        tenant_id,
        view.row,
        type=message.type,
        version=version,
        state=state,
        resolution=resolution,
        unit_id=UUID(payload["unit_id"]),
        due_at=payload["due_at"],
        said=said,
    )


def status_now(books: Books, tenant_id: TenantId, view: CaseView) -> dict[str, Any]:
    """How a case stands, for the giver: what a public page would say of it, and the question to its sender."""
    row: Mapping[str, Any] = view.row
    state = CaseState(row["state"])
    kind, said = EventType.OPENED, row["answer"] if state not in OPEN_STATES else None
    if state not in OPEN_STATES:
        kind = EventType.RESOLVED
    elif state is CaseState.AWAITING_REPORTER:
        kind = EventType.REPORTER_ASKED
        said = next((one.text for one in reversed(view.entries) if one.type == kind and one.text), None)
    return _status(
        books,
        tenant_id,
        row,
        type=kind.value,
        version=row["version"],
        state=state,
        resolution=row["resolution"],
        unit_id=row["unit_id"],
        due_at=rfc3339(row["due_at"]) if row["due_at"] is not None else None,
        said=said,
    )


def _status(
    books: Books,
    tenant_id: TenantId,
    row: Mapping[str, Any],
    *,
    state: CaseState,
    unit_id: UUID,
    said: str | None,
    **told: Any,
) -> dict[str, Any]:
    return {
        **told,
        "state": state.value,
        "label": state.label.vi,
        "unit": books.directory.unit(tenant_id, UnitId(unit_id)).name,
        "accepted_at": rfc3339(row["accepted_at"]) if row["accepted_at"] is not None else None,
        "text": masked(said),
    }
