"""What is known of payments, to those who may see it."""

from __future__ import annotations

from uuid import UUID

from app.db.work import ReadWork, Work
from app.directory.snapshot import Directory
from app.identity.terms import Actor
from app.payments import domain
from app.payments.errors import PaymentNotFound
from app.payments.repository import PaymentRepository
from app.payments.terms import PaymentRequest, PaymentState, PaymentView, Subject

from .steps import units_seen


async def of_subject(work: Work | ReadWork, subject: Subject) -> list[PaymentRequest]:
    """Every request for the subject, oldest first, in the caller's transaction."""
    return await PaymentRepository(work, subject.tenant_id).of_subject(subject.id)


async def list_payments(
    work: ReadWork,
    actor: Actor,
    directory: Directory,
    *,
    state: PaymentState | None,
    refund_due: bool,
    subject_code: str | None,
    before: UUID | None,
    limit: int,
) -> list[PaymentRequest]:
    """Requests of the actor's units and those below, newest first, after `before`, at most `limit`."""
    return await PaymentRepository(work, actor.tenant_id).list(
        units_seen(actor, directory),
        state=state,
        refund_due=refund_due,
        subject_code=subject_code,
        before=before,
        limit=limit,
    )


async def get_payment(work: ReadWork, actor: Actor, directory: Directory, typed: str) -> PaymentView:
    """The request whose reference was typed, with all money that came for it. Raises: PaymentNotFound."""
    payments = PaymentRepository(work, actor.tenant_id)
    row = await payments.get(reference_typed(typed), units_seen(actor, directory))
    return PaymentView(row.read(), tuple(await payments.receipts(row.id)))


def reference_typed(typed: str) -> str:
    """The reference as it is kept. Raises: PaymentNotFound when there is a mistake in it."""
    reference = domain.read_reference(typed)
    if reference is None:
        raise PaymentNotFound
    return reference
