"""The table of papers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of

from .terms import FILES, PaperKind


class PaperRow(TenantRow, Base):
    """One paper as it was issued; added to, never changed. `checksum` is of its canonical form.

    `sealed` holds whom it is about until that is kept no more; `bonds` is what of it the checksum needs.
    """

    __tablename__ = "papers"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "supersedes_id"], ["papers.tenant_id", "papers.id"], name="fk_papers_older"),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "checksum", name="uq_papers_checksum"),
        UniqueConstraint("tenant_id", "supersedes_id", name="uq_papers_supersedes"),
        one_of("kind", PaperKind),
        CheckConstraint("length(checksum) = 64", name="checksum"),
        Index("ix_papers_subject", "tenant_id", "subject_id", "issued_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    number: Mapped[str]
    subject_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    facts: Mapped[dict[str, Any]]
    bonds: Mapped[dict[str, Any] | None]
    sealed: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("''::bytea"))
    template: Mapped[str]
    checksum: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None]
    supersedes_id: Mapped[UUID | None]


class PaperFileRow(TenantRow, Base):
    """A file that can be known again by its SHA-256: of a paper as it was drawn, or of a result that a paper names.

    Added to, never changed. The same file may be of several papers.
    """

    __tablename__ = "paper_files"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "paper_id"], ["papers.tenant_id", "papers.id"]),
        CheckConstraint(f"part IN ({', '.join(repr(one.value) for one in FILES)})", name="part"),
        CheckConstraint("length(sha256) = 32", name="sha256"),
    )

    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    paper_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str]
    added_at: Mapped[datetime]
