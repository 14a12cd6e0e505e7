"""Vocabulary of citizens signing in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a code: the phone (E.164), the address, and the account of the device, if it has one.

    `proof`: what the device was given when it signed in with a phone before, as it was sent.
    """

    phone: str = field(repr=False)
    address: str
    device: str | None
    proof: str | None = field(default=None, repr=False)


class Allowances(NamedTuple):
    """How many codes are sent within an hour."""

    phone: int
    address: int


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """Somebody vouches for the account's owner: who, how well they know the person, and since when that is known."""

    issuer: str
    assurance: str
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class Proofs:
    """What proves an account, for its owner's eyes; nothing of a device's."""

    phone: str | None = field(repr=False)
    identities: tuple[ProvenIdentity, ...]
