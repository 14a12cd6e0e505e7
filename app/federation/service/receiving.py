"""A case that a neighbour entrusts becomes a report of ours, in one statement with the consignment that knows of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from app.db.engine import Database
from app.db.errors import outline
from app.db.work import HotWork
from app.federation import domain, repository
from app.federation.models import ConsignmentRow
from app.federation.terms import ConsignmentState, Neighbour, Parcel, Side
from app.identity.terms import system_actor
from app.kit.geo import Point
from app.kit.ids import TenantId
from app.kit.problems import Problem
from app.reports import service as reports_service
from app.reports.service import Intake, Repeat
from app.reports.terms import Channel, NewReport
from app.routing.errors import NoResponsibleUnit
from app.web.idempotency import Answer

log = logging.getLogger("lienthong.federation")
UNREADABLE = (Problem, KeyError, TypeError, ValueError, AttributeError)
CANNOT_READ = "không đọc được"


class Taken(NamedTuple):
    """A case that was taken in as a report of ours, or why it was not."""

    code: str | None
    refused: str | None


async def report(intake: Intake, neighbour: Neighbour, parcel: Parcel) -> Taken:
    """The report that the case becomes here: one, however often and however much later the parcel comes.

    Raises: Problem when it may be taken in a moment later.
    """
    kept = _Kept(None, b"", neighbour=neighbour, parcel=parcel)
    if (before := await kept.find(intake.db, neighbour.tenant_id)) is not None:
        return Taken(before.body["body"]["code"], None)
    try:
        answer = await reports_service.submit_report(
            intake,
            replace(system_actor(neighbour.tenant_id), name=neighbour.wanted.name),
            _as_report(parcel.body),
            host_tenant=neighbour.tenant_id,
            repeat=kept,
            shape=lambda submitted: {"code": submitted.facts.code, "case_id": str(submitted.facts.id)},
        )
    except Problem as problem:
        if domain.passes(problem) and not isinstance(problem, NoResponsibleUnit):
            raise
        return Taken(None, problem.detail.vi)
    except UNREADABLE as error:
        log.warning("parcel %d of neighbour %s cannot be read: %s", parcel.number, neighbour.id, outline(error))
        return Taken(None, CANNOT_READ)
    return Taken(str(answer.body["code"]), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept(Repeat):
    """The answer is kept as the consignment: it is written with the report, and lasts as long as the two sides do."""

    neighbour: Neighbour
    parcel: Parcel

    def keep(self, work: HotWork, tenant_id: TenantId, answer: Answer) -> None:
        """Write the consignment and with it the report, or neither when it is here already."""
        done = answer.body["body"]
        work.put_once(
            ConsignmentRow.__table__,  # type: ignore[arg-type]
            {
                "tenant_id": tenant_id,
                "id": self.parcel.consignment,
                "neighbour_id": self.neighbour.id,
                "side": Side.HOLDER.value,
                "case_id": UUID(done["case_id"]),
                "case_code": done["code"],
                "report_id": UUID(answer.body["report_id"]),
                "their_code": domain.words(self.parcel.body.get("code")),
                "state": ConsignmentState.HELD.value,
                "told_version": 0,
                "created_at": self.parcel.at,
            },
        )

    async def find(self, db: Database, tenant_id: TenantId) -> Answer | None:
        """The report as which it is here, if it is. One statement."""
        found = await repository.find_taken(db, tenant_id, self.neighbour.id, self.parcel.consignment)
        if found is None:
            return None
        said = {"code": found["case_code"], "case_id": str(found["case_id"])}
        return Answer(201, {"report_id": str(found["report_id"]), "body": said, "by_secret": False})


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
