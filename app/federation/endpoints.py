"""Other installations of ours: parcels they bring, and what they compare. Nobody signs in: each request is signed."""

from __future__ import annotations

from fastapi import APIRouter

from app.limits.errors import LimitReached
from app.web.problems import problem_responses

from . import service
from .deps import PROOF, CurrentTimezone, Proved, ProvenRoute
from .errors import UnprovenParcels
from .schemas import DigestIn, DigestOut, ParcelsIn, ParcelsOut

router = APIRouter(prefix="/api/v1/federation/{id}", tags=["federation"], route_class=ProvenRoute)
_REFUSED = problem_responses(UnprovenParcels, LimitReached)


@router.post("/parcels", responses=_REFUSED, openapi_extra=PROOF)
async def take_parcels(proved: Proved, said: ParcelsIn) -> ParcelsOut:
    """Hệ thống bạn gửi tin, theo số thứ tự; trả lời sau khi đã ghi. Parcels in the order of their numbers.

    Signed as Standard Webhooks has it. What is here already is passed over, what leaves a gap is left: send again from
    the number after `heard`.
    """
    parcels = [one.parcel() for one in said.parcels]
    heard, mark = await service.take_in(proved.intake, proved.neighbour, parcels, said.forgotten)
    return ParcelsOut(heard=heard, mark=mark)


@router.post("/digest", responses=_REFUSED, openapi_extra=PROOF)
async def compare_days(proved: Proved, said: DigestIn, zone: CurrentTimezone) -> DigestOut:
    """Đối chiếu: mã băm từng ngày, và từng dòng của những ngày được hỏi. Digests of days, and lines of those named."""
    neighbour = proved.neighbour
    digests, lines = await service.digests_for(proved.intake.db, neighbour, said.since, said.until, zone, said.days)
    return DigestOut.of(digests, lines, neighbour.written)
