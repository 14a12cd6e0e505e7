"""Wire shapes of what a sender does with a report afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from app.cases.models import Case
from app.cases.terms import CaseState, Resolution
from app.kit.clock import rfc3339
from app.media.terms import MOST_OF_A_REPORT
from app.web.fields import LongText, WireIn

from .reports import UploadText


class StateOut(BaseModel):
    """Where the matter stands after what the sender did."""

    code: str
    state: CaseState
    resolution: Resolution | None
    due_at: datetime


class ReplyIn(WireIn):
    """Words to the unit that handles it."""

    text: LongText
    media: list[UploadText] = Field(
        default_factory=list,
        max_length=MOST_OF_A_REPORT,
        description="Tệp đã gửi xong ở /uploads, thêm vào tệp của phản ánh. Finished uploads, added to the report's.",
    )


class RatingIn(WireIn):
    """How the handling was, 1 to 5."""

    stars: int = Field(ge=1, le=5, strict=True)
    comment: LongText | None = None


class ReopeningIn(WireIn):
    """What is not done yet."""

    reason: LongText


class WithdrawalIn(WireIn):
    """Why it need not be handled any more; may be left out."""

    reason: LongText | None = None


def state_answer(case: Case) -> dict[str, Any]:
    """The case as a StateOut."""
    due_at = rfc3339(case.due_at)
    return {"code": case.code, "state": case.state, "resolution": case.resolution, "due_at": due_at}
