"""What an officer corrects in the masking of a case, once it is sure that it does something."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases import service as cases_service
from app.cases.models import Case
from app.cases.terms import Books, Scope, Verb
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.terms import Actor
from app.kit.clock import Clock
from app.publication.domain import holds
from app.publication.errors import PhraseNotFound

from .reading import public_preview


async def redact_case(
    db: Database,
    clock: Clock,
    actor: Actor,
    scope: Scope,
    books: Books,
    code: str,
    *,
    seen: int,
    show: Sequence[str],
    mask: Sequence[str],
) -> Case:
    """The case with what is masked in it confirmed; its publication follows by the message this leaves behind.

    Raises: PhraseNotFound, whatever the verb refuses. Read in three statements, then changed in a transaction.
    """
    view = await cases_service.get_case(db, actor, scope, books, code)
    if view.row["version"] == seen and Verb.REDACT in view.verbs:  # else the verb says what is wrong
        preview = await public_preview(db, actor.tenant_id, view, books.catalogue)
        written = ["".join(piece.written for piece in passage.pieces) for passage in preview.passages]
        for phrase in mask:
            if phrase not in preview.correction.mask and not any(holds(text, phrase) for text in written):
                raise PhraseNotFound(phrase)

    async def change(work: Work) -> Case:
        return await cases_service.redact_case(work, actor, code, seen=seen, books=books, show=show, mask=mask)

    return await in_work(db, clock, actor.tenant_id, change)
