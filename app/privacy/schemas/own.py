"""Wire shapes of people's own data, as they see it themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.cases.terms import Books
from app.citizens.schemas import ProvenIdentityOut
from app.kit.ids import TenantId, UnitId
from app.media.terms import Attached
from app.papers.terms import Paper
from app.payments.terms import KeptPayment, PaymentState
from app.privacy.terms import AccessEntry, Erased, Exported, OwnReport
from app.service_requests.terms import KeptRequest
from app.web.fields import TextOut

from .offices import IdentityOut


class AccessOut(BaseModel):
    """One opening of your identity."""

    report: str = Field(description="Mã phản ánh hoặc hồ sơ. Code of the report or service request.")
    at: datetime
    by: str = Field(description="Đơn vị đã mở; trống: hệ thống, để gửi tin báo. The unit; empty: to send a notice.")
    reason: str


class AccessListOut(BaseModel):
    """Who has opened your identity, the newest first."""

    items: list[AccessOut]

    @classmethod
    def of(cls, log: Sequence[AccessEntry], tenant_id: TenantId, books: Books) -> Self:
        """All of them, units by name."""
        return cls(items=_told(log, lambda unit_id: books.directory.unit(tenant_id, unit_id).name))


def _told(log: Sequence[AccessEntry], name_of: Callable[[UnitId], str]) -> list[AccessOut]:
    return [
        AccessOut(
            report=one.report_code,
            at=one.at,
            by=name_of(one.unit_id) if one.unit_id is not None else "",
            reason=one.purpose,
        )
        for one in log
    ]


class OwnFileOut(BaseModel):
    """A photo or file of a report of yours; the report's page has it to download."""

    id: UUID
    state: str
    kind: str | None
    bytes: int
    latitude: float | None = Field(description="Nơi chụp, nếu bạn muốn giữ. Where it was taken, if you wanted that.")
    longitude: float | None

    @classmethod
    def of(cls, file: Attached) -> Self:
        """The file."""
        lat, lon = file.point or (None, None)
        return cls(id=file.id, state=file.state, kind=file.kind, bytes=file.length, latitude=lat, longitude=lon)


class OwnWordsOut(BaseModel):
    """Words of yours in the history of a report: a reply, a reason, a comment."""

    at: datetime
    type: str
    text: str


class OwnDeviceOut(BaseModel):
    """Where you are signed in."""

    user_agent: str
    created_at: datetime
    last_used_at: datetime


class OwnReportOut(BaseModel):
    """A report of yours as it is kept."""

    code: str
    kind: str
    category: str
    description: str
    latitude: float | None
    longitude: float | None
    area: str
    address: str | None
    answers: dict[str, object]
    channel: str
    captured_at: datetime | None
    received_at: datetime
    stars: int | None
    identity: IdentityOut | None = Field(description="Thông tin bạn để lại kèm phản ánh này. What you left with it.")
    files: list[OwnFileOut]
    words: list[OwnWordsOut] = Field(description="Điều bạn viết thêm sau đó. What you have written since.")

    @classmethod
    def of(cls, kept: OwnReport) -> Self:
        """The report."""
        told = kept._asdict()
        told["identity"] = IdentityOut.of(kept.identity) if kept.identity else None
        told["files"] = [OwnFileOut.of(one) for one in kept.files]
        told["words"] = [OwnWordsOut(at=one.at, type=one.type, text=one.text) for one in kept.words]
        return cls(**told)


class OwnPersonOut(BaseModel):
    """Somebody as a service request of yours names them."""

    name: str
    identity_number: str
    phone: str | None
    email: str | None
    address: str | None
    born_on: str | None


class OwnRequestFileOut(BaseModel):
    """A file of a service request of yours; its page has it to download."""

    role: str
    document: str | None
    name: str
    added_at: datetime


class OwnPaperOut(BaseModel):
    """A paper that an office has issued to you; its page has it to download."""

    number: str
    kind: str
    issued_at: datetime
    checksum: str
    applicant: str
    address: str
    phone: str
    email: str


class OwnReceiptOut(BaseModel):
    """Money of yours that came, with what was told of it."""

    source: str
    transaction: str
    amount: str
    currency: str
    paid_at: datetime
    words: str = Field(description="Nội dung chuyển khoản. What the transfer said.")
    messages: list[str] = Field(description="Đơn vị thanh toán đã báo gì. What the provider has told us.")


class OwnPaymentOut(BaseModel):
    """A fee that was asked of you."""

    reference: str
    amount: str
    state: PaymentState
    created_at: datetime
    paid_at: datetime | None
    refund_due: str
    refunded: str
    receipts: list[OwnReceiptOut]

    @classmethod
    def of(cls, kept: KeptPayment) -> Self:
        """The fee."""
        return cls(
            reference=kept.reference,
            amount=f"{kept.amount:f}",
            state=kept.state,
            created_at=kept.created_at,
            paid_at=kept.paid_at,
            refund_due=f"{kept.refund_due:f}",
            refunded=f"{kept.refunded:f}",
            receipts=[
                OwnReceiptOut(
                    source=one.source,
                    transaction=one.transaction,
                    amount=f"{one.amount:f}",
                    currency=one.currency,
                    paid_at=one.paid_at,
                    words=one.words,
                    messages=list(one.messages),
                )
                for one in kept.receipts
            ],
        )


