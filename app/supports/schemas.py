"""Wire shapes of support, version 1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StrictInt, StringConstraints

from app.catalogue.terms import Priority
from app.kit.text import Text
from app.web.fields import Code, InstantIn, PhraseText, TextOut, WireIn

from .terms import Rule, RulePreview, Standing, Whose


class SupportOut(BaseModel):
    """How you stand to the case."""

    code: str = Field(description="Vụ việc, sau khi gộp. The case in which it lives now.", examples=["H23-261122-0042"])
    supported: bool
    since: datetime | None
    support_count: int = Field(
        description="Số người báo, đếm lại ngay sau đó; từ 100 làm tròn xuống. As last counted, with you."
    )

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """The standing."""
        return cls(
            code=standing.code,
            supported=standing.since is not None,
            since=standing.since,
            support_count=standing.people,
        )


class BasisIn(WireIn):
    """The legal basis, in both languages."""

    vi: PhraseText
    en: PhraseText


class SupportRuleIn(WireIn):
    """From how many supporters on a case is to be raised."""

    category: Code | None = Field(None, description="Lĩnh vực hoặc nhóm; trống: mọi lĩnh vực. Absent: any.")
    priority: Priority = Field(description="`high` hoặc `urgent`.")
    at_least: StrictInt | None = Field(
        ge=2, le=1_000_000, description="Từ bao nhiêu người; null: không nâng. From how many; null: by no number."
    )
    whose: Whose = Whose.PROVEN
    legal_basis: BasisIn
    note: Annotated[str, StringConstraints(max_length=300)] = ""
    based_on: StrictInt | None = Field(
        None, ge=0, description="Phiên bản bạn đã sửa từ đó; 0 là bản đóng gói. The version it was made from."
    )
    valid_from: InstantIn | None = Field(
        None, description="Có hiệu lực từ lúc này; trống: ngay khi ban hành. From when it holds; absent: at once."
    )

    def rule(self) -> Rule:
        """The rule, without its version."""
        basis = Text(self.legal_basis.vi, self.legal_basis.en)
        return Rule(self.category, self.priority, 0, self.at_least, self.whose, basis, self.note, None, self.valid_from)


class SupportRuleOut(BaseModel):
    """From how many supporters on a case is raised; version 0 is the packaged rule."""

    category: str | None
    priority: Priority
    version: int
    at_least: int | None
    whose: Whose
    legal_basis: TextOut
    note: str
    created_at: datetime | None
    valid_from: datetime | None

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """The rule."""
        return cls(
            category=rule.category,
            priority=rule.priority,
            version=rule.version,
            at_least=rule.at_least,
            whose=rule.whose,
            legal_basis=TextOut.of(rule.legal_basis),
            note=rule.note,
            created_at=rule.created_at,
            valid_from=rule.valid_from,
        )


class SupportRuleVersionsOut(BaseModel):
    """The rule in force, or the next one where none is yet, with all versions of the province's own, newest first."""

    in_force: SupportRuleOut
    versions: list[SupportRuleOut]


class SupportRuleListOut(BaseModel):
    """All rules, those of whatever category first."""

    items: list[SupportRuleVersionsOut]

    @classmethod
    def of(cls, found: Sequence[tuple[Rule, Sequence[Rule]]]) -> Self:
        """The rules with their versions."""
        return cls(
            items=[
                SupportRuleVersionsOut(
                    in_force=SupportRuleOut.of(rule), versions=[SupportRuleOut.of(one) for one in versions]
                )
                for rule, versions in found
            ]
        )


class RaiseOut(BaseModel):
    """A case that would be raised."""

    code: str
    people: int = Field(description="Số người quy tắc này tính. How many of those whom the rule counts.")
    priority: Priority = Field(description="Mức hiện nay. What it is now.")


class SupportRulePreviewOut(BaseModel):
    """What a rule would do if all cases were counted now."""

    looked: int = Field(description="Số vụ việc đã xem, nhiều nhất 500. Open cases looked at, at most five hundred.")
    complete: bool
    raised: int
    items: list[RaiseOut]

    @classmethod
    def of(cls, found: RulePreview) -> Self:
        """The wire shape."""
        items = [RaiseOut(code=one.code, people=one.people, priority=one.priority) for one in found.raised]
        return cls(looked=found.looked, complete=not found.more, raised=len(items), items=items)
