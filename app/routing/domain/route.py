"""The decision: which unit answers for this matter at this place at this moment, and why. Pure, total, deterministic.

Rules in their order: the first that holds and whose unit exists decides. Else the unit of the category's own kind at
its own tier, else that tier's reception. A tier that the place does not have (or that has no unit in force) gives way
to the next lower one, then to the higher ones: "district" means the commune in a province of two tiers. Last of all,
the tenant's highest unit in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final, NamedTuple

from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Answers, Category, CategoryCode, Kind, Priority
from app.directory.errors import UnknownUnit
from app.directory.snapshot import AreaChain, Directory, Unit
from app.directory.terms import Confidence, Tier
from app.kit.clock import zone
from app.kit.ids import TenantId
from app.kit.text import Text
from app.routing.errors import NoResponsibleUnit
from app.routing.terms import (
    AnswerTest,
    CoveringUnit,
    Decision,
    Fallback,
    NamedUnit,
    Rule,
    RulebookVersion,
    RuleCode,
    Skipped,
    Target,
    Why,
)

Lineage = tuple[CategoryCode, ...]
_BY_DEPTH: Final = (Tier.PROVINCE, Tier.DISTRICT, Tier.COMMUNE)
_DEFAULT_REASON: Final = Text(
    "Lĩnh vực “{category}” do {unit} phụ trách", "“{category}” is the responsibility of {unit}"
)
_PLACE_UNKNOWN_REASON: Final = Text(
    "Chưa rõ việc xảy ra ở xã, phường nào nên {unit} tiếp nhận, xác minh rồi chuyển đúng nơi xử lý",
    "It is not yet known in which commune this is, so {unit} takes it in, finds out and passes it on",
)
_RECEPTION_REASON: Final = Text(
    "Chưa có cơ quan nào được giao riêng lĩnh vực “{category}” tại đây nên {unit} tiếp nhận và chuyển đúng nơi xử lý",
    "No unit is named for “{category}” here, so {unit} takes it in and passes it on",
)


class Matter(NamedTuple):
    """All that is known of what is to be routed."""

    tenant: TenantId
    chain: AreaChain
    confidence: Confidence
    category: Category
    lineage: Lineage
    kind: Kind
    priority: Priority
    answers: Answers
    local: datetime


class CompiledRule:
    """A rule with its conditions as sets, so that asking it costs look-ups and no loops over text."""

    __slots__ = ("_answers", "_area_types", "_areas", "_kinds", "_priorities", "_timed", "_weekdays", "rule", "skipped")

    def __init__(self, rule: Rule) -> None:
        when = rule.when
        self.rule = rule
        self.skipped = {why: Skipped(rule.code, why) for why in Why}
        self._areas = frozenset(when.areas)
        self._area_types = frozenset(when.area_types)
        self._answers = when.answers
        self._kinds = frozenset(when.kinds)
        self._priorities = frozenset(when.priorities)
        self._weekdays = frozenset(when.weekdays)
        self._timed = bool(when.weekdays or when.from_time or when.until_time or when.from_day or when.until_day)

    def refusal(self, matter: Matter) -> Why | None:
        """Why the rule does not hold for `matter`, None when it does. The category is not asked again."""
        why: Why | None = None
        if not self._in_place(matter.chain):
            why = Why.AREA
        elif self._kinds and matter.kind not in self._kinds:
            why = Why.KIND
        elif self._priorities and matter.priority not in self._priorities:
            why = Why.PRIORITY
        elif self._timed and not self._in_time(matter.local):
            why = Why.TIME
        elif self._answers and not all(_answered(test, matter.answers) for test in self._answers):
            why = Why.ANSWERS
        return why

    def _in_place(self, chain: AreaChain) -> bool:
        if self._areas and self._areas.isdisjoint(chain.codes):
            return False
        return not self._area_types or (chain.commune is not None and chain.commune.type_name in self._area_types)

    def _in_time(self, local: datetime) -> bool:
        when = self.rule.when
        if self._weekdays and local.isoweekday() not in self._weekdays:
            return False
        day = local.date()
        if (when.from_day and day < when.from_day) or (when.until_day and day > when.until_day):
            return False
        return _within(when.from_time, when.until_time, local.time())


def _within(start: time | None, end: time | None, moment: time) -> bool:
    """Whether `moment` is in [start, end); a start at or after the end means past midnight; None is open."""
    if start is None or end is None:
        return (start is None or moment >= start) and (end is None or moment < end)
    if start < end:
        return start <= moment < end
    return moment >= start or moment < end


def _answered(test: AnswerTest, answers: Answers) -> bool:
    value = answers.get(test.question)
    if value is None:
        return False
    if test.one_of:
        # True == 1 in Python; an answer of 1 must not pass for yes.
        return any(value == wanted and isinstance(value, bool) == isinstance(wanted, bool) for wanted in test.one_of)
    if isinstance(value, bool | str):
        return False
    return (test.least is None or value >= test.least) and (test.most is None or value <= test.most)


class Book:
    """A rulebook ready to be asked: for each category the rules about it, in their order."""

    __slots__ = ("_about", "_everywhere", "_memo", "rules", "version")

    def __init__(self, source: RulebookVersion) -> None:
        self.version = source.version
        self.rules = source.rules
        self._about: dict[CategoryCode, list[tuple[int, CompiledRule]]] = {}
        self._everywhere: list[tuple[int, CompiledRule]] = []
        # Filled on first use, one entry per category of the catalogue: what is remembered never changes.
        self._memo: dict[Lineage, tuple[CompiledRule, ...]] = {}
        for place, rule in enumerate(source.rules):
            compiled = (place, CompiledRule(rule))
            if not rule.when.categories:
                self._everywhere.append(compiled)
            for code in rule.when.categories:
                self._about.setdefault(code, []).append(compiled)

    def about(self, lineage: Lineage) -> tuple[CompiledRule, ...]:
        """Rules whose category condition holds for the category of `lineage` (leaf first), in their order."""
        known = self._memo.get(lineage)
        if known is None:
            found = {place: rule for code in lineage for place, rule in self._about.get(code, ())}
            found.update(self._everywhere)
            known = self._memo[lineage] = tuple(found[place] for place in sorted(found))
        return known


def route(
    book: Book,
    directory: Directory,
    catalogue: Catalogue,
    *,
    tenant: TenantId,
    chain: AreaChain,
    confidence: Confidence,
    category: str,
    kind: Kind,
    priority: Priority,
    answers: Answers,
    at: datetime,
) -> Decision:
    """The one responsible unit for the matter, with the reason. The same arguments give the same decision.

    Args:
        chain: the place, of the tenant's own province.
        at: aware instant; rules about times and validity see it in the tenant's time zone.
    Raises: UnknownCategory, UnknownTenant, NoResponsibleUnit (only when the tenant has no unit in force).
    """
    matter = Matter(
        tenant=tenant,
        chain=chain,
        confidence=confidence,
        category=catalogue.category(tenant, category),
        lineage=catalogue.lineage(tenant, category),
        kind=kind,
        priority=priority,
        answers=answers,
        local=at.astimezone(zone(directory.tenant(tenant).time_zone)),
    )
    on = matter.local.date()
    skipped: list[Skipped] = []
    for compiled in book.about(matter.lineage):
        why = compiled.refusal(matter)
        unit = None if why else _unit_of(compiled.rule.to, directory, matter, on)
        if unit is not None:
            return _decision(book, matter, unit, compiled.rule.code, compiled.rule.reason, skipped)
        skipped.append(compiled.skipped[why or Why.NO_UNIT])
    unit, name, reason = _fallback(directory, matter, on)
    return _decision(book, matter, unit, name, reason, skipped)


def tiers_to_try(wanted: Tier, chain: AreaChain) -> tuple[Tier, ...]:
    """Tiers the place has, in the order to look for a unit: `wanted`, then the lower ones, then the higher ones."""
    has = {Tier.PROVINCE: True, Tier.DISTRICT: chain.district is not None, Tier.COMMUNE: chain.commune is not None}
    depth = wanted.depth
    order = (*_BY_DEPTH[depth:], *reversed(_BY_DEPTH[:depth]))
    return tuple(tier for tier in order if has[tier])


def _unit_of(target: Target, directory: Directory, matter: Matter, on: date) -> Unit | None:
    """The unit that `target` names, None when there is none in force."""
    match target:
        case NamedUnit(code):
            try:
                unit = directory.unit_by_code(matter.tenant, code)
            except UnknownUnit:
                return None
            return unit if unit.in_force(on) else None
        case CoveringUnit(kind, tier):
            found = directory.units_covering(matter.tenant, kind, tier, matter.chain, matter.lineage, on)
            return found[0] if found else None


def _fallback(directory: Directory, matter: Matter, on: date) -> tuple[Unit, Fallback, Text]:
    category, chain, tenant = matter.category, matter.chain, matter.tenant
    if chain.area.tier is Tier.PROVINCE and category.default_tier is not Tier.PROVINCE:
        # Nobody could say where in the province it is: whoever takes everything in finds that out.
        received = directory.reception(tenant, chain, Tier.PROVINCE, on)
        if received is not None:
            return received, Fallback.RECEPTION, _PLACE_UNKNOWN_REASON
    for tier in tiers_to_try(category.default_tier, chain):
        found = directory.units_covering(tenant, category.default_unit_kind, tier, chain, matter.lineage, on)
        if found:
            return found[0], Fallback.CATEGORY_DEFAULT, _DEFAULT_REASON
        received = directory.reception(tenant, chain, tier, on)
        if received is not None:
            return received, Fallback.RECEPTION, _RECEPTION_REASON
    for unit in sorted(directory.units(tenant), key=lambda unit: (unit.tier.depth, unit.code)):
        if unit.in_force(on):
            return unit, Fallback.RECEPTION, _RECEPTION_REASON
    raise NoResponsibleUnit


def _decision(
    book: Book, matter: Matter, unit: Unit, rule: RuleCode | Fallback, reason: Text, skipped: Sequence[Skipped]
) -> Decision:
    chain = matter.chain
    name = Text(unit.name, unit.name_en)
    return Decision(
        unit_id=unit.id,
        unit_code=unit.code,
        unit_name=name,
        tier=unit.tier,
        rulebook_version=book.version,
        rule=str(rule),
        area_code=chain.area.code,
        edition=chain.edition,
        confidence=matter.confidence,
        reason=_sentence(reason, name, matter),
        considered=tuple(skipped),
    )


def _sentence(reason: Text, unit: Text, matter: Matter) -> Text:
    """`reason` with its names, and where the place is: one sentence in each language."""
    chain, category = matter.chain, matter.category.name
    area = chain.area.name
    above = chain.district or chain.province
    place = area if above is chain.area else f"{area}, {above.name}"
    unsure = matter.confidence is Confidence.APPROXIMATE
    vi = reason.vi.format(unit=unit.vi, category=category.vi, area=area)
    en = reason.en.format(unit=unit.en, category=category.en, area=area)
    return Text(
        f"{vi}; vị trí thuộc {place}{' (xác định gần đúng)' if unsure else ''}.",
        f"{en}; the place is in {place}{' (approximately)' if unsure else ''}.",
    )
