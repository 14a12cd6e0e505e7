"""Rows in PostgreSQL's text format of COPY."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import Table

_DEFAULTS = {"outbox_messages": {"public": False}, "reports": {"cut_off": False}}
"""What PostgreSQL would fill in where an INSERT leaves a column out, which COPY does not."""


def columns_of(table: Table) -> list[str]:
    """Columns a COPY names: all but those PostgreSQL reckons itself."""
    return [column.name for column in table.columns if column.computed is None]


def copy_line(table: Table, row: Mapping[str, object]) -> str:
    """The row in PostgreSQL's text format of COPY, without the line's end."""
    full = {**_DEFAULTS.get(table.name, {}), **row}
    return "\t".join(_field(full.get(name)) for name in columns_of(table))


def _field(value: object) -> str:
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case bytes():
            return f"\\\\x{value.hex()}"
        case UUID():
            return value.hex
        case dict() | list():
            text = orjson.dumps(value).decode()
        case _:
            text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
