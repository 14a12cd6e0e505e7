"""What can go wrong with who acts. None of these says whether an account exists."""

from __future__ import annotations

from .accounts import (
    AccountLocked,
    AccountNotFound,
    FactorThere,
    InvalidAccount,
    NoFactor,
    SecondFactorNeeded,
    SecondFactorRefused,
    SignInBusy,
    UnknownStaffSession,
    UsernameTaken,
    WrongCredentials,
    WrongFactorCode,
    WrongSecondFactor,
)
from .acting import (
    CitizenNeeded,
    ClientNeeded,
    KeyRefused,
    RefreshRefused,
    RefreshReused,
    SessionExpired,
    SignInNeeded,
    StaffNeeded,
    UnknownDevice,
    UnreadableToken,
)
from .clients import ClientNotFound, ClientRevoked, InvalidClient, StaleClient, TooManyClients
from .members import AlreadyEntered, EmailTaken, InvalidMembership, LinkRefused, MembershipHeld, UnknownMembership
from .vault import IdentityUnreadable, InvalidContact

__all__ = [
    "AccountLocked",
    "AccountNotFound",
    "AlreadyEntered",
    "CitizenNeeded",
    "ClientNeeded",
    "ClientNotFound",
    "ClientRevoked",
    "EmailTaken",
    "FactorThere",
    "IdentityUnreadable",
    "InvalidAccount",
    "InvalidClient",
    "InvalidContact",
    "InvalidMembership",
    "KeyRefused",
    "LinkRefused",
    "MembershipHeld",
    "NoFactor",
    "RefreshRefused",
    "RefreshReused",
    "SecondFactorNeeded",
    "SecondFactorRefused",
    "SessionExpired",
    "SignInBusy",
    "SignInNeeded",
    "StaffNeeded",
    "StaleClient",
    "TooManyClients",
    "UnknownDevice",
    "UnknownMembership",
    "UnknownStaffSession",
    "UnreadableToken",
    "UsernameTaken",
    "WrongCredentials",
    "WrongFactorCode",
    "WrongSecondFactor",
]
