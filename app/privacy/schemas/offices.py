"""Wire shapes for offices: openings, senders, rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr, StrictInt, StringConstraints

from app.citizens.errors import InvalidPhone
from app.identity.terms import ReporterIdentity
from app.kit.ids import ReportId
from app.kit.phones import phone_e164
from app.kit.text import Text
from app.privacy.terms import Opening, OpeningState, Rule, Sender, Subject
from app.web.fields import InstantIn, ShortText, TextOut, WireIn

Reason = Annotated[
    ShortText,
    StringConstraints(min_length=10),
    Field(
        description="Lý do, người gửi đọc được. Why; the sender can read it.",
        examples=["Cần gọi để hẹn giờ vào nhà kiểm tra đường nước."],
    ),
]


class OpeningIn(WireIn):
    """Why an identity is to be opened."""

    reason: Reason


class DecisionIn(WireIn):
    """What the second person says."""

    agree: bool


class LookupIn(WireIn):
    """A phone whose reports are looked for, and why."""

    phone: SecretStr = Field(max_length=40)
    reason: Reason

    def number(self) -> str:
        """The phone in E.164, fixed lines too. Raises: InvalidPhone."""
        found = phone_e164(self.phone.get_secret_value())
        if found is None:
            raise InvalidPhone
        return found


class OpeningOut(BaseModel):
    """One wish to open an identity."""

    id: UUID
    case: str
    report: str
    state: OpeningState
    reason: str
    needs_second: bool = Field(description="Người gửi không muốn nêu tên. The sender asked not to be named.")
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    expires_at: datetime | None = Field(description="Xem được đến lúc này. Until when it may be looked at.")

    @classmethod
    def of(cls, opening: Opening, now: datetime) -> Self:
        """The opening as it stands."""
        return cls(
            id=opening.id,
            case=opening.case_code,
            report=opening.report_code,
            state=opening.state(now),
            reason=opening.reason,
            needs_second=opening.needs_second,
            asked_by=opening.asked_name,
            asked_at=opening.asked_at,
            decided_by=opening.decided_name,
            decided_at=opening.decided_at,
            expires_at=opening.expires_at,
        )


class OpeningListOut(BaseModel):
    """Openings, the newest first."""

    items: list[OpeningOut]

    @classmethod
    def of(cls, openings: Sequence[Opening], now: datetime) -> Self:
        """All of them."""
        return cls(items=[OpeningOut.of(one, now) for one in openings])


class SenderOut(BaseModel):
    """Who handed in a report, as officers see it."""

    report: str
    pseudonym: str = Field(description="Cùng người gửi trong một vụ việc thì cùng tên gọi này. One sender, one word.")
    withheld: bool = Field(description="Không muốn nêu tên. Asked not to be named.")
    known: bool = Field(description="Có danh tính để mở. There is an identity to open.")

    @classmethod
    def of(cls, sender: Sender) -> Self:
        """The sender."""
        return cls(report=sender.code, pseudonym=sender.pseudonym, withheld=sender.withheld, known=sender.known)


class SenderListOut(BaseModel):
    """Senders of a case's reports, oldest first, and every opening of an identity of theirs."""

    senders: list[SenderOut]
    openings: list[OpeningOut]

    @classmethod
    def of(cls, found: tuple[Sequence[Sender], Sequence[Opening]], now: datetime) -> Self:
        """All of them."""
        senders, openings = found
        return cls(
            senders=[SenderOut.of(one) for one in senders], openings=[OpeningOut.of(one, now) for one in openings]
        )


class IdentityOut(BaseModel):
    """Who a person is. Null: not left, or not known."""

    name: str | None
    phone: str | None
    email: str | None
    identity_number: str | None
    home_address: str | None

    @classmethod
    def of(cls, found: ReporterIdentity) -> Self:
        """The identity."""
        return cls(
            name=found.name,
            phone=found.phone,
            email=found.email,
            identity_number=found.identity_number,
            home_address=found.home_address,
        )


class OpenedOut(BaseModel):
    """An identity that was opened. Its owner sees that it was."""

    opening: OpeningOut
    identity: IdentityOut

    @classmethod
    def of(cls, found: tuple[Opening, ReporterIdentity], now: datetime) -> Self:
        """The identity with the opening that allows it."""
        opening, identity = found
        return cls(opening=OpeningOut.of(opening, now), identity=IdentityOut.of(identity))


class FoundOut(BaseModel):
    """A report that came with the phone."""

    report: str
    case: str


class FoundListOut(BaseModel):
    """Reports that came with the phone, the newest first, of cases in the officer's sight."""

    items: list[FoundOut]

    @classmethod
    def of(cls, found: Sequence[tuple[ReportId, str, str]]) -> Self:
        """All of them."""
        return cls(items=[FoundOut(report=code, case=case) for _, code, case in found])


class TextIn(WireIn):
    """A text in both languages."""

    vi: ShortText
    en: ShortText

    def text(self) -> Text:
        """The text."""
        return Text(self.vi, self.en)


class RuleIn(WireIn):
    """How long something is to be kept."""

    subject: Subject
    days: StrictInt = Field(ge=1, le=36_500, description="Số ngày từ khi vụ việc kết thúc. Days from the end.")
    legal_basis: TextIn
    note: Annotated[str, StringConstraints(max_length=300)] = ""
    based_on: StrictInt | None = Field(
        None, ge=0, description="Phiên bản bạn đã sửa từ đó; 0 là bản đóng gói. The version it was made from."
    )
    valid_from: InstantIn | None = Field(
        None, description="Có hiệu lực từ lúc này; trống: ngay khi ban hành. From when it holds; absent: at once."
    )


class RuleOut(BaseModel):
    """How long something is kept; version 0 is the packaged rule."""

    subject: Subject
    version: int
    days: int
    legal_basis: TextOut
    note: str
    created_at: datetime | None
    valid_from: datetime | None = Field(description="Đến khi phiên bản sau bắt đầu. Until the next version's.")

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """The rule."""
        return cls(
            subject=rule.subject,
            version=rule.version,
            days=rule.days,
            legal_basis=TextOut.of(rule.legal_basis),
            note=rule.note,
            created_at=rule.created_at,
            valid_from=rule.valid_from,
        )


class RetentionOut(BaseModel):
    """A subject's rule in force, with all versions of the province's own, newest first."""

    in_force: RuleOut
    versions: list[RuleOut]


class RetentionListOut(BaseModel):
    """How long what identifies people is kept."""

    items: list[RetentionOut]

    @classmethod
    def of(cls, found: Sequence[tuple[Rule, Sequence[Rule]]]) -> Self:
        """All subjects."""
        return cls(
            items=[
                RetentionOut(in_force=RuleOut.of(rule), versions=[RuleOut.of(one) for one in own])
                for rule, own in found
            ]
        )
