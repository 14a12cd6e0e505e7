"""Names of units and steps, as sentences need them. Pure: the directory is in memory."""

from __future__ import annotations

from typing import Final

from app.directory.errors import UnknownUnit
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text
from app.procedures.terms import Procedure
from app.service_requests.terms import RequestBooks

OPINION: Final = Text("Cho ý kiến", "Opinion")
RETURNING: Final = Text("Trả kết quả", "Handing over the result")
MANDATE: Final = "mandate"
"""Where documents are named, the paper that shows for whom somebody acts."""
RETURN: Final = "return"
"""Code of the step that a procedure without one of its own ends with, in the unit that took the papers in."""


def unit_name(books: RequestBooks, tenant_id: TenantId, unit_id: UnitId) -> Text:
    """Name of the unit; its id where the directory has it no more."""
    try:
        unit = books.directory.unit(tenant_id, unit_id)
    except UnknownUnit:
        return Text(str(unit_id), str(unit_id))
    return Text(unit.name, unit.name_en)


def step_name(procedure: Procedure, code: str) -> Text:
    """What people call the step: of the procedure, else an opinion that was asked for, else the handing over."""
    found = next((step.name for step in procedure.steps if step.code == code), None)
    if found is not None:
        return found
    return RETURNING if code == RETURN else OPINION
