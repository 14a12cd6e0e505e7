"""Fixtures of identity: a province, another one, and an officer who can sign in."""

from __future__ import annotations

import pytest

from app.db.engine import Database
from app.identity.service import Passwords
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.kit.ids import StaffId
from tests.officers import Province, an_officer, cheap_passwords, two_provinces


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Password checks that cost next to nothing."""
    return cheap_passwords()


@pytest.fixture
async def provinces(db: Database) -> tuple[Province, Province]:
    """Two provinces on `db`."""
    return await two_provinces(db)


@pytest.fixture
def here(provinces: tuple[Province, Province]) -> Province:
    """The province the test acts in."""
    return provinces[0]


@pytest.fixture
def elsewhere(provinces: tuple[Province, Province]) -> Province:
    """Another province."""
    return provinces[1]


@pytest.fixture
async def hoa(db: Database, clock: FixedClock, passwords: Passwords, here: Province) -> StaffId:
    """An officer and approver of the unit, user name `hoa`."""
    return await an_officer(db, clock, passwords, here, Role.OFFICER, Role.APPROVER)
