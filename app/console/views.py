"""What the officers' pages show, as plain values for templates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.cases import service as cases_service
from app.cases.errors import CaseNotFound
from app.cases.schemas import case_answer, line
from app.cases.service import CaseView
from app.cases.terms import (
    GIVEN_RESOLUTIONS,
    CaseState,
    PublicationState,
    ReferralReason,
    Resolution,
    Verb,
)
from app.catalogue.terms import Answer, Category, Kind, PhotoPolicy, Priority, PublicationPolicy, QuestionType
from app.deadlines import service as deadlines_service
from app.deadlines.errors import CalendarExhausted
from app.deadlines.terms import PauseCause
from app.desks import service as desks_service
from app.directory.terms import Tier
from app.identity import service as identity_service
from app.kit.clock import local_day
from app.kit.ids import CaseId, UnitId
from app.kit.text import Text
from app.media.domain import link
from app.media.terms import Variant
from app.publication import service as publication_service
from app.publication.terms import Confidence, Personal, Photo, PhotoChoice
from app.reports import service as reports_service
from app.reports.schemas import files_answer
from app.reports.terms import ReportText
from app.timeline.terms import Audience
from app.web.pages import weeks

from . import duplicates
from .deps import Desk

_CODE = re.compile(r"([A-Z][A-Z0-9]*(?:\.[A-Z0-9]+)*)-[0-9]{6}-[0-9]{1,9}")
_YES, _NO = Text("có", "yes"), Text("không", "no")
_CONFIDENCE = {
    "exact": Text("trong ranh giới", "inside the boundary"),
    "border": Text("sát ranh giới, có thể là nơi bên cạnh", "near a border, the neighbour may be meant"),
    "approximate": Text("gần đúng, theo tâm xã gần nhất", "approximate, by the nearest centre"),
    "stated": Text("người gửi chọn", "stated by the sender"),
}


_STANDINGS = {
    None: Text("Chờ quyết định", "To be decided"),
    PhotoChoice.PUBLISH: Text("Công khai nguyên ảnh", "Shown as it is"),
    PhotoChoice.BLUR: Text("Công khai, đã làm mờ", "Shown blurred"),
    PhotoChoice.WITHHOLD: Text("Không công khai", "Not shown"),
}


# What may be done, the next step first, by what it is for.
_GROUPS = (
    (
        Text("Xử lý, trả lời", "Handle and answer"),
        (
            Verb.ACCEPT,
            Verb.APPROVE,
            Verb.REJECT_DRAFT,
            Verb.CLOSE,
            Verb.DRAFT_ANSWER,
            Verb.RESOLVE,
            Verb.ASK,
            Verb.REOPEN,
            Verb.UNMERGE,
        ),
    ),
    (
        Text("Chuyển, phân loại, phân công", "Refer, sort, put in charge"),
        (Verb.REFER, Verb.RETURN, Verb.TRIAGE, Verb.ASSIGN, Verb.ESCALATE, Verb.MERGE),
    ),
    (
        Text("Thời hạn", "Time"),
        (Verb.EXTEND, Verb.PAUSE, Verb.RESUME),
    ),
    (
        Text("Ghi chú, công khai, rút", "Note, publish, withdraw"),
        (Verb.NOTE, Verb.REDACT, Verb.PUBLISH, Verb.WITHHOLD, Verb.WITHDRAW),
    ),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Choices under one heading."""

    label: str
    options: tuple[tuple[str, str], ...]


def queue_line(desk: Desk, row: Any) -> dict[str, Any]:
    """One line of the queue, with its clock: what an officer needs to choose what comes next."""
    waiting = [one for one in cases_service.milestones_of(row, desk.books, now=desk.now) if one.met_at is None]
    step = min(waiting, key=lambda one: one.due_at, default=None)
    shown = line(dict(row), desk.books, desk.tenant.id, desk.now)
    area = shown["area"]["name"].partition(", ")[0]  # the commune, where it is known
    return {
        **shown,
        "unit": desk.unit_name(UnitId(row["unit_id"])),
        "standing": CaseState(row["state"]).label,
        "urgency": Priority(row["priority"]).label,
        "place": ", ".join(filter(None, (shown["address"], area))),
        "time_left": _time_left(desk, row),
        "step": step,
        "step_missed": step is not None and step.missed(desk.now),
        "unchecked": row["unchecked"] and row["publication"] == PublicationState.PUBLISHED,
        "may_take_up": cases_service.may_take_up(desk.actor, row),
    }


