"""Nobody is told more by a stream than the history and the queue would show him."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
from hypothesis import given, strategies as st

from app.cases.events import EventType
from app.kit.ids import CaseId, ReportId, UnitId
from app.reports.terms import Watched
from app.streams import domain
from app.streams.terms import Movement, News, OfficerEyes, ReporterEyes
from app.timeline.terms import Audience

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
UNITS = [UnitId(UUID(int=number)) for number in range(4)]
UNIT_CODES: dict[UnitId, str] = {unit: f"H23.15.{number + 1:02}" for number, unit in enumerate(UNITS)}
CASES = [CaseId(UUID(int=100 + number)) for number in range(3)]
REPORTS = [ReportId(UUID(int=200 + number)) for number in range(3)]
MEMBERS = {"code", "version", "type", "state", "due_at", "position", "at"}

news = st.builds(
    News,
    position=st.integers(1, 1000),
    at=st.integers(-5, 5).map(lambda days: NOW + timedelta(days=days)),
    type=st.sampled_from(EventType),
    case_id=st.sampled_from(CASES),
    version=st.integers(1, 9),
    code=st.just("H23-CASE"),
    state=st.just("assigned"),
    due_at=st.just("2026-12-01T10:00:00Z"),
    unit_id=st.sampled_from(UNITS),
    unit=st.just("H23.15.02"),
    from_unit_id=st.none() | st.sampled_from(UNITS),
    audience=st.sampled_from(Audience),
    report_id=st.none() | st.sampled_from(REPORTS),
)
watched = st.builds(
    Watched,
    id=st.sampled_from(REPORTS),
    code=st.just("H23-MINE"),
    opened_case_id=st.sampled_from(CASES),
    case_id=st.sampled_from(CASES),
    joined_at=st.none() | st.just(NOW),
    citizen_id=st.none(),
)
officers = st.builds(OfficerEyes, st.frozensets(st.sampled_from(UNITS)), st.booleans())


def data_of(told: bytes) -> list[dict[str, object]]:
    return [orjson.loads(line[6:]) for line in told.split(b"\n") if line.startswith(b"data: ")]


@given(news, watched)
def test_a_reporter_is_told_what_the_history_shows_him_and_nothing_else(one: News, report: Watched) -> None:
    told = domain.for_reporter(one, ReporterEyes({report.id: report}))
    for_reporters = one.audience is Audience.PUBLIC or (
        one.audience is Audience.REPORTER and one.report_id in {None, report.id}
    )
    his = one.case_id == report.opened_case_id or (
        one.case_id == report.case_id and (report.joined_at is None or one.at >= report.joined_at)
    )
    assert (told is not None) == (for_reporters and his)
    for data in data_of(told or b""):
        assert set(data) == MEMBERS
        assert data["code"] == "H23-MINE", "the other case's code is not his to know"


@given(news, officers)
def test_an_officer_is_told_of_cases_that_are_or_were_in_his_units(one: News, eyes: OfficerEyes) -> None:
    told = domain.for_officer(one, eyes)
    here = eyes.whole or one.unit_id in eyes.units
    was = eyes.whole or (one.from_unit_id or one.unit_id) in eyes.units
    assert (told is not None) == (here or was)
    for data in data_of(told or b""):
        assert set(data) == (MEMBERS | {"unit"} if here else {"code", "position", "at"})
        if one.audience is Audience.UNIT:
            assert data.get("type") is None, "what one unit writes for itself has no name elsewhere"


@given(news, officers)
def test_what_leaves_one_queue_arrives_in_exactly_the_other(one: News, eyes: OfficerEyes) -> None:
    moved = domain.movement(one, eyes)
    if moved is Movement.LEFT:
        assert one.from_unit_id in eyes.units
        assert one.unit_id not in eyes.units
    if moved is Movement.ARRIVED and one.type not in {EventType.OPENED, EventType.DIVERTED}:
        assert one.unit_id in eyes.units
        assert one.from_unit_id not in eyes.units


@given(st.sampled_from(["publication.updated", "subscription.trial", "case.unheard_of"]))
def test_what_is_not_of_a_case_is_told_to_nobody(kind: str) -> None:
    assert domain.read_news(1, kind, NOW, CASES[0], 1, "{}", unit_code=UNIT_CODES.get) is None


def test_a_message_of_an_earlier_release_is_for_officers() -> None:
    payload = {"code": "H23-CASE", "state": "assigned", "unit_id": str(UNITS[0]), "due_at": "2026-12-01T10:00:00+00:00"}
    written = orjson.dumps(payload).decode()
    one = domain.read_news(7, "case.accepted", NOW, CASES[0], 2, written, unit_code=UNIT_CODES.get)
    assert one is not None
    assert (one.unit, one.due_at) == ("H23.15.01", "2026-12-01T10:00:00Z")
    report = Watched(REPORTS[0], "H23-MINE", CASES[0], CASES[0], None, None)
    assert domain.for_reporter(one, ReporterEyes({report.id: report})) is None
    assert domain.for_officer(one, OfficerEyes(frozenset(UNITS[:1]), whole=False)) is not None
