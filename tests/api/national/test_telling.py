"""Service requests reach the national portal in order and once in effect, however badly it behaves."""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import timedelta
from typing import Any

import pytest

from app.db.engine import Database
from app.kit.clock import FixedClock
from app.national.service import Courier
from app.process import Process
from tests.api.national.conftest import NewLife, line_to
from tests.applicants import Life, Offices
from tests.builders import HAIDUONG
from tests.ministry import Manner, ministry
from tests.statements import Statements

BAD = [manner for manner in Manner if manner not in {Manner.GOOD, Manner.REFUSING, Manner.HANGING}]


async def test_the_portal_reads_each_fact_as_it_was(
    a_life: NewLife, at_work: Offices, process: Process, clock: FixedClock, db: Database
) -> None:
    async with ministry() as portal, line_to(portal, process, clock) as province:
        life = await a_life()
        missing = [{"about": "contract", "reason": "Trang 2 của bà Hoa mờ."}]
        clock.at += timedelta(minutes=1)
        assert (await life.do(at_work.commune, "ask-supplement", missing=missing, text="Xin chụp lại.")).is_success
        clock.at += timedelta(minutes=1)
        assert (await life.ask("supplement", text="Tôi gửi lại")).is_success
        clock.at += timedelta(minutes=1)
        assert (await life.do(at_work.commune, "accept")).is_success
        assert (await life.do(at_work.commune, "note", reason="Chuyện nội bộ")).is_success
        await province.note()
        await province.note()
        assert await province.push() == 4, "a note among officers is nobody else's"
        envelopes = portal.asked
        assert [one["isUpdating"] for one in envelopes] == ["False", "True", "True", "True"]
        assert {(one["session"], one["madonvi"], one["service"]) for one in envelopes} == {
            ("session-1", "H23.21.01", "DongBoHoSoMC")
        }
        came = portal.came[life.code]
        assert [record["TrangThai"] for record in came] == [1, 5, 1, 2]
        first, _, supplied, accepted = came
        assert first == {
            "MaHoSo": life.code,
            "PhienBan": 1,
            "MaTTHC": "1.004227",
            "ChuHoSo": "Nguyễn Thị Hoa",
            "NgayTiepNhan": "",
            "NgayHenTra": "",
            "TrangThai": 1,
            "ThoiDiemXuLy": "20261120100000",
            "NoiDungXuLy": "Hồ sơ đã được nộp (UBND phường Cẩm Thượng)",
            "TaiLieuNop": first["TaiLieuNop"],
            "DanhSachHoSoBoSung": [],
        }, "as it stood then, though three things have happened since"
        assert [one["MaThanhPhanHoSo"] for one in first["TaiLieuNop"]] == ["certificate", "contract"]
        (more,) = supplied["DanhSachHoSoBoSung"]
        assert (more["HoSoBoSungId"], more["NgayBoSung"], more["NgayTiepNhanBoSung"], more["TrangThaiBoSung"]) == (
            f"{life.code}-1",
            "20261120100100",
            "20261120100200",
            1,
        )
        assert (accepted["NgayTiepNhan"], accepted["NgayHenTra"][:8]) == ("20261120100300", "20261221")
        told = str(came)
        assert "Tôi gửi lại" not in told
        assert "Trang 2" not in told, "officers' own words stay here"
        assert "của Hoa" not in told, "so do names that people give their files"
        assert "030123456789" not in told


async def _live(life: Life, at_work: Offices, dice: random.Random) -> None:
    """One thing happens to the service request, if it may."""
    missing = [{"about": "contract", "reason": "Mờ."}]
    bodies: dict[str, dict[str, Any]] = {
        "ask-supplement": {"missing": missing, "text": "Xin gửi lại."},
        "accept": {},
        "stop": {"reason": "Chờ."},
        "resume": {},
        "complete": {"step": "receive"},
        "decline-withdrawal": {"reason": "Đang làm."},
    }
    verb = dice.choice([*bodies, "supplement", "withdrawal"])
    if verb in bodies:
        await life.do(at_work.commune, verb, **bodies[verb])
    else:
        await life.ask(verb, **({"text": "Đây."} if verb == "supplement" else {}))


