"""One step over all tenants."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection

from app.db.errors import outline
from app.kit.ids import TenantId
from app.process import Process

log = logging.getLogger("lienthong.worker")


async def each_tenant(
    process: Process,
    name: str,
    step: Callable[[TenantId], Awaitable[int]],
    among: Collection[TenantId] | None = None,
) -> int:
    """What `step` did for all tenants, or those named, together.

    A tenant that fails keeps none waiting; raises when all of them do.
    """
    done, failures = 0, 0
    tenants = process.tenants if among is None else among
    for tenant_id in tenants:
        try:
            done += await step(tenant_id)
        except Exception as error:
            failures += 1
            log.warning("%s of tenant %s failed: %s", name, tenant_id, outline(error))
            if failures == len(tenants):
                raise
    if failures:
        process.metrics.failed(name)
    return done
