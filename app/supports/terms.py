"""Vocabulary of support: whose counts, by which rule it makes a case more urgent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from app.catalogue.terms import Priority
from app.kit.ids import CaseId, TenantId
from app.kit.text import Text

CONSUMER: Final = "supports"
"""Name of the consumer's cursor; only whoever holds it counts."""

RAISED_TO: Final = (Priority.HIGH, Priority.URGENT)
"""Priorities that a rule may raise a case to."""


class Whose(StrEnum):
    """Whose support a rule counts."""

    PROVEN = "proven"
    EVERYBODY = "everybody"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _WHOSE_LABELS[self]


_WHOSE_LABELS = {
    Whose.PROVEN: Text("người đã xác thực số điện thoại hoặc định danh", "people whom a phone or an identity proves"),
    Whose.EVERYBODY: Text("mọi người, kể cả không đăng nhập", "everybody, also without an account"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """From how many supporters on a case is raised to the priority. Never changed: a later version says otherwise.

    `category` None: of whatever category. `at_least` None: it is raised by no number. Version 0 is packaged.
    """

    category: str | None
    priority: Priority
    version: int
    at_least: int | None
    whose: Whose
    legal_basis: Text
    note: str
    created_at: datetime | None
    valid_from: datetime | None

    @property
    def key(self) -> tuple[str | None, Priority]:
        """What versions of one rule have in common."""
        return self.category, self.priority


class Supported(NamedTuple):
    """The case that somebody says the same of, where it lives now, and how this person stands to it.

    `gathered`: the case with all that are merged into it. `shown`: whether anyone may see both what was asked for and
    where it lives. `since`: from when the person supports it. `reported`: the person has sent a report of it.
    """

    case_id: CaseId
    code: str
    is_open: bool
    shown: bool
    people: int
    since: datetime | None
    reported: bool
    gathered: tuple[CaseId, ...]


class Standing(NamedTuple):
    """How one person stands to a case: supports it since then, or not; how many do, as everyone is told."""

    code: str
    since: datetime | None
    people: int


class Counted(NamedTuple):
    """A case with how many people support it now, in it and in all that are merged into it; `kept`: as it says."""

    case_id: CaseId
    category: str
    priority: Priority
    is_open: bool
    kept: int
    people: int
    proven: int


class OwnSupport(NamedTuple):
    """A case that an account supports, for its owner."""

    tenant_id: TenantId
    code: str
    given_at: datetime


class Raise(NamedTuple):
    """A case that a rule would raise, with how many of those whom the rule counts support it now."""

    code: str
    people: int
    priority: Priority


class RulePreview(NamedTuple):
    """What a rule would do if all supported cases were counted now: `looked` at so many, `more`: not at all of them."""

    looked: int
    more: bool
    raised: list[Raise]
