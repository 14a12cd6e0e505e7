"""Verbs on portals: setting one up, the key others send to it with; and officers' secret addresses of due dates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.cases import service as cases
from app.cases.terms import Books, CaseState, QueueView, Scope
from app.catalogue.snapshot import Catalogue
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.directory.snapshot import Directory, Unit
from app.identity import service as identity
from app.identity.policies import acting_as
from app.identity.terms import Actor, ClientScope, ClientView, Grant, NewKey, Role, WantedClient
from app.kit import signing
from app.kit.ids import StaffId, TenantId, UnitId, uuid7
from app.kit.text import Lang, Text
from app.procedures.snapshot import Procedures
from app.reports.terms import Channel
from app.service_requests import service as requests
from app.service_requests.terms import QueueView as StepView, RequestState

from . import domain, policies, repository
from .errors import InvalidPortal, NoCalendarAddress, NoPortalKey, StalePortal
from .models import CalendarAddressRow, PortalRow
from .terms import MOST_DUE, CalendarAddress, Diary, Due, Portal, Wanted

_FIRST_STEP: Final = (*cases.START, "")
_DUE_CASE: Final = Text("Hạn {code}: {category}", "Due {code}: {category}")
_DUE_STEP: Final = Text("Hạn {code}: {step} ({procedure})", "Due {code}: {step} ({procedure})")
_KEY_LIVES: Final = timedelta(days=730)
_OVERLAP: Final = timedelta(hours=24)


async def get_portal(db: Database, tenant_id: TenantId, unit: Unit) -> Portal:
    """The portal of the unit as it was set up, else as it is by itself. One statement."""
    row = await repository.find_portal(db, tenant_id, UnitId(unit.id))
    if row is None:
        return domain.plain_portal(unit)
    look = Wanted(
        Text(row["name_vi"], row["name_en"]),
        Text(row["intro_vi"], row["intro_en"]),
        row["brand"],
        row["link"],
        tuple(row["frame_ancestors"]),
    )
    return Portal(unit, look, row["version"], row["updated_at"])


def check_reach(actor: Actor, directory: Directory, unit: Unit) -> Actor:
    """The officer in the capacity in which the portal may be administered. Raises: Forbidden."""
    path = directory.unit_path(actor.tenant_id, UnitId(unit.id))
    policies.may_administer(actor, path).require()
    return acting_as(actor, Role.UNIT_ADMIN, Role.TENANT_ADMIN)


async def set_portal(
    work: Work, actor: Actor, unit: Unit, wanted: Wanted, *, seen: int, directory: Directory
) -> Portal:
    """The portal as wanted, for whoever asks from now on.

    Raises: Forbidden, StalePortal; InvalidPortal with a pointer for each mistake, colours that cannot be read too.
    """
    actor = check_reach(actor, directory, unit)
    errors = domain.mistakes(wanted)
    if errors:
        raise InvalidPortal(errors=errors)
    row = await repository.lock_portal(work, actor.tenant_id, UnitId(unit.id))
    current = row.version if row is not None else 0
    if seen != current:
        raise StalePortal(current)
    row = row or PortalRow(tenant_id=actor.tenant_id, unit_id=unit.id)
    (row.name_vi, row.name_en), (row.intro_vi, row.intro_en) = wanted.name, wanted.intro
    row.brand, row.link, row.frame_ancestors = wanted.brand, wanted.link, list(wanted.frame_ancestors)
    row.version, row.updated_at, row.updated_by = current + 1, work.now, actor.staff_id
    await repository.write(work, row)
    details = {"brand": wanted.brand, "link": wanted.link, "frame_ancestors": list(wanted.frame_ancestors)}
    audit.record(work, actor, Action.PORTAL_SET, subject=unit.code, details=details)
    return Portal(unit, wanted, row.version, work.now)


async def make_key(work: Work, actor: Actor, unit: Unit, *, directory: Directory, environment: str) -> NewKey:
    """A new key that others send reports with for this portal, shown once; one before is good for a day more.

    It may send reports from anywhere in the province and read nothing. Raises: Forbidden, TooManyClients.
    """
    actor = check_reach(actor, directory, unit)
    known = await identity.client_of_portal(work, actor.tenant_id, unit.id)
    if known is not None and known.expires_at > work.now + _OVERLAP:
        return await identity.rotate_key(
            work, actor, known.id, seen=known.version, overlap=_OVERLAP, environment=environment
        )
    if known is not None:
        await identity.revoke_client(work, actor, known.id)
    scopes = frozenset({ClientScope.REPORTS_CREATE})
    grant = Grant(scopes, None, None, Channel.WEB.value, UnitId(unit.id))
    wanted = WantedClient(f"Cổng {unit.code}", unit.name, grant, work.now + _KEY_LIVES)
    return await identity.add_client(work, actor, wanted, environment=environment)


async def end_key(work: Work, actor: Actor, unit: Unit, *, directory: Directory) -> ClientView:
    """Nobody sends for this portal any more, at once. Raises: Forbidden, NoPortalKey."""
    actor = check_reach(actor, directory, unit)
    known = await identity.client_of_portal(work, actor.tenant_id, unit.id)
    if known is None:
        raise NoPortalKey
    return await identity.revoke_client(work, actor, known.id)


async def find_calendar_address(work: Work | ReadWork, actor: Actor) -> CalendarAddress | None:
    """The officer's own address, without its secret."""
    assert actor.staff_id is not None
    row = await repository.address_of(work, actor.tenant_id, actor.staff_id)
    return row.read() if row is not None else None


