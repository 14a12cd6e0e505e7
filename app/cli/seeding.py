"""The reference data that comes with the program, loaded into a database that has the newest schema."""

from __future__ import annotations

from collections.abc import Callable

from app.catalogue import seed as catalogue_seed
from app.db.engine import Database
from app.db.work import write_work
from app.deadlines import seed as deadlines_seed
from app.directory import seed as directory_seed
from app.kit.clock import Clock
from app.kit.text import Text
from app.procedures import seed as procedures_seed
from app.routing import seed as routing_seed

# Each builds on the ones before: categories and rules belong to tenants, rules name units.
_SEEDS = (directory_seed.seed, catalogue_seed.seed, deadlines_seed.seed, routing_seed.seed, procedures_seed.seed)


async def load_reference_data(db: Database, clock: Clock, progress: Callable[[Text], None] = lambda _: None) -> bool:
    """Every room's packaged data is in its tables, what administrators edited is kept; whether anything was written."""
    wrote = False
    for seed in _SEEDS:
        async with write_work(db, clock, None) as work:
            wrote = await seed(work, progress) or wrote
    return wrote
