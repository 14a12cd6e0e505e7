"""What installations and administrators send and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import UUID7, BaseModel, Field, SecretStr, StringConstraints, model_validator

from app.directory.errors import UnknownUnit
from app.directory.snapshot import Directory
from app.kit.ids import TenantId, UnitId
from app.web.fields import Code, DayIn, InstantIn, ShortText, WireIn

from .domain import LONGEST_COMPARISON, MOST_PARCELS
from .errors import InvalidNeighbour
from .terms import (
    Consignment,
    ConsignmentState,
    Difference,
    Line,
    Neighbour,
    Parcel,
    ParcelKind,
    Reconciliation,
    Side,
    Wanted,
)

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ParcelIn(BaseModel):
    """One thing told. Members that this release does not know are passed over: the other side may be newer."""

    number: Number = Field(description="Từ 1, không cách quãng. From 1, without gaps.")
    consignment: UUID = Field(description="Mã lượt chuyển, hai bên dùng chung. The consignment's id on both sides.")
    kind: ParcelKind
    previous: str | None = Field(
        None,
        max_length=200,
        description="Tin ngay trước là tin nào: `consignment kind at`. The mark of the one before.",
    )
    at: InstantIn = Field(examples=["2026-11-20T03:00:00Z"])
    body: dict[str, Any] = Field(
        default_factory=dict,
        description="Theo loại, xem docs/federation.md. By kind.",
        examples=[{"code": "H23-261120-0001", "unit": "UBND xã Cẩm Chế", "due_at": "2026-11-27T10:00:00Z"}],
    )

    def parcel(self) -> Parcel:
        """The same as the program knows it."""
        return Parcel(self.number, self.consignment, self.kind, self.at, self.body, self.previous)


class ParcelsIn(WireIn):
    """Parcels in the order of their numbers."""

    parcels: list[ParcelIn] = Field(max_length=MOST_PARCELS)
    forgotten: list[tuple[Number, Number]] = Field(
        default_factory=list,
        max_length=MOST_PARCELS + 1,
        description="Số từ… đến… bên gửi không còn giữ: lượt chuyển đã hết hạn lưu. Numbers, from and to, of parcels "
        "that are kept no more; whoever lacks them goes on after them.",
        examples=[[[1, 4]]],
    )


class ParcelsOut(BaseModel):
    """How far they have been taken in."""

    heard: int = Field(description="Đã nhận đến số này. Everything up to this number is here and durable.")
    mark: str | None = Field(
        description="Tin mang số đó là tin nào: `consignment kind at`. Which parcel that was, null before the first.",
        examples=["01931f00-0000-7000-8000-000000000000 case 2026-11-20T03:00:00Z"],
    )


class DigestIn(WireIn):
    """Which days a neighbour asks about, and of which of them it wants every line."""

    since: DayIn = Field(examples=["2026-11-14"])
    until: DayIn = Field(examples=["2026-11-20"])
    days: list[date] = Field(default_factory=list, max_length=LONGEST_COMPARISON.days, examples=[["2026-11-20"]])

    @model_validator(mode="after")
    def _a_span(self) -> Self:
        if not 0 <= (self.until - self.since).days < LONGEST_COMPARISON.days:
            message = f"since comes before until, by less than {LONGEST_COMPARISON.days} days"
            raise ValueError(message)
        return self


class LineOut(BaseModel):
    """A consignment as one side knows it."""

    consignment: UUID
    giver_code: str | None
    holder_code: str | None
    state: ConsignmentState
    answer: str | None = Field(None, description="SHA-256 của câu trả lời. Of the holder's answer, once it has one.")

    @classmethod
    def of(cls, line: Line) -> Self:
        """The line on the wire."""
        return cls(**line._asdict())


class DigestOut(BaseModel):
    """Digests of days that have consignments, and the lines that were asked for."""

    digests: dict[date, str] = Field(description="SHA-256 của từng ngày. One for each day.")
    lines: dict[date, list[LineOut]]
    written: int = Field(description="Số tin đã viết cho bên hỏi. Parcels written for whoever asks.")

    @classmethod
    def of(cls, digests: Mapping[date, str], lines: Mapping[date, Sequence[Line]], written: int) -> Self:
        """The answer on the wire."""
        shown = {day: [LineOut.of(one) for one in found] for day, found in lines.items()}
        return cls(digests=dict(digests), lines=shown, written=written)


class NeighbourIn(WireIn):
    """Another installation of Liên Thông, and the unit here that stands for it."""

    id: UUID7 | None = Field(
        None,
        description="Mã kết nối mà bên kia đã tạo; không nêu thì bên này tạo. The id that the other side has made.",
    )
    name: ShortText = Field(description="Tên, cán bộ đọc được. What officers read.", examples=["Liên Thông Hải Phòng"])
    unit: Code = Field(description="Vụ việc giao cho đơn vị này thì chuyển sang. Whose cases go there.")
    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)] = Field(
        description="Địa chỉ gốc của hệ thống kia. Its base address.", examples=["https://haiphong.example.vn"]
    )
    secret: SecretStr | None = Field(
        None,
        max_length=200,
        description="Khoá chung (whsec_…); không nêu lúc tạo thì ta sinh và trả lại một lần. The shared secret; left "
        "out when created: made here and shown once; left out later: as it was.",
    )

    def wanted(self, directory: Directory, tenant_id: TenantId) -> Wanted:
        """The same as the program knows it. Raises: InvalidNeighbour when there is no such unit."""
        try:
            unit_id = UnitId(directory.unit_by_code(tenant_id, self.unit).id)
        except UnknownUnit as problem:
            raise InvalidNeighbour(errors=[{"pointer": "/unit", "detail": problem.detail}]) from problem
        secret = self.secret.get_secret_value() if self.secret is not None else None
        return Wanted(self.name, unit_id, self.url.rstrip("/"), secret)


class NeighbourOut(BaseModel):
    """A neighbour and how it is."""

    id: UUID
    name: str
    unit: str
    url: str
    secret: str | None = Field(None, description="Chỉ hiện một lần, lúc được sinh ra. Shown once, when it was made.")
    version: int
    active: bool
    created_at: datetime
    updated_at: datetime
    written: int = Field(description="Tin đã viết cho bên kia. Parcels written for it.")
    told: int = Field(description="Bên kia đã nhận đến số này. It has those up to this number.")
    heard: int = Field(description="Đã nhận của bên kia đến số này. Its own that are here.")
    failures: int
    retry_at: datetime | None
    last_success_at: datetime | None
    last_error: str | None

    @classmethod
    def of(cls, neighbour: Neighbour, codes: Mapping[UnitId, str], secret: str | None = None) -> Self:
        """The neighbour on the wire."""
        return cls(
            id=neighbour.id,
            name=neighbour.wanted.name,
            unit=codes[neighbour.wanted.unit_id],
            url=neighbour.wanted.url,
            secret=secret,
            version=neighbour.version,
            active=neighbour.active,
            created_at=neighbour.created_at,
            updated_at=neighbour.updated_at,
            written=neighbour.written,
            told=neighbour.told,
            heard=neighbour.heard,
            failures=neighbour.failures,
            retry_at=neighbour.retry_at,
            last_success_at=neighbour.last_success_at,
            last_error=neighbour.last_error,
        )


class NeighbourListOut(BaseModel):
    """All of the province's neighbours, oldest first."""

    items: list[NeighbourOut]

    @classmethod
    def of(cls, neighbours: Sequence[Neighbour], codes: Mapping[UnitId, str]) -> Self:
        """The list on the wire."""
        return cls(items=[NeighbourOut.of(one, codes) for one in neighbours])


