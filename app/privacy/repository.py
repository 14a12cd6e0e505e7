"""Every SQL statement on openings of identities and on retention rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.db.work import Work
from app.identity.terms import Actor
from app.kit.ids import CaseId, TenantId, UnitId

from .errors import OpeningNotFound, RuleRace
from .models import IdentityOpening, RetentionRuleRow
from .terms import Opening, Rule

MOST_LISTED = 100


def add_opening(work: Work, tenant_id: TenantId, opening: Opening) -> None:
    """Write it down with the work."""
    work.session.add(IdentityOpening(tenant_id=tenant_id, **asdict(opening)))


async def lock_opening(work: Work, tenant_id: TenantId, opening_id: UUID) -> IdentityOpening:
    """The opening, held until the work ends. Raises: OpeningNotFound. One statement."""
    found: IdentityOpening | None = await work.session.scalar(
        select(IdentityOpening)
        .where(IdentityOpening.tenant_id == tenant_id, IdentityOpening.id == opening_id)
        .with_for_update()
    )
    if found is None:
        raise OpeningNotFound
    return found


def keep(row: IdentityOpening, opening: Opening) -> None:
    """The row says what was decided."""
    for name in ("decided_by", "decided_name", "decided_at", "agreed", "expires_at"):
        setattr(row, name, getattr(opening, name))


async def list_openings(work: Work, tenant_id: TenantId, units: Collection[UnitId] | None) -> list[Opening]:
    """The newest 100 of cases that these units held when it was asked; None: of every unit. One statement."""
    where = select(IdentityOpening).where(IdentityOpening.tenant_id == tenant_id)
    if units is not None:
        where = where.where(IdentityOpening.unit_id.in_(units))
    rows = await work.session.scalars(where.order_by(IdentityOpening.id.desc()).limit(MOST_LISTED))
    return [row.read() for row in rows]


async def list_of_case(work: Work, tenant_id: TenantId, case_id: CaseId) -> list[Opening]:
    """The newest 100 openings of one case (index ix_identity_openings_case). One statement."""
    rows = await work.session.scalars(
        select(IdentityOpening)
        .where(IdentityOpening.tenant_id == tenant_id, IdentityOpening.case_id == case_id)
        .order_by(IdentityOpening.id.desc())
        .limit(MOST_LISTED)
    )
    return [row.read() for row in rows]


async def list_rules(work: Work, tenant_id: TenantId) -> list[Rule]:
    """Every version of the tenant's own rules, by subject, newest first. One statement."""
    rows = await work.session.scalars(
        select(RetentionRuleRow)
        .where(RetentionRuleRow.tenant_id == tenant_id)
        .order_by(RetentionRuleRow.subject, RetentionRuleRow.version.desc())
    )
    return [row.read() for row in rows]


async def add_rule(work: Work, actor: Actor, rule: Rule) -> None:
    """The version written. Raises: RuleRace when its number was taken a moment ago."""
    work.session.add(
        RetentionRuleRow(
            tenant_id=actor.tenant_id,
            subject=rule.subject.value,
            version=rule.version,
            days=rule.days,
            legal_basis_vi=rule.legal_basis.vi,
            legal_basis_en=rule.legal_basis.en,
            note=rule.note,
            created_at=rule.created_at,
            created_by=actor.staff_id,
            valid_from=rule.valid_from,
        )
    )
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise RuleRace from error
