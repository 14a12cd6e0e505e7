"""Let other systems in: who they are and what they may, their keys, and whose a report or a subscription is.

Phase: expand.
Lock: ACCESS EXCLUSIVE on reports and subscriptions, for an instant: nullable columns, and a key that is not looked at
for rows that are there. Names of subscriptions are unique for each owner from now on; what was unique stays so.
Rows touched: none.
Reversal: downgrade(), when no two subscriptions have one name; other systems are out.

Revision: 20261126_api_clients
Revises: 20261126_notice_turns
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_api_clients"
down_revision: str | None = "20261126_notice_turns"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_TABLES = ("api_clients", "api_keys")

def upgrade() -> None:
    op.create_table(
        "api_clients",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_api_clients_tenant_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name=op.f("fk_api_clients_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_clients")),
    )
    op.create_index(
        "uq_api_clients_name",
        "api_clients",
        ["tenant_id", "name"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "client_id"],
            ["api_clients.tenant_id", "api_clients.id"],
            name=op.f("fk_api_keys_tenant_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_keys")),
    )
    op.create_index("ix_api_keys_client", "api_keys", ["tenant_id", "client_id"])
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for table in ("reports", "subscriptions"):
        op.add_column(table, sa.Column("client_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_tenant_id_client_id"),
            table,
            "api_clients",
            ["tenant_id", "client_id"],
            ["tenant_id", "id"],
            postgresql_not_valid=True,
        )
    op.create_unique_constraint(
        op.f("uq_subscriptions_tenant_id_client_id_name"),
        "subscriptions",
        ["tenant_id", "client_id", "name"],
        postgresql_nulls_not_distinct=True,
    )
    op.drop_constraint(op.f("uq_subscriptions_tenant_id_name"), "subscriptions", type_="unique")


def downgrade() -> None:
    op.create_unique_constraint(op.f("uq_subscriptions_tenant_id_name"), "subscriptions", ["tenant_id", "name"])
    op.drop_constraint(op.f("uq_subscriptions_tenant_id_client_id_name"), "subscriptions", type_="unique")
    for table in ("subscriptions", "reports"):
        op.drop_constraint(op.f(f"fk_{table}_tenant_id_client_id"), table, type_="foreignkey")
        op.drop_column(table, "client_id")
    op.drop_table("api_keys")
    op.drop_table("api_clients")
