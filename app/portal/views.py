"""What the people's pages show, as plain values for templates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from app.cases import service as cases_service
from app.cases.terms import CaseState, Resolution, Verb
from app.deadlines.errors import CalendarExhausted
from app.deadlines.terms import Explanation
from app.directory.errors import UnknownUnit
from app.directory.snapshot import AreaChain
from app.kit.clock import local_day
from app.kit.ids import UnitId
from app.kit.text import Text
from app.publication.terms import SimilarCase, outcome
from app.reports import service as reports_service
from app.reports.schemas import own_answer
from app.reports.service import ReportView
from app.web.pages import weeks

from .deps import Visit


class Similar(NamedTuple):
    """A public case that is probably the same, as a line of a list, and why that is thought."""

    line: Mapping[str, Any]
    metres: int | None
    days: int


_CODE = re.compile(r"([A-Z][A-Z0-9]*(?:\.[A-Z0-9]+)*)-[0-9]{6}-[0-9]{1,9}")
_WAITS_FOR_YOU = Text("Đang chờ bạn trả lời", "Waiting for your reply")


def place_name(chain: AreaChain) -> str:
    """Commune, district, province: whatever is known."""
    return ", ".join(area.name for area in (chain.commune, chain.district, chain.province) if area)


_UNEXPLAINED: Mapping[str, Any] = MappingProxyType({"weeks": [], "left": None, "rule": None, "told": None})


def deadline(visit: Visit, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The weeks from the start of the case's clock to its due date, how many working days are left, and why."""
    try:
        told = cases_service.tell_deadline(row, visit.books, now=visit.now)
    except CalendarExhausted:  # a due date beyond every known holiday is still shown, only not explained
        return _UNEXPLAINED
    counted = _counted(visit, told.explanation)
    return {**counted, "told": told}


def explained(visit: Visit, row: Mapping[str, Any], *, own: bool) -> dict[str, Any]:
    """What the page of the due date shows of a report with its case; reasons people wrote only to its sender."""
    counted = deadline(visit, row)
    return {
        "code": row["report_code"],
        "due_at": row["due_at"],
        "withdrawn": row["resolution"] == Resolution.WITHDRAWN,
        "told": counted["told"],
        "weeks": counted["weeks"],
        "own": own,
    }


def _counted(visit: Visit, explained: Explanation) -> dict[str, Any]:
    """The weeks, and how many days are still to be counted, today's among them unless it is the day of receipt."""
    today = local_day(visit.now, visit.tenant.time_zone)
    return {
        "weeks": weeks(explained.marks, today, explained.stood),
        "left": explained.left(today),
        "rule": explained.rule,
    }


def _own_standing(state: str, resolution: str | None) -> Text:
    """The same, said to the sender."""
    return _WAITS_FOR_YOU if state == CaseState.AWAITING_REPORTER else outcome(state, resolution)


def own_line(visit: Visit, row: Mapping[str, Any]) -> dict[str, Any]:
    """One of the account's reports in its list."""
    is_open = row["state"] not in {CaseState.RESOLVED, CaseState.CLOSED}
    unit = visit.books.directory.unit(visit.tenant.id, UnitId(row["unit_id"]))
    return {
        "code": row["code"],
        "excerpt": row["excerpt"],
        "category": _category_name(visit, row["category_code"]),
        "unit": Text(unit.name, unit.name_en)(visit.lang),
        "standing": _own_standing(row["state"], row["resolution"]),
        "is_open": is_open,
        "overdue": is_open and row["due_at"] < visit.now,
        "due_at": row["due_at"],
        "received_at": row["received_at"],
    }


def own_report(visit: Visit, view: ReportView) -> dict[str, Any]:
    """The sender's own report, with what he may do now."""
    row = view.row
    told = own_answer(row, view.entries, visit.books, tenant_id=visit.tenant.id, now=visit.now, lang=visit.lang)
    report = worded(visit, told)
    routing = orjson.loads(row["routing"])
    return {
        "report": report,
        "category": _category_name(visit, report["category"]),
        "standing": _own_standing(report["state"], report["resolution"]),
        "is_open": report["state"] not in {"resolved", "closed"},
        "place": ", ".join(area["name"] for area in report["area"].values() if area),
        "why": Text(routing["reason_vi"], routing["reason_en"]),
        "verbs": {verb.value for verb in reports_service.verbs_for_sender(view)},
        "asked": _question(view) if Verb.REPLY in reports_service.verbs_for_sender(view) else None,
        "deadline": deadline(visit, row),
    }


def _category_name(visit: Visit, code: str) -> Text:
    found = visit.books.catalogue.find(visit.tenant.id, code)
    return found.name if found else Text(code, code)


def _question(view: ReportView) -> str | None:
    """What the unit has asked and waits for."""
    if view.row["state"] != CaseState.AWAITING_REPORTER:
        return None
    asked = (entry.text for entry in reversed(view.entries) if entry.type == "case.reporter_asked")
    return next(asked, None)


def public_case(visit: Visit, body: bytes, row: Mapping[str, Any]) -> dict[str, Any]:
    """A public case from its stored bytes; its days are counted from its row, by the calendar of who has to answer."""
    case = worded(visit, orjson.loads(body))
    published = datetime.fromisoformat(case["due_at"]) == row["due_at"]  # else what is stored is a moment behind
    return {
        "case": case,
        "standing": outcome(case["state"], case["resolution"]),
        "is_open": case["state"] not in {"resolved", "closed"},
        "deadline": deadline(visit, row) if published else _UNEXPLAINED,
        **visit.map_values(),
    }


def public_lines(visit: Visit, joined: bytes) -> list[dict[str, Any]]:
    """A page of stored lines, each with where it stands in words."""
    lines = [worded(visit, line) for line in orjson.loads(b"[%b]" % joined)]
    return [{**line, "standing": outcome(line["state"], line["resolution"])} for line in lines]


def worded(visit: Visit, told: dict[str, Any]) -> dict[str, Any]:
    """The same with the responsible unit's name in the page's language, where the directory still has the unit."""
    named = told["responsible_unit"]
    try:
        unit = visit.books.directory.unit_by_code(visit.tenant.id, named["code"])
    except UnknownUnit:
        return told
    return {**told, "responsible_unit": {**named, "name": Text(unit.name, unit.name_en)(visit.lang)}}


def similar(visit: Visit, found: Sequence[SimilarCase]) -> list[Similar]:
    """Cases like the one being written, likeliest first."""
    told = public_lines(visit, b",".join(one.line for one in found))
    return [Similar(line, one.metres, one.days) for line, one in zip(told, found, strict=True)]


def is_request_code(visit: Visit, code: str) -> bool:
    """Whether the code looks like a service request's: it begins with the unit that received it, not the province."""
    return _issuer_of(code).startswith(f"{visit.at(code).tenant.agency_code}.")


def is_report_code(visit: Visit, code: str) -> bool:
    """Whether the code looks like a report's. Nothing is told of whether there is one."""
    return _issuer_of(code) == visit.at(code).tenant.agency_code


def _issuer_of(code: str) -> str:
    """What stands before day and number of a code; empty of what is none."""
    found = _CODE.fullmatch(code)
    return found[1] if found else ""
