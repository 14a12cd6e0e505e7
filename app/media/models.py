"""Tables of uploads. One is sent before anybody knows for which report, even for which province: it is of no tenant."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import BREAKING, Base, TenantRow, one_of

from .errors import UploadTaken, upload_gone
from .terms import Authorship, FileKind, Refusal, UploadState


class UploadRow(Base):
    """One file on its way, or here. `offset_bytes` is what is durable, never more.

    One `writer` at a time, until `writer_until`: one that was killed, or stalls, leaves it to the next one then.
    """

    __tablename__ = "uploads"
    __table_args__ = (
        one_of("state", UploadState),
        one_of("kind", FileKind),
        one_of("refusal", Refusal),
        one_of("authorship", Authorship),
        CheckConstraint("offset_bytes BETWEEN 0 AND length_bytes", name="offset"),
        Index("ix_uploads_waiting", "tries", "updated_at", postgresql_where=text("state = 'received'")),
        Index("ix_uploads_expiry", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    secret_hash: Mapped[bytes]
    state: Mapped[str]
    length_bytes: Mapped[int] = mapped_column(BigInteger)
    offset_bytes: Mapped[int] = mapped_column(BigInteger)
    filename: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # None once it belongs to a report
    writer: Mapped[UUID | None]
    writer_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))  # to look at it: counted before each
    kind: Mapped[str | None]
    refusal: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    stored_bytes: Mapped[int | None] = mapped_column(BigInteger)
    keeps_place: Mapped[bool] = mapped_column(server_default=text("false"))  # its sender wants it told
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    sha256: Mapped[bytes | None]  # of what is stored once it is cleared
    authorship: Mapped[str | None]  # of a document; None: nobody has looked for names
    original_bytes: Mapped[int | None] = mapped_column(BigInteger)  # of the document as it was sent, while it is kept
    original_sha256: Mapped[bytes | None]


class UploadClaim(Base):
    """Which report an upload belongs to: one, for good. Written with the report, which fails if the upload is gone."""

    __tablename__ = "upload_claims"
    __table_args__ = (
        ForeignKeyConstraint(["upload_id"], ["uploads.id"]),
        {"info": {BREAKING: {"pk_upload_claims": UploadTaken, "fk_upload_claims_upload_id": upload_gone}}},
    )

    upload_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    report_id: Mapped[UUID]


class ReportFile(TenantRow, Base):
    """A file of a report, in the order in which its sender named them."""

    __tablename__ = "report_files"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),)

    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[UUID]
