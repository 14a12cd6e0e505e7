"""Seal whom papers are about.

Phase: expand. Papers that are there are sealed by the worker, batch by batch, when it starts. Old code writes papers
that name people openly, which are sealed so as well, and takes new ones for changed until it has gone.
Lock: ACCESS EXCLUSIVE on papers for a moment (a nullable column, and one with a constant).
Rows touched: none.
Reversal: downgrade(), after which papers issued meanwhile name nobody, and their checksums can be computed no more.

Revision: 20261127_sealed_papers
Revises: 20261127_request_steps_told
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261127_sealed_papers"
down_revision: str | None = "20261127_request_steps_told"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("papers", sa.Column("bonds", postgresql.JSONB(), nullable=True))
    op.add_column("papers", sa.Column("sealed", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False))


def downgrade() -> None:
    op.drop_column("papers", "sealed")
    op.drop_column("papers", "bonds")
