"""Taking a service request in at the one-stop desk or by post: choose, fill in, look at it, file it, print the slip."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import partial
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Path
from starlette.responses import RedirectResponse, Response

from app.console import taking_in
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.db.work import Work, in_work
from app.filling import applying, choices, procedures as reading
from app.filling.questions import fields_of, labels_of
from app.kit.problems import Problem
from app.kit.text import Lang, Text
from app.media.deps import CurrentStore
from app.procedures import domain as procedures_domain, service as procedures_service
from app.procedures.domain import tiers_of
from app.procedures.terms import Procedure
from app.service_requests import policies, service
from app.service_requests.deps import CurrentDesk as Filing
from app.service_requests.errors import FiledAlready
from app.service_requests.schemas import DeskFilingIn
from app.service_requests.service import MANDATE, Checked, Desk as FilingDesk
from app.service_requests.terms import RequestBooks
from app.web.idempotency import Answer, key_hash, once
from app.web.pages import FieldErrors, Form

router = APIRouter(prefix=PATH, route_class=ConsoleRoute)
CodePath = Annotated[str, Path(pattern=r"^[0-9.]{1,20}$")]
RequestPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]
_NOT_THE_SAME = Text(
    "Người này đang có hồ sơ {code}, cùng thủ tục, cùng nội dung. Nếu đây là việc khác, hãy đánh dấu bên dưới.",
    "This person has service request {code} open, for the same procedure with the same content. If this is another "
    "matter, tick the box below and take it in.",
)


async def counter(desk: CurrentDesk) -> Desk:
    """The desk of an officer who may take service requests in. Raises: Forbidden."""
    policies.may_take_in(desk.actor).require()
    return desk


Counter: TypeAlias = Annotated[Desk, Depends(counter)]


@router.get("/take-in")
async def choose_procedure(desk: Counter, filing: Filing) -> Response:
    """Procedures that may be applied for today, by words with or without marks."""
    words = desk.request.query_params.get("q", "").strip()[:100]
    books, tiers = filing.books, tiers_of(filing.books.directory, desk.tenant.id)
    found = procedures_service.search(
        books.procedures,
        books.directory,
        books.catalogue,
        tenant=desk.tenant.id,
        words=words,
        life_event=None,
        chain=None,
        on=taking_in.today(desk),
    )
    return desk.page("take_in.html", words=words, found=[reading.line(one.procedure, tiers) for one in found])


@router.get("/take-in/{code}")
async def begin(desk: Counter, filing: Filing, code: CodePath) -> Response:
    """The empty form of the procedure. Raises: UnknownProcedure, RetiredProcedure."""
    procedure = _procedure(desk, filing, code)
    return _form(desk, procedure, taking_in.empty(desk, secrets.token_urlsafe(18)), {})


@router.post("/take-in/{code}")
async def go_on(desk: Counter, filing: Filing, code: CodePath, form: OwnForm, store: CurrentStore) -> Response:
    """The form again, a last look at what would be filed, or the slip of what was."""
    procedure = _procedure(desk, filing, code)
    filled, refused = await taking_in.gathered(desk, store, form)
    if refused or filled.text("step") not in {"check", "file", "accept"}:
        return _form(desk, procedure, filled, refused, status=422 if refused else 200)
    found, wrong, missing = _checked(desk, filing, procedure, filled)
    if found is None:
        return _form(desk, procedure, filled, {**wrong, **missing}, status=422)
    return await _onward(desk, filing, found, filled)


def _procedure(desk: Desk, filing: FilingDesk, code: str) -> Procedure:
    """The version open today. Raises: UnknownProcedure, RetiredProcedure."""
    return filing.books.procedures.open_procedure(desk.tenant.id, code, taking_in.today(desk))


def _checked(
    desk: Desk, filing: FilingDesk, procedure: Procedure, form: Form
) -> tuple[Checked | None, FieldErrors, FieldErrors]:
    body = partial(taking_in.body_in, procedure, form)
    return applying.checked(filing.books, desk.tenant.id, DeskFilingIn, body, taking_in.today(desk))


def _form(desk: Desk, procedure: Procedure, form: Form, errors: FieldErrors, *, status: int = 200) -> Response:
    fields = fields_of(procedure, form, desk.lang)
    return desk.page(
        "take_in_form.html",
        status=status,
        procedure=procedure,
        form=form,
        errors=errors,
        fields=fields,
        labels=labels_of(fields, desk.lang) if errors else {},
        areas=choices.areas(desk.books.directory, desk.tenant),
        channels=[(one.value, one.label(desk.lang)) for one in taking_in.CHANNELS],
        documents=reading.documents(procedure, desk.lang),
        came=taking_in.held(form),
        shown=taking_in.shown(form),
        most_bytes=desk.most_bytes,
    )


def _look(
    desk: Desk, found: Checked, form: Form, *, message: Text | None = None, same: str | None = None, status: int = 200
) -> Response:
    """Everything once more, with what is still missing; sending it files it."""
    procedure = found.procedure
    held, shown = taking_in.held(form), taking_in.shown(form)
    here = {*held, *shown}
    names = {one.code: one.name(desk.lang) for one in procedure.documents}
    names[MANDATE] = Text("Văn bản uỷ quyền", "The mandate")(desk.lang)
    needed = procedures_domain.needed_documents(procedure, found.answers)
    lacking = [one.name(desk.lang) for one in needed if one.required and one.code not in here]
    if found.filer is not None and MANDATE not in here:
        lacking.append(names[MANDATE])
    return desk.page(
        "take_in_check.html",
        status=status,
        procedure=procedure,
        found=found,
        form=form,
        fields=fields_of(procedure, form, desk.lang),
        pairs=[pair for pair in taking_in.pairs_of(form) if pair[0] != "another"],
        files=[(names.get(document, document), name) for document, files in held.items() for _, name in files],
        papers=[names.get(document, document) for document in shown if document != MANDATE or found.filer],
        lacking=lacking,
        receiver=found.parts[0].unit,
        own=found.parts[0].unit.id in desk.actor.units(),
        message=message,
        same=same,
    )


async def _onward(desk: Desk, filing: FilingDesk, found: Checked, form: Form) -> Response:
    """A last look first; what was looked at is filed."""
    return _look(desk, found, form) if form.text("step") == "check" else await _filed(desk, filing, found, form)


async def _filed(desk: Desk, filing: FilingDesk, found: Checked, form: Form) -> Response:
    """The slip of the service request, once it is there; sending the form twice makes one."""
    body = taking_in.filing_in(found.procedure, form)
    try:
        code = await _kept(desk, filing, body, form.text("key"))
    except FiledAlready as refused:
        same = str(refused.extensions["code"])
        return _look(desk, found, form, message=_NOT_THE_SAME.fill(code=same), same=same, status=refused.status)
    except Problem as refused:
        return _look(desk, found, form, message=refused.detail, status=refused.status)
    if form.text("step") == "accept":
        await _accept(desk, filing.books, code)
    return RedirectResponse(f"{PATH}/requests/{code}/slip", status_code=303)


async def _kept(desk: Desk, filing: FilingDesk, body: DeskFilingIn, key: str) -> str:
    """The code of the service request, the same again for the same form."""

    async def file(work: Work) -> Answer:
        async def verb() -> Answer:
            filed = await service.file_request(
                work, filing, desk.actor, body.filing(), another=body.another, lang=Lang.VI
            )
            return Answer(201, {"code": filed.request.code})

        name = key_hash(key, str(desk.actor.id), f"{PATH}/take-in {body.another}")
        return await once(work, desk.tenant.id, name, body, verb)

    answer = await in_work(desk.database, desk.clock, desk.tenant.id, file)
    return str(answer.body["code"])


async def _accept(desk: Desk, books: RequestBooks, code: str) -> None:
    """Accepted, where that is this officer's to do; else the slip says that the office does it."""

    async def accept(work: Work) -> None:
        await service.accept_request(work, desk.actor, code, seen=1, books=books)

    with suppress(Problem):  # another office receives it, or it was accepted when the form came first
        await in_work(desk.database, desk.clock, desk.tenant.id, accept)


@router.get("/requests/{code}/slip")
async def print_slip(desk: Counter, filing: Filing, code: RequestPath) -> Response:
    """What the applicant takes home, for an hour and for whoever took it in. Raises: RequestNotFound."""
    slip = await service.get_slip(desk.database, desk.keys, filing.books, desk.actor, code, now=desk.now)
    return desk.page("slip.html", secret=True, **_slip(desk, filing.books, slip))


def _slip(desk: Desk, books: RequestBooks, slip: service.Slip) -> dict[str, Any]:
    receiver = books.directory.unit(desk.tenant.id, slip.row["receiver_id"])
    return {
        "slip": slip,
        "code": slip.row["code"],
        "receiver": receiver,
        "mine": desk.scope.whole or receiver.id in desk.scope.units,
        "documents": [one.name.vi for one in slip.procedure.documents if one.code in slip.documents],
        "fee": int(slip.row["fee"] or 0),
        "pages": books.directory.pages_of(desk.tenant.id, books.pages),
        "closes": service.closes_at(slip.row, books),
        "spoken": _spoken(slip.secret),
    }


def _spoken(secret: str) -> str:
    plain = secret.replace("-", "")
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))