class OwnRequestOut(BaseModel):
    """A service request of yours as it is kept."""

    code: str
    procedure: str
    procedure_version: int
    state: str
    outcome: str | None
    channel: str
    area: str
    submitted_at: datetime
    due_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    decision: str | None
    stars: int | None
    applicant: OwnPersonOut
    filer: OwnPersonOut | None
    answers: dict[str, object]
    files: list[OwnRequestFileOut]
    papers: list[OwnPaperOut]
    payments: list[OwnPaymentOut]

    @classmethod
    def of(cls, kept: KeptRequest) -> Self:
        """The request."""
        papers = kept.papers
        return cls(
            code=kept.code,
            procedure=kept.procedure_code,
            procedure_version=kept.procedure_version,
            state=kept.state,
            outcome=kept.outcome,
            channel=kept.channel,
            area=kept.object_area,
            submitted_at=kept.submitted_at,
            due_at=kept.due_at,
            decided_at=kept.decided_at,
            closed_at=kept.closed_at,
            decision=kept.decision_text,
            stars=kept.stars,
            applicant=OwnPersonOut(**asdict(papers.applicant)),
            filer=OwnPersonOut(**asdict(papers.filer)) if papers.filer else None,
            answers=dict(papers.answers),
            files=[OwnRequestFileOut(**one) for one in kept.files],
            papers=[_paper(one) for one in kept.issued],
            payments=[OwnPaymentOut.of(one) for one in kept.payments],
        )


def _paper(paper: Paper) -> OwnPaperOut:
    facts = paper.facts
    return OwnPaperOut(
        number=paper.number,
        kind=paper.kind.value,
        issued_at=paper.issued_at,
        checksum=paper.checksum,
        applicant=facts.applicant,
        address=facts.address,
        phone=facts.phone,
        email=facts.email,
    )


class OwnDraftOut(BaseModel):
    """A draft of yours as it is kept."""

    procedure: str
    content: dict[str, object]
    created_at: datetime
    updated_at: datetime


class OwnSupportOut(BaseModel):
    """A public case of which you have said that you meet the same."""

    code: str
    given_at: datetime


class ExportOut(BaseModel):
    """All that is kept of you here, to take along."""

    citizen: UUID
    phone: str | None
    identities: list[ProvenIdentityOut]
    reports: list[OwnReportOut]
    service_requests: list[OwnRequestOut]
    service_request_drafts: list[OwnDraftOut]
    access_log: list[AccessOut]
    devices: list[OwnDeviceOut]
    supported: list[OwnSupportOut] = Field(description="Việc bạn báo tôi cũng gặp. Cases that you support.")
    browsers_told: int = Field(description="Số trình duyệt nhận tin báo. Browsers that take notices.")

    @classmethod
    def of(cls, citizen: UUID, kept: Exported, books: Books) -> Self:
        """Everything; units that have opened an identity by name."""
        units = {unit.id: unit.name for one in books.directory.tenants for unit in books.directory.units(one.id)}
        return cls(
            citizen=citizen,
            phone=kept.proofs.phone,
            identities=ProvenIdentityOut.all_of(kept.proofs.identities),
            reports=[OwnReportOut.of(one) for one in kept.reports],
            service_requests=[OwnRequestOut.of(one) for one in kept.service_requests],
            service_request_drafts=[OwnDraftOut(**asdict(one)) for one in kept.drafts],
            access_log=_told(kept.log, lambda unit_id: units.get(unit_id, "")),
            devices=[
                OwnDeviceOut(user_agent=one.user_agent, created_at=one.created_at, last_used_at=one.last_used_at)
                for one in kept.devices
            ],
            browsers_told=kept.browsers,
            supported=[OwnSupportOut(code=one.code, given_at=one.given_at) for one in kept.supports],
        )


class KeptOut(BaseModel):
    """What stays, and by which law."""

    code: str
    what: TextOut
    legal_basis: TextOut


class ErasedOut(BaseModel):
    """What an erasure came to."""

    identities: int = Field(description="Danh tính đã xoá khỏi kho. Identities gone from the vault.")
    reports: int = Field(description="Phản ánh không còn nối với bạn. Reports that are nobody's from now on.")
    service_requests: int = Field(description="Hồ sơ không còn nối với bạn. Service requests that are nobody's.")
    kept: list[KeptOut]

    @classmethod
    def of(cls, erased: Erased) -> Self:
        """The outcome."""
        return cls(
            identities=erased.identities,
            reports=erased.reports,
            service_requests=erased.service_requests,
            kept=[
                KeptOut(code=one.code, what=TextOut.of(one.what), legal_basis=TextOut.of(one.legal_basis))
                for one in erased.kept
            ],
        )
