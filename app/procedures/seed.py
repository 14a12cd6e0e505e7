"""Loads the packaged procedures for a tenant: adds what is missing, never touches a code the tenant has."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import resources

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db.reference import touch
from app.db.work import Work
from app.directory.models import Tenant
from app.kit.ids import TenantId
from app.kit.text import Text

from .domain import read_file, read_procedure
from .models import ProcedureRow, procedure_values
from .terms import Procedure

Progress = Callable[[Text], None]


def _silent(_line: Text) -> None:
    """Tell nobody."""


@lru_cache(maxsize=16)
def packaged_procedures(tenant: TenantId) -> tuple[Procedure, ...]:
    """The packaged procedures as the tenant's, by code. Pure: reads only the package."""
    folder = resources.files(__package__).joinpath("data")
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".yaml")]
    found = [read_procedure(tenant, read_file(text).values) for text in texts]
    return tuple(sorted(found, key=lambda procedure: procedure.code))


async def seed(work: Work, progress: Progress = _silent) -> bool:
    """Every tenant has all packaged procedures; whether any had to be written. Flushed, not committed."""
    wrote = False
    for tenant, name in (await work.session.execute(select(Tenant.id, Tenant.name).order_by(Tenant.id))).all():
        wrote = await seed_tenant(work, TenantId(tenant), name, progress) or wrote
    return wrote


async def seed_tenant(work: Work, tenant: TenantId, name: str, progress: Progress = _silent) -> bool:
    """The tenant has all packaged procedures, whatever version of a code it has is kept; whether any was written."""
    known = set(await work.session.scalars(select(ProcedureRow.code).where(ProcedureRow.tenant_id == tenant)))
    rows = [procedure_values(one, work.now) for one in packaged_procedures(tenant) if one.code not in known]
    if rows:
        await work.session.execute(insert(ProcedureRow).on_conflict_do_nothing(), rows)
        await touch(work, "procedures")
        progress(
            Text("Đã nạp {added} thủ tục cho {name}", "{added} procedures loaded for {name}").fill(
                added=len(rows), name=name
            )
        )
    return bool(rows)
