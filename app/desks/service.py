"""Verbs on desks: views saved and dropped, templates of answers written, changed, ended, filled for a case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from app.audit import service as audit
from app.audit.terms import Action
from app.cases import service as cases
from app.cases.terms import Books
from app.catalogue.snapshot import Catalogue
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.directory.snapshot import Directory, Unit
from app.identity.policies import acting_as, may_act_as
from app.identity.terms import Actor
from app.kit.clock import Clock, local_day
from app.kit.ids import UnitId, uuid7

from . import domain, policies, repository
from .errors import DeskFull, InvalidTemplate, NoSuchTemplate, NoSuchView, StaleTemplate
from .models import AnswerTemplateRow, AnswerTemplateVersionRow, SavedViewRow
from .terms import MOST_TEMPLATES, MOST_VIEWS, Asked, CaseWords, Edition, Filled, SavedView, Template, WantedTemplate


async def list_views(db: Database, actor: Actor) -> list[SavedView]:
    """The officer's own views by name, then those of the units the officer belongs to. One statement."""
    assert actor.staff_id is not None
    rows = await repository.list_views(db, actor.tenant_id, actor.staff_id, actor.units())
    return [SavedView(row["id"], row["name"], Asked(**orjson.loads(row["asked"])), *row[3:]) for row in rows]


async def save_view(
    work: Work, actor: Actor, name: str, asked: Asked, *, unit: Unit | None, directory: Directory, catalogue: Catalogue
) -> SavedView:
    """The view under its name, instead of one of that name; of the `unit`, else the officer's own.

    Raises: Forbidden, DeskFull, UnknownCategory, UnknownUnit.
    """
    if asked.category:
        catalogue.category(actor.tenant_id, asked.category)
    if asked.unit:
        directory.unit_by_code(actor.tenant_id, asked.unit)
    if unit is not None:
        actor = _arranging(actor, directory, unit)
    staff_id, unit_id = (None, UnitId(unit.id)) if unit is not None else (actor.staff_id, None)
    row = await repository.view_named(work, actor.tenant_id, staff_id, unit_id, name)
    if row is None:
        if await repository.count_views(work, actor.tenant_id, staff_id, unit_id) >= MOST_VIEWS:
            raise DeskFull
        row = SavedViewRow(tenant_id=actor.tenant_id, id=uuid7(work.now), staff_id=staff_id, unit_id=unit_id)
    row.name, row.asked, row.saved_at = name, asked.address(), work.now
    await repository.write(work, row)
    if unit is not None:
        details = {"name": name, **asked.address()}
        audit.record(work, actor, Action.VIEW_SAVED, subject=unit.code, unit_id=UnitId(unit.id), details=details)
    return row.read()


async def drop_view(work: Work, actor: Actor, view_id: UUID, *, directory: Directory) -> None:
    """The view is kept no longer. Raises: NoSuchView, also for another officer's; Forbidden for a unit's."""
    row = await repository.lock_view(work, actor.tenant_id, view_id)
    units = actor.units()
    if row is None or (row.staff_id != actor.staff_id and row.unit_id not in directory.subtree(actor.tenant_id, units)):
        raise NoSuchView
    if row.unit_id is not None:
        unit = directory.unit(actor.tenant_id, UnitId(row.unit_id))
        actor = _arranging(actor, directory, unit)
        details = {"name": row.name}
        audit.record(work, actor, Action.VIEW_DROPPED, subject=unit.code, unit_id=UnitId(unit.id), details=details)
    await repository.remove(work, row)


def _arranging(actor: Actor, directory: Directory, unit: Unit) -> Actor:
    """The officer in the capacity in which things are laid out for the unit. Raises: Forbidden."""
    path = directory.unit_path(actor.tenant_id, UnitId(unit.id))
    policies.may_arrange(actor, path).require()
    return acting_as(actor, *policies.ARRANGERS)


