"""Following one's own report: by its code and secret, kept afterwards in a cookie; and what its sender may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.db.work import Work, in_work, read_work
from app.kit.problems import Problem
from app.kit.text import Text
from app.letters.service import letter_of
from app.media.deps import CurrentStore
from app.media.terms import MOST_OF_A_REPORT
from app.portal import handing, keepsakes, views
from app.portal.deps import CurrentVisit, PortalRoute, Visit, said
from app.portal.drafts import files_in
from app.privacy import service as privacy_service
from app.privacy.schemas import AccessListOut
from app.publication import service as publication_service
from app.reports import service as reports_service
from app.reports.schemas import RatingIn, ReopeningIn, ReplyIn, WithdrawalIn, files_answer
from app.reports.service import ReportView
from app.web.fields import WireIn
from app.web.idempotency import Answer, answer_once, key_hash
from app.web.pages import CurrentForm, FieldErrors, Form, errors_of, whole_number

router = APIRouter(prefix="/follow", route_class=PortalRoute)
CodePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]

_NOT_FOUND = Text(
    "Mã phản ánh và mã theo dõi không khớp. Hãy kiểm tra lại từng ký tự; chữ hoa, chữ thường và dấu gạch không quan "
    "trọng.",
    "Code and tracking secret do not go together. Please check them; capitals and dashes do not matter.",
)
_CODE = Text("Hãy nhập mã phản ánh, ví dụ H23-261122-0042.", "Enter the report's code, such as H23-261122-0042.")
_MISSING = {
    "text": Text("Hãy viết điều bạn muốn trả lời hoặc bổ sung.", "Write what you want to reply or add."),
    "reason": Text("Hãy cho biết điều gì chưa xong.", "Say what is not done."),
}
_ONLY_FILES = Text("Gửi thêm ảnh, tệp.", "Here are more photos or files.")
_CONFIRM = Text("Hãy đánh dấu vào ô để xác nhận.", "Tick the box to confirm.")
_ERASURE: Final = "erasure"
_STARS = Text("Hãy chọn từ 1 đến 5 sao.", "Choose 1 to 5 stars.")


@router.get("")
async def ask_for_code(visit: CurrentVisit) -> Response:
    """The form that asks for the code, and the reports this browser follows already."""
    return _asking(visit, Form([("code", visit.request.query_params.get("code", ""))]), {})


@router.post("")
async def open_report(visit: CurrentVisit, form: CurrentForm) -> Response:
    """The report's page when code and secret go together; with a code alone its public page."""
    code, secret = form.text("code").upper(), form.text("secret")
    wrong = await _wrong(visit, code, secret)
    if wrong is not None:
        return _asking(visit, form, wrong, status=422)
    answer = RedirectResponse(f"/follow/{code}", status_code=303)
    keepsakes.follow(visit.request, answer, code, secret)
    return answer


async def _wrong(visit: Visit, code: str, secret: str) -> FieldErrors | None:
    """What is wrong with code and secret, None when they open a page; a service request's code is told apart."""
    if not _is_code(code):
        return FieldErrors({"code": _CODE})
    if views.is_request_code(visit, code):
        return FieldErrors()
    if secret and await _own(visit, code, secret) is None:
        return FieldErrors({"secret": _NOT_FOUND})
    return None


def _asking(visit: Visit, form: Form, errors: FieldErrors, *, status: int = 200, asked: bool = False) -> Response:
    """The page that asks for code and secret; `asked` when somebody came for a report that is not public."""
    known = list(keepsakes.followed(visit.request))
    code = form.text("code").upper()
    other = code if views.is_request_code(visit, code) else ""
    return visit.page(
        "follow.html", status=status, form=form, errors=errors, followed=known, asked=asked and not other, other=other
    )


@router.post("/forget")
async def forget_all(visit: CurrentVisit) -> Response:
    """This browser follows nothing any more: for a phone that others use too."""
    answer = RedirectResponse("/follow", status_code=303)
    keepsakes.forget(visit.request, answer)
    return answer


