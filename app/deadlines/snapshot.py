"""Calendars and targets of all tenants in memory: immutable, swapped whole when the reference data moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from app.catalogue.terms import Priority
from app.directory.terms import Tier
from app.kit.ids import TenantId, UnitId

from .domain import OccasionRule, WorkCalendar, choose, in_force, rules_in_force, work_calendar
from .errors import CalendarExhausted
from .terms import TENANT_CALENDAR, CalendarCode, CalendarEdit, Clock, EditKind, SpecialDay, Target, TargetKind

_MEMO_ENTRIES = 50_000
Said: TypeAlias = tuple[tuple[CalendarCode, int, str], ...]
"""Edits that concern a place: calendar, version, and the area of theirs that holds it."""


class Targets:
    """All versions of all targets. What is asked again for the same day and matter is remembered."""

    __slots__ = ("_by_name", "_memo", "_of_tenant")

    def __init__(self, targets: Iterable[Target] = ()) -> None:
        """Order of `targets` does not matter."""
        self._of_tenant: dict[TenantId, list[Target]] = {}
        for target in targets:
            self._of_tenant.setdefault(target.tenant_id, []).append(target)
        self._by_name = {(one.tenant_id, one.name): one for rows in self._of_tenant.values() for one in rows}
        self._memo: dict[tuple[object, ...], Any] = {}

    def versions(self, tenant_id: TenantId) -> Sequence[Target]:
        """Every version of every target of the tenant, in no order."""
        return self._of_tenant.get(tenant_id, ())

    def named(self, tenant_id: TenantId, name: str | None) -> Target | None:
        """The target a clock remembers, None when it runs on its category's own time."""
        return self._by_name.get((tenant_id, name)) if name is not None else None

    def find(
        self,
        tenant_id: TenantId,
        kind: TargetKind,
        *,
        lineage: tuple[str, ...],
        tier: Tier | None,
        priority: Priority | None,
        on: date,
    ) -> Target | None:
        """The target that holds for what is received on the day, None when the category's own time does."""
        key = (tenant_id, kind, lineage, tier, priority, on)
        if key not in self._memo:
            if len(self._memo) > _MEMO_ENTRIES:  # days go by: what was asked for last month is not asked for again
                self._memo.clear()
            rows = self._memo.get((tenant_id, on))
            if rows is None:
                rows = self._memo[tenant_id, on] = in_force(self.versions(tenant_id), on)
            self._memo[key] = choose(rows, kind, lineage=lineage, tier=tier, priority=priority)
        found: Target | None = self._memo[key]
        return found


@dataclass(frozen=True, slots=True)
class History:
    """What a tenant's calendars are made of: packaged days (ascending) and the edits of all its calendars.

    `local` are those of the edits that are limited to areas.
    """

    zone_name: str
    days: Sequence[SpecialDay]
    edits: Sequence[CalendarEdit]
    local: Sequence[CalendarEdit] = ()

    def calendar(
        self,
        code: CalendarCode,
        *,
        version: int | None = None,
        of_tenant: int | None = None,
        area: str | None = None,
    ) -> WorkCalendar:
        """The calendar `code` from the first year of the days to the end of the last, for whose seat is in `area`.

        As it was at `version`, with the tenant's own as it was at `of_tenant`; as they are now when None.
        """
        bounds = {TENANT_CALENDAR: of_tenant, code: version}
        edits = [
            edit
            for edit in self.edits
            if edit.code in bounds and ((most := bounds[edit.code]) is None or edit.version <= most)
        ]
        first, last = date(self.days[0].day.year, 1, 1), date(self.days[-1].day.year, 12, 31)
        return work_calendar(self.zone_name, self.days, first=first, last=last, edits=edits, code=code, area=area)

    def said_of(self, area: str, code: CalendarCode) -> Said:
        """What the calendar says of the area alone: two areas of which it says the same have the same calendar."""
        return tuple(
            (edit.code, edit.version, place.code)
            for edit in self.local
            if edit.code in (TENANT_CALENDAR, code) and (place := edit.place_of(area)) is not None
        )


