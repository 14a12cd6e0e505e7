"""Counts statements where they leave for PostgreSQL: in the driver, which SQLAlchemy and the lane both use."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

_HOUSEKEEPING = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", ";", "SELECT CURRENT_SCHEMA()", "SHOW ")


class Statements:
    """The texts sent, in order: `all` of them, and `texts`, those of the code under test; `len()` counts the latter."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def __len__(self) -> int:
        """Number of statements that do work."""
        return len(self.texts)

    @property
    def texts(self) -> list[str]:
        """Statements that do work, in order: no transaction control, nothing a new connection asks about itself."""
        return [
            text
            for text in self.all
            if not text.lstrip().upper().startswith(_HOUSEKEEPING) and "pg_catalog" not in text
        ]

    @property
    def round_trips(self) -> int:
        """Everything that was sent, transaction control included."""
        return len(self.all)

    def clear(self) -> None:
        """Start counting again."""
        self.all.clear()

    @classmethod
    def watch(cls, monkeypatch: pytest.MonkeyPatch) -> Statements:
        """A recorder of every connection of this process, until `monkeypatch` is undone."""
        recorder = cls()
        record = recorder.all.append
        connection: Any = asyncpg.Connection
        prepared: Any = asyncpg.prepared_stmt.PreparedStatement
        cursor: Any = asyncpg.cursor.BaseCursor
        opened = cursor._bind
        simple, extended, bound = connection.execute, connection._execute, prepared._PreparedStatement__do_execute

        async def execute(self: Any, query: str, *args: Any, **options: Any) -> Any:
            if not args:  # with arguments it goes on to _execute
                record(query)
            return await simple(self, query, *args, **options)

        async def _execute(self: Any, query: str, *args: Any, **options: Any) -> Any:
            record(query)
            return await extended(self, query, *args, **options)

        async def do_execute(self: Any, executor: Any) -> Any:
            record(self._query)
            return await bound(self, executor)

        async def bind(self: Any, timeout: float | None) -> Any:
            record(self._query)
            return await opened(self, timeout)

        monkeypatch.setattr(cursor, "_bind", bind)
        monkeypatch.setattr(connection, "execute", execute)
        monkeypatch.setattr(connection, "_execute", _execute)
        monkeypatch.setattr(prepared, "_PreparedStatement__do_execute", do_execute)
        return recorder
