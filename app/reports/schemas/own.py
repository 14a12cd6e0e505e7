"""Wire shapes of the reports of one account, v1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from app.cases.schemas import UnitRef
from app.cases.terms import Books, CaseState, Resolution
from app.kit.ids import TenantId, UnitId

from .reports import LinksOut, links


class OwnReportLineOut(BaseModel):
    """One of your reports, and how its matter stands."""

    code: str
    category: str
    excerpt: str = Field(description="Đầu lời bạn viết, đến 160 ký tự. The beginning of your words.")
    state: CaseState
    resolution: Resolution | None
    responsible_unit: UnitRef
    received_at: datetime
    updated_at: datetime
    due_at: datetime
    overdue: bool
    stars: int | None
    merged_into: str | None = Field(description="Vụ việc đã gộp vào. The case it was joined with.")
    links: LinksOut


class OwnReportPageOut(BaseModel):
    """Your reports in this province, the newest first."""

    items: list[OwnReportLineOut]
    next_cursor: str | None

    @classmethod
    def of(
        cls, rows: Sequence[dict[str, Any]], books: Books, tenant_id: TenantId, now: datetime, following: str | None
    ) -> Self:
        """The page on the wire."""
        return cls(items=[_line(row, books, tenant_id, now) for row in rows], next_cursor=following)


def _line(row: dict[str, Any], books: Books, tenant_id: TenantId, now: datetime) -> OwnReportLineOut:
    unit = books.directory.unit(tenant_id, UnitId(row["unit_id"]))
    is_open = row["state"] not in {CaseState.RESOLVED, CaseState.CLOSED}
    return OwnReportLineOut(
        code=row["code"],
        category=row["category_code"],
        excerpt=row["excerpt"],
        state=row["state"],
        resolution=row["resolution"],
        responsible_unit=UnitRef(code=unit.code, name=unit.name, tier=unit.tier),
        received_at=row["received_at"],
        updated_at=row["updated_at"],
        due_at=row["due_at"],
        overdue=is_open and row["due_at"] < now,
        stars=row["stars"],
        merged_into=row["case_code"] if row["case_code"] != row["code"] else None,
        links=LinksOut.model_validate(links(row["code"])),
    )