@pytest.mark.parametrize(("seed", "versioned"), [(1, True), (2, True), (3, False), (4, False)])
async def test_both_sides_are_equal_in_the_end_and_nothing_goes_back(
    seed: int, versioned: bool, a_life: NewLife, at_work: Offices, process: Process, clock: FixedClock, db: Database
) -> None:
    dice = random.Random(seed)
    async with ministry(versioned=versioned) as portal, line_to(portal, process, clock) as province:
        lives = [await a_life() for _ in range(3)]
        for _ in range(8):
            for life in lives * 2:
                clock.at += timedelta(minutes=dice.randint(1, 90))
                await _live(life, at_work, dice)
            await province.note()
            portal.manners = [dice.choice([Manner.GOOD, *BAD]) for _ in range(4)]
            await province.courier.deliver([HAIDUONG])
        await province.push()
        portal.end_what_is_late(everything=True)
        assert not province.outcomes.count("refused")
        assert portal.mistaken == [], "new under a code that is there, or a change of what is not"
        ours = await province.stands()
        assert len(ours) == 3
        if versioned:
            assert province.there() == ours
        for record in (record for came in portal.came.values() for record in came):
            assert record["TrangThai"] in range(1, 11)
        clock.at += timedelta(days=1)
        assert await province.compare(mend=True) is not None
        await province.push()
        clock.at += timedelta(days=1)
        await province.compare()
        assert province.there() == ours, "what came late and in the wrong order has been told again"
        assert await db.lane.fetchval("SELECT count(*) FROM national_findings") == 0
        for code, came in portal.came.items():
            firsts = list(dict.fromkeys(record["PhienBan"] for record in came))
            assert firsts == sorted(firsts), f"{code}: a version was told before an older one"


async def test_a_state_that_went_back_there_is_found_and_told_again(
    a_life: NewLife, process: Process, clock: FixedClock, db: Database
) -> None:
    async with ministry(versioned=False) as portal, line_to(portal, process, clock) as province:
        life = await a_life()
        await province.note()
        portal.manners, portal.delay = [Manner.DELAYED], 1000
        await province.courier.deliver([HAIDUONG])
        clock.at += timedelta(minutes=5)
        await province.courier.deliver([HAIDUONG])
        await life.ask("withdrawal")
        await province.note()
        await province.push()
        portal.end_what_is_late(everything=True)
        assert province.there() == {life.code: 1}, "the request of five minutes ago has come after all"
        clock.at += timedelta(days=1)
        await province.compare(mend=True)
        findings = await db.lane.fetch("SELECT code, difference, ours, theirs FROM national_findings")
        assert [tuple(row) for row in findings] == [(life.code, "other_state", 7, 1)]
        await province.push()
        assert province.there() == {life.code: 7}
        portal.has.clear()
        portal.has["X-1"] = {"MaHoSo": "X-1", "TrangThai": 4}
        clock.at += timedelta(days=1)
        await province.compare(mend=True)
        rows = await db.lane.fetch("SELECT code, difference, ours, theirs FROM national_findings ORDER BY code")
        assert [tuple(row) for row in rows] == [(life.code, "missing", 7, None), ("X-1", "unknown_here", None, 4)]
        await province.push()
        assert province.there() == {life.code: 7, "X-1": 4}, "what it has lost it gets again, as it stands now"
        assert portal.asked[-1]["isUpdating"] == "False"


async def test_a_record_is_sent_once_more_only_when_the_portal_has_not_got_it(
    a_life: NewLife, process: Process, clock: FixedClock, db: Database
) -> None:
    async with ministry() as portal, line_to(portal, process, clock) as province:
        life = await a_life()
        await province.note()
        portal.manners = [Manner.MUTE]
        await province.push()
        assert [one["service"] for one in portal.asked] == ["DongBoHoSoMC", "TraCuuHoSo"], "asked, and not sent again"
        assert province.outcomes == ["unsure", "found"]
        await life.ask("withdrawal")
        await province.note()
        portal.manners = [Manner.DEAF]
        await province.push()
        assert [one["isUpdating"] for one in portal.asked if one["service"] == "DongBoHoSoMC"] == [
            "False",
            "True",
            "True",
        ]
        assert [record["PhienBan"] for record in portal.came[life.code]] == [1, 2]


