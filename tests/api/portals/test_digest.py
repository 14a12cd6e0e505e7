"""Two sides prove that they hold the same: with the program of docs/portal_mirror.py as the other side."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import rfc8785

from app.db.engine import Database
from app.db.work import write_work
from app.kit.clock import FixedClock
from app.process import Process
from app.publication.domain import canonical_json
from app.publication.repository import portals
from app.worker.restoring import begin_anew
from tests.public_cases import HAIDUONG, Province

from .conftest import Change, Publish

PROGRAM = Path(__file__).parents[3] / "docs" / "portal_mirror.py"
Mirror = Callable[..., Awaitable[tuple[int, list[str]]]]
API = "/api/v1/public/portals/H23.21"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.sqlite"


@pytest.fixture
def mirror(live_url: str, copy: Path) -> Mirror:
    """The other side: how its program ended, and the lines it wrote."""

    async def run(*words: str) -> tuple[int, list[str]]:
        program = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), live_url, "H23.21", str(copy), *words, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await program.communicate()
        assert program.returncode is not None
        return program.returncode, out.decode().splitlines()

    return run


async def test_a_copy_that_followed_holds_the_same(
    mirror: Mirror, publish: Publish, change: Change, clock: FixedClock
) -> None:
    cases = [await publish(at=clock.at - timedelta(days=day)) for day in range(4)]
    assert await mirror("pull") == (0, ["4"])
    assert await mirror("check", "2026-11-01", "2026-12-15") == (0, [])
    clock.at += timedelta(seconds=2)
    await change(cases[0], state="resolved", resolution="fixed", answer="Đã vá xong.")
    await change(cases[1], publication="withheld")
    await change(cases[2], unit="H23.32")
    assert await mirror("pull") == (0, ["3"])
    assert await mirror("check", "2026-11-01", "2026-11-30") == (0, [])


async def test_what_was_lost_changed_and_withdrawn_is_found(
    mirror: Mirror, copy: Path, publish: Publish, change: Change, clock: FixedClock
) -> None:
    lost, changed, withdrawn, moved, same = [await publish(at=clock.at - timedelta(days=day)) for day in range(5)]
    await mirror("pull")
    clock.at += timedelta(seconds=2)
    # The other side loses one, misses the next three, and keeps one.
    with closing(sqlite3.connect(copy)) as held, held:
        held.execute("DELETE FROM cases WHERE code = ?", (lost.code,))
    await change(changed, state="resolved", resolution="fixed", answer="Đã vá xong.")
    await change(withdrawn, publication="withheld")
    await change(moved, unit="H23.32")
    assert await mirror("check", "2026-11-01", "2026-11-30") == (
        1,
        [
            f"2026-11-17 withdrawn {moved.code}",
            f"2026-11-18 withdrawn {withdrawn.code}",
            f"2026-11-19 changed {changed.code}",
            f"2026-11-20 lost {lost.code}",
        ],
    )
    assert same.code


async def test_a_field_that_was_written_otherwise_is_found(mirror: Mirror, copy: Path, publish: Publish) -> None:
    case = await publish()
    await mirror("pull")
    with closing(sqlite3.connect(copy)) as held, held:
        held.execute("UPDATE cases SET body = replace(body, '20.94132', '20.94133')")
    assert await mirror("check", "2026-11-20", "2026-11-20") == (1, [f"2026-11-20 changed {case.code}"])


async def test_the_digest_is_what_the_document_says(
    client: httpx.AsyncClient, publish: Publish, clock: FixedClock
) -> None:
    night = clock.at.replace(hour=17, minute=30)  # half past midnight of the next day in Hải Dương
    await publish(at=night)
    await publish(at=night, lat=21.0, lon=106.0)
    items = (await client.get(f"{API}/changes")).json()["items"]
    lines = sorted(
        f"{one['code']} {one['revision']} {hashlib.sha256(rfc8785.dumps(one['case'])).hexdigest()}\n" for one in items
    )
    digest = (await client.get(f"{API}/digest?from=2026-11-21&to=2026-11-21")).json()
    whole = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert digest == {
        "portal": "H23.21",
        "time_zone": "Asia/Ho_Chi_Minh",
        "days": [{"day": "2026-11-21", "cases": 2, "sha256": whole}],
    }
    day = (await client.get(f"{API}/digest/2026-11-21")).json()
    assert sorted(f"{one['code']} {one['revision']} {one['sha256']}\n" for one in day["items"]) == lines
    first = (await client.get(f"{API}/digest/2026-11-21?limit=1")).json()
    rest = (await client.get(f"{API}/digest/2026-11-21?limit=1&cursor={first['next_cursor']}")).json()
    assert [first["items"][0], rest["items"][0]] == day["items"]
    assert (day["next_cursor"], rest["next_cursor"]) == (None, None)


async def test_what_is_kept_is_what_would_be_made_and_ends_with_each_change(
    client: httpx.AsyncClient, db: Database, publish: Publish, change: Change, clock: FixedClock
) -> None:
    cases = [await publish(at=clock.at - timedelta(days=day)) for day in (0, 0, 1)]
    asked = f"{API}/digest?from=2026-11-18&to=2026-11-21"

    async def keep() -> int:
        async with write_work(db, clock, HAIDUONG) as work:
            return await portals.keep_days(work, HAIDUONG, 100)

    made = (await client.get(asked)).json()
    assert [one["cases"] for one in made["days"]] == [1, 2]
    assert await keep() == 6, "two days of three portals"
    assert await keep() == 0
    assert (await client.get(asked)).json() == made
    await db.lane.fetch("UPDATE unit_publications SET revision = revision + 1")  # behind everybody's back
    assert (await client.get(asked)).json() == made, "it is read, not made"
    await db.lane.fetch("UPDATE unit_publications SET revision = revision - 1")
    for given in ({"state": "resolved", "resolution": "fixed"}, {"unit": "H23.32"}, {"publication": "withheld"}):
        clock.at += timedelta(seconds=2)
        before = (await client.get(asked)).json()
        await change(cases[0], **given)
        after = (await client.get(asked)).json()
        assert (after == before) is (given == {"publication": "withheld"}), "it had gone elsewhere by then"
        await keep()
        assert (await client.get(asked)).json() == after
    assert [one["cases"] for one in after["days"]] == [1, 1]


async def test_a_change_that_is_not_committed_when_a_day_is_kept_ends_what_was_kept(
    client: httpx.AsyncClient, db: Database, province: Province, publish: Publish, clock: FixedClock
) -> None:
    case = await publish()
    clock.at += timedelta(seconds=2)
    async with write_work(db, clock, HAIDUONG) as work:
        await province.change(work, await work.session.merge(case), publication="withheld")
        await province.rebuild(work, case.id)
        async with write_work(db, clock, HAIDUONG) as other:
            assert await portals.keep_days(other, HAIDUONG, 100) == 0, "it waits for nobody"
    assert (await client.get(f"{API}/digest/2026-11-20")).json()["items"] == []
    assert (await client.get(f"{API}/digest")).json()["days"] == []


async def test_a_large_day_that_changed_a_moment_ago_has_no_digest_until_it_is_kept(
    client: httpx.AsyncClient, db: Database, publish: Publish, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await publish()
    whole = (await client.get(f"{API}/digest")).json()["days"]
    monkeypatch.setattr("app.publication.service.portals.MOST_MADE", 2)
    assert (await client.get(f"{API}/digest")).json()["days"] == [{"day": "2026-11-20", "cases": None, "sha256": None}]
    async with write_work(db, clock, HAIDUONG) as work:
        await portals.keep_days(work, HAIDUONG, 100)
    assert (await client.get(f"{API}/digest")).json()["days"] == whole


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": [21.0, 20.94132, -0.5, True, None]},
        {"t": 'Ổ gà "sâu"\n\t\\ \u0007 \u20ac 😀'},
        {"x": {"z": 1, "y": 2}},
    ],
)
def test_the_canonical_form_is_the_standards(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


async def test_all_portals_of_one_case_say_the_same_of_it(client: httpx.AsyncClient, publish: Publish) -> None:
    await publish()
    held = [
        (await client.get(f"/api/v1/public/portals/{unit}/digest/2026-11-20")).json()["items"]
        for unit in ("H23", "H23.21", "H23.21.01")
    ]
    assert held[0] == held[1] == held[2] != []


async def test_changes_come_in_order_and_once(client: httpx.AsyncClient, publish: Publish, clock: FixedClock) -> None:
    codes = []
    for _ in range(5):
        clock.at += timedelta(seconds=1)
        codes.append((await publish()).code)
    found, cursor, more = [], None, True
    while more:
        page = (
            await client.get(f"{API}/changes", params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        ).json()
        found += [one["code"] for one in page["items"]]
        cursor, more = page["cursor"], page["more"]
    assert found == codes
    rest = (await client.get(f"{API}/changes", params={"cursor": cursor})).json()
    assert rest == {"items": [], "cursor": cursor, "more": False}
    later = await publish(at=clock.at)
    assert [one["code"] for one in (await client.get(f"{API}/changes?cursor={cursor}")).json()["items"]] == [later.code]


async def test_a_copy_of_what_a_restored_backup_does_not_know_begins_anew(
    mirror: Mirror, publish: Publish, clock: FixedClock, process: Process
) -> None:
    kept, lost = await publish(), await publish()
    assert await mirror("pull") == (0, ["2"])
    lane = process.db.lane
    for table, key in (("publications", "case_id"), ("unit_publications", "case_id")):  # as a copy of before has it
        await lane.fetch(f"DELETE FROM {table} WHERE {key} = $1", lost.id)
        await lane.fetch(f"UPDATE {table} SET updated_at = $2 WHERE {key} = $1", kept.id, clock.at - timedelta(hours=1))
    clock.at += timedelta(seconds=1)
    await begin_anew(process)
    clock.at += timedelta(seconds=1)
    await publish()
    assert await mirror("pull") == (0, ["2"]), "all that is there, and not what is lost"
    assert await mirror("check", "2026-11-01", "2026-11-30") == (0, [])
    assert await mirror("pull") == (0, ["0"])


@pytest.mark.parametrize(
    "days",
    [
        "from=2026-11-20&to=2026-11-19",
        "from=2026-10-01&to=2026-11-20",
    ],
)
async def test_days_that_are_none_are_refused(client: httpx.AsyncClient, days: str) -> None:
    answer = await client.get(f"{API}/digest?{days}")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (400, "unreadable-days")


@pytest.mark.parametrize("days", ["to=0001-01-05", "from=0001-01-01&to=0001-01-02", "to=0", "from=20261120"])
async def test_what_is_no_day_is_invalid(client: httpx.AsyncClient, days: str) -> None:
    answer = await client.get(f"{API}/digest?{days}")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "invalid")


async def test_the_last_week_is_told_when_no_days_are_named(
    client: httpx.AsyncClient, publish: Publish, clock: FixedClock
) -> None:
    for day in (0, 6, 7):
        await publish(at=clock.at - timedelta(days=day))
    days = [datetime.fromisoformat(one["day"]).day for one in (await client.get(f"{API}/digest")).json()["days"]]
    assert days == [14, 20]


async def test_a_portal_tells_where_everything_is(client: httpx.AsyncClient, publish: Publish) -> None:
    await publish()
    portal = (await client.get("/api/v1/public/portals/h23.21")).json()
    assert portal["unit"]["code"] == "H23.21"
    assert portal["parent"]["code"] == "H23"
    assert "H23.21.01" in {one["code"] for one in portal["children"]}
    for address in portal["links"].values():
        assert (await client.get(address)).status_code == 200, address
