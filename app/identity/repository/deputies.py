"""Statements on who stands in for whom."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.db.work import Work
from app.identity.errors import UnknownDeputy
from app.identity.models import StaffAccount, StaffDeputy, StaffMembership
from app.identity.terms import Colleague, Deputy
from app.kit.ids import StaffId, TenantId, UnitId


def add(work: Work, deputy: StaffDeputy) -> None:
    """Write it with the work."""
    work.session.add(deputy)


async def list_deputies(work: Work, tenant_id: TenantId, account_id: StaffId) -> list[Deputy]:
    """Who stands in for the account, and for whom it does, now or later, by when it begins. One statement."""
    colleague, stands_in = aliased(StaffAccount), aliased(StaffAccount)
    rows = await work.session.execute(
        select(StaffDeputy, colleague.name, stands_in.name)
        .join(colleague, (colleague.tenant_id == StaffDeputy.tenant_id) & (colleague.id == StaffDeputy.account_id))
        .join(stands_in, (stands_in.tenant_id == StaffDeputy.tenant_id) & (stands_in.id == StaffDeputy.deputy_id))
        .where(
            StaffDeputy.tenant_id == tenant_id,
            (StaffDeputy.account_id == account_id) | (StaffDeputy.deputy_id == account_id),
            StaffDeputy.valid_to > work.now,
        )
        .order_by(StaffDeputy.valid_from, StaffDeputy.id)
    )
    return [
        Deputy(
            row.id,
            UnitId(row.unit_id),
            Colleague(StaffId(row.account_id), name),
            Colleague(StaffId(row.deputy_id), deputy_name),
            row.valid_from,
            row.valid_to,
        )
        for row, name, deputy_name in rows
    ]


async def find_member(work: Work, tenant_id: TenantId, unit_id: UnitId, username: str | None) -> StaffAccount | None:
    """The active account of that name that holds a role of its own in the unit now. One statement."""
    found: StaffAccount | None = await work.session.scalar(
        select(StaffAccount).where(
            StaffAccount.tenant_id == tenant_id,
            StaffAccount.username == username,
            StaffAccount.active,
            select(StaffMembership.id)
            .where(
                StaffMembership.tenant_id == tenant_id,
                StaffMembership.account_id == StaffAccount.id,
                StaffMembership.unit_id == unit_id,
                StaffMembership.valid_from <= work.now,
                StaffMembership.valid_to.is_(None) | (StaffMembership.valid_to > work.now),
            )
            .exists(),
        )
    )
    return found


async def lock_own(work: Work, tenant_id: TenantId, account_id: StaffId, deputy_id: UUID) -> StaffDeputy:
    """Of those who stand in for the account, the one of that id, locked. Raises: UnknownDeputy."""
    found: StaffDeputy | None = await work.session.scalar(
        select(StaffDeputy)
        .where(
            StaffDeputy.tenant_id == tenant_id,
            StaffDeputy.account_id == account_id,
            StaffDeputy.id == deputy_id,
            StaffDeputy.valid_to > work.now,
        )
        .with_for_update()
    )
    if found is None:
        raise UnknownDeputy
    return found
