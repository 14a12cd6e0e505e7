"""Wire shapes of papers."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, Field

from app.kit.text import Lang

from .terms import Checked, PaperKind


class PaperCheckOut(BaseModel):
    """Whether a paper is genuine. Of one that is not, and of what nobody issued, the rest is null."""

    genuine: bool
    kind: PaperKind | None = None
    kind_name: str | None = Field(None, examples=["Giấy tiếp nhận hồ sơ và hẹn trả kết quả"])
    agency: str | None = Field(None, description="Cơ quan ban hành. Which unit issued it.")
    issued_on: date | None = Field(None, description="Ngày ghi trên giấy. The date on the paper.")
    superseded: bool | None = Field(None, description="Đã có giấy khác thay thế. A newer paper took its place.")

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
        )
