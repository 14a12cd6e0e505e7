"""Officers' accounts as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.kit.ids import StaffId, UnitId
from app.kit.text import Text
from app.oidc.terms import Assurance

from .acting import Colleague, Membership, Role


@dataclass(frozen=True, slots=True)
class StaffAccountView:
    """A staff account as the operator sees it."""

    id: StaffId
    username: str
    name: str
    active: bool
    created_at: datetime
    memberships: tuple[Membership, ...]


class LinkPurpose(StrEnum):
    """Why an officer is given a link to set the own password."""

    INVITATION = "invitation"
    RESET = "reset"


class Standing(StrEnum):
    """Whether an account can sign in."""

    INVITED = "invited"  # it has no password: a link waits, or has run out
    ACTIVE = "active"
    INACTIVE = "inactive"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _STANDING_LABELS[self]


_STANDING_LABELS = {
    Standing.INVITED: Text("chờ đặt mật khẩu", "has to set a password"),
    Standing.ACTIVE: Text("đang dùng", "in use"),
    Standing.INACTIVE: Text("đã khoá", "closed"),
}


@dataclass(frozen=True, slots=True)
class HeldMembership:
    """One role in one unit, from `valid_from` until just before `valid_to`; None: until it is ended."""

    id: UUID
    unit_id: UnitId
    role: Role
    valid_from: datetime
    valid_to: datetime | None

    def in_force(self, at: datetime) -> bool:
        """Whether it is held at the instant."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class WantedMembership:
    """What an administrator wants somebody to be; `valid_from` None: from now on."""

    unit_id: UnitId
    role: Role
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class WantedMember:
    """Whom an administrator invites."""

    username: str
    name: str
    email: str | None
    membership: WantedMembership


@dataclass(frozen=True, slots=True)
class Member:
    """An account with the memberships that have not ended; `link_until`: of a link not used.

    `lent`: unit and role of what it has, or will have, of colleagues it stands in for.
    """

    id: StaffId
    username: str
    name: str
    email: str | None
    standing: Standing
    second_factor: bool
    link_until: datetime | None
    identity_linked: bool
    created_at: datetime
    memberships: tuple[HeldMembership, ...]
    lent: frozenset[tuple[UnitId, Role]]


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to set a password as it is handed out, once; only its hash is kept."""

    purpose: LinkPurpose
    token: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Whose link it is that somebody holds, and until when it is good."""

    account_id: StaffId
    username: str
    name: str
    purpose: LinkPurpose
    until: datetime


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who stands in for whom in a unit, from `valid_from` until just before `valid_to`."""

    id: UUID
    unit_id: UnitId
    colleague: Colleague
    deputy: Colleague
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class WantedDeputy:
    """Whom an officer names to stand in, by user name; `valid_from` None: from now on."""

    unit_id: UnitId
    username: str
    valid_from: datetime | None
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class FactorRule:
    """Whether a role needs a second step. `provider`: the least assurance of a provider that stands for one, if any.

    `version` 0: as packaged.
    """

    role: Role
    demanded: bool
    provider: Assurance | None = None
    version: int = 0
    updated_at: datetime | None = None


class RoleStanding(NamedTuple):
    """How many hold a role today, and how many of them have a second step."""

    holders: int
    guarded: int


class LinkedIdentity(NamedTuple):
    """An identity that opens an officer's account: who vouches, since when, and when it did so last."""

    issuer: str
    since: datetime
    seen_at: datetime
