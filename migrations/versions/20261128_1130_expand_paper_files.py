"""Keep the SHA-256 of files that papers are drawn as, or name as a result, so that anyone can have them checked.

Phase: expand.
Lock: SHARE ROW EXCLUSIVE on papers for an instant: a foreign key.
Rows touched: none; files of papers of before are known from the next time the paper is opened.
Reversal: downgrade(); a file is checked by the paper's own code alone.

Revision: 20261128_paper_files
Revises: 20261128_unproven_rule
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_paper_files"
down_revision: str | None = "20261128_unproven_rule"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"


def upgrade() -> None:
    op.create_table(
        "paper_files",
        sa.Column("tenant_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("paper_id", sa.Uuid, nullable=False),
        sa.Column("part", sa.String, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sha256", "paper_id", name=op.f("pk_paper_files")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "paper_id"],
            ["papers.tenant_id", "papers.id"],
            name=op.f("fk_paper_files_tenant_id_paper_id_papers"),
        ),
        sa.CheckConstraint("part IN ('paper_file', 'result_file')", name=op.f("ck_paper_files_part")),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_paper_files_sha256")),
    )
    op.execute(f"CREATE POLICY of_tenant ON paper_files USING ({_SAME})")
    op.execute("ALTER TABLE paper_files ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("paper_files")
