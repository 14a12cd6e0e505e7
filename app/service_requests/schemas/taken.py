"""What people send."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, ValidationInfo, field_validator

from app.kit.text import Text
from app.service_requests.terms import (
    LISTED_MOST,
    Channel,
    DraftId,
    Filing,
    HandedIn,
    Missing,
    Outcome,
    Person,
)
from app.web.fields import Code, DayIn, LongText, PhraseText, ShortText, WireIn
from app.web.problems import SaidError

MOST_DOCUMENTS = 40
MOST_DEEP = 32
"""Levels of lists and objects in answers: forms have four; what is deeper is somebody's try, and hard to walk."""


def _shallow(answers: dict[str, Any]) -> dict[str, Any]:
    level: list[Any] = [answers]
    for _ in range(MOST_DEEP):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return answers
    raise SaidError(
        Text(f"Câu trả lời lồng nhau quá {MOST_DEEP} cấp.", f"Answers are nested more than {MOST_DEEP} levels deep.")
    )


Answers = Annotated[dict[str, Any], AfterValidator(_shallow)]
_ANSWERS = "Câu trả lời theo biểu mẫu của thủ tục. Answers as the procedure's form shapes them."


class PersonIn(WireIn):
    """Who applies. Sealed in the database; shown to the offices that handle the request and to nobody else."""

    name: str = Field("", max_length=200, description="Họ, chữ đệm và tên. Full name.")
    identity_number: str = Field("", max_length=20, description="Số định danh cá nhân. Citizen's number.")
    phone: str | None = Field(None, max_length=40)
    email: str | None = Field(None, max_length=320)
    address: str | None = Field(None, max_length=600, description="Nơi cư trú. Where the person lives.")
    born_on: DayIn | None = None

    def person(self) -> Person:
        """The person as the program knows it; whether name and number fit is looked at later."""
        born = self.born_on.isoformat() if self.born_on else None
        return Person(self.name, self.identity_number, self.phone, self.email, self.address, born)


class DocumentIn(WireIn):
    """A file for one document of the procedure: newly uploaded, or of an earlier request of yours."""

    document: Code = Field(description="Mã giấy tờ của thủ tục. Code of the document.", examples=["id_card"])
    upload: str | None = Field(None, max_length=200, description="Tên tệp tải lên (`/uploads`). Name of the upload.")
    file: UUID | None = Field(None, description="Tệp đã nộp trước đây. A file you have handed in before.")
    name: ShortText | None = Field(None, description="Tên để nhận ra. What you call it.")


class FilingIn(WireIn):
    """A service request as it is handed in."""

    procedure: Code = Field(description="Mã thủ tục. Code of the procedure.", examples=["1.004873"])
    answers: Answers = Field(default_factory=dict, description=_ANSWERS)
    applicant: PersonIn = Field(default_factory=PersonIn)
    applicant_area: Code = Field(description="Mã xã, phường nơi cư trú. Where the applicant lives.", examples=["10507"])
    object_area: Code | None = Field(
        None, description="Mã xã, phường nơi có đất, công trình, sự việc; không nêu: nơi cư trú. Where its object is."
    )
    documents: list[DocumentIn] = Field(default_factory=list, max_length=MOST_DOCUMENTS)
    filer: PersonIn | None = Field(None, description="Người nộp thay. Who acts for the applicant.")
    mandate: str | None = Field(None, max_length=200, description="Tệp uỷ quyền đã tải lên. Upload of the mandate.")
    draft: UUID | None = Field(None, description="Bản nháp xong thì xoá. The draft it grew from, deleted with it.")
    another: StrictBool = Field(
        default=False, description="Biết có hồ sơ tương tự, vẫn nộp. File it though one just like it is open."
    )
    channel: Literal[Channel.APP, Channel.WEB] = Channel.APP

    def filing(self) -> Filing:
        """What was handed in."""
        return _filing(self, self.channel)


class DeskDocumentIn(DocumentIn):
    """The same at a desk, where a paper may be shown, compared and given back without any file."""

    on_paper: StrictBool = Field(
        default=False, description="Bản giấy đã xuất trình và đối chiếu. Shown on paper and checked."
    )


