"""What a subscriber reads: CloudEvents 1.0 in structured JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import orjson

from app.cases.events import EventType
from app.deadlines.terms import TargetKind
from app.kit.ids import UnitId
from app.subscriptions.terms import PUBLIC_TYPES, TRIAL, Event

# Of a fact for officers only what identifies and classifies leaves: never words, names or what a sentence is made of.
STAFF_MEMBERS = ("code", "state", "unit_id", "unit", "actor_kind", "due_at")
MOVED_MEMBERS = ("from_unit_id", "from_unit")  # with any fact by which the case has changed hands
_CLOCK = ("clock", "occasion", "clock_due_at")
MORE_MEMBERS: Mapping[str, tuple[str, ...]] = {
    EventType.REMINDED: _CLOCK,
    EventType.OVERDUE: _CLOCK,
    EventType.ESCALATED: ("by", *_CLOCK, "told_unit"),
}
"""What else a fact of this type may say; docs/api.md lists it by type."""

UnitCode = Callable[[UnitId], str | None]


def envelope(event: Event, *, tenant_slug: str, unit_code: UnitCode) -> bytes:
    """The event as UTF-8 JSON (CloudEvents 1.0, JSON format 3.1).

    `id` is the message's, the same at every attempt; `sequence` its position as text, which ascends within the tenant;
    `subjectversion` counts the changes of the case, or of its publication. What the public no longer reads is not
    told any more: of a superseded event only the code is left, and a later event brings what holds now.
    `unit_code` gives the code of a unit, by which the rest of the API knows it.
    """
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(event.id),
            "source": f"urn:lienthong:{tenant_slug}",
            "type": event.type,
            "subject": str(event.payload.get("code", event.subject_id)),
            "time": event.occurred_at,
            "datacontenttype": "application/json",
            "sequence": f"{event.position:020}",
            "subjectversion": event.subject_version,
            **({"superseded": True} if event.superseded else {}),
            "data": _data(event, unit_code),
        },
        option=orjson.OPT_UTC_Z,
    )


def _data(event: Event, unit_code: UnitCode) -> dict[str, object]:
    if event.type == TRIAL:
        return {}
    if event.superseded:
        return {"code": event.payload["code"]}
    if event.type in PUBLIC_TYPES:
        return dict(event.payload)
    told = {**event.payload, **_more(event)}
    for member, code in (("unit_id", "unit"), ("from_unit_id", "from_unit")):
        if told.get(member):
            told[code] = unit_code(UnitId(UUID(told[member])))
    if "due_at" in told:
        told["due_at"] = _due_at(event)
    members = (*STAFF_MEMBERS, *MOVED_MEMBERS, *MORE_MEMBERS.get(event.type, ()))
    return {name: told[name] for name in members if name in told}


def _more(event: Event) -> dict[str, Any]:
    """What only facts of some types say: who raised it, which clock has come to which occasion."""
    data = event.payload.get("data") or {}
    clock = {"clock": data.get("clock"), "occasion": data.get("occasion"), "clock_due_at": data.get("due_at")}
    match event.type:
        case EventType.REMINDED:
            return clock
        case EventType.OVERDUE:  # of the resolution alone, by no occasion where there is no rule for it
            return {**clock, "clock": TargetKind.RESOLUTION, "clock_due_at": data.get("due_at", _due_at(event))}
        case EventType.ESCALATED if data.get("by") == "deadline":
            return {"by": "deadline", **clock, "told_unit": data.get("unit_code")}
        case EventType.ESCALATED:
            return {"by": "officer"}
        case _:
            return {}


def _due_at(event: Event) -> str | None:
    """When the case is due after the fact, as the rest of the API writes instants; releases before wrote `+00:00`."""
    due_at = event.payload.get("due_at")
    return str(due_at).replace("+00:00", "Z") if due_at else None
