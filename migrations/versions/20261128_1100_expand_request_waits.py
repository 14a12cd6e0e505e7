"""Let steps say what they wait for, so that queues find those by the unit; let works take turns by rows.

Phase: expand. Steps that old code opens meanwhile say nothing; the worker marks them and those that are open already,
some hundred at a time. The indexes on held and on drafted requests are read by nobody from now on; they go later.
Lock: ACCESS EXCLUSIVE on service_request_steps for an instant each: a column without a default, and a check that is not
validated yet; then SHARE UPDATE EXCLUSIVE while it is, some seconds for 10 M rows. Indexes are built beside the work.
SHARE ROW EXCLUSIVE on tenants for an instant: the foreign key of a new table.
Rows touched: none.
Reversal: downgrade(); queues read by request again.

Revision: 20261128_request_waits
Revises: 20261128_map_index
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_request_waits"
down_revision: str | None = "20261128_map_index"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_STEPS, _TURNS = "service_request_steps", "service_request_turns"
_WAITING = "state = 'open' AND waits_for IN ('applicant', 'signature')"
_INDEXES = {
    "ix_service_request_steps_waits": (["unit_id", "waits_for", "due_at", "request_id", "code"], _WAITING),
    "ix_service_request_steps_all_waits": (["waits_for", "due_at", "request_id", "code"], _WAITING),
    "ix_service_request_steps_unmarked": (["request_id", "code"], "state = 'open' AND waits_for IS NULL"),
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {_STEPS} ADD COLUMN IF NOT EXISTS waits_for varchar")
        op.execute(f"ALTER TABLE {_STEPS} DROP CONSTRAINT IF EXISTS ck_{_STEPS}_waits_for")
        op.execute(
            f"ALTER TABLE {_STEPS} ADD CONSTRAINT ck_{_STEPS}_waits_for"
            " CHECK (waits_for IN ('nobody', 'applicant', 'signature')) NOT VALID"
        )
        op.execute("SET statement_timeout = 0")
        op.execute(f"ALTER TABLE {_STEPS} VALIDATE CONSTRAINT ck_{_STEPS}_waits_for")
        for name, (columns, where) in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.create_index(
                name, _STEPS, ["tenant_id", *columns], postgresql_where=sa.text(where), postgresql_concurrently=True
            )
        op.execute("SET statement_timeout = '30s'")
    op.create_table(
        _TURNS,
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=f"pk_{_TURNS}"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=f"fk_{_TURNS}_tenant_id_tenants"),
    )
    op.create_index(f"ix_{_TURNS}_taken", _TURNS, ["tenant_id", "taken_at"])
    op.execute(f"CREATE POLICY of_tenant ON {_TURNS} USING ({_SAME})")
    op.execute(f"ALTER TABLE {_TURNS} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table(_TURNS)
    for name in _INDEXES:
        op.drop_index(name, _STEPS)
    op.drop_column(_STEPS, "waits_for")
