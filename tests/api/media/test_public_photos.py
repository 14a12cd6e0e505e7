"""Pictures of public cases: withheld until an officer has decided, shown as copies, gone when that has ended."""

from __future__ import annotations

import ast
import hashlib
import inspect
import io
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from app.cases import service as cases
from app.cases.terms import Resolution
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.media import service as media
from app.media.store import FolderStore
from app.media.terms import Variant
from app.process import Process
from app.publication import endpoints, service as publication
from app.publication.store import PhotoStore
from app.worker.keeping import keep_to_rules
from tests.api.media.test_uploads import sent
from tests.builders import BINH_HAN, Officer, a_report, acting, an_officer, someone
from tests.pictures import photo

Drain = Callable[[], Awaitable[int]]
BLUR = {"choice": "blur", "patches": [{"x": 10, "y": 10, "width": 30, "height": 30}]}


@dataclass(frozen=True)
class Shown:
    """A published case with two pictures, and an officer of its unit."""

    client: httpx.AsyncClient
    code: str
    officer: Officer
    files: FolderStore
    copies: PhotoStore

    async def photos(self) -> dict[str, Any]:
        """The pictures as officers see them."""
        answer = await self.client.get(f"/api/v1/staff/cases/{self.code}/photos", headers=self.officer.headers)
        assert answer.headers["cache-control"] == "private, no-store"
        found: dict[str, Any] = answer.json()
        return found

    async def decide(self, *decisions: dict[str, Any], seen: int | None = None, **more: Any) -> httpx.Response:
        version = seen or (await self.photos())["version"]
        return await self.client.post(
            f"/api/v1/staff/cases/{self.code}/decide-photos",
            json={"photos": list(decisions), **more},
            headers={**self.officer.headers, "If-Match": f'"{version}"'},
        )

    def lying(self) -> set[str]:
        """Ids of the copies on the disk."""
        root = self.files.path(uuid4()).parents[2] / "photos"
        return {path.stem for path in root.rglob("*") if path.is_file()}

    async def public(self) -> httpx.Response:
        return await self.client.get(f"/api/v1/reports/{self.code}")


@pytest.fixture
def stores(application: FastAPI, tmp_path: Path) -> Iterator[tuple[FolderStore, PhotoStore]]:
    """Files of this test, in a folder of its own."""
    state = application.state
    before = state.file_store, state.photo_store
    state.file_store, state.photo_store = FolderStore(tmp_path), PhotoStore(FolderStore(tmp_path, "photos"))
    yield state.file_store, state.photo_store
    state.file_store, state.photo_store = before


async def published(
    client: httpx.AsyncClient, process: Process, stores: tuple[FolderStore, PhotoStore], drain: Drain, **given: Any
) -> Shown:
    """A case that everyone may read, with two pictures that were looked at."""
    names = [await sent(client, photo(width=800, height=600, turned=False)) for _ in range(2)]
    filed = await a_report(process, media=tuple(names), **given)
    while await media.clear(process.db, process.clock, stores[0]):
        pass
    await acting(process, cases.publish_case, someone(process), code=filed.code, seen=1, public_text=None)
    await drain()
    return Shown(client, filed.code, await an_officer(process), *stores)


@pytest.fixture
async def shown(
    client: httpx.AsyncClient, process: Process, stores: tuple[FolderStore, PhotoStore], drain: Drain
) -> Shown:
    return await published(client, process, stores, drain)


