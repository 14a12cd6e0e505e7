"""Prints how fast vector tiles and densities are at every zoom, on 200,000 public cases: python -m benchmarks.tiles.

Tiles are those of cases chosen at random, so that crowded ones are asked for as often as in life. The limit of the same
run is GeoJSON of a town's box built by PostgreSQL, and one row by key, both through bare FastAPI (reference.py).
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import httpx
import psutil

from app.db.engine import Database
from app.kit.clock import SystemClock
from app.kit.ids import TenantId
from app.publication.domain.mercator import LAST_ZOOM, cell_of, unwoven
from app.publication.service import count_anew
from app.settings import Settings

from . import databases, drive
from .drive import Line, Requests, Sample
from .servers import bare, cpu_of, execute, fetch, postgres, postmaster, served

BOX = "106.28,20.90,106.36,20.97"
TENANT = TenantId(1)
ZONE = "Asia/Ho_Chi_Minh"
PUBLIC = "/api/v1/public"
_SPOTS = "SELECT spot, code FROM publications WHERE published AND spot IS NOT NULL ORDER BY hashtext(code) LIMIT 3000"


def _get(path: str, headers: str = "") -> Line:
    return "GET", path, headers, ""


def _tiles(spots: Sequence[int], zoom: int, query: str = "", headers: str = "") -> list[Line]:
    """The tiles of these spots."""
    places = (unwoven(cell_of(spot, zoom)) for spot in spots)
    return [_get(f"{PUBLIC}/tiles/{zoom}/{x}/{y}.mvt{query}", headers) for x, y in places]


async def counted(url: str) -> tuple[int, float]:
    """How many cases are on the map once all were counted, and in how many seconds."""
    db = await Database.open(url, Settings(_env_file=None, database_url=url))
    began = perf_counter()
    try:
        number = await count_anew(db, SystemClock(), TENANT, ZONE)
    finally:
        await db.close()
    took = perf_counter() - began
    for table in ("map_cells", "density_cells", "publications"):
        await execute(url, f"VACUUM (ANALYZE) {table}")
    return number, took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=260_000, help="of which about four in five are public")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    given = databases.asked_of(parser)
    with databases.folder_for(given.keep) as folder, postgres(Path(folder) / "pg") as url:
        databases.tell_settings(url)
        full = databases.filled(url, given.cases, [])
        number, took = asyncio.run(counted(full))
        print(f"{number:,} public cases on the map, counted in {took:.1f} s: {1e6 * took / number:,.0f} µs each")
        for name, size in asyncio.run(_sizes(full)):
            print(f"  {name}: {size / 1e6:,.1f} MB, {size / number:,.0f} bytes a case")
        measure(full, folder, seconds=given.seconds, rounds=given.rounds)


async def _sizes(url: str) -> list[tuple[str, int]]:
    names = ["map_cells", "density_cells", "ix_publications_spot", "publications"]
    rows = await fetch(url, "SELECT n, pg_total_relation_size(n::regclass) AS s FROM unnest($1::text[]) AS n", names)
    return [(row["n"], row["s"]) for row in rows]


def measure(url: str, folder: Path, *, seconds: float, rounds: int) -> None:
    """Ours and the limits by turns, and the table of it."""
    rows = asyncio.run(fetch(url, _SPOTS))
    spots = [row["spot"] for row in rows]
    random.Random(1).shuffle(spots)
    packed = "Accept-Encoding: gzip"
    ours = {f"tile, zoom {zoom}": _tiles(spots, zoom, headers=packed) for zoom in range(LAST_ZOOM + 1)}
    ours |= {
        f"tile, zoom {zoom}, {query}": _tiles(spots, zoom, f"?{query}", packed)
        for zoom in (8, 11, 14)
        for query in ("category=roads", "state=in_progress")
    }
    ours |= {
        f"density, resolution {size}": [_get(f"{PUBLIC}/density?resolution={size}", packed)] for size in range(5, 10)
    }
    ours["density, resolution 9, a town's box"] = [_get(f"{PUBLIC}/density?resolution=9&bbox={BOX}", packed)]
    ours["density, resolution 9, since 2025-03"] = [_get(f"{PUBLIC}/density?resolution=9&since=2025-03", packed)]
    limits = {
        "GeoJSON of a town's box": [_get(f"/features?bbox={BOX}")],
        "one row by key": [_get(f"/cases/{row['code']}") for row in rows],
    }
    server = postmaster(Path(folder) / "pg")

    def pg_cpu() -> dict[int, float]:
        return cpu_of([server, *_children(server)])

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


def _children(server: psutil.Process) -> list[psutil.Process]:
    return server.children(recursive=True)


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
