"""Statements on where fees are paid to, and on the keys of providers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select

from app.db.work import Work
from app.kit.ids import TenantId, UnitId
from app.payments.models import BankAccountRow, ProviderKeyRow


class SetupRepository:
    """Statements on what a tenant has set up for payments, in the caller's transaction."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._session = work.session
        self._tenant_id = tenant_id

    async def write(self, row: BankAccountRow | ProviderKeyRow) -> None:
        """The row is sent to the database."""
        self._session.add(row)
        await self._session.flush()

    async def accounts(self, units: Collection[UnitId], on: date) -> dict[UUID | None, BankAccountRow]:
        """Accounts in force on the day, of the units and (None) of the tenant; the newest of each."""
        found = await self._session.scalars(
            select(BankAccountRow)
            .where(
                BankAccountRow.tenant_id == self._tenant_id,
                BankAccountRow.unit_id.in_(units) | BankAccountRow.unit_id.is_(None),
                BankAccountRow.valid_from <= on,
                BankAccountRow.valid_until.is_(None) | (BankAccountRow.valid_until >= on),
            )
            .order_by(BankAccountRow.valid_from)
        )
        return {row.unit_id: row for row in found}

    async def keys(self, provider: str | None = None) -> list[ProviderKeyRow]:
        """Keys that have not ended, newest first; of all providers when none is named."""
        wanted = select(ProviderKeyRow).where(
            ProviderKeyRow.tenant_id == self._tenant_id, ProviderKeyRow.ended_at.is_(None)
        )
        if provider is not None:
            wanted = wanted.where(ProviderKeyRow.provider == provider)
        newest = ProviderKeyRow.created_at.desc(), ProviderKeyRow.key_id.desc()
        return list(await self._session.scalars(wanted.order_by(*newest)))
