"""One's service requests: which there are, how each stands, and what its applicant may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.db.work import Work, in_work, read_work
from app.filling.questions import asked_anew, corrected, given_anew, said_answers, some_fields
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.kit.text import Text
from app.media import service as media_service
from app.media.deps import CurrentStore, sender_of
from app.media.store import Store
from app.papers.deps import CurrentDesk as PaperDesk, CurrentSignatureReader, paper_file
from app.papers.service import paper_of
from app.payments import service as payments_service
from app.portal import keepsakes, views
from app.portal.deps import CurrentVisit, PortalRoute, Visit, said
from app.service_requests import service
from app.service_requests.deps import CurrentRequestBooks
from app.service_requests.errors import NoAppointment, RequestNotFound
from app.service_requests.models import ServiceRequest
from app.service_requests.schemas import (
    CommentIn,
    ComplaintIn,
    RatingIn,
    SupplyIn,
    line_answer,
    request_answer,
    request_missing,
)
from app.service_requests.terms import RequestBooks, RequestState, RequestView, Verb
from app.web.idempotency import Answer, key_hash, once
from app.web.pages import CurrentForm, FieldErrors, Form, errors_of, errors_of_problem, weeks, whole_number

router = APIRouter(prefix="/service-requests", route_class=PortalRoute)
CodePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]
VerbPath = Annotated[str, Path(pattern=r"^(supplement|withdrawal|complaint|rating)$")]
_LINES = 50
_DONE = frozenset({"sent", "supplement", "withdrawal", "complaint", "rating", "rating-again"})
_NOT_FOUND = Text(
    "Mã hồ sơ và mã theo dõi không khớp. Hãy xem lại trên giấy tiếp nhận.",
    "Code and tracking secret do not go together. Please check your receipt.",
)
_STARS = Text("Hãy chọn từ 1 đến 5 sao.", "Choose 1 to 5 stars.")


@router.get("")
async def list_requests(visit: CurrentVisit, books: CurrentRequestBooks) -> Response:
    """Service requests and drafts of whoever is signed in; else the way to one by the secret of a receipt."""
    return await _listed(visit, books, Form([("code", visit.request.query_params.get("code", ""))]), {})


async def _listed(visit: Visit, books: RequestBooks, form: Form, errors: FieldErrors, *, status: int = 200) -> Response:
    rows, drafts = [], []
    if visit.citizen is not None:
        rows = await service.list_own(visit.database, visit.tenant.id, visit.citizen, before=None, limit=_LINES)
        async with read_work(visit.database, visit.clock, visit.tenant.id) as work:
            drafts = list(await service.list_drafts(work, visit.tenant.id, visit.citizen))
    return visit.page(
        "requests.html",
        status=status,
        form=form,
        errors=errors,
        signed_in=visit.citizen is not None,
        lines=[line_answer(row, books, overdue=service.is_overdue(row, visit.now)) for row in rows],
        other=code if views.is_report_code(visit, code := form.text("code").upper()) else "",
        drafts=[
            (one, books.procedures.find(visit.tenant.id, one.procedure_code, one.procedure_version)) for one in drafts
        ],
    )


@router.post("")
async def open_request(visit: CurrentVisit, books: CurrentRequestBooks, form: CurrentForm) -> Response:
    """The page of one that was filed at a desk, by the secret on its receipt."""
    code, secret = form.text("code").upper()[:40], form.text("secret")[:200]
    at = visit.at(code)
    try:
        await service.own_row(at.database, at.actor, code, secret or None)
    except RequestNotFound:
        return await _listed(visit, books, form, {"secret": _NOT_FOUND}, status=422)
    answer = RedirectResponse(f"/service-requests/{code}", status_code=303)
    keepsakes.follow(visit.request, answer, code, secret, keepsakes.REQUESTS)
    return answer


@router.get("/{code}")
async def show_request(visit: CurrentVisit, books: CurrentRequestBooks, code: CodePath) -> Response:
    """The applicant's own page; whoever is not known yet is asked for the secret."""
    done = visit.request.query_params.get("done", "")
    try:
        view = await _own(visit, books, code)
    except RequestNotFound:
        return RedirectResponse(f"/service-requests?code={code}", status_code=303)
    return await _shown(visit, books, view, Form(), {}, done=done if done in _DONE else "")


async def _own(visit: Visit, books: RequestBooks, code: str) -> RequestView:
    at = visit.at(code)
    secret = keepsakes.followed(visit.request, keepsakes.REQUESTS).get(code)
    return await service.find_own(at.database, at.keys, books, at.actor, code, secret)


