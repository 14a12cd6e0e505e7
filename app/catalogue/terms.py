"""Vocabulary of the catalogue: kinds, categories, questions, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, TypeAlias

from app.directory.terms import Tier, UnitKind
from app.kit.ids import TenantId
from app.kit.text import Text

CategoryCode = NewType("CategoryCode", str)
Answer: TypeAlias = str | bool | int | float
Answers: TypeAlias = Mapping[str, Answer]


class Kind(StrEnum):
    """What a person hands in, in the sense of the law."""

    FIELD_REPORT = "field_report"
    PETITION = "petition"
    QUESTION = "question"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"

    @property
    def diverted(self) -> bool:
        """Whether another legal track handles it: we give guidance, never handle and never publish it."""
        return self in {Kind.COMPLAINT, Kind.DENUNCIATION}

    @property
    def label(self) -> Text:
        """Its name for people."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    Kind.FIELD_REPORT: Text("Phản ánh hiện trường", "Field report"),
    Kind.PETITION: Text("Kiến nghị", "Petition"),
    Kind.QUESTION: Text("Hỏi đáp", "Question"),
    Kind.COMPLAINT: Text("Khiếu nại", "Complaint"),
    Kind.DENUNCIATION: Text("Tố cáo", "Denunciation"),
}


class PublicationPolicy(StrEnum):
    """When a case of the category may be seen by everyone."""

    AUTOMATIC = "automatic"
    CONFIRM = "confirm"
    NEVER = "never"


class PhotoPolicy(StrEnum):
    """Whether pictures of the category's cases may be seen by everyone."""

    DECIDED = "decided"  # an officer decides on each of them
    NEVER = "never"


class Priority(StrEnum):
    """How soon a case must be looked at."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def label(self) -> Text:
        """What people call the priority."""
        return _PRIORITY_LABELS[self]


_PRIORITY_LABELS = {
    Priority.LOW: Text("Thấp", "Low"),
    Priority.NORMAL: Text("Bình thường", "Normal"),
    Priority.HIGH: Text("Cao", "High"),
    Priority.URGENT: Text("Khẩn cấp", "Urgent"),
}


class QuestionType(StrEnum):
    """What kind of answer a question takes."""

    TEXT = "text"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class Question:
    """What an officer would ask; the answers steer routing and priority.

    An answer equal to `urgent_if` makes the case urgent. Answers to a `private` question are never published.
    """

    code: str
    text: Text
    type: QuestionType
    choices: tuple[Choice, ...] = ()
    required: bool = False
    private: bool = False
    minimum: float | None = None
    maximum: float | None = None
    urgent_if: str | bool | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """What a report is about. A group has no parent; a leaf's parent is its group.

    `target_working_days` counts to a resolution, `emergency_target_working_days` when the case is urgent.
    `photos_basis`: the law by which pictures are never shown, where they are not.
    """

    tenant_id: TenantId
    code: CategoryCode
    parent: CategoryCode | None
    name: Text
    description: Text
    kind: Kind
    default_tier: Tier
    default_unit_kind: UnitKind
    target_working_days: int
    emergency_target_working_days: int
    emergency: bool
    publication: PublicationPolicy
    legal_basis: Text
    photos: PhotoPolicy = PhotoPolicy.DECIDED
    photos_basis: Text | None = None
    guidance: Text | None = None
    questions: tuple[Question, ...] = ()
    keywords: tuple[str, ...] = ()
    position: int = 0
    active: bool = True
    valid_from: date | None = None
    valid_to: date | None = None

    def open_on(self, day: date) -> bool:
        """Whether new reports may choose it on `day`; `valid_to` is the last such day."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.active and begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class WantedCategory:
    """What an administrator may say of a category: its words at once, from which day to which it may be chosen.

    `valid_from`, `valid_to` None: it may be chosen without a beginning, an end; both days are among those it may.
    """

    name: Text
    description: Text
    valid_from: date | None
    valid_to: date | None
    legal_basis: Text
    note: str


@dataclass(frozen=True, slots=True)
class NewCategory:
    """A category that there is to be: a group, or, with a dot in its code, a leaf of the group named before the dot.

    `questions` are codes of questions that the tenant's other categories ask, `own_questions` those that none asks yet.
    """

    code: str
    kind: Kind
    default_tier: Tier
    default_unit_kind: UnitKind
    target_working_days: int
    emergency_target_working_days: int
    emergency: bool
    publication: PublicationPolicy
    photos: PhotoPolicy
    photos_basis: Text | None
    guidance: Text | None
    questions: tuple[str, ...]
    keywords: tuple[str, ...]
    wanted: WantedCategory
    own_questions: tuple[Question, ...] = ()

    @property
    def parent(self) -> CategoryCode | None:
        """The group it is to be in."""
        group, dot, _ = self.code.rpartition(".")
        return CategoryCode(group) if dot else None


@dataclass(frozen=True, slots=True)
class CategoryVersion:
    """One step in the history of a category. Never changed; the newest is how the category is."""

    code: CategoryCode
    version: int
    wanted: WantedCategory
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KeptCategory:
    """A category as it is, with the versions an administrator has published of it, newest first."""

    category: Category
    versions: tuple[CategoryVersion, ...]

    @property
    def version(self) -> int:
        """The newest version, 0 while it is as it was packaged."""
        return max((one.version for one in self.versions), default=0)
