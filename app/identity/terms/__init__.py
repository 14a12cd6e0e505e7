"""Vocabulary of identity: actors, roles, memberships, sessions, the vault."""

from __future__ import annotations

from .acting import Actor, ActorKind, ClientScope, Grant, Membership, Role, system_actor
from .clients import ClientView, KeyView, NewKey, WantedClient
from .sessions import (
    CitizenToken,
    ClientToken,
    DeviceView,
    FactorStanding,
    FirstStep,
    NewFactor,
    NewSession,
    NewToken,
    RefreshToken,
    SignedIn,
    StaffSessionView,
    StaffToken,
)
from .staff import (
    HeldMembership,
    LinkPurpose,
    Member,
    NewLink,
    OpenLink,
    StaffAccountView,
    Standing,
    WantedMember,
    WantedMembership,
)
from .vault import KeyStanding, Reading, ReporterIdentity, Seals

__all__ = [
    "Actor",
    "ActorKind",
    "CitizenToken",
    "ClientScope",
    "ClientToken",
    "ClientView",
    "DeviceView",
    "FactorStanding",
    "FirstStep",
    "Grant",
    "HeldMembership",
    "KeyStanding",
    "KeyView",
    "LinkPurpose",
    "Member",
    "Membership",
    "NewFactor",
    "NewKey",
    "NewLink",
    "NewSession",
    "NewToken",
    "OpenLink",
    "Reading",
    "RefreshToken",
    "ReporterIdentity",
    "Role",
    "Seals",
    "SignedIn",
    "StaffAccountView",
    "StaffSessionView",
    "StaffToken",
    "Standing",
    "WantedClient",
    "WantedMember",
    "WantedMembership",
    "system_actor",
]
