"""Keep a province's own words of notices, and its own quiet hours, each version for itself.

Phase: expand.
Lock: none; new tables only.
Rows touched: none.
Reversal: downgrade(); the packaged words hold again.

Revision: 20261126_notice_wordings
Revises: 20261126_subscription_versions
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_notice_wordings"
down_revision: str | None = "20261126_subscription_versions"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "notice_wordings",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.Column(f"{part}_{lang}", sa.String(), nullable=False)
            for lang in ("vi", "en")
            for part in ("subject", "body", "sms")
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_notice_wordings_version")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_notice_wordings_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "occasion", "version", name=op.f("pk_notice_wordings")),
    )
    op.create_table(
        "quiet_hours",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.Time(), nullable=False),
        sa.Column("until", sa.Time(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_quiet_hours_version")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_quiet_hours_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "version", name=op.f("pk_quiet_hours")),
    )


def downgrade() -> None:
    op.drop_table("quiet_hours")
    op.drop_table("notice_wordings")
