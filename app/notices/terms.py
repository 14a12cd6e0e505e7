"""Vocabulary of notices: occasions, channels, what becomes of a notice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from app.kit.ids import CaseId, ReportId, TenantId, UnitId
from app.kit.text import Lang, Text

CONSUMER: Final = "notices"
DIGEST: Final = "digest"
"""Occasion of a mail to a unit that gathers what happened to its cases."""


class Channel(StrEnum):
    """How somebody is reached."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _CHANNEL_LABELS[self]


_CHANNEL_LABELS = {
    Channel.EMAIL: Text("thư điện tử", "e-mail"),
    Channel.SMS: Text("tin nhắn SMS", "SMS"),
    Channel.PUSH: Text("thông báo trên thiết bị", "push message"),
}


class NoticeState(StrEnum):
    """What has become of a notice."""

    WAITING = "waiting"
    SENT = "sent"  # whoever carries it further has taken it
    FAILED = "failed"  # nobody will take it
    UNKNOWN = "unknown"  # it may have been sent, and is not worth sending twice


class Outcome(StrEnum):
    """What came of one attempt."""

    TAKEN = "taken"
    REFUSED = "refused"  # for good: such an address does not exist
    GONE = "gone"  # the device wants no more
    LATER = "later"  # nobody took it, and it may be tried again
    UNSURE = "unsure"  # it may have been taken: the connection broke after all was said


class Attempt(NamedTuple):
    """The outcome with what the other side said."""

    outcome: Outcome
    said: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What a notice says; `to` is an address, a phone in E.164 or a device's subscription as JSON. No log shows it."""

    channel: Channel
    to: str = field(repr=False)
    subject: str
    body: str
    reference: str  # the same for every attempt
    sender_name: str
    unsubscribe: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A notice taken by one process until `locked_until`."""

    tenant_id: TenantId
    id: UUID
    channel: Channel
    legal: bool
    sealed_to: bytes = field(repr=False)
    subject: str
    body: str
    attempts: int
    created_at: datetime
    locked_until: datetime
    report_id: ReportId | None
    unit_id: UnitId | None
    lang: Lang


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice as it is told of; never with the address."""

    id: UUID
    occasion: str
    channel: Channel
    lang: Lang
    legal: bool
    subject: str
    state: NoticeState
    attempts: int
    created_at: datetime
    next_at: datetime | None
    settled_at: datetime | None
    said: str | None


class QuietHours(NamedTuple):
    """Local time in which nobody is woken: from `since` until `until`, over midnight when that is earlier."""

    since: time
    until: time


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a reporter wants to be told of one report. `wanted`: also of what need not be told by law."""

    lang: Lang = Lang.VI
    channels: frozenset[Channel] = frozenset(Channel)
    quiet: QuietHours | None = None
    wanted: bool = True


class Recipient(NamedTuple):
    """One report of a case that something is to be told of; of a service request, it is both."""

    case_id: CaseId
    report_id: ReportId
    code: str
    citizen_id: UUID | None
    preferences: Preferences


class Template(NamedTuple):
    """What is said on an occasion: subject of mail and title of push messages, the whole text, a short one for SMS."""

    subject: str
    body: str
    sms: str


class Wording(NamedTuple):
    """The words of an occasion in both languages."""

    vi: Template
    en: Template

    def of(self, lang: Lang) -> Template:
        """Those in the language."""
        return self.vi if lang is Lang.VI else self.en


@dataclass(frozen=True, slots=True)
class OwnWording:
    """One version of a tenant's own words; version 0 is the packaged one, which nobody has made here."""

    occasion: str
    version: int
    words: Wording
    note: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnQuiet:
    """One version of a tenant's quiet hours; version 0 is the packaged one."""

    version: int
    hours: QuietHours
    note: str
    created_at: datetime | None


class Sample(NamedTuple):
    """Words with an example filled in; how many messages the longer SMS takes."""

    words: Wording
    sms_messages: int


@dataclass(frozen=True, slots=True)
class Occasion:
    """One occasion to tell reporters of: the types of facts that are, whether law asks for it, the packaged words."""

    code: str
    types: frozenset[str]
    legal: bool
    legal_basis: Text | None
    words: Wording
    clock: str | None = None  # of reminders: only of this clock
    supporters: bool = False  # for whoever supports the case, not for its senders: what everyone may read, on devices


class NoticeBacklog(NamedTuple):
    """What a tenant has not told yet."""

    tenant_id: int
    waiting: int
    oldest_at: datetime | None
    failed: int  # of the last week