async def test_a_picture_is_seen_by_everyone_from_an_officers_decision_to_the_next(
    shown: Shown, client: httpx.AsyncClient, process: Process, db: Database, drain: Drain
) -> None:
    before = await shown.public()
    assert before.json()["photos"] == []
    first, second = (await shown.photos())["items"]
    assert (first["choice"], first["public_url"]) == (None, None)
    answer = await shown.decide(
        {"id": first["id"], "choice": "publish", "alt": "Hố trước nhà ông Trần Văn Ba"}, {"id": second["id"], **BLUR}
    )
    assert answer.status_code == 200, answer.text
    waiting = (await shown.photos())["items"][0]["public_url"]
    assert (await client.get(waiting)).status_code == 404, "it is not public before its case is told anew"
    await drain()

    after = await shown.public()
    assert after.headers["etag"] != before.headers["etag"]
    one, two = after.json()["photos"]
    assert (one["width"], one["height"], one["blurred"], two["blurred"]) == (800, 600, False, True)
    assert one["alt"]["vi"] == "Hố trước nhà ông [tên]", "words for a picture are masked like all others"
    assert two["alt"] == {
        "vi": "Ảnh 2 người phản ánh gửi: Đèn đường không sáng",
        "en": "Photo 2 from the report: Street lamp out",
    }
    for told in (one, two):
        for form, digest in (("url", "sha256"), ("thumbnail_url", "thumbnail_sha256")):
            got = await client.get(told[form])
            assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
            assert hashlib.sha256(got.content).hexdigest() == told[digest]
            assert got.headers["cache-control"] == "public, max-age=60, must-revalidate"
            held = await client.get(told[form], headers={"If-None-Match": got.headers["etag"]})
            assert (held.status_code, held.content) == (304, b"")
    page = (await client.get(f"/cases/{shown.code}")).text
    assert (
        f'<img src="{one["thumbnail_url"]}" alt="Hố trước nhà ông [tên]" width="320" height="240" loading="lazy"'
        in page
    )

    assert (await shown.decide({"id": first["id"], "choice": "withhold"})).status_code == 200
    for form in ("url", "thumbnail_url"):
        gone = await client.get(one[form])
        assert (gone.status_code, gone.json()["type"]) == (410, "/problems/photo-withdrawn"), "at once, not in a while"
    await drain()
    assert [each["url"] for each in (await shown.public()).json()["photos"]] == [two["url"]]
    assert (await shown.public()).headers["etag"] != after.headers["etag"]
    told = await db.lane.fetch("SELECT type FROM outbox_messages WHERE type LIKE 'case.photos%' OR public")
    assert sorted(row["type"] for row in told) == [
        *["case.photos_decided"] * 2,
        "publication.published",
        *["publication.updated"] * 2,
    ]

    again = await shown.decide({"id": second["id"], "choice": "publish"})
    assert again.status_code == 200
    await drain()
    assert (await client.get(two["url"])).status_code == 410, "another picture has another address"
    (now,) = (await shown.public()).json()["photos"]
    assert len(shown.lying()) == 3
    assert await publication.clean_photos(process.db, process.clock, shown.copies) == 2
    assert shown.lying() == {now["url"].split("/")[-2].replace("-", "")}
    assert await publication.clean_photos(process.db, process.clock, shown.copies) == 0


async def test_what_is_not_decided_rightly_changes_nothing(shown: Shown, process: Process, drain: Drain) -> None:
    known = await shown.photos()
    first, version = known["items"][0]["id"], known["version"]
    for decision, status, slug in (
        ({"id": str(uuid4()), "choice": "publish"}, 422, "no-such-photo"),
        ({"id": first, "choice": "blur"}, 422, "invalid"),
        ({"id": first, **BLUR, "choice": "publish"}, 422, "invalid"),
        ({"id": first, "choice": "blur", "patches": [{"x": -1, "y": 0, "width": 5, "height": 5}]}, 422, "invalid"),
    ):
        answer = await shown.decide(decision, seen=version)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}"), answer.text
    assert (await shown.decide({"id": first, "choice": "publish"}, seen=version + 1)).json()[
        "type"
    ] == "/problems/stale-version"
    assert (await shown.decide({"id": first, "choice": "publish"})).status_code == 200
    same = await shown.decide({"id": first, "choice": "publish"})
    assert (same.status_code, same.json()["type"]) == (409, "/problems/already-done")
    assert (await shown.decide(withhold_rest=True)).status_code == 200
    assert [one["choice"] for one in (await shown.photos())["items"]] == ["publish", "withhold"]
    neighbour = await an_officer(process, Role.OFFICER, unit=BINH_HAN)
    foreign = await shown.client.get(f"/api/v1/staff/cases/{shown.code}/photos", headers=neighbour.headers)
    assert foreign.status_code == 404


