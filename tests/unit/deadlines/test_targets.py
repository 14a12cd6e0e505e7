"""Which target holds: by what it says, by when it is in force; and that the packaged ones agree with the categories."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.catalogue.domain import target_working_days
from app.catalogue.seed import packaged_categories
from app.catalogue.terms import Priority
from app.deadlines.domain import choose, in_force
from app.deadlines.models import clock_from, clock_values
from app.deadlines.seed import packaged_targets
from app.deadlines.snapshot import Targets
from app.deadlines.terms import Clock, Extension, Pause, PauseCause, Target, TargetKind, TimeUnit
from app.directory.terms import Tier
from app.kit.ids import TenantId
from app.kit.text import Text

TENANT = TenantId(1)
ON = date(2026, 11, 20)
ANY = Target(
    TENANT, "any", 1, TargetKind.RESOLUTION, 7, TimeUnit.WORKING_DAY, Text("a", "a"), "nguồn", date(2021, 1, 1)
)


def chosen(*targets: Target, priority: Priority = Priority.NORMAL) -> str | None:
    found = choose(
        targets,
        TargetKind.RESOLUTION,
        lineage=("roads.pothole", "roads"),
        tier=Tier.COMMUNE,
        priority=priority,
    )
    return found.code if found else None


def test_the_target_that_says_most_holds() -> None:
    roads = replace(ANY, code="roads", categories=("roads",))
    pothole = replace(ANY, code="pothole", categories=("roads.pothole", "trees"))
    commune = replace(ANY, code="commune", categories=("roads",), tier=Tier.COMMUNE)
    province = replace(ANY, code="province", categories=("roads.pothole",), tier=Tier.PROVINCE)
    urgent = replace(ANY, code="urgent", priority=Priority.URGENT)
    other = replace(ANY, code="other", categories=("trees",))
    acceptance = replace(ANY, code="acceptance", kind=TargetKind.ACCEPTANCE, categories=("roads.pothole",))
    assert chosen(ANY) == "any"
    assert chosen(ANY, roads) == "roads"
    assert chosen(pothole, ANY, roads) == "pothole"
    assert chosen(ANY, roads, commune) == "commune"
    assert chosen(pothole, commune) == "pothole"
    assert chosen(pothole, urgent, priority=Priority.URGENT) == "urgent"
    assert chosen(pothole, urgent) == "pothole"
    assert chosen(other, province, acceptance) is None


def test_of_two_that_say_as_much_the_first_by_code_holds() -> None:
    assert chosen(replace(ANY, code="b"), replace(ANY, code="a")) == "a"


def test_versions_follow_one_another_from_their_day_on() -> None:
    later = replace(ANY, version=2, amount=5, valid_from=date(2026, 12, 1))
    ended = replace(ANY, version=3, amount=4, valid_from=date(2027, 1, 1), valid_to=date(2027, 1, 31))
    versions = [ended, ANY, later]
    asked = [date(2020, 1, 1), ON, date(2026, 12, 1), date(2027, 1, 31), date(2027, 2, 1)]
    assert [[one.amount for one in in_force(versions, day)] for day in asked] == [[], [7], [5], [4], []]
    corrected = replace(later, version=4, amount=6)
    assert [one.amount for one in in_force([corrected, later, ANY], date(2026, 12, 2))] == [6]


@pytest.mark.parametrize("priority", [Priority.NORMAL, Priority.URGENT])
def test_the_packaged_targets_promise_what_the_packaged_categories_say(priority: Priority) -> None:
    targets = Targets(packaged_targets(TENANT))
    for category in packaged_categories(TENANT):
        lineage = (category.code, category.parent) if category.parent else (category.code,)
        found = targets.find(
            TENANT, TargetKind.RESOLUTION, lineage=lineage, tier=category.default_tier, priority=priority, on=ON
        )
        if found is None:
            assert category.kind.diverted, f"{category.code} has no target and is handled here"
            continue
        assert found.amount == target_working_days(category, priority), category.code
        if priority is Priority.NORMAL:
            assert found.legal_basis == category.legal_basis, category.code


def test_every_packaged_target_says_its_source_and_proposals_say_that_they_are_no_law() -> None:
    for target in packaged_targets(TENANT):
        assert target.source
        is_law = target.kind is TargetKind.RESOLUTION
        assert is_law is ("đề xuất" not in target.legal_basis.vi), target.code
    pakn = next(target for target in packaged_targets(TENANT) if target.code == "pakn")
    assert (pakn.amount, pakn.extend_to) == (15, 60)


def test_a_clock_is_read_as_it_was_written() -> None:
    at = datetime(2026, 11, 20, 3, tzinfo=UTC)
    clock = Clock(
        3,
        TimeUnit.WORKING_HOUR,
        at,
        target="urban@1",
        pauses=(Pause(at, PauseCause.PAYMENT, at), Pause(at, PauseCause.REPORTER)),
        extensions=(Extension(at, 7200, "Mưa lớn", None),),
    )
    assert clock_from(clock_values(clock)) == clock