def _time_left(desk: Desk, row: Any) -> Text | None:
    """How long until the end of the due day, or since then, in working days of whoever has to answer.

    None for less than one day late, and where no calendar reaches. The day of receipt is not counted, today or not.
    """
    tenant, now, due_at = desk.tenant, desk.now, row["due_at"]
    try:
        clock = cases_service.row_clock(row, desk.books)
        left = deadlines_service.days_left(desk.books.calendars, tenant.id, clock, due_at=due_at, now=now)
    except CalendarExhausted:
        return None
    if due_at < now:
        return Text(f"quá {-left} ngày làm việc", f"{-left} working days ago") if left else None
    if local_day(due_at, tenant.time_zone) == local_day(now, tenant.time_zone):
        return Text("hôm nay", "today")
    return Text(f"còn {left} ngày làm việc", f"{left} working days left")


def whole_code(desk: Desk, typed: str) -> str:
    """The code somebody means who types only its end: `261122-0042` of this province, `42` of today."""
    agency = desk.tenant.agency_code
    if re.fullmatch(r"[0-9]{6}-[0-9]{1,9}", typed):
        return f"{agency}-{typed}"
    if re.fullmatch(r"[0-9]{1,9}", typed):
        return f"{agency}-{local_day(desk.now, desk.tenant.time_zone):%y%m%d}-{int(typed):04d}"
    return typed


def place_of(desk: Desk, code: str) -> str | None:
    """Which of the officers' pages shows what has this code, a case or a service request; None of what is no code."""
    found = _CODE.fullmatch(code)
    if found is None:
        return None
    # A service request's begins with the unit that received it, a case's with the province.
    return "requests" if found[1].startswith(f"{desk.tenant.agency_code}.") else "cases"


async def case_page(desk: Desk, view: CaseView) -> dict[str, Any]:
    """Everything about one case that an officer needs, and what may be chosen in its forms."""
    row, books, tenant = view.row, desk.books, desk.tenant
    milestones = cases_service.milestones_of(row, books, now=desk.now)
    case = case_answer(
        row, view.entries, view.verbs, milestones, books, tenant_id=tenant.id, now=desk.now, lang=desk.lang
    )
    reports = await reports_service.reports_for_staff(desk.database, tenant.id, view)
    files = await reports_service.files_of_case(desk.database, tenant.id, CaseId(row["id"]))
    pictured = any(file.width is not None for of_report in files.values() for file in of_report)
    photos = await publication_service.list_photos(desk.database, tenant.id, view) if pictured else []
    unit_id = UnitId(row["unit_id"])
    members = await identity_service.members_of(desk.database, tenant.id, unit_id, now=desk.now)
    resolution = case["resolution"]
    answers = {Verb.DRAFT_ANSWER, Verb.RESOLVE} & set(view.verbs)
    filled = await desks_service.templates_filled(desk.database, desk.clock, desk.actor, books, row) if answers else []
    return {
        "templates": [(str(one.template.id), one.template.wanted.name) for one in filled],
        "case": case,
        "held_by": desk.unit_name(unit_id),
        "standing": CaseState(case["state"]).label,
        "outcome": Resolution(resolution).label if resolution else None,
        "is_open": case["state"] not in {"resolved", "closed"},
        "urgency": Priority(case["priority"]).label,
        "publication": PublicationState(case["publication"]).label,
        "kind": Kind(case["kind"]).label,
        "sureness": _CONFIDENCE.get(case["confidence"]),
        "why": Text(case["routing"]["reason_vi"], case["routing"]["reason_en"]),
        "reports": [_report(desk, report) for report in reports],
        "files": files_answer(files, desk.keys.media, desk.now)["items"],
        "photos": [photo_line(desk, photo, number) for number, photo in enumerate(photos, 1)],
        "photo_policy": photo_policy(desk, view),
        "entries": [
            {**entry, "audience_label": Audience(entry["audience"]).label} for entry in reversed(case["timeline"])
        ],
        "preview": _preview(desk, view, reports),
        "deadline": _deadline(desk, view),
        "time_left": _time_left(desk, row),
        "milestones": [(one, one.missed(desk.now)) for one in milestones if one.met_at or case["resolved_at"] is None],
        "duplicates": await duplicates.likely(desk, row) if Verb.MERGE in view.verbs else [],
        "verbs": _verbs(view),
        "members": members,
        **_choices(desk),
    }


