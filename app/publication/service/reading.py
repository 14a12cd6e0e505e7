"""What anyone reads: stored bytes, one statement each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.db.engine import Database
from app.kit.ids import TenantId
from app.publication import repository
from app.publication.domain import redact
from app.publication.terms import Filters, Page


async def public_body(db: Database, tenant_id: TenantId, code: str) -> tuple[bytes, str] | None:
    """The public case as JSON and its ETag; None when there is none or it is not published. One statement."""
    return await repository.body_of(db, tenant_id, code)


async def public_cases(
    db: Database, tenant_id: TenantId, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> Page:
    """A page of list lines as JSON objects joined by commas. One statement."""
    return await repository.page_of(db, tenant_id, "line", filters, after, limit)


async def features(
    db: Database, tenant_id: TenantId, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> Page:
    """A page of GeoJSON features joined by commas, of the cases that have a place. One statement."""
    return await repository.page_of(db, tenant_id, "feature", filters, after, limit)


def as_public(text: str) -> str:
    """The text as the public would read it: personal data masked."""
    return redact(text).text
