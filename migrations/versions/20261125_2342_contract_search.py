"""Drop the indexes that have been replaced, and the column that phrases were found by.

Phase: contract, at once and not a release later: there has been no release that reads them. Processes of the code
before this step answer searches with an error until they are replaced; all else they do goes on.
Lock: ACCESS EXCLUSIVE on publications and cases for a moment.
Rows touched: none.
Reversal: downgrade() makes the column anew, which rewrites publications (10 million rows: about twenty minutes).

Revision: 20261125_contract_search
Revises: 20261125_list_indexes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261125_contract_search"
down_revision: str | None = "20261125_list_indexes"
branch_labels: str | None = None
depends_on: str | None = None

_OPEN = sa.text("state NOT IN ('resolved', 'closed')")


def upgrade() -> None:
    op.drop_index("ix_cases_open", "cases")
    op.drop_index("ix_cases_open_unit", "cases")
    op.drop_index("ix_publications_search", "publications")
    op.drop_column("publications", "search")


def downgrade() -> None:
    words = sa.Computed("to_tsvector('simple'::regconfig, search_text)", persisted=True)
    op.add_column("publications", sa.Column("search", postgresql.TSVECTOR(), words, nullable=False))
    op.create_index(
        "ix_publications_search",
        "publications",
        ["search"],
        postgresql_using="gin",
        postgresql_where=sa.text("published"),
    )
    op.create_index("ix_cases_open", "cases", ["tenant_id", "due_at", "id"], postgresql_where=_OPEN)
    op.create_index("ix_cases_open_unit", "cases", ["tenant_id", "unit_id", "due_at", "id"], postgresql_where=_OPEN)