async def redaction_line(desk: Desk, code: str) -> dict[str, Any] | None:
    """What everyone reads, or would read, of one of many cases; None of one that is not there to be seen, or never is.

    Three statements.
    """
    try:
        view = await cases_service.get_case(desk.database, desk.actor, desk.scope, desk.books, code)
    except CaseNotFound:
        return None
    preview = _preview(desk, view, await reports_service.reports_for_staff(desk.database, desk.tenant.id, view))
    if preview is None:
        return None
    publication = PublicationState(view.row["publication"]).label
    return {"code": view.row["code"], "version": view.row["version"], "preview": preview, "publication": publication}


def photo_line(desk: Desk, photo: Photo, number: int) -> dict[str, Any]:
    """A picture of the case and what stands decided about it."""
    choice = photo.decision.choice if photo.decision is not None else None
    return {
        "id": photo.upload_id,
        "number": number,
        "width": photo.width,
        "height": photo.height,
        "url": link(desk.keys.media, photo.upload_id, Variant.WHOLE, desk.now),
        "thumbnail_url": link(desk.keys.media, photo.upload_id, Variant.THUMBNAIL, desk.now),
        "choice": choice.value if choice is not None else None,
        "standing": _STANDINGS[choice],
        "public": photo.public_id is not None,
        "decided_at": photo.decided_at,
    }


def photo_policy(desk: Desk, view: CaseView) -> Text | None:
    """The law by which pictures of the case are never shown; None where officers decide."""
    category = publication_service.category_of(view, desk.tenant.id, desk.books.catalogue)
    return category.photos_basis if category.photos is PhotoPolicy.NEVER else None


def _preview(desk: Desk, view: CaseView, reports: Sequence[ReportText]) -> dict[str, Any] | None:
    """What the public reads or would read, and what an officer may do about it; None of a case that is never public.

    `found`: each of the words masked by rule once, what is least sure first.
    """
    if view.row["publication_policy"] == PublicationPolicy.NEVER or Kind(view.row["kind"]).diverted:
        return None
    preview = publication_service.preview_of(view, reports, desk.tenant.id, desk.books.catalogue)
    masked = {piece.written: piece for passage in preview.passages for piece in passage.pieces if piece.mask}
    found = [piece for piece in masked.values() if piece.kind is not Personal.OTHER]
    return {
        "passages": preview.passages,
        "found": sorted(found, key=lambda piece: piece.confidence is not Confidence.LOW),
        "correction": preview.correction,
        "confirmed_at": datetime.fromisoformat(preview.correction.at) if preview.correction.at else None,
    }


def _verbs(view: CaseView) -> list[tuple[Text, list[Verb]]]:
    """What the officer may do and what makes sense, by what it is for, the next step first."""
    senseless = {Verb.WITHHOLD} if view.row["publication"] == PublicationState.WITHHELD else set()
    if view.row["publication_policy"] == PublicationPolicy.NEVER:
        senseless = {Verb.PUBLISH, Verb.REDACT, Verb.WITHHOLD}
    able = set(view.verbs) - senseless
    groups = [(heading, [verb for verb in verbs if verb in able]) for heading, verbs in _GROUPS]
    return [(heading, verbs) for heading, verbs in groups if verbs]


def _report(desk: Desk, report: ReportText) -> dict[str, Any]:
    category = desk.books.catalogue.find(desk.tenant.id, report.category)
    return {
        "code": report.code,
        "category": category.name if category else Text(report.category, report.category),
        "description": report.description,
        "channel": report.channel.label,
        "portal": desk.books.directory.unit_code(desk.tenant.id, report.portal) if report.portal else None,
        "received_at": report.received_at,
        "address": report.address,
        "stars": report.stars,
        "answers": [
            (question, _answer(category, code, value))
            for code, value in report.answers.items()
            if (question := _question(category, code)) is not None
        ],
    }


def _question(category: Category | None, code: str) -> Text | None:
    questions = category.questions if category else ()
    return next((question.text for question in questions if question.code == code), Text(code, code))


