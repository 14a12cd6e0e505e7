"""Accounts as administrators keep them."""

from __future__ import annotations

import pytest

from app.db.engine import Database
from app.db.work import read_work, write_work
from app.identity import service
from app.identity.errors import AccountNotFound, InvalidAccount, UsernameTaken
from app.identity.service import Passwords
from app.identity.terms import Membership, Role
from app.kit.clock import FixedClock
from app.kit.ids import StaffId
from tests.officers import PASSWORD, Province, an_officer
from tests.statements import Statements


async def test_a_user_name_is_taken_once_per_province(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province, elsewhere: Province, hoa: StaffId
) -> None:
    with pytest.raises(UsernameTaken):
        await an_officer(db, clock, passwords, here, username="HOA")
    await an_officer(db, clock, passwords, elsewhere, username="hoa")


async def test_a_weak_password_makes_no_account(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province
) -> None:
    with pytest.raises(InvalidAccount):
        await an_officer(db, clock, passwords, here, password="short")
    async with read_work(db, clock, here.tenant_id) as work:
        assert await service.find_staff(work, here.tenant_id, username="hoa") is None


async def test_staff_are_listed_by_user_name_with_what_they_hold_in_two_statements(
    db: Database,
    clock: FixedClock,
    passwords: Passwords,
    here: Province,
    elsewhere: Province,
    hoa: StaffId,
    statements: Statements,
) -> None:
    await an_officer(db, clock, passwords, here, username="an")
    await an_officer(db, clock, passwords, elsewhere, username="binh")
    async with read_work(db, clock, here.tenant_id) as work:
        statements.clear()
        listed = await service.list_staff(work, here.tenant_id)
        assert len(statements) == 2
        found = await service.find_staff(work, here.tenant_id, username="Hoa")
    assert [account.username for account in listed] == ["an", "hoa"]
    assert listed[0].memberships == ()
    assert listed[1] == found
    assert listed[1].id == hoa
    assert set(listed[1].memberships) == {
        Membership(here.unit_id, Role.OFFICER),
        Membership(here.unit_id, Role.APPROVER),
    }


async def test_a_membership_names_a_unit_of_the_same_province(
    db: Database, clock: FixedClock, here: Province, elsewhere: Province, hoa: StaffId
) -> None:
    with pytest.raises(Exception, match="fk_memberships_tenant_id_unit_id"):
        async with write_work(db, clock, here.tenant_id) as work:
            await service.grant(
                work, here.tenant_id, username="hoa", membership=Membership(elsewhere.unit_id, Role.OFFICER)
            )


async def test_verbs_on_an_unknown_account_say_so(
    db: Database, clock: FixedClock, passwords: Passwords, here: Province
) -> None:
    held = Membership(here.unit_id, Role.OFFICER)
    async with write_work(db, clock, here.tenant_id) as work:
        with pytest.raises(AccountNotFound):
            await service.set_password(work, passwords, here.tenant_id, username="nobody", password=PASSWORD)
        with pytest.raises(AccountNotFound):
            await service.set_active(work, here.tenant_id, username="không ai", active=False)
        with pytest.raises(AccountNotFound):
            await service.grant(work, here.tenant_id, username="nobody", membership=held)
        with pytest.raises(AccountNotFound):
            await service.end_membership(work, here.tenant_id, username="nobody", membership=held)
