"""What the benchmarks load is what the program would have written."""

from __future__ import annotations

from pathlib import Path

from app.kit.clock import FixedClock
from app.process import Process
from app.publication import service as publication
from benchmarks.load import load
from tests.conftest import NOW, make_settings

HAIDUONG = 1


async def test_rebuilding_a_loaded_database_changes_nothing(committed_url: str, tmp_path: Path) -> None:
    loaded = await load(committed_url, 400, now=NOW, stories=120)
    process = await Process.open(make_settings(committed_url, tmp_path), FixedClock(NOW))
    try:
        (tenant,) = (tenant for tenant in process.tenants if tenant == HAIDUONG)
        books = process.books
        published = await process.db.lane.fetchval("SELECT count(*) FROM publications WHERE published")
        assert published == len(loaded.published) > 200
        changed = await publication.rebuild_all(
            process.db, process.clock, tenant, directory=books.directory, catalogue=books.catalogue
        )
        assert changed == 0
    finally:
        await process.close()
