"""Vocabulary of signing in at a provider (OpenID Connect Core 1.0, RFC 6749, RFC 7636)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kit.text import Text


class Assurance(StrEnum):
    """How well the provider knows the person: levels of electronic identity accounts (Decree 69/2024/NĐ-CP)."""

    UNSTATED = "unstated"
    FIRST = "level_1"
    SECOND = "level_2"

    @property
    def label(self) -> Text:
        """In words."""
        return _LABELS[self]


_LABELS = {
    Assurance.UNSTATED: Text("chưa rõ mức độ", "level not stated"),
    Assurance.FIRST: Text("định danh mức độ 1", "identified, level 1"),
    Assurance.SECOND: Text("định danh mức độ 2", "identified, level 2"),
}


@dataclass(frozen=True, slots=True)
class Provider:
    """Who vouches for people, and how this installation is known there. `assurances`: by the value of `acr`."""

    name: str
    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    scopes: tuple[str, ...]
    redirects: tuple[str, ...]
    assurances: Mapping[str, Assurance]


@dataclass(frozen=True, slots=True)
class Handle:
    """One signing in that has begun; only its own client holds it. `linking`: the account the identity is to join."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect: str
    until: datetime
    linking: UUID | None


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the person, and what the client keeps until they are back."""

    address: str
    handle: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for: `subject` is a person at one issuer for good."""

    issuer: str
    subject: str = field(repr=False)
    assurance: Assurance
    email: str | None = field(default=None, repr=False)  # only when the provider says it is verified, and it was asked
