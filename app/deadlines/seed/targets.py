"""Loads the packaged targets and the packaged week: only what a tenant does not have; its own versions stay."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.catalogue.terms import Priority
from app.db.work import Work
from app.deadlines.models import CalendarEditRow, TargetRow, edit_values, hours_from, target_values
from app.deadlines.terms import TENANT_CALENDAR, CalendarEdit, EditKind, Target, TargetKind, TimeUnit
from app.directory.terms import Tier
from app.kit.ids import TenantId
from app.kit.text import Text


def _packaged(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("app.deadlines").joinpath(f"data/{name}.toml").read_text("utf-8"))


@lru_cache(maxsize=16)
def packaged_targets(tenant: TenantId) -> tuple[Target, ...]:
    """Version 1 of every packaged target, in the order of the file. Pure: reads only the package."""
    data = _packaged("targets")
    return tuple(
        Target(
            tenant_id=tenant,
            code=entry["code"],
            version=1,
            kind=TargetKind(entry["kind"]),
            amount=entry["amount"],
            unit=TimeUnit(entry["unit"]),
            legal_basis=Text(basis["vi"], basis["en"]),
            source=basis["source"],
            valid_from=data["valid_from"],
            categories=tuple(entry.get("categories", ())),
            tier=Tier(entry["tier"]) if "tier" in entry else None,
            priority=Priority(entry["priority"]) if "priority" in entry else None,
            extend_to=entry.get("extend_to"),
        )
        for entry in data["target"]
        for basis in [data["legal_bases"][entry["legal_basis"]]]
    )


@lru_cache(maxsize=16)
def packaged_week(tenant: TenantId) -> CalendarEdit:
    """Version 1 of the tenant's calendar: its usual opening hours. Pure: reads only the package."""
    data = _packaged("week")
    return CalendarEdit(
        tenant_id=tenant,
        code=TENANT_CALENDAR,
        version=1,
        kind=EditKind.WEEK,
        valid_from=data["valid_from"],
        valid_to=None,
        name=Text(data["name_vi"], data["name_en"]),
        week=tuple(hours_from(hours) for hours in data["week"]),
        legal_basis=data["legal_basis"],
    )


async def seed_targets(work: Work, tenant: TenantId) -> int:
    """Number of packaged targets written now: those whose code the tenant never had."""
    known = set(await work.session.scalars(select(TargetRow.code).where(TargetRow.tenant_id == tenant).distinct()))
    rows = [
        {**target_values(target), "created_at": work.now, "created_by": None}
        for target in packaged_targets(tenant)
        if target.code not in known
    ]
    if not rows:
        return 0
    statement = insert(TargetRow).values(rows).on_conflict_do_nothing().returning(TargetRow.code)
    return len((await work.session.scalars(statement)).all())


async def seed_week(work: Work, tenant: TenantId) -> int:
    """1 when the packaged week was written now: the tenant's calendar had no version at all."""
    edits = select(CalendarEditRow.version).where(
        CalendarEditRow.tenant_id == tenant, CalendarEditRow.code == TENANT_CALENDAR
    )
    if await work.session.scalar(edits.limit(1)) is not None:
        return 0
    row = {**edit_values(packaged_week(tenant)), "created_at": work.now, "created_by": None}
    statement = insert(CalendarEditRow).values(row).on_conflict_do_nothing().returning(CalendarEditRow.version)
    return len((await work.session.scalars(statement)).all())
