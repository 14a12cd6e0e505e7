"""A service request that an officer takes in: the form with its papers, kept in the page itself from step to step.

Files that came are held as uploads, named in hidden fields; a paper that was shown, compared and given back is a tick.
Nothing is written before the last button.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from app.directory.terms import Tier
from app.filling import applying
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.media import service as media_service
from app.media.store import Store
from app.procedures.terms import Procedure
from app.service_requests.schemas import DeskFilingIn
from app.service_requests.service import MANDATE
from app.service_requests.terms import Channel
from app.web.pages import FieldErrors, Form

from .deps import Desk

CHANNELS: Final = (Channel.DIRECT, Channel.POST)
_HELD: Final = "have."  # a file that has come: upload and name, by document
_SHOWN: Final = "paper."  # a paper that was shown and compared
_FILE: Final = "file."
_OF_THE_STEP: Final = frozenset({"csrf", "step", "drop"})


def today(desk: Desk) -> date:
    """The present day here."""
    return local_day(desk.now, desk.tenant.time_zone)


def empty(desk: Desk, key: str) -> Form:
    """The form as it begins: at the desk, of somebody who lives where the officer's unit is, if that is a commune."""
    directory = desk.books.directory
    units = (directory.unit(desk.tenant.id, unit_id) for unit_id in sorted(desk.actor.units()))
    commune = next((unit.area_code for unit in units if unit.tier is Tier.COMMUNE), "")
    return Form([("key", key), ("channel", Channel.DIRECT.value), ("applicant_area", commune)])


def pairs_of(form: Form) -> list[tuple[str, str]]:
    """Everything that was filled in, as the next page carries it on."""
    return [(name, value) for name in form.names() if name not in _OF_THE_STEP for value in form.many(name) if value]


async def gathered(desk: Desk, store: Store, form: Form) -> tuple[Form, FieldErrors]:
    """The form with the files that came held by their uploads, without those dropped; why one was not taken."""
    dropped, wrong = set(form.many("drop")), FieldErrors()
    pairs = [(name, value) for name, value in pairs_of(form) if not (name.startswith(_HELD) and value in dropped)]
    for field, file in form.named_files:
        document = field.removeprefix(_FILE)
        try:
            upload = await media_service.take(
                desk.database,
                desk.clock,
                store,
                desk.keys.media,
                f"take-in:{form.text('key')}:{document}",
                filename=file.filename or "",
                content=file,
                most_bytes=desk.most_bytes,
                sender=None,
            )
            pairs.append((f"{_HELD}{document}", f"{upload}|{(file.filename or document)[:200]}"))
        except Problem as refused:
            wrong[document] = refused.detail
        finally:
            await file.close()
    return Form([*pairs, ("step", form.text("step"))]), wrong


def held(form: Form) -> dict[str, list[tuple[str, str]]]:
    """Files that are here by document: what a box that drops one says, and the name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for document, upload, name in _files(form):
        found.setdefault(document, []).append((f"{upload}|{name}", name))
    return found


def _files(form: Form) -> Iterator[tuple[str, str, str]]:
    for name in form.names():
        if name.startswith(_HELD):
            for value in form.many(name):
                upload, _, shown = value.partition("|")
                yield name.removeprefix(_HELD), upload, shown


def shown(form: Form) -> list[str]:
    """Documents that were shown on paper and compared."""
    return [name.removeprefix(_SHOWN) for name in form.names() if name.startswith(_SHOWN) and form.text(name)]


def filing_in(procedure: Procedure, form: Form) -> DeskFilingIn:
    """The form as the API takes it. Raises: ValidationError."""
    return DeskFilingIn.model_validate(body_in(procedure, form))


def body_in(procedure: Procedure, form: Form) -> dict[str, Any]:
    """The form in the shape in which it is handed in. Raises: ValidationError for what is no person or place at all."""
    content = applying.content_of(procedure, form, {})
    files = list(_files(form))
    acts = bool(form.text("for_other"))
    documents: list[dict[str, Any]] = [
        {"document": document, "upload": upload, "name": name}
        for document, upload, name in files
        if document != MANDATE
    ]
    documents += [{"document": document, "on_paper": True} for document in shown(form) if document != MANDATE or acts]
    mandate = next((upload for document, upload, _ in files if document == MANDATE), None)
    return {
        **content,
        "procedure": procedure.code,
        "channel": form.text("channel"),
        "documents": documents,
        "mandate": mandate if acts else None,
        "another": bool(form.text("another")),
    }
