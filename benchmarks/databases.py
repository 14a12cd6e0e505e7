"""The databases under measurement: made and filled once, kept until something changes that decides what they hold."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.cli.schema import MIGRATIONS
from app.kit.clock import SystemClock

from . import reference
from .load import load
from .servers import execute, fetch, make_database, make_template, named

ROOT = MIGRATIONS.parent
_SETTINGS = ("server_version", "synchronous_commit", "fsync", "shared_buffers", "work_mem", "max_wal_size", "jit")
_TABLE_SIZES = """
SELECT relname AS name, pg_table_size(oid) AS rows, pg_indexes_size(oid) AS indexes, greatest(reltuples, 0) AS count
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY pg_total_relation_size(oid) DESC
"""


def asked_of(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """What was asked for on the command line, with where databases are kept and what maps they hold; wrk is there."""
    parser.add_argument("--keep", type=Path, help="folder in which the databases stay for the next run")
    parser.add_argument(
        "--boundaries", type=Path, default=ROOT.parent / "shared" / "data", help="folder of GeoJSON files"
    )
    given = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt install wrk")
    return given


@contextmanager
def folder_for(kept: Path | None) -> Iterator[Path]:
    """`kept`, made when absent; without it a folder that is gone afterwards."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="lienthong-bench-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


def boundaries_below(folder: Path) -> list[Path]:
    """The boundary files measured with, those that are there: today's whole country and the older Hải Dương."""
    names = (
        "boundaries_2025_country_coarse.geojson",
        "boundaries_legacy_haiduong_haiphong_districts.geojson",
        "approx_legacy_haiduong_communes.geojson",
    )
    return [folder / name for name in names if (folder / name).exists()]


def filled(url: str, size: int, boundaries: Sequence[Path]) -> str:
    """A database with `size` cases; one that an earlier run left is used again while nothing has changed."""
    name = f"bench_{size}_{_fingerprint()}"
    if name not in _there(url):
        _template(url, boundaries)
        asyncio.run(make_database(url, "bench_loading"))
        loaded = asyncio.run(load(named(url, "bench_loading"), size, now=SystemClock().now()))
        took = loaded.copy_s + loaded.index_s
        print(f"{size:,} cases loaded in {took:.0f} s ({loaded.copy_s:.0f} to copy): {loaded.rows}", flush=True)
        asyncio.run(execute(named(url, "bench_loading"), reference.TABLES))
        asyncio.run(execute(url, f"ALTER DATABASE bench_loading RENAME TO {name}"))
    return named(url, name)


def empty(url: str, name: str, boundaries: Sequence[Path]) -> str:
    """A fresh database without a case."""
    _template(url, boundaries)
    return asyncio.run(make_database(url, name))


def _template(url: str, boundaries: Sequence[Path]) -> None:
    """The template is there, made of what is in the checkout now."""
    made = f"bench_{_fingerprint()}_ready"
    if made not in _there(url):
        make_template(url, boundaries)
        asyncio.run(execute(url, f"CREATE DATABASE {made}"))


def _there(url: str) -> set[str]:
    return {row["datname"] for row in asyncio.run(fetch(url, "SELECT datname FROM pg_database"))}


def _fingerprint() -> str:
    """Of what decides what a loaded database holds."""
    loaders = [ROOT / "benchmarks" / name for name in ("load.py", "stories.py", "marks.py", "copying.py", "words.py")]
    files = [*loaders, *ROOT.glob("migrations/versions/*.py"), *ROOT.glob("app/**/data/*.toml")]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def tell_settings(url: str) -> None:
    """Which PostgreSQL, set how."""
    rows = asyncio.run(
        fetch(url, "SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name", list(_SETTINGS))
    )
    version, *others = (f"{row['name']} {row['value']}" for row in rows)
    print(f"PostgreSQL {version.removeprefix('server_version ')}: {', '.join(others)}", flush=True)


def tell_sizes(url: str) -> None:
    """How much disk each table takes; to be asked before a run adds to them what no province would have sent."""
    rows = asyncio.run(fetch(url, _TABLE_SIZES))
    cases = int(asyncio.run(fetch(url, "SELECT count(*) AS cases FROM cases"))[0]["cases"])
    total = sum(row["rows"] + row["indexes"] for row in rows)
    print(f"\nOn disk with {cases:,} cases: {total / 1e6:,.0f} MB, {total / cases / 1000:.1f} KB a case\n")
    print("| table | rows, about | MB | MB of indexes | bytes a case |")
    print("|---|---|---|---|---|")
    for row in rows:
        both = row["rows"] + row["indexes"]
        if both >= 1e6:
            print(
                f"| {row['name']} | {row['count']:,.0f} | {row['rows'] / 1e6:,.1f} | {row['indexes'] / 1e6:,.1f} "
                f"| {both / cases:,.0f} |"
            )
