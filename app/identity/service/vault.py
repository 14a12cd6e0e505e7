"""The vault of reporters' identities, and the key that seals it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from app.audit import service as audit_service
from app.audit.terms import Action
from app.db.engine import Database
from app.db.work import Recorder, Work
from app.identity import domain, repository
from app.identity.domain import Keyring
from app.identity.errors import IdentityUnreadable
from app.identity.terms import Actor, ActorKind, KeyStanding, ReporterIdentity
from app.kit import signing
from app.kit.ids import ReportId, TenantId


def keep_identity(
    work: Recorder, keys: Keyring, tenant_id: TenantId, report_id: ReportId, identity: ReporterIdentity
) -> None:
    """Seal who handed in the report, with the report's own transaction; nothing is kept of an anonymous one."""
    if identity:
        repository.put_identity(work, domain.seal_identity(keys, tenant_id, report_id, identity, work.now))


async def open_identity(
    work: Work, keys: Keyring, actor: Actor, report_id: ReportId, *, purpose: str
) -> ReporterIdentity | None:
    """Who handed in the report of the actor's tenant, None when anonymous; the reading is written down with `purpose`.

    Whether the actor may is the caller's policy. Raises: IdentityUnreadable.
    """
    sealed = await repository.find_sealed(work, actor.tenant_id, report_id)
    if sealed is None:
        return None
    identity = domain.open_identity(keys, actor.tenant_id, report_id, sealed)
    repository.put_reading(work, actor, report_id, purpose)
    if actor.kind is ActorKind.STAFF:
        opened = {"purpose": purpose}
        audit_service.record(work, actor, Action.IDENTITY_OPENED, subject=str(report_id), details=opened)
    return identity


async def open_identities(
    work: Work, keys: Keyring, actor: Actor, report_ids: Collection[ReportId], *, purpose: str
) -> dict[ReportId, ReporterIdentity]:
    """The same of many reports, those of anonymous reporters left out; one statement, and a reading for each."""
    found: dict[ReportId, ReporterIdentity] = {}
    for report_id, sealed in await repository.find_all_sealed(work, actor.tenant_id, report_ids):
        found[report_id] = domain.open_identity(keys, actor.tenant_id, report_id, sealed)
        repository.put_reading(work, actor, report_id, purpose)
    return found


async def has_identities(db: Database) -> bool:
    """Whether anybody's identity is stored, in whatever tenant."""
    return await repository.newest_sealed(db) is not None


async def key_standing(db: Database, keys: Keyring | None) -> KeyStanding:
    """What the database says to the keys; to None, that it needs the OTHER ones or that it has none yet.

    A database that has no fingerprint yet is asked for an identity that it keeps: the right keys open it. Nobody's
    identity is shown.
    """
    kept = await repository.find_fingerprint(db)
    if kept is not None:
        return KeyStanding.KNOWN if keys and signing.same(kept, keys.fingerprint) else KeyStanding.OTHER
    sealed = await repository.newest_sealed(db)
    if sealed is None:
        return KeyStanding.UNCLAIMED
    try:
        opens = keys and domain.open_identity(keys, sealed["tenant_id"], sealed["id"], sealed["sealed"])
    except IdentityUnreadable:
        opens = None
    return KeyStanding.UNCLAIMED if opens else KeyStanding.OTHER


async def adopt_key(db: Database, keys: Keyring, now: datetime) -> KeyStanding:
    """What the database says to the keys once it has them; it takes them for its own when it has none yet.

    UNCLAIMED only of an older schema, which has no place for a fingerprint.
    """
    standing = await key_standing(db, keys)
    if standing is KeyStanding.UNCLAIMED and await repository.keeps_fingerprints(db):
        await repository.keep_fingerprint(db, keys.fingerprint, now)
        return await key_standing(db, keys)  # somebody else may have been first
    return standing


async def replace_key(db: Database, keys: Keyring, now: datetime) -> None:
    """The database takes the keys for its own, whatever it had: what others have sealed stays sealed for ever."""
    await repository.replace_fingerprint(db, keys.fingerprint, now)
