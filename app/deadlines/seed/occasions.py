"""Loads the packaged rules of occasions: only codes a tenant never had; its own versions stay."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db.work import Work
from app.deadlines.domain import Measure, OccasionRule, Reaction
from app.deadlines.models.occasions import OccasionRuleRow, rule_values
from app.deadlines.terms import TargetKind
from app.kit.ids import TenantId
from app.kit.text import Text


@lru_cache(maxsize=16)
def packaged_occasions(tenant: TenantId) -> tuple[OccasionRule, ...]:
    """Version 1 of every packaged rule, in the order of the file. Pure: reads only the package."""
    data = tomllib.loads(resources.files("app.deadlines").joinpath("data/occasions.toml").read_text("utf-8"))
    return tuple(
        OccasionRule(
            tenant_id=tenant,
            code=entry["code"],
            version=1,
            clock=TargetKind(entry["clock"]),
            measure=Measure(entry["measure"]),
            amount=entry["amount"],
            reaction=Reaction(entry["reaction"]),
            label=Text(entry["label"]["vi"], entry["label"]["en"]),
            legal_basis=Text(basis["vi"], basis["en"]),
            source=basis["source"],
            valid_from=data["valid_from"],
        )
        for entry in data["occasion"]
        for basis in [data["legal_bases"][entry["legal_basis"]]]
    )


async def seed_occasions(work: Work, tenant: TenantId) -> int:
    """Number of packaged rules written now: those whose code the tenant never had."""
    named = select(OccasionRuleRow.code).where(OccasionRuleRow.tenant_id == tenant).distinct()
    known = set(await work.session.scalars(named))
    rows = [
        {**rule_values(rule), "created_at": work.now, "created_by": None}
        for rule in packaged_occasions(tenant)
        if rule.code not in known
    ]
    if not rows:
        return 0
    statement = insert(OccasionRuleRow).values(rows).on_conflict_do_nothing().returning(OccasionRuleRow.code)
    return len((await work.session.scalars(statement)).all())
