"""Create every table of the first release.

Phase: expand; there is nothing yet that could depend on the old schema.
Lock: none that anybody waits for, the tables are new.
Rows touched: none.
Reversal: downgrade() drops everything.

Revision: 20261122_initial
Revises: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261122_initial"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("area_province", sa.String(), nullable=False),
        sa.Column("area_district", sa.String(), nullable=True),
        sa.Column("area_commune", sa.String(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("confidence", sa.String(), nullable=False),
        sa.Column("routing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unit_id", sa.UUID(), nullable=False),
        sa.Column("assignee_id", sa.UUID(), nullable=True),
        sa.Column("referred_by_unit_id", sa.UUID(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("original_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_response_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drafted_by", sa.UUID(), nullable=True),
        sa.Column("draft_answer", sa.String(), nullable=True),
        sa.Column("draft_resolution", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("publication", sa.String(), nullable=False),
        sa.Column("publication_policy", sa.String(), nullable=False),
        sa.Column("public_text", sa.String(), nullable=True),
        sa.Column("merged_into_id", sa.UUID(), nullable=True),
        sa.Column("report_count", sa.Integer(), nullable=False),
        sa.Column("referral_count", sa.Integer(), nullable=False),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("publication IN ('pending', 'published', 'withheld')", name=op.f("ck_cases_publication")),
        sa.CheckConstraint(
            "resolution IN ('fixed', 'answered', 'scheduled', 'no_action', 'declined', 'not_competent', 'duplicate', 'withdrawn', 'diverted')",
            name=op.f("ck_cases_resolution"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'assigned', 'in_progress', 'awaiting_reporter', 'awaiting_approval', 'resolved', 'closed')",
            name=op.f("ck_cases_state"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "merged_into_id"],
            ["cases.tenant_id", "cases.id"],
            name=op.f("fk_cases_tenant_id_merged_into_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_cases_tenant_id_code")),
    )
    op.create_index(
        "ix_cases_area",
        "cases",
        ["tenant_id", sa.text("COALESCE(area_commune, area_district, area_province)"), "id"],
        unique=False,
    )
    op.create_index(
        "ix_cases_assignee",
        "cases",
        ["tenant_id", "assignee_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("assignee_id IS NOT NULL AND state NOT IN ('resolved', 'closed')"),
    )
    op.create_index(
        "ix_cases_merged",
        "cases",
        ["tenant_id", "merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_open",
        "cases",
        ["tenant_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('resolved', 'closed')"),
    )
    op.create_index(
        "ix_cases_open_unit",
        "cases",
        ["tenant_id", "unit_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('resolved', 'closed')"),
    )
    op.create_index("ix_cases_unit", "cases", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_index(
        "ix_cases_unswept",
        "cases",
        ["tenant_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("overdue_at IS NULL AND state NOT IN ('resolved', 'closed')"),
    )
    op.create_table(
        "citizens",
        sa.Column("citizen_id", sa.UUID(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_citizens")),
    )
    op.create_table(
        "code_counters",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "prefix", "day", name=op.f("pk_code_counters")),
    )
    op.create_table(
        "consumer_cursors",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "consumer", name=op.f("pk_consumer_cursors")),
    )
    op.create_table(
        "dead_letters",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "consumer", "position", name=op.f("pk_dead_letters")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key_hash", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created", "idempotency_keys", ["tenant_id", "created_at"], unique=False)
    op.create_table(
        "identity_readings",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("report_id", sa.UUID(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.UUID(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_identity_readings")),
    )
    op.create_index("ix_identity_readings_report", "identity_readings", ["tenant_id", "report_id", "id"], unique=False)
    op.create_table(
        "map_editions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_editions")),
        sa.UniqueConstraint("code", name=op.f("uq_map_editions_code")),
    )
    op.create_table(
        "outbox_heads",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_outbox_heads")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("type_version", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("subject_version", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("traceparent", sa.String(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outbox_messages")),
    )
    op.create_index(
        "ix_outbox_messages_public",
        "outbox_messages",
        ["tenant_id", "position"],
        unique=False,
        postgresql_where=sa.text("position IS NOT NULL AND public"),
    )
    op.create_index(
        "ix_outbox_messages_waiting",
        "outbox_messages",
        ["tenant_id", "id"],
        unique=False,
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_index(
        "uq_outbox_messages_position",
        "outbox_messages",
        ["tenant_id", "position"],
        unique=True,
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_table(
        "reference_versions",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reference_versions")),
    )
    op.create_table(
        "reporter_identities",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reporter_identities")),
    )
    op.create_index(
        "ix_reporter_identities_phone",
        "reporter_identities",
        ["tenant_id", "phone_index"],
        unique=False,
        postgresql_where=sa.text("phone_index IS NOT NULL"),
    )
    op.create_table(
        "timeline_entries",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.UUID(), nullable=True),
        sa.Column("unit_id", sa.UUID(), nullable=True),
        sa.Column("report_id", sa.UUID(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "audience IN ('public', 'reporter', 'staff', 'unit')", name=op.f("ck_timeline_entries_audience")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", "id", name=op.f("pk_timeline_entries")),
    )
    op.create_table(
        "areas",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type_name", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("south", sa.Double(), nullable=True),
        sa.Column("west", sa.Double(), nullable=True),
        sa.Column("north", sa.Double(), nullable=True),
        sa.Column("east", sa.Double(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.CheckConstraint("tier IN ('province', 'district', 'commune')", name=op.f("ck_areas_tier")),
        sa.ForeignKeyConstraint(
            ["edition_id", "parent_code"],
            ["areas.edition_id", "areas.code"],
            name=op.f("fk_areas_edition_id_parent_code"),
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["map_editions.id"], name=op.f("fk_areas_edition_id")),
        sa.PrimaryKeyConstraint("edition_id", "code", name=op.f("pk_areas")),
    )
    op.create_index("ix_areas_parent", "areas", ["edition_id", "parent_code"], unique=False)
    op.create_table(
        "boundary_sets",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["map_editions.id"], name=op.f("fk_boundary_sets_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_sets")),
    )
    op.create_table(
        "citizen_tokens",
        sa.Column("citizen_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.citizen_id"], name=op.f("fk_citizen_tokens_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "token_hash", name=op.f("pk_citizen_tokens")),
    )
    op.create_table(
        "publications",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("group_code", sa.String(), nullable=False),
        sa.Column("area_province", sa.String(), nullable=False),
        sa.Column("area_district", sa.String(), nullable=True),
        sa.Column("area_commune", sa.String(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple'::regconfig, search_text)", persisted=True),
            nullable=False,
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("feature", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_publications_tenant_id_case_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", name=op.f("pk_publications")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_publications_tenant_id_code")),
    )
    op.create_index(
        "ix_publications_category",
        "publications",
        ["tenant_id", "category_code", "updated_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("published"),
    )
    op.create_index(
        "ix_publications_commune",
        "publications",
        ["tenant_id", "area_commune", "updated_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("published"),
    )
    op.create_index(
        "ix_publications_district",
        "publications",
        ["tenant_id", "area_district", "updated_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("published"),
    )
    op.create_index(
        "ix_publications_feed",
        "publications",
        ["tenant_id", "updated_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("published"),
    )
    op.create_index(
        "ix_publications_group",
        "publications",
        ["tenant_id", "group_code", "updated_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("published"),
    )
    op.create_index(
        "ix_publications_overdue",
        "publications",
        ["tenant_id", "updated_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("published AND overdue"),
    )
    op.create_index(
        "ix_publications_place",
        "publications",
        [sa.literal_column("point(lon, lat)")],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("published AND lon IS NOT NULL"),
    )
    op.create_index(
        "ix_publications_search",
        "publications",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("published"),
    )
    op.create_index(
        "ix_publications_withdrawn",
        "publications",
        ["tenant_id", "updated_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("NOT published"),
    )
    op.create_index(
        "ix_publications_state",
        "publications",
        ["tenant_id", "state", "updated_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("published"),
    )
    op.create_table(
        "reports",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("citizen_id", sa.UUID(), nullable=True),
        sa.Column("tracking_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "channel IN ('web', 'app', 'hotline', 'direct', 'post', 'open311')", name=op.f("ck_reports_channel")
        ),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_reports_stars")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_reports_tenant_id_case_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reports")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_reports_tenant_id_code")),
    )
    op.create_index("ix_reports_case", "reports", ["tenant_id", "case_id"], unique=False)
    op.create_table(
        "area_boundaries",
        sa.Column("boundary_set_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("wkb", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["boundary_set_id"],
            ["boundary_sets.id"],
            name=op.f("fk_area_boundaries_boundary_set_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("boundary_set_id", "code", name=op.f("pk_area_boundaries")),
    )
    op.create_table(
        "area_successions",
        sa.Column("from_edition_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_code", sa.String(), nullable=False),
        sa.Column("to_edition_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("to_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("share", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('unchanged', 'rename', 'merge', 'split', 'abolish')", name=op.f("ck_area_successions_kind")
        ),
        sa.CheckConstraint("share IN ('full', 'partial')", name=op.f("ck_area_successions_share")),
        sa.ForeignKeyConstraint(
            ["from_edition_id", "from_code"],
            ["areas.edition_id", "areas.code"],
            name=op.f("fk_area_successions_from_edition_id_from_code"),
        ),
        sa.ForeignKeyConstraint(
            ["to_edition_id", "to_code"],
            ["areas.edition_id", "areas.code"],
            name=op.f("fk_area_successions_to_edition_id_to_code"),
        ),
        sa.PrimaryKeyConstraint(
            "from_edition_id", "from_code", "to_edition_id", "to_code", name=op.f("pk_area_successions")
        ),
    )
    op.create_index("ix_area_successions_to", "area_successions", ["to_edition_id", "to_code"], unique=False)
    op.create_table(
        "tenants",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("hosts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id", "province_code"],
            ["areas.edition_id", "areas.code"],
            name=op.f("fk_tenants_edition_id_province_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("agency_code", name=op.f("uq_tenants_agency_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
    )
    op.create_table(
        "calendar_days",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name_vi", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=True),
        sa.Column("edited", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('holiday', 'compensatory', 'swapped_off', 'swapped_workday', 'closure')",
            name=op.f("ck_calendar_days_kind"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_calendar_days_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "categories",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("name_vi", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("description_vi", sa.String(), nullable=False),
        sa.Column("description_en", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("default_tier", sa.String(), nullable=False),
        sa.Column("default_unit_kind", sa.String(), nullable=False),
        sa.Column("target_working_days", sa.Integer(), nullable=False),
        sa.Column("emergency_target_working_days", sa.Integer(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("publication", sa.String(), nullable=False),
        sa.Column("legal_basis_vi", sa.String(), nullable=False),
        sa.Column("legal_basis_en", sa.String(), nullable=False),
        sa.Column("guidance_vi", sa.String(), nullable=True),
        sa.Column("guidance_en", sa.String(), nullable=True),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("keywords", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "default_tier IN ('province', 'district', 'commune')", name=op.f("ck_categories_default_tier")
        ),
        sa.CheckConstraint(
            "default_unit_kind IN ('people_committee', 'department', 'office', 'one_stop', 'reception', 'utility')",
            name=op.f("ck_categories_default_unit_kind"),
        ),
        sa.CheckConstraint(
            "kind IN ('field_report', 'petition', 'question', 'complaint', 'denunciation')",
            name=op.f("ck_categories_kind"),
        ),
        sa.CheckConstraint("publication IN ('automatic', 'confirm', 'never')", name=op.f("ck_categories_publication")),
        sa.CheckConstraint(
            "emergency_target_working_days BETWEEN 1 AND 365", name=op.f("ck_categories_emergency_target")
        ),
        sa.CheckConstraint("target_working_days BETWEEN 1 AND 365", name=op.f("ck_categories_target")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_categories_validity")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_code"],
            ["categories.tenant_id", "categories.code"],
            name=op.f("fk_categories_tenant_id_parent_code"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_categories_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "code", name=op.f("pk_categories")),
    )
    op.create_table(
        "rulebooks",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rulebooks_version")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_rulebooks_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rulebooks")),
        sa.UniqueConstraint("tenant_id", "version", name=op.f("uq_rulebooks_tenant_id_version")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_sign_in_attempts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "name_hash", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_age", "sign_in_attempts", ["tenant_id", "last_at"], unique=False)
    op.create_table(
        "staff_accounts",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_staff_accounts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_staff_accounts")),
        sa.UniqueConstraint("tenant_id", "username", name=op.f("uq_staff_accounts_tenant_id_username")),
    )
    op.create_table(
        "units",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("parent_id", sa.UUID(), nullable=True),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("contact", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('people_committee', 'department', 'office', 'one_stop', 'reception', 'utility')",
            name=op.f("ck_units_kind"),
        ),
        sa.CheckConstraint("tier IN ('province', 'district', 'commune')", name=op.f("ck_units_tier")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["units.tenant_id", "units.id"], name=op.f("fk_units_tenant_id_parent_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_units_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_units")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_units_tenant_id_code")),
    )
    op.create_table(
        "jurisdictions",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("unit_id", sa.UUID(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_jurisdictions_validity")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["units.tenant_id", "units.id"],
            name=op.f("fk_jurisdictions_tenant_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_jurisdictions")),
        sa.UniqueConstraint(
            "tenant_id",
            "unit_id",
            "area_code",
            "category_code",
            "valid_from",
            name="uq_jurisdictions_unit_area_category",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "memberships",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("unit_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('officer', 'approver', 'dispatcher', 'unit_admin', 'tenant_admin', 'auditor')",
            name=op.f("ck_memberships_role"),
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_memberships_period")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["staff_accounts.tenant_id", "staff_accounts.id"],
            name=op.f("fk_memberships_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name=op.f("fk_memberships_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_account", "memberships", ["tenant_id", "account_id"], unique=False)
    op.create_index("ix_memberships_unit", "memberships", ["tenant_id", "unit_id"], unique=False)
    op.create_index(
        "uq_memberships_current",
        "memberships",
        ["tenant_id", "account_id", "unit_id", "role"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["staff_accounts.tenant_id", "staff_accounts.id"],
            name=op.f("fk_staff_sessions_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "token_hash", name=op.f("pk_staff_sessions")),
    )
    op.create_index("ix_staff_sessions_account", "staff_sessions", ["tenant_id", "account_id"], unique=False)
    op.create_index("ix_staff_sessions_expiry", "staff_sessions", ["tenant_id", "expires_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_staff_sessions_expiry", table_name="staff_sessions")
    op.drop_index("ix_staff_sessions_account", table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_index("uq_memberships_current", table_name="memberships", postgresql_where=sa.text("valid_to IS NULL"))
    op.drop_index("ix_memberships_unit", table_name="memberships")
    op.drop_index("ix_memberships_account", table_name="memberships")
    op.drop_table("memberships")
    op.drop_table("jurisdictions")
    op.drop_table("units")
    op.drop_table("staff_accounts")
    op.drop_index("ix_sign_in_attempts_age", table_name="sign_in_attempts")
    op.drop_table("sign_in_attempts")
    op.drop_table("rulebooks")
    op.drop_table("categories")
    op.drop_table("calendar_days")
    op.drop_table("tenants")
    op.drop_index("ix_area_successions_to", table_name="area_successions")
    op.drop_table("area_successions")
    op.drop_table("area_boundaries")
    op.drop_index("ix_reports_case", table_name="reports")
    op.drop_table("reports")
    op.drop_index("ix_publications_withdrawn", table_name="publications", postgresql_where=sa.text("NOT published"))
    op.drop_index("ix_publications_state", table_name="publications", postgresql_where=sa.text("published"))
    op.drop_index(
        "ix_publications_search",
        table_name="publications",
        postgresql_using="gin",
        postgresql_where=sa.text("published"),
    )
    op.drop_index(
        "ix_publications_place",
        table_name="publications",
        postgresql_using="gist",
        postgresql_where=sa.text("published AND lon IS NOT NULL"),
    )
    op.drop_index(
        "ix_publications_overdue", table_name="publications", postgresql_where=sa.text("published AND overdue")
    )
    op.drop_index("ix_publications_group", table_name="publications", postgresql_where=sa.text("published"))
    op.drop_index("ix_publications_feed", table_name="publications", postgresql_where=sa.text("published"))
    op.drop_index("ix_publications_district", table_name="publications", postgresql_where=sa.text("published"))
    op.drop_index("ix_publications_commune", table_name="publications", postgresql_where=sa.text("published"))
    op.drop_index("ix_publications_category", table_name="publications", postgresql_where=sa.text("published"))
    op.drop_table("publications")
    op.drop_table("citizen_tokens")
    op.drop_table("boundary_sets")
    op.drop_index("ix_areas_parent", table_name="areas")
    op.drop_table("areas")
    op.drop_table("timeline_entries")
    op.drop_index(
        "ix_reporter_identities_phone",
        table_name="reporter_identities",
        postgresql_where=sa.text("phone_index IS NOT NULL"),
    )
    op.drop_table("reporter_identities")
    op.drop_table("reference_versions")
    op.drop_index(
        "uq_outbox_messages_position", table_name="outbox_messages", postgresql_where=sa.text("position IS NOT NULL")
    )
    op.drop_index(
        "ix_outbox_messages_waiting", table_name="outbox_messages", postgresql_where=sa.text("position IS NULL")
    )
    op.drop_index(
        "ix_outbox_messages_public",
        table_name="outbox_messages",
        postgresql_where=sa.text("position IS NOT NULL AND public"),
    )
    op.drop_table("outbox_messages")
    op.drop_table("outbox_heads")
    op.drop_table("map_editions")
    op.drop_index("ix_identity_readings_report", table_name="identity_readings")
    op.drop_table("identity_readings")
    op.drop_index("ix_idempotency_keys_created", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("dead_letters")
    op.drop_table("consumer_cursors")
    op.drop_table("code_counters")
    op.drop_table("citizens")
    op.drop_index(
        "ix_cases_unswept",
        table_name="cases",
        postgresql_where=sa.text("overdue_at IS NULL AND state NOT IN ('resolved', 'closed')"),
    )
    op.drop_index("ix_cases_unit", table_name="cases")
    op.drop_index(
        "ix_cases_open_unit", table_name="cases", postgresql_where=sa.text("state NOT IN ('resolved', 'closed')")
    )
    op.drop_index("ix_cases_open", table_name="cases", postgresql_where=sa.text("state NOT IN ('resolved', 'closed')"))
    op.drop_index("ix_cases_merged", table_name="cases", postgresql_where=sa.text("merged_into_id IS NOT NULL"))
    op.drop_index(
        "ix_cases_assignee",
        table_name="cases",
        postgresql_where=sa.text("assignee_id IS NOT NULL AND state NOT IN ('resolved', 'closed')"),
    )
    op.drop_index("ix_cases_area", table_name="cases")
    op.drop_table("cases")
