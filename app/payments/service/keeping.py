"""What is kept of people in payments: theirs to take along, and gone after a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app.db.work import Work
from app.kit.ids import TenantId
from app.payments import repository
from app.payments.domain import plain
from app.payments.terms import KeptPayment, KeptReceipt, Outcome, PaymentState

_UNPROVEN = (Outcome.UNSIGNED.value, Outcome.STALE.value)


async def kept_of(
    work: Work, tenants: Collection[TenantId], subject_ids: Collection[UUID]
) -> dict[UUID, list[KeptPayment]]:
    """What was asked for these subjects and what came, by subject, for whoever pays. Two statements at most."""
    asked, came = await repository.list_kept(work, tenants, subject_ids) if subject_ids else ([], [])
    receipts: defaultdict[UUID, list[KeptReceipt]] = defaultdict(list)
    for one in came:
        receipts[one["payment_id"]].append(
            KeptReceipt(
                one["source"],
                one["transaction_id"],
                plain(one["amount"]),
                one["currency"],
                one["paid_at"],
                one["told_reference"],
                tuple(body.decode(errors="replace") for body in one["bodies"]),
            )
        )
    found: defaultdict[UUID, list[KeptPayment]] = defaultdict(list)
    for one in asked:
        found[one["subject_id"]].append(
            KeptPayment(
                one["reference"],
                plain(one["amount"]),
                PaymentState(one["state"]),
                one["created_at"],
                one["paid_at"],
                plain(one["refund_due"]),
                plain(one["refunded"]),
                tuple(receipts[one["id"]]),
            )
        )
    return found


async def due_messages(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[UUID]:
    """The messages that `forget_messages` would find. One statement."""
    return await repository.list_older(work, tenant_id, before=before, after=after, limit=limit, besides=_UNPROVEN)


async def forget_messages(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[UUID]:
    """Messages that came before then and whose words are gone now, with those of their transfers; sums stay.

    Ids beyond `after`, in order; as many as `limit`: there may be more. One statement.
    """
    return await repository.forget_messages(work, tenant_id, before=before, after=after, limit=limit, besides=_UNPROVEN)


async def due_unproven(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[UUID]:
    """The messages that `forget_unproven` would find. One statement."""
    return await repository.list_unproven(work, tenant_id, before=before, after=after, limit=limit, of=_UNPROVEN)


async def forget_unproven(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[UUID]:
    """Messages that came before then, that nobody has proven, and that are gone now; what was proven stays.

    As `forget_messages`. One statement.
    """
    return await repository.forget_unproven(work, tenant_id, before=before, after=after, limit=limit, of=_UNPROVEN)
