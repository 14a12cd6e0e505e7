"""Staff: the province's administrators let other systems in, and out."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from app.directory.deps import CurrentDirectory
from app.directory.errors import AreaOutsideTenant, UnknownUnit
from app.identity.deps import CurrentStaff, NamedKey
from app.identity.errors import (
    ClientNotFound,
    ClientRevoked,
    InvalidClient,
    SessionExpired,
    StaffNeeded,
    StaleClient,
    TooManyClients,
)
from app.kit.problems import Forbidden
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded, version_tag
from app.web.idempotency import Answer, IdempotencyKeyReused, UnreadableIdempotencyKey, once
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import KeyEnvironment
from .schemas import ClientIn, ClientListOut, ClientOut, KeyRotationIn, NewKeyOut

router = APIRouter(prefix="/api/v1/staff/clients", tags=["staff"])

Id = Annotated[UUID, Path(description="Mã hệ thống. Id of the client.")]
_ADMIN = (StaffNeeded, SessionExpired, Forbidden)
_CHECKED = (InvalidClient, AreaOutsideTenant, UnknownUnit)
_SEEN = (UnreadableIfMatch, VersionNeeded, StaleClient, ClientRevoked)


@router.get("", responses=problem_responses(*_ADMIN))
async def list_clients(work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory) -> ClientListOut:
    """Các hệ thống được cấp khoá API, cũ trước. The systems that have API keys, oldest first."""
    found = await service.list_clients(work, actor)
    return ClientListOut.of(found, directory.unit_codes(actor.tenant_id))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*_ADMIN, *_CHECKED, TooManyClients, UnreadableIdempotencyKey, IdempotencyKeyReused),
)
async def create_client(
    wanted: ClientIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    environment: KeyEnvironment,
    key: NamedKey,
    response: Response,
) -> NewKeyOut:
    """Cấp khoá API cho một hệ thống; `key` chỉ hiện trong câu trả lời này. Give another system its API key.

    The key is shown in this answer only. The same request with the same `Idempotency-Key` makes no second client and
    shows no key: make a new one.
    """
    asked, shown = wanted.wanted(directory, actor.tenant_id), {}

    async def make() -> Answer:
        new = await service.create_client(work, actor, asked, directory=directory, environment=environment)
        shown["key"] = new.key
        return Answer(201, ClientOut.of(new.client, directory.unit_codes(actor.tenant_id)).model_dump(mode="json"))

    made = await once(work, actor.tenant_id, key, wanted, make)
    response.headers["ETag"], response.headers["Cache-Control"] = version_tag(made.body["version"]), "no-store"
    return NewKeyOut.model_validate({**made.body, "key": shown.get("key")})


@router.get("/{id}", responses=problem_responses(*_ADMIN, ClientNotFound))
async def get_client(
    id: Id,  # noqa: A002 - the address says so
    work: ReadWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    response: Response,
) -> ClientOut:
    """Một hệ thống và các khoá của nó. One client and its keys."""
    found = await service.get_client(work, actor, id)
    response.headers["ETag"] = version_tag(found.version)
    return ClientOut.of(found, directory.unit_codes(actor.tenant_id))


@router.put("/{id}", responses=problem_responses(*_ADMIN, *_CHECKED, *_SEEN, ClientNotFound))
async def change_client(
    id: Id,  # noqa: A002
    wanted: ClientIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    seen: ExpectedVersion,
    response: Response,
) -> ClientOut:
    """Đổi quyền, phạm vi hoặc thời hạn; có hiệu lực ngay. Change what it may do, from its next request on.

    Its subscriptions that reach further than it may from now on are paused. `If-Match` names the version you saw.
    """
    asked = wanted.wanted(directory, actor.tenant_id)
    changed = await service.change_client(work, actor, id, asked, seen=seen, directory=directory)
    response.headers["ETag"] = version_tag(changed.version)
    return ClientOut.of(changed, directory.unit_codes(actor.tenant_id))


@router.post("/{id}/key", responses=problem_responses(*_ADMIN, *_SEEN, ClientNotFound))
async def rotate_client_key(
    id: Id,  # noqa: A002
    rotation: KeyRotationIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    environment: KeyEnvironment,
    seen: ExpectedVersion,
    response: Response,
) -> NewKeyOut:
    """Đổi khoá; khoá cũ còn dùng được trong thời gian gối đầu. A new key; those before are good while they overlap."""
    new = await service.rotate_key(work, actor, id, seen=seen, overlap=rotation.overlap, environment=environment)
    response.headers["ETag"], response.headers["Cache-Control"] = version_tag(new.client.version), "no-store"
    return NewKeyOut.with_key(new, directory.unit_codes(actor.tenant_id))


@router.post("/{id}/revocation", responses=problem_responses(*_ADMIN, ClientNotFound))
async def revoke_client(id: Id, work: WriteWork, actor: CurrentStaff, directory: CurrentDirectory) -> ClientOut:  # noqa: A002
    """Thu hồi: mọi khoá hết hiệu lực ngay, không cấp lại. Revoke it: every key ends at once, and for good."""
    found = await service.revoke_client(work, actor, id)
    return ClientOut.of(found, directory.unit_codes(actor.tenant_id))
