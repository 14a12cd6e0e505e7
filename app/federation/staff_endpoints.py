"""Staff: the province's administrators decide with which installations cases are exchanged."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from app.directory.deps import CurrentDirectory
from app.identity.deps import CurrentKeyring, CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import BadRequest, Forbidden
from app.web.cursors import ForeignCursor, UnreadableCursor
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase, PrivateAddresses
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import AskedConsignments, AskedSpan, CurrentWire
from .errors import (
    InvalidNeighbour,
    NeighbourAway,
    NeighbourEnded,
    NeighbourNotFound,
    StaleNeighbour,
    UnitHasNeighbour,
)
from .schemas import ConsignmentListOut, ConsignmentOut, NeighbourIn, NeighbourListOut, NeighbourOut, ReconciliationOut

router = APIRouter(prefix="/api/v1/staff/neighbours", tags=["staff"])

Id = Annotated[UUID, Path(description="Mã kết nối. Id of the neighbour.")]
_ADMIN = (StaffNeeded, SessionExpired, Forbidden)
_SEEN = (UnreadableIfMatch, VersionNeeded, StaleNeighbour, NeighbourEnded)


@router.get("", responses=problem_responses(*_ADMIN))
async def list_neighbours(work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory) -> NeighbourListOut:
    """Các hệ thống Liên Thông khác mà ta trao đổi vụ việc. Installations we exchange cases with, oldest first."""
    found = await service.list_neighbours(work, actor)
    return NeighbourListOut.of(found, directory.unit_codes(actor.tenant_id))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*_ADMIN, InvalidNeighbour, UnitHasNeighbour),
)
async def create_neighbour(
    wanted: NeighbourIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    keys: CurrentKeyring,
    private: PrivateAddresses,
    response: Response,
) -> NeighbourOut:
    """Từ nay vụ việc giao cho đơn vị này chuyển sang hệ thống đó. From now on the unit's cases go there.

    Both sides make one, with the same `id` and `secret`: the first side makes them, the second names them.
    """
    asked = wanted.wanted(directory, actor.tenant_id)
    made, secret = await service.create_neighbour(work, actor, wanted.id, asked, keys=keys, private=private)
    response.headers["ETag"] = version_tag(made.version)
    return NeighbourOut.of(made, directory.unit_codes(actor.tenant_id), secret)


@router.get("/{id}", responses=problem_responses(*_ADMIN, NeighbourNotFound))
async def get_neighbour(
    id: Id,  # noqa: A002 - the address says so
    work: ReadWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    response: Response,
) -> NeighbourOut:
    """Một hệ thống và tình trạng của nó. One neighbour and how it is."""
    found = await service.get_neighbour(work, actor, id)
    response.headers["ETag"] = version_tag(found.version)
    return NeighbourOut.of(found, directory.unit_codes(actor.tenant_id))


@router.put(
    "/{id}", responses=problem_responses(*_ADMIN, NeighbourNotFound, InvalidNeighbour, UnitHasNeighbour, *_SEEN)
)
async def change_neighbour(
    id: Id,  # noqa: A002
    wanted: NeighbourIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    keys: CurrentKeyring,
    private: PrivateAddresses,
    seen: ExpectedVersion,
    response: Response,
) -> NeighbourOut:
    """Thay thông tin; những gì đang chờ được gửi ngay. Replace it; what waits is sent at once.

    A secret that is left out stays as it was; `id` is that of the address.
    """
    asked = wanted.wanted(directory, actor.tenant_id)
    changed = await service.change_neighbour(work, actor, id, asked, seen=seen, keys=keys, private=private)
    response.headers["ETag"] = version_tag(changed.version)
    return NeighbourOut.of(changed, directory.unit_codes(actor.tenant_id))


@router.post("/{id}/end", responses=problem_responses(*_ADMIN, NeighbourNotFound, *_SEEN))
async def end_neighbour(
    id: Id,  # noqa: A002
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    seen: ExpectedVersion,
    response: Response,
) -> NeighbourOut:
    """Thôi chuyển thêm; vụ việc đã chuyển vẫn được trao đổi đến hết. No more go there; the rest is told to its end."""
    ended = await service.end_neighbour(work, actor, id, seen=seen)
    response.headers["ETag"] = version_tag(ended.version)
    return NeighbourOut.of(ended, directory.unit_codes(actor.tenant_id))


@router.get(
    "/{id}/consignments", responses=problem_responses(*_ADMIN, NeighbourNotFound, UnreadableCursor, ForeignCursor)
)
async def list_consignments(
    id: Id,  # noqa: A002
    asked: AskedConsignments,
    work: ReadWork,
    actor: CurrentStaff,
) -> ConsignmentListOut:
    """Vụ việc đã giao và đã nhận, mới trước. Cases given and held, newest first."""
    found = await service.list_consignments(
        work, actor, id, state=asked.state, before=asked.before, limit=asked.limit + 1
    )
    return ConsignmentListOut(
        items=[ConsignmentOut.of(one) for one in found[: asked.limit]], next_cursor=asked.following(found)
    )


@router.get("/{id}/reconciliation", responses=problem_responses(*_ADMIN, NeighbourNotFound, NeighbourAway, BadRequest))
async def reconcile(
    id: Id,  # noqa: A002
    asked: AskedSpan,
    database: CurrentDatabase,
    clock: CurrentClock,
    actor: CurrentStaff,
    keys: CurrentKeyring,
    wire: CurrentWire,
) -> ReconciliationOut:
    """Đối chiếu hai bên theo ngày giao, tối đa 92 ngày. Both sides laid side by side, by the day of giving."""
    found = await service.reconcile(
        database, clock, actor, id, asked.since, asked.until, zone=asked.zone, keys=keys, wire=wire
    )
    return ReconciliationOut.of(found)
