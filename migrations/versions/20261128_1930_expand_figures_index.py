"""Let figures of cases find what has ever moved, and what was rated, within a range of receipt.

Phase: expand.
Lock: SHARE UPDATE EXCLUSIVE on cases and reports while indexes are built beside the work; reading and writing go on.
Rows touched: none. Both hold few rows: what was referred, and what was rated.
Reversal: downgrade(); figures read more rows.

Revision: 20261128_figures_index
Revises: 20261128_category_versions
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_figures_index"
down_revision: str | None = "20261128_category_versions"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_cases_moved")
        op.create_index(
            "ix_cases_moved",
            "cases",
            ["tenant_id", "id"],
            postgresql_where=sa.text("referral_count > 0"),
            postgresql_concurrently=True,
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_reports_rated")
        op.create_index(
            "ix_reports_rated",
            "reports",
            ["tenant_id", "case_id"],
            postgresql_include=["stars"],
            postgresql_where=sa.text("stars IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_index("ix_reports_rated", "reports")
    op.drop_index("ix_cases_moved", "cases")
