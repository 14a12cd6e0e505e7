"""Lines of the next letter to a unit's own mail box: all of a stretch of time go out together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.work import Work
from app.directory.errors import UnknownUnit
from app.directory.snapshot import Tenant, Unit, root_of
from app.identity.domain import Keyring
from app.kit.clock import local_day
from app.kit.ids import TenantId, UnitId, uuid7
from app.kit.text import Lang
from app.notices import domain
from app.notices.repository import Applied, NewNotice
from app.notices.repository.notices import Situation
from app.notices.terms import DIGEST, Channel
from app.outbox.terms import Message
from app.service_requests.domain import step_name
from app.service_requests.events import EventType
from app.service_requests.terms import RequestBooks
from app.subscriptions.terms import PAUSED
from app.timeline.domain import sentence

from .sealing import sealed


def data_of(message: Message) -> Mapping[str, Any]:
    """What the fact says beside who and where."""
    data = message.payload.get("data")
    return data if isinstance(data, dict) else {}


def unit_named(books: RequestBooks, tenant_id: TenantId, message: Message) -> Unit | None:
    """The unit that held the case after the fact."""
    named = message.payload.get("unit_id")
    return _unit(books, tenant_id, UUID(str(named))) if named else None


def _unit(books: RequestBooks, tenant_id: TenantId, unit_id: UUID) -> Unit | None:
    try:
        return books.directory.unit(tenant_id, UnitId(unit_id))
    except UnknownUnit:
        return None


def for_unit(
    work: Work, message: Message, situation: Situation | None, tenant: Tenant, books: RequestBooks, keys: Keyring
) -> Iterator[NewNotice]:
    """The line of a fact about a case in the next letter to the unit it concerns, when that has a mail box.

    All lines of a stretch of time are due together, so that a storm of reports is one mail.
    """
    if domain.of_request(message.type):
        return
    data = data_of(message)
    unit = unit_named(books, tenant.id, message)
    if message.type == PAUSED:  # the province's own matter: its root unit looks after it
        unit = root_of(books.directory.units(tenant.id))
    if message.type == "case.escalated" and data.get("by") == "deadline" and isinstance(data.get("unit_code"), str):
        with suppress(UnknownUnit):  # its code may be another by now: the unit that holds the case is told then
            unit = books.directory.unit_by_code(tenant.id, data["unit_code"])
    if unit is not None:
        yield from _line_for(work, message, unit, _line(message, data, situation, tenant), tenant, keys)


def _line_for(
    work: Work, message: Message, unit: Unit, line: str, tenant: Tenant, keys: Keyring
) -> Iterator[NewNotice]:
    """The line, when the unit has a mail box."""
    address = unit.contact.get("email")
    if not address:
        return
    yield NewNotice(
        id=uuid7(work.now),
        message_id=message.id,
        position=message.position,
        case_id=message.subject_id,
        recipient_id=unit.id,
        report_id=None,
        unit_id=unit.id,
        occasion=DIGEST,
        channel=Channel.EMAIL,
        lang=Lang.VI,
        legal=False,
        sealed_to=sealed(keys, tenant.id, address),
        subject="",
        body=line,
        next_at=_gathered(work.now, domain.packaged()["digest"]["gather_s"]),
    )


def _line(message: Message, data: Mapping[str, Any], situation: Situation | None, tenant: Tenant) -> str:
    """What the letter to a unit says of the fact."""
    if message.type == PAUSED:
        words = domain.packaged()["digest"]["subscription_paused"][message.payload["reason"]]
        return domain.worded(words, {"name": str(message.payload["name"])})
    due = domain.day(local_day(situation.due_at, tenant.time_zone), Lang.VI) if situation else "–"
    return f"{message.payload.get('code', '–')}: {sentence(message.type, data).vi} (hạn {due})"


def of_request(
    work: Work, message: Message, request: Applied | None, tenant: Tenant, books: RequestBooks, keys: Keyring
) -> Iterator[NewNotice]:
    """Lines of a fact about a service request: one for each unit whose steps have opened or are due, or that is asked.

    A complaint goes to the unit above the one that holds it: that one knows already.
    """
    if request is None:
        return
    data, code = data_of(message), request.recipient.code
    if "opened" not in data:
        unit = _unit(books, tenant.id, request.unit_id)
        if message.type == EventType.COMPLAINED and unit is not None:
            unit = books.directory.parent(tenant.id, unit.id) or unit
        if unit is not None:
            line = f"{code}: {sentence(message.type, data).vi} (hẹn trả {_day(request.due_at, tenant)})"
            yield from _line_for(work, message, unit, line, tenant, keys)
        return
    opened: defaultdict[UUID, list[str]] = defaultdict(list)
    for step in data["opened"]:
        if step in request.steps:
            opened[request.steps[step].unit_id].append(step)
    procedure = books.procedures.find(tenant.id, request.procedure, request.procedure_version)
    words = domain.packaged()["digest"]["requests"][message.type]
    for unit_id, steps in opened.items():
        unit = _unit(books, tenant.id, unit_id)
        if unit is None or procedure is None:
            continue
        names = {
            "step": ", ".join(step_name(procedure, step).vi for step in steps),
            "procedure": procedure.name.vi,
            "due": _day(min((due for step in steps if (due := request.steps[step].due_at)), default=None), tenant),
        }
        yield from _line_for(work, message, unit, f"{code}: {domain.worded(words, names)}", tenant, keys)


def _day(at: datetime | None, tenant: Tenant) -> str:
    return domain.day(local_day(at, tenant.time_zone), Lang.VI) if at is not None else "–"


def _gathered(now: datetime, seconds: int) -> datetime:
    """The end of the stretch of so many seconds that `now` lies in."""
    return datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, now.tzinfo)
