"""Wire shapes of members, v1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool

from app.directory.snapshot import Directory
from app.identity.terms import (
    Deputy,
    HeldMembership,
    Role,
    Standing,
    WantedDeputy,
    WantedMember,
    WantedMembership,
)
from app.kit.ids import TenantId, UnitId
from app.web.fields import Code, InstantIn, ShortText, WireIn

from .terms import HandOver, Invited, Seen


class NewMembershipIn(WireIn):
    """A role in a unit, for a time."""

    unit: Code = Field(description="Mã cơ quan. Code of the unit.", examples=["H23.21.01"])
    role: Role
    valid_from: InstantIn | None = Field(None, description="Trống: từ bây giờ. Absent: from now on.")
    valid_to: InstantIn | None = Field(None, description="Trống: đến khi có người kết thúc. Absent: until it is ended.")

    def wanted(self, directory: Directory, tenant_id: TenantId) -> WantedMembership:
        """The same as the program knows it. Raises: UnknownUnit."""
        unit = directory.unit_by_code(tenant_id, self.unit)
        return WantedMembership(UnitId(unit.id), self.role, self.valid_from, self.valid_to)


class InvitationIn(WireIn):
    """Whom to let in, as what, and how the link reaches them."""

    username: str = Field(min_length=1, max_length=128, examples=["tran.van.binh"])
    name: ShortText = Field(examples=["Trần Văn Bình"])
    email: str | None = Field(None, max_length=254, examples=["binh@example.vn"])
    membership: NewMembershipIn
    by: HandOver = Field(description="mail: gửi thư. hand: nhận liên kết để trao tận tay, an toàn kém hơn. By mail, or "
    "a link in the answer to hand over.")  # fmt: skip

    def wanted(self, directory: Directory, tenant_id: TenantId) -> WantedMember:
        """The same as the program knows it. Raises: UnknownUnit."""
        return WantedMember(self.username, self.name, self.email, self.membership.wanted(directory, tenant_id))


class LinkIn(WireIn):
    """How a new link reaches whom it is for."""

    by: HandOver


class ResetIn(LinkIn):
    """How the link reaches whom it is for, and whether the second step goes as well."""

    remove_second_factor: StrictBool = Field(
        False,  # noqa: FBT003 - the default of a field
        description="Bỏ cả xác thực hai bước, khi mất điện thoại; chỉ quản trị viên của tỉnh. Also take the second "
        "step away, as when a phone is lost: the province's administrator only.",
    )


class MembershipEndIn(WireIn):
    """Until when a role is held."""

    valid_to: InstantIn | None = Field(description="null: đến khi có người kết thúc. Null: until somebody ends it.")


class MemberUnitOut(BaseModel):
    """A unit."""

    code: str
    name: str


class HeldMembershipOut(BaseModel):
    """One role in one unit."""

    id: UUID
    unit: MemberUnitOut
    role: Role
    valid_from: datetime
    valid_to: datetime | None

    @classmethod
    def of(cls, held: HeldMembership, directory: Directory, tenant_id: TenantId) -> Self:
        """The membership on the wire."""
        unit = directory.unit(tenant_id, held.unit_id)
        return cls(
            id=held.id,
            unit=MemberUnitOut(code=unit.code, name=unit.name),
            role=held.role,
            valid_from=held.valid_from,
            valid_to=held.valid_to,
        )


class MemberOut(BaseModel):
    """An account with its roles that you administer; those that have ended are in the audit trail."""

    id: UUID
    username: str
    name: str
    email: str | None
    standing: Standing
    second_factor: bool
    link_until: datetime | None = Field(description="Liên kết chưa dùng có hạn đến. Until when a link is good.")
    may_reset: bool = Field(description="Bạn có được cấp liên kết mới không. Whether you may make a new link.")
    identity_linked: bool = Field(
        description="Đã gắn tài khoản định danh (OIDC). Whether an identity at the provider opens the account."
    )
    memberships: list[HeldMembershipOut]

    @classmethod
    def of(cls, seen: Seen, directory: Directory, tenant_id: TenantId) -> Self:
        """The member on the wire."""
        member = seen.member
        return cls(
            id=member.id,
            username=member.username,
            name=member.name,
            email=member.email,
            standing=member.standing,
            second_factor=member.second_factor,
            link_until=member.link_until,
            may_reset=seen.may_reset,
            identity_linked=member.identity_linked,
            memberships=[HeldMembershipOut.of(held, directory, tenant_id) for held in member.memberships],
        )


class MemberListOut(BaseModel):
    """A page of members, by user name."""

    items: list[MemberOut]
    next_cursor: str | None

    @classmethod
    def of(cls, found: Sequence[Seen], directory: Directory, tenant_id: TenantId, next_cursor: str | None) -> Self:
        """The page on the wire."""
        return cls(items=[MemberOut.of(seen, directory, tenant_id) for seen in found], next_cursor=next_cursor)


class InvitedOut(BaseModel):
    """A member and the link that was made, which is shown in this answer only."""

    member: MemberOut
    link: str | None = Field(description="null: đã gửi qua thư. Null: it was mailed.")
    until: datetime

    @classmethod
    def of(cls, invited: Invited, directory: Directory, tenant_id: TenantId) -> Self:
        """The answer on the wire."""
        member = MemberOut.of(invited.member, directory, tenant_id)
        return cls(member=member, link=invited.address, until=invited.link.until)


class DeputyIn(WireIn):
    """Who stands in for you in a unit, and for how long."""

    unit: Code = Field(description="Mã cơ quan. Code of the unit.", examples=["H23.21.01"])
    deputy: str = Field(min_length=1, max_length=128, description="Tên đăng nhập. User name.", examples=["hoa"])
    valid_from: InstantIn | None = Field(None, description="Trống: từ bây giờ. Absent: from now on.")
    valid_to: InstantIn

    def wanted(self, directory: Directory, tenant_id: TenantId) -> WantedDeputy:
        """The same as the program knows it. Raises: UnknownUnit."""
        unit = directory.unit_by_code(tenant_id, self.unit)
        return WantedDeputy(UnitId(unit.id), self.deputy, self.valid_from, self.valid_to)


class DeputyOut(BaseModel):
    """Who stands in for whom."""

    id: UUID
    unit: MemberUnitOut
    colleague: str
    deputy: str
    valid_from: datetime
    valid_to: datetime

    @classmethod
    def of(cls, one: Deputy, directory: Directory, tenant_id: TenantId) -> Self:
        """The same on the wire."""
        unit = directory.unit(tenant_id, one.unit_id)
        return cls(
            id=one.id,
            unit=MemberUnitOut(code=unit.code, name=unit.name),
            colleague=one.colleague.name,
            deputy=one.deputy.name,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )


class DeputyListOut(BaseModel):
    """Who stands in for the account, and for whom it does."""

    mine: list[DeputyOut]
    for_others: list[DeputyOut]

    @classmethod
    def of(cls, found: Sequence[Deputy], account_id: UUID | None, directory: Directory, tenant_id: TenantId) -> Self:
        """Both lists on the wire."""
        mine = [one for one in found if one.colleague.id == account_id]
        others = [one for one in found if one.colleague.id != account_id]
        return cls(
            mine=[DeputyOut.of(one, directory, tenant_id) for one in mine],
            for_others=[DeputyOut.of(one, directory, tenant_id) for one in others],
        )
