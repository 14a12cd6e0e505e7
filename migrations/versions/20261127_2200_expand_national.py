"""Keep what the national portal is told of service requests, and where it differs.

Phase: expand.
Lock: SHARE ROW EXCLUSIVE on tenants, units and service_requests, for an instant: foreign keys of new
tables.
Rows touched: none.
Reversal: downgrade(); what is waiting for the portal is gone, and `lienthong national resend --missing` makes it anew.

Revision: 20261127_national
Revises: 20261127_request_steps_told
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_national"
down_revision: str | None = "20261127_request_steps_told"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_TABLES = ("national_pushes", "national_links", "national_listed", "national_findings", "national_units")
_AT = sa.DateTime(timezone=True)


def _in(column: str, *words: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, words))})", name=column)


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id"))


def upgrade() -> None:
    op.create_table(
        "national_pushes",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("state_code", sa.Integer(), nullable=False),
        sa.Column("due_at", _AT, nullable=True),
        sa.Column("occurred_at", _AT, nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("next_at", _AT, nullable=True),
        sa.Column("locked_until", _AT, nullable=True),
        sa.Column("doubtful", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("first_failed_at", _AT, nullable=True),
        sa.Column("settled_at", _AT, nullable=True),
        sa.Column("last_outcome", sa.String(), nullable=True),
        sa.Column("last_code", sa.String(), nullable=True),
        _in("state", "waiting", "delivered", "dead"),
        _in("last_outcome", "taken", "found", "refused", "unsure", "away", "unready"),
        sa.CheckConstraint("state_code BETWEEN 1 AND 10", name="state_code"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_national_pushes_tenant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "request_id", "version", name=op.f("pk_national_pushes")),
    )
    for name, column, where in (
        ("due", "next_at", "state = 'waiting'"),
        ("since", "created_at", "state = 'waiting'"),
        ("locked", "locked_until", "locked_until IS NOT NULL"),
        ("dead", "settled_at", "state = 'dead'"),
        ("settled", "settled_at", "state = 'delivered'"),
    ):
        op.create_index(
            f"ix_national_pushes_{name}", "national_pushes", ["tenant_id", column], postgresql_where=sa.text(where)
        )
    op.create_table(
        "national_links",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", _AT, nullable=True),
        sa.Column("last_success_at", _AT, nullable=True),
        sa.Column("comparing_until", _AT, nullable=True),
        sa.Column("compared_at", _AT, nullable=True),
        sa.Column("listed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("under_way", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _of_tenant("national_links"),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_national_links")),
    )
    op.create_table(
        "national_listed",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("state_code", sa.Integer(), nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        _of_tenant("national_listed"),
        sa.PrimaryKeyConstraint("tenant_id", "code", name=op.f("pk_national_listed")),
    )
    op.create_table(
        "national_findings",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("difference", sa.String(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=True),
        sa.Column("theirs", sa.Integer(), nullable=True),
        sa.Column("found_at", _AT, nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        _in("difference", "missing", "other_state", "unknown_here"),
        _of_tenant("national_findings"),
        sa.PrimaryKeyConstraint("tenant_id", "code", name=op.f("pk_national_findings")),
    )
    op.create_table(
        "national_units",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("portal_code", sa.String(), nullable=False),
        sa.Column("updated_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["units.tenant_id", "units.id"],
            name=op.f("fk_national_units_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "unit_id", name=op.f("pk_national_units")),
    )
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
