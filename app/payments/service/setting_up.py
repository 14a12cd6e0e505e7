"""Where fees are paid to, and who takes them for us: set up by the operator."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

from app.audit import service as audit
from app.audit.terms import Action
from app.db.work import Work
from app.identity.domain import Keyring
from app.identity.terms import Actor
from app.kit.ids import UnitId, uuid7
from app.payments import domain
from app.payments.errors import UnknownProvider, UnusableAccount, UnusableProvider
from app.payments.models import BankAccountRow, ProviderKeyRow
from app.payments.repository import SetupRepository
from app.payments.terms import PROVIDERS, BankAccount

LEAST_SECRET = 32
_BIN, _NUMBER, _KEY = re.compile(r"[0-9]{6}"), re.compile(r"[0-9A-Za-z]{4,19}"), re.compile(r"[0-9A-Za-z._-]{1,64}")


async def add_account(
    work: Work, actor: Actor, account: BankAccount, *, unit_id: UnitId | None, since: date, until: date | None
) -> None:
    """Fees of the unit, or of the tenant, are paid to the account from `since` to `until`, both included.

    Of two that are in force on a day the one that began later counts. Raises: UnusableAccount.
    """
    usable = _BIN.fullmatch(account.bin) and _NUMBER.fullmatch(account.number) and account.holder.strip()
    if not usable or (until is not None and until < since):
        raise UnusableAccount
    row = BankAccountRow(
        tenant_id=actor.tenant_id,
        id=uuid7(work.now),
        unit_id=unit_id,
        bank_bin=account.bin,
        number=account.number,
        holder=account.holder.strip(),
        valid_from=since,
        valid_until=until,
        created_at=work.now,
    )
    await SetupRepository(work, actor.tenant_id).write(row)
    details = {"what": "account", "from": since.isoformat()}
    audit.record(work, actor, Action.PAYMENT_SETUP_CHANGED, unit_id=unit_id, details=details)


async def set_provider(
    work: Work, actor: Actor, keys: Keyring, *, provider: str, key_id: str, url: str, secret: str, end_others: bool
) -> None:
    """The provider is asked at the address by this key, and believed by it; by those before only until they are ended.

    Raises: UnknownProvider, UnusableProvider.
    """
    if provider not in PROVIDERS:
        raise UnknownProvider
    parts = urlsplit(url)
    if not _KEY.fullmatch(key_id) or len(secret) < LEAST_SECRET or parts.scheme not in {"http", "https"}:
        raise UnusableProvider
    setup = SetupRepository(work, actor.tenant_id)
    known = {row.key_id: row for row in await setup.keys(provider)}
    for row in known.values():
        if end_others and row.key_id != key_id:
            row.ended_at = work.now
            await setup.write(row)
    sealed = domain.seal_secret(keys.payments, actor.tenant_id, provider, key_id, secret.encode())
    row = known.get(key_id) or ProviderKeyRow(tenant_id=actor.tenant_id, provider=provider, key_id=key_id)
    row.url, row.secret, row.created_at, row.ended_at = url.rstrip("/"), sealed, work.now, None
    await setup.write(row)
    details = {"what": "provider", "provider": provider, "key": key_id}
    audit.record(work, actor, Action.PAYMENT_SETUP_CHANGED, details=details)
