"""Keep service requests: what was applied for, its steps, its files, and drafts.

Phase: expand.
Lock: SHARE ROW EXCLUSIVE on tenants and procedures, for an instant: foreign keys of new tables.
Rows touched: none.
Reversal: downgrade(); service requests are gone.

Revision: 20261127_service_requests
Revises: 20261127_procedures
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "20261127_service_requests"
down_revision: str | None = "20261127_procedures"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_REQUEST = ["service_requests.tenant_id", "service_requests.id"]
_TABLES = ("service_requests", "service_request_steps", "service_request_files", "service_request_drafts")
_AT = sa.DateTime(timezone=True)


def _in(column: str, *words: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, words))})", name=column)


def upgrade() -> None:
    outcomes = ("granted", "denied", "not_accepted", "withdrawn", "ended")
    op.create_table(
        "service_requests",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("came_from", JSONB(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("procedure_code", sa.String(), nullable=False),
        sa.Column("procedure_version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("filed_by", sa.Uuid(), nullable=True),
        sa.Column("tracking_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("applicant_index", sa.LargeBinary(32), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("applicant_area", sa.String(), nullable=False),
        sa.Column("object_area", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", _AT, nullable=False),
        sa.Column("updated_at", _AT, nullable=False),
        sa.Column("accepted_at", _AT, nullable=True),
        sa.Column("due_at", _AT, nullable=True),
        sa.Column("original_due_at", _AT, nullable=True),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("clock", JSONB(), nullable=True),
        sa.Column("paused_at", _AT, nullable=True),
        sa.Column("overdue_at", _AT, nullable=True),
        sa.Column("decided_at", _AT, nullable=True),
        sa.Column("returned_at", _AT, nullable=True),
        sa.Column("closed_at", _AT, nullable=True),
        sa.Column("complained_at", _AT, nullable=True),
        sa.Column("supplements", sa.Integer(), nullable=False),
        sa.Column("supplements_most", sa.Integer(), nullable=False),
        sa.Column("missing", JSONB(), nullable=True),
        sa.Column("fee", sa.Numeric(14, 0), nullable=True),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_outcome", sa.String(), nullable=True),
        sa.Column("decision_text", sa.String(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("rated_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_service_requests_tenant_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "procedure_code", "procedure_version"],
            ["procedures.tenant_id", "procedures.code", "procedures.version"],
            name=op.f("fk_service_requests_tenant_id_procedure_code_procedure_version"),
        ),
        _in(
            "state",
            "submitted",
            "accepted",
            "not_accepted",
            "processing",
            "supplement_requested",
            "payment_requested",
            "withdrawal_asked",
            "stopped",
            "done",
            "returned",
        ),
        _in("outcome", *outcomes),
        _in("drafted_outcome", *outcomes),
        _in("channel", "app", "web", "direct", "post"),
        _in("lang", "vi", "en"),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_requests")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_service_requests_tenant_id_code")),
    )
    op.create_index("ix_service_requests_citizen", "service_requests", ["tenant_id", "citizen_id", "id"])
    op.create_index(
        "ix_service_requests_applicant", "service_requests", ["tenant_id", "applicant_index", "procedure_code"]
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_service_requests_due", "service_requests", ["tenant_id", "due_at", "id"], postgresql_where=still_open
    )
    op.create_index(
        "ix_service_requests_unit",
        "service_requests",
        ["tenant_id", "unit_id", "due_at", "id"],
        postgresql_where=still_open,
    )
    op.create_table(
        "service_request_steps",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("after", JSONB(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=True),
        sa.Column("opinion", sa.String(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("routing", JSONB(), nullable=False),
        sa.Column("opened_at", _AT, nullable=True),
        sa.Column("due_at", _AT, nullable=True),
        sa.Column("clock", JSONB(), nullable=True),
        sa.Column("overdue_at", _AT, nullable=True),
        sa.Column("done_at", _AT, nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        _in("role", "receive", "verify", "decide", "return"),
        _in("tier", "province", "district", "commune"),
        _in("state", "waiting", "open", "done"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"], _REQUEST, name=op.f("fk_service_request_steps_tenant_id_request_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "request_id", "code", name=op.f("pk_service_request_steps")),
    )
    at_work = sa.text("state = 'open'")
    op.create_index(
        "ix_service_request_steps_queue",
        "service_request_steps",
        ["tenant_id", "unit_id", "due_at", "request_id"],
        postgresql_where=at_work,
    )
    op.create_index(
        "ix_service_request_steps_due",
        "service_request_steps",
        ["tenant_id", "due_at", "request_id", "code"],
        postgresql_where=at_work,
    )
    op.create_table(
        "service_request_files",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reused_from", sa.Uuid(), nullable=True),
        sa.Column("added_at", _AT, nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        _in("role", "document", "supplement", "mandate", "opinion", "result"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"], _REQUEST, name=op.f("fk_service_request_files_tenant_id_request_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "request_id", "id", name=op.f("pk_service_request_files")),
    )
    op.create_index("ix_service_request_files_upload", "service_request_files", ["tenant_id", "upload_id"])
    op.create_table(
        "service_request_drafts",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_code", sa.String(), nullable=False),
        sa.Column("procedure_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("updated_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_service_request_drafts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_request_drafts")),
    )
    op.create_index(
        "ix_service_request_drafts_citizen", "service_request_drafts", ["tenant_id", "citizen_id", "updated_at"]
    )
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
