"""A province with thirty thousand cases, served by the whole program, and what PostgreSQL really did for each request.

PostgreSQL's own auto_explain tells every plan it has run, rows counted, to the connection that asked: the statements
are those the program sends, with its own parameters, prepared and repeated as in life, generic plans included.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from app.db.engine import driver_url
from app.directory.snapshot import Directory
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.kit.ids import TenantId, UnitId
from app.main import create_app, install
from app.process import Process
from app.publication.service import CommonTerms
from app.worker import loop as worker_loop
from benchmarks.load import load
from tests.conftest import NOW, make_settings
from tests.officers import Province, an_officer, cheap_passwords, sign_in
from tests.server import clone, ensure_loaded, superuser_url

CASES = 30_000
LARGE = frozenset(
    {
        "cases",
        "reports",
        "timeline_entries",
        "outbox_messages",
        "publications",
        "unit_publications",
        "portal_days",
        "map_cells",
        "density_cells",
        "figure_cells",
        "supports",
    }
)
HAIDUONG = TenantId(1)
_TELL = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
}


@dataclass(frozen=True)
class Visit:
    """One node of a plan that read a large table: how, and how many rows it looked at."""

    table: str
    node: str
    rows: float
    sql: str


@dataclass
class Plans:
    """What was done since it was last asked."""

    visits: list[Visit] = field(default_factory=list)

    def taken(self) -> list[Visit]:
        """The visits so far; counting starts again."""
        found, self.visits = self.visits, []
        return found

    def hear(self, _connection: object, notice: Any) -> None:
        """Note the plan in a notice of auto_explain."""
        _, found, plan = notice.message.partition("plan:\n")
        if found:
            told = json.loads(plan)
            self.visits.extend(_visits(told["Plan"], told["Query Text"]))


def _visits(node: dict[str, Any], sql: str) -> Iterator[Visit]:
    table, loops = node.get("Relation Name"), node["Actual Loops"]
    if table in LARGE and loops:
        dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        yield Visit(table, node["Node Type"], (node["Actual Rows"] + dropped) * loops, sql)
    for below in node.get("Plans", ()):
        yield from _visits(below, sql)


@dataclass
class Town:
    """The program at work on the loaded province."""

    process: Process
    client: httpx.AsyncClient
    plans: Plans
    officer: dict[str, str]
    dispatcher: dict[str, str]
    common_terms: CommonTerms


@pytest.fixture(scope="module")
async def town(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The loaded province; what a test changes there stays for the ones after it."""
    loaded = ensure_loaded(server_url, template, "town", _fill)
    with clone(server_url, loaded) as url, pytest.MonkeyPatch.context() as patch:
        await _let_plans_be_told(url)
        plans = Plans()
        patch.setattr(asyncpg, "connect", _telling(plans))
        process = await Process.open(make_settings(url, tmp_path_factory.mktemp("plans")), FixedClock(NOW))
        app = create_app(process.settings, process.clock)
        install(app, process)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as client:
            directory = process.directory.current
            officer = await signed_in(process, _committee(directory, "288"), Role.APPROVER)
            dispatcher = await signed_in(process, _committee(directory, "30"), Role.DISPATCHER)
            yield Town(process, client, plans, officer, dispatcher, app.state.common_terms)
        await process.close()


async def _let_plans_be_told(url: str) -> None:
    """Sessions of the database tell their plans from now on. Only a superuser may ask for that: `postgres`."""
    connection = await asyncpg.connect(driver_url(superuser_url(url)))
    try:
        for name, value in _TELL.items():
            await connection.execute(f"ALTER DATABASE {urlsplit(url).path[1:]} SET {name} = '{value}'")
    finally:
        await connection.close()


async def _fill(url: str) -> None:
    """The province, with what the worker makes of it."""
    await load(url, CASES, now=NOW, stories=300)
    with tempfile.TemporaryDirectory() as folder:
        process = await Process.open(make_settings(url, Path(folder)), FixedClock(NOW))
        await _placed(process)
        await _supported(process)
        await process.close()


async def _placed(process: Process) -> None:
    """Every publication is in the portals of units, many are on the map, and PostgreSQL has looked at all of that."""
    await worker_loop.place_in_portals(process)
    await process.db.lane.fetch("ANALYZE portal_days")  # autovacuum is off: each of the rest would read all of it
    while await worker_loop.place_in_portals(process):
        pass
    for _ in range(10):  # two thousand of them: sixty thousand counts
        await worker_loop.index(process)
    for table in ("unit_publications", "publications (spot)", "map_cells", "density_cells", "figure_cells"):
        await process.db.lane.fetch(f"ANALYZE {table}")


async def _supported(process: Process) -> None:
    """Three people meet the same as in each of the oldest ten thousand cases, and nobody has counted them."""
    said = """
        INSERT INTO supports (tenant_id, id, case_id, citizen_id, proven, lang, given_at)
        SELECT 1, gen_random_uuid(), c.id, gen_random_uuid(), n % 2 = 0, 'vi', $1
        FROM (SELECT id FROM cases WHERE tenant_id = 1 ORDER BY id LIMIT 10000) c, generate_series(1, 3) n
    """
    await process.db.lane.fetch(said, process.clock.now())
    await process.db.lane.fetch("ANALYZE supports")


def _telling(plans: Plans) -> Callable[..., Any]:
    connect = asyncpg.connect

    async def telling(*args: Any, **options: Any) -> Any:
        connection = await connect(*args, **options)
        connection.add_log_listener(plans.hear)
        return connection

    return telling


def _committee(directory: Directory, area: str) -> UnitId:
    units = directory.units(HAIDUONG)
    return next(unit.id for unit in units if unit.area_code == area and unit.kind.value == "people_committee")


async def signed_in(process: Process, unit: UnitId, role: Role) -> dict[str, str]:
    """The header of a new officer of the unit."""
    province, passwords = Province(HAIDUONG, unit), cheap_passwords()
    name = f"{role.value}-{unit.hex[-4:]}"
    await an_officer(process.db, process.clock, passwords, province, role, username=name)
    token = await sign_in(process.db, process.clock, passwords, province, username=name)
    return {"Authorization": f"Bearer {token.access_token}"}
