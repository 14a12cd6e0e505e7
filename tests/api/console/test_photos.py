"""Officers decide on pictures by forms alone: numbers instead of a mouse, and a look before it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.identity.terms import Role
from app.media import service as media
from app.media.store import FolderStore
from app.process import Process
from app.publication.store import PhotoStore
from tests.api.console.conftest import Desks
from tests.api.media.test_uploads import sent
from tests.builders import CITY, THANH_MIEN, Filed, a_report
from tests.pages import Page, PageForm
from tests.pictures import photo


@pytest.fixture
def stores(application: FastAPI, tmp_path: Path) -> Iterator[FolderStore]:
    """Files of this test, in a folder of its own."""
    state = application.state
    before = state.file_store, state.photo_store
    state.file_store, state.photo_store = FolderStore(tmp_path), PhotoStore(FolderStore(tmp_path, "photos"))
    yield state.file_store
    state.file_store, state.photo_store = before


@pytest.fixture
async def filed(client: httpx.AsyncClient, process: Process, stores: FolderStore) -> Filed:
    """A report with one picture that was looked at."""
    made = await a_report(process, media=(await sent(client, photo(width=800, height=600, turned=False)),))
    while await media.clear(process.db, process.clock, stores):
        pass
    return made


async def opened(desk: httpx.AsyncClient, filed: Filed) -> tuple[str, Page]:
    """The page of the picture, by its link on the page of the case."""
    case = Page(await desk.get(f"/console/cases/{filed.code}"))
    (address,) = (link for link in case.links if link.startswith(f"/console/cases/{filed.code}/photos/"))
    return address, Page(await desk.get(address))


async def send(
    desk: httpx.AsyncClient, form: PageForm, rows: Sequence[tuple[str, ...]], **typed: str
) -> httpx.Response:
    """The form with these rows of numbers, as a browser sends it."""
    columns = {side: [row[at] for row in rows] for at, side in enumerate(("x", "y", "width", "height"))}
    return await desk.post(form.action, data={**form.values, **columns, **typed})


async def test_a_picture_is_blurred_by_numbers_looked_at_and_decided(desk_of: Desks, filed: Filed) -> None:
    desk = await desk_of()
    address, page = await opened(desk, filed)
    assert "Chờ quyết định" in page.text
    form = page.form(address)
    assert next(one for one in form.buttons if one[0]) == ("step", "preview"), (
        "what the enter key does must be undone by nothing"
    )
    rows = [("10", "12,5", "30", "20"), ("", "", "", "")]

    for step, given, error in (
        ("decide", {"choice": "blur"}, "Hãy nêu ít nhất một vùng"),
        ("decide", {}, "Hãy chọn một trong ba."),
    ):
        wrong = await send(desk, form, [("", "", "", "")], step=step, **given)
        assert (wrong.status_code, error in Page(wrong).text) == (422, True)
    open_with_patches = await send(desk, form, rows, step="decide", choice="publish")
    assert "chỉ nêu khi chọn làm mờ" in Page(open_with_patches).text, "marked parts are not shown by a slip"
    outside = await send(desk, form, [("10", "x", "30", "120")], step="decide", choice="blur")
    assert {"patches.0.y-error", "patches.0.width-error"} - Page(outside).ids == {"patches.0.width-error"}
    assert "patches.0.height-error" in Page(outside).ids

    more = Page(await send(desk, form, rows, step="more", choice="blur"))
    assert {"patches.4.x"} <= more.ids
    looked = await send(desk, form, rows, step="preview", choice="blur", alt="Hố to")
    assert looked.status_code == 200
    assert 'value="12,5"' in looked.text or 'value="12.5"' in looked.text
    draft = looked.text.partition(f'src="{address}/draft?')[2].partition('"')[0]
    drawn = await desk.get(f"{address}/draft?{draft}")
    as_it_is = await desk.get(f"{address}/draft")
    assert drawn.content[:3] == as_it_is.content[:3] == b"\xff\xd8\xff"
    assert drawn.content != as_it_is.content
    assert drawn.headers["cache-control"] == "private, no-store"
    assert "Chờ quyết định" in (await opened(desk, filed))[1].text, "a look decides nothing"

    done = await send(desk, form, rows, step="decide", choice="blur", alt="Hố to")
    assert (done.status_code, done.headers["location"]) == (
        303,
        f"/console/cases/{filed.code}?done=decide-photos#photos",
    )
    kept = (await opened(desk, filed))[1].form(address)
    assert (kept.values["choice"], kept.values["alt"]) == ("blur", "Hố to")
    stale = await send(desk, form, rows, step="decide", choice="withhold")
    assert stale.status_code == 412
    assert (await send(desk, kept, rows, step="decide", choice="withhold")).status_code == 303


async def test_who_may_not_decide_looks_or_sees_nothing(desk_of: Desks, filed: Filed) -> None:
    address, _ = await opened(await desk_of(), filed)
    above = await desk_of(Role.OFFICER, unit=CITY)
    _, page = await opened(above, filed)
    assert "Bạn chỉ xem được" in page.text
    csrf = page.form("/console/sign-out").values["csrf"]
    sent_all_the_same = {"csrf": csrf, "version": str(filed.version), "choice": "withhold", "step": "decide"}
    assert (await above.post(address, data=sent_all_the_same)).status_code == 403
    stranger = await desk_of(unit=THANH_MIEN)
    for path in (address, f"{address}/draft"):
        assert (await stranger.get(path)).status_code == 404
    anonymous = await above.get(f"{address}/draft", headers={"Cookie": "staff="})
    assert anonymous.headers["location"].startswith("/console/sign-in?")