async def list_templates(db: Database, actor: Actor, directory: Directory) -> list[Template]:
    """Templates of the officer's units, of the units above, which they may use, and below, by name. One statement."""
    return await _templates(db, actor, _seen(actor, directory))


def _seen(actor: Actor, directory: Directory) -> frozenset[UnitId]:
    """The units whose templates the officer may see: the own, those above, which lend theirs, those below."""
    own = actor.units()
    above = frozenset(unit for held in own for unit in directory.unit_path(actor.tenant_id, held))
    return above | directory.subtree(actor.tenant_id, own)


async def _templates(db: Database, actor: Actor, units: frozenset[UnitId]) -> list[Template]:
    rows = await repository.list_templates(db, actor.tenant_id, units)
    return [
        Template(
            row["id"],
            UnitId(row["unit_id"]),
            WantedTemplate(row["name"], row["body"], row["category"], row["resolution"]),
            row["version"],
            row["updated_at"],
            row["ended_at"],
        )
        for row in rows
    ]


async def get_template(
    work: Work | ReadWork, actor: Actor, template_id: UUID, *, directory: Directory
) -> tuple[Template, list[Edition]]:
    """The template with every version of it, the newest first. Raises: NoSuchTemplate, also out of sight."""
    row = await repository.find_template(work, actor.tenant_id, template_id)
    if row is None or row.unit_id not in _seen(actor, directory):
        raise NoSuchTemplate
    return row.read(), await repository.list_editions(work, actor.tenant_id, template_id)


async def add_template(
    work: Work, actor: Actor, unit: Unit, wanted: WantedTemplate, *, directory: Directory, catalogue: Catalogue
) -> Template:
    """A new template of the unit. Raises: Forbidden, InvalidTemplate, UnknownCategory, DeskFull."""
    actor = _arranging(actor, directory, unit)
    _check(actor, wanted, catalogue)
    if await repository.count_templates(work, actor.tenant_id, UnitId(unit.id)) >= MOST_TEMPLATES:
        raise DeskFull
    row = AnswerTemplateRow(
        tenant_id=actor.tenant_id, id=uuid7(work.now), unit_id=UnitId(unit.id), version=0, ended_at=None
    )
    return await _written(work, actor, row, wanted, unit)


def _check(actor: Actor, wanted: WantedTemplate, catalogue: Catalogue) -> None:
    if wanted.category is not None:
        catalogue.category(actor.tenant_id, wanted.category)
    if errors := domain.mistakes(wanted.body):
        raise InvalidTemplate(errors=errors)


async def _written(work: Work, actor: Actor, row: AnswerTemplateRow, wanted: WantedTemplate, unit: Unit) -> Template:
    """The row as its next version, kept beside all before it."""
    row.name, row.body, row.category, row.resolution = wanted.name, wanted.body, wanted.category, wanted.resolution
    row.version, row.updated_at = row.version + 1, work.now
    kept = AnswerTemplateVersionRow(
        tenant_id=row.tenant_id,
        template_id=row.id,
        version=row.version,
        name=row.name,
        body=row.body,
        written_at=work.now,
        written_by=actor.staff_id,
    )
    await repository.write(work, row, kept)
    details = {"template": str(row.id), "name": row.name, "version": row.version}
    audit.record(work, actor, Action.ANSWER_TEMPLATE_SET, subject=unit.code, unit_id=UnitId(unit.id), details=details)
    return row.read()


async def change_template(
    work: Work,
    actor: Actor,
    template_id: UUID,
    wanted: WantedTemplate,
    *,
    seen: int,
    directory: Directory,
    catalogue: Catalogue,
) -> Template:
    """The template as wanted. Raises: Forbidden, NoSuchTemplate, StaleTemplate, InvalidTemplate, UnknownCategory."""
    row, unit, actor = await _held(work, actor, template_id, directory)
    _check(actor, wanted, catalogue)
    if row.version != seen:
        raise StaleTemplate(row.version)
    return await _written(work, actor, row, wanted, unit)


