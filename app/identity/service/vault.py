"""The vault of reporters' identities, and the key that seals it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from app.audit import service as audit_service
from app.audit.terms import Action
from app.db.engine import Database
from app.db.work import HotWork, Recorder, Work
from app.identity import domain, repository
from app.identity.domain import Keyring
from app.identity.errors import IdentityUnreadable
from app.identity.terms import Actor, ActorKind, KeyStanding, Reading, ReporterIdentity, Seals
from app.kit import signing
from app.kit.ids import ReportId, RequestId, TenantId, UnitId

HANDLING: Final = "handling"
"""Purpose of a reading by an officer who handles a service request."""


def keep_identity(
    work: Recorder,
    keys: Keyring,
    tenant_id: TenantId,
    report_id: ReportId,
    identity: ReporterIdentity,
    *,
    withheld: bool = False,
) -> None:
    """Seal who handed in the report, with the report's own transaction.

    `withheld`: the sender asked not to be named, which is kept even when nothing else is known here: an account
    behind the report may tell who it was.
    """
    if identity or withheld:
        row = domain.seal_identity(keys, tenant_id, report_id, identity, work.now, withheld=withheld)
        repository.put_identity(work, row)


async def open_identity(
    work: Work,
    keys: Keyring,
    actor: Actor,
    report_id: ReportId,
    *,
    purpose: str,
    unit_id: UnitId | None = None,
    fields: Collection[str] = domain.IDENTITY_FIELDS,
) -> ReporterIdentity | None:
    """Who handed in the report of the actor's tenant, as far as `fields` ask; None when the vault knows nothing.

    The reading is written down with `purpose`. Whether the actor may is the caller's policy. Raises:
    IdentityUnreadable.
    """
    sealed = await repository.find_sealed(work, actor.tenant_id, report_id)
    if sealed is None:
        return None
    identity = domain.open_identity(keys, actor.tenant_id, report_id, sealed, fields)
    note_opening(work, actor, report_id, purpose=purpose, unit_id=unit_id)
    return identity


def note_opening(work: Work, actor: Actor, report_id: ReportId, *, purpose: str, unit_id: UnitId | None) -> None:
    """Write down that who handed in the report was seen: for the audit trail, and for the person."""
    repository.put_reading(work, actor, report_id, purpose, unit_id)
    if actor.kind is ActorKind.STAFF:
        audit_service.record(work, actor, Action.IDENTITY_OPENED, subject=str(report_id), unit_id=unit_id)


def note_found(work: Work, actor: Actor, report_id: ReportId, *, purpose: str, unit_id: UnitId | None) -> None:
    """Write down for the person that the report was found by what is sealed with it; the trail is the caller's."""
    repository.put_reading(work, actor, report_id, purpose, unit_id)


async def note_look(
    db: Database, actor: Actor, request_id: RequestId, *, code: str, unit_id: UnitId | None, day: date, now: datetime
) -> None:
    """Write down that an officer at work sees the papers of a service request: once for each officer and day.

    For the audit trail, and for the applicant. One statement, two the first time.
    """
    assert actor.id is not None
    reading_id = domain.look_id(request_id, actor.id, day)
    if await repository.has_reading(db, actor.tenant_id, reading_id):
        return
    work = HotWork(now)
    repository.put_look(work, reading_id, actor, request_id, HANDLING, unit_id)
    audit_service.record(work, actor, Action.REQUEST_OPENED, subject=code, unit_id=unit_id)
    await repository.write_reading(db, work)


async def read_own(
    work: Work, keys: Keyring, tenant_id: TenantId, report_ids: Collection[ReportId]
) -> dict[ReportId, ReporterIdentity]:
    """What their sender has left with these reports, for the sender alone: no opening, and not written down."""
    found = await repository.find_all_sealed(work, tenant_id, report_ids)
    return {report_id: domain.open_identity(keys, tenant_id, report_id, sealed) for report_id, sealed in found}


