"""Keep what changed for each account, what devices sent under ids of their own, and how far their clocks are off.

Phase: expand.
Lock: ACCESS EXCLUSIVE on reports for a moment (nullable columns); their check is
validated afterwards, beside reads and writes.
Rows touched: none. What was there before gets its numbers from the worker.
Time on 10 M rows: seconds, of which milliseconds under a lock that others notice.
Reversal: downgrade(); apps load everything again.

Revision: 20261127_mobile
Revises: 20261127_sealed_papers
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_mobile"
down_revision: str | None = "20261127_sealed_papers"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_TABLES = ("own_changes", "change_heads", "submissions", "app_versions")


def upgrade() -> None:
    op.create_table(
        "own_changes",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Uuid(), nullable=False),
        sa.Column("gone", sa.String(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('report', 'service_request', 'entry', 'paper')", name=op.f("ck_own_changes_kind")),
        sa.CheckConstraint("gone IN ('withdrawn', 'elsewhere')", name=op.f("ck_own_changes_gone")),
        sa.PrimaryKeyConstraint("tenant_id", "about_id", "citizen_id", "subject_id", name=op.f("pk_own_changes")),
    )
    op.create_index("uq_own_changes_number", "own_changes", ["tenant_id", "citizen_id", "number"], unique=True)
    op.create_table(
        "change_heads",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("filled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reports_until", sa.Uuid(), nullable=True),
        sa.Column("requests_until", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_change_heads")),
    )
    op.create_table(
        "submissions",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_submissions")),
    )
    op.create_table(
        "app_versions",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("least", sa.String(), nullable=False),
        sa.Column("advised", sa.String(), nullable=False),
        sa.Column("store_url", sa.String(), nullable=False),
        sa.Column("reason_vi", sa.String(), nullable=True),
        sa.Column("reason_en", sa.String(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "app", name=op.f("pk_app_versions")),
    )
    op.create_index("ix_submissions_created", "submissions", ["tenant_id", "created_at"])
    op.add_column("reports", sa.Column("captured_doubt", sa.String(), nullable=True))
    op.add_column("reports", sa.Column("clock_skew_s", sa.Integer(), nullable=True))
    op.execute(
        "ALTER TABLE reports ADD CONSTRAINT ck_reports_captured_doubt"
        " CHECK (captured_doubt IN ('future', 'long_ago')) NOT VALID"
    )
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    with op.get_context().autocommit_block():  # looks at every report while others go on reading and writing
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE reports VALIDATE CONSTRAINT ck_reports_captured_doubt")
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_constraint("ck_reports_captured_doubt", "reports")
    op.drop_column("reports", "clock_skew_s")
    op.drop_column("reports", "captured_doubt")
    for table in _TABLES:
        op.drop_table(table)
