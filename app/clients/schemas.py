"""Wire shapes of other systems: as administrators let them in, and what they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, Field, StrictInt

from app.cases.schemas import AreaRef, CategoryRef, UnitRef, line
from app.cases.terms import Books, CaseState, PublicationState, Resolution
from app.catalogue.terms import Kind, Priority
from app.deadlines.schemas import MilestoneOut
from app.deadlines.terms import Milestone
from app.directory.snapshot import Directory
from app.identity.terms import ClientScope, ClientView, Grant, KeyView, NewKey, SignedIn, WantedClient
from app.kit.ids import TenantId, UnitId
from app.reports.terms import Channel
from app.subscriptions.terms import EventPage
from app.web.answers import as_json
from app.web.fields import Code, InstantIn, ShortText, WireIn

LONGEST_OVERLAP_HOURS = 24 * 30


class ClientIn(WireIn):
    """What another system may do, where and until when."""

    name: ShortText = Field(description="Tên, duy nhất trong tỉnh. A name, the only one of the province.")
    contact: ShortText = Field(
        description="Người phụ trách và cách liên hệ khi khoá bị lộ. Who is in charge, and how to reach them "
        "when a key leaks.",
        examples=["Tổ vận hành cổng Hải Dương, van-hanh@example.vn"],
    )
    scopes: list[ClientScope] = Field(min_length=1, max_length=len(ClientScope), description="Quyền. What it may do.")
    unit: Code | None = Field(None, description="Chỉ cơ quan này và cấp dưới. Only this unit and all below it.")
    area: Code | None = Field(None, description="Chỉ địa bàn này và cấp dưới. Only this area and all below it.")
    channel: Channel = Field(
        Channel.OPEN311, description="Phản ánh của hệ thống đến bằng kênh này. The way in which its reports come."
    )
    expires_at: InstantIn = Field(description="Nhiều nhất hai năm. Two years ahead at most.")

    def wanted(self, directory: Directory, tenant_id: TenantId) -> WantedClient:
        """The same as the program knows it. Raises: UnknownUnit."""
        unit_id = UnitId(directory.unit_by_code(tenant_id, self.unit).id) if self.unit else None
        grant = Grant(frozenset(self.scopes), unit_id, self.area, self.channel.value)
        return WantedClient(self.name, self.contact, grant, self.expires_at)


class KeyRotationIn(WireIn):
    """How long the keys before go on being good beside the new one."""

    overlap_hours: StrictInt = Field(
        24,
        ge=0,
        le=LONGEST_OVERLAP_HOURS,
        description="0: khoá cũ hết hiệu lực ngay, khi nó đã lộ. 0 ends the old keys at once: one has leaked.",
    )

    @property
    def overlap(self) -> timedelta:
        """The same as a duration."""
        return timedelta(hours=self.overlap_hours)


class KeyOut(BaseModel):
    """A key; what it is was shown when it was made, and never again."""

    id: str = Field(description="Phần giữa của khoá, sau chữ k. The middle of the key, after the letter k.")
    created_at: datetime
    ends_at: datetime | None = Field(
        description="Hết hiệu lực khi khoá mới thay. When a newer key has taken its place."
    )
    last_used_at: datetime | None = Field(description="Chính xác đến phút. To the minute.")

    @classmethod
    def of(cls, key: KeyView) -> Self:
        """The wire shape."""
        return cls(id=key.id, created_at=key.created_at, ends_at=key.ends_at, last_used_at=key.last_used_at)


class ClientOut(BaseModel):
    """Another system and its keys that have not ended."""

    id: UUID
    name: str
    contact: str
    scopes: list[ClientScope]
    unit: str | None
    area: str | None
    channel: Channel
    expires_at: datetime
    revoked_at: datetime | None
    version: int = Field(description="Gửi lại trong `If-Match` khi thay đổi. Send it back as `If-Match` to change it.")
    created_at: datetime
    updated_at: datetime
    keys: list[KeyOut]

    @classmethod
    def of(cls, client: ClientView, units: Mapping[UnitId, str]) -> Self:
        """The wire shape; `units` by id."""
        grant = client.grant
        return cls(
            id=client.id,
            name=client.name,
            contact=client.contact,
            scopes=sorted(grant.scopes),
            unit=units[grant.unit_id] if grant.unit_id else None,
            area=grant.area,
            channel=Channel(grant.channel),
            expires_at=client.expires_at,
            revoked_at=client.revoked_at,
            version=client.version,
            created_at=client.created_at,
            updated_at=client.updated_at,
            keys=[KeyOut.of(key) for key in client.keys],
        )


class NewKeyOut(ClientOut):
    """A client with a key that was made just now."""

    key: str | None = Field(
        description="Hãy cất ngay: không xem lại được. Trống khi đây là câu trả lời lặp lại của cùng Idempotency-Key: "
        "hãy đổi khoá. Keep it now: it is never shown again. Null when this is the same answer once more for one "
        "Idempotency-Key: the key is not kept, so make another.",
        examples=["lt_live_1k0123456789abcdef_…"],
    )

    @classmethod
    def with_key(cls, new: NewKey, units: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        return cls.model_validate({**ClientOut.of(new.client, units).model_dump(), "key": new.key})


class ClientListOut(BaseModel):
    """All other systems of the province, revoked ones too, oldest first."""

    items: list[ClientOut]

    @classmethod
    def of(cls, clients: Sequence[ClientView], units: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        return cls(items=[ClientOut.of(one, units) for one in clients])


class OwnClientOut(BaseModel):
    """What a key is good for, told to whoever holds it."""

    id: UUID
    name: str
    scopes: list[ClientScope]
    unit: str | None
    area: str | None
    channel: Channel
    expires_at: datetime = Field(description="Của khoá này. Of this key.")

    @classmethod
    def of(cls, found: SignedIn, units: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        grant = found.actor.grant
        assert grant is not None
        return cls.model_validate(
            {
                "id": found.actor.id,
                "name": found.username,
                "scopes": sorted(grant.scopes),
                "unit": units[grant.unit_id] if grant.unit_id else None,
                "area": grant.area,
                "channel": grant.channel,
                "expires_at": found.expires_at,
            }
        )


class HandledOut(BaseModel):
    """How a case stands: nothing that people wrote, and not where exactly."""

    code: str
    version: int
    state: CaseState
    resolution: Resolution | None
    kind: Kind
    priority: Priority
    category: CategoryRef
    area: AreaRef
    responsible_unit: UnitRef
    opened_at: datetime
    updated_at: datetime
    due_at: datetime
    original_due_at: datetime
    overdue: bool
    report_count: int
    referral_count: int
    reopen_count: int
    publication: PublicationState


class HandledDetailOut(HandledOut):
    """The same with its milestones."""

    accepted_at: datetime | None
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    milestones: list[MilestoneOut]


class HandledPageOut(BaseModel):
    """A page of cases; `next_cursor` is null on the last one."""

    items: list[HandledOut]
    next_cursor: str | None


class EventListOut(BaseModel):
    """Events in their order, each a CloudEvents 1.0 envelope as webhooks carry it."""

    items: list[dict[str, Any]]
    after: int = Field(description="Gửi lại ở lần đọc sau. Send it back with the next request.")


_KEPT = tuple(HandledOut.model_fields)


def handled(row: Any, books: Books, tenant_id: TenantId, now: datetime) -> dict[str, Any]:
    """A row of `cases` as a HandledOut."""
    whole = line(row, books, tenant_id, now)
    return {name: whole[name] for name in _KEPT}


def handled_page(
    rows: Sequence[Any], books: Books, tenant_id: TenantId, now: datetime, next_cursor: str | None
) -> bytes:
    """Rows of `cases` as a HandledPageOut in JSON."""
    return as_json({"items": [handled(row, books, tenant_id, now) for row in rows], "next_cursor": next_cursor})


def handled_detail(
    row: Mapping[str, Any], milestones: Sequence[Milestone], books: Books, tenant_id: TenantId, now: datetime
) -> dict[str, Any]:
    """A row of `cases` as a HandledDetailOut."""
    instants = ("accepted_at", "first_response_at", "resolved_at", "closed_at")
    return {
        **handled(row, books, tenant_id, now),
        **{name: row[name] for name in instants},
        "milestones": [MilestoneOut.of(one, now=now).model_dump() for one in milestones],
    }


def events_answer(page: EventPage) -> bytes:
    """A page of events as an EventListOut in JSON."""
    return as_json({"items": [orjson.Fragment(one) for one in page.envelopes], "after": page.after})
