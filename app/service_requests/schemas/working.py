"""Cases and steps of service requests in one list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from app.cases.schemas import CaseLineOut, line
from app.cases.terms import Books
from app.kit.ids import TenantId
from app.service_requests.terms import RequestBooks, Waiting, WorkKind

from .answers import queue_line
from .shown import StepLineOut


class WorkLineOut(BaseModel):
    """One thing that waits: `case` or `step` says what, the other one is null."""

    kind: WorkKind
    due_at: datetime = Field(description="Hạn của vụ việc, hoặc của bước hồ sơ. When the case or the step is due.")
    overdue: bool
    case: CaseLineOut | None
    step: StepLineOut | None


class WorkPageOut(BaseModel):
    """A page of all work, due first; `next_cursor` is null on the last one."""

    items: list[WorkLineOut]
    next_cursor: str | None


def work_line(
    waiting: Waiting, cases: Books, requests: RequestBooks, tenant_id: TenantId, now: datetime
) -> dict[str, Any]:
    """A row of either kind, as a WorkLineOut."""
    case = step = None
    match waiting.kind:
        case WorkKind.CASE:
            shown = case = line(waiting.row, cases, tenant_id, now)
        case WorkKind.STEP:
            shown = step = queue_line(waiting.row, requests, tenant_id, now)
    return {"kind": waiting.kind, "due_at": waiting.key[0], "overdue": shown["overdue"], "case": case, "step": step}
