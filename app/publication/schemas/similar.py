"""Wire shapes of what is public already of a matter that somebody is about to report."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from pydantic import BaseModel, Field

from app.publication.terms import SimilarCase

from .cases import PublicLineOut


class SimilarCaseOut(BaseModel):
    """A public case that is probably the same, and why that is thought."""

    case: PublicLineOut
    score: float = Field(ge=0, le=1, description="Càng gần 1 càng giống. The nearer to 1, the likelier.")
    distance_m: int | None = Field(
        ge=0, description="Khoảng cách, mét; trống khi chỉ biết xã. From the point asked about; null for a commune."
    )
    days: int = Field(ge=0, description="Số ngày từ khi mở. Whole days since it was opened.")
    shared_words: list[str] = Field(
        max_length=6, description="Từ chung, không dấu. Words in common, without diacritics.", examples=[["o ga"]]
    )


class SimilarOut(BaseModel):
    """The likeliest first; empty when nothing is likely."""

    items: list[SimilarCaseOut] = Field(max_length=5)
    waiting: int = Field(
        ge=0,
        le=5,
        description="Phản ánh cùng nhóm lĩnh vực gần đây đang chờ tiếp nhận: 0, hoặc từ 2; 5 là từ 5 trở lên. Of the "
        "group, nearby, and not looked at yet: none, or from two on; 5 are five or more. Nothing else is told of them.",
    )


def similar_answer(found: Sequence[SimilarCase], waiting: int) -> bytes:
    """`SimilarOut` of stored lines."""
    items = [
        {
            "case": orjson.Fragment(one.line),
            "score": one.likeness.score,
            "distance_m": one.metres,
            "days": one.days,
            "shared_words": one.likeness.shared,
        }
        for one in found
    ]
    return orjson.dumps({"items": items, "waiting": waiting})