@dataclass(frozen=True, slots=True)
class Calendars:
    """The working calendar of each tenant, those that units have of their own, and the targets."""

    by_tenant: Mapping[TenantId, WorkCalendar]
    own: Mapping[tuple[TenantId, CalendarCode], WorkCalendar] = field(default_factory=dict)
    weeks: Mapping[UnitId, Sequence[CalendarEdit]] = field(
        default_factory=dict
    )  # of calendars that name it, later first
    targets: Targets = field(default_factory=Targets)
    histories: Mapping[TenantId, History] = field(default_factory=dict, repr=False)
    rules: Mapping[TenantId, Sequence[OccasionRule]] = field(default_factory=dict, repr=False)  # every version
    unreadable: Mapping[TenantId, Sequence[str]] = field(default_factory=dict)  # codes of targets left out
    # What is asked of this snapshot again and again, such as the deadline of a matter received today.
    memo: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    def of(self, tenant_id: TenantId, code: CalendarCode = TENANT_CALENDAR, area: str | None = None) -> WorkCalendar:
        """The calendar `code`, the tenant's own when it has none such, for whose seat lies in `area`.

        Raises: CalendarExhausted without any.
        """
        if area is not None and (history := self.histories.get(tenant_id)) is not None and history.local:
            said = history.said_of(area, code)
            if said:
                return self._remembered((tenant_id, code, said), lambda: history.calendar(code, area=area))
        found = self.own.get((tenant_id, code)) if code != TENANT_CALENDAR else None
        if found is not None:
            return found
        try:
            return self.by_tenant[tenant_id]
        except KeyError:
            raise CalendarExhausted from None

    def _remembered(self, key: object, make: Callable[[], WorkCalendar]) -> WorkCalendar:
        found: WorkCalendar | None = self.memo.get(key)
        if found is None:
            found = self.memo[key] = make()
        return found

    def counted_by(self, tenant_id: TenantId, clock: Clock) -> WorkCalendar:
        """The calendar as it was when the clock's due date was counted; as it is now for clocks older than edits.

        Raises: CalendarExhausted without any.
        """
        present = self.of(tenant_id, clock.calendar, clock.area)
        history = self.histories.get(tenant_id)
        same = (clock.calendar_version, clock.tenant_version) == (present.version, present.tenant_version)
        if same or history is None or not clock.calendar_version:
            return present
        said = history.said_of(clock.area, clock.calendar) if clock.area is not None else ()
        return self._remembered(
            (tenant_id, clock.calendar, clock.calendar_version, clock.tenant_version, said),
            lambda: history.calendar(
                clock.calendar,
                version=clock.calendar_version,
                of_tenant=clock.tenant_version,
                area=clock.area,
            ),
        )

    def rules_on(self, tenant_id: TenantId, on: date) -> tuple[OccasionRule, ...]:
        """The rules of occasions that hold for a clock started on the day."""
        key = ("rules", tenant_id, on)
        found: tuple[OccasionRule, ...] | None = self.memo.get(key)
        if found is None:
            found = self.memo[key] = rules_in_force(self.rules.get(tenant_id, ()), on)
        return found

    def joining(self, tenant_id: TenantId, code: CalendarCode, version: int) -> frozenset[UnitId]:
        """The units that begin to work by the calendar with this edit of it; none when it names nobody anew."""
        history = self.histories.get(tenant_id)
        if code == TENANT_CALENDAR or history is None:
            return frozenset()
        weeks = [edit for edit in history.edits if edit.code == code and edit.kind is EditKind.WEEK]
        made = next((edit for edit in weeks if edit.version == version), None)
        if made is None:
            return frozenset()
        on = made.valid_from
        earlier = [
            edit
            for edit in weeks
            if edit.version < version and edit.valid_from <= on and (edit.valid_to is None or on <= edit.valid_to)
        ]
        held = max(earlier, key=lambda one: (one.valid_from, one.version)).units if earlier else frozenset()
        return frozenset(unit for unit in made.units - held if self.code_for(unit, on) == code)

    def code_for(self, unit_id: UnitId | None, on: date) -> CalendarCode:
        """The calendar by which the unit works on the day: one whose week of that day names it, else the tenant's."""
        if unit_id is None or unit_id not in self.weeks:
            return TENANT_CALENDAR
        asked: set[CalendarCode] = set()
        for edit in self.weeks[unit_id]:
            if edit.code not in asked and edit.valid_from <= on and (edit.valid_to is None or on <= edit.valid_to):
                if unit_id in edit.units:
                    return edit.code
                asked.add(edit.code)
        return TENANT_CALENDAR


def weeks_by_unit(edits: Iterable[CalendarEdit]) -> dict[UnitId, list[CalendarEdit]]:
    """Of every unit that a calendar has ever named that calendar's weeks, the latest beginning first.

    Weeks that no longer name the unit are among them: they release it.
    """
    weeks = [edit for edit in edits if edit.kind is EditKind.WEEK and edit.code != TENANT_CALENDAR]
    named: dict[CalendarCode, set[UnitId]] = {}
    for edit in weeks:
        named.setdefault(edit.code, set()).update(edit.units)
    found: dict[UnitId, list[CalendarEdit]] = {}
    for edit in sorted(weeks, key=lambda one: (one.valid_from, one.version, one.code), reverse=True):
        for unit_id in named[edit.code]:
            found.setdefault(unit_id, []).append(edit)
    return found
