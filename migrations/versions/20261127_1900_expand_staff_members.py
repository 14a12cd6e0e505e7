"""Let officers in by links and for a time: addresses of accounts, links to set a password, deputies, who needs a second step.

Phase: expand.
Lock: ACCESS EXCLUSIVE on staff_accounts, staff_sessions and limit_policies, for an instant: columns without a default, an index over
    some hundred rows, a check over some dozen.
Rows touched: none.
Reversal: downgrade(); links that wait are worth nothing, addresses of accounts and deputies are lost.

Revision: 20261127_staff_members
Revises: 20261127_uploads_cleaned
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_staff_members"
down_revision: str | None = "20261127_uploads_cleaned"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_ACCOUNT = ["staff_accounts.tenant_id", "staff_accounts.id"]
_TABLES = ("password_links", "deputies", "factor_rules", "staff_identities")
_ROLES = "('officer', 'approver', 'dispatcher', 'unit_admin', 'tenant_admin', 'auditor')"
_ASSURANCES = "('unstated', 'level_1', 'level_2')"
_LIMITED_BEFORE = "('reports', 'client_reports', 'flood', 'codes', 'devices', 'uploads')"
_LIMITED = "('reports', 'client_reports', 'flood', 'codes', 'devices', 'uploads', 'invitations', 'links')"


def upgrade() -> None:
    op.add_column("staff_accounts", sa.Column("email", sa.String(), nullable=True))
    op.create_index(
        "uq_staff_accounts_email",
        "staff_accounts",
        ["tenant_id", "email"],
        unique=True,
        postgresql_where=sa.text("email IS NOT NULL"),
    )
    op.create_table(
        "password_links",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('invitation', 'reset')", name=op.f("ck_password_links_purpose")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"], _ACCOUNT, name=op.f("fk_password_links_tenant_id_account_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", name=op.f("pk_password_links")),
        sa.UniqueConstraint("tenant_id", "link_hash", name=op.f("uq_password_links_tenant_id_link_hash")),
    )
    op.create_table(
        "deputies",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from AND deputy_id <> account_id", name=op.f("ck_deputies_period")),
        sa.ForeignKeyConstraint(["tenant_id", "account_id"], _ACCOUNT, name=op.f("fk_deputies_tenant_id_account_id")),
        sa.ForeignKeyConstraint(["tenant_id", "deputy_id"], _ACCOUNT, name=op.f("fk_deputies_tenant_id_deputy_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name=op.f("fk_deputies_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deputies")),
    )
    op.create_index("ix_deputies_account", "deputies", ["tenant_id", "account_id", "valid_to"])
    op.create_index("ix_deputies_deputy", "deputies", ["tenant_id", "deputy_id", "valid_to"])
    op.create_table(
        "factor_rules",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("demanded", sa.Boolean(), nullable=False),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"role IN {_ROLES}", name=op.f("ck_factor_rules_role")),
        sa.CheckConstraint(f"provider IN {_ASSURANCES}", name=op.f("ck_factor_rules_provider")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_factor_rules_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "role", name=op.f("pk_factor_rules")),
    )
    op.create_table(
        "staff_identities",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("subject_key", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"], _ACCOUNT, name=op.f("fk_staff_identities_tenant_id_account_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "subject_key", name=op.f("pk_staff_identities")),
    )
    op.create_index("ix_staff_identities_account", "staff_identities", ["tenant_id", "account_id"])
    op.add_column("staff_sessions", sa.Column("assurance", sa.String(), nullable=True))
    _limited(_LIMITED)
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def _limited(words: str) -> None:
    op.drop_constraint(op.f("ck_limit_policies_what"), "limit_policies")
    op.create_check_constraint(op.f("ck_limit_policies_what"), "limit_policies", f"what IN {words}")


def downgrade() -> None:
    op.execute("DELETE FROM limit_policies WHERE what IN ('invitations', 'links')")
    _limited(_LIMITED_BEFORE)
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_column("staff_sessions", "assurance")
    op.drop_index("uq_staff_accounts_email", "staff_accounts")
    op.drop_column("staff_accounts", "email")