class DeskFilingIn(FilingIn):
    """A service request that an officer takes in at a desk, or that came by post."""

    documents: list[DeskDocumentIn] = Field(default_factory=list, max_length=MOST_DOCUMENTS)  # type: ignore[assignment]
    channel: Literal[Channel.DIRECT, Channel.POST] = Channel.DIRECT  # type: ignore[assignment]

    def filing(self) -> Filing:
        """What was handed in or shown."""
        shown = dict.fromkeys(one.document for one in self.documents if one.on_paper)
        return replace(super().filing(), shown=tuple(shown))


def _filing(body: FilingIn, channel: Channel) -> Filing:
    return Filing(
        procedure=body.procedure,
        answers=body.answers,
        applicant=body.applicant.person(),
        applicant_area=body.applicant_area,
        object_area=body.object_area,
        documents=tuple(
            HandedIn(one.document, one.upload, one.name or "") for one in body.documents if one.upload is not None
        ),
        reused=tuple((one.document, one.file) for one in body.documents if one.upload is None and one.file),
        filer=body.filer.person() if body.filer else None,
        mandate=body.mandate,
        channel=channel,
        draft=DraftId(body.draft) if body.draft else None,
    )


class DraftIn(WireIn):
    """What has been filled in so far; nothing of it has to fit yet."""

    procedure: Code
    answers: Answers = Field(default_factory=dict, description=_ANSWERS)
    applicant: PersonIn = Field(default_factory=PersonIn)
    applicant_area: Code | None = None
    object_area: Code | None = None
    documents: list[DocumentIn] = Field(default_factory=list, max_length=MOST_DOCUMENTS)
    filer: PersonIn | None = None
    mandate: str | None = Field(None, max_length=200)


class SupplyIn(WireIn):
    """What was asked for."""

    documents: list[DocumentIn] = Field(default_factory=list, max_length=MOST_DOCUMENTS)
    answers: Answers = Field(
        default_factory=dict,
        description="Mục của tờ khai được yêu cầu sửa, khai lại trọn mục. Questions asked for anew, each whole.",
        examples=[{"certificate_number": "AB 123457"}],
    )
    text: LongText | None = Field(None, description="Giải trình. In your own words.")

    def handed_in(self) -> list[HandedIn]:
        """The files that came with it."""
        return [HandedIn(one.document, one.upload, one.name or "") for one in self.documents if one.upload is not None]

    def reused(self) -> list[tuple[str, UUID]]:
        """Document and file of what was handed in before."""
        return [(one.document, one.file) for one in self.documents if one.upload is None and one.file is not None]


class CommentIn(WireIn):
    """A few words, or none."""

    reason: LongText | None = None


class ComplaintIn(WireIn):
    """What is late, in the applicant's words."""

    text: LongText | None = None


class RatingIn(WireIn):
    """The applicant's verdict."""

    stars: int = Field(ge=1, le=5, strict=True)
    comment: LongText | None = None


class ReasonIn(WireIn):
    """Why, as the applicant reads it."""

    reason: LongText


class CompleteIn(WireIn):
    """The step that is done."""

    step: Code = Field(description="Mã bước. Code of the step.")
    opinion: LongText | None = Field(None, description="Kết quả thẩm định, chỉ nội bộ. For the offices alone.")


class SendBackIn(WireIn):
    """The step that cannot be done, and the earlier one that has to be looked at again."""

    step: Code
    to: Code
    reason: LongText


class AssignIn(WireIn):
    """Who is in charge of the step."""

    step: Code
    officer: Code = Field(description="Tên đăng nhập. User name.")


class ConsultIn(WireIn):
    """Which unit is asked, what, and within how many working days."""

    step: Code
    unit: Code = Field(description="Mã cơ quan. Code of the unit.", examples=["H23.03"])
    question: LongText
    working_days: int = Field(3, ge=1, le=30, strict=True)


class OpinionIn(WireIn):
    """The answer of a unit that was asked."""

    step: Code
    opinion: LongText


