"""Staff: the province's administrators decide which units' cases go to systems of others."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from app.catalogue.deps import CurrentCatalogue
from app.directory.deps import CurrentDirectory
from app.identity.deps import CurrentKeyring, CurrentStaff, NamedKey
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.cursors import ForeignCursor, UnreadableCursor
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded, version_tag
from app.web.idempotency import Answer, IdempotencyKeyReused, UnreadableIdempotencyKey, once
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase, PrivateAddresses
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import AskedErrands
from .errors import (
    ErrandNotFound,
    InvalidPartner,
    NothingToRetry,
    PartnerEnded,
    PartnerNotFound,
    StalePartner,
    UnitHasPartner,
)
from .schemas import ErrandListOut, ErrandOut, PartnerIn, PartnerListOut, PartnerOut

router = APIRouter(prefix="/api/v1/staff/partners", tags=["staff"])

Id = Annotated[UUID, Path(description="Mã đối tác. Id of the partner.")]
_ADMIN = (StaffNeeded, SessionExpired, Forbidden)
_SEEN = (UnreadableIfMatch, VersionNeeded, StalePartner, PartnerEnded)


@router.get("", responses=problem_responses(*_ADMIN))
async def list_partners(work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory) -> PartnerListOut:
    """Các hệ thống Open311 nhận vụ việc của đơn vị, cũ trước. Open311 servers that units' cases go to, oldest first."""
    found = await service.list_partners(work, actor)
    return PartnerListOut.of(found, directory.unit_codes(actor.tenant_id))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        *_ADMIN, InvalidPartner, UnitHasPartner, UnreadableIdempotencyKey, IdempotencyKeyReused
    ),
)
async def create_partner(
    wanted: PartnerIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    catalogue: CurrentCatalogue,
    keys: CurrentKeyring,
    private: PrivateAddresses,
    key: NamedKey,
    response: Response,
) -> PartnerOut:
    """Từ nay vụ việc đơn vị này nhận được chuyển sang hệ thống đó. From now on the unit's cases are handed over there.

    What the unit holds already stays with it, until it changes hands.
    """
    asked = wanted.wanted(directory, actor.tenant_id)

    async def make() -> Answer:
        made = await service.create_partner(work, actor, asked, keys=keys, catalogue=catalogue, private=private)
        return Answer(201, PartnerOut.of(made, directory.unit_codes(actor.tenant_id)).model_dump(mode="json"))

    made = await once(work, actor.tenant_id, key, wanted, make)
    response.headers["ETag"] = version_tag(made.body["version"])
    return PartnerOut.model_validate(made.body)


@router.get("/{id}", responses=problem_responses(*_ADMIN, PartnerNotFound))
async def get_partner(
    id: Id,  # noqa: A002 - the address says so
    work: ReadWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    response: Response,
) -> PartnerOut:
    """Một đối tác và tình trạng của nó. One partner and how it is."""
    found = await service.get_partner(work, actor, id)
    response.headers["ETag"] = version_tag(found.version)
    return PartnerOut.of(found, directory.unit_codes(actor.tenant_id))


@router.put("/{id}", responses=problem_responses(*_ADMIN, PartnerNotFound, InvalidPartner, UnitHasPartner, *_SEEN))
async def change_partner(
    id: Id,  # noqa: A002
    wanted: PartnerIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    catalogue: CurrentCatalogue,
    keys: CurrentKeyring,
    private: PrivateAddresses,
    seen: ExpectedVersion,
    response: Response,
) -> PartnerOut:
    """Thay thông tin đối tác; những gì đang chờ được gửi ngay. Replace it; what waits is tried at once.

    A key that is left out stays as it was. `If-Match` names the version you saw.
    """
    asked = wanted.wanted(directory, actor.tenant_id)
    changed = await service.change_partner(
        work, actor, id, asked, seen=seen, keys=keys, catalogue=catalogue, private=private
    )
    response.headers["ETag"] = version_tag(changed.version)
    return PartnerOut.of(changed, directory.unit_codes(actor.tenant_id))


@router.post("/{id}/end", responses=problem_responses(*_ADMIN, PartnerNotFound, *_SEEN))
async def end_partner(
    id: Id,  # noqa: A002
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    seen: ExpectedVersion,
    response: Response,
) -> PartnerOut:
    """Thôi chuyển; vụ việc họ đang giữ không được theo dõi nữa. Nothing more goes there, and nothing is followed."""
    ended = await service.end_partner(work, actor, id, seen=seen)
    response.headers["ETag"] = version_tag(ended.version)
    return PartnerOut.of(ended, directory.unit_codes(actor.tenant_id))


@router.get("/{id}/errands", responses=problem_responses(*_ADMIN, PartnerNotFound, UnreadableCursor, ForeignCursor))
async def list_errands(
    id: Id,  # noqa: A002
    asked: AskedErrands,
    database: CurrentDatabase,
    work: ReadWork,
    actor: CurrentStaff,
) -> ErrandListOut:
    """Vụ việc đã chuyển sang đối tác, mới trước, kèm điều đang vướng. Cases handed over, newest first."""
    found = await service.list_errands(
        database, work, actor, id, state=asked.state, before=asked.before, limit=asked.limit + 1
    )
    return ErrandListOut(
        items=[ErrandOut.of(line) for line in found[: asked.limit]], next_cursor=asked.following(found)
    )


@router.post(
    "/{id}/errands/{errand}/retry",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*_ADMIN, ErrandNotFound, NothingToRetry),
)
async def retry_errand(id: Id, errand: UUID, work: WriteWork, actor: CurrentStaff) -> None:  # noqa: A002
    """Gửi lại điều đã bỏ sau nhiều lần không được. Try again what was given up."""
    await service.retry_errand(work, actor, id, errand)
