"""What anyone reads: stored bytes, one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson

from app.cases.service import CaseView
from app.cases.terms import Correction
from app.catalogue.snapshot import Catalogue
from app.db.engine import Database
from app.kit.ids import TenantId
from app.publication import repository
from app.publication.domain import passages
from app.publication.domain.projection import title_of
from app.publication.terms import Filters, Page, Preview, Slice, Where, Window
from app.reports import service as reports_service
from app.reports.terms import ReportText
from app.timeline.terms import Audience


async def public_body(db: Database, tenant_id: TenantId, code: str) -> tuple[bytes, str] | None:
    """The public case as JSON and its ETag; None when there is none or it is not published. One statement."""
    return await repository.body_of(db, tenant_id, code)


async def public_cases(
    db: Database, tenant_id: TenantId, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> Page:
    """A page of list lines as JSON objects joined by commas. One statement."""
    return await repository.page_of(db, tenant_id, "line", filters, after, limit)


async def public_news(
    db: Database, tenant_id: TenantId, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> Page:
    """A page of whole cases joined by commas, with what was taken back where no filter hides it. One statement."""
    return await repository.page_of(db, tenant_id, "body", filters, after, limit)


async def features(
    db: Database, tenant_id: TenantId, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> Page:
    """A page of GeoJSON features joined by commas, of the cases that have a place. One statement."""
    return await repository.page_of(db, tenant_id, "feature", filters, after, limit)


async def public_bodies(db: Database, tenant_id: TenantId, codes: Sequence[str]) -> list[bytes]:
    """Those of the cases that are public, each as its JSON, newest first. One statement."""
    return await repository.bodies_by_code(db, tenant_id, codes)


async def public_window(db: Database, tenant_id: TenantId, window: Window, of: Slice) -> list[repository.Mirrored]:
    """Public cases of the window, each as its JSON: newest first, or oldest change first. One statement."""
    return await repository.rows_in(db, tenant_id, window, of)


async def public_preview(db: Database, tenant_id: TenantId, view: CaseView, catalogue: Catalogue) -> Preview:
    """What the public would read of a case that the officer has in view. One statement."""
    return preview_of(view, await reports_service.reports_for_staff(db, tenant_id, view), tenant_id, catalogue)


def preview_of(view: CaseView, reports: Sequence[ReportText], tenant_id: TenantId, catalogue: Catalogue) -> Preview:
    """The same of reports that were read already: the officer's own wording, else what opened the case, masked."""
    row = view.row
    written = next((report.description for report in reports if report.code == row["code"]), row["summary"])
    correction = Correction.of(orjson.loads(row["redaction"]) if row["redaction"] is not None else None)
    texts = [
        (Where.TEXT, row["public_text"] or written),
        (Where.ANSWER, row["answer"]),
        (Where.ADDRESS, row["address"]),
    ]
    texts += [(Where.HISTORY, entry.text) for entry in view.entries if entry.audience is Audience.PUBLIC]
    policy = catalogue.category(tenant_id, row["category_code"]).publication
    shown = passages(texts, policy=policy, correction=correction)
    text = "".join(passage.text for passage in shown if passage.where is Where.TEXT)
    return Preview(row["version"], title_of(text), shown, row["public_text"] is not None, correction)
