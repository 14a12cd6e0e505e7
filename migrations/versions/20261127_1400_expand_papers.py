"""Keep official papers on service requests as the facts they state.

Phase: expand; old code never writes it.
Lock: none but on the new table and, for its foreign key, SHARE ROW EXCLUSIVE on tenants for a moment.
Rows touched: none.
Reversal: downgrade(), which loses the papers that were issued: none of them can be checked any more.

Revision: 20261127_papers
Revises: 20261127_service_requests
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261127_papers"
down_revision: str | None = "20261127_service_requests"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_KINDS = "'receipt', 'supplement_request', 'refusal', 'apology', 'result_cover'"


def upgrade() -> None:
    op.create_table(
        "papers",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_papers_kind")),
        sa.CheckConstraint("length(checksum) = 64", name=op.f("ck_papers_checksum")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_papers_tenant_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "supersedes_id"], ["papers.tenant_id", "papers.id"], name=op.f("fk_papers_older")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_papers")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_papers_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "checksum", name=op.f("uq_papers_checksum")),
        sa.UniqueConstraint("tenant_id", "supersedes_id", name=op.f("uq_papers_supersedes")),
    )
    op.create_index("ix_papers_subject", "papers", ["tenant_id", "subject_id", "issued_at"])
    op.execute(f"CREATE POLICY of_tenant ON papers USING ({_SAME})")
    op.execute("ALTER TABLE papers ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("papers")
