"""Procedures as they stand in the database: seeded once, a province's own kept, loaded whole."""

from __future__ import annotations

from sqlalchemy import delete, update

from app.db.reference import read_versions
from app.db.work import Work
from app.kit.ids import TenantId
from app.procedures.models import ProcedureRow
from app.procedures.repository import load
from app.procedures.seed import packaged_procedures, seed
from tests.statements import Statements

HAIDUONG = TenantId(1)


async def test_every_tenant_has_the_packaged_procedures(work: Work, statements: Statements) -> None:
    procedures = await load(work.session)
    assert len(statements) == 1
    assert len(procedures.tenants()) >= 2
    for tenant in procedures.tenants():
        for packaged in packaged_procedures(tenant):
            found = procedures.find(tenant, packaged.code, packaged.version)
            assert found == packaged
            assert list(found.form["properties"]) == list(packaged.form["properties"]), "written order is kept"


async def test_a_provinces_own_version_survives_and_a_missing_procedure_comes_back(work: Work) -> None:
    first, second = packaged_procedures(HAIDUONG)[:2]
    of = (ProcedureRow.tenant_id == HAIDUONG, ProcedureRow.code == first.code)
    await work.session.execute(update(ProcedureRow).where(*of).values(version=4))
    gone = (ProcedureRow.tenant_id == HAIDUONG, ProcedureRow.code == second.code)
    await work.session.execute(delete(ProcedureRow).where(*gone))
    before = await read_versions(work.session)

    assert await seed(work) is True

    found = await load(work.session)
    assert [one.version for one in found.versions(HAIDUONG, first.code)] == [4]
    assert found.find(HAIDUONG, second.code, second.version) == second
    assert (await read_versions(work.session))["procedures"] == before["procedures"] + 1
    assert await seed(work) is False
