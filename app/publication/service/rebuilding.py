"""Rebuilding publications from cases: any number at once, in the same few statements."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from app.catalogue.snapshot import Catalogue
from app.db.engine import Database
from app.db.work import Work, write_work
from app.directory.snapshot import Directory
from app.directory.terms import EditionId
from app.kit.clock import Clock
from app.kit.ids import TenantId, UnitId
from app.outbox import service as outbox
from app.publication.domain import is_shown, project, render
from app.publication.repository import PublicationRepository
from app.publication.terms import CaseView, Change, Kept, PublicCase, Rendered, Source
from app.timeline.terms import Entry

BATCH_ROWS = 200
_NEVER = Kept(published=False, case_version=0, revision=0, digest="")
_NOTHING = PublicCase({}, {}, None, None, "", "")
_EMPTY = Rendered(b"", b"", None, "", {})


async def rebuild(
    work: Work, tenant_id: TenantId, case_ids: Collection[UUID], *, directory: Directory, catalogue: Catalogue
) -> int:
    """Number of publications that changed for the public, each with its outbox message in the same transaction.

    What would read the same as before is left alone, so that an internal step never shows, not even as a new time.
    Six statements at most for any number of cases.
    """
    if not case_ids:
        return 0
    repository = PublicationRepository(work, tenant_id)
    ids = sorted(set(case_ids))
    sources = await repository.sources(ids)
    kept = await repository.kept(ids)
    shown = {source.id for source in sources if is_shown(source)}
    entries = await repository.public_entries(sorted(shown)) if shown else {}
    changes: list[tuple[Source, Kept, PublicCase | None]] = []
    for source in sources:
        before = kept.get(source.id, _NEVER)
        if source.version < before.case_version:
            continue  # another rebuild has seen a later version
        if source.id in shown:
            after = project(_view(tenant_id, source, entries.get(source.id, []), directory, catalogue))
            if not before.published or after.digest != before.digest:
                changes.append((source, before, after))
        elif before.published:
            changes.append((source, before, None))
    if changes:
        last = await repository.last_change()
        if last is not None:
            work.catch_up(last)  # followers ask for what changed since; a change may never be older than an earlier one
        await repository.store([_write(work, tenant_id, catalogue, *change) for change in changes])
    return len(changes)


async def rebuild_all(
    db: Database, clock: Clock, tenant_id: TenantId, *, directory: Directory, catalogue: Catalogue
) -> int:
    """Number of publications that changed when all of the tenant's cases were projected anew, batch by batch."""
    changed, after = 0, UUID(int=0)
    while True:
        async with write_work(db, clock, tenant_id) as work:
            ids = await PublicationRepository(work, tenant_id).case_ids_after(after, BATCH_ROWS)
            changed += await rebuild(work, tenant_id, ids, directory=directory, catalogue=catalogue)
        if len(ids) < BATCH_ROWS:
            return changed
        after = ids[-1]


def _view(
    tenant_id: TenantId, source: Source, entries: list[Entry], directory: Directory, catalogue: Catalogue
) -> CaseView:
    """The case with the names behind its codes."""
    category = catalogue.category(tenant_id, source.category_code)
    smallest = source.area_commune or source.area_district or source.area_province
    unit_ids = {entry.unit_id for entry in entries if entry.unit_id is not None}
    return CaseView(
        source=source,
        category=category,
        group=catalogue.category(tenant_id, category.parent or category.code),
        chain=directory.chain(EditionId(source.edition_id), smallest),
        unit=directory.unit(tenant_id, UnitId(source.unit_id)),
        entries=tuple(entries),
        units={unit_id: directory.unit(tenant_id, unit_id) for unit_id in unit_ids},
    )


def _write(
    work: Work, tenant_id: TenantId, catalogue: Catalogue, source: Source, before: Kept, after: PublicCase | None
) -> dict[str, object]:
    """The row to store; its message waits in `work`. Without `after` both say only that the case is gone."""
    revision = before.revision + 1
    shown = after or _NOTHING
    rendered = render(after, updated_at=work.now, revision=revision) if after else _EMPTY
    change, payload = (Change.UPDATED if before.published else Change.PUBLISHED), rendered.event
    if after is None:
        change, payload = Change.WITHDRAWN, {"code": source.code}
    outbox.append(
        work,
        tenant_id=tenant_id,
        type=change.value,
        subject_id=source.id,
        subject_version=revision,
        payload=payload,
        public=True,
    )
    category = catalogue.category(tenant_id, source.category_code)
    return {
        "case_id": source.id,
        "code": source.code,
        "published": after is not None,
        "case_version": source.version,
        "revision": revision,
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
        "updated_at": work.now,
        "overdue": bool(shown.summary.get("overdue", False)),
        "search_text": shown.search_text,
        "body": rendered.body,
        "line": rendered.line,
        "feature": rendered.feature,
    }
