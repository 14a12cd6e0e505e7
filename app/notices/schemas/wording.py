"""Wire shapes of a province's own words and quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StrictInt, StringConstraints

from app.notices.domain import NAMES
from app.notices.terms import Occasion, OwnQuiet, OwnWording, Sample, Template, Wording
from app.web.fields import WireIn

from .own import QuietHoursIn, QuietHoursOut, times_of_day

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
_Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
_BASED_ON = "Phiên bản bạn đã sửa từ đó; 0 là bản đóng gói. The version this was made from; 0: the packaged one."


class TemplateIn(WireIn):
    """One language's words; `{names}` are filled in."""

    subject: _Line
    body: _Body
    sms: _Line = Field(description="Gửi đi không dấu, tốt nhất một tin 160 ký tự. Sent without marks; best in 160.")

    def template(self) -> Template:
        """The same in our own terms."""
        return Template(self.subject, self.body, self.sms)


class WordsIn(WireIn):
    """The words in both languages."""

    vi: TemplateIn
    en: TemplateIn

    def wording(self) -> Wording:
        """The same in our own terms."""
        return Wording(self.vi.template(), self.en.template())


class WordingIn(WordsIn):
    """Words to be published."""

    note: _Note = ""
    based_on: StrictInt | None = Field(None, ge=0, description=_BASED_ON)


class TemplateOut(BaseModel):
    """One language's words."""

    subject: str
    body: str
    sms: str

    @classmethod
    def of(cls, template: Template) -> Self:
        """The words."""
        return cls(**template._asdict())


class WordingOut(BaseModel):
    """One version of the words of an occasion; version 0 is the packaged one."""

    occasion: str
    version: int
    vi: TemplateOut
    en: TemplateOut
    note: str
    created_at: datetime | None

    @classmethod
    def of(cls, own: OwnWording) -> Self:
        """The version."""
        words = own.words
        return cls(
            occasion=own.occasion,
            version=own.version,
            vi=TemplateOut.of(words.vi),
            en=TemplateOut.of(words.en),
            note=own.note,
            created_at=own.created_at,
        )


class OccasionOut(BaseModel):
    """One occasion on which senders are told something."""

    occasion: str
    legal: bool = Field(description="Luật yêu cầu báo, không tắt được. Law asks for it; nobody can switch it off.")
    legal_basis: dict[str, str] | None
    versions: list[WordingOut] = Field(description="Mới trước; bản đầu đang dùng. Newest first; the first one holds.")


class WordingListOut(BaseModel):
    """Every occasion with its words."""

    names: list[str] = Field(description="Những chỗ điền được: {code}… What may be filled in.")
    items: list[OccasionOut]

    @classmethod
    def of(cls, found: Sequence[tuple[Occasion, Sequence[OwnWording]]]) -> Self:
        """All of them; the packaged words are each one's oldest version."""
        return cls(
            names=sorted(NAMES),
            items=[
                OccasionOut(
                    occasion=one.code,
                    legal=one.legal,
                    legal_basis=one.legal_basis._asdict() if one.legal_basis else None,
                    versions=[WordingOut.of(each) for each in (*own, OwnWording(one.code, 0, one.words, "", None))],
                )
                for one, own in found
            ],
        )


class SampleOut(BaseModel):
    """An example in these words, as it would arrive."""

    vi: TemplateOut
    en: TemplateOut
    sms_messages: int = Field(description="Số tin SMS của bản dài hơn. SMS messages that the longer one takes.")

    @classmethod
    def of(cls, sample: Sample) -> Self:
        """The example."""
        words = sample.words
        return cls(vi=TemplateOut.of(words.vi), en=TemplateOut.of(words.en), sms_messages=sample.sms_messages)


class QuietHoursDraftIn(QuietHoursIn):
    """Quiet hours to be published."""

    note: _Note = ""
    based_on: StrictInt | None = Field(None, ge=0, description=_BASED_ON)


class TenantQuietHoursOut(QuietHoursOut):
    """The province's quiet hours; version 0 are the packaged ones."""

    version: int
    note: str
    created_at: datetime | None

    @classmethod
    def of(cls, own: OwnQuiet) -> Self:
        """The hours."""
        times = times_of_day(own.hours)
        return cls(**times, version=own.version, note=own.note, created_at=own.created_at)
