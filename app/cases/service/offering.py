"""What it means for reports and cases that a category is kept otherwise, before that is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.cases.repository import previewing
from app.cases.terms import Books
from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Category, CategoryCode
from app.db.engine import Database
from app.kit.clock import local_day
from app.kit.ids import TenantId
from app.routing.terms import RuleCode

PREVIEW_DAYS = 30
PREVIEW_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Offering:
    """What the other version does: which categories are chosen from no more, or anew, on which day at the latest.

    `ends_on`, `begins_on`: the first day without, with them; None where nothing ends, begins. `last_days`: how many
    cases of PREVIEW_DAYS days were of them. `rules`, `targets` name them. `shown`: codes of open cases, due first.
    """

    renamed: bool
    ends: tuple[Category, ...]
    ends_on: date | None
    begins: tuple[Category, ...]
    begins_on: date | None
    open_cases: int
    last_days: int
    shown: tuple[str, ...]
    rules: tuple[RuleCode, ...]
    targets: tuple[str, ...]


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
