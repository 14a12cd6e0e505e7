"""What a token is worth: read afresh at every request, by one statement."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.db.engine import Database
from app.db.work import write_work
from app.identity import service
from app.identity.domain import SEEN_STEP, new_citizen_token, new_staff_token, parse_token
from app.identity.errors import SessionExpired
from app.identity.service import Passwords
from app.identity.service.sessions import KEEP_ENDED_SESSIONS
from app.identity.terms import ActorKind, CitizenToken, ClientToken, Membership, Role, SignedIn, StaffToken
from app.kit.clock import FixedClock
from app.kit.ids import CitizenId, StaffId, uuid7
from tests.officers import Province, sign_in
from tests.statements import Statements

Token = StaffToken | CitizenToken | ClientToken


async def expect_expired(db: Database, clock: FixedClock, province: Province, token: Token) -> None:
    with pytest.raises(SessionExpired):
        await service.authenticate(db, province.tenant_id, token, now=clock.now())


@pytest.fixture
async def session(db: Database, clock: FixedClock, passwords: Passwords, here: Province, hoa: StaffId) -> SignedIn:
    return (await sign_in(db, clock, passwords, here)).signed_in


async def test_a_token_gives_its_officer_with_memberships_in_one_statement(
    db: Database, clock: FixedClock, here: Province, session: SignedIn, statements: Statements
) -> None:
    assert await service.authenticate(db, here.tenant_id, session.token, now=clock.now()) == session
    assert len(statements) == 1


async def test_a_token_ends_with_its_hours(db: Database, clock: FixedClock, here: Province, session: SignedIn) -> None:
    clock.at += timedelta(hours=12)
    await expect_expired(db, clock, here, session.token)


async def test_signing_out_acts_at_once_and_twice_is_no_harm(
    db: Database, clock: FixedClock, here: Province, session: SignedIn
) -> None:
    await service.sign_out(db, session, now=clock.now())
    await expect_expired(db, clock, here, session.token)
    await service.sign_out(db, session, now=clock.now())


async def test_a_token_is_worth_nothing_in_another_province_and_costs_no_statement(
    db: Database, clock: FixedClock, elsewhere: Province, session: SignedIn, statements: Statements
) -> None:
    await expect_expired(db, clock, elsewhere, session.token)
    assert len(statements) == 0


async def test_a_token_whose_tenant_was_rewritten_is_unknown(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, elsewhere: Province, hoa: StaffId
) -> None:
    text = (await sign_in(db, clock, passwords, here)).access_token
    forged = parse_token(text.replace(f"lts_{here.tenant_id}_", f"lts_{elsewhere.tenant_id}_"))
    assert isinstance(forged, StaffToken)
    await expect_expired(db, clock, elsewhere, forged)
    true = parse_token(text)
    assert isinstance(true, StaffToken)
    await expect_expired(db, clock, elsewhere, StaffToken(elsewhere.tenant_id, true.hash))


async def test_an_invented_token_is_unknown(db: Database, clock: FixedClock, here: Province) -> None:
    for text in (new_staff_token(here.tenant_id), new_citizen_token(CitizenId(uuid7(clock.now())))):
        token = parse_token(text)
        assert token is not None
        await expect_expired(db, clock, here, token)


async def test_a_new_password_ends_every_session(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, session: SignedIn
) -> None:
    async with write_work(db, clock, here.tenant_id) as work:
        await service.set_password(work, passwords, here.tenant_id, username="hoa", password="purple-chair-eats-brick")
    await expect_expired(db, clock, here, session.token)
    await sign_in(db, clock, passwords, here, password="purple-chair-eats-brick")


async def test_an_account_set_inactive_is_out_at_once_and_stays_out_when_active_again(
    db: Database, clock: FixedClock, here: Province, session: SignedIn
) -> None:
    for active in (False, True):
        async with write_work(db, clock, here.tenant_id) as work:
            await service.set_active(work, here.tenant_id, username="hoa", active=active)
        await expect_expired(db, clock, here, session.token)


async def test_memberships_follow_their_validity(
    db: Database, clock: FixedClock, here: Province, session: SignedIn
) -> None:
    dispatcher = Membership(here.unit_id, Role.DISPATCHER)
    clock.at += timedelta(minutes=1)
    async with write_work(db, clock, here.tenant_id) as work:
        await service.grant(work, here.tenant_id, username="hoa", membership=dispatcher)
        await service.grant(work, here.tenant_id, username="hoa", membership=dispatcher)
    now = await service.authenticate(db, here.tenant_id, session.token, now=clock.now())
    assert now.actor.memberships == (*session.actor.memberships, dispatcher)
    before = await service.authenticate(db, here.tenant_id, session.token, now=clock.now() - timedelta(seconds=1))
    assert before.actor.memberships == session.actor.memberships
    async with write_work(db, clock, here.tenant_id) as work:
        await service.end_membership(work, here.tenant_id, username="hoa", membership=dispatcher)
    after = await service.authenticate(db, here.tenant_id, session.token, now=clock.now())
    assert after.actor.memberships == session.actor.memberships


async def test_the_last_use_is_kept_to_a_quarter_of_an_hour(
    db: Database, clock: FixedClock, here: Province, session: SignedIn, statements: Statements
) -> None:
    clock.at += SEEN_STEP
    await service.authenticate(db, here.tenant_id, session.token, now=clock.now())
    assert len(statements) == 2
    assert await db.lane.fetchval("SELECT last_seen_at FROM staff_sessions") == clock.now()
    statements.clear()
    await service.authenticate(db, here.tenant_id, session.token, now=clock.now() + timedelta(minutes=1))
    assert len(statements) == 1


async def test_a_device_is_a_citizen_in_every_province_until_it_signs_out(
    db: Database, clock: FixedClock, here: Province, elsewhere: Province, statements: Statements
) -> None:
    new = await service.register_device(db, here.tenant_id, user_agent="app", now=clock.now())
    assert len(statements) == 1
    clock.at += timedelta(days=1000)
    for province in (here, elsewhere):
        found = await service.authenticate(db, province.tenant_id, new.signed_in.token, now=clock.now())
        assert found.actor.kind is ActorKind.CITIZEN
        assert found.actor.citizen_id == new.signed_in.actor.id
        assert found.actor.tenant_id == province.tenant_id
    await service.sign_out(db, new.signed_in, now=clock.now())
    await expect_expired(db, clock, here, new.signed_in.token)


async def test_a_citizens_token_does_not_open_another_citizens_account(
    db: Database, clock: FixedClock, here: Province
) -> None:
    one = await service.register_device(db, here.tenant_id, user_agent="", now=clock.now())
    other = await service.register_device(db, here.tenant_id, user_agent="", now=clock.now())
    citizen = other.signed_in.actor.citizen_id
    assert citizen is not None
    await expect_expired(db, clock, here, CitizenToken(citizen, one.signed_in.token.hash))


async def test_pruning_forgets_what_ended_long_ago_and_nothing_else(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, session: SignedIn
) -> None:
    clock.at += KEEP_ENDED_SESSIONS + timedelta(hours=13)
    fresh = (await sign_in(db, clock, passwords, here)).signed_in
    async with write_work(db, clock, here.tenant_id) as work:
        await service.prune(work, here.tenant_id)
    left = await db.lane.fetch("SELECT token_hash FROM staff_sessions")
    assert [row["token_hash"] for row in left] == [fresh.token.hash]
