"""Rebuilding publications from cases: any number at once, in the same few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from app.catalogue.snapshot import Catalogue
from app.db.engine import Database
from app.db.work import Work, in_work, write_work
from app.directory.snapshot import Directory
from app.directory.terms import EditionId
from app.kit.clock import Clock, local_day
from app.kit.ids import TenantId, UnitId
from app.outbox import service as outbox
from app.publication.domain import is_shown, line_digest, project, render, search_terms, tombstone
from app.publication.domain.mercator import spot_of
from app.publication.repository import (
    PublicationRepository,
    place as store_places,
    to_place,
    unplaced,
    written_array,
)
from app.publication.terms import (
    CONSUMER,
    CaseView,
    Change,
    Counted,
    Kept,
    PublicCase,
    Rendered,
    Seats,
    Source,
    Tallied,
    Unplaced,
    Words,
)
from app.timeline.terms import Entry

from .figures import tally_changes, tally_seats
from .maps import count_changes

BATCH_ROWS = 200
_NEVER = Kept(published=False, case_version=0, revision=0, digest="")
_NOTHING = PublicCase({}, {}, None, None, "", "")


class _Changed(NamedTuple):
    """A publication that is to change; without `after` the case is no longer shown."""

    source: Source
    before: Kept
    after: PublicCase | None


async def rebuild(
    work: Work, tenant_id: TenantId, case_ids: Collection[UUID], *, directory: Directory, catalogue: Catalogue
) -> int:
    """Number of publications that changed for the public, each with its outbox message in the same transaction.

    What would read the same as before is left alone, so that an internal step never shows, not even as a new time.
    Twelve statements at most for any number of cases, nine when none of them gathers others, three less where no place
    or state has changed, one when the public may see none of them and never could.
    """
    if not case_ids:
        return 0
    repository = PublicationRepository(work, tenant_id)
    sources, kept = await _read(repository, case_ids)
    shown = {source.id for source in sources if is_shown(source)}
    visible = shown | {case_id for case_id, one in kept.items() if one.published} - {source.id for source in sources}
    entries = await repository.public_entries(sorted(shown)) if shown else {}
    changes: list[_Changed] = []
    for source in sources:
        before = kept.get(source.id, _NEVER)
        if source.version < before.case_version:
            continue  # another rebuild has seen a later version
        if source.id in shown:
            after = project(view_of(tenant_id, source, visible, entries.get(source.id, []), directory, catalogue))
            if not before.published or after.digest != before.digest:
                changes.append(_Changed(source, before, after))
        elif before.published:
            changes.append(_Changed(source, before, None))
    return await _publish(work, tenant_id, directory, catalogue, changes) if changes else 0


async def _read(repository: PublicationRepository, case_ids: Collection[UUID]) -> tuple[list[Source], dict[UUID, Kept]]:
    """The cases, those merged into one that appears or disappears now, and what is kept of all they may name."""
    ids = sorted(set(case_ids))
    sources = await repository.sources(ids)
    if not sources:
        return [], {}
    kept = await repository.kept(_named(sources))
    turned = [one.id for one in sources if one.gathers and is_shown(one) is not kept.get(one.id, _NEVER).published]
    if turned and (more := sorted(set(await repository.merged_into(turned)).difference(ids))):
        sources += await repository.sources(more)
        kept |= await repository.kept(more)
    return sources, kept


def _named(sources: list[Source]) -> list[UUID]:
    """Ids of the cases and of those they were merged into."""
    return sorted({one.id for one in sources} | {one.merged_into_id for one in sources if one.merged_into_id})


async def _publish(
    work: Work, tenant_id: TenantId, directory: Directory, catalogue: Catalogue, changes: list[_Changed]
) -> int:
    """Number of the changes that were stored and told of, all of one instant."""
    repository = PublicationRepository(work, tenant_id)
    last = await repository.last_change()
    if last is not None:
        work.catch_up(last)  # followers ask for what changed since; a change may never be older than an earlier one
    rendered = [(change, _rendered(work, change)) for change in changes]
    zone_name = directory.tenant(tenant_id).time_zone
    seats = {
        change.source.id: directory.unit_path(tenant_id, UnitId(change.source.unit_id))
        for change in changes
        if change.after is not None
    }
    rows = [
        {
            **_row(work, tenant_id, catalogue, change, anew),
            "tallied": written_array(seats[change.source.id]) if change.after is not None else None,
            "opened_on": local_day(change.source.opened_at, zone_name),
            "sha256": line_digest(anew.line) if change.after is not None else b"",
        }
        for change, anew in rendered
    ]
    stored = await repository.store(rows, seats)
    counted = [(change.before.counted, _counted(change)) for change in changes if change.source.id in stored]
    await count_changes(work, tenant_id, counted, zone_name)
    tallied = [(one.before.tallied, _tallied(one, seats)) for one in changes if one.source.id in stored]
    await tally_changes(work, tenant_id, tallied, zone_name)
    for change, anew in rendered:
        if change.source.id in stored:  # else another rebuild has stored a later version, and tells of that
            _tell(work, tenant_id, change, anew)
    return len(stored)


async def rebuild_all(
    db: Database, clock: Clock, tenant_id: TenantId, *, directory: Directory, catalogue: Catalogue
) -> int:
    """Number of publications that changed when all of the tenant's cases were projected anew, batch by batch.

    Takes turns with the consumer: two rebuilds at once could tell of one case in the wrong order.
    """
    changed, after = 0, UUID(int=0)
    while True:
        async with write_work(db, clock, tenant_id) as work:
            await outbox.hold_cursor(work, tenant_id, CONSUMER)
            ids = await PublicationRepository(work, tenant_id).case_ids_after(after, BATCH_ROWS)
            changed += await rebuild(work, tenant_id, ids, directory=directory, catalogue=catalogue)
            if ids:
                await _place(work, tenant_id, await to_place(work, tenant_id, ids), directory, anew=True)
                await tally_seats(work, tenant_id, ids, directory.tenant(tenant_id).time_zone)
        if len(ids) < BATCH_ROWS:
            return changed
        after = ids[-1]


async def place(work: Work, tenant_id: TenantId, *, directory: Directory) -> int:
    """Number of publications that the portals of units show from now on as they are: an earlier release wrote them."""
    waiting = await unplaced(work, tenant_id, BATCH_ROWS)
    if waiting:
        await _place(work, tenant_id, waiting, directory, anew=False)
    return len(waiting)


async def _place(
    work: Work, tenant_id: TenantId, waiting: Sequence[Unplaced], directory: Directory, *, anew: bool
) -> None:
    zone_name = directory.tenant(tenant_id).time_zone
    rows = {
        one.case_id: {
            "revision": one.revision,
            "day": local_day(one.opened_at, zone_name),
            "digest": line_digest(one.line) if one.published else b"",
        }
        for one in waiting
    }
    seats = {one.case_id: directory.unit_path(tenant_id, one.unit_id) for one in waiting if one.published}
    await store_places(work, tenant_id, rows, seats, anew=anew)


async def index_words(work: Work, tenant_id: TenantId) -> int:
    """Number of publications that can be searched from now on: those an earlier release stored without terms."""
    repository = PublicationRepository(work, tenant_id)
    words = await repository.unindexed(BATCH_ROWS)
    if words:
        await repository.index({case_id: search_terms(text) for case_id, text in words.items()})
    return len(words)


async def index_all_words(db: Database, clock: Clock, tenant_id: TenantId) -> int:
    """Number of the tenant's publications that were found by wrong terms, or none, and are by the right ones now.

    Looks at all of them, batch by batch in transactions of their own, and writes only what differs: it may run while
    the program serves, and again after it was cut short. The public sees no change.
    """
    changed, after = 0, UUID(int=0)
    while True:

        async def one_batch(work: Work, after: UUID = after) -> tuple[int, list[Words]]:
            repository = PublicationRepository(work, tenant_id)
            batch = await repository.words_after(after, BATCH_ROWS)
            wrong = await repository.index_anew([(one, search_terms(one.search_text)) for one in batch])
            return wrong, batch

        wrong, batch = await in_work(db, clock, tenant_id, one_batch)
        changed += wrong
        if len(batch) < BATCH_ROWS:
            return changed
        after = batch[-1].case_id


def view_of(
    tenant_id: TenantId,
    source: Source,
    visible: set[UUID],
    entries: list[Entry],
    directory: Directory,
    catalogue: Catalogue,
) -> CaseView:
    """The case with the names behind its codes. `visible` are the cases that may be named to anyone."""
    category = catalogue.category(tenant_id, source.category_code)
    smallest = source.area_commune or source.area_district or source.area_province
    unit_ids = {entry.unit_id for entry in entries if entry.unit_id is not None}
    return CaseView(
        source=source,
        category=category,
        group=catalogue.category(tenant_id, category.parent or category.code),
        chain=directory.chain(EditionId(source.edition_id), smallest),
        unit=directory.unit(tenant_id, UnitId(source.unit_id)),
        merged_into=source.merged_into if source.merged_into_id in visible else None,
        entries=tuple(entries),
        units={unit_id: directory.unit(tenant_id, unit_id) for unit_id in unit_ids},
    )


def _rendered(work: Work, change: _Changed) -> Rendered:
    """The publication's new bytes; of a case taken back only its code is kept and told."""
    if change.after is None:
        return tombstone(change.source.code, updated_at=work.now)
    return render(change.after, updated_at=work.now, revision=change.before.revision + 1)


