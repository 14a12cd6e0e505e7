"""Statements of accounts and sessions. What each request or sign-in needs goes through the lane in one round trip."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import ForeignKeyViolationError, Record
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.db.errors import constraint
from app.db.work import Work
from app.identity.errors import AccountNotFound, UsernameTaken, WrongCredentials
from app.identity.models import (
    SignInAttempts,
    StaffAccount,
    StaffMembership,
    StaffSession,
)
from app.identity.terms import CitizenToken, Colleague, FactorRule, Membership, Role, StaffAccountView, StaffToken
from app.kit.ids import StaffId, TenantId, UnitId, uuid7
from app.oidc.terms import Assurance

# The account's own memberships, then those of colleagues it stands in for while it belongs to the unit itself: only
# what they hold themselves, so that nobody stands in for somebody who stands in.
_MEMBERSHIPS = """
LEFT JOIN LATERAL (
    SELECT array_agg(h.unit_id ORDER BY h.of_id NULLS FIRST, h.id) AS unit_ids,
           array_agg(h.role ORDER BY h.of_id NULLS FIRST, h.id) AS roles,
           array_agg(h.of_id ORDER BY h.of_id NULLS FIRST, h.id) AS of_ids,
           array_agg(h.of_name ORDER BY h.of_id NULLS FIRST, h.id) AS of_names
    FROM (
        SELECT m.id, m.unit_id, m.role, NULL::uuid AS of_id, NULL::text AS of_name
        FROM memberships m
        WHERE m.tenant_id = a.tenant_id AND m.account_id = a.id
          AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to > $3)
        UNION ALL
        SELECT m.id, m.unit_id, m.role, c.id, c.name
        FROM deputies d
        JOIN staff_accounts c ON c.tenant_id = d.tenant_id AND c.id = d.account_id AND c.active
        JOIN memberships m ON m.tenant_id = d.tenant_id AND m.account_id = d.account_id AND m.unit_id = d.unit_id
          AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to > $3)
        WHERE d.tenant_id = a.tenant_id AND d.deputy_id = a.id AND d.valid_from <= $3 AND d.valid_to > $3
          AND EXISTS (
            SELECT FROM memberships own
            WHERE own.tenant_id = d.tenant_id AND own.account_id = a.id AND own.unit_id = d.unit_id
              AND own.valid_from <= $3 AND (own.valid_to IS NULL OR own.valid_to > $3)
          )
    ) h
) held ON true"""

# What the tenant demands of roles, and whether the account has what is demanded.
_GUARDS = """
LEFT JOIN staff_factors f ON f.tenant_id = a.tenant_id AND f.account_id = a.id AND f.confirmed_at IS NOT NULL
LEFT JOIN LATERAL (
    SELECT array_agg(r.role ORDER BY r.role) AS rule_roles, array_agg(r.demanded ORDER BY r.role) AS rule_demanded,
           array_agg(r.provider ORDER BY r.role) AS rule_providers
    FROM factor_rules r WHERE r.tenant_id = a.tenant_id
) rules ON true"""

# 0 or 1 row; by the primary keys of session and account and ix_memberships_account.
_STAFF_SESSION = f"""
SELECT a.id, a.username, a.name, s.expires_at, s.last_seen_at, s.assurance, held.*,
       f.confirmed_at, rules.*
FROM staff_sessions s
JOIN staff_accounts a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
{_MEMBERSHIPS}
{_GUARDS}
WHERE s.tenant_id = $1 AND s.token_hash = $2 AND s.revoked_at IS NULL AND s.expires_at > $3 AND a.active
"""  # noqa: S608 - put together from our own text

# Counts the attempt before the password is looked at, so that many at once cannot slip past the lock;
# `failures` is null when the name is locked. Exactly 1 row, the account's columns null when there is none.
_TRY_SIGN_IN = f"""
WITH tried AS (
    INSERT INTO sign_in_attempts AS t (tenant_id, name_hash, failures, last_at, locked_until)
    VALUES ($1, $2, 1, $3, ($4::timestamptz[])[1])
    ON CONFLICT (tenant_id, name_hash) DO UPDATE SET
        failures = CASE WHEN t.last_at < $5 THEN 1 ELSE t.failures + 1 END,
        locked_until = ($4::timestamptz[])[
            LEAST(CASE WHEN t.last_at < $5 THEN 1 ELSE t.failures + 1 END, cardinality($4::timestamptz[]))],
        last_at = $3
    WHERE t.locked_until IS NULL OR t.locked_until <= $3
    RETURNING t.failures
)
SELECT (SELECT failures FROM tried) AS failures,
       (SELECT locked_until FROM sign_in_attempts WHERE tenant_id = $1 AND name_hash = $2) AS locked_until,
       a.id, a.username, a.name, a.password_hash, held.*,
       f.sealed AS factor, f.last_step AS factor_step
