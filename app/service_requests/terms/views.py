"""What is read of a service request, and the reference data that it is read with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.catalogue.snapshot import Catalogue
from app.deadlines.snapshot import Calendars
from app.directory.snapshot import Directory
from app.identity.domain import Keyring
from app.kit.ids import RequestId, TenantId
from app.media.terms import Attached
from app.papers.terms import Paper
from app.payments.terms import KeptPayment
from app.procedures.snapshot import Procedures
from app.procedures.terms import Procedure
from app.timeline.terms import Entry

from .vocabulary import Person, RequestFacts, WorkKind


class RequestBooks(NamedTuple):
    """Reference data as of one moment; `keys` open what a paper has to name, `pages` is where people follow it."""

    directory: Directory
    catalogue: Catalogue
    calendars: Calendars
    procedures: Procedures
    keys: Keyring
    pages: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """Answers that a supplement has taken the place of; null of a question that was not answered before."""

    supplement: int
    at: str  # RFC 3339
    answers: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Papers:
    """Who applies, who acts for them, what the form was filled in with, and which documents a desk saw on paper.

    `earlier`: what the form was filled in with before supplements, the oldest first.
    """

    applicant: Person
    filer: Person | None
    answers: Mapping[str, Any] = field(repr=False)
    shown: tuple[str, ...] = ()
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestView:
    """A service request with all that hangs on it. Whoever holds one has been let in."""

    row: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]
    files: Sequence[Mapping[str, Any]]
    uploads: Mapping[UUID, Attached]
    entries: Sequence[Entry]
    papers: Papers
    procedure: Procedure
    facts: RequestFacts


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A service request as it is kept, for its applicant to take along."""

    tenant_id: TenantId
    id: RequestId
    papers: Papers
    files: Sequence[Mapping[str, Any]]
    issued: Sequence[Paper]
    payments: Sequence[KeptPayment]
    code: str
    procedure_code: str
    procedure_version: int
    state: str
    outcome: str | None
    channel: str
    object_area: str
    submitted_at: datetime
    due_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    stars: int | None
    decision_text: str | None


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft as it is kept."""

    procedure: str
    content: Mapping[str, Any] = field(repr=False)
    created_at: datetime
    updated_at: datetime


class RequestWorkload(NamedTuple):
    """What the worker's sweep has left lying of a tenant's service requests."""

    tenant_id: int
    unswept: int  # the appointment passed a while ago, and it is not marked so
    untold: int  # steps that were late a while ago, and whose unit was not told so


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: a row of a case or of a step. `key` is where it stands in the list."""

    kind: WorkKind
    key: tuple[datetime, UUID, str]
    row: Mapping[str, Any] = field(repr=False)