@router.get("/{code}")
async def show_report(visit: CurrentVisit, code: CodePath) -> Response:
    """The sender's own page, else the public one, else the question for the secret."""
    view = await _own(visit, code, keepsakes.followed(visit.request).get(code))
    if view is not None:
        done = visit.request.query_params.get("done", "")
        return await _shown(visit, view, Form(), {}, done=done if done in {*_VERBS, _ERASURE, "sent"} else "")
    if await publication_service.public_body(visit.database, visit.tenant.id, code) is not None:
        return RedirectResponse(f"/cases/{code}", status_code=303)
    return _asking(visit, Form([("code", code)]), {}, status=404, asked=True)


@router.get("/{code}/deadline")
async def explain_deadline(visit: CurrentVisit, code: CodePath) -> Response:
    """How the due date is counted, day by day: to whoever may see the report."""
    view = await _own(visit, code, keepsakes.followed(visit.request).get(code))
    if view is not None:
        return visit.page("deadline.html", **views.explained(visit, view.row, own=True))
    if await publication_service.public_body(visit.database, visit.tenant.id, code) is None:
        return _asking(visit, Form([("code", code)]), {}, status=404, asked=True)
    row = await reports_service.get_facts(visit.database, visit.tenant.id, code)
    return visit.page("deadline.html", **views.explained(visit, row, own=False))


@router.get("/{code}/letters/{number}")
async def show_letter(visit: CurrentVisit, code: CodePath, number: CodePath) -> Response:
    """A letter to the sender as it was sent, for a sheet of A4. Raises: LetterNotFound."""
    view = await _own(visit, code, keepsakes.followed(visit.request).get(code))
    if view is None:
        return _asking(visit, Form([("code", code)]), {}, status=404, asked=True)
    at = visit.at(code)
    letter = letter_of(await reports_service.letters_for_sender(at.database, at.actor, view), number)
    return visit.page(
        "letter.html", code=code, number=number, sheet=letter.sheets[visit.lang], checksum=letter.checksum
    )


@router.post("/{code}/erasure")
async def erase_contact(visit: CurrentVisit, code: CodePath, form: CurrentForm) -> Response:
    """What the sender left with the report is gone, once the box is ticked."""
    secret = keepsakes.followed(visit.request).get(code)
    view = await _own(visit, code, secret)
    if view is None:
        return RedirectResponse(f"/follow/{code}", status_code=303)
    return await _contact_erased(visit, view, secret, form)


@router.post("/{code}/{verb}")
async def act(visit: CurrentVisit, code: CodePath, verb: str, form: CurrentForm, store: CurrentStore) -> Response:
    """What the sender wants of the matter, or the page again with what is wrong."""
    secret = keepsakes.followed(visit.request).get(code)
    view = await _own(visit, code, secret)
    if view is None or verb not in _VERBS:
        return RedirectResponse(f"/follow/{code}", status_code=303)
    whole, refused = await handing.with_files(visit, handing.keyed(form), form.files, store)
    if refused is not None:
        return await _shown(visit, view, whole, {}, verb=verb, message=said(refused), status=refused.status)
    return await _acted(visit, view, secret, verb, whole)


async def _own(visit: Visit, code: str, secret: str | None) -> ReportView | None:
    at = visit.at(code)
    return await reports_service.find_own(at.database, at.actor, code, secret)


def _is_code(typed: str) -> bool:
    return 0 < len(typed) <= 40 and typed.isascii() and typed.replace("-", "").replace(".", "").isalnum()


