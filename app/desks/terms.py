"""Vocabulary of desks: what a saved view asks for, what a template of an answer may be filled with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from app.kit.ids import StaffId, UnitId
from app.kit.text import Text

MOST_VIEWS: Final = 30
MOST_TEMPLATES: Final = 200


class Asked(NamedTuple):
    """What a view of the queue asks for, in the words of its address; empty: everything."""

    view: str
    category: str = ""
    unit: str = ""
    state: str = ""
    officer: str = ""

    def address(self) -> dict[str, str]:
        """The same as the parameters of an address, those that say something."""
        return {name: value for name, value in self._asdict().items() if value}


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of the queue under a name: of one officer, or of a unit and then of all its members."""

    id: UUID
    name: str
    asked: Asked
    staff_id: StaffId | None
    unit_id: UnitId | None


class Placeholder(StrEnum):
    """What stands in braces in a template until a case fills it. None of them is anything that a sender wrote."""

    CODE = "mã"
    CATEGORY = "lĩnh vực"
    AREA = "địa bàn"
    UNIT = "cơ quan"
    OPENED = "ngày nhận"
    DUE = "hạn"
    TODAY = "hôm nay"

    @property
    def label(self) -> Text:
        """What it becomes."""
        return _LABELS[self]


_LABELS: Final = {
    Placeholder.CODE: Text("mã vụ việc", "code of the case"),
    Placeholder.CATEGORY: Text("tên lĩnh vực", "name of the category"),
    Placeholder.AREA: Text("xã, phường nơi xảy ra", "the commune where it is"),
    Placeholder.UNIT: Text("cơ quan đang giữ vụ việc", "the unit that holds the case"),
    Placeholder.OPENED: Text("ngày tiếp nhận", "the day it was received"),
    Placeholder.DUE: Text("ngày hết hạn", "the due day"),
    Placeholder.TODAY: Text("ngày điền mẫu", "the day on which it is filled"),
}


class CaseWords(NamedTuple):
    """All that a template can learn of a case. Who sent it and what was written are not among it."""

    code: str
    category: str
    area: str
    unit: str
    opened_on: date
    due_on: date
    today: date


@dataclass(frozen=True, slots=True)
class WantedTemplate:
    """What a template is to say; `category`: it is offered first to cases of it and of those below."""

    name: str
    body: str
    category: str | None
    resolution: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """A template as it stands."""

    id: UUID
    unit_id: UnitId
    wanted: WantedTemplate
    version: int
    updated_at: datetime
    ended_at: datetime | None


class Edition(NamedTuple):
    """A version of a template that was, or is."""

    version: int
    name: str
    body: str
    at: datetime
    by: str


class Filled(NamedTuple):
    """A template with the words of a case."""

    template: Template
    text: str
