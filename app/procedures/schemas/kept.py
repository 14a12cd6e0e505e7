"""Procedures as their administrators write and keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from app.procedures import domain
from app.procedures.terms import ProcedureVersion
from app.web.cursors import make_cursor
from app.web.fields import DayIn, TextOut, WireIn


class ProcedureIn(WireIn):
    """A procedure as docs/procedures.md has it written; `version` is ours to number."""

    procedure: dict[str, Any] = Field(examples=[{"code": "1.004873", "name": {"vi": "…", "en": "…"}}])


class PublicationIn(WireIn):
    """From when the draft is in force."""

    valid_from: DayIn | None = Field(None, description="Without it, the day the draft names", examples=["2026-12-01"])


class RetirementIn(WireIn):
    """When the version ends."""

    last_day: DayIn = Field(description="Last day for new service requests", examples=["2026-12-31"])


class MistakeOut(BaseModel):
    """What is still wrong in a draft."""

    pointer: str = Field(description="JSON pointer into `procedure`", examples=["/steps/1/after/0"])
    detail: TextOut


class VersionLineOut(BaseModel):
    """One version as a line of the list."""

    code: str = Field(examples=["1.004873"])
    version: int = Field(examples=[2])
    name: TextOut
    published: bool
    valid_from: date
    valid_to: date | None
    revision: int = Field(description="How often it was written; the ETag", examples=[1])
    created_at: datetime
    published_at: datetime | None

    @classmethod
    def line(cls, found: ProcedureVersion) -> Self:
        """`found` without its content."""
        return cls(**_told(found))


class VersionListOut(BaseModel):
    """A page of versions, by code, newest first."""

    items: list[VersionLineOut]
    next_cursor: str | None

    @classmethod
    def of(cls, found: Sequence[ProcedureVersion], limit: int, query: Mapping[str, object]) -> VersionListOut:
        """The first `limit` of those found, and where to go on when there are more."""
        last = found[limit - 1].procedure if len(found) > limit else None
        return cls(
            items=[VersionLineOut.line(one) for one in found[:limit]],
            next_cursor=make_cursor(query, [last.code, last.version]) if last else None,
        )


class VersionOut(VersionLineOut):
    """One version as it is written."""

    procedure: dict[str, Any]
    mistakes: list[MistakeOut] = Field(description="What has to be mended before it can be published")

    @classmethod
    def of(cls, found: ProcedureVersion) -> VersionOut:
        """`found` whole."""
        mistakes = domain.check_procedure(found.procedure)
        return cls(
            **_told(found),
            procedure=domain.write_procedure(found.procedure),
            mistakes=[MistakeOut(pointer=one.pointer, detail=TextOut.of(one.detail)) for one in mistakes],
        )


def _told(found: ProcedureVersion) -> dict[str, Any]:
    """What a line of the list and the whole have in common."""
    one = found.procedure
    return {
        "code": one.code,
        "version": one.version,
        "name": TextOut.of(one.name),
        "published": one.published,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "revision": found.revision,
        "created_at": found.created_at,
        "published_at": found.published_at,
    }
