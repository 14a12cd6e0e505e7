"""What administrators are shown before they publish: what a category, or rules, would do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field

from app.cases.domain.previews import Newcomer, Offering, Rerouting
from app.cases.terms import Books
from app.catalogue.terms import Category
from app.deadlines.terms import TimeUnit
from app.directory.snapshot import Directory
from app.kit.ids import TenantId, UnitId
from app.web.fields import TextOut

from .shown import CategoryRef, UnitRef

_WAYS, _UNITS = 50, 20


def _unit(directory: Directory, tenant_id: TenantId, unit_id: UnitId) -> UnitRef:
    unit = directory.unit(tenant_id, unit_id)
    return UnitRef(code=unit.code, name=unit.name, tier=unit.tier.value)


def _named(found: Iterable[Category]) -> list[CategoryRef]:
    return [CategoryRef(code=one.code, name=TextOut.of(one.name)) for one in found]


class CategoryPreviewOut(BaseModel):
    """What another version of a category would do."""

    renamed: bool = Field(description="Tên hoặc giải thích đổi, ngay. Its words change, at once.")
    ends: list[CategoryRef] = Field(description="Không chọn được nữa. People could choose no more.")
    ends_on: date | None = Field(description="Từ ngày này. The first day without them.")
    begins: list[CategoryRef] = Field(description="Chọn được thêm. People could choose anew.")
    begins_on: date | None
    open_cases: int = Field(description="Vụ việc đang xử lý, giữ nguyên. Open cases of it, which stay as they are.")
    last_days: int = Field(description="Vụ việc của 30 ngày qua. Cases of the last thirty days.")
    items: list[str] = Field(description="Mã vụ việc đang xử lý, hạn gần trước. Codes of open cases, due first.")
    rules: list[str] = Field(description="Quy tắc chuyển còn nhắc tên. Routing rules that name it.")
    targets: list[str] = Field(description="Thời hạn còn nhắc tên. Targets that name it.")

    @classmethod
    def of(cls, found: Offering) -> Self:
        """The wire shape."""
        return cls(
            renamed=found.renamed,
            ends=_named(found.ends),
            ends_on=found.ends_on,
            begins=_named(found.begins),
            begins_on=found.begins_on,
            open_cases=found.open_cases,
            last_days=found.last_days,
            items=list(found.shown),
            rules=list(found.rules),
            targets=list(found.targets),
        )


class ReceiverOut(BaseModel):
    """Whom reports of some communes would go to."""

    rule: str = Field(
        description="Quy tắc, hoặc `category_default`, `reception`. The rule, or what decides where none does.",
        examples=["road-commune"],
    )
    communes: int = Field(description="Của bao nhiêu xã, phường. Of how many communes.")
    units: int = Field(description="Bao nhiêu đơn vị. How many units.")
    first: list[UnitRef] = Field(description="Nhiều nhất 20 đơn vị, nhận nhiều xã trước. At most twenty of them.")


class TimeOut(BaseModel):
    """For which time cases would have to be answered."""

    amount: int
    unit: TimeUnit
    target: str | None = Field(description="Mã thời hạn; null: số ngày của lĩnh vực. null: the category's own days.")


class NewCategoryPreviewOut(BaseModel):
    """What a new category would do."""

    code: str
    begins_on: date | None = Field(description="null: chọn được ngay. null: people could choose it at once.")
    ends_on: date | None = Field(description="Ngày đầu không chọn được nữa. The first day on which they could not.")
    near: list[CategoryRef] = Field(description="Có thể đã có. Categories that may be the same.")
    receivers: list[ReceiverOut]
    times: list[TimeOut]

    @classmethod
    def of(cls, found: Newcomer, directory: Directory, tenant_id: TenantId) -> Self:
        """The wire shape."""
        return cls(
            code=found.category.code,
            begins_on=found.begins_on,
            ends_on=found.ends_on,
            near=_named(found.near),
            receivers=[
                ReceiverOut(
                    rule=way.rule,
                    communes=way.communes,
                    units=len(way.units),
                    first=[_unit(directory, tenant_id, one) for one in way.units[:_UNITS]],
                )
                for way in found.ways
            ],
            times=[TimeOut(amount=amount, unit=unit, target=target) for amount, unit, target in found.times],
        )


class WayOut(BaseModel):
    """How many open cases would go from one unit to another."""

    before: UnitRef
    then: UnitRef
    cases: int


class RerouteOut(BaseModel):
    """A case that would go to another unit, by which rule."""

    code: str
    before: UnitRef
    then: UnitRef
    rule: str


class RulebookPreviewOut(BaseModel):
    """What other rules would do with the open cases if each came in again; all of them stay where they are."""

    valid_from: datetime = Field(description="Từ khi nào quy tắc có hiệu lực. From when on the rules would hold.")
    looked: int = Field(description="Số vụ việc đã xem. Open cases looked at.")
    moved: int = Field(description="Số sẽ đến đơn vị khác. How many would go to another unit.")
    complete: bool
    ways: list[WayOut] = Field(description="Nhiều nhất 50, nhiều vụ việc trước. At most fifty, the most first.")
    items: list[RerouteOut] = Field(description="Nhiều nhất 100, hạn gần trước. At most a hundred, due first.")

    @classmethod
    def of(cls, found: Rerouting, valid_from: datetime, books: Books, tenant_id: TenantId) -> Self:
        """The wire shape."""
        named = {unit: _unit(books.directory, tenant_id, unit) for way in found.ways for unit in way}
        return cls(
            valid_from=valid_from,
            looked=found.looked,
            moved=found.moved,
            complete=found.complete,
            ways=[
                WayOut(before=named[before], then=named[then], cases=number)
                for (before, then), number in found.ways.most_common(_WAYS)
            ],
            items=[
                RerouteOut(code=one.code, before=named[one.before], then=named[one.then], rule=one.rule)
                for one in found.shown
            ],
        )
