"""What a list may be asked for, as the specification and its extensions name it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from app.kit.geo import EARTH_RADIUS_M, Box, Point
from app.kit.problems import BadRequest
from app.kit.text import Text
from app.publication.terms import Window
from app.web.fields import CaseCodeText, InstantIn
from app.web.problems import sentence_of

from .terms import Status

SPAN: Final = timedelta(days=90)
MOST_ROWS: Final = 10_000  # how deep pages go: what lies further is asked for by dates
MOST_OF_A_PAGE: Final = 1000  # what the specification lets a server stop at
PAGE_OF_UPDATES: Final = 200
MANY_ROWS: Final = 200  # of which each counts as one more read
MOST_IDS: Final = 200
_JUST_AFTER: Final = timedelta(microseconds=1)  # the last instant asked for is inside
_MILLISECOND: Final = timedelta(milliseconds=1)  # the grain of ids
_YES: Final = frozenset({"true", "1", "yes", "on", True})
_LOST_PLUS: Final = re.compile(r" (\d\d:\d\d)$")  # a plus that nobody has escaped comes as a space
_SPAN_TOO_LONG: Final = Text(
    "Khoảng start_date đến end_date không quá 90 ngày; hãy chia nhỏ, hoặc dùng updated_after.",
    "start_date to end_date may not span more than 90 days; divide it, or use updated_after.",
)
_BACKWARDS: Final = Text("start_date phải trước end_date.", "start_date must come before end_date.")
_TOO_DEEP: Final = Text(
    "Chỉ xem được {most} dòng đầu; hãy thu hẹp bằng start_date, end_date hoặc updated_after.",
    "Only the first {most} rows can be paged through; narrow it by start_date, end_date or updated_after.",
)
_BOX: Final = Text("bbox là tây,nam,đông,bắc tính bằng độ.", "bbox is west,south,east,north in degrees.")
_CIRCLE: Final = Text(
    "Cần cả lat, long và radius (mét, đến 50000).", "lat, long and radius (metres, at most 50000) go together."
)


def _plus_again(value: object) -> object:
    return _LOST_PLUS.sub(r"+\1", value) if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _parts(value: object) -> object:
    """The values of a list between commas, each once."""
    if not isinstance(value, str):
        return value
    return list(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


Moment = Annotated[InstantIn, BeforeValidator(_plus_again)]
Codes = Annotated[list[Annotated[str, Field(max_length=100)]], BeforeValidator(_parts), Field(max_length=MOST_IDS)]
Ids = Annotated[list[CaseCodeText], BeforeValidator(_parts), Field(max_length=MOST_IDS)]
Statuses = Annotated[list[Status], BeforeValidator(lambda value: _parts(_lower(value)))]
Extended = Annotated[bool, BeforeValidator(lambda value: _lower(value) in _YES)]  # `v1` of others asks for none of ours


class PageAsked(BaseModel):
    """Which page."""

    page: Annotated[int, Field(ge=1)] = 1
    page_size: Annotated[int, Field(ge=1, le=MOST_OF_A_PAGE)] = MOST_OF_A_PAGE
    after: Annotated[str | None, Field(max_length=512)] = None  # of changes: from where on, as a `Link` of ours has it

    def offset(self) -> int:
        """Rows before the page. Raises: BadRequest where that is too deep."""
        if self.page * self.page_size > MOST_ROWS:
            raise BadRequest(_TOO_DEEP.fill(most=MOST_ROWS))
        return (self.page - 1) * self.page_size

    def next_page(self, rows: int) -> int | None:
        """Number of the page after one of so many rows, None after the last."""
        there_is = rows == self.page_size and (self.page + 1) * self.page_size <= MOST_ROWS
        return self.page + 1 if there_is else None


class RequestsAsked(PageAsked):
    """Which requests."""

    service_request_id: Ids | None = None
    service_code: Codes | None = None
    status: Statuses | None = None
    start_date: Moment | None = None
    end_date: Moment | None = None
    updated_after: Moment | None = None
    updated_before: Moment | None = None
    bbox: str | None = None
    lat: float | None = None
    long: float | None = None
    radius: Annotated[float, Field(gt=0, le=50_000)] | None = None
    extensions: Extended = False

    def window(self, now: datetime) -> Window:
        """The same as publication understands it. Raises: BadRequest."""
        start, end = self._opened(now)
        wanted = frozenset().union(*(status.states for status in self.status or ()))
        window = Window(
            opened_from=start,
            opened_before=end + _MILLISECOND if end is not None else None,
            updated_from=self.updated_after,
            updated_before=self.updated_before + _JUST_AFTER if self.updated_before is not None else None,
            categories=tuple(self.service_code) if self.service_code else None,
            states=tuple(sorted(state.value for state in wanted)) if self.status else None,
            box=_box(self.bbox) if self.bbox else None,
        )
        return self._around(window)

    def _opened(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        start, end = self.start_date, self.end_date
        if start is not None and end is not None:
            if start > end:
                raise BadRequest(_BACKWARDS)
            if end - start > SPAN:
                raise BadRequest(_SPAN_TOO_LONG)
            return start, end
        if start is not None:
            return start, start + SPAN
        if end is not None:
            return end - SPAN, end
        if self.updated_after is not None or self.updated_before is not None:
            return None, None
        return now - SPAN, None

    def _around(self, window: Window) -> Window:
        given = (self.lat, self.long, self.radius)
        if given == (None, None, None):
            return window
        if self.lat is None or self.long is None or self.radius is None or window.box is not None:
            raise BadRequest(_CIRCLE)
        if not (abs(self.lat) <= 85 and abs(self.long) <= 179):
            raise BadRequest(_CIRCLE)
        high = math.degrees(self.radius / EARTH_RADIUS_M) * 1.01
        wide = high / math.cos(math.radians(abs(self.lat) + high))
        box = Box(self.lat - high, self.long - wide, self.lat + high, self.long + wide)
        return replace(window, box=box, around=(Point(self.lat, self.long), self.radius))


class UpdatesAsked(PageAsked):
    """Which updates; a page counts the requests that have changed."""

    page_size: Annotated[int, Field(ge=1, le=PAGE_OF_UPDATES)] = 100
    start_date: Moment | None = None
    end_date: Moment | None = None
    service_request_id: Ids | None = None

    def since(self, now: datetime) -> datetime:
        """From when on; the last day where nothing is said. Raises: BadRequest."""
        start = self.start_date or (self.end_date or now) - timedelta(days=1)
        if self.end_date is not None and start > self.end_date:
            raise BadRequest(_BACKWARDS)
        if (self.end_date or now) - start > SPAN:
            raise BadRequest(_SPAN_TOO_LONG)
        return start

    def before(self) -> datetime | None:
        """Until when."""
        return self.end_date + _JUST_AFTER if self.end_date is not None else None


def requests_asked(query: Mapping[str, str]) -> RequestsAsked:
    """The list that is asked for; what is empty was not said. Raises: BadRequest with a sentence for each mistake."""
    try:
        return RequestsAsked.model_validate(_said(query))
    except ValidationError as error:
        raise _unreadable(error) from error


def updates_asked(query: Mapping[str, str]) -> UpdatesAsked:
    """The same of updates."""
    try:
        return UpdatesAsked.model_validate(_said(query))
    except ValidationError as error:
        raise _unreadable(error) from error


def _said(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value.strip()}


def _unreadable(error: ValidationError) -> BadRequest:
    return BadRequest(errors=[{"pointer": str(each["loc"][0]), "detail": sentence_of(each)} for each in error.errors()])


def _box(bbox: str) -> Box:
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as error:
        raise BadRequest(_BOX) from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadRequest(_BOX)
    return Box(south, west, north, east)
