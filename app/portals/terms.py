"""Vocabulary of portals: how one looks, who may frame it, what an officer's calendar shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from app.directory.snapshot import Unit
from app.identity.terms import Actor
from app.kit.ids import TenantId
from app.kit.text import Lang, Text

BRAND: Final = "#0b4f6c"
LINK: Final = "#0a5a86"
MOST_FRAMERS: Final = 20
MOST_DAYS: Final = 31
MOST_DUE: Final = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a unit wants its portal to look, and which other sites may show its widget in a frame.

    `brand` is behind white words, `link` is the colour of links; both as `#rrggbb`.
    """

    name: Text
    intro: Text
    brand: str
    link: str
    frame_ancestors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portal:
    """The portal of a unit. Version 0: nobody has set it up, it looks like the province's."""

    unit: Unit
    look: Wanted
    version: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalendarAddress:
    """An officer's secret address of due dates; `secret` only when it was made just now."""

    id: UUID
    lang: Lang
    created_at: datetime
    secret: str | None = None


class Due(NamedTuple):
    """What waits at the officer's own units until a day: a case, or a step of a service request.

    `name` tells it from all others for ever, `page` is where an officer works on it. Nothing in it did anybody write.
    """

    at: datetime
    name: str
    version: int
    changed_at: datetime
    about: Text
    standing: Text
    page: str


@dataclass(frozen=True, slots=True)
class Diary:
    """Whose due dates are asked for, in which words."""

    tenant_id: TenantId
    officer: Actor
    lang: Lang
