"""What a subscriber reads: CloudEvents 1.0 in structured JSON."""

from __future__ import annotations

import orjson

from app.subscriptions.terms import PUBLIC_TYPES, TRIAL, Event

# Of a fact for officers only what identifies and classifies leaves: never words, names or what a sentence is made of.
_STAFF_MEMBERS = ("code", "state", "unit_id", "actor_kind")


def envelope(event: Event, *, tenant_slug: str) -> bytes:
    """The event as UTF-8 JSON (CloudEvents 1.0, JSON format 3.1).

    `id` is the message's, the same at every attempt; `sequence` its position as text, which ascends within the tenant;
    `subjectversion` counts the changes of the case, or of its publication. What the public no longer reads is not
    told any more: of a superseded event only the code is left, and a later event brings what holds now.
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
            "data": _data(event),
        },
        option=orjson.OPT_UTC_Z,
    )


def _data(event: Event) -> dict[str, object]:
    if event.type == TRIAL:
        return {}
    if event.superseded:
        return {"code": event.payload["code"]}
    if event.type in PUBLIC_TYPES:
        return dict(event.payload)
    return {name: event.payload[name] for name in _STAFF_MEMBERS if name in event.payload}
