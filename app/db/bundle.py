"""Rows of several tables written by one prepared statement in one round trip.

A hot path that inserts into five tables spends its time on round trips and object bookkeeping, not in PostgreSQL
(docs/decisions/0004). A Bundle gathers the rows each room wants written and renders them as one CTE. Its text
depends only on the tables and columns, so that every connection prepares it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSON, JSONB

Shape = tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(maxsize=512)
def _sql(shape: Shape) -> str:
    """`WITH w0 AS (INSERT …), w1 AS (INSERT …) SELECT 1` for the tables and columns of `shape`."""
    parts: list[str] = []
    at = 0
    for number, (table, columns) in enumerate(shape):
        holders = ", ".join(f"${at + offset}" for offset in range(1, len(columns) + 1))
        at += len(columns)
        # Names come from the models, never from a caller's text.
        parts.append(f"w{number} AS (INSERT INTO {table} ({', '.join(columns)}) VALUES ({holders}))")  # noqa: S608
    return f"WITH {', '.join(parts)} SELECT 1"


@lru_cache(maxsize=256)
def _json_columns(table: Table) -> frozenset[str]:
    return frozenset(column.name for column in table.columns if isinstance(column.type, JSON | JSONB))


class Bundle:
    """Rows waiting to be written together, in the order they were put."""

    __slots__ = ("_args", "_shape")

    def __init__(self) -> None:
        self._shape: list[tuple[str, tuple[str, ...]]] = []
        self._args: list[Any] = []

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._shape)

    def put(self, table: Table, row: Mapping[str, object]) -> None:
        """Add one row of `table`; JSON columns take plain Python values."""
        as_json = _json_columns(table)
        self._shape.append((table.name, tuple(row)))
        for name, value in row.items():
            if name in as_json and value is not None:
                self._args.append(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode())
            else:
                self._args.append(value)

    def statement(self) -> tuple[str, list[Any]]:
        """The SQL and its parameters."""
        return _sql(tuple(self._shape)), self._args

    def clear(self) -> None:
        """Forget everything."""
        self._shape.clear()
        self._args.clear()
