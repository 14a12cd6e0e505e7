"""Wire shapes of the public cases in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Self

from pydantic import BaseModel, Field

from app.cases.terms import OPEN_STATES, CaseState
from app.catalogue.snapshot import Catalogue
from app.directory.errors import UnknownArea
from app.directory.snapshot import Directory
from app.kit.ids import TenantId
from app.kit.text import Text
from app.publication.terms import Overview, Sums
from app.web.fields import TextOut

_YEAR = 100  # of a month as 202611


class PublicStandingOut(BaseModel):
    """How many public cases there are, whatever states were asked for."""

    open: int = Field(description="Đang xử lý. Being handled.")
    overdue: int = Field(description="Trong đó quá hạn. Of these overdue.")
    answered: int = Field(description="Đã trả lời. Answered.")

    @classmethod
    def of(cls, sums: Sums) -> Self:
        """The wire shape."""
        open_ = sum(cases for state, cases in sums.states.items() if state in OPEN_STATES)
        return cls(open=open_, overdue=sums.overdue, answered=sum(sums.states.values()) - open_)


class CategoryFiguresOut(BaseModel):
    """Cases of one category."""

    code: str = Field(examples=["roads.pothole"])
    name: TextOut
    cases: int
    states: dict[CaseState, int] = Field(examples=[{"in_progress": 3, "closed": 12}])


class AreaFiguresOut(BaseModel):
    """Cases of one area: a commune, or what is above it where no commune is known."""

    code: str = Field(examples=["10507"])
    name: str
    cases: int


class MonthFiguresOut(BaseModel):
    """Cases that were opened in one month of the province's calendar."""

    month: str = Field(examples=["2026-11"])
    cases: int


class PublicFiguresOut(BaseModel):
    """The public cases of a province, or of what was asked for, in figures; those without a place are among them."""

    standing: PublicStandingOut
    cases: int = Field(description="Số vụ việc. Cases.")
    states: dict[CaseState, int] = Field(examples=[{"in_progress": 3, "closed": 12}])
    categories: list[CategoryFiguresOut]
    areas: list[AreaFiguresOut] = Field(
        description="Nơi đã biết xã hoặc huyện. Those whose commune or district is known."
    )
    months: list[MonthFiguresOut] = Field(
        description="Những tháng đã hỏi, không hỏi thì 24 tháng gần nhất. The months asked for, else the last 24."
    )

    @classmethod
    def of(
        cls,
        found: Overview,
        tenant_id: TenantId,
        directory: Directory,
        catalogue: Catalogue,
        states: Collection[CaseState] | None,
    ) -> Self:
        """The wire shape; of those `states` only, but for the standing."""
        every = found.categories.get("") or _sum(found.categories.values())
        wanted = frozenset(states or CaseState)
        counted = _states(every, wanted)
        return cls(
            standing=PublicStandingOut.of(every),
            cases=sum(counted.values()),
            states=counted,
            categories=[
                CategoryFiguresOut(
                    code=code,
                    name=TextOut.of(
                        category.name if (category := catalogue.find(tenant_id, code)) else Text(code, code)
                    ),
                    cases=sum(of.values()),
                    states=of,
                )
                for code, sums in found.categories.items()
                if code and (of := _states(sums, wanted))
            ],
            areas=[
                AreaFiguresOut(code=code, name=_name(directory, tenant_id, code), cases=sum(of.values()))
                for code, sums in found.areas.items()
                if code and (of := _states(sums, wanted))
            ],
            months=[
                MonthFiguresOut(month=f"{month // _YEAR}-{month % _YEAR:02}", cases=sum(of.values()))
                for month, sums in found.months.items()
                if (of := _states(sums, wanted))
            ],
        )


def _states(of: Sums, wanted: frozenset[CaseState]) -> dict[CaseState, int]:
    return {CaseState(state): cases for state, cases in of.states.items() if state in wanted}


def _sum(of: Iterable[Sums]) -> Sums:
    states, overdue = Counter[str](), 0
    for sums in of:
        states.update(sums.states)
        overdue += sums.overdue
    return Sums(states, overdue)


def _name(directory: Directory, tenant_id: TenantId, code: str) -> str:
    """The area's name; its code where the province's map of today has no such area any more."""
    try:
        return directory.chain_in(tenant_id, code).area.name
    except UnknownArea:
        return code
