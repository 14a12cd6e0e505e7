"""How somebody can pay: the account, the text of a transfer, and the picture a banking app reads."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

import segno

from app.db.work import ReadWork, Work
from app.directory.snapshot import Directory
from app.identity.terms import Actor
from app.kit.clock import local_day
from app.payments import domain
from app.payments.errors import NoBankAccount, PaymentSettled
from app.payments.repository import PaymentRepository, SetupRepository
from app.payments.terms import BankAccount, PaymentRequest, PaymentState

from .reading import reference_typed
from .steps import units_seen


@dataclass(frozen=True, slots=True)
class WayToPay:
    """What a transfer needs; `vietqr` is all of it as the text of a picture."""

    account: BankAccount
    amount: Decimal  # what is still to be paid
    reference: str
    vietqr: str


async def way_to_pay(work: Work | ReadWork, asked: PaymentRequest, directory: Directory) -> WayToPay:
    """How the open request can be paid by transfer: to the unit's own account, else to that of the nearest unit above.

    Raises: PaymentSettled, so that nobody pays what is paid; NoBankAccount.
    """
    if asked.state is not PaymentState.REQUESTED:
        raise PaymentSettled(state=asked.state.value)
    tenant_id = asked.subject.tenant_id
    path = directory.unit_path(tenant_id, asked.subject.unit_id)
    today = local_day(work.now, directory.tenant(tenant_id).time_zone)
    accounts = await SetupRepository(work, tenant_id).accounts(path, today)
    found = next((accounts[unit] for unit in (*reversed(path), None) if unit in accounts), None)
    if found is None:
        raise NoBankAccount
    account = BankAccount(found.bank_bin, found.number, found.holder)
    amount = asked.standing.outstanding
    return WayToPay(account, amount, asked.reference, domain.vietqr(account, amount, asked.reference))


async def picture_of(work: ReadWork, actor: Actor, directory: Directory, typed: str) -> bytes:
    """The picture for the request whose reference was typed. Raises: PaymentNotFound, PaymentSettled, NoBankAccount."""
    row = await PaymentRepository(work, actor.tenant_id).get(reference_typed(typed), units_seen(actor, directory))
    return picture(await way_to_pay(work, row.read(), directory))


def picture(way: WayToPay) -> bytes:
    """The QR code as SVG that can stand in a page, and be a file of its own."""
    drawn = BytesIO()
    code = segno.make(way.vietqr, error="m", micro=False)
    code.save(drawn, kind="svg", scale=5, dark="#000", light="#fff", xmldecl=False)
    return drawn.getvalue()