async def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    a_life: NewLife, process: Process, clock: FixedClock, db: Database
) -> None:
    async with ministry() as portal, line_to(portal, process, clock) as province:
        life = await a_life()
        await province.note()
        portal.manners = [Manner.HANGING]
        killed = asyncio.create_task(province.courier.deliver([HAIDUONG]))
        await portal.arrived.wait()
        await asyncio.sleep(0.02)
        killed.cancel()
        await asyncio.wait([killed])
        assert await province.courier.deliver([HAIDUONG]) == 0, "its claim holds for a while"
        await province.push()
        assert [record["PhienBan"] for record in portal.came[life.code]] == [1]
        assert province.outcomes == ["found"]


async def test_what_it_refuses_is_given_up_loudly_and_holds_back_its_own_request_alone(
    a_life: NewLife, process: Process, clock: FixedClock, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with ministry() as portal, line_to(portal, process, clock) as province:
        first, second = await a_life(), await a_life()
        await province.note()
        portal.refuses = {first.code}
        with caplog.at_level(logging.DEBUG):
            await province.push()
        assert list(portal.has) == [second.code]
        rows = await db.lane.fetch("SELECT code, state, last_code, attempts FROM national_pushes WHERE state = 'dead'")
        assert [tuple(row) for row in rows] == [(first.code, "dead", "E-17", 6)]
        assert "Hoa" not in caplog.text, "what the portal says may quote whom the record is of"
        portal.refuses = set()
        await province.compare(mend=True)
        assert await province.push() == 0, "nobody is asked again and again for what they have refused"


async def test_a_portal_that_is_away_is_left_alone_and_everything_waits(
    a_life: NewLife, process: Process, clock: FixedClock, db: Database
) -> None:
    async with ministry() as portal, line_to(portal, process, clock) as province:
        for _ in range(2):
            await a_life()
        await province.note()
        portal.manners = [Manner.BUSY] * 1000
        for _ in range(30):
            await province.courier.deliver([HAIDUONG])
            clock.at += timedelta(seconds=5)
        assert len(portal.asked) < 20, "the line rests longer each time"
        row = await db.lane.fetchrow("SELECT sum(attempts) AS attempts, count(*) AS waiting FROM national_pushes")
        assert tuple(row or ()) == (0, 2), "that is not the records' fault"
        portal.manners = []
        await province.push()
        assert len(portal.has) == 2


async def test_a_clock_that_is_set_back_keeps_nothing_waiting(
    a_life: NewLife, process: Process, clock: FixedClock, db: Database
) -> None:
    async with ministry() as portal, line_to(portal, process, clock) as province:
        await a_life()
        await province.note()
        courier, began = province.courier, clock.at
        clock.at += timedelta(days=1)
        portal.manners = [Manner.BUSY] * 1000
        for _ in range(12):
            await courier.deliver([HAIDUONG])
            clock.at += timedelta(minutes=1)
        assert await db.lane.fetchval("SELECT retry_at IS NOT NULL FROM national_links"), "the line rests"
        portal.manners, clock.at = [], began
        assert await courier.deliver([HAIDUONG]) == 1
        assert len(portal.has) == 1


async def test_the_work_is_few_statements_when_nothing_waits(
    process: Process, clock: FixedClock, db: Database, statements: Statements
) -> None:
    async with ministry() as portal, line_to(portal, process, clock) as province:
        courier: Courier = province.courier
        await courier.deliver([HAIDUONG])  # the first turn looks at what a clock set back may have left
        statements.clear()
        assert await courier.deliver([HAIDUONG]) == 0
        assert len(statements) == 1
        assert portal.asked == []
