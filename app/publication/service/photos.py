"""Pictures of a case: what an officer decides about each, the copies that everyone is shown, and their end."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from app.cases import service as cases_service
from app.cases.errors import StaleCase
from app.cases.models import Case
from app.cases.service import CaseView
from app.cases.terms import Books, Scope, Verb
from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Category
from app.db.engine import Database
from app.db.work import Work, in_work
from app.directory.snapshot import Directory
from app.identity.terms import Actor
from app.kit.clock import Clock
from app.kit.ids import CaseId, ReportId, TenantId
from app.kit.problems import Problem, Unavailable
from app.media import service as media
from app.media.errors import StorageAway
from app.media.store import Store
from app.media.terms import Drawn, Patch, Variant
from app.outbox import service as outbox
from app.publication.domain import photos as domain
from app.publication.errors import NoSuchPhoto, PhotoDamaged, PhotoNotFound, PhotoWithdrawn
from app.publication.repository import photos as repository
from app.publication.store import PhotoStore
from app.publication.terms import CONSUMER, Photo, PhotoChoice, PhotoDecision

from .rebuilding import rebuild

log = logging.getLogger("lienthong.publication")

CLEAN_BATCH_ROWS = 500


class Stores(NamedTuple):
    """Where pictures lie: as people sent them, and as everyone is shown them."""

    files: Store
    photos: PhotoStore


def category_of(view: CaseView, tenant_id: TenantId, catalogue: Catalogue) -> Category:
    """The category that says whether pictures of the case are shown at all."""
    return catalogue.category(tenant_id, view.row["category_code"])


async def list_photos(db: Database, tenant_id: TenantId, view: CaseView) -> list[Photo]:
    """Pictures of the report that opened the case, for whoever holds a view of it. One statement."""
    return await repository.list_photos(db, tenant_id, CaseId(view.row["id"]))


async def draft_photo(
    db: Database, files: Store, tenant_id: TenantId, view: CaseView, upload_id: UUID, patches: Sequence[Patch]
) -> bytes:
    """The picture as everyone would be shown it with these patches; nothing of it is kept.

    Raises: NoSuchPhoto, PhotoDamaged.
    """
    if upload_id not in {photo.upload_id for photo in await list_photos(db, tenant_id, view)}:
        raise NoSuchPhoto(0)
    return (await _drawn(files, upload_id, patches)).whole


async def _drawn(files: Store, upload_id: UUID, patches: Sequence[Patch]) -> Drawn:
    drawn = await asyncio.to_thread(media.covered, files, upload_id, patches)
    if not isinstance(drawn, Drawn):
        raise PhotoDamaged
    return drawn


async def decide_photos(
    db: Database,
    clock: Clock,
    stores: Stores,
    actor: Actor,
    scope: Scope,
    books: Books,
    code: str,
    *,
    seen: int,
    decisions: Sequence[PhotoDecision],
    rest: bool,
) -> Case:
    """The case with these pictures decided on; its publication follows by the message this leaves behind.

    Copies are drawn first, outside any transaction; where the verb is refused they are gone again. Raises: NoSuchPhoto,
    PhotosNeverPublished, PhotoDamaged, AlreadyDone, whatever the verb refuses.
    """
    view = await cases_service.get_case(db, actor, scope, books, code)
    able = view.row["version"] == seen and Verb.DECIDE_PHOTOS in view.verbs  # else the verb says what is wrong
    made: list[dict[str, Any]] = []
    try:
        if able:
            photos = await list_photos(db, actor.tenant_id, view)
            category = category_of(view, actor.tenant_id, books.catalogue)
            for photo, decision in domain.decided(photos, decisions, category, rest=rest):
                made.append(await _made(stores, actor, view, photo, decision))
        return await in_work(
            db, clock, actor.tenant_id, lambda work: _decide(work, actor, books, code, seen, made, able=able)
        )
    except Problem as refused:
        if not isinstance(refused, Unavailable):  # when the database was lost they may have been written down
            for row in made:
                await asyncio.to_thread(stores.photos.drop, row["id"])
        raise


async def _made(stores: Stores, actor: Actor, view: CaseView, photo: Photo, decision: PhotoDecision) -> dict[str, Any]:
    """The row of the decision, with its copy in the store where there is to be one."""
    row: dict[str, Any] = {
        "tenant_id": actor.tenant_id,
        "id": uuid4(),  # nobody can guess the address of one that is not shown yet
        "case_id": view.row["id"],
        "case_version": view.row["version"] + 1,
        "upload_id": photo.upload_id,
        "place": photo.place,
        "choice": decision.choice.value,
        "patches": [list(patch) for patch in decision.patches],
        "alt": decision.alt,
        "decided_by": actor.id,
        "width": photo.width,
        "height": photo.height,
    }
    if decision.choice is not PhotoChoice.WITHHOLD:
        drawn = await _drawn(stores.files, photo.upload_id, decision.patches)
        await asyncio.to_thread(stores.photos.write, row["id"], drawn)
        row |= {
            "width": drawn.width,
            "height": drawn.height,
            "sha256": hashlib.sha256(drawn.whole).digest(),
            "thumbnail_sha256": hashlib.sha256(drawn.thumbnail).digest(),
        }
    return row


async def _decide(
    work: Work, actor: Actor, books: Books, code: str, seen: int, made: Sequence[Mapping[str, Any]], *, able: bool
) -> Case:
    chosen = [row["choice"] for row in made]
    case = await cases_service.decide_photos(
        work,
        actor,
        code,
        seen=seen,
        books=books,
        published=chosen.count(PhotoChoice.PUBLISH),
        blurred=chosen.count(PhotoChoice.BLUR),
        withheld=chosen.count(PhotoChoice.WITHHOLD),
    )
    if not able:  # it was another version when the pictures were looked up
        raise StaleCase(case.version - 1, own=False)
    rows = [{**row, "decided_at": work.now} for row in made]
    if rows:
        await repository.decide(work, actor.tenant_id, CaseId(case.id), rows)
    return case


async def public_photo(
    db: Database, store: PhotoStore, tenant_id: TenantId, photo_id: UUID, variant: Variant
) -> tuple[bytes, str]:
    """A picture that everyone may see, and its checksum. One statement.

    It knows of public copies alone: of what people sent it has neither the folder nor a name. Raises: PhotoNotFound,
    PhotoWithdrawn, StorageAway.
    """
    found = await repository.find_public(db, tenant_id, photo_id, variant)
    if found is None:
        raise PhotoNotFound
    if not found.shown:
        raise PhotoWithdrawn
    try:
        return await asyncio.to_thread(store.read, photo_id, variant), found.digest
    except FileNotFoundError as error:
        raise PhotoWithdrawn from error
    except OSError as error:
        raise StorageAway from error


async def let_go_photos(
    work: Work, tenant_id: TenantId, reports: Collection[ReportId], *, directory: Directory, catalogue: Catalogue
) -> None:
    """Nobody sees pictures of these reports any more, and their cases are told anew without them."""
    cases = await repository.let_go(work, tenant_id, reports)
    if cases:
        await outbox.hold_cursor(work, tenant_id, CONSUMER)
        await rebuild(work, tenant_id, cases, directory=directory, catalogue=catalogue)


async def clean_photos(db: Database, clock: Clock, store: PhotoStore) -> int:
    """Number of copies that nobody may see any more and that lie nowhere now."""
    ended = await repository.list_ended(db, CLEAN_BATCH_ROWS)
    gone = []
    for tenant_id, photo_id in ended:
        try:
            await asyncio.to_thread(store.drop, photo_id)
        except OSError as error:  # the others go
            log.warning("copies of photo %s cannot be removed: %s", photo_id, error)
        else:
            gone.append((tenant_id, photo_id))
    if gone:
        await repository.mark_dropped(db, gone, clock.now())
    return len(gone)
