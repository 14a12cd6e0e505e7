"""Other systems and their keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.kit.ids import ClientId

from .acting import Grant


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
