"""What crawlers are told, read by the standard library: robots, sitemaps, and words for previews."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.statements import Statements

from .conftest import Publish

HOST = "http://haiduong.localhost"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
HIDDEN = "noindex, nofollow"


class Head(HTMLParser):
    """What a page's head says to other programs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: dict[str, list[str]] = {}
        self.languages: list[str] = []
        self.told: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link":
            self.links.setdefault(given["rel"], []).append(given["href"])
            self.languages += [given["hreflang"]] if "hreflang" in given else []
        elif tag == "meta" and "property" in given:
            self.told[given["property"]] = given["content"]


async def places(client: httpx.AsyncClient, address: str) -> list[str]:
    answer = await client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    held = await client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert held.status_code == 304
    return [element.text or "" for element in ET.fromstring(answer.content).iter(LOC)]


async def test_every_page_for_everybody_is_listed_once_and_may_be_read(
    client: httpx.AsyncClient, publish: Publish, statements: Statements
) -> None:
    codes = {(await publish(unit)).code for unit in ("H23.21.01", "H23.32")}
    robots = RobotFileParser()
    robots.parse((await client.get("/robots.txt")).text.splitlines())
    assert robots.site_maps() == [f"{HOST}/sitemap.xml"]
    statements.clear()
    maps = await places(client, "/sitemap.xml")
    assert len(statements) == 2, "one each time"
    assert maps == [f"{HOST}/sitemaps/pages.xml", f"{HOST}/sitemaps/cases/2026-11-20.xml"]
    found = [place for each in maps for place in await places(client, httpx.URL(each).path)]
    assert len(found) == len(set(found))
    assert {f"{HOST}/cases/{code}" for code in codes} < set(found)
    assert {f"{HOST}/", f"{HOST}/report", f"{HOST}/portal/H23.21", f"{HOST}/procedures/1.004227"} < set(found)
    assert all(robots.can_fetch("*", place) for place in found)
    for place in (f"{HOST}/", f"{HOST}/portal/H23.21", f"{HOST}/procedures/1.004227", *sorted(found)[:4]):
        answer = await client.get(httpx.URL(place).path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers.get("x-robots-tag")) == (200, None), place
    assert (await client.get("/sitemaps/cases/2026-11-19.xml")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/follow", "/console/sign-in", "/account", "/report/x/details", "/api/v1/public/cases", "/calendars/1.x_y.ics"],
)
async def test_what_is_of_somebody_is_neither_to_be_read_nor_found(client: httpx.AsyncClient, path: str) -> None:
    robots = RobotFileParser()
    robots.parse((await client.get("/robots.txt")).text.splitlines())
    assert not robots.can_fetch("*", f"{HOST}{path}")
    assert not robots.can_fetch("*", f"{HOST}/cases?area=288")
    assert robots.can_fetch("*", f"{HOST}/cases?lang=en")
    assert (await client.get(path)).headers["x-robots-tag"] == HIDDEN


async def test_a_frame_and_a_page_that_is_none_are_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/portal/H23.21/widget")).headers["x-robots-tag"] == HIDDEN
    assert (await client.get("/nowhere", headers={"Accept": "text/html"})).headers["x-robots-tag"] == HIDDEN


async def test_a_case_has_one_address_and_words_for_whoever_passes_it_on(
    client: httpx.AsyncClient, publish: Publish
) -> None:
    case = await publish(written='Ổ gà "rất sâu" <b>')
    for path in ("", "/portal/H23.21"):
        page = Head((await client.get(f"{path}/cases/{case.code}")).text)
        assert page.links["canonical"] == [f"{HOST}/cases/{case.code}"]
        assert page.languages == ["vi", "en", "x-default"]
        told = page.told
        assert told["og:title"] == 'Ổ gà "rất sâu" <b>'
        assert told["og:url"] == f"{HOST}/cases/{case.code}"
        assert "Cẩm Thượng" in told["og:description"]
        assert (told["og:type"], told["og:locale"]) == ("article", "vi_VN")
        picture = await client.get(httpx.URL(told["og:image"]).path)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    hidden = Head((await client.get("/follow")).text)
    assert "canonical" not in hidden.links
    assert not hidden.told
