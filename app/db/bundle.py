"""Rows of several tables written by one prepared statement in one round trip.

A hot path that inserts into five tables spends its time on round trips and object bookkeeping, not in PostgreSQL
(docs/decisions/0004). A Bundle gathers the rows each room wants written and renders them as one CTE. Its text
depends only on the tables and columns, so that every connection prepares it once.

One row may be the one that lets the others in: when it is there already, nothing is written. That is no error, and
PostgreSQL's log tells of none: whoever sends something again does as we ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSON, JSONB

from app.kit.problems import Problem

from .base import AWAITED, BREAKING

_FEW = 12  # so many rows are written one by one; an officer's verb writes five
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
Shape = tuple[tuple[str, tuple[str, ...]], ...]


_NEW = "ON CONFLICT DO NOTHING RETURNING 1"


@lru_cache(maxsize=512)
def _sql(shape: Shape, once: int | None) -> str:
    """`WITH w0 AS (INSERT …), w1 AS (INSERT …) SELECT 1` for the tables and columns of `shape`.

    `once`: the place of the row without which the others are not written; what is selected is whether it was.
    """
    parts: list[str] = []
    at = 0
    for number, (table, columns) in enumerate(shape):
        holders = ", ".join(f"${at + offset}" for offset in range(1, len(columns) + 1))
        at += len(columns)
        # Names come from the models, never from a caller's text.
        insert = f"INSERT INTO {table} ({', '.join(columns)})"
        if once is None:
            parts.append(f"w{number} AS ({insert} VALUES ({holders}))")
        elif number == once:
            parts.insert(0, f"w{number} AS ({insert} VALUES ({holders}) {_NEW})")
        else:
            parts.append(f"w{number} AS ({insert} SELECT {holders} FROM w{once})")  # noqa: S608
    return f"WITH {', '.join(parts)} {_told(once)}"


def _told(once: int | None) -> str:
    return "SELECT true" if once is None else f"SELECT EXISTS (SELECT FROM w{once})"  # noqa: S608


@lru_cache(maxsize=512)
def _json_places(table: Table, columns: tuple[str, ...]) -> tuple[int, ...]:
    """Where among `columns` those of JSON stand."""
    return tuple(at for at, name in enumerate(columns) if isinstance(table.columns[name].type, JSON | JSONB))


@lru_cache(maxsize=256)
def _many_sql(tables: tuple[tuple[Table, tuple[str, ...]], ...], once: int | None) -> str:
    """The same of any number of rows each, which are given as one array a column; of table `once` it is one."""
    parts: list[str] = []
    at = 0
    for number, (table, columns) in enumerate(tables):
        arrays, values = [], []
        for name in columns:
            at += 1
            kind = table.columns[name].type.compile(dialect=_DIALECT)
            as_json = kind.startswith("JSON")
            arrays.append(f"${at}::{'text' if as_json else kind}[]")
            values.append(f"{name}::{kind}" if as_json else name)
        names = ", ".join(columns)
        insert = (
            f"INSERT INTO {table.name} ({names}) SELECT {', '.join(values)}"  # noqa: S608
            f" FROM unnest({', '.join(arrays)}) AS given ({names})"
        )
        if number == once:
            parts.insert(0, f"w{number} AS ({insert} {_NEW})")
        else:
            let_in = "" if once is None else f" WHERE EXISTS (SELECT FROM w{once})"
            parts.append(f"w{number} AS ({insert}{let_in})")
    return f"WITH {', '.join(parts)} {_told(once)}"


class Bundle:
    """Rows waiting to be written together, in the order they were put."""

    __slots__ = ("_args", "_once", "_shape", "_tables", "awaited")

    def __init__(self) -> None:
        self._tables: list[Table] = []
        self._shape: list[tuple[str, tuple[str, ...]]] = []
        self._args: list[Any] = []
        self._once: int | None = None
        self.awaited: set[int] = set()  # tenants of rows that somebody waits for

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._shape)

    def problem_of(self, broken: str) -> Problem | None:
        """What breaking this constraint means, where one of the tables says so."""
        for table in self._tables:
            problem: Callable[[], Problem] | None = table.info.get(BREAKING, {}).get(broken)
            if problem is not None:
                return problem()
        return None

    def put(self, table: Table, row: Mapping[str, object]) -> None:
        """Add one row of `table`; JSON columns take plain Python values."""
        columns, args = tuple(row), self._args
        begin = len(args)
        if AWAITED in table.info:
            self.awaited.add(row["tenant_id"])  # type: ignore[arg-type]
        self._tables.append(table)
        self._shape.append((table.name, columns))
        args.extend(row.values())
        for at in _json_places(table, columns):
            value = args[begin + at]
            if value is not None:
                args[begin + at] = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()

    def put_once(self, table: Table, row: Mapping[str, object]) -> None:
        """Add the row that lets the others in: they are written only when it is new. There may be one."""
        assert self._once is None, "one row alone can let the others in"
        self._once = len(self._shape)
        self.put(table, row)

    def statement(self) -> tuple[str, list[Any]]:
        """The SQL and its parameters. Its text depends on the number of rows only while they are few.

        It selects one value: whether the rows are written.
        """
        if len(self._shape) <= _FEW:
            return _sql(tuple(self._shape), self._once), self._args
        gathered: dict[tuple[Table, tuple[str, ...]], list[list[Any]]] = {}
        at = 0
        for table, (_, columns) in zip(self._tables, self._shape, strict=True):
            rows = gathered.setdefault((table, columns), [])
            rows.append(self._args[at : at + len(columns)])
            at += len(columns)
        once = (
            None if self._once is None else list(gathered).index((self._tables[self._once], self._shape[self._once][1]))
        )
        return _many_sql(tuple(gathered), once), [
            column for rows in gathered.values() for column in map(list, zip(*rows, strict=True))
        ]

    def clear(self) -> None:
        """Forget the rows."""
        self._tables.clear()
        self._shape.clear()
        self._args.clear()
        self._once = None
