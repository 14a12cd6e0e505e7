"""What administrators send and read about occasions: when somebody is told how a clock stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StrictInt, StringConstraints

from app.deadlines.domain import Measure, OccasionRule, Reaction
from app.deadlines.terms import TargetKind
from app.kit.ids import TenantId
from app.kit.text import Text
from app.web.fields import DayIn, LongText, ShortText, TextOut, WireIn

from .edited import BASED_ON, LongTextIn, TextIn


class OccasionIn(WireIn):
    """A version of an occasion, for clocks started from its day on."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    clock: TargetKind
    measure: Measure = Field(
        description="`share`: phần trăm thời hạn; `before`, `after`: số ngày làm việc trước, sau hạn. "
        "Per cent of the time; working days before or after the due date."
    )
    amount: StrictInt = Field(ge=0, le=1000)
    reaction: Reaction
    label: TextIn
    legal_basis: LongTextIn
    source: ShortText
    valid_from: DayIn
    valid_to: DayIn | None = None
    note: LongText
    based_on: StrictInt | None = Field(None, ge=0, le=2_000_000_000, description=BASED_ON)

    def rule(self, tenant_id: TenantId) -> OccasionRule:
        """The rule as the program knows it, not numbered yet."""
        return OccasionRule(
            tenant_id=tenant_id,
            code=self.code,
            version=0,
            clock=self.clock,
            measure=self.measure,
            amount=self.amount,
            reaction=self.reaction,
            label=Text(self.label.vi, self.label.en),
            legal_basis=Text(self.legal_basis.vi, self.legal_basis.en),
            source=self.source,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            note=self.note,
        )


class OccasionOut(BaseModel):
    """One version of an occasion."""

    code: str
    version: int
    clock: TargetKind
    measure: Measure
    amount: int
    reaction: Reaction
    label: TextOut
    legal_basis: TextOut
    source: str
    valid_from: date
    valid_to: date | None
    note: str
    created_at: datetime | None
    current: bool = Field(description="Đang có hiệu lực. Whether this version holds today.")

    @classmethod
    def of(cls, rule: OccasionRule, *, current: bool) -> Self:
        """The rule with whether it holds today."""
        return cls(
            code=rule.code,
            version=rule.version,
            clock=rule.clock,
            measure=rule.measure,
            amount=rule.amount,
            reaction=rule.reaction,
            label=TextOut.of(rule.label),
            legal_basis=TextOut.of(rule.legal_basis),
            source=rule.source,
            valid_from=rule.valid_from,
            valid_to=rule.valid_to,
            note=rule.note,
            created_at=rule.created_at,
            current=current,
        )


class OccasionListOut(BaseModel):
    """All versions of all occasions, by code, newest first."""

    items: list[OccasionOut]

    @classmethod
    def of(cls, listed: Sequence[tuple[OccasionRule, bool]]) -> Self:
        """Each rule with whether it holds today."""
        return cls(items=[OccasionOut.of(rule, current=current) for rule, current in listed])