def _answer(category: Category | None, code: str, value: Answer) -> Text:
    """An answer in words: the label of a choice, yes or no, else as typed."""
    if isinstance(value, bool):
        return _YES if value else _NO
    for question in category.questions if category else ():
        if question.code == code and question.type is QuestionType.CHOICE:
            return next((choice.label for choice in question.choices if choice.code == value), Text(*[str(value)] * 2))
    plain = f"{value:g}" if isinstance(value, float) else str(value)
    return Text(plain, plain)


def _deadline(desk: Desk, view: CaseView) -> dict[str, Any]:
    row = view.row
    try:
        told = cases_service.tell_deadline(row, desk.books, now=desk.now)
    except CalendarExhausted:  # beyond every known holiday: shown without being explained
        return {"weeks": [], "left": None, "paused": None}
    explained, clock = told.explanation, told.deadline.clock
    today = local_day(desk.now, desk.tenant.time_zone)
    return {
        "weeks": weeks(explained.marks, today, explained.stood),
        "left": explained.left(today),
        "paused": clock.paused,
    }


def _choices(desk: Desk) -> dict[str, Any]:
    """What the forms let one choose from."""
    lang = desk.lang
    return {
        "categories": categories_to_choose(desk),
        "areas": areas_to_choose(desk),
        "units_to_refer": units_to_refer(desk),
        "reasons": referral_reasons(desk),
        "resolutions": [(each.value, each.label(lang)) for each in Resolution if each in GIVEN_RESOLUTIONS],
        "priorities": [(priority.value, priority.label(lang)) for priority in Priority],
        "causes": [(cause.value, cause.label(lang)) for cause in PauseCause if cause is not PauseCause.REPORTER],
        "kinds": [(kind.value, kind.label(lang)) for kind in Kind],
    }


def categories_to_choose(desk: Desk) -> list[Group]:
    """Categories of today, by group."""
    lang = desk.lang
    return [
        Group(
            branch.group.name(lang),
            tuple((each.code, each.name(lang)) for each in branch.leaves or (branch.group,) if each.active),
        )
        for branch in desk.books.catalogue.tree(desk.tenant.id)
    ]


def areas_to_choose(desk: Desk) -> list[Group]:
    """Communes of today's map, by district where there are districts."""
    directory, edition = desk.books.directory, desk.tenant.edition
    groups: list[Group] = []
    alone: list[tuple[str, str]] = []
    for area in directory.children(edition, desk.tenant.province):
        below = directory.children(edition, area.code)
        if below:
            groups.append(Group(area.name, tuple((commune.code, commune.name) for commune in below)))
        else:
            alone.append((area.code, area.name))
    return [*groups, Group(desk.tenant.name, tuple(alone))] if alone else groups


def referral_reasons(desk: Desk) -> list[tuple[str, str]]:
    """Why a case may go elsewhere, as choices: their labels are the middles of sentences."""
    labels = [(reason.value, reason.label(desk.lang)) for reason in ReferralReason]
    return [(value, label[:1].upper() + label[1:]) for value, label in labels]


def units_to_refer(desk: Desk) -> list[Group]:
    """Units that may get a case today: the province's own, then those of each district with its communes."""
    directory, tenant = desk.books.directory, desk.tenant
    today = local_day(desk.now, tenant.time_zone)
    names: dict[str, list[tuple[str, str]]] = {}
    for unit in directory.search_units(tenant.id, on=today):
        chain = directory.chain(tenant.edition, unit.area_code)
        heading = tenant.name if unit.tier is Tier.PROVINCE or chain.district is None else chain.district.name
        names.setdefault(heading, []).append((unit.code, Text(unit.name, unit.name_en)(desk.lang)))
    return [Group(label, tuple(units)) for label, units in names.items()]


def bulk_outcomes(desk: Desk, outcomes: list[cases_service.Outcome]) -> list[dict[str, Any]]:
    """What became of each case of many."""
    return [
        {"code": outcome.code, "problem": outcome.problem.detail(desk.lang) if outcome.problem else None}
        for outcome in outcomes
    ]


def grouped(of: int | Decimal) -> Text:
    """A number as people write it here and in English, thousands apart: `1.234,5` and `1,234.5`."""
    whole, _, part = f"{of:,f}".partition(".")
    part, turned = part.rstrip("0"), whole.replace(",", ".")
    return Text(f"{turned},{part}", f"{whole}.{part}") if part else Text(turned, whole)