async def open_identities(
    work: Work,
    keys: Keyring,
    actor: Actor,
    report_ids: Collection[ReportId],
    *,
    purpose: str,
    fields: Collection[str] = domain.IDENTITY_FIELDS,
) -> dict[ReportId, ReporterIdentity]:
    """The same of many reports, those of anonymous reporters left out; one statement, and a reading for each."""
    found: dict[ReportId, ReporterIdentity] = {}
    for report_id, sealed in await repository.find_all_sealed(work, actor.tenant_id, report_ids):
        found[report_id] = domain.open_identity(keys, actor.tenant_id, report_id, sealed, fields)
        repository.put_reading(work, actor, report_id, purpose)
    return found


async def opened(work: Work, tenant_id: TenantId, report_ids: Collection[ReportId | RequestId]) -> list[Reading]:
    """Every opening of these reports' identities, the newest first; one statement."""
    return await repository.list_readings(work, tenant_id, report_ids)


async def withheld(work: Work, tenant_id: TenantId, report_ids: Collection[ReportId]) -> dict[ReportId, bool]:
    """Whether its sender asked not to be named, for each report that the vault knows; one statement."""
    return await repository.list_withheld(work, tenant_id, report_ids)


async def withheld_now(db: Database, tenant_id: TenantId, report_ids: Collection[ReportId]) -> dict[ReportId, bool]:
    """The same outside a unit of work. One statement."""
    return await repository.list_withheld_now(db, tenant_id, report_ids)


async def reports_of_phone(work: Work, keys: Keyring, tenant_id: TenantId, phone: str) -> list[ReportId]:
    """The newest 200 reports that came with the phone (E.164), found by its blind index; one statement."""
    return await repository.list_of_phone(work, tenant_id, domain.phone_index(keys, tenant_id, phone))


async def erase_identities(work: Work, tenant_id: TenantId, report_ids: Collection[ReportId]) -> int:
    """Number of identities that are gone; who opened them stays known. One statement."""
    return await repository.delete_sealed(work, tenant_id, report_ids)


async def list_older(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[ReportId]:
    """Reports handed in before then whose senders the vault still knows, in order of ids beyond `after`."""
    return await repository.list_older(work, tenant_id, before=before, after=after, limit=limit)


async def list_seals(db: Database, keys: Keyring | None) -> list[Seals]:
    """How many identities each key has sealed, over all tenants; looks at every row."""
    return seals_of(await repository.count_seals(db), keys)


def seals_of(heads: Sequence[tuple[bytes, int]], keys: Keyring | None) -> list[Seals]:
    """The same of what begins so, and how often."""
    ids = [one.id for one in keys.vault] if keys is not None else []
    found = []
    for head, count in heads:
        by_field, key = head[:1] in {domain.BY_FIELD, domain.NAMED}, head[1:]
        found.append(
            Seals(
                key=key.hex() if by_field else None,
                identities=count,
                here=key in ids if by_field else bool(ids),
                newest=by_field and key in ids[:1],
            )
        )
    return found


async def reseal(work: Work, keys: Keyring, tenant_id: TenantId, after: UUID, limit: int) -> tuple[int, UUID | None]:
    """Number of identities that are sealed by the newest key now and were not, and where the next batch begins.

    None when this was the last. What another key has sealed that is not here stays as it is.
    """
    rows = await repository.lock_sealed(work, tenant_id, after, limit)
    done = 0
    for report_id, sealed in rows:
        if domain.sealed_anew(keys, sealed):
            continue
        try:
            identity = domain.open_identity(keys, tenant_id, report_id, sealed)
        except IdentityUnreadable:
            continue
        anew = domain.seal_fields(keys, tenant_id, report_id, identity)
        await repository.replace_seal(work, tenant_id, report_id, anew)
        done += 1
    return done, rows[-1][0] if len(rows) == limit else None


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
