"""Loads the packaged categories for a tenant: adds what is missing, never overwrites what the tenant has edited."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db.reference import touch
from app.db.work import Work
from app.directory.models import Tenant
from app.directory.terms import Tier, UnitKind
from app.kit.ids import TenantId
from app.kit.text import Text

from .models import CategoryRow, category_values, question_from
from .terms import Category, CategoryCode, Kind, PhotoPolicy, PublicationPolicy

Progress = Callable[[Text], None]


def _silent(_line: Text) -> None:
    """Tell nobody."""


@lru_cache(maxsize=16)
def packaged_categories(tenant: TenantId) -> tuple[Category, ...]:
    """The packaged categories as rows of `tenant`, groups before their leaves. Pure: reads only the package."""
    file = resources.files(__package__).joinpath("data/categories.toml")
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    found: list[Category] = []
    for at, group in enumerate(data["group"], start=1):
        found.append(_category(tenant, data, group, None, at * 100))
        found.extend(
            _category(tenant, data, {**_inherited(group), **leaf}, group["code"], at * 100 + place)
            for place, leaf in enumerate(group["category"], start=1)
        )
    return tuple(found)


def _inherited(group: Mapping[str, Any]) -> dict[str, Any]:
    """What a leaf takes from its group unless it says otherwise."""
    own = {"category", "description", "description_en", "keywords", "emergency"}
    return {name: value for name, value in group.items() if name not in own}


def _category(
    tenant: TenantId, data: Mapping[str, Any], entry: Mapping[str, Any], parent: str | None, position: int
) -> Category:
    basis = data["legal_bases"][entry["legal_basis"]]
    law = data["legal_bases"][entry["photos_basis"]] if "photos_basis" in entry else None
    guidance = Text(entry["guidance_vi"], entry["guidance_en"]) if "guidance_vi" in entry else None
    return Category(
        tenant_id=tenant,
        code=CategoryCode(entry["code"]),
        parent=CategoryCode(parent) if parent else None,
        name=Text(entry["vi"], entry["en"]),
        description=Text(entry.get("description", ""), entry.get("description_en", "")),
        kind=Kind(entry.get("kind", Kind.FIELD_REPORT)),
        default_tier=Tier(entry["tier"]),
        default_unit_kind=UnitKind(entry["unit_kind"]),
        target_working_days=entry["target"],
        emergency_target_working_days=entry.get("emergency_target", 1),
        emergency=entry.get("emergency", False),
        publication=PublicationPolicy(entry.get("publication", PublicationPolicy.AUTOMATIC)),
        photos=PhotoPolicy(entry.get("photos", PhotoPolicy.DECIDED)),
        photos_basis=Text(law["vi"], law["en"]) if law is not None else None,
        legal_basis=Text(basis["vi"], basis["en"]),
        guidance=guidance,
        questions=tuple(
            question_from({"code": code, **data["questions"][code]}) for code in entry.get("questions", ())
        ),
        keywords=tuple(entry.get("keywords", ())),
        position=position,
    )


async def seed(work: Work, progress: Progress = _silent) -> bool:
    """Every tenant has all packaged categories; whether any had to be written. Flushed, not committed."""
    wrote = False
    for tenant, name in (await work.session.execute(select(Tenant.id, Tenant.name).order_by(Tenant.id))).all():
        wrote = await seed_tenant(work, TenantId(tenant), name, progress) or wrote
    return wrote


async def seed_tenant(work: Work, tenant: TenantId, name: str, progress: Progress = _silent) -> bool:
    """The tenant has all packaged categories, its own edits kept; whether any had to be written."""
    statement = insert(CategoryRow).on_conflict_do_nothing().returning(CategoryRow.code)
    rows = [category_values(category) for category in packaged_categories(tenant)]
    added = len((await work.session.execute(statement.values(rows))).all())
    if added:
        await touch(work, "catalogue")
        progress(
            Text("Đã nạp {added} lĩnh vực cho {name}", "{added} categories loaded for {name}").fill(
                added=added, name=name
            )
        )
    return bool(added)
