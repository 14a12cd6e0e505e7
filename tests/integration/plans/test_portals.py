"""A portal reads little more than it shows, whether its unit is a ward or the province, whatever lies in the others."""

from __future__ import annotations

import pytest

from app.publication.terms import MOST_COUNTED
from tests.conftest import NOW
from tests.integration.plans.conftest import Town
from tests.integration.plans.test_plans import PAGE, narrow

REPEATS = 7
DAY = NOW.date().isoformat()


@pytest.mark.parametrize("unit", ["H23", "H23.21", "H23.21.01"])
async def test_feeds_changes_and_digests_read_what_they_show(town: Town, unit: str) -> None:
    page, api = f"/portal/{unit}", f"/api/v1/public/portals/{unit}"
    feeds = (f"{page}/feed.atom", f"{page}/feed.json", f"{page}/cases.geojson", f"{page}/cases.csv")
    for address in (*feeds, f"{api}/changes", f"{api}/changes?limit=500", f"{api}/digest/{DAY}"):
        town.plans.taken()
        for _ in range(REPEATS):
            answer = await town.client.get(address)
            assert answer.status_code == 200, address
        narrow(town.plans.taken(), PAGE)


@pytest.mark.parametrize("unit", ["H23", "H23.21", "H23.21.01"])
async def test_figures_are_counted_to_an_end(town: Town, unit: str) -> None:
    town.plans.taken()
    for _ in range(REPEATS):
        assert (await town.client.get(f"/portal/{unit}")).status_code == 200
    narrow(town.plans.taken(), MOST_COUNTED + 1)


async def test_the_last_page_of_changes_costs_no_more_than_the_first(town: Town) -> None:
    address = "/api/v1/public/portals/H23/changes"
    page = (await town.client.get(f"{address}?limit=500")).json()
    for _ in range(20):
        page = (await town.client.get(f"{address}?limit=500&cursor={page['cursor']}")).json()
    town.plans.taken()
    for _ in range(REPEATS):
        assert (await town.client.get(f"{address}?limit=500&cursor={page['cursor']}")).status_code == 200
    narrow(town.plans.taken(), PAGE)
