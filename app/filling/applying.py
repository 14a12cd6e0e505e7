"""A service request being filled in: the draft on the server as a form of the pages, and the other way round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
from app.service_requests.terms import Channel, RequestBooks
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem

from .questions import answers_of, form_of

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
    books: RequestBooks, tenant_id: TenantId, filing: Callable[[], FilingIn], on: date
) -> tuple[Checked | None, FieldErrors, FieldErrors]:
    """What would be filed; what is wrong with the form; what is wrong with the documents. Pure."""
    try:
        return service.check(books, tenant_id, filing().filing(), on), {}, {}
    except ValidationError as refused:
        return None, errors_of(refused, _MISSING), {}
    except DocumentsMissing as refused:
        return None, {}, missing_of(refused)
    except Problem as refused:
        return None, _asked(errors_of_problem(refused)) or {"": refused.detail}, {}


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


def filing_of(written: Written, *, draft: UUID | None = None, another: bool = False) -> FilingIn:
    """The draft as it is handed in. Raises: ValidationError."""
    told = written.content
    return FilingIn(procedure=written.procedure.code, channel=Channel.WEB, draft=draft, another=another, **told)


def needed(written: Written) -> tuple[RequiredDocument, ...]:
    """Documents that these answers ask for, in the procedure's order."""
    return procedures_domain.needed_documents(written.procedure, written.content.get("answers") or {})
