"""Tokens, sessions, and the steps of signing in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.kit.ids import CitizenId, StaffId, TenantId

from .acting import Actor


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
    must_enrol: bool = False  # a role needs a second step that there is not: without it nothing else can be done


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