async def _shown(
    visit: Visit,
    books: RequestBooks,
    view: RequestView,
    form: Form,
    errors: FieldErrors,
    *,
    verb: str = "",
    done: str = "",
    message: Text | None = None,
    status: int = 200,
) -> Response:
    at = visit.at(view.row["code"])
    answer = request_answer(
        view,
        books,
        visit.lang,
        verbs=service.verbs_for_applicant(view),
        key=visit.keys.media,
        now=visit.now,
        overdue=service.is_overdue(view.row, visit.now),
    )
    asked = service.asked_questions(answer["missing"]) if Verb.SUPPLY in answer["verbs"] else []
    typed = form if verb == "supplement" else None
    questions, drawn = asked_anew(asked, view.papers.answers, typed, errors)
    return visit.page(
        "request.html",
        status=status,
        fields=some_fields(view.procedure, questions if asked else (), drawn, visit.lang),
        called={name: called for name in _abouts(answer) if (called := service.called(view.procedure, name))},
        answers=said_answers(view.procedure, view.papers.answers, visit.lang),
        corrected=corrected(view.procedure, view.papers.earlier, visit.lang),
        one=answer,
        view=view,
        state=RequestState(view.row["state"]).label,
        documents={one.code: one.name for one in view.procedure.documents},
        due=_due(at, books, view.row),
        paying=await _paying(at, books, view),
        most_bytes=visit.most_bytes,
        key=keepsakes.new_key(),
        form=Form([*drawn.pairs(), *form.pairs()]),
        errors=errors,
        verb=verb,
        done=done,
        message=message,
    )


def _abouts(answer: Mapping[str, Any]) -> set[str]:
    """What the list of what is missing is about."""
    return {item["about"] for item in (answer["missing"] or {}).get("items", ())}


async def _paying(visit: Visit, books: RequestBooks, view: RequestView) -> dict[str, Any] | None:
    """What is to be paid and how, while it is; the QR code as SVG."""
    if RequestState(view.row["state"]) is not RequestState.PAYMENT_REQUESTED:
        return None
    async with read_work(visit.database, visit.clock, visit.tenant.id) as work:
        asked, way = await service.ways(work, dict(view.row), books)
    qr = payments_service.picture(way).decode() if way else ""
    return {"asked": asked[-1] if asked else None, "way": way, "qr": qr}


