"""Staff: administrators of units and of the province let officers in, give them roles for a time, and end them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response, status

from app.directory.deps import CurrentDirectory
from app.directory.errors import UnknownUnit
from app.identity.deps import CurrentStaff
from app.identity.errors import (
    AccountNotFound,
    AlreadyEntered,
    DeputyThere,
    EmailTaken,
    InvalidAccount,
    InvalidDeputy,
    InvalidMembership,
    LastAdministrator,
    MembershipHeld,
    NoLinkedIdentity,
    SessionExpired,
    StaffNeeded,
    UnknownDeputy,
    UnknownMembership,
    UsernameTaken,
)
from app.kit.problems import Forbidden
from app.limits.errors import LimitReached
from app.web.cursors import ForeignCursor, UnreadableCursor, make_cursor, read_cursor
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import CurrentInviting
from .errors import LinkNotSent
from .schemas import (
    DeputyIn,
    DeputyListOut,
    DeputyOut,
    InvitationIn,
    InvitedOut,
    LinkIn,
    MemberListOut,
    MemberOut,
    MembershipEndIn,
    NewMembershipIn,
    ResetIn,
)

router = APIRouter(prefix="/api/v1/staff/members", tags=["staff"])

Id = Annotated[UUID, Path(description="Mã tài khoản. Id of the account.")]
MembershipId = Annotated[UUID, Path(description="Mã vai trò đang giữ. Id of the membership.")]
_ADMIN = (StaffNeeded, SessionExpired, Forbidden)
_LINK = (LimitReached, InvalidAccount, LinkNotSent)


@router.get("", responses=problem_responses(*_ADMIN, UnknownUnit, UnreadableCursor, ForeignCursor))
async def list_members(
    work: ReadWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    unit: Annotated[str | None, Query(max_length=64, description="Cơ quan này và cấp dưới. It and all below.")] = None,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MemberListOut:
    """Thành viên của các cơ quan bạn quản trị, theo tên đăng nhập. Members of the units you administer."""
    query = {"list": "members", "tenant": actor.tenant_id, "unit": unit}
    after = str(read_cursor(query, cursor, str)[0]) if cursor else ""
    found = await service.list_members(work, actor, directory, unit=unit, after=after, limit=limit + 1)
    following = make_cursor(query, [found[limit - 1].member.username]) if len(found) > limit else None
    return MemberListOut.of(found[:limit], directory, actor.tenant_id, following)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*_ADMIN, *_LINK, UnknownUnit, InvalidMembership, UsernameTaken, EmailTaken),
)
async def invite_member(
    wanted: InvitationIn, inviting: CurrentInviting, actor: CurrentStaff, response: Response
) -> InvitedOut:
    """Mời một người vào một cơ quan. Let somebody in, with a role in a unit.

    They set their own password by a link that is good once, for seven days: mailed, or shown in this answer only.
    """
    response.headers["Cache-Control"] = "no-store"
    asked = wanted.wanted(inviting.directory, actor.tenant_id)
    invited = await service.invite(inviting, actor, asked, wanted.by)
    return InvitedOut.of(invited, inviting.directory, actor.tenant_id)


@router.get("/{id}", responses=problem_responses(*_ADMIN, AccountNotFound))
async def get_member(id: Id, work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory) -> MemberOut:  # noqa: A002 - the address says so
    """Một thành viên. One member."""
    found = await service.get_member(work, actor, directory, id)
    return MemberOut.of(found, directory, actor.tenant_id)


@router.post("/{id}/invitation", responses=problem_responses(*_ADMIN, *_LINK, AccountNotFound, AlreadyEntered))
async def renew_invitation(
    id: Id,  # noqa: A002
    asked: LinkIn,
    inviting: CurrentInviting,
    actor: CurrentStaff,
    response: Response,
) -> InvitedOut:
    """Liên kết mới cho người chưa đặt mật khẩu; liên kết cũ hết hiệu lực. A new link for whoever has not come in."""
    response.headers["Cache-Control"] = "no-store"
    invited = await service.renew_invitation(inviting, actor, id, asked.by)
    return InvitedOut.of(invited, inviting.directory, actor.tenant_id)


@router.post("/{id}/reset", responses=problem_responses(*_ADMIN, *_LINK, AccountNotFound, LastAdministrator))
async def reset_password(
    id: Id,  # noqa: A002
    asked: ResetIn,
    inviting: CurrentInviting,
    actor: CurrentStaff,
    response: Response,
) -> InvitedOut:
    """Đặt lại mật khẩu: mật khẩu cũ và mọi phiên hết hiệu lực ngay. Reset a password: it and all sessions end.

    The person sets another one by a link that is good once, for 24 hours; nobody sees a password.
    """
    response.headers["Cache-Control"] = "no-store"
    invited = await service.reset(inviting, actor, id, asked.by, factor=asked.remove_second_factor)
    return InvitedOut.of(invited, inviting.directory, actor.tenant_id)


@router.post(
    "/{id}/memberships",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*_ADMIN, AccountNotFound, UnknownUnit, InvalidMembership, MembershipHeld),
)
async def give_role(
    id: Id,  # noqa: A002
    wanted: NewMembershipIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> MemberOut:
    """Giao thêm một vai trò, có thể có thời hạn. Give one more role, for a time if there is one."""
    given = await service.give(work, actor, directory, id, wanted.wanted(directory, actor.tenant_id))
    return MemberOut.of(given, directory, actor.tenant_id)


@router.put(
    "/{id}/memberships/{membership}",
    responses=problem_responses(
        *_ADMIN, AccountNotFound, UnknownMembership, InvalidMembership, MembershipHeld, LastAdministrator
    ),
)
async def change_role(
    id: Id,  # noqa: A002
    membership: MembershipId,
    wanted: MembershipEndIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> MemberOut:
    """Đổi ngày hết của một vai trò. Change until when a role is held."""
    changed = await service.change(work, actor, directory, id, membership, until=wanted.valid_to)
    return MemberOut.of(changed, directory, actor.tenant_id)


@router.delete(
    "/{id}/memberships/{membership}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*_ADMIN, AccountNotFound, UnknownMembership, LastAdministrator),
)
async def end_role(
    id: Id,  # noqa: A002
    membership: MembershipId,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> None:
    """Kết thúc một vai trò, có hiệu lực ngay. End a role, at once."""
    await service.end(work, actor, directory, id, membership)


@router.get("/{id}/deputies", responses=problem_responses(*_ADMIN, AccountNotFound))
async def list_deputies_of_member(
    id: Id,  # noqa: A002
    work: ReadWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> DeputyListOut:
    """Ai làm thay người này, người này làm thay ai, ở cơ quan bạn quản trị. Who stands in for the member, and for whom
    the member does.
    """
    found = await service.list_deputies(work, actor, directory, id)
    return DeputyListOut.of(found, id, directory, actor.tenant_id)


@router.post(
    "/{id}/deputies",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*_ADMIN, AccountNotFound, UnknownUnit, InvalidDeputy, DeputyThere),
)
async def name_deputy_of_member(
    id: Id,  # noqa: A002
    wanted: DeputyIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> DeputyOut:
    """Cử người làm thay một thành viên đang nghỉ. Name who stands in for a member who is away.

    As the member could, by an administrator who may give each of the roles that are lent; nobody names himself. The
    member sees it, and may end it.
    """
    named = await service.name_deputy(work, actor, directory, id, wanted.wanted(directory, actor.tenant_id))
    return DeputyOut.of(named, directory, actor.tenant_id)


@router.delete(
    "/{id}/deputies/{deputy}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*_ADMIN, AccountNotFound, UnknownDeputy),
)
async def end_deputy_of_member(
    id: Id,  # noqa: A002
    deputy: Annotated[UUID, Path(description="Mã lần cử. Id.")],
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> None:
    """Kết thúc việc làm thay một thành viên, có hiệu lực ngay. End it, at once."""
    await service.end_deputy(work, actor, directory, id, deputy)


@router.delete(
    "/{id}/identity",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*_ADMIN, AccountNotFound, NoLinkedIdentity, LastAdministrator),
)
async def unlink_identity_of_member(
    id: Id,  # noqa: A002
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> None:
    """Gỡ tài khoản định danh khỏi một tài khoản; các phiên đã đăng nhập bằng nó kết thúc. Unlink a member's identity.

    Sessions that came of it end, and the same address at the provider does not bring it back.
    """
    await service.unlink(work, actor, directory, id)
