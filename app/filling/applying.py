"""A service request being filled in: the draft on the server as a form of the pages, and the other way round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from app.kit.ids import TenantId
from app.kit.problems import Problem
from app.kit.text import Text
from app.procedures import domain as procedures_domain
from app.procedures.terms import Procedure, RequiredDocument
from app.service_requests import service
from app.service_requests.errors import DocumentsMissing
from app.service_requests.schemas import DraftIn, FilingIn
from app.service_requests.service import Checked
from app.service_requests.terms import Channel, Filing, RequestBooks
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem

from .questions import ABOUT, answers_of, form_of

PERSON: Final = ("name", "identity_number", "phone", "email", "address", "born_on")
_MISSING: Final = {"applicant_area": Text("Hãy chọn xã, phường nơi cư trú.", "Please choose the commune of residence.")}
_PLACES: Final = ("applicant_area", "object_area")


@dataclass(frozen=True, slots=True)
class Written:
    """What has been filled in so far."""

    procedure: Procedure
    content: Mapping[str, Any] = field(repr=False)

    def form(self) -> Form:
        """As a form shows it."""
        pairs = {name: str(self.content.get(name) or "") for name in _PLACES}
        for who in ("applicant", "filer"):
            person = self.content.get(who) or {}
            pairs |= {f"{who}.{name}": str(person[name]) for name in PERSON if person.get(name)}
        pairs["for_other"] = "yes" if self.content.get("filer") else ""
        return Form({**pairs, **form_of(self.content.get("answers") or {})}.items())

    @property
    def documents(self) -> list[dict[str, Any]]:
        """Files named so far, as DocumentIn has them."""
        return list(self.content.get("documents") or ())


def content_of(procedure: Procedure, form: Form, before: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft keeps of the form; files that were named before stay.

    Raises: ValidationError for what is no person or place at all.
    """
    filler = {"filer": form.filled(*(f"filer.{name}" for name in PERSON)).get("filer", {})}
    body = {
        "procedure": procedure.code,
        "answers": answers_of(procedure, form),
        "applicant": form.filled(*(f"applicant.{name}" for name in PERSON)).get("applicant", {}),
        **{name: form.text(name) or None for name in _PLACES},
        **(filler if form.text("for_other") else {}),
        "documents": list(before.get("documents") or ()),
        "mandate": before.get("mandate"),
    }
    return DraftIn(**body).model_dump(mode="json", exclude={"procedure"}, exclude_none=True)


def checked(
    books: RequestBooks, tenant_id: TenantId, shape: type[FilingIn], body: Callable[[], dict[str, Any]], on: date
) -> tuple[Checked | None, FieldErrors, FieldErrors]:
    """What would be filed; all that is wrong with the form, in its order; what is wrong with the documents. Pure."""
    try:
        filing, wrong = _read(shape, body())
    except ValidationError as refused:
        return None, errors_of(refused, _MISSING), {}
    for fault in service.faults(books, tenant_id, filing, on):
        wrong = {**(_asked(errors_of_problem(fault)) or {"": fault.detail}), **wrong}
    if wrong:
        places = {name: place for place, name in enumerate(ABOUT)}
        return None, dict(sorted(wrong.items(), key=lambda one: places.get(one[0], len(places)))), {}
    try:
        return service.check(books, tenant_id, filing, on), {}, {}
    except DocumentsMissing as refused:
        return None, {}, missing_of(refused)
    except Problem as refused:
        return None, {"": refused.detail}, {}


def _read(shape: type[FilingIn], body: dict[str, Any]) -> tuple[Filing, FieldErrors]:
    """What was filled in, and what is none of it: the rest is still looked at, so that nobody is told bit by bit."""
    try:
        return shape.model_validate(body).filing(), {}
    except ValidationError as refused:
        rest = dict(body)
        for error in refused.errors():
            top, *inner = error["loc"]
            held = rest.pop(str(top), None)
            if inner and isinstance(held, Mapping):
                rest[str(top)] = {name: value for name, value in held.items() if name != inner[0]}
        area = rest.get("applicant_area", "")
        filing = shape.model_validate({**rest, "applicant_area": area or "0"}).filing()
        return replace(filing, applicant_area=area), errors_of(refused, _MISSING)


def _asked(errors: FieldErrors) -> FieldErrors:
    """The errors beside the fields there are: what the form asks of the applicant is filled in once, above it."""
    own = {f"answers.{question}": f"applicant.{of}" for question, of in service.PREFILLED.items()}
    return {own.get(name, name): error for name, error in errors.items()}


def missing_of(refused: DocumentsMissing) -> FieldErrors:
    """What is missing, by the document it is about."""
    found: FieldErrors = {}
    listed = refused.extensions.get("errors")
    for error in listed if isinstance(listed, list) else ():
        name = str(error.get("document") or str(error["pointer"]).strip("/").replace("/", "."))
        found[name] = error["detail"]
    return found


def body_of(written: Written) -> dict[str, Any]:
    """The draft in the shape in which it is handed in."""
    return {**written.content, "procedure": written.procedure.code, "channel": Channel.WEB}


def filing_of(written: Written, *, draft: UUID | None = None, another: bool = False) -> FilingIn:
    """The draft as it is handed in. Raises: ValidationError."""
    return FilingIn.model_validate({**body_of(written), "draft": draft, "another": another})


def needed(written: Written) -> tuple[RequiredDocument, ...]:
    """Documents that these answers ask for, in the procedure's order."""
    return procedures_domain.needed_documents(written.procedure, written.content.get("answers") or {})