class ConsignmentOut(BaseModel):
    """One case between two installations."""

    id: UUID
    side: Side = Field(description="Bên này giao hay nhận. Whether this side gave or holds it.")
    case: str | None
    their_code: str | None
    state: ConsignmentState
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, consignment: Consignment) -> Self:
        """The consignment on the wire."""
        return cls(
            id=consignment.id,
            side=consignment.side,
            case=consignment.case_code,
            their_code=consignment.their_code,
            state=consignment.state,
            created_at=consignment.created_at,
            ended_at=consignment.ended_at,
        )


class ConsignmentListOut(BaseModel):
    """A page of consignments, newest first."""

    items: list[ConsignmentOut]
    next_cursor: str | None


class DifferenceOut(BaseModel):
    """What the two sides do not agree on; null where one does not know it at all."""

    consignment: UUID
    ours: LineOut | None
    theirs: LineOut | None

    @classmethod
    def of(cls, found: Difference) -> Self:
        """The difference on the wire."""
        return cls(
            consignment=found.consignment,
            ours=LineOut.of(found.ours) if found.ours is not None else None,
            theirs=LineOut.of(found.theirs) if found.theirs is not None else None,
        )


class ReconciliationOut(BaseModel):
    """Both sides laid side by side. Differences while parcels wait are gone when these have arrived."""

    days: int
    agreed: int = Field(description="Số lượt hai bên khớp. Consignments on which both agree.")
    differences: list[DifferenceOut]
    waiting: int = Field(description="Tin của ta bên kia chưa nhận. Parcels of ours that it does not have yet.")
    their_waiting: int = Field(description="Tin bên kia ta chưa nhận. Its parcels that are not here yet.")

    @classmethod
    def of(cls, found: Reconciliation) -> Self:
        """The report on the wire."""
        return cls(
            days=found.days,
            agreed=found.agreed,
            differences=[DifferenceOut.of(one) for one in found.differences],
            waiting=found.waiting,
            their_waiting=found.their_waiting,
        )
