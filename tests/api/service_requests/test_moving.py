"""A step that waits goes, when its turn comes, to whoever answers for its place by then, and says why."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from app.db.engine import Database
from app.directory.snapshot import Directory
from app.kit.clock import FixedClock
from app.process import Process
from app.service_requests.service.placing import chain_now
from tests.api.service_requests.conftest import Upload
from tests.applicants import ENVIRONMENT_DEPARTMENT, ENVIRONMENT_OFFICE, Life, Offices
from tests.builders import CAM_THUONG, CITY, HAIDUONG, PROVINCE, an_officer

PLANNING = "H23.21.82"
Change = Callable[..., Awaitable[None]]
_ENDED = "UPDATE units SET valid_to = '2026-01-01' WHERE code = ANY ($1)"
_TAKEN_OVER = """
    UPDATE jurisdictions SET unit_id = (SELECT id FROM units WHERE code = $2)
    WHERE unit_id = (SELECT id FROM units WHERE code = $1)
"""


@pytest.fixture
async def change(process: Process, db: Database) -> AsyncIterator[Change]:
    """Changes what the province has on its map, until the test ends."""
    before = await db.lane.fetch("SELECT id, unit_id FROM jurisdictions")

    async def one(statement: str, *values: object) -> None:
        await db.lane.fetch(statement, *values)
        await db.lane.fetch("UPDATE reference_versions SET version = version + 1 WHERE name = 'directory'")
        await process.refresh()

    yield one
    await db.lane.fetch("UPDATE units SET valid_to = NULL WHERE valid_to = '2026-01-01'")
    await one(
        "UPDATE jurisdictions j SET unit_id = b.unit_id FROM unnest($1::uuid[], $2::uuid[]) AS b (id, unit_id)"
        " WHERE j.id = b.id",
        [row["id"] for row in before],
        [row["unit_id"] for row in before],
    )


async def test_a_waiting_step_begins_with_whoever_answers_for_its_place_by_then(
    life: Life, at_work: Offices, process: Process, upload: Upload, change: Change, clock: FixedClock
) -> None:
    papers = [{"document": name, "upload": await upload(), "name": name} for name in ("certificate", "contract")]
    assert (await life.file(documents=papers)).status_code == 201
    assert (await life.do(at_work.commune, "accept")).status_code == 200
    await change(_TAKEN_OVER, ENVIRONMENT_OFFICE, PLANNING)
    await change(_ENDED, [ENVIRONMENT_OFFICE, ENVIRONMENT_DEPARTMENT])

    assert (await life.do(at_work.commune, "complete", step="receive")).status_code == 200
    done = await life.do(at_work.commune, "complete", step="verify_origin", opinion="Rõ nguồn gốc.")
    assert (done.status_code, done.json()["version"]) == (200, life.version), done.text
    seen = await life.own()
    steps = {one["code"]: one for one in seen["steps"]}
    moved, stayed = steps["map_extract"], steps["obligations"]
    assert (moved["unit"]["code"], moved["state"], moved["due_at"] is not None) == (PLANNING, "open", True)
    assert "Thay cho" in moved["reason"]["vi"]
    assert "has changed since the request was handed in" in moved["reason"]["en"]
    assert (stayed["unit"]["code"], "Thay cho" in stayed["reason"]["vi"]) == ("H23.21", False)
    told = [one for one in seen["timeline"] if one["type"] == "service_request.step_moved"]
    assert len(told) == 1, "the applicant is told"
    assert moved["reason"]["vi"] in str(told[0])
    assert (await life.seen_by(at_work.environment)).status_code == 404, "it was never its turn"
    planner = await an_officer(process, unit=PLANNING)
    assert (await life.do(planner, "complete", step="map_extract")).status_code == 200
    assert (await life.do(at_work.city, "complete", step="obligations")).status_code == 200

    decides = {one["code"]: one for one in (await life.own())["steps"]}["decide"]
    assert (decides["unit"]["code"], decides["state"]) == (PROVINCE, "open"), "nobody took over: the unit above"
    assert "tiếp nhận việc của cấp dưới" in decides["reason"]["vi"]


async def test_whoever_takes_the_receipt_over_is_the_receiver_from_then_on(
    life: Life, at_work: Offices, upload: Upload, change: Change, db: Database
) -> None:
    papers = [{"document": name, "upload": await upload(), "name": name} for name in ("certificate", "contract")]
    assert (await life.file(documents=papers)).status_code == 201
    assert (await life.do(at_work.commune, "accept")).status_code == 200
    assert (await life.do(at_work.commune, "complete", step="receive")).status_code == 200
    await change(_ENDED, [CAM_THUONG])
    again = {"step": "verify_origin", "to": "receive", "reason": "Thiếu chữ ký."}
    assert (await life.do(at_work.commune, "send-back", **again)).status_code == 200
    steps = {one["code"]: one for one in (await life.own())["steps"]}
    assert (steps["receive"]["unit"]["code"], steps["receive"]["state"]) == (CITY, "open")
    receiver = "SELECT u.code FROM service_requests r JOIN units u ON u.id = r.receiver_id"
    assert await db.lane.fetchval(receiver) == CITY, "whose account a fee is paid to, and where results are fetched"


def test_a_place_of_an_older_map_is_looked_for_on_the_present_one(process: Process) -> None:
    old = process.books.directory
    tenant, area = old.tenant(HAIDUONG), "10507"
    (way,) = old.map(tenant.edition).successors(area)
    province = old.chain(way.to_edition, way.to_code).province.code
    new = Directory(old.maps.values(), [replace(tenant, edition=way.to_edition, province=province)])
    found = chain_now(new, HAIDUONG, tenant.edition, area)
    assert found is not None
    assert (found.edition, found.area.code) == (way.to_edition, way.to_code)
    assert chain_now(old, HAIDUONG, tenant.edition, area) == old.chain_in(HAIDUONG, area)
    assert chain_now(new, HAIDUONG, tenant.edition, "nowhere") is None