FROM (VALUES (1)) AS one
LEFT JOIN staff_accounts a ON a.tenant_id = $1 AND a.username = $6::text AND a.active
LEFT JOIN staff_factors f ON f.tenant_id = a.tenant_id AND f.account_id = a.id AND f.confirmed_at IS NOT NULL
{_MEMBERSHIPS}
"""  # noqa: S608 - put together from our own text

# Waits for a change of the password under way and finds it changed: no session outlives the password it came from.
_OPEN_SESSION = """
WITH account AS (
    SELECT id FROM staff_accounts
    WHERE tenant_id = $1 AND id = $2 AND active AND password_hash IS NOT DISTINCT FROM $3
    FOR SHARE
), forgiven AS (
    DELETE FROM sign_in_attempts WHERE tenant_id = $1 AND name_hash = $4 AND EXISTS (SELECT 1 FROM account)
)
INSERT INTO staff_sessions
    (tenant_id, token_hash, account_id, created_at, expires_at, last_seen_at, user_agent, assurance)
SELECT $1, $5, account.id, $6, $7, $6, $8, $9 FROM account
RETURNING account_id
"""
_ACCOUNT = f"""
SELECT a.id, a.username, a.name, a.password_hash, held.*, f.sealed AS factor, f.confirmed_at, rules.*
FROM staff_accounts a
{_MEMBERSHIPS}
{_GUARDS}
WHERE a.tenant_id = $1 AND a.id = $2 AND a.active
"""  # noqa: S608 - put together from our own text
_REHASH = "UPDATE staff_accounts SET password_hash = $4 WHERE tenant_id = $1 AND id = $2 AND password_hash = $3"
_SEEN_STAFF = "UPDATE staff_sessions SET last_seen_at = $3 WHERE tenant_id = $1 AND token_hash = $2"
_REVOKE_STAFF = (
    "UPDATE staff_sessions SET revoked_at = $3 WHERE tenant_id = $1 AND token_hash = $2 AND revoked_at IS NULL"
)

_CITIZEN_KNOWN = """
SELECT t.expires_at, t.last_seen_at
FROM citizen_tokens t
JOIN citizens c ON c.citizen_id = t.citizen_id
WHERE t.citizen_id = $1 AND t.token_hash = $2 AND t.revoked_at IS NULL
  AND (t.expires_at IS NULL OR t.expires_at > $3) AND c.active
"""
_LIVE_STAFF = f"""
SELECT s.token_hash, a.id, a.name, s.assurance, held.*, f.confirmed_at, rules.*
FROM staff_sessions s
JOIN staff_accounts a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
{_MEMBERSHIPS}
{_GUARDS}
WHERE s.tenant_id = $1 AND s.token_hash = ANY($2::bytea[]) AND s.revoked_at IS NULL AND s.expires_at > $3 AND a.active
"""  # noqa: S608 - put together from our own text
_LIVE_CITIZENS = """
SELECT t.citizen_id, t.token_hash
FROM unnest($1::uuid[], $2::bytea[]) AS given (citizen_id, token_hash)
JOIN citizen_tokens t ON t.citizen_id = given.citizen_id AND t.token_hash = given.token_hash
JOIN citizens c ON c.citizen_id = t.citizen_id
WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $3) AND c.active
"""
_SEEN_CITIZEN = "UPDATE citizen_tokens SET last_seen_at = $3 WHERE citizen_id = $1 AND token_hash = $2"
_REVOKE_CITIZEN = """
WITH gone AS (
    UPDATE citizen_tokens SET revoked_at = $3 WHERE citizen_id = $1 AND token_hash = $2 AND revoked_at IS NULL
    RETURNING session_id
)
UPDATE citizen_sessions s SET ended_at = $3 FROM gone
WHERE s.citizen_id = $1 AND s.id = gone.session_id AND s.ended_at IS NULL
"""


def memberships_of(row: Record) -> tuple[Membership, ...]:
    """Memberships in a row that was joined with them, the own before others', oldest first."""
    columns = (row["unit_ids"] or (), row["roles"] or (), row["of_ids"] or (), row["of_names"] or ())
    return tuple(
        Membership(UnitId(unit_id), Role(role), Colleague(StaffId(of_id), of_name) if of_id is not None else None)
        for unit_id, role, of_id, of_name in zip(*columns, strict=True)
    )


