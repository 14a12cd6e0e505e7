"""Wire shapes of the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StrictInt

from app.audit.terms import Entry, Outcome
from app.limits.terms import Limited, LimitView, Per
from app.web.fields import WireIn


class EntryOut(BaseModel):
    """One line of the trail."""

    position: int
    id: UUID
    at: datetime
    actor_kind: str
    actor: UUID | None
    actor_name: str
    unit: UUID | None
    action: str = Field(examples=["case.accepted", "sign_in", "refused"])
    outcome: Outcome
    subject: str | None
    details: dict[str, Any]
    request_id: str | None
    address: str | None
    hash: str = Field(description="SHA-256 của chuỗi đến dòng này. Of the chain up to here, hexadecimal.")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The line."""
        assert entry.position is not None
        assert entry.hash is not None
        return cls(
            position=entry.position,
            id=entry.id,
            at=entry.at,
            actor_kind=entry.actor_kind,
            actor=entry.actor_id,
            actor_name=entry.actor_name,
            unit=entry.unit_id,
            action=entry.action,
            outcome=Outcome(entry.outcome),
            subject=entry.subject,
            details=dict(entry.details),
            request_id=entry.request_id,
            address=entry.address,
            hash=entry.hash.hex(),
        )


class EntryListOut(BaseModel):
    """A page of the trail, newest first."""

    items: list[EntryOut]
    next_cursor: str | None


class LimitIn(WireIn):
    """How many there may be within how long."""

    most: StrictInt = Field(ge=1, le=10_000_000, description="Nhiều nhất bao nhiêu. How many at most.")
    window_s: StrictInt = Field(ge=1, le=604_800, description="Trong bao nhiêu giây. Within how many seconds.")


class LimitOut(BaseModel):
    """One limit as it holds: `most` at once, then one more every `window_s / most` seconds."""

    what: Limited
    per: Per
    most: int
    window_s: int
    version: int = Field(description="0: giá trị mặc định. As packaged. Send it back as `If-Match`.")
    updated_at: datetime | None

    @classmethod
    def of(cls, limit: LimitView) -> Self:
        """The wire shape."""
        return cls(
            what=limit.what,
            per=limit.per,
            most=limit.rate.most,
            window_s=int(limit.rate.window.total_seconds()),
            version=limit.version,
            updated_at=limit.updated_at,
        )


class LimitListOut(BaseModel):
    """Every limit of the province."""

    items: list[LimitOut]
