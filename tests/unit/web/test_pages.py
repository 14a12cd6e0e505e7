"""What pages are made of: forms as browsers send them, dates as people read them, weeks, languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import Field, ValidationError
from starlette.requests import Request

from app.kit.problems import Invalid
from app.kit.text import Lang, Text
from app.web.fields import LongText, PointIn, WireIn
from app.web.pages import (
    Form,
    errors_of,
    errors_of_problem,
    local_moment,
    number,
    page_language,
    weeks,
    whole_number,
)
from app.web.pages.assets import assets
from app.web.pages.dates import named_day, named_end, named_moment

WHY = Text("vì thế", "therefore")


class Shape(WireIn):
    """A shape with a nested one."""

    words: LongText
    location: PointIn | None = None
    stars: int = Field(1, le=5)


def test_fields_fill_the_shape_by_their_paths() -> None:
    form = Form(
        [("words", " xin chào\r\nbạn "), ("location.lat", "20.9"), ("location.lon", ""), ("x", "1"), ("x", "2")]
    )
    assert form.filled("words", "location.lat", "location.lon", "absent") == {
        "words": "xin chào\nbạn",
        "location": {"lat": "20.9"},
    }
    assert form.many("x") == ["1", "2"]
    assert form.raw("words") == " xin chào\nbạn "


def test_refusals_of_a_shape_stand_by_the_fields_names() -> None:
    with pytest.raises(ValidationError) as refused:
        Shape.model_validate({"words": "", "location": {"lat": "x", "lon": 106.3}, "stars": 6})
    found = errors_of(refused.value)
    assert set(found) == {"words", "location.lat", "stars"}
    assert found["location.lat"].vi == "Cần là một số."
    assert found["stars"].vi == "Cần nhỏ hơn hoặc bằng 5."


def test_refusals_of_the_api_stand_by_the_same_names() -> None:
    problem = Invalid(errors=[{"pointer": "/reporter/phone", "detail": WHY}, {"pointer": "/x", "detail": "plain"}])
    assert errors_of_problem(problem) == {"reporter.phone": WHY}
    assert errors_of_problem(Invalid()) == {}


@pytest.mark.parametrize(
    ("typed", "read"), [("20,94", 20.94), ("20.94", 20.94), ("-1", -1.0), ("hai", "hai"), ("", "")]
)
def test_numbers_are_read_as_people_write_them(typed: str, read: float | str) -> None:
    assert number(typed) == read


@pytest.mark.parametrize(("typed", "read"), [("5", 5), ("05", 5), ("-1", "-1"), ("٥", "٥"), ("9" * 10, "9" * 10)])
def test_whole_numbers_are_plain_digits(typed: str, read: int | str) -> None:
    assert whole_number(typed) == read


def test_instants_are_read_in_the_provinces_zone() -> None:
    at = local_moment("2026-11-20T17:30:00Z", "Asia/Ho_Chi_Minh")
    assert at == datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    assert named_moment(at, Lang.VI) == "00:30 ngày 21/11/2026"
    assert named_end(at, Lang.VI) == "00:30 ngày 21/11/2026"
    whole = local_moment("2026-11-20T16:59:59Z", "Asia/Ho_Chi_Minh")
    assert [named_end(whole, lang) for lang in Lang] == ["hết ngày 20/11/2026", "the end of 20 Nov 2026"]
    assert named_moment(at, Lang.EN) == "21 Nov 2026, 00:30"
    assert named_day(at.date(), Lang.VI) == "thứ Bảy, 21/11/2026"
    assert named_day(at.date(), Lang.EN) == "Sat, 21 Nov 2026"


def test_weeks_begin_on_monday_and_number_the_days_that_count() -> None:
    friday = date(2026, 11, 20)
    days = [(friday + timedelta(days=step), step in {3, 4}, WHY) for step in range(5)]
    rows = weeks(days, today=friday)
    assert [len(row) for row in rows] == [7, 7]
    shown = [cell for row in rows for cell in row if cell is not None]
    assert rows[0][4] == shown[0]
    assert [cell.number for cell in shown] == [None, None, None, 1, 2]
    assert [cell.first for cell in shown] == [True, False, False, False, False]
    assert shown[-1].due
    assert shown[0].today
    assert weeks([], today=friday) == []


@pytest.mark.parametrize(
    ("query", "cookie", "header", "spoken"),
    [
        (b"", "", "", Lang.VI),
        (b"lang=en", "lang=vi", "vi", Lang.EN),
        (b"lang=fr", "lang=en", "vi", Lang.EN),
        (b"", "lang=xx", "en", Lang.EN),
    ],
)
def test_the_address_goes_before_the_cookie_and_that_before_the_browser(
    query: bytes, cookie: str, header: str, spoken: Lang
) -> None:
    headers = [(b"cookie", cookie.encode()), (b"accept-language", header.encode())]
    assert page_language(Request({"type": "http", "query_string": query, "headers": headers})) is spoken


def test_the_pages_files_are_small() -> None:
    sizes = {name: len(asset.content) for name, asset in assets().items()}
    assert sizes["site.css"] < 14_000
    assert sizes["site.js"] < 11_000
