"""Whether one more report is taken from its sender: counted, perhaps held for an officer's look, never lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.cases.terms import Held
from app.catalogue.terms import Priority
from app.db.engine import Database
from app.db.work import HotWork
from app.directory.snapshot import Tenant
from app.identity.domain import Keyring
from app.identity.terms import Actor
from app.kit.clock import local_day
from app.kit.ids import ReportId, TenantId
from app.limits import service as limits
from app.limits.errors import SenderBlocked
from app.limits.terms import Asking, Blocked, Limited, Per
from app.reports.models import ReportOrigin

_TABLE: Any = ReportOrigin.__table__


async def admit(
    db: Database, keys: Keyring, actor: Actor, asking: Asking | None, tenant: Tenant, priority: Priority, now: datetime
) -> Held | None:
    """That the report is taken, and why it is held, if it is part of a flood; one statement, none for what is urgent.

    What is urgent is always taken, and never held.

    `asking`: None for what the program itself brings in. Raises: LimitReached, SenderBlocked.
    """
    if asking is None or priority is Priority.URGENT:
        return None
    if actor.client_id is not None:  # many people stand behind one key, and none of them behind its address
        known = Asking("", (f"client:{actor.client_id}",))
        limits.require(await limits.count(db, keys.limits, tenant.id, Limited.CLIENT_REPORTS, known, now=now), now)
        return None
    account = str(actor.citizen_id) if actor.citizen_id is not None else None
    judged = await limits.count(
        db,
        keys.limits,
        tenant.id,
        Limited.REPORTS,
        Asking(asking.address, (f"account:{account}",) if account else ()),
        now=now,
        soft=Limited.FLOOD,
        account=account,
    )
    if judged.block is not None:
        until = f"{local_day(judged.block.until, tenant.time_zone):%d/%m/%Y}"
        raise SenderBlocked(judged.block.reason, judged.block.until, until)
    limits.require(judged, now)
    if judged.flooding is None:
        return None
    known_by = limits.block_keys(keys.limits, tenant.id, account, asking.address)
    source = known_by.get(Blocked.ACCOUNT if judged.flooding is Per.PERSON else Blocked.ADDRESS)
    return Held(judged.flooding.value, source)


def keep_origin(
    work: HotWork, keys: Keyring, actor: Actor, asking: Asking | None, tenant_id: TenantId, report_id: ReportId
) -> None:
    """Keep where the report came from, with its own transaction, so that it can be blocked; nothing of a key's."""
    if asking is None or actor.client_id is not None:
        return
    key = limits.block_keys(keys.limits, tenant_id, None, asking.address).get(Blocked.ADDRESS)
    if key is not None:
        row = {"tenant_id": tenant_id, "report_id": report_id, "address_key": key, "received_at": work.now}
        work.put(_TABLE, row)
