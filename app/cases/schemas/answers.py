"""Answers as plain values: what is stored is valid already and is not validated again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import orjson

from app.cases.models import Case
from app.cases.terms import Books, CaseState, Verb
from app.deadlines.schemas import MilestoneOut
from app.deadlines.terms import Milestone
from app.directory.terms import EditionId
from app.kit.ids import TenantId, UnitId
from app.kit.problems import Problem
from app.kit.text import Lang
from app.timeline.terms import Entry
from app.web.answers import as_json

from .shown import StaffEntryOut


class Row(Protocol):
    """A row as the driver or a dictionary gives it."""

    def __getitem__(self, column: str, /) -> Any:
        """The column's value."""
        ...


_ENDED = frozenset({CaseState.RESOLVED.value, CaseState.CLOSED.value})


def _unit(books: Books, tenant_id: TenantId, unit_id: UnitId) -> dict[str, str]:
    unit = books.directory.unit(tenant_id, unit_id)
    return {"code": unit.code, "name": unit.name, "tier": unit.tier.value}


def _category(books: Books, tenant_id: TenantId, code: str) -> dict[str, Any]:
    category = books.catalogue.find(tenant_id, code)
    return {"code": code, "name": category.name._asdict() if category else {"vi": code, "en": code}}


def _area(books: Books, edition: int, province: str, district: str | None, commune: str | None) -> dict[str, Any]:
    chain = books.directory.chain(EditionId(edition), commune or district or province)
    return {
        "edition": edition,
        "province": province,
        "district": district,
        "commune": commune,
        "name": ", ".join(area.name for area in (chain.commune, chain.district, chain.province) if area),
    }


def page_answer(
    rows: Sequence[Row], books: Books, tenant_id: TenantId, now: datetime, next_cursor: str | None
) -> bytes:
    """Rows of `cases` as a CasePageOut in JSON. Names are written once for each snapshot."""
    of_places, of_categories = books.directory.memo, books.catalogue.memo

    def written(make: Callable[..., dict[str, Any]], *of: Any) -> orjson.Fragment:
        memo, key = of_categories if make is _category else of_places, (make, *of)
        found = memo.get(key)
        if found is None:
            found = memo[key] = orjson.Fragment(orjson.dumps(make(books, *of)))
        return found

    return as_json({"items": [_line(row, tenant_id, now, written) for row in rows], "next_cursor": next_cursor})


def line(row: Row, books: Books, tenant_id: TenantId, now: datetime) -> dict[str, Any]:
    """A row of `cases` as a CaseLineOut, ready for JSON without a second validation."""
    return _line(row, tenant_id, now, lambda make, *of: make(books, *of))


def _line(row: Row, tenant_id: TenantId, now: datetime, named: Callable[..., Any]) -> dict[str, Any]:
    """The row with what its codes are called, each as `named` gives it."""
    item = _own(row, now)
    item["category"] = named(_category, tenant_id, row["category_code"])
    item["area"] = named(_area, row["edition_id"], row["area_province"], row["area_district"], row["area_commune"])
    item["responsible_unit"] = named(_unit, tenant_id, row["unit_id"])
    return item


def _own(row: Row, now: datetime) -> dict[str, Any]:
    """What the row says itself."""
    state, due_at, lat, assignee = row["state"], row["due_at"], row["lat"], row["assignee_id"]
    return {
        "code": row["code"],
        "version": row["version"],
        "state": state,
        "resolution": row["resolution"],
        "kind": row["kind"],
        "priority": row["priority"],
        "summary": row["summary"],
        "address": row["address"],
        "location": {"lat": lat, "lon": row["lon"]} if lat is not None else None,
        "assignee_id": str(assignee) if assignee else None,
        "opened_at": row["opened_at"],
        "updated_at": row["updated_at"],
        "due_at": due_at,
        "original_due_at": row["original_due_at"],
        "overdue": due_at < now and state not in _ENDED,
        "report_count": row["report_count"],
        "referral_count": row["referral_count"],
        "reopen_count": row["reopen_count"],
        "support_count": row["support_count"],
        "publication": row["publication"],
    }


def verb_answer(case: Case, books: Books) -> dict[str, Any]:
    """A changed case as a VerbOut."""
    return {
        "code": case.code,
        "version": case.version,
        "state": case.state,
        "resolution": case.resolution,
        "responsible_unit": _unit(books, TenantId(case.tenant_id), UnitId(case.unit_id)),
        "due_at": case.due_at,
        "publication": case.publication,
    }


def case_answer(
    row: Mapping[str, Any],
    entries: Sequence[Entry],
    verbs: Sequence[Verb],
    milestones: Sequence[Milestone],
    books: Books,
    *,
    tenant_id: TenantId,
    now: datetime,
    lang: Lang,
) -> dict[str, Any]:
    """A row of `cases` with its history as a CaseOut."""
    same = (
        "confidence",
        "accepted_at",
        "first_response_at",
        "escalated_at",
        "resolved_at",
        "closed_at",
        "draft_answer",
        "draft_resolution",
        "answer",
        "public_text",
        "publication_policy",
    )
    return {
        **line(row, books, tenant_id, now),
        **{name: row[name] for name in same},
        "routing": orjson.loads(row["routing"]),
        "merged_into": row.get("merged_into"),
        "milestones": [MilestoneOut.of(one, now=now).model_dump() for one in milestones],
        "verbs": [verb.value for verb in verbs],
        "timeline": [StaffEntryOut.of(entry, books, lang).model_dump() for entry in entries],
    }


def outcomes_answer(outcomes: Sequence[tuple[str, Case | None, Problem | None]], lang: Lang) -> dict[str, Any]:
    """Outcomes as a BulkOut."""
    items = [
        {
            "code": code,
            "done": case is not None,
            "version": case.version if case else None,
            "state": case.state if case else None,
            "problem": problem.slug if problem else None,
            "detail": problem.detail(lang) if problem else None,
        }
        for code, case, problem in outcomes
    ]
    done = sum(1 for _, case, _ in outcomes if case)
    return {"items": items, "done": done, "failed": len(items) - done}