def _due(visit: Visit, books: RequestBooks, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The weeks up to the appointment, and how many working days are left; None before there is one."""
    try:
        explained = service.explain(row, books, now=visit.now)
    except NoAppointment:
        return None
    today = local_day(visit.now, visit.tenant.time_zone)
    over = row["decided_at"] is not None or row["closed_at"] is not None
    return {
        "weeks": weeks(explained.marks, today, explained.stood),
        "left": None if over else explained.left(today),
        "closes": service.closes_at(row, books),
        "explained": explained,
    }


@router.get("/{code}/papers/{number}")
async def show_paper(
    visit: CurrentVisit, books: CurrentRequestBooks, papers: PaperDesk, code: CodePath, number: CodePath
) -> Response:
    """A paper as PDF. Raises: RequestNotFound, PaperNotFound."""
    view = await _own(visit, books, code)
    paper = paper_of(await service.papers_of(visit.database, view), number)
    held = visit.request.headers.get("if-none-match")
    return await paper_file(papers, visit.database, paper, held, visit.now)


@router.get("/{code}/files/{file}/signatures")
async def show_signatures(
    visit: CurrentVisit,
    books: CurrentRequestBooks,
    store: CurrentStore,
    reader: CurrentSignatureReader,
    code: CodePath,
    file: Annotated[UUID, Path()],
) -> Response:
    """Who has signed a file of the result. Raises: RequestFileNotFound, SignaturesUnreadable."""
    view = await _own(visit, books, code)
    seen = await reader.signatures_of(await service.signed_file(store, view, file), visit.now)
    return visit.page("signatures.html", code=code, seen=seen)


@router.get("/{code}/deadline")
async def explain_appointment(visit: CurrentVisit, books: CurrentRequestBooks, code: CodePath) -> Response:
    """How the appointment is counted, day by day. Raises: NoAppointment."""
    view = await _own(visit, books, code)
    explained = service.explain(view.row, books, now=visit.now)
    return visit.page("request_deadline.html", row=view.row, explained=explained, due=_due(visit, books, view.row))


@router.post("/{code}/{verb}")
async def act(
    visit: CurrentVisit,
    books: CurrentRequestBooks,
    code: CodePath,
    verb: VerbPath,
    form: CurrentForm,
    store: CurrentStore,
) -> Response:
    """What the applicant wants of it, or the page again with what is wrong; what was typed stays."""
    view = await _own(visit, books, code)
    if form.text("step").startswith("row:"):
        return await _shown(visit, books, view, form, {}, verb=verb)
    try:
        await _acted(visit, books, view, verb, form, store)
    except (ValidationError, Problem) as refused:
        return await _refused(visit, books, view, form, refused, verb)
    done = "rating-again" if verb == "rating" and view.row["stars"] is not None else verb
    return RedirectResponse(f"/service-requests/{code}?done={done}", status_code=303)


async def _refused(
    visit: Visit, books: RequestBooks, view: RequestView, form: Form, refused: ValidationError | Problem, verb: str
) -> Response:
    """The page again, with what is wrong beside the fields where it speaks of fields."""
    if isinstance(refused, ValidationError):
        return await _shown(visit, books, view, form, errors_of(refused, {"stars": _STARS}), verb=verb, status=422)
    wrong = errors_of_problem(refused)
    message = None if wrong else said(refused)
    return await _shown(visit, books, view, form, wrong, verb=verb, message=message, status=refused.status)


async def _acted(visit: Visit, books: RequestBooks, view: RequestView, verb: str, form: Form, store: Store) -> None:
    code = view.row["code"]
    at, secret = visit.at(code), keepsakes.followed(visit.request, keepsakes.REQUESTS).get(code)
    body: SupplyIn | CommentIn | ComplaintIn | RatingIn
    files: list[tuple[str, str, UUID]] = []
    match verb:
        case "supplement":
            body = SupplyIn(text=form.text("text") or None, answers=_answered(view, form))
            files = await _files(at, form, store)
        case "withdrawal":
            body = CommentIn(reason=form.text("reason") or None)
        case "complaint":
            body = ComplaintIn(text=form.text("text") or None)
        case _:
            stars = form.text("stars")
            given = {"stars": whole_number(stars)} if stars else {}
            body = RatingIn(**given, comment=form.text("comment") or None)  # type: ignore[arg-type]

    async def do(work: Work) -> Answer:
        async def once_only() -> Answer:
            await _do(work, at, books, code, secret, body, files)
            return Answer(200, {})

        key = key_hash(form.text("key") or keepsakes.new_key(), str(visit.citizen), f"/service-requests/{code}")
        return await once(work, at.tenant.id, key, body, once_only)

    await in_work(at.database, at.clock, at.tenant.id, do)


async def _do(
    work: Work,
    at: Visit,
    books: RequestBooks,
    code: str,
    secret: str | None,
    body: SupplyIn | CommentIn | ComplaintIn | RatingIn,
    files: list[tuple[str, str, UUID]],
) -> ServiceRequest:
    match body:
        case SupplyIn():
            return await service.supply(
                work, at.actor, code, secret, books=books, words=body.text, files=files, answers=body.answers
            )
        case CommentIn():
            return await service.ask_withdrawal(work, at.actor, code, secret, books=books, reason=body.reason)
        case ComplaintIn():
            return await service.complain(work, at.actor, code, secret, books=books, words=body.text)
        case RatingIn():
            rated = await service.rate(work, at.actor, code, secret, books=books, stars=body.stars, words=body.comment)
            return rated.request


def _answered(view: RequestView, form: Form) -> dict[str, Any]:
    """The questions that were asked for anew, as they are answered now, and those that nobody had answered."""
    asked = service.asked_questions(request_missing(view.row))
    return given_anew(view.procedure, asked, view.papers.answers, form)


async def _files(at: Visit, form: Form, store: Store) -> list[tuple[str, str, UUID]]:
    """Document, name and upload of each file that came; fields are named after the document."""
    names: list[tuple[str, str, str]] = []
    for field, file in form.named_files:
        name = await media_service.take(
            at.database,
            at.clock,
            store,
            at.keys.media,
            f"supply:{form.text('key')}",
            filename=file.filename or "",
            content=file,
            most_bytes=at.most_bytes,
            sender=await sender_of(at.request, at.actor),
        )
        await file.close()
        names.append((field.partition(".")[2] or "other", (file.filename or "")[:300], name))
    uploads = await media_service.attachable(at.database, [name for _, _, name in names], at.now)
    return [(document, shown, upload) for (document, shown, _), upload in zip(names, uploads, strict=True)]
