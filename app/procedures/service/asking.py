"""What people and other rooms ask of the procedures: what there is, what it takes, whether a form is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.catalogue.snapshot import Catalogue
from app.directory.snapshot import AreaChain, Directory
from app.kit.ids import TenantId
from app.procedures import domain
from app.procedures.errors import ProcedureNotFound
from app.procedures.snapshot import Found, Procedures
from app.procedures.terms import Checked, FormAnswers, LifeEvent, Placed, Procedure


def place(
    procedure: Procedure, directory: Directory, catalogue: Catalogue, *, chain: AreaChain | None, on: date
) -> Placed:
    """The procedure with the units of its steps at the place; without a place nobody is named."""
    if chain is None:
        return Placed(procedure, None)
    units = tuple(
        domain.unit_of(step, directory, catalogue, tenant=procedure.tenant_id, chain=chain, on=on)
        for step in procedure.steps
    )
    return Placed(procedure, units)


def search(
    procedures: Procedures,
    directory: Directory,
    catalogue: Catalogue,
    *,
    tenant: TenantId,
    words: str,
    life_event: LifeEvent | None,
    chain: AreaChain | None,
    on: date,
) -> Sequence[Found]:
    """Open procedures, the surest first. With a place only those of which a unit there receives applications."""
    found = procedures.search(tenant, words, on, life_event=life_event)
    if chain is None:
        return found
    return [
        one
        for one in found
        if domain.unit_of(one.procedure.steps[0], directory, catalogue, tenant=tenant, chain=chain, on=on) is not None
    ]


def get_procedure(procedures: Procedures, *, tenant: TenantId, code: str, version: int | None, on: date) -> Procedure:
    """That version, else the open one, else the newest, ended or not yet begun. Raises: ProcedureNotFound."""
    if version is not None:
        found = procedures.find(tenant, code, version)
    else:
        found = procedures.current(tenant, code, on) or next(iter(procedures.versions(tenant, code)), None)
    if found is None:
        raise ProcedureNotFound(procedures.suggest(tenant, code, on))
    return found


def check(procedures: Procedures, procedure: Procedure, answers: FormAnswers) -> Checked:
    """Which documents are needed and what is owed with these answers. Writes nothing. Raises: InvalidFormAnswers."""
    accepted = domain.check_answers(procedure, answers, procedures.memo)
    return Checked(procedure, domain.needed_documents(procedure, accepted), domain.fee_lines(procedure, accepted))
