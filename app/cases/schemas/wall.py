"""Wire shapes of the wall: how open cases stand, altogether and by unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field

from app.cases.domain.loads import Load, total
from app.directory.snapshot import Directory
from app.kit.ids import TenantId, UnitId
from app.web.answers import as_json
from app.web.etags import content_tag

from .shown import UnitRef

_EVERY_S: Final = 60


class LoadOut(BaseModel):
    """Open cases, and what of them waits for what."""

    open: int = Field(description="Đang mở. Open.")
    overdue: int = Field(description="Quá hạn. Past their due date.")
    due_soon: int = Field(description="Đến hạn trong 24 giờ. Due within 24 hours.")
    to_sort: int = Field(description="Chờ phân loại. To be sorted.")
    to_approve: int = Field(description="Câu trả lời chờ duyệt. Their answers await approval.")


class UnitLoadOut(LoadOut):
    """The same of one unit."""

    unit: UnitRef


class WallOut(BaseModel):
    """How the open cases of your units, and of those below, stand."""

    as_of: datetime = Field(description="Lúc đếm; không làm đổi ETag. When it was counted; the ETag is of the numbers.")
    every_s: int = Field(description="Nên hỏi lại sau bấy nhiêu giây. Seconds after which to ask again.")
    total: LoadOut
    items: list[UnitLoadOut] = Field(
        description="Đơn vị còn việc, quá hạn nhiều trước. Units that have any, worst first."
    )


def wall_answer(
    loads: Mapping[UnitId, Load], directory: Directory, tenant_id: TenantId, now: datetime
) -> tuple[bytes, str]:
    """A WallOut in JSON, with the tag of its numbers: equal numbers are the same answer, whenever they were counted."""
    units = sorted(
        ((directory.unit(tenant_id, unit_id), load) for unit_id, load in loads.items()),
        key=lambda one: (-one[1].overdue, -one[1].open, one[0].code),
    )
    items = [
        {"unit": {"code": unit.code, "name": unit.name, "tier": unit.tier.value}, **load._asdict()}
        for unit, load in units
    ]
    numbers: dict[str, Any] = {"total": total(loads.values())._asdict(), "items": items}
    etag = f"W/{content_tag(as_json(numbers))}"
    return as_json({"as_of": now, "every_s": _EVERY_S, **numbers}), etag
