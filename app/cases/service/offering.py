"""What it means for reports and cases that a category is kept otherwise, before that is published."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from app.cases.domain.previews import Newcomer, Offering, Way
from app.cases.repository import previewing
from app.cases.terms import Books
from app.catalogue import service as catalogue_service
from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Category, CategoryCode, Priority
from app.db.engine import Database
from app.deadlines.terms import TargetKind, TimeUnit
from app.directory.terms import AreaCode, Confidence, Tier
from app.kit.clock import local_day
from app.kit.ids import TenantId, UnitId
from app.routing import service as routing_service
from app.routing.terms import Decision

PREVIEW_DAYS = 30
PREVIEW_SHOWN = 20


async def preview_category(
    db: Database, tenant_id: TenantId, books: Books, trial: Catalogue, code: str, *, now: datetime
) -> Offering:
    """What becomes of the category `code`, and of those below it, with the catalogue on trial. Three statements."""
    today = local_day(now, books.directory.tenant(tenant_id).time_zone)
    among = books.catalogue.subtree(tenant_id, code)
    wanted = trial.category(tenant_id, code)
    present = books.catalogue.category(tenant_id, code)
    ends, begins = _offered(books.catalogue, tenant_id, code, today), _offered(trial, tenant_id, code, today)
    ends_on = wanted.valid_to + timedelta(days=1) if wanted.valid_to else None
    later = wanted.valid_from if wanted.valid_from and wanted.valid_from > today else None
    counts = await previewing.count_categories(db, tenant_id, among, now - timedelta(days=PREVIEW_DAYS))
    book = books.rulebooks.book(tenant_id, now)
    return Offering(
        renamed=(present.name, present.description) != (wanted.name, wanted.description),
        ends=_listed(trial, tenant_id, ends | begins) if ends_on else _listed(trial, tenant_id, ends - begins),
        ends_on=ends_on or (today if ends - begins else None),
        begins=_listed(trial, tenant_id, among if later else begins - ends),
        begins_on=later or (today if begins - ends else None),
        open_cases=counts.open,
        last_days=counts.recent,
        shown=tuple(await previewing.list_of_categories(db, tenant_id, among, PREVIEW_SHOWN)),
        rules=tuple(rule.code for rule in book.rules if among & {*rule.when.categories}),
        targets=_targets(books, tenant_id, among),
    )


def _offered(catalogue: Catalogue, tenant_id: TenantId, code: str, on: date) -> frozenset[CategoryCode]:
    """What of the category and those below it people choose from on that day; nothing while its group is closed."""
    open_there = {one for one in catalogue.subtree(tenant_id, code) if catalogue.category(tenant_id, one).open_on(on)}
    shut = any(not catalogue.category(tenant_id, one).open_on(on) for one in catalogue.lineage(tenant_id, code))
    return frozenset() if shut else frozenset(open_there)


def _listed(catalogue: Catalogue, tenant_id: TenantId, codes: frozenset[CategoryCode]) -> tuple[Category, ...]:
    return tuple(one for one in catalogue.all(tenant_id) if one.code in codes)


def _targets(books: Books, tenant_id: TenantId, among: frozenset[CategoryCode]) -> tuple[str, ...]:
    named = (one for one in books.calendars.targets.versions(tenant_id) if among & {*one.categories})
    return tuple(sorted({one.code for one in named}))


def preview_new_category(tenant_id: TenantId, books: Books, trial: Catalogue, code: str, *, now: datetime) -> Newcomer:
    """Who would get reports of the new category `code` of the catalogue on trial, and how long they would have. Pure.

    As of a report without answers, sent now, or at this time of the day on which the category begins, from each
    commune of the province.
    """
    tenant = books.directory.tenant(tenant_id)
    category = trial.category(tenant_id, code)
    today = local_day(now, tenant.time_zone)
    later = category.valid_from if category.valid_from and category.valid_from > today else None
    tried, alike = books._replace(catalogue=trial), books.catalogue.suggest(tenant_id, category.name.vi, limit=5)
    at = now + (later - today) if later else now
    decided = [_decided(tried, tenant_id, category, area, at) for area in _communes(books, tenant_id)]
    rules = Counter(one.rule for one in decided)
    times = (_time(tried, tenant_id, category, one.tier, local_day(at, tenant.time_zone)) for one in decided)
    return Newcomer(
        category=category,
        begins_on=later,
        ends_on=category.valid_to + timedelta(days=1) if category.valid_to else None,
        near=tuple(one for one in alike if (one.parent is None) == (category.parent is None)),
        ways=tuple(Way(rule, number, _units(decided, rule)) for rule, number in rules.most_common()),
        times=tuple(dict.fromkeys(times)),
    )


def _communes(books: Books, tenant_id: TenantId) -> list[AreaCode]:
    tenant = books.directory.tenant(tenant_id)
    own_map = books.directory.map(tenant.edition)
    return [code for code in sorted(own_map.subtree(tenant.province)) if own_map.area(code).tier is Tier.COMMUNE]


def _decided(books: Books, tenant_id: TenantId, category: Category, area: AreaCode, at: datetime) -> Decision:
    return routing_service.decide(
        books.rulebooks,
        books.directory,
        books.catalogue,
        tenant=tenant_id,
        chain=books.directory.chain_in(tenant_id, area),
        confidence=Confidence.EXACT,
        category=category.code,
        kind=category.kind,
        priority=_priority(category),
        answers={},
        at=at,
    )


def _priority(category: Category) -> Priority:
    return Priority.URGENT if category.emergency else Priority.NORMAL


def _units(decided: list[Decision], rule: str) -> tuple[UnitId, ...]:
    return tuple(unit for unit, _ in Counter(one.unit_id for one in decided if one.rule == rule).most_common())


def _time(
    books: Books, tenant_id: TenantId, category: Category, tier: Tier, on: date
) -> tuple[int, TimeUnit, str | None]:
    priority = _priority(category)
    found = books.calendars.targets.find(
        tenant_id,
        TargetKind.RESOLUTION,
        lineage=books.catalogue.lineage(tenant_id, category.code),
        tier=tier,
        priority=priority,
        on=on,
    )
    if found is not None:
        return found.amount, found.unit, found.code
    return catalogue_service.working_days(category, priority), TimeUnit.WORKING_DAY, None
