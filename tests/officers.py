"""Officers with passwords, in provinces that exist: real rows, through the room's own verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher

from app.db.engine import Database
from app.db.work import write_work
from app.identity import service
from app.identity.domain import Keyring
from app.identity.service import Passwords
from app.identity.terms import Membership, NewToken, Role
from app.kit.clock import Clock
from app.kit.ids import StaffId, TenantId, UnitId

PASSWORD = "correct-horse-battery"


@dataclass(frozen=True)
class Province:
    """A tenant with one of its units."""

    tenant_id: TenantId
    unit_id: UnitId


def cheap_passwords() -> Passwords:
    """Password checks with the smallest parameters argon2 has."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def two_provinces(db: Database) -> tuple[Province, Province]:
    """Two seeded tenants, each with its unit of the first code."""
    rows = await db.lane.fetch("SELECT DISTINCT ON (tenant_id) tenant_id, id FROM units ORDER BY tenant_id, code")
    first, second = (Province(TenantId(row["tenant_id"]), UnitId(row["id"])) for row in rows[:2])
    return first, second


async def an_officer(
    db: Database,
    clock: Clock,
    passwords: Passwords,
    province: Province,
    *roles: Role,
    username: str = "hoa",
    password: str | None = PASSWORD,
) -> StaffId:
    """An account in the province's unit with `roles`, committed."""
    async with write_work(db, clock, province.tenant_id) as work:
        return await service.create_staff(
            work,
            passwords,
            province.tenant_id,
            username=username,
            name="Nguyễn Thị Hoa",
            password=password,
            memberships=[Membership(province.unit_id, role) for role in roles],
        )


async def sign_in(
    db: Database,
    clock: Clock,
    passwords: Passwords,
    province: Province,
    *,
    username: str = "hoa",
    password: str = PASSWORD,
) -> NewToken:
    """A session of twelve hours."""
    return await service.sign_in(
        db,
        passwords,
        Keyring.of("no account of these has a second factor"),
        province.tenant_id,
        username=username,
        password=password,
        user_agent="test",
        lifetime=timedelta(hours=12),
        now=clock.now(),
        guarded=(),
    )