async def _acted(visit: Visit, view: ReportView, secret: str | None, verb: str, form: Form) -> Response:
    code = view.row["report_code"]
    path = f"/follow/{code}/{verb}"
    shape, call = _VERBS[verb]
    try:
        given: dict[str, object] = form.filled(*shape.model_fields)
        if "stars" in given:
            given["stars"] = whole_number(form.text("stars"))
        if verb == "replies" and (files := files_in(form)):
            given = {"text": _ONLY_FILES(visit.lang), **given, "media": files}
        body = shape.model_validate(given)
        key = key_hash(form.text("key") or "none", secret or "", path)

        async def once(work: Work) -> Response:
            async def do() -> Answer:
                await call(visit, work, code, secret, body)
                return Answer(200, {})

            return await answer_once(work, visit.tenant.id, key if form.text("key") else None, body, do)

        await in_work(visit.database, visit.clock, visit.tenant.id, once)
    except ValidationError as refused:
        errors = {"stars": _STARS} if verb == "rating" else {}
        return await _shown(visit, view, form, {**errors_of(refused, _MISSING), **errors}, verb=verb, status=422)
    except Problem as problem:
        return await _shown(visit, view, form, {}, verb=verb, message=said(problem), status=problem.status)
    return RedirectResponse(f"/follow/{code}?done={verb}", status_code=303)


async def _contact_erased(visit: Visit, view: ReportView, secret: str | None, form: Form) -> Response:
    if form.text("sure") != "yes":
        return await _shown(visit, view, form, {"sure": _CONFIRM}, verb=_ERASURE, status=422)
    code = view.row["report_code"]
    at = visit.at(code)

    async def erase(work: Work) -> None:
        await privacy_service.erase_contact(work, at.actor, code, secret)

    await in_work(at.database, at.clock, at.tenant.id, erase)
    return RedirectResponse(f"/follow/{code}?done={_ERASURE}", status_code=303)


async def _shown(
    visit: Visit,
    view: ReportView,
    form: Form,
    errors: FieldErrors,
    *,
    verb: str = "",
    done: str = "",
    message: Text | None = None,
    status: int = 200,
) -> Response:
    """The sender's own page; `verb` is the form that was refused."""
    values = views.own_report(visit, view)
    files = await reports_service.files_of_own(visit.database, view.row)
    code = view.row["report_code"]
    at, secret = visit.at(code), keepsakes.followed(visit.request).get(code)
    async with read_work(at.database, at.clock, at.tenant.id) as work:
        log, known = await privacy_service.standing_of(work, at.actor, code, secret)
    return visit.page(
        "own.html",
        status=status,
        form=form,
        errors=errors,
        verb=verb,
        done=done,
        message=message,
        key=keepsakes.new_key(),
        attached=files_in(form),
        most_files=MOST_OF_A_REPORT,
        most_bytes=visit.most_bytes,
        files=files_answer(files, visit.keys.media, visit.now)["items"],
        opened=AccessListOut.of(log, at.tenant.id, at.books).items,
        known=known,
        **values,
    )


# -- the verbs, each with the shape the API takes for it

_Call = Callable[[Visit, Work, str, str | None, WireIn], Awaitable[Case]]


async def _reply(visit: Visit, work: Work, code: str, secret: str | None, body: WireIn) -> Case:
    assert isinstance(body, ReplyIn)
    return await reports_service.reply(
        visit.database, work, visit.actor, code, secret, books=visit.books, text=body.text, media=body.media
    )


async def _rate(visit: Visit, work: Work, code: str, secret: str | None, body: WireIn) -> Case:
    assert isinstance(body, RatingIn)
    return await reports_service.rate(
        work, visit.actor, code, secret, books=visit.books, stars=body.stars, comment=body.comment
    )


async def _reopen(visit: Visit, work: Work, code: str, secret: str | None, body: WireIn) -> Case:
    assert isinstance(body, ReopeningIn)
    return await reports_service.reopen(work, visit.actor, code, secret, books=visit.books, comment=body.reason)


async def _withdraw(visit: Visit, work: Work, code: str, secret: str | None, body: WireIn) -> Case:
    assert isinstance(body, WithdrawalIn)
    return await reports_service.withdraw(work, visit.actor, code, secret, books=visit.books, comment=body.reason)


_VERBS: Mapping[str, tuple[type[WireIn], _Call]] = MappingProxyType(
    {
        "replies": (ReplyIn, _reply),
        "rating": (RatingIn, _rate),
        "reopening": (ReopeningIn, _reopen),
        "withdrawal": (WithdrawalIn, _withdraw),
    }
)
