"""Prints how fast vector tiles and densities are at every zoom, on 200,000 public cases: python -m benchmarks.tiles.

Tiles are those of cases chosen at random, so that crowded ones are asked for as often as in life. The limit of the same
run is GeoJSON of a town's box built by PostgreSQL, and one row by key, both through bare FastAPI (reference.py).
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time

import httpx

from app.db.engine import Database
from app.db.work import in_work, write_work
from app.kit.clock import SystemClock
from app.kit.ids import TenantId
from app.publication.domain.mercator import LAST_ZOOM, cell_of, unwoven
from app.publication.repository.maps import COUNTED
from app.publication.service import count_places
from app.publication.service.maps import count_changes
from app.publication.terms import Counted
from app.settings import Settings

from . import databases, drive
from .drive import Line, Requests, Sample
from .servers import bare, cpu_of, cpu_since, execute, fetch, postgres, postmaster, served

BOX = "106.28,20.90,106.36,20.97"
TENANT = TenantId(1)
ZOOMS = (0, 5, 8, 10, 11, 13, 16, LAST_ZOOM)
ZONE = "Asia/Ho_Chi_Minh"
PUBLIC = "/api/v1/public"
PgCpu = Callable[[], dict[int, float]]
_SPOTS = "SELECT spot, code FROM publications WHERE published AND spot IS NOT NULL ORDER BY hashtext(code) LIMIT 3000"
_COUNTED = f"SELECT {COUNTED} FROM publications WHERE spot IS NOT NULL ORDER BY hashtext(code) LIMIT 8000"


def _get(path: str, headers: str = "") -> Line:
    return "GET", path, headers, ""


def _tiles(spots: Sequence[int], zoom: int, query: str = "", headers: str = "") -> list[Line]:
    """The tiles of these spots."""
    places = (unwoven(cell_of(spot, zoom)) for spot in spots)
    return [_get(f"{PUBLIC}/tiles/{zoom}/{x}/{y}.mvt{query}", headers) for x, y in places]


async def count(url: str, pg_cpu: PgCpu) -> None:
    """Put what is not on the map yet there, and tell what it took."""
    db = await Database.open(url, Settings(_env_file=None, database_url=url, statement_timeout_s=60))
    took = _Took(pg_cpu)
    number = 0
    try:
        while some := await in_work(db, SystemClock(), TENANT, lambda work: count_places(work, TENANT, ZONE)):
            number += some
    finally:
        await db.close()
    if number:
        print(f"{number:,} public cases put on the map: {took.each(number)}", flush=True)
        for table in ("map_cells", "density_cells", "publications"):
            await execute(url, f"VACUUM (ANALYZE) {table}")


async def store(url: str, pg_cpu: PgCpu) -> None:
    """Tell what counting adds to the storing of changes: a new place, and another state where the place stays."""
    db = await Database.open(url, Settings(_env_file=None, database_url=url, statement_timeout_s=60))
    rows = await db.lane.fetch(_COUNTED)
    cases = [Counted(*row) for row in rows]
    try:
        for size in (1, 20, 200):
            for name, change in (("a case taken from the map", _gone), ("another state", _moved)):
                batches = [cases[start : start + size] for start in range(0, min(len(cases), 40 * size), size)]
                took = _Took(pg_cpu)
                for batch in batches:
                    changes = [change(one) for one in batch]
                    for told in (changes, [(after, before) for before, after in changes]):  # and back again
                        async with write_work(db, SystemClock(), TENANT) as work:
                            await count_changes(work, TENANT, told, ZONE)
                number = 2 * sum(map(len, batches))
                print(f"  {name}, {size} at once: {took.each(number)}", flush=True)
    finally:
        await db.close()


def _gone(one: Counted) -> tuple[Counted | None, Counted | None]:
    return one, None


def _moved(one: Counted) -> tuple[Counted | None, Counted | None]:
    return one, one._replace(state="resolved" if one.state != "resolved" else "closed")


class _Took:
    """What a piece of work has taken since it was made."""

    def __init__(self, pg_cpu: PgCpu) -> None:
        self._pg_cpu = pg_cpu
        self._wall, self._own, self._pg = perf_counter(), process_time(), pg_cpu()

    def each(self, number: int) -> str:
        """Of one of so many."""
        spent = (perf_counter() - self._wall, process_time() - self._own, cpu_since(self._pg, self._pg_cpu()))
        wall, own, pg = (1e6 * one / number for one in spent)
        return f"{wall:,.0f} µs each; CPU {own:,.0f} of ours and {pg:,.0f} of PostgreSQL"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=260_000, help="of which about four in five are public")
    parser.add_argument("--seconds", type=float, default=5, help="of each path; the limit takes one of them")
    parser.add_argument("--rounds", type=int, default=1)
    given = databases.asked_of(parser)
    with databases.folder_for(given.keep) as folder, postgres(Path(folder) / "pg") as url:
        databases.tell_settings(url)
        full = databases.filled(url, given.cases, [])
        server = postmaster(Path(folder) / "pg")

        def pg_cpu() -> dict[int, float]:
            return cpu_of([server, *server.children(recursive=True)])

        asyncio.run(count(full, pg_cpu))
        number = asyncio.run(fetch(full, "SELECT count(*) FROM publications WHERE spot IS NOT NULL"))[0]["count"]
        print(f"{number:,} public cases on the map")
        asyncio.run(store(full, pg_cpu))
        for name, size in asyncio.run(_sizes(full)):
            print(f"  {name}: {size / 1e6:,.1f} MB, {size / number:,.0f} bytes a case")
        measure(full, folder, pg_cpu, seconds=given.seconds, rounds=given.rounds)


async def _sizes(url: str) -> list[tuple[str, int]]:
    names = ["map_cells", "density_cells", "ix_publications_spot", "publications"]
    rows = await fetch(url, "SELECT n, pg_total_relation_size(n::regclass) AS s FROM unnest($1::text[]) AS n", names)
    return [(row["n"], row["s"]) for row in rows]


def measure(url: str, folder: Path, pg_cpu: PgCpu, *, seconds: float, rounds: int) -> None:
    """Ours and the limits by turns, and the table of it."""
    rows = asyncio.run(fetch(url, _SPOTS))
    spots = [row["spot"] for row in rows]
    random.Random(1).shuffle(spots)
    packed = "Accept-Encoding: gzip"
    ours = {f"tile, zoom {zoom}": _tiles(spots, zoom, headers=packed) for zoom in ZOOMS}
    ours |= {
        f"tile, zoom {zoom}, {query}": _tiles(spots, zoom, f"?{query}", packed)
        for zoom in (8, 11)
        for query in ("category=roads", "state=in_progress")
    }
    ours |= {f"density, resolution {size}": [_get(f"{PUBLIC}/density?resolution={size}", packed)] for size in (7, 9)}
    ours["density, resolution 9, a town's box"] = [_get(f"{PUBLIC}/density?resolution=9&bbox={BOX}", packed)]
    ours["density, resolution 9, since 2025-03"] = [_get(f"{PUBLIC}/density?resolution=9&since=2025-03", packed)]
    limits = {
        "GeoJSON of a town's box": [_get(f"/features?bbox={BOX}")],
        "one row by key": [_get(f"/cases/{row['code']}") for row in rows],
    }
    with served(url, folder) as web, bare("benchmarks.reference:bare", url, folder) as limit:
        held = _held(web.base, spots)
        for zoom, tags in held.items():
            ours[f"tile that is held, zoom {zoom}"] = [_get(path, f"If-None-Match: {tag}") for path, tag in tags]
        played = [(name, limit, Requests.of(folder, lines)) for name, lines in limits.items()]
        played += [(name, web, Requests.of(folder, lines)) for name, lines in ours.items()]
        samples: dict[str, list[Sample]] = {name: [] for name, _, _ in played}
        for _, target, requests in played:
            drive.warm_up(target, requests, connections=8)
        for _ in range(rounds):
            for name, target, requests in played:
                samples[name].append(drive.run([target], requests, connections=8, seconds=seconds, pg_cpu=pg_cpu))
    told = {name: Sample.median(runs) for name, runs in samples.items()}
    box, key = (told[name] for name in limits)
    print(
        "\n| c=8, one web process | req/s | p50 / p99 ms | KiB | CPU ms web + PostgreSQL | × box | of one row | wrong |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, one in told.items():
        print(
            f"| {name} | {one.rate:,.0f} | {one.p50:.1f} / {one.p99:.1f} | {one.kib:.1f} "
            f"| {one.app_ms:.2f} + {one.pg_ms:.2f} | {one.rate / box.rate:.2f} | {one.rate / key.rate:.2f} "
            f"| {one.wrong} |"
        )


def _held(base: str, spots: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Tiles of some zooms, each with the tag it has now."""
    found: dict[int, list[tuple[str, str]]] = {}
    with httpx.Client(base_url=base) as client:
        for zoom in (8, 14):
            paths = dict.fromkeys(line[1] for line in _tiles(spots[:200], zoom))
            found[zoom] = [(path, client.get(path).headers["etag"]) for path in paths]
    return found


if __name__ == "__main__":
    main()
