"""Citizens who send and officers who sign in: what requests need in order to be answered."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta

import httpx
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

from .inside import in_process
from .servers import run_id
from .words import EFFECTS, OPENINGS, PLEAS, STREETS

TENANT = TenantId(1)
_CATEGORIES = (
    "roads.pothole", "waste.uncollected", "lighting.street_lamp", "noise.karaoke", "drainage.flooding",
    "traffic.parking", "trees.fallen", "construction.unpermitted", "electricity.power_cut", "animals.stray",
)  # fmt: skip


async def signed_in(url: str, town: str) -> tuple[Directory, str, str]:
    """The directory, and the Authorization headers of an officer of `town` and of a dispatcher of the province."""
    db = await Database.open(url, Settings(_env_file=None, database_url=url))
    try:
        async with read_work(db, SystemClock(), None) as work:
            directory = await directory_repository.DirectoryLoader("haiduong")(work.session)
        officer = await _token(db, _committee(directory, town), Role.OFFICER)
        return directory, officer, await _token(db, _root(directory), Role.DISPATCHER)
    finally:
        await db.close()


async def senders(url: str, bodies: Sequence[str]) -> list[tuple[str, str]]:
    """Code and tracking secret of a new report for each of `bodies`. Raises: httpx.HTTPStatusError."""
    kept: list[tuple[str, str]] = []
    async with in_process(url) as client:
        for body in bodies:
            headers = {"Idempotency-Key": run_id(), "Content-Type": "application/json"}
            answer: httpx.Response = await client.post("/api/v1/reports", content=body.encode(), headers=headers)
            told = answer.raise_for_status().json()
            kept.append((told["code"], told["tracking_secret"]))
    return kept


def reports(directory: Directory, rng: random.Random, count: int) -> Iterator[str]:
    """Bodies of `count` reports all over the province, each of words and a place of its own."""
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