async def end_template(work: Work, actor: Actor, template_id: UUID, *, directory: Directory) -> None:
    """The template is offered no more; what was written stays. Raises: Forbidden, NoSuchTemplate."""
    row, unit, actor = await _held(work, actor, template_id, directory)
    row.ended_at = work.now
    await repository.write(work, row)
    details = {"template": str(row.id), "name": row.name}
    audit.record(work, actor, Action.ANSWER_TEMPLATE_ENDED, subject=unit.code, unit_id=UnitId(unit.id), details=details)


async def _held(
    work: Work, actor: Actor, template_id: UUID, directory: Directory
) -> tuple[AnswerTemplateRow, Unit, Actor]:
    """The template, locked, for whoever may change it. Raises: Forbidden, NoSuchTemplate."""
    may_act_as(actor, *policies.ARRANGERS).require()
    row = await repository.find_template(work, actor.tenant_id, template_id, lock=True)
    if row is None or row.unit_id not in _seen(actor, directory):
        raise NoSuchTemplate
    unit = directory.unit(actor.tenant_id, UnitId(row.unit_id))
    return row, unit, _arranging(actor, directory, unit)


async def templates_for_case(db: Database, clock: Clock, actor: Actor, books: Books, code: str) -> list[Filled]:
    """What may be answered, filled with the words of the case. Raises: CaseNotFound. Two statements."""
    row = await cases.get_row(db, cases.scope_of(actor, books.directory), code)
    return await templates_filled(db, clock, actor, books, row)


async def templates_filled(db: Database, clock: Clock, actor: Actor, books: Books, row: dict[str, Any]) -> list[Filled]:
    """The same for a case that was read: templates of the unit that holds it and of those above. One statement."""
    units = frozenset(books.directory.unit_path(actor.tenant_id, UnitId(row["unit_id"])))
    found = await _templates(db, actor, units)
    branch = books.catalogue.lineage(actor.tenant_id, row["category_code"])
    return domain.in_order(found, _words(actor, clock, books, row), branch)


def _words(actor: Actor, clock: Clock, books: Books, row: dict[str, Any]) -> CaseWords:
    """All that a template learns of the case: codes and names of the province's own, and days."""
    directory, zone = books.directory, books.directory.tenant(actor.tenant_id).time_zone
    area = row["area_commune"] or row["area_district"] or row["area_province"]
    return CaseWords(
        code=row["code"],
        category=books.catalogue.category(actor.tenant_id, row["category_code"]).name.vi,
        area=directory.area(row["edition_id"], area).name,
        unit=directory.unit(actor.tenant_id, UnitId(row["unit_id"])).name,
        opened_on=local_day(row["opened_at"], zone),
        due_on=local_day(row["due_at"], zone),
        today=local_day(clock.now(), zone),
    )


def may_change(actor: Actor, template: Template, directory: Directory) -> bool:
    """Whether the officer may change the template, for a page to offer it."""
    return bool(policies.may_arrange(actor, directory.unit_path(actor.tenant_id, template.unit_id)))


def preview_template(actor: Actor, wanted: WantedTemplate, books: Books, *, now: datetime) -> str:
    """What a case of today, with one of the actor's own units, would make of it.

    Raises: InvalidTemplate, UnknownCategory.
    """
    _check(actor, wanted, books.catalogue)
    directory = books.directory
    tenant = directory.tenant(actor.tenant_id)
    unit = directory.unit(tenant.id, min(actor.units()))
    found = books.catalogue.category(tenant.id, wanted.category) if wanted.category else None
    today = local_day(now, tenant.time_zone)
    words = CaseWords(
        code=f"{tenant.agency_code}-{today:%y%m%d}-0001",
        category=found.name.vi if found else books.catalogue.all(tenant.id)[0].name.vi,
        area=directory.area(tenant.edition, unit.area_code).name,
        unit=unit.name,
        opened_on=today,
        due_on=today + timedelta(days=7),
        today=today,
    )
    return domain.fill(wanted.body, words)
