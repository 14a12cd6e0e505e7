"""What is left lying, for the operator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.db.engine import Database
from app.kit.ids import TenantId
from app.payments import repository
from app.payments.terms import PaymentWorkload

PATIENCE = timedelta(minutes=10)


async def workload(db: Database, tenants: Sequence[TenantId], at: datetime) -> list[PaymentWorkload]:
    """What each tenant has left lying. One statement."""
    return await repository.workload(db, tenants, at - PATIENCE)
