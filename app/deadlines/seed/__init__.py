"""Loads what a tenant starts with: public holidays and exchanged days, opening hours, targets, rules of occasions."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.db.reference import touch
from app.db.work import Work
from app.directory.models import Tenant
from app.kit.ids import TenantId
from app.kit.text import Text

from .days import PackagedDay, day_rows, packaged_days, replace_days
from .occasions import packaged_occasions, seed_occasions
from .targets import packaged_targets, packaged_week, seed_targets, seed_week

__all__ = ["PackagedDay", "packaged_days", "packaged_occasions", "packaged_targets", "packaged_week", "seed"]

FIRST_YEAR = 2021  # the Labour Code 2019 is in force from 1 January 2021
YEARS_AHEAD = 2
REFERENCE = "calendars"


async def seed(work: Work, progress: Callable[[Text], None] = lambda _: None) -> bool:
    """Every tenant has the packaged days, a week, the packaged targets and rules; whether anything was written.

    Days cover 2021 to two years ahead of `work.now`, so that every start of the program carries the calendars further.
    Days an administrator has edited stay as they are, so do weeks and targets.
    """
    last_year = work.now.year + YEARS_AHEAD
    rows = day_rows(FIRST_YEAR, last_year)
    days, weeks, targets, rules = 0, 0, 0, 0
    for tenant in (await work.session.scalars(select(Tenant.id).order_by(Tenant.id))).all():
        tenant_id = TenantId(tenant)
        days += await replace_days(work, tenant_id, rows)
        weeks += await seed_week(work, tenant_id)
        targets += await seed_targets(work, tenant_id)
        rules += await seed_occasions(work, tenant_id)
    if not days + weeks + targets + rules:
        return False
    await touch(work, REFERENCE)
    if days:
        progress(
            Text(
                f"Lịch làm việc {FIRST_YEAR}-{last_year}: {len(rows)} ngày nghỉ và ngày làm bù",
                f"Working calendars {FIRST_YEAR}-{last_year}: {len(rows)} days off and make-up days",
            )
        )
    if targets:
        progress(Text(f"Đã nạp {targets} thời hạn cam kết", f"{targets} targets loaded"))
    return True
