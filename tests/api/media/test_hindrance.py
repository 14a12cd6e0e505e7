"""One bad file hinders no other: not one that a worker dies of, and not one that a store cannot remove."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from uuid import UUID

import httpx

from app.kit.clock import FixedClock
from app.media import service as media
from app.media.service import clearing
from app.media.store import FolderStore
from app.media.terms import RAW, Refusal, UploadState, Variant
from app.process import Process
from app.publication import service as publication
from app.publication.store import PhotoStore
from tests.api.media.test_public_photos import Shown, shown, stores
from tests.api.media.test_uploads import sent, store
from tests.pictures import photo

__all__ = ["shown", "store", "stores"]


class Harmed(FolderStore):
    """A store that has one file which whoever reads it is killed by, or which cannot be removed."""

    deadly: UUID | None = None
    stuck: UUID | None = None
    bent = False

    def read(self, upload_id: UUID, part: str = RAW) -> bytes:
        if upload_id == self.deadly:
            raise asyncio.CancelledError
        content = super().read(upload_id, part)
        return content[:-1] if self.bent and part == Variant.WHOLE else content

    def drop(self, upload_id: UUID, *parts: str) -> None:
        if upload_id == self.stuck:
            raise PermissionError(upload_id)
        super().drop(upload_id, *parts)


def _id(name: str) -> UUID:
    return UUID(hex=name.partition(".")[0])


async def test_a_file_that_workers_die_of_comes_after_all_others_and_is_given_up(
    client: httpx.AsyncClient, process: Process, store: FolderStore, clock: FixedClock
) -> None:
    harmed = Harmed(store.path(UUID(int=0)).parents[2])
    harmed.deadly = _id(await sent(client, photo(width=160, height=80)))

    async def turn() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await media.clear(process.db, clock, harmed)

    async def states() -> dict[UUID, tuple[str, str | None]]:
        rows = await process.db.lane.fetch("SELECT id, state, refusal FROM uploads")
        return {row["id"]: (row["state"], row["refusal"]) for row in rows}

    await turn()
    for died in range(1, clearing.MOST_TRIES):
        clock.at += clearing.TURN * 2**died
        if died == 2:
            name = await sent(client, photo(width=160, height=80))
            await turn()
            assert (await states())[_id(name)][0] == UploadState.CLEARED, "what was tried less comes first"
            continue
        await turn()
    assert (await states())[harmed.deadly] == (UploadState.RECEIVED, None)
    assert await process.db.lane.fetchval("SELECT tries FROM uploads WHERE state = 'received'") == clearing.MOST_TRIES
    clock.at += clearing.TURN * 2**clearing.MOST_TRIES
    await turn()
    assert (await states())[harmed.deadly] == (UploadState.REFUSED, Refusal.DAMAGED)
    assert not list(harmed.path(harmed.deadly).parent.glob(f"{harmed.deadly.hex}*"))


async def test_what_cannot_be_removed_is_left_and_the_others_go(
    client: httpx.AsyncClient, process: Process, shown: Shown, clock: FixedClock
) -> None:
    root = shown.files.path(UUID(int=0)).parents[2]
    first, second = [item["id"] for item in (await shown.photos())["items"]]
    shown_to_all = {"choice": "publish", "alt": "Đèn đường"}
    assert (await shown.decide({"id": first, **shown_to_all}, {"id": second, **shown_to_all})).status_code == 200
    await process.db.lane.fetch("UPDATE public_photos SET ended_at = $1 RETURNING id", clock.now())
    photos = Harmed(root, "photos")
    photos.stuck, _ = lying = sorted(UUID(hex=one) for one in shown.lying())
    assert await publication.clean_photos(process.db, clock, PhotoStore(photos)) == 1
    assert {UUID(hex=one) for one in shown.lying()} == {lying[0]}
    photos.stuck = None
    assert await publication.clean_photos(process.db, clock, PhotoStore(photos)) == 1, "it is tried again"

    names = [_id(await sent(client, photo(width=160, height=80))) for _ in range(2)]
    harmed = Harmed(root)
    harmed.stuck = names[0]
    clock.at += timedelta(hours=30)
    assert await media.clean(process.db, clock, harmed) == 4, "the two of the report as well, which stay"
    assert [harmed.path(one).exists() for one in names] == [True, False]

    orphans = [UUID(int=number << 8) for number in (1, 2)]
    for orphan in orphans:
        harmed.write(orphan, Variant.WHOLE, b"x")
    harmed.stuck = orphans[0]
    clock.at += timedelta(days=800)
    assert await media.sweep(process.db, clock, harmed, 0) == 1
    assert [harmed.path(one, Variant.WHOLE).exists() for one in orphans] == [True, False]


async def test_what_was_sent_stays_until_what_is_kept_of_it_reads_back(
    client: httpx.AsyncClient, process: Process, store: FolderStore, clock: FixedClock
) -> None:
    harmed = Harmed(store.path(UUID(int=0)).parents[2])
    upload_id = _id(await sent(client, photo(width=160, height=80)))
    for bent, state in ((True, UploadState.RECEIVED), (False, UploadState.CLEARED)):
        harmed.bent = bent
        assert await media.clear(process.db, clock, harmed) == 1
        assert await process.db.lane.fetchval("SELECT state FROM uploads") == state
        assert harmed.path(upload_id).exists() == bent
        clock.at += clearing.UNSCANNED_AGAIN
