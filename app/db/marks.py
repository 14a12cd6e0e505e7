"""Where the database lives, to be told from where a copy of it comes from: a database that was put back knows by it.

The mark names the cluster, its timeline, the database and the table that keeps the mark: restoring a dump makes at
least one of them anew, and so do promoting a standby and recovering to a point in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.db.engine import Database

_ROW = 1
_HERE = """
SELECT format('%s/%s/%s/%s', s.system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), d.oid,
    'database_marks'::regclass::oid) AS here, (SELECT mark FROM database_marks WHERE id = $1) AS kept
FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()
"""
_KEEP = """
INSERT INTO database_marks (id, mark, noted_at) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET mark = $2, noted_at = $3
"""


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the database lives, and where it lived when that was last kept: None when it never was."""

    here: str
    kept: str | None


async def read_marks(db: Database) -> Marks:
    """Both marks. One statement. Raises: DatabaseUnavailable."""
    row = await db.lane.fetchrow(_HERE, _ROW)
    assert row is not None
    return Marks(row["here"], row["kept"])


async def keep_mark(db: Database, here: str, now: datetime) -> None:
    """The database lives here from now on. One statement. Raises: DatabaseUnavailable."""
    await db.lane.fetchval(_KEEP, _ROW, here, now)
