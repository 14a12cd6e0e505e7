"""Every statement of the deadlines room but the seed's."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.work import ReadWork, Work
from app.directory.models import Tenant
from app.kit.ids import StaffId, TenantId
from app.kit.text import Text

from .domain import OccasionRule, WorkCalendar
from .errors import EditRace
from .models import CalendarDay, CalendarEditRow, RecountRow, RetargetRow, TargetRow, edit_values, target_values
from .models.occasions import OccasionRuleRow, rule_values
from .snapshot import Calendars, History, Targets, weeks_by_unit
from .terms import TENANT_CALENDAR, CalendarCode, CalendarEdit, DayKind, Recount, SpecialDay, Target

log = logging.getLogger("lienthong.deadlines")


async def load_calendars(session: AsyncSession) -> Calendars:
    """Calendars and targets of all tenants that have days, from 1 January of their first year to the end of the last.

    Five statements.
    """
    return await calendars_with(session, ())


async def calendars_with(session: AsyncSession, trial: Collection[CalendarEdit]) -> Calendars:
    """The same as they would be with the edits on `trial`, newer than all others; of their tenants when there are any.

    A tenant whose calendars cannot be made has none, and the log says why: the others are not to suffer from it. With
    a trial the error is raised. Five statements.
    """
    only = {edit.tenant_id for edit in trial}
    days = select(CalendarDay).order_by(CalendarDay.tenant_id, CalendarDay.day)
    edited, targets, tenants = select(CalendarEditRow), select(TargetRow), select(Tenant.id, Tenant.time_zone)
    if only:
        days, edited = days.where(CalendarDay.tenant_id.in_(only)), edited.where(CalendarEditRow.tenant_id.in_(only))
        targets, tenants = targets.where(TargetRow.tenant_id.in_(only)), tenants.where(Tenant.id.in_(only))
    special: dict[TenantId, list[SpecialDay]] = defaultdict(list)
    for row in await session.scalars(days):
        name = Text(row.name_vi, row.name_en)
        special[TenantId(row.tenant_id)].append(SpecialDay(row.day, DayKind(row.kind), name, row.legal_basis))
    stored: dict[TenantId, list[CalendarEditRow]] = defaultdict(list)
    for each in await session.scalars(edited):
        stored[TenantId(each.tenant_id)].append(each)
    zones = (await session.execute(tenants.order_by(Tenant.id))).all()
    promised, unreadable = _readable((await session.scalars(targets)).all())
    rules: dict[TenantId, list[OccasionRule]] = defaultdict(list)
    for rule in await session.scalars(select(OccasionRuleRow)):
        rules[TenantId(rule.tenant_id)].append(rule.read())
    by_tenant: dict[TenantId, WorkCalendar] = {}
    own: dict[tuple[TenantId, CalendarCode], WorkCalendar] = {}
    histories: dict[TenantId, History] = {}
    known: list[CalendarEdit] = []
    for tenant, time_zone in zones:
        tenant_id = TenantId(tenant)
        if tenant_id not in special:
            continue
        try:
            edits = [*(row.read() for row in stored[tenant_id]), *(one for one in trial if one.tenant_id == tenant_id)]
            local = [edit for edit in edits if edit.areas]
            history = History(time_zone, special[tenant_id], edits, local)
            made = {code: history.calendar(code) for code in {TENANT_CALENDAR, *(edit.code for edit in edits)}}
        except Exception:
            if only:
                raise
            log.exception("the calendars of tenant %s cannot be made", tenant_id)
            continue
        histories[tenant_id], by_tenant[tenant_id] = history, made.pop(TENANT_CALENDAR)
        own.update({(tenant_id, code): calendar for code, calendar in made.items()})
        known += edits
    return Calendars(by_tenant, own, weeks_by_unit(known), Targets(promised), histories, rules, unreadable)


def _readable(rows: Sequence[TargetRow]) -> tuple[list[Target], dict[TenantId, list[str]]]:
    """What the rows say, and the codes that are left out of each tenant's.

    A code with a version that cannot be read is left out whole, and the log says why.

    Without it the category's own time holds. An older version in its place would be a wrong promise, and none at all
    would stop every other tenant's reports too.
    """
    found: dict[tuple[int, str], list[Target]] = defaultdict(list)
    broken: set[tuple[int, str]] = set()
    for row in rows:
        name = (row.tenant_id, row.code)
        try:
            found[name].append(row.read())
        except Exception:
            broken.add(name)
            log.exception("target %s of tenant %s cannot be read", row.code, row.tenant_id)
    unreadable: dict[TenantId, list[str]] = defaultdict(list)
    for tenant_id, code in sorted(broken):
        unreadable[TenantId(tenant_id)].append(code)
    return [target for name, versions in found.items() if name not in broken for target in versions], unreadable


# -- what administrators publish


async def list_edits(work: ReadWork, tenant: TenantId) -> list[CalendarEdit]:
    """Every edit of every calendar of the tenant, newest first within each. One statement."""
    rows = await work.session.scalars(
        select(CalendarEditRow)
        .where(CalendarEditRow.tenant_id == tenant)
        .order_by(CalendarEditRow.code, CalendarEditRow.version.desc())
    )
    return [row.read() for row in rows]


async def list_recounts(work: ReadWork, tenant: TenantId) -> list[Recount]:
    """Every recount of the tenant. One statement."""
    return [row.read() for row in await work.session.scalars(select(RecountRow).where(RecountRow.tenant_id == tenant))]


async def newest_edit(work: Work, tenant: TenantId, code: CalendarCode) -> int:
    """Highest version of the calendar, 0 when there is none."""
    statement = select(func.coalesce(func.max(CalendarEditRow.version), 0)).where(
        CalendarEditRow.tenant_id == tenant, CalendarEditRow.code == code
    )
    return int(await work.session.scalar(statement) or 0)


async def add_edit(work: Work, edit: CalendarEdit, created_by: StaffId | None) -> CalendarEdit:
    """The edit written, with the recount that follows it. Raises: EditRace when its number was taken a moment ago."""
    row = CalendarEditRow(**edit_values(edit), created_at=work.now, created_by=created_by)
    await _added(work, row)
    work.session.add(
        RecountRow(
            tenant_id=edit.tenant_id,
            code=edit.code,
            version=edit.version,
            looked=0,
            moved=0,
            created_at=work.now,
        )
    )
    return row.read()


async def _added(work: Work, row: CalendarEditRow | TargetRow | OccasionRuleRow) -> None:
    work.session.add(row)
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise EditRace from error


async def list_targets(work: ReadWork, tenant: TenantId) -> list[Target]:
    """Every version of every target of the tenant, by code, newest first. One statement."""
    rows = await work.session.scalars(
        select(TargetRow).where(TargetRow.tenant_id == tenant).order_by(TargetRow.code, TargetRow.version.desc())
    )
    return [row.read() for row in rows]


async def newest_target(work: Work, tenant: TenantId, code: str) -> int:
    """Highest version of the target, 0 when there is none."""
    statement = select(func.coalesce(func.max(TargetRow.version), 0)).where(
        TargetRow.tenant_id == tenant, TargetRow.code == code
    )
    return int(await work.session.scalar(statement) or 0)


async def add_target(work: Work, target: Target, created_by: StaffId | None, *, for_running: bool = False) -> Target:
    """The target written, with the walk that gives it to running cases when it is for those too.

    Raises: EditRace when its number was taken a moment ago.
    """
    row = TargetRow(**target_values(target), created_at=work.now, created_by=created_by)
    await _added(work, row)
    if for_running:
        named = {"tenant_id": target.tenant_id, "code": target.code, "version": target.version}
        work.session.add(RetargetRow(**named, looked=0, moved=0, created_at=work.now, starts_on=target.valid_from))
    return row.read()


async def list_retargets(work: ReadWork, tenant: TenantId) -> list[Recount]:
    """How far running cases have been given the targets that are for them too. One statement."""
    rows = await work.session.scalars(select(RetargetRow).where(RetargetRow.tenant_id == tenant))
    return [row.read() for row in rows]


async def next_retarget(work: Work, tenant: TenantId, today: date) -> RetargetRow | None:
    """The oldest target in force that waits for running cases, locked; None when another worker has it."""
    found: RetargetRow | None = await work.session.scalar(
        select(RetargetRow)
        .where(RetargetRow.tenant_id == tenant, RetargetRow.done_at.is_(None), RetargetRow.starts_on <= today)
        .order_by(RetargetRow.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return found


async def list_rules(work: ReadWork, tenant: TenantId) -> list[OccasionRule]:
    """Every version of every rule of occasions of the tenant, by code, newest first. One statement."""
    rows = await work.session.scalars(
        select(OccasionRuleRow)
        .where(OccasionRuleRow.tenant_id == tenant)
        .order_by(OccasionRuleRow.code, OccasionRuleRow.version.desc())
    )
    return [row.read() for row in rows]


async def newest_rule(work: Work, tenant: TenantId, code: str) -> int:
    """Highest version of the rule, 0 when there is none."""
    statement = select(func.coalesce(func.max(OccasionRuleRow.version), 0)).where(
        OccasionRuleRow.tenant_id == tenant, OccasionRuleRow.code == code
    )
    return int(await work.session.scalar(statement) or 0)


async def add_rule(work: Work, rule: OccasionRule, created_by: StaffId | None) -> OccasionRule:
    """The rule written. Raises: EditRace when its number was taken a moment ago."""
    row = OccasionRuleRow(**rule_values(rule), created_at=work.now, created_by=created_by)
    await _added(work, row)
    return row.read()


async def next_recount(work: Work, tenant: TenantId) -> RecountRow | None:
    """The oldest recount that is not done, locked; None when there is none or another worker has it."""
    found: RecountRow | None = await work.session.scalar(
        select(RecountRow)
        .where(RecountRow.tenant_id == tenant, RecountRow.done_at.is_(None))
        .order_by(RecountRow.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return found


def advance(
    row: RecountRow | RetargetRow,
    last: tuple[datetime, UUID] | None,
    *,
    looked: int,
    moved: int,
    ended_at: datetime | None,
) -> None:
    """Let the walk go on after the `last` case seen. Where it has ended it begins once more, and then is done."""
    row.looked += looked
    row.moved += moved
    if ended_at is None and last is not None:
        row.after_due_at, row.after_case_id = last
    elif row.closing:
        row.done_at = ended_at
    else:
        row.closing, row.after_due_at, row.after_case_id = True, None, None
