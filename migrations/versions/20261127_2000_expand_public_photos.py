"""Keep what officers decide about pictures, which of them a publication shows, and which categories show none.

Phase: expand.
Lock: ACCESS EXCLUSIVE on publications and categories for a moment (columns with constant defaults; categories are a
few hundred rows, whose check is looked at there and then), SHARE ROW EXCLUSIVE on cases (a foreign key of a new table).
Rows touched: none.
Time on 10 M rows: milliseconds.
Reversal: downgrade(); no picture is shown.

Categories of provinces that are there already stay as they are: an officer decides on each picture.

Revision: 20261127_public_photos
Revises: 20261127_staff_members
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261127_public_photos"
down_revision: str | None = "20261127_staff_members"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"


def upgrade() -> None:
    op.add_column("categories", sa.Column("photos", sa.String(), server_default=sa.text("'decided'"), nullable=False))
    op.add_column("categories", sa.Column("photos_basis_vi", sa.String(), nullable=True))
    op.add_column("categories", sa.Column("photos_basis_en", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_categories_photos"), "categories", "photos IN ('decided', 'never')")
    op.create_check_constraint(
        op.f("ck_categories_photos_basis"),
        "categories",
        "photos <> 'never' OR (photos_basis_vi <> '' AND photos_basis_en <> '')",
    )
    op.add_column(
        "publications",
        sa.Column("photos", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_table(
        "public_photos",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("patches", postgresql.JSONB(), nullable=False),
        sa.Column("alt", sa.String(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("thumbnail_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("choice IN ('publish', 'blur', 'withhold')", name=op.f("ck_public_photos_choice")),
        sa.CheckConstraint("(choice = 'withhold') = (sha256 IS NULL)", name=op.f("ck_public_photos_copy")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_public_photos_tenant_id_case_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_public_photos")),
    )
    op.create_index(
        "uq_public_photos_standing",
        "public_photos",
        ["tenant_id", "case_id", "upload_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_public_photos_ended",
        "public_photos",
        ["tenant_id", "id"],
        postgresql_where=sa.text("ended_at IS NOT NULL AND dropped_at IS NULL AND sha256 IS NOT NULL"),
    )
    op.execute(f"CREATE POLICY of_tenant ON public_photos USING ({_SAME})")
    op.execute("ALTER TABLE public_photos ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("public_photos")
    op.drop_column("publications", "photos")
    op.drop_constraint(op.f("ck_categories_photos_basis"), "categories")
    op.drop_constraint(op.f("ck_categories_photos"), "categories")
    for column in ("photos_basis_en", "photos_basis_vi", "photos"):
        op.drop_column("categories", column)
