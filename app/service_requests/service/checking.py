"""All that is wrong with what was filled in, told at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

from app.identity.domain import checked_identity
from app.identity.terms import ReporterIdentity
from app.kit.ids import TenantId
from app.kit.problems import Problem
from app.kit.text import Text
from app.procedures import domain as procedures_domain
from app.procedures.terms import Procedure
from app.service_requests.errors import IdentityNeeded
from app.service_requests.terms import Filing, Person, RequestBooks

PREFILLED: Final = {
    "full_name": "name",
    "identity_number": "identity_number",
    "phone": "phone",
    "email": "email",
    "address": "address",
    "residence": "address",
    "birth_date": "born_on",
}
"""Questions that a form may ask and the applicant has answered already: what of the person answers each."""


def prefilled(procedure: Procedure, filing: Filing) -> dict[str, object]:
    """The answers, with what the form asks of the applicant taken from the applicant, where it was left out."""
    asked = procedure.form.get("properties", {})
    known = {
        name: value
        for name, of in PREFILLED.items()
        if name in asked and (value := getattr(filing.applicant, of)) and not filing.answers.get(name)
    }
    return {**filing.answers, **known}


def faults(books: RequestBooks, tenant_id: TenantId, filing: Filing, on: date) -> list[Problem]:
    """All that `check` would refuse of what was filled in, not only what it meets first; papers are not looked at.

    Without an area of the applicant that one is not looked at either: whoever reads the filing has missed it. Pure.
    """
    try:
        procedure = books.procedures.open_procedure(tenant_id, filing.procedure, on)
    except Problem as refused:
        return [refused]
    found: list[Problem] = []
    with _gathered(found):
        procedures_domain.check_answers(procedure, prefilled(procedure, filing), books.procedures.memo)
    found += wrong_with(filing.applicant, "/applicant")
    found += wrong_with(filing.filer, "/filer") if filing.filer else []
    for area in (filing.applicant_area, filing.object_area):
        with _gathered(found):
            _ = books.directory.chain_in(tenant_id, area) if area else None
    return found


@contextmanager
def _gathered(found: list[Problem]) -> Iterator[None]:
    """A refusal is kept with the others, and looking goes on."""
    try:
        yield
    except Problem as refused:
        found.append(refused)


def identity_of(person: Person, pointer: str) -> ReporterIdentity:
    """The person's details in stored form. Raises: InvalidContact with every wrong one."""
    told = (person.name, person.phone, person.email, person.identity_number, person.address)
    return checked_identity(*told, pointer=pointer, home="address")


def wrong_with(person: Person, pointer: str) -> list[Problem]:
    """What the person would be refused for: InvalidContact; IdentityNeeded without a name or a number."""
    found: list[Problem] = []
    with _gathered(found):
        identity_of(person, pointer)
    missing = [name for name in ("name", "identity_number") if not (getattr(person, name) or "").strip()]
    if missing:
        needed = Text("Xin điền mục này.", "Please fill this in.")
        found.append(IdentityNeeded(errors=[{"pointer": f"{pointer}/{name}", "detail": needed} for name in missing]))
    return found
