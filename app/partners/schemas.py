"""What administrators send and read about partners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr, StrictBool, StringConstraints

from app.directory.errors import UnknownUnit
from app.directory.snapshot import Directory
from app.kit.ids import TenantId, UnitId
from app.web.fields import Code, ShortText, WireIn

from .errors import InvalidPartner
from .terms import ErrandState, Format, Line, Outcome, Partner, PostKind, Wanted

MOST_SERVICES = 500
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class PartnerIn(WireIn):
    """An Open311 server of others, and which of a unit's cases it is handed."""

    name: ShortText = Field(description="Tên đối tác, cán bộ đọc được. What officers read.", examples=["PC Hải Dương"])
    unit: Code = Field(
        description="Đơn vị có vụ việc được chuyển đi. Whose cases are handed over.", examples=["H23.EVN"]
    )
    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)] = Field(
        description="Địa chỉ GeoReport v2, tới trước `/requests.json`. The endpoint, up to `/requests.json`.",
        examples=["https://pc.example.vn/open311/v2"],
    )
    jurisdiction_id: Short | None = Field(None, description="`jurisdiction_id` của họ, nếu cần. Theirs, if they ask.")
    format: Format = Field(Format.JSON, description="Họ nói JSON hay XML. What they speak.")
    services: dict[Code, Short] = Field(
        default_factory=dict,
        max_length=MOST_SERVICES,
        description="Mã dịch vụ của họ theo lĩnh vực hoặc nhóm của ta. Their service by our category or group.",
        examples=[{"lighting": "street-light"}],
    )
    default_service: Short | None = Field(
        None, description="Cho lĩnh vực khác; không nêu thì không chuyển. For other categories; null: they stay here."
    )
    sends_answers: StrictBool = Field(
        default=False, description="Gửi cả câu trả lời thêm (`attribute[…]`). Send answers to questions as attributes."
    )
    repeats_safely: StrictBool = Field(
        default=False,
        description="Gửi lại không thành hai: họ nhận `service_request_id_ext`. Sending again makes no second request.",
    )
    has_updates: StrictBool = Field(
        default=False, description="Họ có `servicerequestupdates`. They have FixMyStreet's updates."
    )
    api_key: SecretStr | None = Field(
        None,
        max_length=500,
        description="Khoá họ cấp; không nêu thì giữ khoá cũ, rỗng thì bỏ. Their key; left out: as it was; empty: none.",
    )

    def wanted(self, directory: Directory, tenant_id: TenantId) -> Wanted:
        """The same as the program knows it. Raises: InvalidPartner when there is no such unit."""
        try:
            unit_id = UnitId(directory.unit_by_code(tenant_id, self.unit).id)
        except UnknownUnit as problem:
            raise InvalidPartner(errors=[{"pointer": "/unit", "detail": problem.detail}]) from problem
        return Wanted(
            name=self.name,
            unit_id=unit_id,
            url=self.url.rstrip("/"),
            jurisdiction_id=self.jurisdiction_id,
            format=self.format,
            services=self.services,
            default_service=self.default_service,
            sends_answers=self.sends_answers,
            repeats_safely=self.repeats_safely,
            has_updates=self.has_updates,
            api_key=self.api_key.get_secret_value() if self.api_key is not None else None,
        )


class PartnerOut(BaseModel):
    """A partner and how it is. Its key is shown to nobody."""

    id: UUID
    name: str
    unit: str
    url: str
    jurisdiction_id: str | None
    format: Format
    services: dict[str, str]
    default_service: str | None
    sends_answers: bool
    repeats_safely: bool
    has_updates: bool
    has_key: bool
    version: int
    active: bool
    created_at: datetime
    updated_at: datetime
    followed_at: datetime | None = Field(description="Đã hỏi tin đến lúc nào. Up to when it has told everything.")
    last_success_at: datetime | None
    last_error: str | None = Field(description="Vì sao lần gần nhất không được. Why the last try came to nothing.")
    failures: int
    retry_at: datetime | None = Field(description="Tạm nghỉ đến lúc này. It is left alone until then.")

    @classmethod
    def of(cls, partner: Partner, codes: Mapping[UnitId, str]) -> Self:
        """The partner on the wire."""
        wanted = partner.wanted
        return cls(
            id=partner.id,
            name=wanted.name,
            unit=codes[wanted.unit_id],
            url=wanted.url,
            jurisdiction_id=wanted.jurisdiction_id,
            format=wanted.format,
            services=dict(wanted.services),
            default_service=wanted.default_service,
            sends_answers=wanted.sends_answers,
            repeats_safely=wanted.repeats_safely,
            has_updates=wanted.has_updates,
            has_key=partner.sealed_key is not None,
            version=partner.version,
            active=partner.active,
            created_at=partner.created_at,
            updated_at=partner.updated_at,
            followed_at=partner.followed_at,
            last_success_at=partner.last_success_at,
            last_error=partner.last_error,
            failures=partner.failures,
            retry_at=partner.retry_at,
        )


class PartnerListOut(BaseModel):
    """All of the province's partners, oldest first."""

    items: list[PartnerOut]

    @classmethod
    def of(cls, partners: Sequence[Partner], codes: Mapping[UnitId, str]) -> Self:
        """The list on the wire."""
        return cls(items=[PartnerOut.of(one, codes) for one in partners])


class ErrandPostOut(BaseModel):
    """What the partner is to be told next, and why it has not been."""

    kind: PostKind
    given_up: bool
    attempts: int
    next_at: datetime | None
    last_outcome: Outcome | None
    last_code: str | None


class ErrandOut(BaseModel):
    """One case in the hands of the partner."""

    id: UUID
    case: str
    state: ErrandState
    service_request_id: str | None = Field(description="Mã ở phía họ. What they call it.")
    status: str | None
    created_at: datetime
    sent_at: datetime | None
    heard_at: datetime | None
    ended_at: datetime | None
    waiting: ErrandPostOut | None

    @classmethod
    def of(cls, line: Line) -> Self:
        """The errand on the wire."""
        errand = line.errand
        waiting = (
            ErrandPostOut(
                kind=line.post_kind,
                given_up=line.post_state == "dead",
                attempts=line.attempts,
                next_at=line.next_at,
                last_outcome=line.last_outcome,
                last_code=line.last_code,
            )
            if line.post_kind is not None
            else None
        )
        return cls(
            id=errand.id,
            case=errand.case_code,
            state=errand.state,
            service_request_id=errand.their_id,
            status=errand.status,
            created_at=errand.created_at,
            sent_at=errand.sent_at,
            heard_at=errand.heard_at,
            ended_at=errand.ended_at,
            waiting=waiting,
        )


class ErrandListOut(BaseModel):
    """A page of a partner's errands, newest first."""

    items: list[ErrandOut]
    next_cursor: str | None
