"""Wire shapes of the comparison with the national portal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from .terms import Comparison, Difference, Finding


class FindingOut(BaseModel):
    """One service request about which the two sides differ."""

    code: str = Field(examples=["H23.21.01-261120-0001"])
    difference: Difference
    label_vi: str
    label_en: str
    ours: int | None = Field(description="Trạng thái 1–10 ở tỉnh. The state here, null when it is not here.")
    theirs: int | None = Field(description="Trạng thái ở cổng quốc gia. The state there, null when it is not there.")
    since: datetime = Field(description="Khác nhau từ lần đối soát nào. The comparison that found it first.")


class ReconciliationOut(BaseModel):
    """The last comparison that came to its end, and where the two sides differ, by code."""

    compared_at: datetime | None = Field(description="null: chưa đối soát lần nào. null: never yet.")
    listed: int = Field(description="Cổng quốc gia có bao nhiêu hồ sơ. How many the portal named.")
    under_way: int = Field(description="Đang đồng bộ, chưa xét. Ours that were on their way, looked at next time.")
    missing: int
    other_state: int
    unknown_here: int
    items: list[FindingOut]
    next_cursor: str | None

    @classmethod
    def of(cls, comparison: Comparison | None, items: Sequence[Finding], cursor: str | None) -> Self:
        """The wire shape."""
        counts = comparison.counts if comparison else {}
        return cls(
            compared_at=comparison.compared_at if comparison else None,
            listed=comparison.listed if comparison else 0,
            under_way=comparison.under_way if comparison else 0,
            missing=counts.get(Difference.MISSING, 0),
            other_state=counts.get(Difference.OTHER_STATE, 0),
            unknown_here=counts.get(Difference.UNKNOWN_HERE, 0),
            items=[
                FindingOut(
                    code=one.code,
                    difference=one.difference,
                    label_vi=one.difference.label.vi,
                    label_en=one.difference.label.en,
                    ours=one.ours,
                    theirs=one.theirs,
                    since=one.found_at,
                )
                for one in items
            ],
            next_cursor=cursor,
        )
