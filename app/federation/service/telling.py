"""From facts about cases to what neighbours are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.cases import service as cases_service
from app.cases.events import ENTERING, EventType
from app.cases.service import CaseView
from app.cases.terms import OPEN_STATES, Books, CaseState
from app.catalogue import service as catalogue_service
from app.catalogue.terms import Answer
from app.db.engine import Database
from app.db.work import Work
from app.federation import domain, repository
from app.federation.models import ConsignmentRow, NeighbourRow
from app.federation.terms import END, OPEN, ConsignmentState, ParcelKind, Side
from app.kit.clock import rfc3339
from app.kit.ids import CaseId, TenantId, UnitId, uuid7
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
_OUTWARD = frozenset({Audience.PUBLIC, Audience.REPORTER})


async def tell(work: Work, db: Database, books: Books, tenant_id: TenantId, messages: Sequence[Message]) -> int:
    """Number of parcels that wait from now on. One statement where there are no neighbours."""
    neighbours = await repository.list_all(work, tenant_id)
    if not neighbours:
        return 0
    rows = await repository.consignments_of(work, tenant_id, {message.subject_id for message in messages})
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
        if rejected and row.state != ConsignmentState.ANSWERED.value:  # a draft that somebody here has written
            return 0
        said = masked(_entry_text(await self._view(message), message, only=_OUTWARD))
        reopens = rejected or message.type == EventType.REOPENED
        if reopens:
            row.state, row.ended_at = ConsignmentState.HELD.value, None
        return await self._add(row, ParcelKind.WORDS, {"text": said, "reopens": reopens, "rejected": rejected})

    async def _report_back(self, row: ConsignmentRow, message: Message) -> int:
        """How it stands with us, once for each version of our case."""
        if message.subject_version <= row.told_version or message.type in _SILENT:
            return 0
        view = await self._view(message)
        status = status_of(self._books, self._tenant_id, view, message.type, message.subject_version)
        row.told_version = max(view.row["version"], message.subject_version)
        becomes = domain.state_said(status)
        row.state = becomes.value
        row.ended_at = self._work.now if becomes is not ConsignmentState.HELD else None
        return await self._add(row, ParcelKind.STATUS, status)

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


def status_of(books: Books, tenant_id: TenantId, view: CaseView, kind: str, version: int) -> dict[str, Any]:
    """How a case stands, for the giver: what a public page would say of it, and the question to its sender."""
    row: Mapping[str, Any] = view.row
    state = CaseState(row["state"])
    said = row["answer"] if state.value in {"resolved", "closed"} else None
    if kind == EventType.REPORTER_ASKED:
        entry = next((one for one in view.entries if one.case_version == version and one.text), None)
        said = entry.text if entry is not None else None
    return {
        "type": kind,
        "version": row["version"],
        "state": state.value,
        "label": state.label.vi,
        "resolution": row["resolution"],
        "unit": books.directory.unit(tenant_id, UnitId(row["unit_id"])).name,
        "due_at": rfc3339(row["due_at"]) if row["due_at"] is not None else None,
        "accepted_at": rfc3339(row["accepted_at"]) if row["accepted_at"] is not None else None,
        "text": masked(said),
    }
