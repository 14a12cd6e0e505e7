"""Signing in, and what a wrong password costs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from app.db.engine import Database
from app.db.work import write_work
from app.identity import service
from app.identity.domain import FORGET_ATTEMPTS_AFTER, FREE_ATTEMPTS, parse_token
from app.identity.errors import AccountLocked, SignInBusy, WrongCredentials
from app.identity.service import Passwords
from app.identity.terms import ActorKind, Membership, Role
from app.kit.clock import FixedClock
from app.kit.ids import StaffId, TenantId
from tests.officers import PASSWORD, Province, an_officer, sign_in
from tests.statements import Statements


async def fail(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, times: int, username: str = "hoa"
) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            await sign_in(db, clock, passwords, here, username=username, password="not the password")


async def test_the_right_password_opens_a_session_with_memberships(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId
) -> None:
    new = await sign_in(db, clock, passwords, here, username=" HOA ")
    signed_in = new.signed_in
    assert signed_in.actor.id == hoa
    assert signed_in.actor.kind is ActorKind.STAFF
    assert signed_in.actor.memberships == (
        Membership(here.unit_id, Role.OFFICER),
        Membership(here.unit_id, Role.APPROVER),
    )
    assert signed_in.expires_at == clock.now() + timedelta(hours=12)
    assert parse_token(new.access_token) == signed_in.token
    assert new.access_token not in repr(new)


async def test_signing_in_costs_four_statements(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId, statements: Statements
) -> None:
    await sign_in(db, clock, passwords, here)
    assert len(statements) == 4  # claim, open, the line in the trail, and the session as it is read from now on


async def test_only_the_hash_of_a_token_is_kept(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId
) -> None:
    new = await sign_in(db, clock, passwords, here)
    kept = await db.lane.fetchval("SELECT string_agg(staff_sessions::text, '') FROM staff_sessions")
    assert new.access_token not in kept
    assert new.signed_in.token.hash.hex() in kept


@pytest.mark.parametrize("username", ["hoa", "nobody", "không.ai", "\x00", "x" * 128])
async def test_wrong_password_and_unknown_name_look_alike_and_lock_alike(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId, username: str
) -> None:
    await fail(db, clock, passwords, here, FREE_ATTEMPTS + 1, username)
    with pytest.raises(AccountLocked) as raised:
        await sign_in(db, clock, passwords, here, username=username)
    assert raised.value.extensions["retry_after_s"] == 60


async def test_a_lock_ends_and_the_next_one_is_longer(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId
) -> None:
    await fail(db, clock, passwords, here, FREE_ATTEMPTS + 1)
    clock.at += timedelta(seconds=60)
    await fail(db, clock, passwords, here, 1)
    with pytest.raises(AccountLocked) as raised:
        await sign_in(db, clock, passwords, here)
    assert raised.value.extensions["retry_after_s"] == 120


async def test_the_right_password_forgives_the_wrong_ones(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId
) -> None:
    for _ in range(2):
        await fail(db, clock, passwords, here, FREE_ATTEMPTS)
        await sign_in(db, clock, passwords, here)


async def test_wrong_passwords_of_another_day_are_forgotten(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId
) -> None:
    await fail(db, clock, passwords, here, FREE_ATTEMPTS)
    clock.at += FORGET_ATTEMPTS_AFTER + timedelta(seconds=1)
    await fail(db, clock, passwords, here, FREE_ATTEMPTS)
    await sign_in(db, clock, passwords, here)


async def test_many_attempts_at_once_do_not_slip_past_the_lock(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId
) -> None:
    outcomes = await asyncio.gather(
        *(sign_in(db, clock, passwords, here, password="wrong-wrong-wrong") for _ in range(20)), return_exceptions=True
    )
    checked = [outcome for outcome in outcomes if isinstance(outcome, WrongCredentials)]
    assert len(checked) == FREE_ATTEMPTS + 1
    assert sum(isinstance(outcome, AccountLocked) for outcome in outcomes) == 20 - len(checked)


async def test_the_lock_of_one_name_leaves_others_and_other_provinces_alone(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, elsewhere: Province, hoa: StaffId
) -> None:
    await an_officer(db, clock, passwords, here, username="minh")
    await an_officer(db, clock, passwords, elsewhere)
    await fail(db, clock, passwords, here, FREE_ATTEMPTS + 1)
    await sign_in(db, clock, passwords, here, username="minh")
    await sign_in(db, clock, passwords, elsewhere)


async def test_an_account_exists_in_its_own_province_only(
    db: Database, clock: FixedClock, passwords: Passwords, elsewhere: Province, hoa: StaffId
) -> None:
    with pytest.raises(WrongCredentials):
        await sign_in(db, clock, passwords, elsewhere)


async def test_a_province_that_does_not_exist_has_no_accounts(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province
) -> None:
    with pytest.raises(WrongCredentials):
        await sign_in(db, clock, passwords, Province(TenantId(999_999_999), here.unit_id))
    assert await db.lane.fetchval("SELECT count(*) FROM sign_in_attempts") == 0


async def test_an_inactive_account_cannot_sign_in(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId
) -> None:
    async with write_work(db, clock, here.tenant_id) as work:
        await service.set_active(work, here.tenant_id, username="hoa", active=False)
    with pytest.raises(WrongCredentials):
        await sign_in(db, clock, passwords, here)


async def test_an_account_without_a_password_cannot_sign_in(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province
) -> None:
    await an_officer(db, clock, passwords, here, username="later", password=None)
    with pytest.raises(WrongCredentials):
        await sign_in(db, clock, passwords, here, username="later", password="anything at all")


async def test_a_hash_of_older_parameters_is_replaced_when_its_owner_signs_in(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId
) -> None:
    stored = "SELECT password_hash FROM staff_accounts WHERE username = 'hoa'"
    before = await db.lane.fetchval(stored)
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    await sign_in(db, clock, stronger, here)
    after = await db.lane.fetchval(stored)
    assert before != after
    assert not stronger.is_outdated(after)
    await sign_in(db, clock, stronger, here)


async def test_a_password_changed_during_the_check_opens_no_session(
    db: Database, clock: FixedClock, here: Province, hoa: StaffId, passwords: Passwords
) -> None:
    class Slow(Passwords):
        """Somebody changes the password while this one is being checked."""

        async def check(self, stored: str | None, password: str) -> bool:
            fits = await super().check(stored, password)
            async with write_work(db, clock, here.tenant_id) as work:
                await service.set_password(
                    work, passwords, here.tenant_id, username="hoa", password="purple-chair-eats-brick"
                )
            return fits

    with pytest.raises(WrongCredentials):
        await sign_in(db, clock, Slow(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)), here)
    assert await db.lane.fetchval("SELECT count(*) FROM staff_sessions") == 0


async def test_a_composed_and_a_decomposed_password_are_the_same(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province
) -> None:
    await an_officer(db, clock, passwords, here, username="tu", password="ghế tím nhai gạch non")
    await sign_in(db, clock, passwords, here, username="tu", password="ghế tím nhai gạch non")


async def test_more_people_than_can_wait_are_sent_away_and_come_in_later() -> None:
    crowded = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), at_once=1, waiting=1)
    outcomes = await asyncio.gather(*(crowded.hash(PASSWORD) for _ in range(3)), return_exceptions=True)
    assert [isinstance(outcome, SignInBusy) for outcome in outcomes] == [False, False, True]
    assert await crowded.check(await crowded.hash(PASSWORD), PASSWORD)


async def test_a_stored_text_that_is_no_hash_fits_no_password(passwords: Passwords) -> None:
    assert not await passwords.check("not a hash", PASSWORD)


async def test_a_sign_in_waits_for_a_password_change_under_way_and_then_fails(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId
) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with write_work(db, clock, here.tenant_id) as work:
        await service.set_password(work, passwords, here.tenant_id, username="hoa", password="purple-chair-eats-brick")
        await work.settle()
        attempt = asyncio.create_task(sign_in(db, clock, passwords, here))
        async with asyncio.timeout(10):
            while not await db.lane.fetchval(waiting):
                await asyncio.sleep(0.01)
    with pytest.raises(WrongCredentials):
        await attempt
    assert await db.lane.fetchval("SELECT count(*) FROM staff_sessions") == 0
