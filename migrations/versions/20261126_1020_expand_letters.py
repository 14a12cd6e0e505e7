"""Keep letters to reporters as they were sent.

Phase: expand; old code never writes it, and its extensions have no letter.
Lock: none but on the new table and, for its foreign key, SHARE ROW EXCLUSIVE on tenants for a moment.
Rows touched: none.
Reversal: downgrade(), which loses the letters that were sent.

Revision: 20261126_letters
Revises: 20261126_unclocked_index
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_letters"
down_revision: str | None = "20261126_unclocked_index"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit_id", sa.UUID(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.UUID(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('extension')", name=op.f("ck_letters_kind")),
        sa.CheckConstraint("length(checksum) = 64", name=op.f("ck_letters_checksum")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_letters_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_letters")),
    )
    op.create_index("ix_letters_case", "letters", ["tenant_id", "case_id", "written_at"])


def downgrade() -> None:
    op.drop_index("ix_letters_case", table_name="letters")
    op.drop_table("letters")
