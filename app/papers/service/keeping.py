"""What is kept of whom papers are about: by which key it is sealed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work
from app.identity import service as identity_service
from app.identity.domain import Keyring, papers_anew
from app.identity.errors import IdentityUnreadable
from app.identity.terms import Seals
from app.kit.ids import TenantId
from app.papers import repository
from app.papers.terms import PERSONAL, Paper

from .sealing import again, opened, sealed, without


async def kept_of(
    work: Work, keys: Keyring, tenants: Collection[TenantId], subject_ids: Collection[UUID]
) -> dict[UUID, list[Paper]]:
    """Papers of these subjects as they were issued, by subject, for whoever they name. One statement, none for none."""
    found: defaultdict[UUID, list[Paper]] = defaultdict(list)
    for paper in await repository.list_of(work, tenants, subject_ids) if subject_ids else []:
        found[paper.subject_id].append(opened(keys, paper))
    return found


async def forget(work: Work, tenant_id: TenantId, subject_ids: Collection[UUID]) -> int:
    """Number of papers of these subjects that name nobody from now on; their codes can still be checked.

    One statement, none for none.
    """
    return await repository.forget(work, tenant_id, subject_ids) if subject_ids else 0


async def forget_facts(
    work: Work, keys: Keyring, tenant_id: TenantId, subject_ids: Collection[UUID], names: Collection[str]
) -> None:
    """These facts are kept no more of whom the subjects' papers are about. Two statements, none for none."""
    found = await repository.list_of(work, [tenant_id], subject_ids) if subject_ids else []
    anew = [(paper.id, content) for paper in found if (content := without(keys, paper, names)) is not None]
    await repository.put_seals(work, tenant_id, anew)


async def list_seals(db: Database, keys: Keyring | None) -> list[Seals]:
    """How many papers each key has sealed, over all tenants; looks at every row."""
    return identity_service.seals_of(await repository.count_seals(db), keys)


async def count_unsealed(db: Database) -> int:
    """Papers of the first release that `reseal` has not come to; looks at every row."""
    return await repository.count_unsealed(db)


async def has_sealed(db: Database) -> bool:
    """Whether anybody is sealed in a paper, in whatever tenant."""
    return await repository.has_sealed(db)


async def reseal(work: Work, keys: Keyring, tenant_id: TenantId, after: UUID, limit: int) -> tuple[int, UUID | None]:
    """Number of papers that the newest key seals now and did not, and where the next batch begins.

    None when this was the last. Papers of the first release, which name people openly, are sealed with them; what
    another key has sealed that is not here stays as it is. The work is the owner's, of no tenant.
    """
    rows = await repository.lock_sealed(work, tenant_id, after, limit)
    anew: list[tuple[UUID, bytes]] = []
    for paper_id, facts, content in rows:
        personal: dict[str, str] = {name: facts[name] for name in PERSONAL if name in facts}
        if personal:
            anew.append((paper_id, sealed(keys, tenant_id, paper_id, personal, {})))
        elif content and not papers_anew(keys, content):
            with suppress(IdentityUnreadable):
                anew.append((paper_id, again(keys, tenant_id, paper_id, content)))
    await repository.replace_seals(work, tenant_id, anew)
    return len(anew), rows[-1][0] if len(rows) == limit else None
