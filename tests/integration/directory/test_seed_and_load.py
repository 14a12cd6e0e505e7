"""The directory as it stands in the database: seeded once, edited freely, loaded whole."""

from __future__ import annotations

import inspect

import pytest
from sqlalchemy import func, select, update

from app.db.work import Work
from app.directory.models import Area, AreaSuccession, Jurisdiction, MapEdition, Unit
from app.directory.repository import DirectoryLoader
from app.directory.seed import seed
from app.directory.terms import EditionId
from app.kit.text import Text
from tests.statements import Statements


async def count(work: Work, model: type[Area | AreaSuccession | Jurisdiction | Unit]) -> int:
    return await work.session.scalar(select(func.count()).select_from(model)) or 0


async def test_the_whole_country_is_there(work: Work) -> None:
    assert await count(work, Area) == 63 + 696 + 10_035 + 34 + 3_321
    assert await count(work, AreaSuccession) == 11_356


async def test_seeding_again_writes_nothing(work: Work) -> None:
    before = [await count(work, model) for model in (Area, AreaSuccession, Unit, Jurisdiction)]
    assert await seed(work) is False
    assert [await count(work, model) for model in (Area, AreaSuccession, Unit, Jurisdiction)] == before


async def test_a_newer_package_refreshes_the_maps_and_keeps_what_officers_edited(work: Work) -> None:
    await work.session.execute(update(MapEdition).values(source="an older package"))
    await work.session.execute(update(Area).where(Area.code == "10507").values(name="?"))
    await work.session.execute(update(Unit).where(Unit.code == "H23.91").values(name="Edited"))
    said: list[Text] = []
    assert await seed(work, said.append) is True
    assert said
    assert await work.session.scalar(select(Area.name).where(Area.code == "10507", Area.edition_id == 1)) == (
        "Phường Cẩm Thượng"
    )
    assert await work.session.scalar(select(Unit.name).where(Unit.code == "H23.91")) == "Edited"


async def test_a_unit_that_was_missing_comes_back_with_its_jurisdictions(work: Work) -> None:
    ids = select(Unit.id).where(Unit.code == "H23.91").scalar_subquery()
    held = select(func.count()).select_from(Jurisdiction).where(Jurisdiction.unit_id == ids)
    assert await work.session.scalar(held) == 1
    await work.session.execute(update(Unit).where(Unit.code == "H23.91").values(code="H23.99"))
    assert await seed(work) is True
    assert await work.session.scalar(held) == 1


async def test_everything_is_loaded_in_seven_statements(
    work: Work, statements: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DirectoryLoader, "__call__", inspect.unwrap(DirectoryLoader.__call__))  # not what is kept
    loader = DirectoryLoader("haiduong")
    statements.clear()
    directory = await loader(work.session)
    assert len(statements) == 7
    haiduong, khanhhoa = directory.tenants
    assert (len(directory.units(haiduong.id)), len(directory.units(khanhhoa.id))) == (347, 85)
    assert directory.default_tenant() == haiduong.id
    assert [edition.code for edition in (directory.edition_by_code("vn-63"), directory.edition_by_code("vn-34"))]
    assert directory.chain(EditionId(1), "10507").codes == ("10507", "288", "30")
