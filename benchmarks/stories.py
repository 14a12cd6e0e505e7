"""Lives of cases as the program itself would have written them: decided, recorded and projected by its own functions.

A story is told once, with marks in place of everything that differs from case to case (ids, code, times, place, house
number), and told again for thousands of cases by filling the marks in. What a case, its report, its history, its
messages and its publication say is therefore never invented here: only when, where and how often.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Table

from app.cases import domain, service as cases_service
from app.cases.events import CaseFact
from app.cases.models import Case
from app.cases.service.steps import both_names
from app.cases.terms import Books, CaseFacts, PublicationState, ReferralReason, Resolution
from app.catalogue import service as catalogue_service
from app.catalogue.terms import Category, PublicationPolicy, QuestionType
from app.deadlines.terms import Clock, Deadline, TimeUnit
from app.directory.snapshot import Area, Tenant, Unit
from app.directory.terms import Confidence, EditionId, Tier
from app.identity.terms import Actor, ActorKind, Membership, Role, system_actor
from app.kit.geo import Point
from app.kit.ids import StaffId, UnitId
from app.kit.text import Text
from app.outbox import service as outbox
from app.outbox.models import OutboxMessage
from app.publication.domain import is_shown, project, render
from app.publication.models import Publication
from app.publication.terms import CaseView, PublicCase, Rendered, Source
from app.reports.models import Report
from app.routing import service as routing_service
from app.timeline.models import TimelineEntry
from app.timeline.terms import Audience, Entry

from .copying import copy_line
from .marks import (
    CASE,
    DAY,
    DUE,
    HASH,
    LAT,
    LON,
    NUMBER,
    OPENED,
    REPORT,
    SERIAL,
    TOLD,
    mark,
    marked,
    marks_of,
)  # fmt: skip
from .words import ANSWERS, CONTACTS, EFFECTS, NOTES, OPENINGS, PLEAS, QUESTIONS, REPLIES, SINCE, STREETS

_CASES, _REPORTS, _ENTRIES, _MESSAGES, _PUBLICATIONS = TABLES = tuple(
    cast("Table", model.__table__) for model in (Case, Report, TimelineEntry, OutboxMessage, Publication)
)


@dataclass(frozen=True, slots=True)
class Story:
    """COPY lines with marks `%(name)s`; `steps` says when each step happens.

    A step below 1 is that share of the way from opening to the deadline, from 1 on the days after it, plus one.
    `content` is the public case as JSON without `updated_at`, None when nobody may see it.
    """

    steps: tuple[float, ...]
    working_days: int
    commune: Area
    agency: str
    digits: int
    lines: tuple[tuple[str, str], ...]
    messages: tuple[str, ...]
    words: str
    content: str | None
    revision: int
    told_last: int
    line: str
    feature: str
    publication: str


class Journal:
    """Takes the rows of a story in the order in which they are written."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.rows: list[tuple[Table, dict[str, object]]] = []

    def put(self, table: Table, row: Mapping[str, object]) -> None:
        """Add one row; the audit trail is left out, no path that is measured reads it."""
        if table in TABLES:
            self.rows.append((table, dict(row)))


class Teller:
    """Tells stories of one tenant."""

    def __init__(self, books: Books, tenant: Tenant, rng: random.Random) -> None:
        self._books = books
        self._tenant = tenant
        self._rng = rng
        leaves = [one for one in books.catalogue.all(tenant.id) if one.parent and one.active]
        rng.shuffle(leaves)
        self._categories = leaves
        self._category_weights = [1 / (place + 3) for place in range(len(leaves))]
        area_map = books.directory.map(tenant.edition)
        self._communes = [
            area
            for code in sorted(area_map.subtree(tenant.province))
            if (area := area_map.area(code)).tier is Tier.COMMUNE
        ]
        self._commune_weights = [
            {"Phường": 5.0, "Thị trấn": 3.0}.get(area.type_name, 1.0) * rng.uniform(0.4, 2.0) for area in self._communes
        ]

    def tell(self, *, is_open: bool, late: bool) -> Story:
        """One story: still open or closed at its end, past its deadline or not."""
        return _Telling(self._books, self._tenant, self._rng, self._category(), self._commune()).told(
            is_open=is_open, late=late
        )

    def _category(self) -> Category:
        return self._rng.choices(self._categories, self._category_weights)[0]

    def _commune(self) -> Area:
        return self._rng.choices(self._communes, self._commune_weights)[0]


