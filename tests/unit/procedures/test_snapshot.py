"""Procedures in memory: which version is open, and what is found by words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.kit.ids import TenantId
from app.procedures.errors import RetiredProcedure, UnknownProcedure
from app.procedures.seed import packaged_procedures
from app.procedures.snapshot import Procedures
from app.procedures.terms import LifeEvent

TENANT = TenantId(1)
DAY = date(2026, 11, 20)
MARITAL, LAND = "1.004873", "1.004227"


def versioned() -> Procedures:
    """The packaged procedures, of which marital status has a second version from December."""
    packaged = packaged_procedures(TENANT)
    first = next(one for one in packaged if one.code == MARITAL)
    return Procedures([*packaged, replace(first, version=2, valid_from=date(2026, 12, 1), working_days=2)])


def test_a_new_version_takes_over_on_its_day_and_the_old_one_stays() -> None:
    procedures = versioned()
    assert procedures.open_procedure(TENANT, MARITAL, DAY).version == 1
    assert procedures.open_procedure(TENANT, MARITAL, date(2026, 12, 1)).version == 2
    kept = procedures.find(TENANT, MARITAL, 1)
    assert kept is not None
    assert kept.working_days == 3
    assert procedures.find(TENANT, MARITAL, 3) is None
    assert [one.version for one in procedures.all_open(TENANT, date(2026, 12, 1)) if one.code == MARITAL] == [2]


def test_an_unknown_code_and_an_ended_one_are_told_apart() -> None:
    ended = [
        replace(one, valid_to=date(2026, 10, 31)) if one.code == MARITAL else one for one in packaged_procedures(TENANT)
    ]
    procedures = Procedures(ended)
    with pytest.raises(RetiredProcedure):
        procedures.open_procedure(TENANT, MARITAL, DAY)
    with pytest.raises(UnknownProcedure) as caught:
        procedures.open_procedure(TENANT, "1.004228", DAY)
    assert caught.value.extensions["suggestions"][0]["code"] == LAND  # type: ignore[index]
    with pytest.raises(UnknownProcedure):
        procedures.open_procedure(TenantId(9), LAND, DAY)
    assert procedures.tenants() == (TENANT,)


@pytest.mark.parametrize(
    ("words", "first", "rank"),
    [
        ("tinh trang hon nhan", MARITAL, 0),
        ("hôn nhân tình trạng", MARITAL, 1),
        ("GIAY DOC THAN", MARITAL, 2),
        ("so do sang ten", LAND, 2),
        ("land title", LAND, 2),
        ("1.004227", LAND, 2),
    ],
)
def test_procedures_are_found_without_diacritics_and_by_what_people_call_them(
    words: str, first: str, rank: int
) -> None:
    found = versioned().search(TENANT, words, DAY)
    assert (found[0].procedure.code, found[0].rank) == (first, rank)


def test_procedures_are_found_by_life_event() -> None:
    found = versioned().search(TENANT, "", DAY, life_event=LifeEvent.HOUSE_LAND)
    assert LAND in [one.procedure.code for one in found]
    assert MARITAL not in [one.procedure.code for one in found]
    assert versioned().search(TENANT, "xyzzy", DAY) == ()
