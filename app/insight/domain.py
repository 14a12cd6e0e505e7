"""Putting counts together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from app.cases.domain.handled import Handled
from app.catalogue.snapshot import Catalogue
from app.directory.snapshot import Directory, Unit
from app.directory.terms import Tier
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text
from app.procedures import domain as procedures_domain
from app.procedures.snapshot import Procedures
from app.procedures.terms import OnlineLevel, Procedure, Step
from app.reports.terms import Rated
from app.service_requests.terms import Counted

from .terms import By, CaseBy, CaseCounts, Counts, Goal, Line, Offer

_CASE_SUMS = tuple(name for name in CaseCounts.__dataclass_fields__ if name in Handled._fields)
_TIERS = {
    Tier.PROVINCE: Text("Cấp tỉnh", "Province"),
    Tier.DISTRICT: Text("Cấp huyện", "District"),
    Tier.COMMUNE: Text("Cấp xã", "Commune"),
}


def counts_of(counted: Counted) -> Counts:
    """The numbers of one row."""
    return Counts(**{name: int(getattr(counted, name)) for name in Counts.__dataclass_fields__})


def total(rows: Iterable[Counted]) -> Counts:
    """All together."""
    found = Counts()
    for row in rows:
        found = found.plus(counts_of(row))
    return found


def by_tier(rows: Iterable[Counted]) -> dict[Tier, Counts]:
    """Totals of each tier that has any, from the province down."""
    found = _gathered(rows, lambda row: row.tier)
    return {tier: found[tier.value] for tier in Tier if tier.value in found}


def lines(
    rows: Iterable[Counted], by: By, *, directory: Directory, procedures: Procedures, tenant: TenantId
) -> list[Line[Counts]]:
    """A line for each group, by code; tiers from the province down."""

    def procedure(row: Counted) -> Procedure | None:
        return procedures.find(tenant, row.procedure_code, row.procedure_version)

    match by:
        case By.TIER:
            found = by_tier(rows)
            return [Line(tier.value, _TIERS[tier], tier, counts) for tier, counts in found.items()]
        case By.UNIT:
            named = {id_: directory.unit(tenant, UnitId(id_)) for id_ in {row.unit_id for row in rows}}
            of_units = _gathered(rows, lambda row: str(row.unit_id))
            found_units = [(named[UUID(id_)], counts) for id_, counts in of_units.items()]
            return sorted(
                (Line(unit.code, Text(unit.name, unit.name_en), unit.tier, counts) for unit, counts in found_units),
                key=lambda line: line.code,
            )
        case By.PROCEDURE:
            names = {row.procedure_code: one.name for row in rows if (one := procedure(row)) is not None}
        case By.FIELD:
            names = {one.field.vi: one.field for row in rows if (one := procedure(row)) is not None}

    def key(row: Counted) -> str:
        if by is By.PROCEDURE:
            return row.procedure_code
        one = procedure(row)
        return one.field.vi if one is not None else row.procedure_code

    of = _gathered(rows, key)
    return [Line(code, names.get(code, Text(code, code)), None, of[code]) for code in sorted(of)]


def _gathered(rows: Iterable[Counted], key: Callable[[Counted], str]) -> dict[str, Counts]:
    found: dict[str, Counts] = defaultdict(Counts)
    for row in rows:
        found[key(row)] = found[key(row)].plus(counts_of(row))
    return found


def goals_on(own: Iterable[Goal], packaged: Iterable[Goal], on: date) -> list[Goal]:
    """What is aimed at on that day: the province's own, else what is packaged; from the province down."""
    found: dict[Tier, Goal] = {}
    for goals in (packaged, own):
        newest = sorted((goal for goal in goals if goal.valid_from <= on), key=lambda goal: goal.valid_from)
        found |= {goal.tier: goal for goal in newest}
    return [found[tier] for tier in Tier if tier in found]


