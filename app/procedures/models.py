"""The table of procedures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow
from app.kit.ids import TenantId

from .domain import read_procedure, write_procedure
from .errors import ProcedureIsDraft
from .terms import Procedure, ProcedureVersion

_COLUMNS = ("code", "version", "valid_from", "valid_to")  # what the row itself says, and its content does not


class ProcedureRow(TenantRow, Base):
    """One version of a procedure: a draft that may still be written, or published and never changed but for its end.

    `content` is json, not jsonb: it keeps the order in which fields were written. `revision` counts edits of a draft.
    """

    __tablename__ = "procedures"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    published: Mapped[bool]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    revision: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None]

    def read(self) -> Procedure:
        """The row as the program knows it."""
        values = {
            **self.content,
            "code": self.code,
            "version": self.version,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
        }
        return read_procedure(TenantId(self.tenant_id), values, published=self.published)

    def version_read(self) -> ProcedureVersion:
        """The row as administrators see it."""
        return ProcedureVersion(self.read(), self.revision, self.created_at, self.published_at)

    def write(self, procedure: Procedure) -> None:
        """The draft says what `procedure` says."""
        self.valid_from, self.valid_to = procedure.valid_from, procedure.valid_to
        self.content = procedure_content(procedure)
        self.revision += 1

    def publish(self, procedure: Procedure, *, at: datetime, by: UUID | None) -> None:
        """The draft is published as `procedure`."""
        self.write(procedure)
        self.published, self.published_at, self.published_by = True, at, by

    def end(self, last_day: date) -> None:
        """No new service requests after `last_day`, or its first day if that is later. Raises: ProcedureIsDraft."""
        if not self.published:
            raise ProcedureIsDraft
        self.valid_to = max(last_day, self.valid_from)
        self.revision += 1


def procedure_content(procedure: Procedure) -> dict[str, Any]:
    """The column `content` of the row that holds `procedure`."""
    return {name: value for name, value in write_procedure(procedure).items() if name not in _COLUMNS}


def procedure_values(procedure: Procedure, at: datetime, by: UUID | None = None) -> dict[str, object]:
    """The columns of a fresh row that holds `procedure`, made at `at`, by the program when `by` is None."""
    return {
        "tenant_id": procedure.tenant_id,
        "code": procedure.code,
        "version": procedure.version,
        "published": procedure.published,
        "valid_from": procedure.valid_from,
        "valid_to": procedure.valid_to,
        "content": procedure_content(procedure),
        "revision": 1,
        "created_at": at,
        "created_by": by,
        "published_at": at if procedure.published else None,
        "published_by": None,
    }
