"""Statements on accounts and memberships as administrators handle them, and on links to set passwords."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Exists, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.db.errors import constraint
from app.db.work import ReadWork, Work
from app.identity.domain import attempts_key
from app.identity.errors import (
    AccountNotFound,
    EmailTaken,
    LinkRefused,
    MembershipHeld,
    UnknownMembership,
    UsernameTaken,
)
from app.identity.models import (
    PasswordLink,
    SignInAttempts,
    StaffAccount,
    StaffDeputy,
    StaffFactor,
    StaffIdentity,
    StaffMembership,
)
from app.identity.terms import HeldMembership, LinkPurpose, Member, OpenLink, Role, Standing
from app.kit.ids import StaffId, TenantId, UnitId

_TAKEN = {"uq_staff_accounts_tenant_id_username": UsernameTaken, "uq_staff_accounts_email": EmailTaken}


async def list_members(
    work: Work, tenant_id: TenantId, units: Collection[UnitId] | None, *, after: str, limit: int
) -> list[Member]:
    """Up to `limit` accounts by user name, after a name: of members of `units`, or all with None. Four statements."""
    where = select(StaffAccount).where(StaffAccount.tenant_id == tenant_id, StaffAccount.username > after)
    if units is not None:
        where = where.where(
            exists().where(
                StaffMembership.tenant_id == tenant_id,
                StaffMembership.account_id == StaffAccount.id,
                StaffMembership.unit_id.in_(units),
                StaffMembership.valid_to.is_(None) | (StaffMembership.valid_to > work.now),
            )
        )
    rows = (await work.session.scalars(where.order_by(StaffAccount.username).limit(limit))).all()
    return await _members(work, tenant_id, rows)


async def get_member(work: Work, tenant_id: TenantId, account_id: UUID) -> Member:
    """The account. Four statements. Raises: AccountNotFound."""
    where = select(StaffAccount).where(StaffAccount.tenant_id == tenant_id, StaffAccount.id == account_id)
    found = await _members(work, tenant_id, (await work.session.scalars(where)).all())
    if not found:
        raise AccountNotFound
    return found[0]


async def _members(work: Work, tenant_id: TenantId, rows: Sequence[StaffAccount]) -> list[Member]:
    """The accounts with what belongs to them, in their order."""
    ids = [row.id for row in rows]
    held: dict[UUID, list[HeldMembership]] = {}
    for one in await work.session.scalars(
        select(StaffMembership)
        .where(
            StaffMembership.tenant_id == tenant_id,
            StaffMembership.account_id.in_(ids),
            StaffMembership.valid_to.is_(None) | (StaffMembership.valid_to > work.now),
        )
        .order_by(StaffMembership.valid_from, StaffMembership.id)
    ):
        held.setdefault(one.account_id, []).append(
            HeldMembership(one.id, UnitId(one.unit_id), Role(one.role), one.valid_from, one.valid_to)
        )
    lent: dict[UUID, set[tuple[UnitId, Role]]] = {}
    stood_for = await work.session.execute(
        select(StaffDeputy.deputy_id, StaffMembership.unit_id, StaffMembership.role)
        .join(
            StaffMembership,
            (StaffMembership.tenant_id == StaffDeputy.tenant_id)
            & (StaffMembership.account_id == StaffDeputy.account_id)
            & (StaffMembership.unit_id == StaffDeputy.unit_id),
        )
        .where(
            StaffDeputy.tenant_id == tenant_id,
            StaffDeputy.deputy_id.in_(ids),
            StaffDeputy.valid_to > work.now,
            StaffMembership.valid_to.is_(None) | (StaffMembership.valid_to > work.now),
        )
    )
    for deputy_id, unit_id, role in stood_for:
        lent.setdefault(deputy_id, set()).add((UnitId(unit_id), Role(role)))
    guards = await work.session.execute(
        select(StaffAccount.id, StaffFactor.confirmed_at, PasswordLink.expires_at, _linked())
        .outerjoin(
            StaffFactor,
            (StaffFactor.tenant_id == StaffAccount.tenant_id) & (StaffFactor.account_id == StaffAccount.id),
        )
        .outerjoin(
            PasswordLink,
            (PasswordLink.tenant_id == StaffAccount.tenant_id)
            & (PasswordLink.account_id == StaffAccount.id)
            & (PasswordLink.expires_at > work.now),
        )
        .where(StaffAccount.tenant_id == tenant_id, StaffAccount.id.in_(ids))
    )
    known = {
        account_id: (confirmed_at is not None, until, linked) for account_id, confirmed_at, until, linked in guards
    }
    return [
        Member(
            id=StaffId(row.id),
            username=row.username,
            name=row.name,
            email=row.email,
            standing=_standing(row),
            second_factor=known[row.id][0],
            link_until=known[row.id][1],
            identity_linked=known[row.id][2],
            created_at=row.created_at,
            memberships=tuple(held.get(row.id, ())),
            lent=frozenset(lent.get(row.id, ())),
        )
        for row in rows
    ]


def _linked() -> Exists:
    """Whether an identity at the provider opens the account in the statement."""
    return exists().where(
        StaffIdentity.tenant_id == StaffAccount.tenant_id,
        StaffIdentity.account_id == StaffAccount.id,
        StaffIdentity.ended_at.is_(None),
    )


def _standing(row: StaffAccount) -> Standing:
    if not row.active:
        return Standing.INACTIVE
    return Standing.ACTIVE if row.password_hash is not None else Standing.INVITED


async def lock_account(work: Work, tenant_id: TenantId, account_id: UUID) -> StaffAccount:
    """The account, locked. Raises: AccountNotFound."""
    account = await work.session.scalar(
        select(StaffAccount).where(StaffAccount.tenant_id == tenant_id, StaffAccount.id == account_id).with_for_update()
    )
    if account is None:
        raise AccountNotFound
    return account


async def add_account(work: Work, account: StaffAccount) -> None:
    """Write the account. Raises: UsernameTaken, EmailTaken."""
    work.session.add(account)
    try:
        await work.session.flush()
    except IntegrityError as error:
        taken = _TAKEN.get(constraint(error) or "")
        if taken is None:
            raise
        raise taken from error


async def add_membership(work: Work, membership: StaffMembership) -> None:
    """Write the membership. Raises: MembershipHeld."""
    work.session.add(membership)
    try:
        await work.session.flush()
    except IntegrityError as error:
        if constraint(error) == "uq_memberships_current":
            raise MembershipHeld from error
        raise


async def lock_membership(work: Work, tenant_id: TenantId, account_id: UUID, membership_id: UUID) -> StaffMembership:
    """The account's membership that has not ended, locked. Raises: UnknownMembership."""
    found = await work.session.scalar(
        select(StaffMembership)
        .where(
            StaffMembership.tenant_id == tenant_id,
            StaffMembership.account_id == account_id,
            StaffMembership.id == membership_id,
            StaffMembership.valid_to.is_(None) | (StaffMembership.valid_to > work.now),
        )
        .with_for_update()
    )
    if found is None:
        raise UnknownMembership
    return found


