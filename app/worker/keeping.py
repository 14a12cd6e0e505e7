"""Keeping to the rules of retention once a day, and sealing the vault anew after its key was changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from app.db.work import Work, in_work
from app.identity import service as identity
from app.identity.domain import Keyring
from app.kit.ids import TenantId
from app.papers import service as papers
from app.privacy import service as privacy
from app.privacy.terms import Subject
from app.process import Process, keyring_of
from app.service_requests import service as requests

from .tenants import each_tenant

KEEP_EVERY_S = 86_400.0
RESEAL_EVERY_S = 3600.0
RESEAL_BATCH_ROWS = 200
_FIRST = UUID(int=0)
_Reseal = Callable[[Work, Keyring, TenantId, UUID, int], Awaitable[tuple[int, UUID | None]]]


async def keep_to_rules(process: Process) -> int:
    """Reports and service requests, over all tenants, of which something went now that was kept long enough."""

    async def one(tenant_id: TenantId) -> int:
        done = 0
        for subject in Subject:
            after: UUID | None = _FIRST
            while after is not None:

                async def batch(work: Work, subject: Subject = subject, begin: UUID = after) -> tuple[int, UUID | None]:
                    return await privacy.keep_to_rules(work, tenant_id, subject, begin, process.books)

                gone, after = await in_work(process.db, process.clock, tenant_id, batch)
                done += gone
        return done

    await each_tenant(process, "retention", one)
    return 0  # all of it was looked at: again tomorrow


class Resealing:
    """Once through the vault: its key is changed with a restart only."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._keys = keyring_of(process.settings)
        self._done = False

    async def turn(self) -> int:
        """Identities, requests, drafts and papers are sealed by the newest key from now on; always 0."""
        if self._done:
            return 0
        await each_tenant(self._process, "reseal", self._of)
        self._done = True
        return 0

    async def _of(self, tenant_id: TenantId) -> int:
        done = 0
        requests_, drafts = partial(requests.reseal, drafts=False), partial(requests.reseal, drafts=True)
        for reseal in (identity.reseal, requests_, drafts, papers.reseal):
            after: UUID | None = _FIRST
            # What a paper states may be changed by the owner of the tables only.
            owner = None if reseal is papers.reseal else tenant_id
            while after is not None:

                async def batch(work: Work, reseal: _Reseal = reseal, begin: UUID = after) -> tuple[int, UUID | None]:
                    return await reseal(work, self._keys, tenant_id, begin, RESEAL_BATCH_ROWS)

                sealed, after = await in_work(self._process.db, self._process.clock, owner, batch)
                done += sealed
        return done