def rules_of(row: Record) -> dict[Role, FactorRule]:
    """What the tenant has decided of roles, in a row that was joined with it."""
    columns = (row["rule_roles"] or (), row["rule_demanded"] or (), row["rule_providers"] or ())
    return {
        Role(role): FactorRule(Role(role), demanded, Assurance(provider) if provider is not None else None)
        for role, demanded, provider in zip(*columns, strict=True)
    }


async def find_staff_session(db: Database, token: StaffToken, now: datetime) -> Record | None:
    """Account, expiry and memberships of a session that is good at `now`; None when there is none."""
    return await db.lane.fetchrow(_STAFF_SESSION, token.tenant_id, token.hash, now)


async def find_account(db: Database, tenant_id: TenantId, account_id: StaffId, now: datetime) -> Record | None:
    """The active account with all that signing in looks at; None when there is none."""
    return await db.lane.fetchrow(_ACCOUNT, tenant_id, account_id, now)


async def find_citizen_token(db: Database, token: CitizenToken, now: datetime) -> Record | None:
    """Expiry of a citizen's token that is good at `now`; None when it is not."""
    return await db.lane.fetchrow(_CITIZEN_KNOWN, token.citizen_id, token.hash, now)


async def list_live_sessions(
    db: Database, tenant_id: TenantId, hashes: Collection[bytes], now: datetime
) -> list[Record]:
    """Those of the sessions that are good at `now`, with account and memberships. One statement on primary keys."""
    return await db.lane.fetch(_LIVE_STAFF, tenant_id, list(hashes), now)


async def list_live_tokens(db: Database, tokens: Collection[CitizenToken], now: datetime) -> list[Record]:
    """Those of the citizens' tokens that are good at `now`. One statement on primary keys."""
    return await db.lane.fetch(
        _LIVE_CITIZENS, [token.citizen_id for token in tokens], [token.hash for token in tokens], now
    )


async def mark_seen(db: Database, token: StaffToken | CitizenToken, now: datetime) -> None:
    """Keep that the token was used at `now`."""
    match token:
        case StaffToken(tenant_id, digest):
            await db.lane.fetchval(_SEEN_STAFF, tenant_id, digest, now)
        case CitizenToken(citizen_id, digest):
            await db.lane.fetchval(_SEEN_CITIZEN, citizen_id, digest, now)


async def revoke(db: Database, token: StaffToken | CitizenToken, now: datetime) -> None:
    """End the token; once is enough."""
    match token:
        case StaffToken(tenant_id, digest):
            await db.lane.fetchval(_REVOKE_STAFF, tenant_id, digest, now)
        case CitizenToken(citizen_id, digest):
            await db.lane.fetchval(_REVOKE_CITIZEN, citizen_id, digest, now)


async def try_sign_in(
    db: Database,
    tenant_id: TenantId,
    username: str | None,
    *,
    name_hash: bytes,
    locks: Sequence[datetime | None],
    forget_before: datetime,
    now: datetime,
) -> Record:
    """Count an attempt on the name and read its account; `failures` is None when the name is locked.

    Raises: WrongCredentials when there is no such tenant (a request can name one by a token's number alone).
    """
    try:
        row = await db.lane.fetchrow(_TRY_SIGN_IN, tenant_id, name_hash, now, list(locks), forget_before, username)
    except ForeignKeyViolationError as error:
        raise WrongCredentials from error
    assert row is not None
    return row


async def open_session(
    db: Database,
    token: StaffToken,
    account_id: StaffId,
    *,
    password_hash: str | None,
    name_hash: bytes,
    now: datetime,
    expires_at: datetime,
    user_agent: str,
    assurance: Assurance | None = None,
) -> bool:
    """Write the session and forget wrong passwords; False when account or password have changed meanwhile."""
    opened = await db.lane.fetchval(
        _OPEN_SESSION,
        token.tenant_id,
        account_id,
        password_hash,
        name_hash,
        token.hash,
        now,
        expires_at,
        user_agent,
        assurance.value if assurance is not None else None,
    )
    return opened is not None


