"""The pages as an application: manifest, icons, service worker, and what a browser sends that it has kept."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from app.db.engine import Database
from app.portal import worker
from tests.applicants import an_applicant
from tests.builders import LAMP
from tests.pages import Page
from tests.pictures import photo

KEY = "01932f3e-8a00-7d4e-9f5b-6d1f6c1a2b3c.5e0a7c52-91a4-4cb8-8f0e-0c4f2f0f6d11"
KEPT = {
    "key": KEY,
    "description": "Ổ gà sâu trước cổng trường, xe máy hay ngã.",
    "category": "roads.pothole",
    "area_code": "10507",
    "captured_at": "2026-11-20T01:02:03.000Z",
}


async def count(db: Database) -> int:
    found: int = await db.lane.fetchval("SELECT count(*) FROM reports")
    return found


@pytest.mark.parametrize(("at", "start", "colour"), [("", "/", "#0b4f6c"), ("/portal/H23.21", "/portal/H23.21", None)])
async def test_each_portal_is_an_application_of_its_own(
    client: httpx.AsyncClient, at: str, start: str, colour: str | None
) -> None:
    page = await client.get(at or "/")
    assert f'<link rel="manifest" href="{at}/manifest.webmanifest"' in page.text
    answer = await client.get(f"{at}/manifest.webmanifest", headers={"Accept-Language": "vi"})
    manifest: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/manifest+json"
    assert (manifest["id"], manifest["start_url"], manifest["scope"], manifest["lang"]) == (start, start, "/", "vi")
    assert "Hải Dương" in manifest["name"]
    assert colour in {None, manifest["theme_color"]}
    for icon in manifest["icons"]:
        drawn = await client.get(icon["src"])
        with Image.open(BytesIO(drawn.content)) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]
            corner = image.convert("RGBA").getpixel((0, 0))
            assert isinstance(corner, tuple)
            assert (corner[3] == 255) == (icon["purpose"] == "maskable"), icon
    assert (await client.get(f"{at}/icon-17.png")).status_code == 404
    again = await client.get(f"{at}/manifest.webmanifest", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_the_worker_stores_files_that_are_there_and_asks_nobody_else(client: httpx.AsyncClient) -> None:
    script = await client.get("/service-worker.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "no-cache"
    assert script.headers["content-security-policy"] == worker.POLICY
    assert "://" not in re.sub(r"(?m)//.*$", "", script.text)
    shell = re.findall(r'"(/[^"]+)"', script.text.split("VERSION")[0])
    assert len(shell) == 8
    for path in shell:
        answer = await client.get(path)
        assert answer.status_code == 200, path
    page = Page(await client.get("/offline"))
    assert page.form("/report").values["category"] == ""
    assert {"no-network", "kept-list", "files"} <= page.ids


async def test_the_worker_can_be_taken_back() -> None:
    gone = worker.script(working=False)
    assert b"unregister" in gone
    assert b"indexedDB" not in gone


async def test_what_was_kept_is_taken_once_however_often_it_comes(client: httpx.AsyncClient, db: Database) -> None:
    files = [("files", ("anh.jpg", photo(width=160, height=80), "image/jpeg"))]
    told = [(await client.post("/report/kept", data=KEPT, files=files)).json() for _ in range(3)]
    assert told[0]["outcome"] == "accepted"
    assert told[0] == told[1] == told[2]
    assert len(told[0]["secret"].replace("-", "")) == 32
    row = await db.lane.fetchrow("SELECT code, channel, captured_at::text AS at FROM reports")
    assert row is not None
    assert (row["code"], row["channel"]) == (told[0]["code"], "web")
    assert row["at"].startswith("2026-11-20 01:02:03")
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 1
    assert await count(db) == 1
    followed = await client.get(f"/follow/{told[0]['code']}")
    assert "xe máy hay ngã" in followed.text


async def test_what_one_person_has_written_is_not_sent_in_the_name_of_another(
    client: httpx.AsyncClient, db: Database
) -> None:
    owners = []
    for _ in range(2):
        headers = await an_applicant(client)
        client.cookies.set("account", headers["Authorization"].removeprefix("Bearer "))
        owners += re.findall(r'data-owner="(\w+)"', (await client.get("/")).text)
    assert len(set(owners)) == 2
    secrets = []
    for number, owner in enumerate([*owners, ""]):  # handed in while the second of them is signed in
        given = {**KEPT, "key": f"0193{number}{KEY[5:]}", "owner": owner}
        secrets.append((await client.post("/report/kept", data=given)).json()["secret"])
    assert [secret is None for secret in secrets] == [False, True, False]
    assert await db.lane.fetchval("SELECT count(*) FROM reports WHERE citizen_id IS NOT NULL") == 1


async def test_the_page_and_the_queue_are_one_way_in(client: httpx.AsyncClient, db: Database) -> None:
    given = {**KEPT, "step": "send"}
    sent = await client.post("/report", data={name: value for name, value in given.items() if name != "captured_at"})
    assert sent.status_code in {200, 303}
    kept = (await client.post("/report/kept", data=KEPT)).json()
    assert kept["outcome"] == "accepted"
    assert await count(db) == 1
    other = await client.post("/report/kept", data={**KEPT, "description": "Việc khác hẳn."})
    assert (other.status_code, other.json()["outcome"]) == (422, "refused")
    assert "Một bản trước" in other.json()["told"]
    stolen = await client.post("/report/kept", data={**KEPT, "key": KEY[:-1] + "2"})
    assert (stolen.status_code, stolen.json()["outcome"]) == (422, "refused")
    assert await count(db) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"description": ""}, "Hãy mô tả sự việc."),
        ({"area_code": ""}, "Hãy cho biết nơi xảy ra"),
        ({"category": "no.such"}, "Không có lĩnh vực này"),
        ({"location.lat": "0", "location.lon": "0"}, "chưa định vị được"),
        ({"answers.width_cm": "rất rộng"}, "số"),
    ],
)
async def test_what_never_will_be_taken_is_told_in_words(
    client: httpx.AsyncClient, db: Database, changed: dict[str, str], said: str
) -> None:
    answer = await client.post("/report/kept", data={**KEPT, **changed})
    told = answer.json()
    assert (answer.status_code, told["outcome"]) == (422, "refused")
    assert said in " ".join([told["told"], *told["errors"]])
    assert await count(db) == 0


async def test_a_report_of_another_site_is_not_taken(client: httpx.AsyncClient, db: Database) -> None:
    answer = await client.post("/report/kept", data=KEPT, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert await count(db) == 0


async def test_every_report_sent_from_this_browser_stays_followed(client: httpx.AsyncClient) -> None:
    for number in range(3):
        place = {"location.lat": str(LAMP.lat), "location.lon": str(LAMP.lon), "area_code": ""}
        key = f"01932f3e-8a00-7d4e-9f5b-6d1f6c1a2b{number:02}.5e0a7c52-91a4-4cb8-8f0e-0c4f2f0f6d11"
        assert (await client.post("/report/kept", data={**KEPT, **place, "key": key})).json()["outcome"] == "accepted"
    links = Page(await client.get("/follow")).links
    assert len([link for link in links if link.startswith("/follow/H23-")]) == 3
    assert (await client.post("/follow/forget", data={})).status_code == 303
    links = Page(await client.get("/follow")).links
    assert not [link for link in links if link.startswith("/follow/H23-")]
