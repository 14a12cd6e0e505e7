"""The reference data that comes with the program, loaded into a database that has the newest schema."""

from __future__ import annotations

from collections.abc import Callable

from app.db.engine import Database
from app.kit.clock import Clock
from app.kit.text import Text


async def load_reference_data(db: Database, clock: Clock, progress: Callable[[Text], None] = lambda _: None) -> None:
    """Every room's packaged data is in its tables; what an administrator has edited stays."""
