"""The hot paths: what is asked of ours, what the limit is asked, and which share of it must be reached."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from argon2 import PasswordHasher

from app.db.engine import Database
from app.db.work import read_work, write_work
from app.directory import repository as directory_repository
from app.directory.snapshot import Directory
from app.directory.terms import Tier
from app.identity import service as identity_service
from app.identity.service import Passwords
from app.identity.terms import Membership, Role
from app.kit.clock import SystemClock
from app.kit.geo import Point
from app.kit.ids import TenantId, UnitId
from app.kit.problems import Problem
from app.settings import Settings

from .drive import requests_file
from .servers import fetch, run_id
from .words import EFFECTS, OPENINGS, PLEAS, STREETS

Line = tuple[str, str, str, str]
TENANT = TenantId(1)
TOWN = "288"  # Thành phố Hải Dương
BOX = "106.28,20.90,106.36,20.97"  # its middle
_CATEGORIES = (
    "roads.pothole", "waste.uncollected", "lighting.street_lamp", "noise.karaoke", "drainage.flooding",
    "traffic.parking", "trees.fallen", "construction.unpermitted", "electricity.power_cut", "animals.stray",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HotPath:
    """One row of the table. `must` and `aim` are shares of the limit's rate, None where the limits are in `latency`."""

    name: str
    ours: Path
    limit: Path
    limit_name: str
    connections: int
    must: float
    aim: float
    status: int = 200
    main_size_only: bool = False


async def hot_paths(url: str, folder: Path) -> list[HotPath]:
    """The rows, with requests that fit the rows of this database."""
    db = await Database.open(url, Settings(_env_file=None, database_url=url))
    try:
        async with read_work(db, SystemClock(), None) as work:
            directory = await directory_repository.DirectoryLoader("haiduong")(work.session)
        district = await _token(db, _committee(directory, TOWN), Role.OFFICER)
        province = await _token(db, _root(directory), Role.DISPATCHER)
    finally:
        await db.close()
    rng = random.Random(7)
    some = await fetch(url, "SELECT code, etag FROM publications WHERE published ORDER BY hashtext(code) LIMIT 2000")

    def file(*lines: Line) -> Path:
        return requests_file(folder, lines)

    def get(path: str, headers: str = "") -> Line:
        return ("GET", path, headers, "")

    bodies = list(_reports(directory, rng, 2000))
    intake = file(*(("POST", "/api/v1/reports", "", body) for body in bodies))
    bare_intake = file(*(("POST", "/reports", "", body) for body in bodies))
    by_code = file(*(get(f"/api/v1/reports/{row['code']}") for row in some))
    known = file(*(get(f"/api/v1/reports/{row['code']}", f"If-None-Match: {row['etag']}") for row in some))
    bare_key = file(*(get(f"/cases/{row['code']}") for row in some))
    bare_page, bare_box = file(get("/cases")), file(get(f"/features?bbox={BOX}"))
    nothing = file(get("/nothing"))
    cases, queue = "/api/v1/public/cases", "/api/v1/staff/queue"
    places = (json.loads(body)["location"] for body in bodies)
    located = file(*(get(f"/api/v1/areas/locate?lat={place['lat']}&lon={place['lon']}") for place in places))
    of_town = file(get(f"{cases}?area={TOWN}&category=roads"))
    rare = file(get(f"{cases}?q=cay%20do,mac%20thi%20buoi"))
    box = file(get(f"{cases}.geojson?bbox={BOX}"))
    insert, page = "bare POST, one CTE", "stored JSON page"
    return [
        HotPath("intake, 1 at a time", intake, bare_intake, insert, 1, 0.30, 0.55, 201, main_size_only=True),
        HotPath("intake", intake, bare_intake, insert, 8, 0.30, 0.55, 201),
        HotPath("intake, 32 at a time", intake, bare_intake, insert, 32, 0.30, 0.55, 201, main_size_only=True),
        HotPath("public case", by_code, bare_key, "bare GET by key", 8, 0.70, 0.90),
        HotPath("public case, unchanged", known, bare_key, "bare GET by key", 8, 0.80, 1.00, 304),
        HotPath("public list of 50", file(get(cases)), bare_page, page, 8, 0.60, 0.85),
        HotPath("  of a town and a group", of_town, bare_page, page, 8, 0.60, 0.85),
        HotPath("  with common words", file(get(f"{cases}?q=xe%20may")), bare_page, page, 8, 0.60, 0.85),
        HotPath("  with rare words", rare, bare_page, page, 8, 0.60, 0.85),
        HotPath("queue of a town's officer", file(get(queue, district)), bare_page, page, 8, 0.35, 0.60),
        HotPath("queue of the province", file(get(queue, province)), bare_page, page, 8, 0.35, 0.60),
        HotPath("GeoJSON of a town", box, bare_box, "JSON built in SQL", 8, 0.80, 2.0),
        HotPath("locate over HTTP", located, nothing, "empty answer", 8, 0.20, 0.40),
    ]  # fmt: skip


def _reports(directory: Directory, rng: random.Random, count: int) -> Iterator[str]:
    tenant = directory.tenant(TENANT)
    area_map = directory.map(tenant.edition)
    codes = sorted(area_map.subtree(tenant.province))
    communes = [area for code in codes if (area := area_map.area(code)).tier is Tier.COMMUNE]
    number = 0
    while number < count:
        lat, lon = rng.choice(communes).centroid
        point = Point(round(lat + rng.gauss(0, 0.002), 6), round(lon + rng.gauss(0, 0.002), 6))
        try:
            directory.locate_in(TENANT, point, 15)
        except Problem:  # across the province's border
            continue
        number += 1
        text = (
            f"{rng.choice(OPENINGS)} ở số {number} {rng.choice(STREETS)}. {rng.choice(EFFECTS)}. {rng.choice(PLEAS)}."
        )
        report = {
            "category": rng.choice(_CATEGORIES),
            "description": text,
            "location": {"lat": point.lat, "lon": point.lon, "accuracy_m": 15},
        }
        yield json.dumps(report, ensure_ascii=False)


def _committee(directory: Directory, area: str) -> UnitId:
    """The People's Committee of an area."""
    return next(
        unit.id for unit in directory.units(TENANT) if unit.area_code == area and unit.kind.value == "people_committee"
    )


def _root(directory: Directory) -> UnitId:
    return next(unit.id for unit in directory.units(TENANT) if unit.parent_id is None)


async def _token(db: Database, unit: UnitId, role: Role) -> str:
    """The Authorization header of a new officer."""
    passwords, clock = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)), SystemClock()
    username = f"bench-{run_id()}"
    async with write_work(db, clock, TENANT) as work:
        await identity_service.create_staff(
            work, passwords, TENANT, username=username, name="Cán bộ đo tải", password="correct-horse-battery",
            memberships=[Membership(unit, role)],
        )  # fmt: skip
    token = await identity_service.sign_in(
        db, passwords, TENANT, username=username, password="correct-horse-battery", user_agent="wrk",
        lifetime=timedelta(hours=12), now=clock.now(),
    )  # fmt: skip
    return f"Authorization: Bearer {token.access_token}"
