"""Keep uploads: on their way, here, looked at; and which report each belongs to.

Phase: expand.
Lock: none; new tables only.
Rows touched: none.
Reversal: downgrade(); the files stay in the folder, known to nobody.

Revision: 20261126_uploads
Revises: 20261126_citizens
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_uploads"
down_revision: str | None = "20261126_citizens"
branch_labels: str | None = None
depends_on: str | None = None

_STATES = "('receiving', 'received', 'cleared', 'refused')"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_KINDS = (
    *("image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf"),
    *(f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet", "video/mp4", "video/webm", "video/3gpp"),
)
_REFUSALS = "('unknown', 'damaged', 'too-many-pixels', 'two-faced', 'bomb', 'macros')"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("length_bytes", sa.BigInteger(), nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("writer", sa.Uuid(), nullable=True),
        sa.Column("writer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("stored_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f"state IN {_STATES}", name=op.f("ck_uploads_state")),
        sa.CheckConstraint(f"kind IN ({', '.join(repr(one) for one in _KINDS)})", name=op.f("ck_uploads_kind")),
        sa.CheckConstraint(f"refusal IN {_REFUSALS}", name=op.f("ck_uploads_refusal")),
        sa.CheckConstraint("offset_bytes BETWEEN 0 AND length_bytes", name=op.f("ck_uploads_offset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(
        "ix_uploads_received", "uploads", ["updated_at"], postgresql_where=sa.text("state = 'received'")
    )
    op.create_index(
        "ix_uploads_expiry", "uploads", ["expires_at"], postgresql_where=sa.text("expires_at IS NOT NULL")
    )
    op.create_table(
        "upload_claims",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_upload_claims")),
    )
    op.create_table(
        "report_files",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_report_files_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "report_id", "place", name=op.f("pk_report_files")),
    )


def downgrade() -> None:
    op.drop_table("report_files")
    op.drop_table("upload_claims")
    op.drop_table("uploads")