class MissingIn(WireIn):
    """One thing that is missing or wrong."""

    about: str = Field(
        min_length=1, max_length=200, description="Mã giấy tờ, hoặc con trỏ đến mục của biểu mẫu. Document or pointer."
    )
    reason: PhraseText


class SupplementIn(WireIn):
    """One complete list of what is missing."""

    missing: list[MissingIn] = Field(min_length=1, max_length=LISTED_MOST)
    text: LongText | None = None

    def items(self) -> list[Missing]:
        """The list."""
        return [Missing(one.about, one.reason) for one in self.missing]


class PaymentIn(WireIn):
    """What has to be paid; left out: what the fee rules came to. Another amount has a legal basis."""

    amount: Decimal | None = Field(None, gt=0, le=Decimal(10**12), max_digits=13, decimal_places=0)
    reason: PhraseText | None = Field(
        None, description="Căn cứ pháp lý, lý do khi số tiền khác biểu phí. The basis of any other amount."
    )


class ReceiptIn(WireIn):
    """Paid at the desk."""

    receipt: Code | None = Field(None, description="Số biên lai. Number of the receipt.")


class ExtendIn(WireIn):
    """The new date and why."""

    due_on: DayIn
    reason: LongText


class ResultIn(WireIn):
    """A file of the result."""

    upload: str = Field(max_length=200)
    name: ShortText


class DecisionIn(WireIn):
    """The result that is submitted for signature."""

    outcome: Literal[Outcome.GRANTED, Outcome.DENIED]
    text: LongText | None = Field(
        None,
        validate_default=True,
        description="Nội dung quyết định; từ chối thì phải có lý do. What was decided; a denial says why.",
    )
    results: list[ResultIn] = Field(default_factory=list, max_length=10)

    @field_validator("text")
    @classmethod
    def why_not(cls, text: str | None, info: ValidationInfo) -> str | None:
        """A denial without a reason would be an official paper that says nothing."""
        if text is None and info.data.get("outcome") is Outcome.DENIED:
            raise SaidError(Text("Từ chối thì phải nêu lý do.", "A denial has to say why."))
        return text


class BroughtIn(WireIn):
    """Who came to the desk, or wrote, for the applicant."""

    brought_by: PhraseText = Field(description="Ai mang đến hoặc gửi thư: họ tên. Full name of who came or wrote.")
    channel: Literal[Channel.DIRECT, Channel.POST] = Channel.DIRECT


class BroughtDocumentIn(WireIn):
    """A document that was brought: scanned and uploaded, or seen on paper, compared and given back."""

    document: Code = Field(description="Mã giấy tờ của thủ tục. Code of the document.", examples=["id_card"])
    upload: str | None = Field(None, max_length=200, description="Tên tệp tải lên (`/uploads`). Name of the upload.")
    name: ShortText | None = Field(None, description="Tên để nhận ra. What to call it.")
    on_paper: StrictBool = Field(
        default=False, description="Bản giấy đã xuất trình và đối chiếu. Shown on paper and checked."
    )


class DeskSupplyIn(BroughtIn):
    """What was asked for, as it came to the desk."""

    documents: list[BroughtDocumentIn] = Field(default_factory=list, max_length=MOST_DOCUMENTS)
    answers: Answers = Field(
        default_factory=dict,
        description="Mục của tờ khai được yêu cầu sửa, khai lại trọn mục. Questions asked for anew, each whole.",
    )
    text: LongText | None = Field(None, description="Lời giải trình. In the applicant's words.")

    def handed_in(self) -> list[HandedIn]:
        """The files that came with it."""
        return [HandedIn(one.document, one.upload, one.name or "") for one in self.documents if one.upload is not None]

    def shown(self) -> list[str]:
        """Documents that were seen on paper, each once."""
        return list(dict.fromkeys(one.document for one in self.documents if one.on_paper))


class DeskWithdrawalIn(BroughtIn):
    """That the applicant wants it back, and why."""

    reason: LongText | None = None


class DeskComplaintIn(BroughtIn):
    """What the applicant complains about."""

    text: LongText | None = None


class HandOverIn(WireIn):
    """Who fetched the result, when not the applicant."""

    to: PhraseText | None = None
