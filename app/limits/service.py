"""Verbs of limits: count a request, decide how many there may be, block a sender and lift a block."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action, Doer
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.kit import signing
from app.kit.clock import Clock
from app.kit.gcra import Rate
from app.kit.ids import TenantId, uuid7
from app.web.logs import CURRENT

from . import domain, repository
from .errors import LimitReached, StaleLimit, UnknownLimit
from .models import LimitPolicy, SenderBlock
from .repository import LimitRepository
from .terms import PACKAGED, Asking, Blocked, BlockView, Judged, Limited, LimitPreview, LimitView, Per

FORGET_BATCH_ROWS = 5000
NEWEST_BLOCKS = 200
_NO_RATES: Mapping[Per, Rate] = {}
_NOTHING: Mapping[Limited, int] = {}


async def count(
    db: Database,
    secret: bytes,
    tenant_id: TenantId,
    what: Limited,
    asking: Asking,
    *,
    now: datetime,
    rates: Mapping[Per, Rate] = _NO_RATES,
    everywhere: bool = False,
    soft: Limited | None = None,
    beside: Mapping[Limited, int] = _NOTHING,
    account: str | None = None,
) -> Judged:
    """What becomes of one more of `what`: counted by person, address, network and tenant, in all processes.

    One statement; none when there is nothing to count it by. The answer to the present request will tell of it.

    Args:
        secret: the key under which whoever asks is hidden.
        rates: what holds instead of the packaged rates where the tenant has decided nothing.
        everywhere: also by an address that tells nothing, such as a proxy's.
        soft: what is counted beside it and refuses nothing.
        beside: what else is counted, and how many of it the request is; `what` itself is one.
        account: whose blocks are looked for, beside those on the address.
    """
    keys = domain.keys_of(secret, tenant_id, what, asking, rates, everywhere=everywhere, soft=soft, beside=beside)
    if not keys:
        return Judged(())
    blocked_by = domain.block_keys(secret, tenant_id, account, asking.address)
    judged = await repository.take(db, tenant_id, keys, list(blocked_by.values()), now)
    told, scope = domain.told(judged, now), CURRENT.get()
    if told is not None and scope is not None:
        scope["state"]["limits"] = told
    return judged


def require(judged: Judged, now: datetime) -> None:
    """Nothing when the request is let in. Raises: LimitReached."""
    if judged.refused is not None:
        raise LimitReached(domain.wait_s(judged.refused, now))


def wait_s(judged: Judged, now: datetime) -> int | None:
    """Seconds until one more is possible; None when this one is let in."""
    return domain.wait_s(judged.refused, now) if judged.refused is not None else None


def block_keys(secret: bytes, tenant_id: TenantId, account: str | None, address: str) -> dict[Blocked, bytes]:
    """Under what the sender could be blocked one day: nothing of whom or where can be read from it."""
    return domain.block_keys(secret, tenant_id, account, address)


def account_key(secret: bytes, tenant_id: TenantId, account: str) -> bytes:
    """Under what an account is blocked."""
    return domain.block_keys(secret, tenant_id, account, "")[Blocked.ACCOUNT]


async def list_limits(work: ReadWork, tenant_id: TenantId) -> list[LimitView]:
    """Every limit of the tenant as it holds, in the order of `Limited` and `Per`. One statement."""
    own = {(row.what, row.per): row for row in await LimitRepository(work, tenant_id).policies()}
    return [_viewed(what, per, own.get((what.value, per.value))) for what, per in PACKAGED]


async def preview_limit(
    work: ReadWork, tenant_id: TenantId, what: Limited, per: Per, most: int, window_s: int
) -> LimitPreview:
    """What the limit would mean beside the others. One statement. Raises: UnknownLimit."""
    present = {(one.what, one.per): one for one in await list_limits(work, tenant_id)}
    if (what, per) not in present:
        raise UnknownLimit
    rate, rates = Rate(most, timedelta(seconds=window_s)), {key: one.rate for key, one in present.items()}
    return LimitPreview(present[what, per], rate, domain.notes_on(rates, what, per, rate))


async def set_limit(
    work: Work, tenant_id: TenantId, actor: Doer, what: Limited, per: Per, most: int, window_s: int, *, seen: int
) -> LimitView:
    """How many there may be from now on, in all processes. `seen`: the version it was; 0: as packaged.

    Raises: UnknownLimit, StaleLimit.
    """
    if (what, per) not in PACKAGED:
        raise UnknownLimit
    limits = LimitRepository(work, tenant_id)
    row = await limits.find_policy(what.value, per.value)
    if seen != (row.version if row else 0):
        raise StaleLimit(row.version if row else 0)
    if row is None:
        row = LimitPolicy(tenant_id=tenant_id, what=what.value, per=per.value, version=0)
    row.most, row.window_s, row.version = most, window_s, row.version + 1
    row.updated_at, row.updated_by = work.now, actor.id
    await limits.write(row)
    details = {"most": most, "window_s": window_s}
    audit.record(work, actor, Action.LIMIT_SET, subject=f"{what}.{per}", details=details)
    return _viewed(what, per, row)


def _viewed(what: Limited, per: Per, row: LimitPolicy | None) -> LimitView:
    if row is None:
        return LimitView(what, per, PACKAGED[what, per], 0, None)
    return LimitView(what, per, row.rate(), row.version, row.updated_at)


async def block(
    work: Work, tenant_id: TenantId, actor: Doer, key: bytes, what: Blocked, report: str, reason: str, until: datetime
) -> BlockView:
    """A new block on whoever is found under the key; its urgent reports go on being taken."""
    row = SenderBlock(
        tenant_id=tenant_id,
        id=uuid7(work.now),
        key=key,
        what=what.value,
        report_code=report,
        reason=reason,
        until_at=until,
        created_at=work.now,
        created_by=actor.id,
        lifted_at=None,
        lifted_by=None,
    )
    await LimitRepository(work, tenant_id).write(row)
    details = {"what": what.value, "until": until.isoformat()}
    audit.record(work, actor, Action.SENDER_BLOCKED, subject=report, details=details)
    return row.read()


async def lift_block(work: Work, tenant_id: TenantId, actor: Doer, block_id: UUID) -> BlockView:
    """The block ends now; once is enough. Raises: UnknownBlock."""
    row = await LimitRepository(work, tenant_id).lock_block(block_id)
    if row.lifted_at is None and row.until_at > work.now:
        row.lifted_at, row.lifted_by = work.now, actor.id
        audit.record(work, actor, Action.BLOCK_LIFTED, subject=row.report_code)
    return row.read()


async def keep_blocks(
    work: Work, secret: bytes, account: str, proofs: Collection[bytes], tenants: Collection[TenantId]
) -> None:
    """Blocks on an account that ends now wait for whoever is proven as it was. One statement, none without a proof."""
    if proofs:
        await repository.keep_proofs(work, _accounts(secret, account, tenants), _hidden(secret, proofs))


async def take_blocks(work: Work, secret: bytes, account: str, proof: bytes, tenants: Collection[TenantId]) -> None:
    """A new account takes over the blocks that wait for what proves it. One statement."""
    (hidden,) = _hidden(secret, [proof])
    await repository.take_over(work, hidden, _accounts(secret, account, tenants))


def _accounts(secret: bytes, account: str, tenants: Collection[TenantId]) -> dict[TenantId, bytes]:
    return {tenant_id: account_key(secret, tenant_id, account) for tenant_id in tenants}


def _hidden(secret: bytes, proofs: Collection[bytes]) -> list[bytes]:
    return [signing.derive(secret, f"proof:{proof.hex()}") for proof in proofs]


async def list_blocks(work: ReadWork, tenant_id: TenantId) -> list[BlockView]:
    """The newest blocks, ended ones too. One statement."""
    return [row.read() for row in await LimitRepository(work, tenant_id).blocks(NEWEST_BLOCKS)]


async def forget(db: Database, clock: Clock) -> int:
    """Number of marks that are worth nothing any more and were deleted now."""
    return await repository.forget(db, clock.now(), FORGET_BATCH_ROWS)
