"""Calendars as they stand in the database."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from app.db.work import Work
from app.deadlines.errors import CalendarExhausted
from app.deadlines.models import CalendarDay, CalendarEditRow, TargetRow
from app.deadlines.repository import load_calendars
from app.deadlines.seed import seed
from app.kit.ids import TenantId
from tests.statements import Statements

HAIDUONG = 1


async def test_every_tenant_gets_a_calendar_two_years_ahead(work: Work, statements: Statements) -> None:
    calendars = await load_calendars(work.session)
    assert len(statements) == 5
    assert len(calendars.by_tenant) >= 2
    for calendar in calendars.by_tenant.values():
        assert calendar.first == date(2021, 1, 1)
        assert calendar.last == date(2028, 12, 31)
        assert not calendar.works(date(2026, 1, 2))
        assert calendar.works(date(2026, 1, 10))


async def test_loading_again_changes_nothing(work: Work) -> None:
    await seed(work)
    assert await seed(work) is False


async def test_a_day_set_by_an_administrator_survives_loading(work: Work) -> None:
    await work.session.execute(
        update(CalendarDay)
        .where(CalendarDay.day == date(2026, 8, 22))
        .values(kind="closure", name_vi="Bão số 5", name_en="Storm", edited=True)
    )
    await work.session.execute(
        update(CalendarDay).where(CalendarDay.day == date(2026, 8, 31)).values(name_vi="Sai", kind="closure")
    )
    assert await seed(work) is True
    calendars = await load_calendars(work.session)
    for calendar in calendars.by_tenant.values():
        assert calendar.special[date(2026, 8, 22)].name.vi == "Bão số 5"
        assert calendar.special[date(2026, 8, 31)].kind.value == "swapped_off"


async def test_a_calendar_that_cannot_be_made_is_its_own_tenants_trouble(
    work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    whole = await load_calendars(work.session)
    # Whatever it is that a row may hold which no calendar can be made of.
    await work.session.execute(
        update(CalendarEditRow)
        .where(CalendarEditRow.tenant_id == HAIDUONG)
        .values(content={"week": [[["half past seven", "noon"]]] * 7})
    )
    left = await load_calendars(work.session)
    assert set(left.by_tenant) == set(whole.by_tenant) - {TenantId(HAIDUONG)} != set()
    assert "the calendars of tenant 1 cannot be made" in caplog.text
    with pytest.raises(CalendarExhausted):
        left.of(TenantId(HAIDUONG))


async def test_a_target_that_cannot_be_read_is_its_own_tenants_trouble(
    work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    whole = await load_calendars(work.session)
    other = next(tenant for tenant in whole.by_tenant if tenant != HAIDUONG)
    await work.session.execute(
        update(TargetRow).where(TargetRow.tenant_id == HAIDUONG, TargetRow.code == "urban").values(categories=5)
    )
    left = await load_calendars(work.session)
    codes = {target.code for target in whole.targets.versions(TenantId(HAIDUONG))}
    assert {target.code for target in left.targets.versions(TenantId(HAIDUONG))} == codes - {"urban"} != codes
    assert len(left.targets.versions(other)) == len(whole.targets.versions(other))
    assert set(left.by_tenant) == set(whole.by_tenant)
    assert "target urban of tenant 1 cannot be read" in caplog.text
