"""Who acts: kinds of actors, roles, memberships, what other systems may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, assert_never
from uuid import UUID

from app.kit.ids import CitizenId, ClientId, StaffId, TenantId, UnitId
from app.kit.text import Text


class ActorKind(StrEnum):
    """What acts."""

    ANONYMOUS = "anonymous"
    CITIZEN = "citizen"
    STAFF = "staff"
    CLIENT = "client"
    SYSTEM = "system"


class Role(StrEnum):
    """What a member of a unit may do for the unit and its subtree."""

    OFFICER = "officer"
    APPROVER = "approver"
    DISPATCHER = "dispatcher"
    UNIT_ADMIN = "unit_admin"
    TENANT_ADMIN = "tenant_admin"
    AUDITOR = "auditor"

    @property
    def label(self) -> Text:
        """What people call the role."""
        match self:
            case Role.OFFICER:
                return Text("cán bộ xử lý", "officer")
            case Role.APPROVER:
                return Text("lãnh đạo duyệt", "approver")
            case Role.DISPATCHER:
                return Text("cán bộ điều phối", "dispatcher")
            case Role.UNIT_ADMIN:
                return Text("quản trị cơ quan", "unit administrator")
            case Role.TENANT_ADMIN:
                return Text("quản trị toàn tỉnh", "tenant administrator")
            case Role.AUDITOR:
                return Text("cán bộ kiểm tra, giám sát", "auditor")
            case _:
                assert_never(self)


class Colleague(NamedTuple):
    """An officer, as another one is told of them."""

    id: StaffId
    name: str


@dataclass(frozen=True, slots=True)
class Membership:
    """One role in one unit; `instead_of`: it is that colleague's, for whom one stands in."""

    unit_id: UnitId
    role: Role
    instead_of: Colleague | None = None


class ClientScope(StrEnum):
    """What the key of another system may be used for."""

    REPORTS_CREATE = "reports:create"
    CASES_READ = "cases:read"
    EVENTS_READ = "events:read"
    SUBSCRIPTIONS_MANAGE = "subscriptions:manage"

    @property
    def label(self) -> Text:
        """What people call it."""
        match self:
            case ClientScope.REPORTS_CREATE:
                return Text("gửi phản ánh", "send reports")
            case ClientScope.CASES_READ:
                return Text("xem tình trạng vụ việc", "read how cases stand")
            case ClientScope.EVENTS_READ:
                return Text("đọc sự kiện", "read events")
            case ClientScope.SUBSCRIPTIONS_MANAGE:
                return Text("quản lý đăng ký nhận sự kiện của mình", "manage its own subscriptions")
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class Grant:
    """What another system may do, and where: a unit with all below it, an area with all below it; None: everywhere.

    `channel` is the way in which its reports come. `portal`: the unit whose portal it sends them for.
    """

    scopes: frozenset[ClientScope]
    unit_id: UnitId | None
    area: str | None
    channel: str
    portal: UnitId | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts, within one tenant. `id` is the account's, None for anonymous and system."""

    kind: ActorKind
    tenant_id: TenantId
    id: UUID | None = None
    name: str = ""
    memberships: tuple[Membership, ...] = ()
    grant: Grant | None = None  # of another system only
    # Whom one stands in for in what is done now, empty for oneself; None: nobody has looked which role it takes.
    capacity: tuple[Colleague, ...] | None = None

    @property
    def staff_id(self) -> StaffId | None:
        """The officer's account, None for anyone else."""
        return StaffId(self.id) if self.kind is ActorKind.STAFF and self.id else None

    @property
    def citizen_id(self) -> CitizenId | None:
        """The citizen's account, None for anyone else."""
        return CitizenId(self.id) if self.kind is ActorKind.CITIZEN and self.id else None

    @property
    def client_id(self) -> ClientId | None:
        """The other system, None for anyone else."""
        return ClientId(self.id) if self.kind is ActorKind.CLIENT and self.id else None

    @property
    def instead_of(self) -> Colleague | None:
        """For whom this is done; None for oneself, or when nobody has looked."""
        return self.capacity[0] if self.capacity else None

    @property
    def stands_in_for(self) -> frozenset[Colleague]:
        """Every colleague whose roles the actor has for a time."""
        return frozenset(held.instead_of for held in self.memberships if held.instead_of is not None)

    def units(self, *roles: Role) -> frozenset[UnitId]:
        """Units in which the actor holds one of `roles`; in any role when none is named."""
        return frozenset(m.unit_id for m in self.memberships if not roles or m.role in roles)


def system_actor(tenant_id: TenantId) -> Actor:
    """The program itself, acting by rule."""
    return Actor(kind=ActorKind.SYSTEM, tenant_id=tenant_id, name="Hệ thống")