async def test_a_picture_goes_with_its_case_and_comes_back_with_it(
    shown: Shown, client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    first = (await shown.photos())["items"][0]["id"]
    await shown.decide({"id": first, "choice": "publish"})
    await drain()
    (told,) = (await shown.public()).json()["photos"]
    filed = await shown.photos()
    withheld = await acting(
        process, cases.withhold_case, someone(process), code=shown.code, seen=filed["version"], comment="Xem lại."
    )
    await drain()
    assert (await client.get(told["url"])).status_code == 410
    await acting(
        process, cases.publish_case, someone(process), code=shown.code, seen=withheld.version, public_text=None
    )
    await drain()
    assert (await client.get(told["url"])).status_code == 200


async def test_a_category_may_forbid_its_pictures_by_law(
    shown: Shown, client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    first, second = (await shown.photos())["items"]
    await shown.decide({"id": first["id"], "choice": "publish"})
    await drain()
    (told,) = (await shown.public()).json()["photos"]
    version = (await shown.photos())["version"]
    moved = await acting(
        process, cases.triage_case, someone(process, "H23"), code=shown.code, seen=version,
        category="health_education.school",
    )  # fmt: skip
    moved = await acting(
        process, cases.publish_case, someone(process, "H23"), code=shown.code, seen=moved.version, public_text="Thu."
    )
    await drain()
    assert (await shown.public()).json()["photos"] == []
    assert (await client.get(told["url"])).status_code == 410
    admin = await an_officer(process, Role.DISPATCHER, unit="H23")
    answer = await client.post(
        f"/api/v1/staff/cases/{shown.code}/decide-photos",
        json={"photos": [{"id": second["id"], "choice": "publish"}]},
        headers={**admin.headers, "If-Match": f'"{moved.version}"'},
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/photos-never-published")
    assert "Luật Trẻ em 2016" in answer.json()["detail"]
    listed = await client.get(f"/api/v1/staff/cases/{shown.code}/photos", headers=admin.headers)
    assert listed.json()["policy"] == "never"


async def test_nothing_that_people_sent_comes_to_a_reader_without_a_name(
    shown: Shown, client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    items = (await shown.photos())["items"]
    await shown.decide(*({"id": one["id"], "choice": "publish"} for one in items))
    await drain()
    public = (await shown.public()).json()["photos"]
    originals = {hashlib.sha256((await client.get(one["url"])).content).hexdigest() for one in items}
    originals |= {hashlib.sha256((await client.get(one["thumbnail_url"])).content).hexdigest() for one in items}
    got = [(await client.get(one[form])).content for one in public for form in ("url", "thumbnail_url")]
    assert len(got) == 4
    assert not originals & {hashlib.sha256(content).hexdigest() for content in got}
    for content in got:
        with Image.open(io.BytesIO(content)) as opened:
            assert not opened.getexif()
    for one, told in zip(items, public, strict=True):
        named = told["url"].split("/")[-2]
        assert one["id"] not in str(public), "what it was made from is not told"
        assert (await client.get(f"/api/v1/public/photos/{one['id']}/whole")).status_code == 404
        assert (await client.get(f"/api/v1/media/{named}/whole?expires=9999999999&signature=x")).status_code == 404
        assert (await client.get(f"/api/v1/media/{one['id']}/whole?expires=9999999999&signature=x")).status_code == 404
    # And no way leads there in the program: what answers everyone has never heard of where uploads lie.
    names = {node.id for node in ast.walk(ast.parse(inspect.getsource(endpoints))) if isinstance(node, ast.Name)}
    assert "CurrentPhotoStore" in names
    assert not names & {"CurrentStore", "CurrentStores", "FolderStore", "file_store"}
    given = inspect.signature(publication.public_photo).parameters
    assert [one.annotation for one in given.values()] == ["Database", "PhotoStore", "TenantId", "UUID", "Variant"]
    one = UUID(items[0]["id"])
    assert shown.files.path(one, Variant.WHOLE).exists()
    assert one.hex not in str(shown.lying()), "copies lie in a folder of their own"


async def test_pictures_of_a_merged_report_stay_with_its_own_case(
    shown: Shown, client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    other = await a_report(process)
    version = (await shown.photos())["version"]
    first = (await shown.photos())["items"][0]["id"]
    merged = await acting(process, cases.merge_case, someone(process), code=shown.code, seen=version, into=other.code)
    into = await client.get(f"/api/v1/staff/cases/{other.code}/photos", headers=shown.officer.headers)
    assert into.json()["items"] == []
    assert (await shown.decide({"id": first, "choice": "publish"}, seen=merged.version)).status_code == 200
    await drain()
    assert len((await shown.public()).json()["photos"]) == 1


async def test_public_copies_are_kept_no_longer_than_what_they_were_made_from(
    shown: Shown, client: httpx.AsyncClient, process: Process, clock: FixedClock, drain: Drain
) -> None:
    await shown.decide({"id": (await shown.photos())["items"][0]["id"], "choice": "publish"})
    seen, chief = (await shown.photos())["version"], someone(process)
    resolved = await acting(
        process, cases.resolve_case, chief, code=shown.code, seen=seen, answer="Đã thay.", resolution=Resolution.FIXED
    )
    await acting(process, cases.close_case, chief, code=shown.code, seen=resolved.version)
    await drain()
    (told,) = (await shown.public()).json()["photos"]
    clock.at += timedelta(days=1800)
    await keep_to_rules(process)
    assert (await client.get(told["url"])).status_code == 200
    clock.at += timedelta(days=30)
    await keep_to_rules(process)
    assert (await client.get(told["url"])).status_code == 410
    assert (await shown.public()).json()["photos"] == []