def offers(
    passed: Mapping[str, frozenset[UnitId]], procedures: Iterable[Procedure], staffed: Collection[UnitId]
) -> list[Offer]:
    """The procedures by code. `passed`: units that the steps of each go to; `staffed`: those with a member."""
    return [
        Offer(
            code=one.code,
            name=one.name,
            tier=one.tier,
            online=one.online is OnlineLevel.FULL,
            units=len(passed[one.code]),
            staffed=len(passed[one.code].intersection(staffed)),
        )
        for one in sorted(procedures, key=lambda one: one.code)
    ]


def units_passed(
    procedures: Iterable[Procedure], directory: Directory, catalogue: Catalogue, tenant: TenantId, on: date
) -> dict[str, frozenset[UnitId]]:
    """Units that the steps of each procedure go to, over all places of the province. Steps alike are looked up once."""
    of_step: dict[tuple[object, ...], frozenset[UnitId]] = {}

    def units_of(step: Step) -> frozenset[UnitId]:
        key = (step.tier, step.unit_kind, step.category, step.fallback_tier, step.fallback_unit_kind)
        if key not in of_step:
            of_step[key] = procedures_domain.units_of(step, directory, catalogue, tenant=tenant, on=on)
        return of_step[key]

    return {one.code: frozenset().union(*(units_of(step) for step in one.steps)) for one in procedures}


def case_counts(rows: Iterable[Handled], stars: Iterable[Rated], worked: Callable[[date], int]) -> CaseCounts:
    """All together. `worked`: how many working days there are until the end of a day.

    Days to the first answer are the middle of all that was to be answered, those without one being longer than any:
    whoever leaves the hard ones alone does not become quick.
    """
    sums, days = dict.fromkeys(_CASE_SUMS, 0), list[int]()
    for row in rows:
        for name in _CASE_SUMS:
            sums[name] += getattr(row, name)
        days.extend(worked(answered_on) - worked(received_on) for received_on, answered_on in row.days())
    rated = list(stars)
    middle = (sums["received"] - sums["diverted"] - sums["withdrawn"] - 1) // 2
    return CaseCounts(
        **sums,
        rated=sum(one.rated for one in rated),
        stars=sum(one.stars for one in rated),
        median_days=sorted(days)[middle] if 0 <= middle < len(days) else None,
    )


def case_lines(
    rows: Iterable[Handled],
    stars: Iterable[Rated],
    by: CaseBy,
    *,
    directory: Directory,
    tenant: TenantId,
    worked: Callable[[date], int],
) -> list[Line[CaseCounts]]:
    """A line for each group: units by code, tiers from the province down, months as they went by."""
    units: dict[UUID, Unit] = {}

    def group(unit_id: UUID, month: date) -> str:
        unit = units.get(unit_id) or units.setdefault(unit_id, directory.unit(tenant, UnitId(unit_id)))
        match by:
            case CaseBy.UNIT:
                return unit.code
            case CaseBy.TIER:
                return unit.tier.value
            case CaseBy.MONTH:
                return f"{month:%Y-%m}"

    of: dict[str, tuple[list[Handled], list[Rated]]] = defaultdict(lambda: ([], []))
    for row in rows:
        of[group(row.unit_id, row.month)][0].append(row)
    for one in stars:
        of[group(one.unit_id, one.month)][1].append(one)
    names = {unit.code: Text(unit.name, unit.name_en) for unit in units.values()} | dict(_TIERS)
    tiers = {unit.code: unit.tier for unit in units.values()} | {tier.value: tier for tier in Tier}
    order = [tier.value for tier in Tier if tier.value in of] if by is CaseBy.TIER else sorted(of)
    return [
        Line(code, names.get(code) or _month(code), tiers.get(code), case_counts(*of[code], worked)) for code in order
    ]


def _month(code: str) -> Text:
    year, _, month = code.partition("-")
    return Text(f"{month}/{year}", f"{month}/{year}")
