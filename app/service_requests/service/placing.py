"""Which unit a step is with, and why: as the map and the units are on the day on which it begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from app.directory.errors import AreaOutsideTenant, UnknownArea
from app.directory.snapshot import AreaChain, Directory, Unit
from app.directory.terms import EditionId, Share
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text
from app.procedures import domain as procedures_domain
from app.procedures.terms import Competence, Procedure, Step, StepRole
from app.service_requests.domain import step_name, unit_name
from app.service_requests.events import EventType, RequestFact
from app.service_requests.models import RequestStep, ServiceRequest
from app.service_requests.terms import RequestBooks

_SINCE = Text(
    "{why} Thay cho {before}, vì địa giới hoặc thẩm quyền đã đổi từ khi nộp hồ sơ.",
    "{why} It takes the place of {before}: the map or the competence has changed since the request was handed in.",
)
_ABOVE = Text("{unit} tiếp nhận việc của cấp dưới.", "{unit} goes on with what a unit below it had.")


class _Found(NamedTuple):
    unit: Unit
    why: Text


def why(step: Step, unit: Unit, chain: AreaChain, *, kept: bool) -> Text:
    """Why the step goes to the unit; `kept`: because an earlier step did."""
    if kept:
        return Text(f"{unit.name} làm tiếp bước này.", f"{unit.name_en} goes on with this step.")
    place = Text("nơi cư trú của người đề nghị", "where the applicant lives")
    if step.competence is Competence.OBJECT:
        place = Text("nơi có đối tượng của thủ tục", "where the object of the procedure lies")
    return Text(
        f"{unit.name} phụ trách {place.vi}: {chain.area.name}.",
        f"{unit.name_en} is in charge of {place.en}: {chain.area.name}.",
    )


def place_begun(
    books: RequestBooks,
    procedure: Procedure,
    request: ServiceRequest,
    steps: Sequence[RequestStep],
    begun: Sequence[RequestStep],
    on: date,
) -> list[RequestFact]:
    """A fact for each step that begins with another unit than the one it has waited for.

    Whoever answers for the place on that day has it. A unit stays where nobody else is found, unless it is no more:
    then the unit above it has the step.
    """
    return [
        _moved(books, procedure, step, found)
        for step in begun
        if (found := _unit_now(books, procedure, request, steps, step, on)) is not None
        and found.unit.id != UnitId(step.unit_id)
    ]


def _moved(books: RequestBooks, procedure: Procedure, step: RequestStep, found: _Found) -> RequestFact:
    """The step is with the unit from now on, and says why."""
    before, now = unit_name(books, TenantId(step.tenant_id), UnitId(step.unit_id)), found.unit
    reason = Text(
        _SINCE.vi.format(why=found.why.vi, before=before.vi), _SINCE.en.format(why=found.why.en, before=before.en)
    )
    step.unit_id, step.tier = now.id, now.tier.value
    step.routing = {"unit_code": now.code, **reason._asdict()}
    step.assignee_id = None  # of the unit before
    return RequestFact(
        EventType.STEP_MOVED,
        data={
            "unit": Text(now.name, now.name_en)._asdict(),
            "before": before._asdict(),
            "step": step_name(procedure, step.code)._asdict(),
            "why": reason._asdict(),
        },
    )


def _unit_now(
    books: RequestBooks,
    procedure: Procedure,
    request: ServiceRequest,
    steps: Sequence[RequestStep],
    row: RequestStep,
    on: date,
) -> _Found | None:
    """The unit that has the step from that day on; None for an opinion, which one unit was asked for."""
    if row.role is None:
        return None
    directory, tenant_id = books.directory, TenantId(request.tenant_id)
    defined = next((one for one in procedure.steps if one.code == row.code), None)
    first = defined.same_unit_as if defined is not None else _receiving(procedure)
    if first is not None:
        kept = next((one for one in steps if one.code == first), None)
        unit = _known(directory, tenant_id, kept.unit_id) if kept is not None else None
        if unit is not None and unit.in_force(on):
            text = Text(f"{unit.name} làm tiếp bước này.", f"{unit.name_en} goes on with this step.")
            return _Found(unit, text)
        defined = next((one for one in procedure.steps if one.code == first), None)
    if defined is not None:
        home = defined.competence is Competence.APPLICANT
        code = request.applicant_area if home else request.object_area
        chain = chain_now(directory, tenant_id, EditionId(request.edition_id), code)
        if chain is not None:
            found = procedures_domain.unit_of(defined, directory, books.catalogue, tenant=tenant_id, chain=chain, on=on)
            if found is not None:
                return _Found(found, why(defined, found, chain, kept=False))
    return _above(directory, tenant_id, row, on)


def _receiving(procedure: Procedure) -> str | None:
    return next((one.code for one in procedure.steps if one.role is StepRole.RECEIVE), None)


def _above(directory: Directory, tenant_id: TenantId, row: RequestStep, on: date) -> _Found | None:
    """The nearest unit above that is in force, when the step's own is no more; None: it stays where it is."""
    unit = _known(directory, tenant_id, row.unit_id)
    if unit is None or unit.in_force(on):
        return None
    for above in reversed(directory.unit_path(tenant_id, unit.id)[:-1]):
        found = directory.unit(tenant_id, above)
        if found.in_force(on):
            return _Found(found, Text(_ABOVE.vi.format(unit=found.name), _ABOVE.en.format(unit=found.name_en)))
    return None


def _known(directory: Directory, tenant_id: TenantId, unit_id: object) -> Unit | None:
    return next((one for one in directory.units(tenant_id) if one.id == unit_id), None)


def chain_now(directory: Directory, tenant_id: TenantId, edition: EditionId, code: str) -> AreaChain | None:
    """The area on the tenant's present map: itself, else what it became, the larger part of one that was divided.

    None when no later map that leads to the present one knows what became of it.
    """
    present = directory.tenant(tenant_id).edition
    seen = {edition}
    while edition != present:
        ways = [way for way in directory.map(edition).successors(code) if way.to_edition not in seen]
        if not ways:
            return None
        way = min(ways, key=lambda one: (one.to_edition != present, one.share is not Share.FULL, one.to_code))
        edition, code = way.to_edition, way.to_code
        seen.add(edition)
    try:
        return directory.chain_in(tenant_id, code)
    except (AreaOutsideTenant, UnknownArea):
        return None
