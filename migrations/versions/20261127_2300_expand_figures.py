"""Let figures of service requests be counted by their first appointment, and hold what is aimed at.

Phase: expand.
Lock: ACCESS EXCLUSIVE on service_requests for an instant, for a column without a default, and then SHARE while two
indexes are built: seconds, as service requests came with the release before.
Rows touched: none; a request from before counts its pauses by its appointment alone until it changes.
Reversal: downgrade(); the goals that a province has set are gone.

Revision: 20261127_figures
Revises: 20261127_national
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_figures"
down_revision: str | None = "20261127_national"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"


def upgrade() -> None:
    op.add_column("service_requests", sa.Column("lawful_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_service_requests_appointed", "service_requests", ["tenant_id", "original_due_at", "id"])
    op.create_index("ix_service_requests_submitted", "service_requests", ["tenant_id", "submitted_at", "id"])
    op.create_table(
        "figure_goals",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("legal_basis_vi", sa.String(), nullable=False),
        sa.Column("legal_basis_en", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        sa.CheckConstraint("tier IN ('province', 'district', 'commune')", name="tier"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_figure_goals_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "tier", "valid_from", name=op.f("pk_figure_goals")),
    )
    op.execute(f"CREATE POLICY of_tenant ON figure_goals USING ({_SAME})")
    op.execute("ALTER TABLE figure_goals ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("figure_goals")
    op.drop_index("ix_service_requests_submitted", "service_requests")
    op.drop_index("ix_service_requests_appointed", "service_requests")
    op.drop_column("service_requests", "lawful_due_at")
