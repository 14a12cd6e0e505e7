"""Answers of the form that an office found wrong, and the applicant gives anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.db.work import Work
from app.kit.clock import rfc3339
from app.kit.ids import RequestId, TenantId
from app.kit.text import Text
from app.procedures import domain as procedures_domain
from app.procedures.terms import Procedure
from app.service_requests import repository
from app.service_requests.domain import MANDATE
from app.service_requests.errors import DocumentsMissing, NotAskedFor, NotOfProcedure
from app.service_requests.terms import Earlier, Missing, Papers, RequestBooks

from .sealing import content_hash, opened, sealed
from .steps import Held

_MANDATE = Text("Văn bản uỷ quyền", "The mandate")
_UNKNOWN = Text(
    "“{about}” không phải giấy tờ của thủ tục, cũng không phải mục của tờ khai.",
    "“{about}” is neither a document of the procedure nor a field of its form.",
)
_UNASKED = Text("Mục này không được yêu cầu sửa.", "Nobody asked for this answer anew.")


def called(procedure: Procedure, about: str) -> Text | None:
    """What people call what an office may ask for; None when the procedure has no such thing."""
    return _MANDATE if about == MANDATE else procedures_domain.called(procedure, about)


def check_asked(procedure: Procedure, missing: Sequence[Missing]) -> None:
    """Nothing when each is a document of the procedure or an answer of its form. Raises: NotOfProcedure naming each."""
    errors: list[dict[str, object]] = [
        {
            "pointer": f"/missing/{at}/about",
            "detail": Text(_UNKNOWN.vi.format(about=one.about), _UNKNOWN.en.format(about=one.about)),
        }
        for at, one in enumerate(missing)
        if called(procedure, one.about) is None
    ]
    if errors:
        raise NotOfProcedure(errors=errors)


def asked_questions(listed: Mapping[str, Any] | None) -> list[str]:
    """Names of the form's questions on the list of what is missing, in its order; `listed`: as the request keeps it."""
    pointers = [str(one["about"]) for one in (listed or {}).get("items", ()) if str(one["about"]).startswith("/")]
    return list(dict.fromkeys(_question(pointer) for pointer in pointers))


def _question(pointer: str) -> str:
    """The question of the form that a pointer leads into."""
    return pointer[1:].split("/", maxsplit=1)[0].replace("~1", "/").replace("~0", "~")


async def correct(
    work: Work, found: Held, books: RequestBooks, answers: Mapping[str, Any], documents: Sequence[str]
) -> list[str]:
    """Names of the questions whose answers are others now; those of before are kept with the papers, sealed as they.

    Questions that nobody has answered before may be answered along with them: the new answers may need that.
    `documents`: codes of what comes with the same supplement. What the new answers cost is what the request costs.
    One statement. Raises: NotAskedFor, InvalidFormAnswers, DocumentsMissing of what only the new answers need.
    """
    request, procedure = found.request, found.procedure
    tenant_id = TenantId(request.tenant_id)
    papers = opened(books.keys, tenant_id, request.id, request.sealed)
    _check_unasked(answers, asked_questions(request.missing), papers.answers)
    now = procedures_domain.check_answers(procedure, {**papers.answers, **answers}, books.procedures.memo)
    changed = [name for name in answers if now.get(name) != papers.answers.get(name)]
    if not changed:
        return []
    files = await repository.list_names(work, tenant_id, RequestId(request.id))
    here = {*(document for _, document in files if document), *documents, *papers.shown}
    _check_needed(procedure, papers.answers, now, here)
    before = Earlier(request.supplements, rfc3339(work.now), {name: papers.answers.get(name) for name in changed})
    anew = Papers(papers.applicant, papers.filer, now, papers.shown, (*papers.earlier, before))
    request.sealed = sealed(books.keys, tenant_id, request.id, anew)
    request.content_hash = content_hash(now, request.object_area)
    request.fee = sum((line.amount for line in procedures_domain.fee_lines(procedure, now)), Decimal(0))
    return changed


def _check_unasked(answers: Mapping[str, Any], asked: Sequence[str], before: Mapping[str, Any]) -> None:
    errors: list[dict[str, object]] = [
        {"pointer": f"/answers/{name.replace('~', '~0').replace('/', '~1')}", "detail": _UNASKED}
        for name in answers
        if name in before and name not in asked
    ]
    if errors:
        raise NotAskedFor(errors=errors[:50])


def _check_needed(procedure: Procedure, before: Mapping[str, Any], now: Mapping[str, Any], here: set[str]) -> None:
    """What only the new answers need has to come with them."""
    known = {one.code for one in procedures_domain.needed_documents(procedure, before)}
    lacking = [
        one
        for one in procedures_domain.needed_documents(procedure, now)
        if one.required and one.code not in known and one.code not in here
    ]
    if lacking:
        raise DocumentsMissing(
            errors=[
                {
                    "pointer": "/documents",
                    "document": one.code,
                    "detail": Text(f"Còn thiếu: {one.name.vi}.", f"Missing: {one.name.en}."),
                }
                for one in lacking
            ]
        )
