"""Tables of identity. Officers belong to a tenant; citizens to no tenant: their key is their own (scale rule 7).

Reporters' identities stand apart from case data and are never joined to it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.ids import ClientId, UnitId
from app.oidc.terms import Assurance

from .terms import ClientScope, ClientView, Grant, KeyView, LinkPurpose, Role


class StaffAccount(TenantRow, Base):
    """An officer's account in one tenant; `username` is lower case."""

    __tablename__ = "staff_accounts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "username"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        Index("uq_staff_accounts_email", "tenant_id", "email", unique=True, postgresql_where=text("email IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str]
    name: Mapped[str]
    email: Mapped[str | None]  # in lower case
    # argon2id in PHC format; None for an account that signs in by other means only
    password_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime]
    let_in_by: Mapped[UUID | None]  # who made its last link, and so could have come in by it


class StaffMembership(TenantRow, Base):
    """One role of an account in one unit, from `valid_from` until just before `valid_to`."""

    __tablename__ = "memberships"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        one_of("role", Role),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        Index(
            "uq_memberships_current",
            "tenant_id",
            "account_id",
            "unit_id",
            "role",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
        Index("ix_memberships_account", "tenant_id", "account_id"),
        Index("ix_memberships_unit", "tenant_id", "unit_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    role: Mapped[str]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class StaffDeputy(TenantRow, Base):
    """Who stands in for whom in one unit: has the roles that the colleague holds there, and no others."""

    __tablename__ = "deputies"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
        ForeignKeyConstraint(["tenant_id", "deputy_id"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        CheckConstraint("valid_to >= valid_from AND deputy_id <> account_id", name="period"),
        Index("ix_deputies_account", "tenant_id", "account_id", "valid_to"),
        Index("ix_deputies_deputy", "tenant_id", "deputy_id", "valid_to"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    deputy_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
    created_at: Mapped[datetime]


class PasswordLink(TenantRow, Base):
    """The one link by which an officer sets the own password; it goes when it is used, and a newer one takes its place.

    The link itself is not kept.
    """

    __tablename__ = "password_links"
    __table_args__ = (
        UniqueConstraint("tenant_id", "link_hash"),
        ForeignKeyConstraint(["tenant_id", "account_id"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
        one_of("purpose", LinkPurpose),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    link_hash: Mapped[bytes]
    purpose: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]


class StaffSession(TenantRow, Base):
    """One signing in; the token itself is not kept."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
        Index("ix_staff_sessions_account", "tenant_id", "account_id"),
        Index("ix_staff_sessions_expiry", "tenant_id", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    # to a quarter of an hour, so that a request is not a write
    last_seen_at: Mapped[datetime]
    user_agent: Mapped[str]
    assurance: Mapped[str | None]  # how well the provider knew whom it vouched for; None: it was not asked


class StaffFactor(TenantRow, Base):
    """An officer's second factor; `sealed` is the secret of the app. It guards nothing before `confirmed_at`."""

    __tablename__ = "staff_factors"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(BigInteger)  # of the code that was used last
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(TenantRow, Base):
    """One code that stands in for the app, once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class StaffIdentity(TenantRow, Base):
    """A person at a provider, as a keyed hash, whose account this is."""

    __tablename__ = "staff_identities"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
        Index("ix_staff_identities_account", "tenant_id", "account_id"),
    )

    subject_key: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    issuer: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # it opens the account no more, and its address does not bring it back


class FactorRuleRow(TenantRow, Base):
    """Whether a role needs a second step, where the tenant has decided; `provider`: which assurance stands for it."""

    __tablename__ = "factor_rules"
    __table_args__ = (
        one_of("role", Role),
        one_of("provider", Assurance),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    )

    role: Mapped[str] = mapped_column(primary_key=True)
    demanded: Mapped[bool]
    provider: Mapped[str | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None]


class SignInAttempts(TenantRow, Base):
    """Wrong passwords in a row for one name, known or not, so that a lock does not tell which names exist."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        Index("ix_sign_in_attempts_age", "tenant_id", "last_at"),
    )

    name_hash: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class Citizen(Base):
    """A citizen's account in the whole installation. It begins as one device; a one-time code will prove its phone."""

    __tablename__ = "citizens"

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime]


class CitizenSession(Base):
    """One signing in of a citizen on one device. Its refresh token is replaced at each use; neither is kept.

    `previous_hash` is the one before, for a moment good once more: the answer that brought the new one may be lost.
    """

    __tablename__ = "citizen_sessions"
    __table_args__ = (Index("ix_citizen_sessions_expires", "expires_at"),)

    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizens.citizen_id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    refresh_hash: Mapped[bytes]
    previous_hash: Mapped[bytes | None]
    rotated_at: Mapped[datetime]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user_agent: Mapped[str]


class CitizenTokenRow(Base):
    """One token of a citizen; the token itself is not kept. `session_id`: None for a device without a phone."""

    __tablename__ = "citizen_tokens"
    __table_args__ = (Index("ix_citizen_tokens_expires", "expires_at"),)

    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizens.citizen_id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime]
    user_agent: Mapped[str]
    session_id: Mapped[UUID | None]


class ReporterIdentityRow(TenantRow, Base):
    """Who handed in the report `id`, sealed; `phone_index` finds a phone's reports without showing the phone."""

    __tablename__ = "reporter_identities"
    __table_args__ = (
        Index(
            "ix_reporter_identities_phone",
            "tenant_id",
            "phone_index",
            postgresql_where=text("phone_index IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    phone_index: Mapped[bytes | None]
    # whether the sender asked not to be named: two people open it then
    withheld: Mapped[bool] = mapped_column(server_default=text("false"))
    sealed_at: Mapped[datetime]


class KeyFingerprint(Base):
    """What the installation's key is known again by, without being shown: 32 bytes that nothing else is derived from.

    Of the installation, not of a tenant: one key seals the identities of all of them.
    """

    __tablename__ = "key_fingerprints"

    purpose: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    adopted_at: Mapped[datetime]


class IdentityReading(TenantRow, Base):
    """One opening of a reporter's identity, or of an applicant's papers: who, when, for what. Never changed."""

    __tablename__ = "identity_readings"
    __table_args__ = (Index("ix_identity_readings_report", "tenant_id", "report_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID]  # or the service request
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    unit_id: Mapped[UUID | None]  # held the case then; None of the program itself
    purpose: Mapped[str]
    read_at: Mapped[datetime]


class ApiClient(TenantRow, Base):
    """Another system that may ask for something here, with its limits."""

    __tablename__ = "api_clients"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        Index("uq_api_clients_name", "tenant_id", "name", unique=True, postgresql_where=text("revoked_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    contact: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String))
    unit_id: Mapped[UUID | None]
    area_code: Mapped[str | None]
    channel: Mapped[str]
    portal_unit_id: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None]

    def read(self, keys: list[ApiKey]) -> ClientView:
        """The client as the program knows it, with these keys."""
        return ClientView(
            id=ClientId(self.id),
            name=self.name,
            contact=self.contact,
            grant=Grant(
                frozenset(ClientScope(scope) for scope in self.scopes),
                UnitId(self.unit_id) if self.unit_id else None,
                self.area_code,
                self.channel,
                UnitId(self.portal_unit_id) if self.portal_unit_id else None,
            ),
            expires_at=self.expires_at,
            revoked_at=self.revoked_at,
            version=self.version,
            created_at=self.created_at,
            updated_at=self.updated_at,
            keys=tuple(KeyView(key.id, key.created_at, key.ends_at, key.last_used_at) for key in keys),
        )


class ApiKey(TenantRow, Base):
    """One key of a client; the key itself is not kept. `ends_at`: another has taken its place, or will have."""

    __tablename__ = "api_keys"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "client_id"], ["api_clients.tenant_id", "api_clients.id"]),
        Index("ix_api_keys_client", "tenant_id", "client_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[UUID]
    key_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
