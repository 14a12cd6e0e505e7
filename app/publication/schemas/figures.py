"""Wire shapes of the public cases in figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, Field

from app.cases.terms import CaseState
from app.catalogue.snapshot import Catalogue
from app.directory.errors import UnknownArea
from app.directory.snapshot import Directory
from app.kit.ids import TenantId
from app.kit.text import Text
from app.publication.terms import MOST_COUNTED, Overview, Standing
from app.web.fields import TextOut

_YEAR = 100  # of a month as 202611


class PublicStandingOut(BaseModel):
    """How many public cases there are; each is counted to its end, or to 10,000, which then means more."""

    open: int = Field(description="Đang xử lý. Being handled.")
    overdue: int = Field(description="Trong đó quá hạn. Of these overdue.")
    answered: int = Field(description="Đã trả lời. Answered.")

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """The wire shape."""
        open_, overdue, handled = (min(one, MOST_COUNTED) for one in standing)
        return cls(open=open_, overdue=overdue, answered=handled)


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
    """The public cases of a province in figures. All of them in `standing`; the rest counts those that have a place."""

    standing: PublicStandingOut
    cases: int = Field(description="Số vụ việc có vị trí. Cases that have a place.")
    states: dict[CaseState, int] = Field(examples=[{"in_progress": 3, "closed": 12}])
    categories: list[CategoryFiguresOut]
    areas: list[AreaFiguresOut]
    months: list[MonthFiguresOut] = Field(description="24 tháng gần nhất. The last 24 months.")

    @classmethod
    def of(cls, found: Overview, tenant_id: TenantId, directory: Directory, catalogue: Catalogue) -> Self:
        """The wire shape."""
        states = found.states.get("", {})
        return cls(
            standing=PublicStandingOut.of(found.standing),
            cases=sum(states.values()),
            states=_states(states),
            categories=[
                CategoryFiguresOut(
                    code=code,
                    name=TextOut.of(
                        category.name if (category := catalogue.find(tenant_id, code)) else Text(code, code)
                    ),
                    cases=sum(of.values()),
                    states=_states(of),
                )
                for code, of in found.states.items()
                if code
            ],
            areas=[
                AreaFiguresOut(code=code, name=_name(directory, tenant_id, code), cases=cases)
                for code, cases in found.areas.items()
                if code
            ],
            months=[
                MonthFiguresOut(month=f"{month // _YEAR}-{month % _YEAR:02}", cases=cases)
                for month, cases in found.months.items()
            ],
        )


def _states(of: Mapping[str, int]) -> dict[CaseState, int]:
    return {CaseState(state): cases for state, cases in of.items()}


def _name(directory: Directory, tenant_id: TenantId, code: str) -> str:
    """The area's name; its code where the province's map of today has no such area any more."""
    try:
        return directory.chain_in(tenant_id, code).area.name
    except UnknownArea:
        return code