async def make_calendar_address(work: Work, actor: Actor, lang: Lang) -> CalendarAddress:
    """A new secret address of the officer's due dates, shown once; the one before is worth nothing any more."""
    assert actor.staff_id is not None
    before = await repository.address_of(work, actor.tenant_id, actor.staff_id)
    if before is not None:
        before.ended_at = work.now
        await repository.write(work, before)
    address_id = uuid7(work.now)
    secret = signing.new_token(f"{actor.tenant_id}.{address_id.hex}")
    row = CalendarAddressRow(
        tenant_id=actor.tenant_id,
        id=address_id,
        staff_id=actor.staff_id,
        secret_hash=signing.token_hash(secret),
        lang=lang.value,
        created_at=work.now,
        ended_at=None,
    )
    await repository.write(work, row)
    audit.record(work, actor, Action.CALENDAR_ADDRESS_MADE, subject=str(actor.staff_id), details={})
    return row.read(secret)


async def end_calendar_address(work: Work, actor: Actor) -> None:
    """The address is worth nothing any more. Raises: NoCalendarAddress."""
    assert actor.staff_id is not None
    row = await repository.address_of(work, actor.tenant_id, actor.staff_id)
    if row is None:
        raise NoCalendarAddress
    row.ended_at = work.now
    await repository.write(work, row)
    audit.record(work, actor, Action.CALENDAR_ADDRESS_ENDED, subject=str(actor.staff_id), details={})


async def diary_of(db: Database, secret: str, *, now: datetime, guarded: Collection[Role]) -> Diary:
    """Whose secret it is, with the roles held now. Two statements. Raises: NoCalendarAddress, also for who has left."""
    named = _named(secret)
    if named is None:
        raise NoCalendarAddress
    tenant_id, address_id = named
    row = await repository.find_address(db, tenant_id, address_id)
    if row is None or not signing.same(row["secret_hash"], signing.token_hash(secret)):
        raise NoCalendarAddress
    officer = await identity.officer_now(db, tenant_id, StaffId(row["staff_id"]), now=now, guarded=guarded)
    if officer is None or not officer.units():
        raise NoCalendarAddress
    return Diary(tenant_id, officer, Lang(row["lang"]))


def _named(secret: str) -> tuple[TenantId, UUID] | None:
    """Tenant and id that a secret names; None when it cannot be one."""
    tenant, _, rest = secret.partition(".")
    found = rest.partition("_")[0]
    if not (tenant.isascii() and tenant.isdigit() and len(tenant) < 10 and len(found) == 32):
        return None
    try:
        return TenantId(int(tenant)), UUID(found)
    except ValueError:
        return None


async def due_dates(db: Database, diary: Diary, books: Books, procedures: Procedures, *, now: datetime) -> list[Due]:
    """Due first: open cases to be handled or approved, and steps of service requests, of the officer's own units.

    Of those units only, not of all below them: that would be a province's whole calendar. At most MOST_DUE of each.
    Three statements.
    """
    scope = Scope(diary.tenant_id, diary.officer.units())
    found: list[Due] = []
    for view in (QueueView.INBOX, QueueView.APPROVAL):
        rows = await cases.queue_page(
            db, diary.officer, scope, books, view, category=None, after=cases.START, limit=MOST_DUE, now=now
        )
        found += [_due_case(dict(row), books.catalogue, diary.tenant_id) for row in rows]
    steps = await requests.queue_page(
        db, scope, StepView.INBOX, officer=diary.officer.staff_id, now=now, after=_FIRST_STEP, limit=MOST_DUE
    )
    found += [_due_step(dict(row), procedures, diary.tenant_id) for row in steps]
    return sorted(found, key=lambda one: (one.at, one.name))


def _due_case(row: Mapping[str, Any], catalogue: Catalogue, tenant_id: TenantId) -> Due:
    code, category = row["code"], catalogue.find(tenant_id, row["category_code"])
    name = category.name if category else Text(row["category_code"], row["category_code"])
    about, state = _worded(_DUE_CASE, code, category=name), CaseState(row["state"])
    return Due(row["due_at"], code, row["version"], row["updated_at"], about, state.label, f"/console/cases/{code}")


def _due_step(row: Mapping[str, Any], procedures: Procedures, tenant_id: TenantId) -> Due:
    code, step = row["code"], row["step"]
    procedure = procedures.find(tenant_id, row["procedure_code"], row["procedure_version"])
    plain = Text(row["procedure_code"], row["procedure_code"])
    name = requests.step_name(procedure, step) if procedure else Text(step, step)
    return Due(
        at=row["step_due_at"],
        name=f"{code}.{step}",
        version=row["version"],
        changed_at=row["updated_at"],
        about=_worded(_DUE_STEP, code, step=name, procedure=procedure.name if procedure else plain),
        standing=RequestState(row["state"]).label,
        page=f"/console/requests/{code}",
    )


def _worded(words: Text, code: str, **names: Text) -> Text:
    return Text(
        words.vi.format(code=code, **{place: name.vi for place, name in names.items()}),
        words.en.format(code=code, **{place: name.en for place, name in names.items()}),
    )
