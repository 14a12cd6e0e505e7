"""Wire shapes of papers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field

from app.kit.text import Lang

from .terms import Checked, Later, Matched, PaperKind, SeenSignature, Standing


class PaperCheckOut(BaseModel):
    """Whether a paper is genuine. Of one that is not, and of what nobody issued, the rest is null."""

    genuine: bool
    kind: PaperKind | None = None
    kind_name: str | None = Field(None, examples=["Giấy tiếp nhận hồ sơ và hẹn trả kết quả"])
    agency: str | None = Field(None, description="Cơ quan ban hành. Which unit issued it.")
    issued_on: date | None = Field(None, description="Ngày ghi trên giấy. The date on the paper.")
    superseded: bool | None = Field(None, description="Đã có giấy khác thay thế. A newer paper took its place.")
    matched: Matched | None = Field(
        None, description="Mã của giấy, tệp của giấy, hay tệp kết quả mà giấy nêu. What was known again."
    )

    @classmethod
    def of(cls, checked: Checked | None, lang: Lang) -> Self:
        """What was found."""
        if checked is None:
            return cls(genuine=False)
        return cls(
            genuine=True,
            kind=checked.kind,
            kind_name=checked.kind.label(lang),
            agency=checked.agency,
            issued_on=checked.issued_at.date(),
            superseded=checked.superseded,
            matched=checked.matched,
        )


class SignatureOut(BaseModel):
    """A digital signature in a file, made by somebody else."""

    signer: str
    organisation: str
    issuer: str = Field(description="Ai cấp chứng thư. Who issued the certificate.")
    valid_from: datetime
    valid_to: datetime
    claimed_at: datetime | None = Field(description="Giờ của máy người ký. As the signer's machine has it.")
    stamped_at: datetime | None = Field(description="Dấu thời gian được tin cậy. As a trusted timestamp has it.")
    intact: bool = Field(description="Phần đã ký còn nguyên. What was signed is as it was.")
    whole_file: bool = Field(description="Chữ ký phủ cả tệp. The signature covers the whole file.")
    later: Later
    later_name: str
    standing: Standing
    standing_name: str
    sound: bool = Field(description="Đúng là điều người được tin cậy đã ký. It is what a trusted signer signed.")

    @classmethod
    def of(cls, seen: SeenSignature, lang: Lang) -> Self:
        """What was found."""
        names = {"later_name": seen.later.label(lang), "standing_name": seen.standing.label(lang)}
        return cls(**seen._asdict(), **names, sound=seen.sound)
