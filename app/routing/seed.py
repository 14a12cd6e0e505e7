"""Loads the packaged rulebook of a tenant as its version 1; a tenant that has any rulebook keeps its own."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import lru_cache
from importlib import resources

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db.reference import touch
from app.db.work import Work
from app.directory.models import Tenant
from app.kit.ids import TenantId, uuid7
from app.kit.text import Text

from .models import Rulebook, rule_from, rule_values
from .terms import RulebookVersion

Progress = Callable[[Text], None]


def _silent(_line: Text) -> None:
    """Tell nobody."""


@lru_cache(maxsize=16)
def packaged_rulebook(tenant: TenantId, slug: str) -> tuple[RulebookVersion, str] | None:
    """The packaged first version for the tenant called `slug`, with its note; None when the package has none."""
    file = resources.files(__package__).joinpath(f"data/{slug}.toml")
    if not file.is_file():
        return None
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    rules = tuple(rule_from(values) for values in data["rule"])
    return RulebookVersion(tenant, 1, data["valid_from"], rules), data["note"]


async def seed(work: Work, progress: Progress = _silent) -> bool:
    """Every tenant for which the package has a rulebook has one; whether anything had to be written."""
    wrote = False
    for tenant, slug in await work.session.execute(select(Tenant.id, Tenant.slug).order_by(Tenant.id)):
        wrote = await seed_tenant(work, TenantId(tenant), slug, progress) or wrote
    return wrote


async def seed_tenant(work: Work, tenant: TenantId, slug: str, progress: Progress = _silent) -> bool:
    """The tenant has a rulebook, its own or the packaged one; whether the packaged one had to be written."""
    packaged = packaged_rulebook(tenant, slug)
    if packaged is None:
        return False
    known = select(Rulebook.id).where(Rulebook.tenant_id == tenant).limit(1)
    if await work.session.scalar(known) is not None:
        return False
    version, note = packaged
    row = {
        "tenant_id": tenant,
        "id": uuid7(work.now),
        "version": version.version,
        "valid_from": version.valid_from,
        "active": True,
        "rules": [rule_values(rule) for rule in version.rules],
        "note": note,
        "created_at": work.now,
        "created_by": None,
    }
    await work.session.execute(insert(Rulebook).values(row).on_conflict_do_nothing())
    await touch(work, "rulebooks")
    count = len(version.rules)
    progress(Text(f"Đã nạp {count} quy tắc phân công của {slug}", f"{count} routing rules of {slug} loaded"))
    return True
