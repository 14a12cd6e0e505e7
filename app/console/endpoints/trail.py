"""The audit trail: asked by filters that live in the address, entry by entry, and taken away as JSON lines."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Path
from starlette.responses import Response, StreamingResponse

from app.audit.domain import json_line
from app.audit.terms import Asked, Entry, Outcome
from app.console.actions import choices, label_of
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, day_begins
from app.console.views import units_to_refer
from app.db.work import read_work
from app.directory.errors import UnknownUnit
from app.identity import service as identity_service
from app.identity.errors import AccountNotFound
from app.identity.policies import may_act_as
from app.identity.terms import Role
from app.kit.ids import UnitId
from app.kit.problems import NotFound
from app.kit.text import Text
from app.oversight import service
from app.web.cursors import make_cursor, position_in, read_cursor
from app.web.pages import FieldErrors, Form

router = APIRouter(prefix=f"{PATH}/audit", route_class=ConsoleRoute)
PAGE_ROWS = 50
_FIELDS: Final = ("action", "person", "unit", "subject", "outcome", "first", "last")
_LAST: Final = 2**62
_CODE: Final = re.compile(r"[A-Za-z0-9.]{1,20}-[0-9]{6}-[0-9]{1,9}")
_NOBODY: Final = Text("Không có tài khoản cán bộ nào tên này.", "No officer has this user name.")
_NO_DAY: Final = Text("Hãy chọn một ngày.", "Choose a day.")
_TURNED: Final = Text("Ngày cuối ở trước ngày đầu.", "The last day is before the first.")
_NO_UNIT: Final = Text("Không có cơ quan này.", "There is no such unit.")
_NO_OUTCOME: Final = Text("Chọn một trong các kết quả.", "Choose one of the outcomes.")


async def auditor(desk: CurrentDesk) -> Desk:
    """The desk of whoever may read the trail. Raises: Forbidden."""
    may_act_as(desk.actor, Role.AUDITOR, Role.TENANT_ADMIN).require()
    return desk


Auditor: TypeAlias = Annotated[Desk, Depends(auditor)]


@router.get("")
async def show_trail(desk: Auditor) -> Response:
    """A page of the entries that were asked for, newest first; on the first one how the chain stands."""
    form = _asked_form(desk)
    asked, errors = await _asked(desk, form)
    return await _shown(desk, form, asked, errors)


async def _shown(desk: Desk, form: Form, asked: Asked, errors: FieldErrors) -> Response:
    """Raises: UnreadableCursor, ForeignCursor."""
    query = {name: form.text(name) for name in _FIELDS if form.text(name)}
    known = {"list": "console trail", **query}
    cursor = desk.request.query_params.get("cursor")
    before = position_in(*read_cursor(known, cursor, int)) if cursor else _LAST
    found = await _page(desk, asked, before) if not errors else []
    more = make_cursor(known, [found[PAGE_ROWS - 1].position or 0]) if len(found) > PAGE_ROWS else None
    return desk.page(
        "trail.html",
        status=422 if errors else 200,
        form=form,
        errors=errors,
        lines=[_line(desk, entry) for entry in found[:PAGE_ROWS]],
        more=urlencode({**query, "cursor": more}) if more else "",
        first_page=cursor is None,
        chain=await service.check_end(desk.database, desk.actor, desk.keys) if cursor is None else None,
        query=urlencode(query),
        choices=choices(),
        units_here=units_to_refer(desk),
    )


def _asked_form(desk: Desk) -> Form:
    return Form([(name, desk.request.query_params.get(name, "")[:200]) for name in _FIELDS])


async def _page(desk: Desk, asked: Asked, before: int) -> list[Entry]:
    return await service.list_entries(
        desk.database, desk.actor, asked, before=before, limit=PAGE_ROWS + 1, now=desk.now
    )


async def _asked(desk: Desk, form: Form) -> tuple[Asked, FieldErrors]:
    """What is asked for, and what of the filters makes no sense."""
    errors: FieldErrors = {}
    first, last = (_day(desk, form, name, errors) for name in ("first", "last"))
    if first and last and last < first:
        errors["last"] = _TURNED
    subject, outcome = form.text("subject"), form.text("outcome")
    if outcome and outcome not in set(Outcome):
        errors["outcome"] = _NO_OUTCOME
    asked = Asked(
        action=form.text("action") or None,
        actor_id=await _person(desk, form, errors),
        subject=(subject.upper() if _CODE.fullmatch(subject) else subject) or None,
        outcome=Outcome(outcome) if outcome in set(Outcome) else None,
        since=first,
        until=last + timedelta(days=1) if last else None,
        unit_id=_unit(desk, form, errors),
    )
    return asked, {name: errors[name] for name in _FIELDS if name in errors}


def _day(desk: Desk, form: Form, name: str, errors: FieldErrors) -> Any:
    begins = day_begins(form.text(name), desk.tenant.time_zone)
    if begins is None and form.text(name):
        errors[name] = _NO_DAY
    return begins


def _unit(desk: Desk, form: Form, errors: FieldErrors) -> UUID | None:
    if not form.text("unit"):
        return None
    try:
        return desk.books.directory.unit_by_code(desk.tenant.id, form.text("unit")).id
    except UnknownUnit:
        errors["unit"] = _NO_UNIT
        return None


async def _person(desk: Desk, form: Form, errors: FieldErrors) -> UUID | None:
    """The account somebody means by a user name, or by the id that links carry."""
    typed = form.text("person")
    if not typed:
        return None
    try:
        return UUID(typed)
    except ValueError:
        async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
            found = await identity_service.find_staff(work, desk.tenant.id, username=typed)
    if found is None:
        errors["person"] = _NOBODY
        return None
    return found.id


def _line(desk: Desk, entry: Entry) -> dict[str, Any]:
    return {
        "entry": entry,
        "label": label_of(entry.action),
        "unit": _named_unit(desk, entry),
        "link": _link(entry),
    }


def _named_unit(desk: Desk, entry: Entry) -> tuple[str, str] | None:
    """Code and name of the unit it was done to; its id alone when the directory knows it no more."""
    if entry.unit_id is None:
        return None
    try:
        unit = desk.books.directory.unit(desk.tenant.id, UnitId(entry.unit_id))
    except UnknownUnit:
        return "", str(entry.unit_id)
    return unit.code, Text(unit.name, unit.name_en)(desk.lang)


def _link(entry: Entry) -> str | None:
    """Where what it was done to has a page here."""
    if entry.subject is None or not _CODE.fullmatch(entry.subject):
        return None
    word = entry.action.partition(".")[0]
    door = {"case": "cases", "service_request": "requests"}.get(word)
    return f"{PATH}/{door}/{entry.subject}" if door else None


@router.get("/export.jsonl")
async def export_trail(desk: Auditor) -> Response:
    """All that was asked for, a line of JSON each, newest first; sent as it is read. Raises: NotFound."""
    asked, errors = await _asked(desk, _asked_form(desk))
    if errors:
        raise NotFound
    entries = await service.export_entries(desk.database, desk.actor, asked, now=desk.now)
    name = f"audit-{desk.tenant.slug}-{desk.now:%Y%m%d-%H%M}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_lines(entries), media_type="application/x-ndjson", headers=headers)


async def _lines(entries: AsyncIterator[Entry]) -> AsyncIterator[bytes]:
    async for entry in entries:
        yield json_line(entry) + b"\n"


@router.get("/{position}")
async def show_entry(desk: Auditor, position: Annotated[int, Path(ge=1, lt=_LAST)]) -> Response:
    """One entry with all that is kept of it. Raises: NotFound."""
    entry = await service.find_entry(desk.database, desk.actor, position, now=desk.now)
    if entry is None:
        raise NotFound
    told = [(name, _plain(value)) for name, value in sorted(entry.details.items())]
    return desk.page("trail_entry.html", told=told, person=await _account(desk, entry), **_line(desk, entry))


async def _account(desk: Desk, entry: Entry) -> str:
    """The user name of the officer, empty for anybody else."""
    if entry.actor_id is None or entry.actor_kind != "staff":
        return ""
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        try:
            return (await identity_service.get_account(work, desk.tenant.id, entry.actor_id)).username
        except AccountNotFound:
            return ""


def _plain(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