async def lock_administrations(work: Work, tenant_id: TenantId) -> dict[UUID, UUID]:
    """All memberships that administer the province now and without an end, with whose they are. One statement.

    They are locked, so that two administrators cannot end each other.
    """
    found = await work.session.execute(
        select(StaffMembership.id, StaffMembership.account_id)
        .where(
            StaffMembership.tenant_id == tenant_id,
            StaffMembership.role == Role.TENANT_ADMIN.value,
            StaffMembership.valid_from <= work.now,
            StaffMembership.valid_to.is_(None),
        )
        .order_by(StaffMembership.id)
        .with_for_update()
    )
    return {membership_id: account_id for membership_id, account_id in found}  # noqa: C416 - rows are no pairs


async def can_come_in(work: Work, tenant_id: TenantId, accounts: Collection[UUID]) -> bool:
    """Whether one of these could sign in this moment: active, with a password that is not locked, or an identity.

    One who was invited and has set no password cannot, nor one whose password was reset. Two statements.
    """
    linked = _linked()
    rows = await work.session.execute(
        select(StaffAccount.username, StaffAccount.password_hash.is_not(None), linked).where(
            StaffAccount.tenant_id == tenant_id, StaffAccount.id.in_(accounts), StaffAccount.active
        )
    )
    names = set[bytes]()
    for username, has_password, has_identity in rows:
        if has_identity:
            return True
        if has_password:
            names.add(attempts_key(username))
    locked = await work.session.scalars(
        select(SignInAttempts.name_hash).where(
            SignInAttempts.tenant_id == tenant_id,
            SignInAttempts.name_hash.in_(names),
            SignInAttempts.locked_until > work.now,
        )
    )
    return bool(names - set(locked))


async def put_link(work: Work, link: PasswordLink) -> None:
    """This is the account's link from now on, and no other."""
    await drop_link(work, TenantId(link.tenant_id), link.account_id)
    work.session.add(link)
    await work.session.flush()


