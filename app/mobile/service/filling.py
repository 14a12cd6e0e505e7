"""What was there before changes were numbered gets its numbers, batch by batch, in the order of ids."""

from __future__ import annotations

from uuid import UUID

from app.db.work import Work
from app.kit.ids import TenantId
from app.mobile import repository
from app.mobile.terms import CONSUMER
from app.outbox import service as outbox

FILL_ROWS = 500
_FIRST = UUID(int=0)


async def fill(work: Work, tenant_id: TenantId) -> int:
    """How many older reports and service requests were looked at now; 0 when none is left. One statement then.

    The consumer's cursor is held meanwhile: numbers stay in the order of commits. What the consumer has numbered
    already gets nothing again.
    """
    if await repository.is_filled(work, tenant_id):
        return 0
    await outbox.hold_cursor(work, tenant_id, CONSUMER)
    head = await repository.begin_head(work, tenant_id)
    reports = await repository.list_older(work, tenant_id, "reports", head.reports_until or _FIRST, FILL_ROWS)
    requests = await repository.list_older(
        work, tenant_id, "service_requests", head.requests_until or _FIRST, FILL_ROWS
    )
    head.reports_until = reports[-1][0] if reports else head.reports_until
    head.requests_until = requests[-1][0] if requests else head.requests_until
    head.filled = not reports and not requests
    await work.settle()
    await repository.number_reports(work, tenant_id, [one for one, owned in reports if owned])
    await repository.number_requests(work, tenant_id, [one for one, owned in requests if owned])
    return len(reports) + len(requests)
