"""Who is told what of a message about a case. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

import orjson

from app.cases.events import EventType
from app.kit.ids import CaseId, ReportId, UnitId
from app.reports.terms import Watched
from app.timeline.terms import Audience

from .terms import REPORT_CHANGED, Movement, News, OfficerEyes, ReporterEyes

_TYPES = frozenset(EventType)
_REPORTERS_HEAR = frozenset({Audience.PUBLIC, Audience.REPORTER})


def read_news(
    position: int,
    kind: str,
    at: datetime,
    case_id: UUID,
    version: int,
    payload: str,
    *,
    unit_code: Callable[[UnitId], str | None],
) -> News | None:
    """What a message says of a case; None for one of something else.

    What does not say for whom it is (a message of an earlier release) is taken to be for officers.
    """
    if kind not in _TYPES:
        return None
    told = orjson.loads(payload)
    unit_id, due_at = UnitId(UUID(told["unit_id"])), told.get("due_at")
    came_from, report = told.get("from_unit_id"), told.get("report_id")
    return News(
        position=position,
        at=at,
        type=EventType(kind),
        case_id=CaseId(case_id),
        version=version,
        code=told["code"],
        state=told["state"],
        due_at=due_at.replace("+00:00", "Z") if due_at else None,  # as releases before wrote it
        unit_id=unit_id,
        unit=unit_code(unit_id),
        from_unit_id=UnitId(UUID(came_from)) if came_from else None,
        audience=Audience(told.get("audience", Audience.STAFF)),
        report_id=ReportId(UUID(report)) if report else None,
    )


def movement(news: News, eyes: OfficerEyes) -> Movement | None:
    """What the news are for an officer; None when the case neither is nor was in his units."""
    here = eyes.whole or news.unit_id in eyes.units
    was = here if news.from_unit_id is None else eyes.whole or news.from_unit_id in eyes.units
    if here:
        appeared = not was or news.type in {EventType.OPENED, EventType.DIVERTED}
        return Movement.ARRIVED if appeared else Movement.CHANGED
    return Movement.LEFT if was else None


def for_officer(news: News, eyes: OfficerEyes) -> bytes | None:
    """The event for an officer, None when he is not told.

    Of a case that has left, its code only. What is for the unit that wrote it alone has no type: it tells the version.
    """
    moved = movement(news, eyes)
    if moved is None:
        return None
    told: dict[str, object] = {"code": news.code, "position": news.position, "at": news.at}
    if moved is not Movement.LEFT:
        told |= {"version": news.version, "state": news.state, "unit": news.unit, "due_at": news.due_at}
        told["type"] = news.type if news.audience is not Audience.UNIT else None
    return _written(news.position, moved, told)


def for_reporter(news: News, eyes: ReporterEyes) -> bytes | None:
    """The events for a reporter, one for each of his reports that the news concern; None when there is none."""
    told = [_report_event(news, report) for report in _concerned(news, eyes.reports.values())]
    return b"".join(told) or None


def _concerned(news: News, reports: Iterable[Watched]) -> Iterable[Watched]:
    """Those of a sender's reports whose history he sees the news in: the same rule as the timeline's."""
    if news.audience not in _REPORTERS_HEAR:
        return
    for report in reports:
        if news.report_id is not None and news.report_id != report.id and news.audience is not Audience.PUBLIC:
            continue
        own = news.case_id == report.opened_case_id
        joined = news.case_id == report.case_id and (report.joined_at is None or news.at >= report.joined_at)
        if own or joined:
            yield report


def _report_event(news: News, report: Watched) -> bytes:
    told = {
        "code": report.code,
        "version": news.version,
        "type": news.type,
        "state": news.state,
        "due_at": news.due_at,
        "position": news.position,
        "at": news.at,
    }
    return _written(news.position, REPORT_CHANGED, told)


def _written(position: int, kind: str, told: dict[str, object]) -> bytes:
    payload = orjson.dumps(told, option=orjson.OPT_UTC_Z)
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (position, kind.encode(), payload)