def _counted(change: _Changed) -> Counted | None:
    """How the case is counted on the map from now on, at the place that everyone is told; None: it is not."""
    source, after = change.source, change.after
    if after is None or after.lat is None or after.lon is None:
        return None
    return Counted(
        spot_of(after.lat, after.lon),
        source.state,
        source.category_code,
        source.id,
        after.lat,
        after.lon,
        source.area_district or "",
        source.area_commune or "",
    )


def _tallied(change: _Changed, seats: Seats) -> Tallied | None:
    """As what the case counts in figures from now on; None: the public does not see it."""
    source, after = change.source, change.after
    if after is None:
        return None
    return Tallied(
        source.state,
        _is_overdue(after),
        source.category_code,
        source.id,
        source.area_district or "",
        source.area_commune or "",
        tuple(seats[source.id]),
    )


def _is_overdue(shown: PublicCase) -> bool:
    return bool(shown.summary.get("overdue", False))


def _tell(work: Work, tenant_id: TenantId, change: _Changed, rendered: Rendered) -> None:
    """Put the public message of a change into `work`."""
    kind = Change.UPDATED if change.before.published else Change.PUBLISHED
    outbox.append(
        work,
        tenant_id=tenant_id,
        type=(Change.WITHDRAWN if change.after is None else kind).value,
        subject_id=change.source.id,
        subject_version=change.before.revision + 1,
        payload=rendered.event,
        public=True,
    )


def _row(
    work: Work, tenant_id: TenantId, catalogue: Catalogue, change: _Changed, rendered: Rendered
) -> dict[str, object]:
    """The row to store."""
    source, before, after = change
    shown = after or _NOTHING
    category = catalogue.category(tenant_id, source.category_code)
    counted = _counted(change)
    return {
        "case_id": source.id,
        "code": source.code,
        "published": after is not None,
        "case_version": source.version,
        "revision": before.revision + 1,
        "digest": shown.digest,
        "etag": rendered.etag,
        "state": source.state,
        "category_code": category.code,
        "group_code": category.parent or category.code,
        "area_province": source.area_province,
        "area_district": source.area_district,
        "area_commune": source.area_commune,
        "lat": shown.lat,
        "lon": shown.lon,
        "spot": counted.spot if counted else None,
        "updated_at": work.now,
        "overdue": _is_overdue(shown),
        "search_text": shown.search_text,
        "terms": written_array(search_terms(shown.search_text)),
        "body": rendered.body,
        "line": rendered.line,
        "feature": rendered.feature,
        "photos": written_array(shown.photos),
    }
