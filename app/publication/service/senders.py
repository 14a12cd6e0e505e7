"""What another system reads of what it has itself handed in: as the public would read it, whether or not it may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Kind
from app.db.engine import Database
from app.db.work import read_work
from app.directory.snapshot import Directory
from app.identity.policies import may_use
from app.identity.terms import Actor, ClientScope
from app.kit.clock import Clock
from app.publication.domain import project, render
from app.publication.repository import PublicationRepository

from .rebuilding import view_of


async def bodies_of_client(
    db: Database, clock: Clock, client: Actor, codes: Sequence[str], *, directory: Directory, catalogue: Catalogue
) -> list[bytes]:
    """Those of the cases that a report of the system opened, each as its JSON, newest first; two statements.

    Masked, with a coarse place where homes are touched, without pictures, and only what the public history has. A case
    that went another legal way is not among them: who is complained of must not hear of it. Raises: Forbidden.
    """
    may_use(client, ClientScope.REPORTS_CREATE).require()
    if client.client_id is None or not codes:
        return []
    async with read_work(db, clock, client.tenant_id) as work:
        repository = PublicationRepository(work, client.tenant_id)
        found = await repository.sources_of_client(client.client_id, codes)
        sources = [replace(one, photos=None) for one in found if not Kind(one.kind).diverted]
        entries = await repository.public_entries([one.id for one in sources]) if sources else {}
    bodies = []
    for source in sources:
        told = entries.get(source.id, [])
        public = project(view_of(client.tenant_id, source, set(), told, directory, catalogue))
        changed_at = max((entry.at for entry in told), default=source.opened_at)
        bodies.append(render(public, updated_at=changed_at, revision=0).body)
    return bodies