async def drop_link(work: Work, tenant_id: TenantId, account_id: UUID) -> None:
    """The account has no link any more."""
    await work.session.execute(
        delete(PasswordLink).where(PasswordLink.tenant_id == tenant_id, PasswordLink.account_id == account_id)
    )


async def find_link(work: Work, tenant_id: TenantId, link_hash: bytes, now: datetime) -> OpenLink:
    """Whose link it is. One statement. Raises: LinkRefused."""
    found = (
        await work.session.execute(
            select(StaffAccount, PasswordLink.purpose, PasswordLink.expires_at)
            .select_from(PasswordLink)
            .join(
                StaffAccount,
                (StaffAccount.tenant_id == PasswordLink.tenant_id) & (StaffAccount.id == PasswordLink.account_id),
            )
            .where(
                PasswordLink.tenant_id == tenant_id,
                PasswordLink.link_hash == link_hash,
                PasswordLink.expires_at > now,
                StaffAccount.active,
            )
        )
    ).one_or_none()
    if found is None:
        raise LinkRefused
    account, purpose, until = found
    return OpenLink(StaffId(account.id), account.username, account.name, LinkPurpose(purpose), until)


async def use_link(work: Work, tenant_id: TenantId, link_hash: bytes) -> None:
    """The link is used: of two at once, one has it. Raises: LinkRefused."""
    gone = delete(PasswordLink).where(
        PasswordLink.tenant_id == tenant_id, PasswordLink.link_hash == link_hash, PasswordLink.expires_at > work.now
    )
    if await work.session.scalar(gone.returning(PasswordLink.account_id)) is None:
        raise LinkRefused


async def end_held(work: Work, tenant_id: TenantId, account_id: UUID, unit_id: UUID, role: str) -> None:
    """The role in the unit ends now; one that has not begun never does."""
    await work.session.execute(
        update(StaffMembership)
        .where(
            StaffMembership.tenant_id == tenant_id,
            StaffMembership.account_id == account_id,
            StaffMembership.unit_id == unit_id,
            StaffMembership.role == role,
            StaffMembership.valid_to.is_(None) | (StaffMembership.valid_to > work.now),
        )
        .values(valid_to=func.greatest(StaffMembership.valid_from, work.now))
    )


_STAFFED = """
SELECT DISTINCT m.unit_id FROM memberships m
JOIN staff_accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
WHERE m.tenant_id = $1 AND a.active AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)
"""


async def list_names(work: Work, tenant_id: TenantId, accounts: Collection[UUID]) -> dict[UUID, str]:
    """Names by account. One statement."""
    rows = await work.fetch(
        "SELECT id, name FROM staff_accounts WHERE tenant_id = $1 AND id = ANY ($2)", tenant_id, list(accounts)
    )
    return {row["id"]: row["name"] for row in rows}


async def list_staffed_units(work: ReadWork, tenant_id: TenantId) -> list[UnitId]:
    """Units that have an active member now; one statement."""
    return [UnitId(row["unit_id"]) for row in await work.fetch(_STAFFED, tenant_id, work.now)]


_TIED = """
SELECT true AS tied WHERE EXISTS (
    SELECT FROM deputies WHERE tenant_id = $1 AND valid_from <= $5 AND valid_to > $4
        AND (account_id = $2 AND deputy_id = $3 OR account_id = $3 AND deputy_id = $2)
) OR EXISTS (
    SELECT FROM staff_accounts WHERE tenant_id = $1 AND (id = $2 AND let_in_by = $3 OR id = $3 AND let_in_by = $2)
)
"""


async def are_apart(work: Work, tenant_id: TenantId, one: StaffId, other: StaffId, *, since: datetime) -> bool:
    """Whether neither has stood in for the other since then, nor let the other in. One statement."""
    return not await work.fetch(_TIED, tenant_id, one, other, since, work.now)


_COLLEAGUES = """
SELECT a.id, a.username, a.name FROM staff_accounts a WHERE a.tenant_id = $1 AND a.active AND a.id IN (
 SELECT m.account_id FROM memberships m WHERE m.tenant_id = $1 AND m.unit_id = ANY($2)
  AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to > $3))
ORDER BY a.name, a.username
"""


async def list_colleagues(
    db: Database, tenant_id: TenantId, units: Collection[UnitId], now: datetime
) -> list[tuple[StaffId, str, str]]:
    """The active members of the units, each once, by name; one statement (index ix_memberships_unit)."""
    rows = await db.lane.fetch(_COLLEAGUES, tenant_id, list(units), now)
    return [(StaffId(row["id"]), row["username"], row["name"]) for row in rows]
