"""Applying for a procedure: fill the form in, add the papers, look at it all, hand it in.

What was filled in is a draft on the server from the first page on: a phone that dies loses nothing, and another device
goes on where this one stopped. Each page has an address.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app.db.work import Work, in_work
from app.filling import applying, choices
from app.filling.applying import Written
from app.filling.questions import fields_of, labels_of
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.limits.deps import asking
from app.media import service as media_service
from app.media.deps import CurrentStore, sender_of
from app.media.store import Store
from app.portal import keepsakes
from app.portal.deps import Account, CurrentAccount, PortalRoute, said
from app.service_requests import service
from app.service_requests.deps import CurrentDesk, draft_life
from app.service_requests.errors import DraftNotFound, FiledAlready
from app.service_requests.models import RequestDraft
from app.service_requests.schemas import DraftIn, FilingIn
from app.service_requests.service import Checked, Desk
from app.service_requests.terms import DraftId
from app.web.idempotency import Answer, key_hash, once
from app.web.pages import CurrentForm, FieldErrors, Form, errors_of, whole_number

router = APIRouter(prefix="/apply", route_class=PortalRoute)
DraftPath: TypeAlias = Annotated[UUID, Path()]
CodePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.]{1,20}$")]


@router.get("/{code}")
async def begin(account: CurrentAccount, desk: CurrentDesk, code: CodePath) -> Response:
    """The empty form of the procedure. Raises: UnknownProcedure, RetiredProcedure."""
    procedure = desk.books.procedures.open_procedure(account.visit.tenant.id, code, _today(account))
    return _form(account, Written(procedure, {}), Form([("key", keepsakes.new_key())]), {}, f"/apply/{code}")


@router.post("/{code}")
async def write(account: CurrentAccount, desk: CurrentDesk, code: CodePath, form: CurrentForm) -> Response:
    """A draft of what was filled in, kept on the server; or the form again with what is wrong."""
    procedure = desk.books.procedures.open_procedure(account.visit.tenant.id, code, _today(account))
    try:
        content = applying.content_of(procedure, form, {})
    except ValidationError as refused:
        return _form(account, Written(procedure, {}), form, errors_of(refused), f"/apply/{code}", status=422)
    draft = await _begun(account, desk, DraftIn(procedure=procedure.code, **content), form.text("key"))
    return await _onward(account, desk, draft, form)


async def _begun(account: Account, desk: Desk, body: DraftIn, key: str) -> UUID:
    """A new draft; the same again for the same form sent twice."""
    visit = account.visit
    content = body.model_dump(mode="json", exclude={"procedure"}, exclude_none=True)

    async def keep(work: Work) -> Answer:
        async def verb() -> Answer:
            draft = await service.begin_draft(
                work,
                visit.keys,
                visit.tenant.id,
                account.citizen,
                books=desk.books,
                procedure=body.procedure,
                content=content,
            )
            return Answer(201, {"draft": str(draft.id)})

        name = key_hash(key or keepsakes.new_key(), str(account.citizen), "/apply")
        return await once(work, visit.tenant.id, name, body, verb)

    answer = await in_work(visit.database, visit.clock, visit.tenant.id, keep)
    return UUID(answer.body["draft"])


async def _onward(account: Account, desk: Desk, draft_id: UUID, form: Form) -> Response:
    """To the papers when the form is right and its writer wants to go on, else back to the form."""
    step = form.text("step")
    if step == "papers":
        _, written = await _draft(account, desk, draft_id)
        _, wrong, _ = _checked(account, desk, written)
        return _to(draft_id, "?check=1" if wrong else "/papers")
    return _to(draft_id, f"?{step}" if step == "saved" else f"?{_row(step)}")


def _checked(account: Account, desk: Desk, written: Written) -> tuple[Checked | None, FieldErrors, FieldErrors]:
    """What would be filed today, and what is wrong."""
    body = partial(applying.body_of, written)
    return applying.checked(desk.books, account.visit.tenant.id, FilingIn, body, _today(account))


def _row(step: str) -> str:
    return step.replace("row:", "row=") if step.startswith("row:") else "saved"


def _to(draft_id: UUID, where: str = "") -> Response:
    return RedirectResponse(f"/apply/drafts/{draft_id}{where}", status_code=303)


async def _draft(account: Account, desk: Desk, draft_id: UUID) -> tuple[RequestDraft, Written]:
    """The account's own draft. Raises: DraftNotFound."""
    visit = account.visit

    async def find(work: Work) -> RequestDraft:
        return await service.get_draft(work, visit.tenant.id, account.citizen, DraftId(draft_id))

    draft = await in_work(visit.database, visit.clock, visit.tenant.id, find)
    procedure = desk.books.procedures.find(visit.tenant.id, draft.procedure_code, draft.procedure_version)
    assert procedure is not None, "a foreign key keeps it"
    return draft, Written(procedure, service.content_of(visit.keys, draft))


