"""Rulebooks in the database: packaged, published, superseded, never edited."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.catalogue.terms import CategoryCode
from app.db.engine import Database
from app.db.reference import read_versions
from app.db.work import Work, write_work
from app.identity.terms import Actor, ActorKind, Membership, Role
from app.kit.clock import FixedClock
from app.kit.ids import StaffId, UnitId, uuid7
from app.kit.problems import Forbidden, Problem
from app.kit.text import Text
from app.routing import repository, service
from app.routing.errors import InvalidRulebook, RulebookRace, StaleRulebook
from app.routing.models import Rulebook
from app.routing.seed import packaged_rulebook, seed
from app.routing.terms import Conditions, NamedUnit, Published, Rule, RuleCode
from tests.provinces import HAIDUONG, packaged_provinces
from tests.statements import Statements

REASON = Text("Do {unit} phụ trách", "By {unit}")


def an_actor(work: Work, *roles: Role) -> Actor:
    """Staff of Hải Dương with these roles."""
    memberships = tuple(Membership(UnitId(uuid7(work.now)), role) for role in roles)
    return Actor(ActorKind.STAFF, HAIDUONG, StaffId(uuid7(work.now)), "Hoa", memberships)


def a_rule(category: str = "roads", unit: str = "H23.02") -> Rule:
    """Everything of the category goes to the unit."""
    return Rule(RuleCode("only"), Conditions((CategoryCode(category),)), NamedUnit(unit), REASON)


async def published(work: Work, rule: Rule, *, based_on: int | None = 1, role: Role = Role.TENANT_ADMIN) -> Published:
    """What publishing a rulebook of this one rule gives."""
    return await service.publish_rulebook(
        work,
        an_actor(work, role),
        [rule],
        directory=packaged_provinces().directory,
        catalogue=packaged_provinces().catalogue,
        note="Theo quyết định mới",
        based_on=based_on,
    )


async def rulebooks_of(work: Work) -> int:
    """How many versions Hải Dương has."""
    counted = select(func.count()).select_from(Rulebook).where(Rulebook.tenant_id == HAIDUONG)
    return int(await work.session.scalar(counted) or 0)


async def test_the_packaged_rulebooks_are_there_and_load_in_one_statement(work: Work, statements: Statements) -> None:
    books = await repository.load(work.session)
    assert len(statements) == 1
    packaged = packaged_rulebook(HAIDUONG, "haiduong")
    assert packaged is not None
    assert books.book(HAIDUONG, work.now).rules == packaged[0].rules


async def test_seeding_again_changes_nothing(work: Work) -> None:
    assert await seed(work) is False
    assert await rulebooks_of(work) == 1


async def test_a_new_version_decides_from_its_instant_and_the_old_one_stays(work: Work) -> None:
    before = await read_versions(work.session)
    version = await published(work, a_rule())
    assert version.version.version == 2
    books = await repository.load(work.session)
    assert books.book(HAIDUONG, work.now).version == 2
    assert books.book(HAIDUONG, work.now - timedelta(seconds=1)).version == 1
    assert (await read_versions(work.session))["rulebooks"] == before["rulebooks"] + 1


@pytest.mark.parametrize(
    ("rule", "based_on", "role", "refusal"),
    [
        (a_rule(category="rods"), 1, Role.TENANT_ADMIN, InvalidRulebook),
        (a_rule(unit="H99"), 1, Role.TENANT_ADMIN, InvalidRulebook),
        (a_rule(), 0, Role.TENANT_ADMIN, StaleRulebook),
        (a_rule(), 7, Role.TENANT_ADMIN, StaleRulebook),
        (a_rule(), 1, Role.UNIT_ADMIN, Forbidden),
    ],
)
async def test_a_refused_rulebook_writes_nothing(
    work: Work, rule: Rule, based_on: int, role: Role, refusal: type[Problem]
) -> None:
    with pytest.raises(refusal):
        await published(work, rule, based_on=based_on, role=role)
    assert await rulebooks_of(work) == 1


async def test_of_two_who_publish_at_once_one_is_told_to_look_again(committed_db: Database, clock: FixedClock) -> None:
    async with write_work(committed_db, clock, HAIDUONG) as first:
        await published(first, a_rule())
    with pytest.raises(RulebookRace):
        async with write_work(committed_db, clock, HAIDUONG) as second:
            # It looked before the first one committed, and so takes the same number.
            await repository.add_version(
                second, HAIDUONG, 2, [a_rule()], note="", valid_from=clock.now(), created_by=None
            )
