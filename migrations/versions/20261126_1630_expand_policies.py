"""Hold whoever does not own the tables to the tenant that the transaction names.

Phase: expand.
Lock: ACCESS EXCLUSIVE on one table at a time, for a moment; each statement commits alone and may be run again.
Rows touched: none. Nothing changes for the owner of the tables, as whom every earlier release works.
Reversal: downgrade(). The role itself is the server's and stays.

Revision: 20261126_policies
Revises: 20261126_uploads
"""

from __future__ import annotations

from alembic import op

revision: str = "20261126_policies"
down_revision: str | None = "20261126_uploads"
branch_labels: str | None = None
depends_on: str | None = None

_TABLES = (
    *("audit_cursors", "audit_entries", "audit_heads", "calendar_days", "calendar_edits", "cases", "categories"),
    *("clock_occasions", "clock_plans", "occasion_rules"),
    *("code_counters", "consumer_cursors", "dead_letters", "deliveries", "idempotency_keys", "identity_readings"),
    *("jurisdictions", "letters", "memberships", "notice_preferences", "notice_wordings", "notices", "outbox_heads"),
    *("outbox_messages", "parked_messages", "publications", "quiet_hours", "recounts", "report_files"),
    *("reporter_identities", "reports", "retargets", "rulebooks", "sign_in_attempts", "staff_accounts"),
    *("staff_sessions", "subscriptions", "targets", "timeline_entries", "units"),
)
# After a transaction that named a tenant the setting is '' and no longer NULL.
_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for table in _TABLES:
            op.execute(f"DROP POLICY IF EXISTS of_tenant ON {table}")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table in _TABLES:
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            op.execute(f"DROP POLICY IF EXISTS of_tenant ON {table}")
