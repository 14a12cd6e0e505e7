"""An officer's own leave: who stands in meanwhile."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status

from app.directory.deps import CurrentDirectory
from app.directory.errors import UnknownUnit
from app.identity import service as identity
from app.identity.deps import CurrentStaff
from app.identity.errors import DeputyThere, InvalidDeputy, SessionExpired, StaffNeeded, UnknownDeputy
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from .schemas import DeputyIn, DeputyListOut, DeputyOut

router = APIRouter(prefix="/api/v1/staff/me/deputies", tags=["staff"])
_MINE = (StaffNeeded, SessionExpired)


@router.get("", responses=problem_responses(*_MINE))
async def list_deputies(work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory) -> DeputyListOut:
    """Ai làm thay bạn, bạn làm thay ai, lúc này và sắp tới. Who stands in for you, and for whom you do."""
    return DeputyListOut.of(await identity.list_deputies(work, actor), actor.staff_id, directory, actor.tenant_id)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*_MINE, UnknownUnit, InvalidDeputy, DeputyThere),
)
async def name_deputy(wanted: DeputyIn, work: WriteWork, actor: CurrentStaff, directory: CurrentDirectory) -> DeputyOut:
    """Cử một đồng nghiệp cùng cơ quan làm thay khi bạn nghỉ. Name a colleague of the same unit to stand in for you.

    They have the roles you hold in this unit for that time, and no others; what they do says for whom. What takes two
    persons still does: they count as themselves.
    """
    named = await identity.name_deputy(work, actor, wanted.wanted(directory, actor.tenant_id))
    return DeputyOut.of(named, directory, actor.tenant_id)


@router.delete("/{deputy}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(*_MINE, UnknownDeputy))
async def end_deputy(
    deputy: Annotated[UUID, Path(description="Mã lần cử. Id.")], work: WriteWork, actor: CurrentStaff
) -> None:
    """Kết thúc việc làm thay, có hiệu lực ngay. End it, at once."""
    await identity.end_deputy(work, actor, deputy)