@router.get("/drafts/{draft}")
async def go_on(account: CurrentAccount, desk: CurrentDesk, draft: DraftPath) -> Response:
    """The form as it was left; with what is wrong once its writer wanted to go on."""
    asked = account.visit.request.query_params
    kept, written = await _draft(account, desk, draft)
    form = written.form().having(version=str(kept.version), step=f"row:{asked['row']}" if "row" in asked else "")
    errors: FieldErrors = {}
    if "check" in asked:
        _, errors, _ = _checked(account, desk, written)
    return _form(account, written, form, errors, f"/apply/drafts/{draft}", saved="saved" in asked, draft=draft)


@router.post("/drafts/{draft}")
async def save(account: CurrentAccount, desk: CurrentDesk, draft: DraftPath, form: CurrentForm) -> Response:
    """The draft saved; another device's later words are not overwritten: the page says so."""
    kept, written = await _draft(account, desk, draft)
    action = f"/apply/drafts/{draft}"
    try:
        content = applying.content_of(written.procedure, form, written.content)
        await _save(account, draft, whole_number(form.text("version")), content)
    except ValidationError as refused:
        return _form(account, written, form, errors_of(refused), action, status=422, draft=draft)
    except Problem as refused:
        return _form(
            account,
            written,
            form.having(version=str(kept.version)),
            {"": refused.detail},
            action,
            status=refused.status,
            draft=draft,
        )
    return await _onward(account, desk, draft, form)


async def _save(account: Account, draft: UUID, seen: int | str, content: dict[str, Any]) -> None:
    """The draft is this now; a page that names no version has seen none. Raises: DraftNotFound, StaleDraft."""
    visit = account.visit
    version = seen if isinstance(seen, int) else 0

    async def keep(work: Work) -> None:
        await service.save_draft(
            work, visit.keys, visit.tenant.id, account.citizen, DraftId(draft), seen=version, content=content
        )

    await account.do(keep)


def _form(
    account: Account,
    written: Written,
    form: Form,
    errors: FieldErrors,
    action: str,
    *,
    status: int = 200,
    saved: bool = False,
    draft: UUID | None = None,
) -> Response:
    visit = account.visit
    fields = fields_of(written.procedure, form, visit.lang)
    return visit.page(
        "apply.html",
        status=422 if errors and status == 200 else status,
        procedure=written.procedure,
        form=form,
        errors=errors,
        action=action,
        saved=saved,
        draft=draft,
        person=applying.PERSON,
        fields=fields,
        labels=labels_of(fields, visit.lang) if errors else {},
        areas=choices.areas(visit.books.directory, visit.tenant),
    )


@router.get("/drafts/{draft}/papers")
async def show_papers(account: CurrentAccount, desk: CurrentDesk, draft: DraftPath) -> Response:
    """Which papers are needed, which are here, and which were handed in before."""
    _, written = await _draft(account, desk, draft)
    return await _papers(account, draft, written, {})


@router.post("/drafts/{draft}/papers")
async def add_papers(
    account: CurrentAccount, desk: CurrentDesk, draft: DraftPath, form: CurrentForm, store: CurrentStore
) -> Response:
    """The papers that came are with the draft; then the last look, when none is missing."""
    kept, written = await _draft(account, desk, draft)
    documents, mandate, wrong = await _taken(account, written, form, store)
    now = await _with_papers(account, desk, draft, kept, written, documents, mandate)
    if form.text("step") == "review":
        _, _, missing = _checked(account, desk, now)
        wrong = {**missing, **wrong}
        return await _papers(account, draft, now, wrong) if wrong else _to(draft, "/review")
    return await _papers(account, draft, now, wrong) if wrong else _to(draft, "/papers")


async def _with_papers(
    account: Account,
    desk: Desk,
    draft: UUID,
    kept: RequestDraft,
    written: Written,
    documents: list[dict[str, Any]],
    mandate: str | None,
) -> Written:
    """The draft with these papers, which do not expire before it does."""
    content = {**written.content, "documents": documents, **({"mandate": mandate} if mandate else {})}
    await _save(account, draft, kept.version, content)
    refreshed, now = await _draft(account, desk, draft)
    names = [one["upload"] for one in documents if one.get("upload")]
    life = await draft_life(account.visit.request, account.visit.tenant.id)
    await service.keep_uploads(account.visit.database, names, refreshed, life)
    return now


