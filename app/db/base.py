"""The declarative base, the naming convention and the column types every table shares."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Dialect, MetaData
from sqlalchemy.dialects.postgresql import JSONB, UUID as PG_UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

AWAITED = "awaited"
"""Key in a table's `info`: somebody waits for its rows, and is told after the commit that added one."""

BREAKING = "breaking"
"""Key in a table's `info`: by name of a constraint, what makes the problem that breaking it is."""


class Instant(TypeDecorator[datetime]):
    """`timestamptz` that takes and gives aware UTC instants only."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive value: it would be read in the server's zone."""
        if value is not None and value.tzinfo is None:
            message = f"naive instant {value!r}"
            raise ValueError(message)
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The instant in UTC."""
        return value.astimezone(UTC) if value is not None else None


class Base(DeclarativeBase):
    """Every table. Relationships, where there are any, are `lazy="raise"`."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own protocol
        datetime: Instant,
        UUID: PG_UUID(as_uuid=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class TenantRow:
    """Mixin of every table that belongs to a tenant: the first column of its key, its uniques and its foreign keys."""

    tenant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, sort_order=-100)


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """A check, named after the column, that it holds one of `words`, or nothing where it may."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(word)) for word in words)})", name=column)
