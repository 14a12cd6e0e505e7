"""Drafts: what an applicant has filled in and not handed in, on all of the devices of the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from app.db.engine import Database
from app.db.work import Work
from app.identity.domain import Keyring
from app.kit.clock import local_day
from app.kit.ids import CitizenId, TenantId, uuid7
from app.media import service as media_service
from app.service_requests import repository
from app.service_requests.errors import StaleDraft, TooManyDrafts
from app.service_requests.models import RequestDraft
from app.service_requests.repository import DraftRepository
from app.service_requests.terms import DraftId, RequestBooks

from .sealing import opened_draft, sealed_draft

MOST: Final = 30


async def begin_draft(
    work: Work,
    keys: Keyring,
    tenant_id: TenantId,
    citizen: CitizenId,
    *,
    books: RequestBooks,
    procedure: str,
    content: Mapping[str, Any],
) -> RequestDraft:
    """A new draft of the version in force. Raises: UnknownProcedure, RetiredProcedure, TooManyDrafts."""
    on = local_day(work.now, books.directory.tenant(tenant_id).time_zone)
    found = books.procedures.open_procedure(tenant_id, procedure, on)
    drafts = DraftRepository(work, tenant_id, citizen)
    await repository.hold_drafts(work, tenant_id, citizen)  # several devices at once count one after the other
    if await drafts.count() >= MOST:
        raise TooManyDrafts
    draft_id = uuid7(work.now)
    draft = RequestDraft(
        tenant_id=tenant_id,
        id=draft_id,
        citizen_id=citizen,
        procedure_code=found.code,
        procedure_version=found.version,
        version=1,
        sealed=sealed_draft(keys, tenant_id, draft_id, content),
        created_at=work.now,
        updated_at=work.now,
    )
    drafts.add(draft)
    return draft


async def save_draft(
    work: Work,
    keys: Keyring,
    tenant_id: TenantId,
    citizen: CitizenId,
    draft_id: DraftId,
    *,
    seen: int,
    content: Mapping[str, Any],
) -> RequestDraft:
    """The draft as it is now. Raises: DraftNotFound, StaleDraft when another device was faster."""
    draft = await DraftRepository(work, tenant_id, citizen).lock(draft_id)
    if draft.version != seen:
        raise StaleDraft(draft.version)
    draft.sealed = sealed_draft(keys, tenant_id, draft.id, content)
    draft.version += 1
    draft.updated_at = work.now
    return draft


async def get_draft(work: Work, tenant_id: TenantId, citizen: CitizenId, draft_id: DraftId) -> RequestDraft:
    """The account's own draft. Raises: DraftNotFound."""
    return await DraftRepository(work, tenant_id, citizen).lock(draft_id)


async def list_drafts(work: Work, tenant_id: TenantId, citizen: CitizenId) -> Sequence[RequestDraft]:
    """The account's drafts, touched last first. One statement."""
    return await repository.list_drafts(work, tenant_id, citizen, MOST)


async def end_draft(work: Work, tenant_id: TenantId, citizen: CitizenId, draft_id: DraftId) -> bool:
    """Whether there was such a draft; there is none now."""
    return await DraftRepository(work, tenant_id, citizen).end(draft_id)


def content_of(keys: Keyring, draft: RequestDraft) -> dict[str, Any]:
    """What the draft says."""
    return opened_draft(keys, TenantId(draft.tenant_id), draft.id, draft.sealed)


async def keep_uploads(db: Database, names: Sequence[str], draft: RequestDraft, kept_for: timedelta) -> None:
    """What the draft names of files does not expire before the draft does, `kept_for` after it was touched.

    Raises: UploadUnfinished.
    """
    uploads = await media_service.attachable(db, names, draft.updated_at, pointer="/documents/{}/upload")
    if uploads:
        await media_service.put_off(db, uploads, draft.updated_at + kept_for)
