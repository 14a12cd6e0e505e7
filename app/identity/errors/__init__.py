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
from .vault import IdentityUnreadable, InvalidContact

__all__ = [
    "AccountLocked",
    "AccountNotFound",
    "CitizenNeeded",
    "ClientNeeded",
    "ClientNotFound",
    "ClientRevoked",
    "FactorThere",
    "IdentityUnreadable",
    "InvalidAccount",
    "InvalidClient",
    "InvalidContact",
    "KeyRefused",
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
    "UnknownStaffSession",
    "UnreadableToken",
    "UsernameTaken",
    "WrongCredentials",
    "WrongFactorCode",
    "WrongSecondFactor",
]