class _Telling:
    """One story while it is told."""

    def __init__(self, books: Books, tenant: Tenant, rng: random.Random, category: Category, commune: Area) -> None:
        self._books, self._tenant, self._rng = books, tenant, rng
        self._chain = books.directory.chain(tenant.edition, commune.code)
        self._commune = commune
        self._steps: list[float] = [0.0]
        self._journal = Journal(OPENED)
        self._revision, self._told_last = 0, 0
        self._shown: PublicCase | None = None
        self._rendered: Rendered | None = None
        self._written = self._report_text(category)
        self._open(category)

    def _report_text(self, category: Category) -> str:
        pick = self._rng.choice
        what = pick((category.name.vi, *category.keywords)).lower()
        where = f"gần số {NUMBER} {pick(STREETS)}, {self._commune.name}"
        sentences = [f"{pick(OPENINGS)} {what} {where}", pick(SINCE), pick(EFFECTS), pick(PLEAS)]
        if self._rng.random() < 0.15:
            sentences.append(pick(CONTACTS))
        return ". ".join(sentences) + "."

    def _answers(self, category: Category) -> dict[str, str | bool | int | float]:
        answers: dict[str, str | bool | int | float] = {}
        for question in category.questions:
            if self._rng.random() < 0.4:
                continue
            match question.type:
                case QuestionType.CHOICE:
                    answers[question.code] = self._rng.choice(question.choices).code
                case QuestionType.BOOLEAN:
                    answers[question.code] = self._rng.random() < 0.3
                case QuestionType.NUMBER:
                    answers[question.code] = max(1, int(question.minimum or 1))
                case QuestionType.TEXT:
                    pass
        return answers

    def _open(self, category: Category) -> None:
        """Take the report in as `reports.service` does."""
        books, tenant = self._books, self._tenant
        classified = catalogue_service.classify(
            books.catalogue, tenant=tenant.id, code=category.code, kind=None, answers=self._answers(category),
            on=datetime(2026, 1, 5, tzinfo=UTC).date(),
        )  # fmt: skip
        decision = routing_service.decide(
            books.rulebooks, books.directory, books.catalogue, tenant=tenant.id, chain=self._chain,
            confidence=Confidence.APPROXIMATE, category=category.code, kind=classified.kind,
            priority=classified.priority, answers=classified.answers, at=datetime(2026, 1, 5, 3, tzinfo=UTC),
        )  # fmt: skip
        self._working_days = classified.target_working_days
        clock = Clock(self._working_days, TimeUnit.WORKING_DAY, OPENED)
        deadline = Deadline(DUE, DUE, self._working_days, category.legal_basis, clock)
        new = cases_service.NewCase(
            id=CASE, code=f"{tenant.agency_code}-{DAY}-{SERIAL}", description=self._written,
            channel=self._rng.choice(("app", "app", "app", "web", "hotline")), chain=self._chain,
            point=Point(LAT, LON), address=None, classified=classified, decision=decision, deadline=deadline,
            received_at=OPENED,
        )  # fmt: skip
        citizen = Actor(ActorKind.ANONYMOUS, tenant.id)
        cases_service.open_case(self._journal, citizen, new)
        _, row = self._journal.rows.pop(0)
        self._case = Case(**{"support_count": 0, **row})
        self._category = category
        self._journal.put(
            _REPORTS,
            {
                "tenant_id": tenant.id, "id": REPORT, "code": new.code, "case_id": CASE, "kind": self._case.kind,
                "category_code": category.code, "description": self._written, "lat": LAT, "lon": LON,
                "accuracy_m": 15.0, "area_code": self._chain.area.code, "answers": classified.answers,
                "channel": new.channel, "lang": "vi", "received_at": OPENED, "tracking_hash": HASH,
            },
        )  # fmt: skip

    # -- what happens

    def told(self, *, is_open: bool, late: bool) -> Story:
        """The story told to its end."""
        if not self._case.is_open:
            return self._story()
        if is_open:
            if self._rng.random() < 0.75 or late:
                self._take_up()
            if late:
                self._overdue()
        else:
            self._take_up()
            if late:
                self._overdue()
            self._answer()
        return self._story()

    def _take_up(self) -> None:
        rng = self._rng
        if rng.random() < 0.12:
            self._refer()
        if rng.random() < 0.15:
            self._do(0.06, lambda facts, _: domain.note(facts, text=rng.choice(NOTES), for_unit_only=True))
        self._do(0.12, lambda facts, at: domain.accept(facts, by=self._officer(0), unit_name=self._name(), at=at))
        confirm = self._category.publication is PublicationPolicy.CONFIRM
        if confirm and not self._case.facts().kind.diverted and rng.random() < 0.6:
            self._do(0.15, lambda facts, _: domain.publish(facts, public_text=None))
        if rng.random() < 0.15:
            self._do(0.25, self._ask)
            if rng.random() < 0.8:
                self._do(0.4, lambda facts, _: domain.reply(facts, text=rng.choice(REPLIES), report=REPORT))

    def _ask(self, facts: CaseFacts, at: datetime) -> CaseFact:
        question = self._rng.choice(QUESTIONS)
        return domain.ask(facts, question=question, unit_name=self._name(), by=self._officer(0), at=at)

    def _refer(self) -> None:
        holder = self._unit()
        above = self._books.directory.parent(self._tenant.id, holder.id)
        if above is None:
            return
        names = both_names(self._books, self._case.facts(), above)
        reason = ReferralReason.NEEDS_HIGHER_TIER
        self._do(0.03, lambda facts, _: domain.refer(facts, to=above.id, names=names, reason=reason, comment=None))

    def _overdue(self) -> None:
        self._do(1.0, lambda facts, at: domain.overdue(facts, at=at), by_system=True)

    def _answer(self) -> None:
        rng, start = self._rng, self._steps[-1]
        answer = rng.choice(ANSWERS)
        result = rng.choice((Resolution.FIXED, Resolution.FIXED, Resolution.ANSWERED, Resolution.SCHEDULED))

        def draft(facts: CaseFacts, _: datetime) -> CaseFact:
            return domain.draft_answer(facts, answer=answer, resolution=result, by=self._officer(0))

        def approve(facts: CaseFacts, at: datetime) -> CaseFact:
            return domain.approve(facts, by=self._officer(1), unit_name=self._name(), at=at)

        def resolve(facts: CaseFacts, at: datetime) -> CaseFact:
            return domain.resolve(
                facts, answer=answer, resolution=result, by=self._officer(1), unit_name=self._name(), at=at
            )

        if rng.random() < 0.7:
            self._do(start + 0.2, draft)
            self._do(start + 0.3, approve)
        else:
            self._do(start + 0.3, resolve)
        if rng.random() < 0.3:
            stars = rng.choice((2, 3, 4, 4, 5, 5))
            self._do(start + 0.32, lambda facts, _: domain.rate(facts, stars=stars, comment=None, report=REPORT))
        self._do(start + 0.4, lambda facts, at: domain.close(facts, at=at))

    def _do(self, step: float, decide: Callable[[CaseFacts, datetime], CaseFact], *, by_system: bool = False) -> None:
        """Decide, apply, record and publish one step."""
        self._steps.append(max(step, self._steps[-1] + 0.001))
        now = self._journal.now = OPENED + timedelta(days=len(self._steps) - 1)
        held_by = UnitId(self._case.unit_id)
        fact = decide(self._case.facts(), now)
        self._case.apply(fact, now)
        actor = system_actor(self._tenant.id) if by_system else self._actor(held_by, 0)
        by = None if by_system else held_by
        cases_service.record(self._journal, actor, self._case, fact, by, due_at=self._case.due_at, held_by=held_by)
        self._publish()

    def _unit(self) -> Unit:
        return self._books.directory.unit(self._tenant.id, UnitId(self._case.unit_id))

    def _name(self) -> Text:
        unit = self._unit()
        return Text(unit.name, unit.name_en)

    def _officer(self, number: int) -> StaffId:
        return StaffId(UUID(int=self._case.unit_id.int ^ (number + 1)))

    def _actor(self, unit: UnitId, number: int) -> Actor:
        member = Membership(unit, Role.OFFICER)
        return Actor(ActorKind.STAFF, self._tenant.id, self._officer(number), "Cán bộ", (member,))

    def _publish(self) -> None:
        """Project and tell as `publication.service` does after each fact."""
        case, directory, catalogue = self._case, self._books.directory, self._books.catalogue
        read = {name: getattr(case, name) for name in Source.__dataclass_fields__ if hasattr(case, name)}
        source = Source(**{**read, "written": self._written, "merged_into": None, "gathers": False})
        if case.publication != PublicationState.PUBLISHED or not is_shown(source):
            return
        entries = tuple(self._entries())
        view = CaseView(
            source=source,
            category=self._category,
            group=catalogue.category(self._tenant.id, self._category.parent or self._category.code),
            chain=directory.chain(EditionId(case.edition_id), self._chain.area.code),
            unit=self._unit(),
            entries=entries,
            units={entry.unit_id: directory.unit(self._tenant.id, entry.unit_id) for entry in entries if entry.unit_id},
        )
        after = project(view)
        if self._shown is not None and self._shown.digest == after.digest:
            return
        self._revision, self._told_last = self._revision + 1, len(self._steps) - 1
        told_at = self._journal.now = TOLD + timedelta(days=self._told_last)
        self._rendered = render(after, updated_at=told_at, revision=self._revision)
        outbox.append(
            self._journal,
            tenant_id=self._tenant.id,
            type="publication.updated" if self._shown else "publication.published",
            subject_id=CASE,
            subject_version=self._revision,
            payload=self._rendered.event,
            public=True,
        )
        self._shown = after

    def _entries(self) -> list[Entry]:
        found = []
        for table, row in self._journal.rows:
            if table is _ENTRIES and row["audience"] == Audience.PUBLIC.value:
                values: dict[str, Any] = {**row, "audience": Audience.PUBLIC, "actor_id": None, "report_id": None}
                found.append(Entry(**{**values, "actor_kind": ActorKind(str(row["actor_kind"]))}))
        return found

    # -- the story as lines with marks

    def _story(self) -> Story:
        marks = marks_of(self._tenant.agency_code, len(self._steps), self._category.publication)
        case_columns = {column.name: getattr(self._case, column.name) for column in _CASES.columns}
        rows = [(_CASES, case_columns), *self._journal.rows]
        lines: list[tuple[str, str]] = []
        messages: list[str] = []
        for table, row in rows:
            if table is _ENTRIES:
                row["id"] = mark(f"e{len(lines)}")
            if table is _MESSAGES:
                row["id"], row["position"] = mark(f"m{len(messages)}"), mark(f"p{len(messages)}")
                messages.append(marked(copy_line(table, row), marks))
            else:
                lines.append((table.name, marked(copy_line(table, row), marks)))
        shown, rendered = self._shown, self._rendered
        return Story(
            steps=tuple(self._steps),
            working_days=self._working_days,
            commune=self._commune,
            agency=self._tenant.agency_code,
            digits=5 if self._category.publication is PublicationPolicy.AUTOMATIC else 3,
            lines=tuple(lines),
            messages=tuple(messages),
            words=marked(shown.search_text, marks) if shown else "",
            content=marked(orjson.dumps(shown.content, option=orjson.OPT_UTC_Z).decode(), marks) if shown else None,
            revision=self._revision,
            told_last=self._told_last,
            line=marked(rendered.line.decode(), marks) if rendered else "",
            feature=marked((rendered.feature or b"").decode(), marks) if rendered else "",
            publication=marked(copy_line(_PUBLICATIONS, self._publication(shown)), marks) if shown else "",
        )

    def _publication(self, shown: PublicCase) -> dict[str, object]:
        """The stored row; its bytes and what is reckoned from them are marks."""
        case, category = self._case, self._category
        return {
            "tenant_id": self._tenant.id, "case_id": CASE, "code": case.code, "published": True,
            "case_version": case.version, "revision": self._revision, "digest": mark("digest"),
            "etag": f'"{mark("digest")}-{self._revision}"', "state": case.state, "category_code": category.code,
            "group_code": category.parent or category.code, "area_province": case.area_province,
            "area_district": case.area_district, "area_commune": case.area_commune, "lat": shown.lat,
            "lon": shown.lon, "updated_at": TOLD + timedelta(days=self._told_last),
            "overdue": bool(shown.summary["overdue"]), "search_text": mark("words"), "terms": mark("terms"),
            "body": mark("body"), "line": mark("line"), "feature": mark("feature"), "photos": "{}",
        }  # fmt: skip
