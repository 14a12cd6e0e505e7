"""Categories as they stand in the database: seeded once, edited freely, loaded whole."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from app.catalogue.models import CategoryRow
from app.catalogue.repository import load
from app.catalogue.seed import packaged_categories, seed
from app.db.reference import read_versions
from app.db.work import Work
from app.kit.ids import TenantId
from tests.statements import Statements

HAIDUONG = TenantId(1)


async def test_every_tenant_has_the_packaged_categories(work: Work, statements: Statements) -> None:
    catalogue = await load(work.session)
    assert len(statements) == 1
    assert len(catalogue.tenants()) >= 2
    for tenant in catalogue.tenants():
        assert catalogue.all(tenant) == packaged_categories(tenant)


async def test_seeding_again_changes_nothing(work: Work) -> None:
    before = await read_versions(work.session)
    assert await seed(work) is False
    assert await read_versions(work.session) == before


async def test_an_edit_survives_and_a_missing_category_comes_back(work: Work) -> None:
    mine = (CategoryRow.tenant_id == HAIDUONG, CategoryRow.code == "roads.pothole")
    await work.session.execute(update(CategoryRow).where(*mine).values(name_vi="Hố gà", target_working_days=2))
    gone = (CategoryRow.tenant_id == HAIDUONG, CategoryRow.code == "roads.bridge")
    await work.session.execute(delete(CategoryRow).where(*gone))
    before = await read_versions(work.session)

    assert await seed(work) is True

    row = (await work.session.scalars(select(CategoryRow).where(*mine))).one()
    assert (row.name_vi, row.target_working_days) == ("Hố gà", 2)
    assert (await load(work.session)).find(HAIDUONG, "roads.bridge") is not None
    assert (await read_versions(work.session))["catalogue"] == before["catalogue"] + 1