async def rehash(db: Database, tenant_id: TenantId, account_id: StaffId, *, old: str, new: str) -> None:
    """Put the stronger hash of the same password in place, unless the password has changed meanwhile."""
    await db.lane.fetchval(_REHASH, tenant_id, account_id, old, new)


async def add_staff(
    work: Work,
    tenant_id: TenantId,
    *,
    username: str,
    name: str,
    password_hash: str | None,
    memberships: Sequence[Membership],
) -> StaffId:
    """Write an account with its memberships. Raises: UsernameTaken."""
    account_id = StaffId(uuid7(work.now))
    work.session.add(
        StaffAccount(
            tenant_id=tenant_id,
            id=account_id,
            username=username,
            name=name,
            password_hash=password_hash,
            active=True,
            created_at=work.now,
        )
    )
    try:
        await work.session.flush()
    except IntegrityError as error:
        if constraint(error) == "uq_staff_accounts_tenant_id_username":
            raise UsernameTaken from error
        raise
    for membership in memberships:
        await add_membership(work, tenant_id, account_id, membership)
    return account_id


async def add_membership(work: Work, tenant_id: TenantId, account_id: StaffId, membership: Membership) -> None:
    """Write one membership that begins now."""
    work.session.add(
        StaffMembership(
            tenant_id=tenant_id,
            id=uuid7(work.now),
            account_id=account_id,
            unit_id=membership.unit_id,
            role=membership.role.value,
            valid_from=work.now,
            valid_to=None,
        )
    )
    await work.session.flush()


async def lock_staff(work: Work, tenant_id: TenantId, username: str | None) -> StaffAccount:
    """The account of the name, locked. Raises: AccountNotFound."""
    account = await work.session.scalar(
        select(StaffAccount)
        .where(StaffAccount.tenant_id == tenant_id, StaffAccount.username == username)
        .with_for_update()
    )
    if account is None:
        raise AccountNotFound
    return account


async def revoke_sessions(work: Work, tenant_id: TenantId, account_id: UUID) -> None:
    """End all sessions of the account."""
    await work.session.execute(
        update(StaffSession)
        .where(
            StaffSession.tenant_id == tenant_id,
            StaffSession.account_id == account_id,
            StaffSession.revoked_at.is_(None),
        )
        .values(revoked_at=work.now)
    )


async def forgive(work: Work, tenant_id: TenantId, name_hash: bytes) -> None:
    """Forget wrong passwords for the name."""
    await work.session.execute(
        delete(SignInAttempts).where(SignInAttempts.tenant_id == tenant_id, SignInAttempts.name_hash == name_hash)
    )


async def list_staff(work: Work, tenant_id: TenantId, username: str | None = None) -> list[StaffAccountView]:
    """Accounts of the tenant, or the one of the name, with memberships held now, by user name; two statements."""
    accounts = select(StaffAccount).where(StaffAccount.tenant_id == tenant_id).order_by(StaffAccount.username)
    held = (
        select(StaffMembership.account_id, StaffMembership.unit_id, StaffMembership.role)
        .where(
            StaffMembership.tenant_id == tenant_id,
            StaffMembership.valid_from <= work.now,
            StaffMembership.valid_to.is_(None) | (StaffMembership.valid_to > work.now),
        )
        .order_by(StaffMembership.id)
    )
    if username is not None:
        accounts = accounts.where(StaffAccount.username == username)
    rows = (await work.session.scalars(accounts)).all()
    if username is not None:
        held = held.where(StaffMembership.account_id.in_([row.id for row in rows]))
    by_account: dict[UUID, list[Membership]] = {}
    for account_id, unit_id, role in await work.session.execute(held):
        by_account.setdefault(account_id, []).append(Membership(UnitId(unit_id), Role(role)))
    return [
        StaffAccountView(
            StaffId(row.id), row.username, row.name, row.active, row.created_at, tuple(by_account.get(row.id, ()))
        )
        for row in rows
    ]


_MEMBERS = """
SELECT DISTINCT a.username, a.name FROM memberships m
JOIN staff_accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
WHERE m.tenant_id = $1 AND m.unit_id = $2 AND a.active
 AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to > $3)
ORDER BY a.name, a.username
"""


async def list_members(db: Database, tenant_id: TenantId, unit_id: UnitId, now: datetime) -> list[Record]:
    """User name and name of the active members of the unit, by name; one statement (index ix_memberships_unit)."""
    return await db.lane.fetch(_MEMBERS, tenant_id, unit_id, now)