async def _taken(
    account: Account, written: Written, form: Form, store: Store
) -> tuple[list[dict[str, Any]], str | None, FieldErrors]:
    """The papers with those that came now: each file's field is named after its document; why one was not taken."""
    drop, wrong = set(form.many("drop")), FieldErrors()
    documents = [one for at, one in enumerate(written.documents) if str(at) not in drop]
    mandate: str | None = None
    for field, file in form.named_files:
        try:
            name = await _upload(account, file, store)
        except Problem as problem:
            wrong[field.partition(".")[2]] = said(problem)
            continue
        finally:
            await file.close()
        if field == "mandate":
            mandate = name
        else:
            document = field.partition(".")[2]
            documents.append({"document": document, "upload": name, "name": (file.filename or "")[:300] or document})
    again = [name for name in form.names() if name.startswith("reuse.") and form.text(name)]
    documents += [{"document": name.partition(".")[2], "file": form.text(name)} for name in again]
    return documents, mandate, wrong


async def _upload(account: Account, file: UploadFile, store: Store) -> str:
    visit = account.visit
    return await media_service.take(
        visit.database,
        visit.clock,
        store,
        visit.keys.media,
        f"apply:{account.citizen}",
        filename=file.filename or "",
        content=file,
        most_bytes=visit.most_bytes,
        sender=await sender_of(visit.request, visit.actor),
    )


async def _papers(account: Account, draft: UUID, written: Written, wrong: FieldErrors) -> Response:
    visit = account.visit
    earlier = await service.list_own_files(visit.database, visit.tenant.id, account.citizen)
    return visit.page(
        "apply_papers.html",
        status=422 if wrong else 200,
        procedure=written.procedure,
        draft=draft,
        needed=applying.needed(written),
        here_now=list(enumerate(written.documents)),
        mandate=bool(written.content.get("mandate")),
        for_other=bool(written.content.get("filer")),
        earlier=earlier,
        most_bytes=visit.most_bytes,
        errors=wrong,
    )


@router.get("/drafts/{draft}/review")
async def review(account: CurrentAccount, desk: CurrentDesk, draft: DraftPath) -> Response:
    """Everything once more: which offices it passes, how long, what it costs."""
    _, written = await _draft(account, desk, draft)
    return _review(account, desk, draft, written)


def _review(
    account: Account,
    desk: Desk,
    draft: UUID,
    written: Written,
    *,
    refused: Problem | None = None,
) -> Response:
    found, wrong, missing = _checked(account, desk, written)
    if found is None:
        return _to(draft, "?check=1" if wrong or not missing else "/papers")
    form = written.form()
    return account.visit.page(
        "apply_review.html",
        status=refused.status if refused else 200,
        procedure=written.procedure,
        draft=draft,
        found=found,
        form=form,
        fields=fields_of(written.procedure, form, account.visit.lang),
        documents=written.documents,
        names={one.code: one.name for one in written.procedure.documents},
        message=said(refused) if refused else None,
        filed=isinstance(refused, FiledAlready),
        again=refused.extensions["code"] if isinstance(refused, FiledAlready) else None,
    )


@router.post("/drafts/{draft}/review")
async def hand_in(account: CurrentAccount, desk: CurrentDesk, draft: DraftPath, form: CurrentForm) -> Response:
    """The service request, with its code; sending twice makes one: the draft is gone with the first."""
    try:
        _, written = await _draft(account, desk, draft)
    except DraftNotFound:  # sent twice: the first one has made a service request of it
        return RedirectResponse("/service-requests", status_code=303)
    try:
        code = await _filed(account, desk, applying.filing_of(written, draft=draft, another=bool(form.text("another"))))
    except Problem as refused:
        return _review(account, desk, draft, written, refused=refused)
    return RedirectResponse(f"/service-requests/{code}?done=sent", status_code=303)


async def _filed(account: Account, desk: Desk, body: FilingIn) -> str:
    """The code of the service request, the same again for the same draft."""
    visit = account.visit
    whence = await asking(visit.request)

    async def file(work: Work) -> Answer:
        async def verb() -> Answer:
            filed = await service.file_request(
                work, desk, visit.actor, body.filing(), another=body.another, lang=visit.lang, asking=whence
            )
            return Answer(201, {"code": filed.request.code})

        key = key_hash(str(body.draft), str(account.citizen), f"/apply {body.another}")
        return await once(work, visit.tenant.id, key, body, verb)

    answer = await in_work(visit.database, visit.clock, visit.tenant.id, file)
    return str(answer.body["code"])


@router.post("/drafts/{draft}/deletion")
async def delete(account: CurrentAccount, draft: DraftPath) -> Response:
    """The draft is gone."""

    async def end(work: Work) -> None:
        await service.end_draft(work, account.visit.tenant.id, account.citizen, DraftId(draft))

    await account.do(end)
    return RedirectResponse("/service-requests", status_code=303)


def _today(account: Account) -> date:
    return local_day(account.visit.now, account.visit.tenant.time_zone)
