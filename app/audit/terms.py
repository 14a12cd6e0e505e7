"""Vocabulary of the audit trail: actions, outcomes, entries, what a check of the chain finds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from app.kit.ids import TenantId


class Stood(Protocol):
    """A colleague somebody stands in for; identity's is one."""

    @property
    def id(self) -> UUID:
        """The account."""

    @property
    def name(self) -> str:
        """What people call them."""


class Doer(Protocol):
    """Whoever acts, as far as the trail is concerned; identity's actor is one."""

    @property
    def kind(self) -> StrEnum:
        """What acts."""

    @property
    def tenant_id(self) -> TenantId:
        """In which tenant."""

    @property
    def id(self) -> UUID | None:
        """The account, None for the program itself and for people without one."""

    @property
    def name(self) -> str:
        """An officer's name; empty for anyone else."""

    @property
    def instead_of(self) -> Stood | None:
        """For whom it is done; None for oneself, or when nobody has looked."""

    @property
    def stands_in_for(self) -> Collection[Stood]:
        """Every colleague whose roles the actor has for a time."""

    @property
    def capacity(self) -> Collection[Stood] | None:
        """Whom one stands in for in what is done; None: nobody has looked."""


class Origin(NamedTuple):
    """By which request something was done, and from which address."""

    request_id: str | None
    address: str | None


class Action(StrEnum):
    """What was done, beside the verbs of cases, which are named by their facts (`case.accepted`)."""

    SIGNED_IN = "sign_in"
    SIGNED_OUT = "sign_out"
    REFUSED = "refused"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_INVITED = "account.invited"
    PASSWORD_SET = "account.password_set"  # noqa: S105 - an action
    PASSWORD_RESET = "account.password_reset"  # noqa: S105 - an action
    FACTOR_SET = "account.factor_set"
    STAFF_IDENTITY_LINKED = "account.identity_linked"
    STAFF_IDENTITY_UNLINKED = "account.identity_unlinked"
    FACTOR_RULE_SET = "factor_rule.set"
    FACTOR_REMOVED = "account.factor_removed"
    MEMBERSHIP_BEGUN = "membership.begun"
    MEMBERSHIP_CHANGED = "membership.changed"
    MEMBERSHIP_ENDED = "membership.ended"
    DEPUTY_NAMED = "deputy.named"
    DEPUTY_ENDED = "deputy.ended"
    CALENDAR_PUBLISHED = "calendar.published"
    TARGET_PUBLISHED = "target.published"
    OCCASION_PUBLISHED = "occasion.published"
    CATEGORY_PUBLISHED = "category.published"
    RULEBOOK_PUBLISHED = "rulebook.published"
    PROCEDURE_DRAFTED = "procedure.drafted"
    PROCEDURE_PUBLISHED = "procedure.published"
    PROCEDURE_RETIRED = "procedure.retired"
    WORDING_PUBLISHED = "wording.published"
    APP_VERSION_SET = "app_version.set"
    UNIT_CONTACT_SET = "unit.contact_set"
    QUIET_HOURS_PUBLISHED = "quiet_hours.published"
    NEIGHBOUR_CREATED = "neighbour.created"
    NEIGHBOUR_CHANGED = "neighbour.changed"
    NEIGHBOUR_ENDED = "neighbour.ended"
    PARTNER_CREATED = "partner.created"
    PARTNER_CHANGED = "partner.changed"
    PARTNER_ENDED = "partner.ended"
    PARTNER_RETRIED = "partner.retried"
    SUBSCRIPTION_CREATED = "subscription.created"
    SUBSCRIPTION_CHANGED = "subscription.changed"
    SUBSCRIPTION_DELETED = "subscription.deleted"
    IDENTITY_ASKED = "identity.asked"
    IDENTITY_AGREED = "identity.agreed"
    IDENTITY_DECLINED = "identity.declined"
    CLIENT_CREATED = "client.created"
    CLIENT_CHANGED = "client.changed"
    CLIENT_KEY_MADE = "client.key_made"
    CLIENT_REVOKED = "client.revoked"
    LIMIT_SET = "limit.set"
    SENDER_BLOCKED = "sender.blocked"
    BLOCK_LIFTED = "sender.block_lifted"
    IDENTITY_OPENED = "identity.opened"
    REQUEST_OPENED = "service_request.opened"
    IDENTITY_ERASED = "identity.erased"
    PHONE_SOUGHT = "phone.sought"
    ACCOUNT_ERASED = "account.erased"
    RETENTION_PUBLISHED = "retention.published"
    RETENTION_APPLIED = "retention.applied"
    PAYMENT_RECORDED = "payment.recorded"
    PAYMENT_REFUNDED = "payment.refund_noted"
    PAYMENT_MATCHED = "payment.matched"
    PAYMENT_TO_RETURN = "payment.to_return"
    PAYMENT_SETUP_CHANGED = "payment.setup_changed"
    STATEMENT_COMPARED = "payment.statement_compared"
    TRAIL_READ = "audit.read"
    TRAIL_EXPORTED = "audit.exported"
    TRAIL_ACCEPTED = "audit.accepted"  # as it stands, after an older backup was restored
    GOAL_SET = "goal.set"
    SUPPORT_RULE_PUBLISHED = "support_rule.published"
    PORTAL_SET = "portal.set"
    CALENDAR_ADDRESS_MADE = "calendar_address.made"
    CALENDAR_ADDRESS_ENDED = "calendar_address.ended"
    VIEW_SAVED = "view.saved"
    VIEW_DROPPED = "view.dropped"
    ANSWER_TEMPLATE_SET = "answer_template.set"
    ANSWER_TEMPLATE_ENDED = "answer_template.ended"


class Outcome(StrEnum):
    """Whether it came to be."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a tenant's trail. `position` and `hash` are None until it is sealed."""

    tenant_id: TenantId
    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    unit_id: UUID | None
    action: str
    outcome: str
    subject: str | None  # a code or an id of what it was done to
    details: Mapping[str, Any]
    request_id: str | None
    address: str | None  # of the client, for officers and refusals only
    position: int | None
    hash: bytes | None


class Head(NamedTuple):
    """How far a tenant's trail is sealed: the last position, its hash, and a proof that only the key's holder makes."""

    position: int
    hash: bytes
    proof: bytes


class Fault(StrEnum):
    """What is wrong with a chain."""

    MISSING = "missing"  # an entry was taken away
    CHANGED = "changed"  # an entry, or the one before it, is not what was sealed
    TRUNCATED = "truncated"  # the trail ends before its head says
    FORGED = "forged"  # the head was not made with this installation's key
    OTHER = "other"  # the trail is not the one that was noted outside


class Finding(NamedTuple):
    """The first thing that is wrong, where."""

    fault: Fault
    position: int


class Checked(NamedTuple):
    """What a check of a trail came to: entries that hold, those not sealed yet, what is wrong (None: nothing)."""

    sealed: int
    waiting: int
    head: Head | None
    finding: Finding | None


class Asked(NamedTuple):
    """Which entries somebody wants to read; None does not restrict."""

    action: str | None = None  # with all below it: `case` is `case.accepted`, too
    actor_id: UUID | None = None
    subject: str | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    unit_id: UUID | None = None  # of what it was done to, itself and not those below it
