"""Every promise that is made to a device, looked at when all is over."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from tests.apps import Copy
from tests.offline.devices import REPORTS, Device
from tests.offline.world import World


async def check(world: World) -> None:
    """Every report arrived once, every word once, every change was seen once, and every copy is as the server's."""
    lane = world.process.db.lane
    words = [row["description"] for row in await lane.fetch("SELECT description FROM reports")]
    words += [row["text"] for row in await lane.fetch("SELECT text FROM timeline_entries WHERE actor_kind <> 'staff'")]
    arrived = Counter(word.rpartition(" ")[2] for word in words if word and word.endswith("]"))
    written = {mark for device in world.devices for mark in device.marks} - {
        mark for device in world.devices for mark in device.lost_marks
    }
    assert not [device.queue for device in world.devices if device.queue]
    assert set(arrived) == written, set(arrived) ^ written
    assert set(arrived.values()) <= {1}, [mark for mark, times in arrived.items() if times != 1]
    world.counts["arrived once"] = len(written)
    world.counts["refused for good"] = sum(sum(device.refused.values()) for device in world.devices)
    world.counts["photos"] = await lane.fetchval("SELECT count(*) FROM upload_claims")
    world.counts["reports"] = await lane.fetchval("SELECT count(*) FROM reports")
    codes = [row["code"] for row in await lane.fetch("SELECT code FROM service_requests")]
    assert sorted(codes) == sorted(code for device in world.devices for code in device.filed.values())
    assert len(codes) == sum(device.filings for device in world.devices)
    world.counts["service requests"] = len(codes)
    for device in world.devices:
        assert device.copy is not None
        await _check_copy(world, device, device.copy)
    world.counts["hours"] = round((world.clock.at - world.began) / timedelta(hours=1))


async def _check_copy(world: World, device: Device, copy: Copy) -> None:
    fresh = Copy(world.plain, device.headers)
    await fresh.catch_up()
    differ = [(copy.things.get(key), one) for key, one in fresh.things.items() if copy.things.get(key) != one]
    assert not differ, "what was learned on the way is what a new device learns"
    assert fresh.things.keys() == copy.things.keys()
    held, sent = {one["code"] for one in copy.of("report")}, {one["code"] for one in device.taken.values()}
    assert held <= sent
    for code in sent - held:
        withdrawn = await world.plain.get(f"{REPORTS}/{code}", headers=device.headers)
        assert withdrawn.json()["resolution"] == "withdrawn"
        world.counts["withdrawn"] += 1
    whole = {one["id"] for kind in ("report", "service_request") for one in copy.of(kind)}
    assert {one["about"] for one in copy.things.values()} == whole
    assert {one["code"] for one in copy.of("service_request")} == set(device.filed.values())
    for one in copy.of("report"):
        own = await world.plain.get(f"{REPORTS}/{one['code']}", headers=device.headers)
        told = [line["entry"] for line in copy.of("entry") if line["about"] == one["about"]]
        shown = own.json()["timeline"]
        assert sorted((line["at"], line["type"]) for line in told) == sorted((x["at"], x["type"]) for x in shown)
        assert own.json()["state"] == one["report"]["state"]
    assert set(copy.seen.values()) <= {1}
    world.counts["copies checked"] += 1


async def simulate(world: World, steps: int) -> Counter[str]:
    """The counts of a world that was hostile for so many steps, and whose promises were kept."""
    await world.begin()
    try:
        for _ in range(steps):
            await world.step()
        await world.settle()
        await check(world)
    finally:
        await world.close()
    return world.counts
