"""What is public already of the matter that somebody is about to report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

from app.cases.terms import Scope
from app.catalogue.snapshot import Catalogue
from app.db.engine import Database
from app.kit.geo import Box, Point, distance_m
from app.kit.ids import TenantId, made_at
from app.publication import repository
from app.publication.domain import likeness as domain
from app.publication.terms import LikelyDuplicate, NearCase, SimilarCase

_DEGREE_M = 111_195.0  # of a meridian
_DAY = timedelta(days=1)


async def similar_to(
    db: Database,
    tenant_id: TenantId,
    point: Point | None,
    commune: str | None,
    *,
    text: str | None,
    category: tuple[str, str] | None,
    now: datetime,
) -> list[SimilarCase]:
    """What is probably the same: near the point if there is one, else in the commune; none without either."""
    if point is not None:
        return await similar_cases(db, tenant_id, point, text=text, category=category, now=now)
    if commune is None:
        return []
    return await similar_within(db, tenant_id, commune, text=text, category=category, now=now)


async def similar_cases(
    db: Database,
    tenant_id: TenantId,
    point: Point,
    *,
    text: str | None,
    category: tuple[str, str] | None,
    now: datetime,
) -> list[SimilarCase]:
    """Open public cases that are probably the same, likeliest first; one statement.

    At most a handful, of the hundred nearest within 300 metres that were opened in the last four months: whatever is
    reported at a place, that much is looked at and no more. `category` comes with its group.
    """
    since = now - domain.MOST_DAYS * _DAY
    near = await repository.open_near(db, tenant_id, point, _box(point), since=since, limit=domain.MOST_CANDIDATES)
    draft = domain.said(text) if text and text.strip() else None
    found: list[SimilarCase] = []
    for case in near:
        one = _compared(draft, case, point, category, now)
        if one.metres is not None and one.metres <= domain.RADIUS_M and one.likeness.score >= domain.THRESHOLD:
            found.append(one)
    found.sort(key=lambda one: (-one.likeness.score, one.metres or 0))
    return found[: domain.MOST_SHOWN]


async def similar_within(
    db: Database,
    tenant_id: TenantId,
    commune: str,
    *,
    text: str | None,
    category: tuple[str, str] | None,
    now: datetime,
) -> list[SimilarCase]:
    """The same where only the commune is known, by words, category and time; none without words. One statement.

    Of the hundred open cases of the commune, and of the category's group, that changed last.
    """
    if not text or not text.strip():
        return []
    since, group = now - domain.MOST_DAYS * _DAY, category[1] if category else None
    there = await repository.open_within(db, tenant_id, commune, group, since=since, limit=domain.MOST_CANDIDATES)
    draft = domain.said(text)
    found = [one for case in there if (one := _compared(draft, case, None, category, now)).likeness.shared]
    found = [one for one in found if one.likeness.score >= domain.THRESHOLD_WITHIN]
    found.sort(key=lambda one: (-one.likeness.score, one.days))
    return found[: domain.MOST_SHOWN]


async def count_waiting(
    db: Database,
    catalogue: Catalogue,
    tenant_id: TenantId,
    point: Point | None,
    commune: str | None,
    category: str | None,
    *,
    now: datetime,
) -> int:
    """How many of the category's group wait nearby for an officer to look at them: none or a few, told roughly.

    By place and group alone: a count that changed with words would tell what others have written. One statement, none
    without a commune or a category.
    """
    if commune is None or category is None:
        return 0
    lineage = catalogue.lineage(tenant_id, category)
    found = await repository.count_waiting(
        db,
        tenant_id,
        commune,
        domain.waiting_square(point) if point is not None else None,
        sorted(catalogue.subtree(tenant_id, lineage[-1])),
        since=now - domain.WAITING_DAYS * _DAY,
        walk=domain.MOST_OF_AREA,
        most=domain.MOST_WAITING,
    )
    return domain.told_waiting(found)


def _compared(
    draft: domain.Said | None, case: NearCase, point: Point | None, category: tuple[str, str] | None, now: datetime
) -> SimilarCase:
    metres = distance_m(point, case.point) if point is not None and case.point is not None else None
    days = max(0.0, (now - made_at(case.case_id)) / _DAY)
    likeness = domain.likeness(
        draft,
        domain.said_publicly(case.words),
        metres=metres,
        days=days,
        category=category,
        of=(case.category, case.group),
    )
    return SimilarCase(case.line, round(metres) if metres is not None else None, int(days), likeness)


def _box(point: Point) -> Box:
    """All within the radius, and a little more."""
    north = domain.RADIUS_M / _DEGREE_M
    east = north / max(0.01, cos(radians(point.lat)))
    return Box(point.lat - north, point.lon - east, point.lat + north, point.lon + east)


async def duplicates_of(
    db: Database, scope: Scope, catalogue: Catalogue, row: Mapping[str, Any], now: datetime
) -> list[LikelyDuplicate]:
    """Open cases within the scope that an officer may want to merge the case with, likeliest first, at most a handful.

    Of the five hundred newest of its commune in the last four months, public or not, by the likeness that senders are
    shown. One statement.
    """
    area = row["area_commune"] or row["area_district"] or row["area_province"]
    since, case_id = now - domain.MOST_DAYS * _DAY, row["id"]
    there = await repository.newest_open(
        db, scope, area, row["kind"], but=case_id, since=since, limit=domain.MOST_OF_AREA
    )
    point = Point(row["lat"], row["lon"]) if row["lat"] is not None else None
    mine, own = domain.said(row["summary"]), _with_group(catalogue, scope.tenant_id, row["category_code"])
    found: list[LikelyDuplicate] = []
    for case in there:
        metres = distance_m(point, case.point) if point is not None and case.point is not None else None
        if metres is not None and metres > domain.RADIUS_M:
            continue
        days = abs(made_at(case.case_id) - made_at(case_id)) / _DAY
        likeness = domain.likeness(
            mine,
            domain.said(case.summary),
            metres=metres,
            days=days,
            category=own,
            of=_with_group(catalogue, scope.tenant_id, case.category),
        )
        if domain.likely(likeness, metres):
            found.append(LikelyDuplicate(case, round(metres) if metres is not None else None, int(days), likeness))
    found.sort(key=lambda one: (-one.likeness.score, one.metres or 0))
    return found[: domain.MOST_SHOWN]


def _with_group(catalogue: Catalogue, tenant_id: TenantId, code: str) -> tuple[str, str]:
    lineage = catalogue.lineage(tenant_id, code)
    return lineage[0], lineage[-1]
