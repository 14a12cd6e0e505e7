"""Answers as plain values: what is stored is valid already and is not validated again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from app.cases.models import Case
from app.cases.terms import Books, Verb
from app.kit.ids import TenantId, UnitId
from app.kit.problems import Problem
from app.kit.text import Lang
from app.timeline.terms import Entry

from .shown import EntryOut


def _unit(books: Books, tenant_id: TenantId, unit_id: UnitId) -> dict[str, str]:
    unit = books.directory.unit(tenant_id, unit_id)
    return {"code": unit.code, "name": unit.name, "tier": unit.tier.value}


def line(row: Mapping[str, Any], books: Books, tenant_id: TenantId, now: datetime) -> dict[str, Any]:
    """A row of `cases` as a CaseLineOut, ready for JSON without a second validation."""
    directory, catalogue = books.directory, books.catalogue
    category = catalogue.find(tenant_id, row["category_code"])
    smallest = row["area_commune"] or row["area_district"] or row["area_province"]
    chain = directory.chain(row["edition_id"], smallest)
    names = [area.name for area in (chain.commune, chain.district, chain.province) if area]
    is_open = row["state"] not in {"resolved", "closed"}
    return {
        "code": row["code"],
        "version": row["version"],
        "state": row["state"],
        "resolution": row["resolution"],
        "kind": row["kind"],
        "priority": row["priority"],
        "category": {
            "code": row["category_code"],
            "name": category.name._asdict() if category else {"vi": row["category_code"], "en": row["category_code"]},
        },
        "summary": row["summary"],
        "address": row["address"],
        "area": {
            "edition": row["edition_id"],
            "province": row["area_province"],
            "district": row["area_district"],
            "commune": row["area_commune"],
            "name": ", ".join(names),
        },
        "location": {"lat": row["lat"], "lon": row["lon"]} if row["lat"] is not None else None,
        "responsible_unit": _unit(books, tenant_id, row["unit_id"]),
        "assignee_id": str(row["assignee_id"]) if row["assignee_id"] else None,
        "opened_at": row["opened_at"],
        "updated_at": row["updated_at"],
        "due_at": row["due_at"],
        "original_due_at": row["original_due_at"],
        "overdue": is_open and row["due_at"] < now,
        "report_count": row["report_count"],
        "referral_count": row["referral_count"],
        "reopen_count": row["reopen_count"],
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
        "verbs": [verb.value for verb in verbs],
        "timeline": [EntryOut.of(entry, books, lang).model_dump() for entry in entries],
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
