"""Vocabulary of identity: actors, roles, memberships."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, assert_never
from uuid import UUID

from app.kit.ids import CitizenId, ClientId, ReportId, StaffId, TenantId, UnitId
from app.kit.text import Text


class ActorKind(StrEnum):
    """What acts."""

    ANONYMOUS = "anonymous"
    CITIZEN = "citizen"
    STAFF = "staff"
    CLIENT = "client"
    SYSTEM = "system"


class KeyStanding(StrEnum):
    """What a database says to a key."""

    KNOWN = "known"  # it was begun with this one
    UNCLAIMED = "unclaimed"  # it has none yet, and nothing in it speaks against this one
    OTHER = "other"  # it was begun with another one


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


@dataclass(frozen=True, slots=True)
class Membership:
    """One role in one unit."""

    unit_id: UnitId
    role: Role


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

    `channel` is the way in which its reports come.
    """

    scopes: frozenset[ClientScope]
    unit_id: UnitId | None
    area: str | None
    channel: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts, within one tenant. `id` is the account's, None for anonymous and system."""

    kind: ActorKind
    tenant_id: TenantId
    id: UUID | None = None
    name: str = ""
    memberships: tuple[Membership, ...] = ()
    grant: Grant | None = None  # of another system only

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

    def units(self, *roles: Role) -> frozenset[UnitId]:
        """Units in which the actor holds one of `roles`; in any role when none is named."""
        return frozenset(m.unit_id for m in self.memberships if not roles or m.role in roles)


def system_actor(tenant_id: TenantId) -> Actor:
    """The program itself, acting by rule."""
    return Actor(kind=ActorKind.SYSTEM, tenant_id=tenant_id, name="Hệ thống")


@dataclass(frozen=True, slots=True)
class StaffToken:
    """What an officer's token says of itself: where to look for its session, never the token."""

    tenant_id: TenantId
    hash: bytes


@dataclass(frozen=True, slots=True)
class CitizenToken:
    """What a citizen's token says of itself: whose it claims to be, never the token."""

    citizen_id: CitizenId
    hash: bytes


@dataclass(frozen=True, slots=True)
class ClientToken:
    """What the key of another system says of itself: where to look for it, never the key."""

    tenant_id: TenantId
    key_id: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An actor known by a token. `expires_at` is None for a token that does not expire by itself."""

    actor: Actor
    token: StaffToken | CitizenToken | ClientToken
    username: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is handed out, once; only its hash is kept."""

    access_token: str = field(repr=False)
    signed_in: SignedIn


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token says of itself, never the token."""

    citizen_id: CitizenId
    session_id: UUID
    hash: bytes


@dataclass(frozen=True, slots=True)
class NewSession:
    """A citizen's tokens as they are handed out, once; only their hashes are kept."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    signed_in: SignedIn


@dataclass(frozen=True, slots=True)
class DeviceView:
    """Where a citizen is signed in. `current`: it is the one that asks."""

    id: UUID
    user_agent: str
    created_at: datetime
    last_used_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class StaffAccountView:
    """A staff account as administrators see it."""

    id: StaffId
    username: str
    name: str
    active: bool
    created_at: datetime
    memberships: tuple[Membership, ...]


class Seals(NamedTuple):
    """How many identities, or papers, one key of the vault has sealed; `key` None: as before 2026-11-26."""

    key: str | None
    identities: int
    here: bool  # whether the key is
    newest: bool  # whether it seals what comes in today


class Reading(NamedTuple):
    """One opening of a reporter's identity. `unit_id` None: the program itself, to send a notice."""

    report_id: ReportId
    unit_id: UnitId | None
    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Somebody gave the right password of an account that has a second factor."""

    tenant_id: TenantId
    account_id: StaffId
    username: str
    password_mark: str
    until: datetime


class NewFactor(NamedTuple):
    """A secret to be taken into an authenticator app, shown once: to be typed, and as what a QR code says."""

    secret: str
    uri: str


class FactorStanding(NamedTuple):
    """Whether an officer has a second factor, since when, and how many recovery codes are left."""

    since: datetime | None
    recovery_codes: int


class StaffSessionView(NamedTuple):
    """One place where an officer is signed in."""

    id: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class ReporterIdentity:
    """Who handed in a report. `phone` is E.164, `identity_number` 9 or 12 digits. Nothing of it shows in a log."""

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    identity_number: str | None = field(default=None, repr=False)
    home_address: str | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self.name or self.phone or self.email or self.identity_number or self.home_address)


@dataclass(frozen=True, slots=True)
class WantedClient:
    """What an administrator wants of another system's access. `contact`: whom to write to when a key has leaked."""

    name: str
    contact: str
    grant: Grant
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as administrators see it. `ends_at`: until when it is good at most; None: as long as its client."""

    id: str
    created_at: datetime
    ends_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClientView:
    """Another system with its keys that have not ended, the newest first."""

    id: ClientId
    name: str
    contact: str
    grant: Grant
    expires_at: datetime
    revoked_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    keys: tuple[KeyView, ...]


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is handed out, once; only its hash is kept."""

    client: ClientView
    key: str = field(repr=False)
