"""Reference data (areas, units, categories, rules, calendars) kept in memory and reloaded when its version moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from time import monotonic
from typing import Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.models import ReferenceVersion
from app.db.work import Work

T = TypeVar("T")


class Reference(Generic[T]):
    """One body of reference data: an immutable snapshot that is swapped whole, never changed in place."""

    def __init__(self, name: str, load: Callable[[AsyncSession], Awaitable[T]]) -> None:
        """`load` reads a whole snapshot in the caller's transaction."""
        self.name = name
        self._load = load
        self.version = -1
        self._current: T | None = None
        self._seen_s = monotonic()

    @property
    def age_s(self) -> float:
        """Seconds since it was last known to be the newest."""
        return monotonic() - self._seen_s

    @property
    def current(self) -> T:
        """The newest snapshot loaded. Raises: LookupError before the first load."""
        if self._current is None:
            message = f"reference data {self.name!r} is not loaded"
            raise LookupError(message)
        return self._current

    async def refresh(self, session: AsyncSession, versions: dict[str, int]) -> bool:
        """Load again if `versions` (as `reference_versions` reads them) has moved; whether it did."""
        version = versions.get(self.name, 0)
        moved = version != self.version or self._current is None
        if moved:
            self._current = await self._load(session)
            self.version = version
        self._seen_s = monotonic()
        return moved


async def changed_at(db: Database, *names: str) -> datetime:
    """When one of these bodies of reference data changed last. One statement. Raises: LookupError before the first."""
    found: datetime | None = await db.lane.fetchval(
        "SELECT max(changed_at) FROM reference_versions WHERE name = ANY($1::text[])", list(names)
    )
    if found is None:
        raise LookupError(", ".join(names))
    return found


async def read_versions(session: AsyncSession) -> dict[str, int]:
    """Every body of reference data with its version."""
    rows = await session.execute(select(ReferenceVersion.name, ReferenceVersion.version))
    return {row.name: row.version for row in rows}


async def touch(work: Work, name: str) -> None:
    """Announce with this transaction that the body `name` has changed."""
    statement = insert(ReferenceVersion).values(name=name, version=1, changed_at=work.now)
    await work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[ReferenceVersion.name],
            set_={"version": ReferenceVersion.version + 1, "changed_at": func.now()},
        )
    )
