"""Keep every version that administrators publish of a category.

Phase: expand.
Lock: none on tables in use but for an instant: a foreign key to categories (SHARE ROW EXCLUSIVE).
Rows touched: none; a category without a version is as it was packaged.
Reversal: downgrade(); categories stay as they were last worded, their history is gone.

Revision: 20261128_category_versions
Revises: 20261128_answers_known
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_category_versions"
down_revision: str | None = "20261128_answers_known"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"


def upgrade() -> None:
    op.create_table(
        "category_versions",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name_vi", sa.String, nullable=False),
        sa.Column("name_en", sa.String, nullable=False),
        sa.Column("description_vi", sa.String, nullable=False),
        sa.Column("description_en", sa.String, nullable=False),
        sa.Column("legal_basis_vi", sa.String, nullable=False),
        sa.Column("legal_basis_en", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.PrimaryKeyConstraint("tenant_id", "code", "version", name="pk_category_versions"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "code"],
            ["categories.tenant_id", "categories.code"],
            name="fk_category_versions_tenant_id_code",
        ),
        sa.CheckConstraint("version >= 1", name="ck_category_versions_version"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="ck_category_versions_validity"
        ),
    )
    op.execute(f"CREATE POLICY of_tenant ON category_versions USING ({_SAME})")
    op.execute("ALTER TABLE category_versions ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("category_versions")
