"""Our things in Open311's shapes: services, their definitions, requests, updates. Pure."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson

from app.cases.terms import CaseState, Resolution
from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Category, Question, QuestionType
from app.directory.snapshot import Tenant
from app.kit.clock import zone
from app.kit.text import Lang, Text

from .terms import Status, status_after, status_of
from .writing import Value

_DATATYPES: Final[Mapping[QuestionType, str]] = {
    QuestionType.TEXT: "text",
    QuestionType.CHOICE: "singlevaluelist",
    QuestionType.BOOLEAN: "singlevaluelist",
    QuestionType.NUMBER: "number",
}
_YES_NO: Final = (("true", Text("Có", "Yes")), ("false", Text("Không", "No")))
_PRIVATE: Final = Text("Không bao giờ công khai.", "Never published.")
_TURN: Final = 50
_RANGE: Final = Text("Số trong khoảng {least} đến {most}.", "A number from {least} to {most}.")


def instant(written: str) -> datetime:
    """The instant of an RFC 3339 text of ours."""
    return datetime.fromisoformat(written)


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom answers are made: the province, the language, and where pictures are fetched."""

    tenant: Tenant
    lang: Lang
    base: str

    def moment(self, at: str | datetime) -> str:
        """The instant in the province's time, to the second (W3C date and time)."""
        return (
            (instant(at) if isinstance(at, str) else at)
            .astimezone(zone(self.tenant.time_zone))
            .isoformat(timespec="seconds")
        )


def offered(catalogue: Catalogue, tenant: Tenant, on: date) -> list[tuple[Category, Category]]:
    """Categories that another system may report on that day, each with its group, in the order people see them.

    Those of other legal tracks are not among them: who complains of an official needs guidance, not a map.
    """
    return [
        (category, branch.group)
        for branch in catalogue.tree(tenant.id)
        for category in (*branch.leaves, branch.group)
        if category.open_on(on) and not category.kind.diverted
    ]


def service(category: Category, group: Category, lang: Lang) -> dict[str, Value]:
    """One line of the list of services."""
    return {
        "service_code": category.code,
        "service_name": category.name(lang),
        "description": category.description(lang),
        "metadata": bool(category.questions),
        "type": "realtime",
        "keywords": ", ".join(category.keywords),
        "group": group.name(lang),
    }


def definition(category: Category, lang: Lang) -> dict[str, Value]:
    """What else has to be told with a report on the category: its questions."""
    attributes = [_attribute(question, order, lang) for order, question in enumerate(category.questions, 1)]
    return {"service_code": category.code, "attributes": attributes}


def _attribute(question: Question, order: int, lang: Lang) -> dict[str, Value]:
    choices = [(choice.code, choice.label) for choice in question.choices]
    if question.type is QuestionType.BOOLEAN:
        choices = list(_YES_NO)
    hints = [_PRIVATE(lang)] if question.private else []
    if question.minimum is not None or question.maximum is not None:
        ends = ("…" if end is None else f"{end:g}" for end in (question.minimum, question.maximum))
        hints.append(_RANGE.fill(**dict(zip(("least", "most"), ends, strict=True)))(lang))
    shaped: dict[str, Value] = {
        "variable": True,
        "code": question.code,
        "datatype": _DATATYPES[question.type],
        "required": question.required,
        "datatype_description": " ".join(hints) or None,
        "order": order,
        "description": question.text(lang),
    }
    if choices:
        shaped["values"] = [{"key": key, "name": name(lang)} for key, name in choices]
    return shaped


def request(body: bytes, reader: Reader, *, extended: bool) -> dict[str, Value]:
    """A public case, from its stored JSON."""
    case = orjson.loads(body)
    state, place = CaseState(case["state"]), case["location"] or {}
    closed_at = case["resolved_at"] if status_of(state) is Status.CLOSED else None
    shaped: dict[str, Value] = {
        "service_request_id": case["code"],
        "status": status_of(state).value,
        "status_notes": _notes(case, reader.lang),
        "service_name": case["category"]["name"][reader.lang.value],
        "service_code": case["category"]["code"],
        "description": case["text"],
        "agency_responsible": case["responsible_unit"]["name"],
        "service_notice": None,
        "requested_datetime": reader.moment(case["opened_at"]),
        "updated_datetime": reader.moment(closed_at or case["updated_at"]),
        "expected_datetime": reader.moment(case["due_at"]),
        "address": case["address"] or case["area"]["name"],
        "address_id": _smallest(case["area"])["code"],
        "zipcode": None,
        "lat": place.get("lat"),
        "long": place.get("lon"),
        "media_url": reader.base + case["photos"][0]["url"] if case.get("photos") else None,
    }
    return {**shaped, **_extension(case, reader)} if extended else shaped


async def requests(bodies: Sequence[bytes], reader: Reader, *, extended: bool) -> list[dict[str, Value]]:
    """Many public cases, in turns, so that others are answered meanwhile."""
    shaped: list[dict[str, Value]] = []
    for place, body in enumerate(bodies, 1):
        shaped.append(request(body, reader, extended=extended))
        if not place % _TURN:
            await asyncio.sleep(0)
    return shaped


def _notes(case: Mapping[str, Any], lang: Lang) -> str:
    labels = [CaseState(case["state"]).label(lang)]
    if case["resolution"]:
        labels.append(Resolution(case["resolution"]).label(lang))
    said = " · ".join(labels)
    return f"{said}: {case['answer']}" if case["answer"] else said


def _smallest(area: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = area["commune"] or area["district"] or area["province"]
    return found


def _extension(case: Mapping[str, Any], reader: Reader) -> dict[str, Value]:
    """What the specification has no room for, where it is asked for."""
    return {
        "extended_attributes": {
            "kind": case["kind"],
            "state": case["state"],
            "resolution": case["resolution"],
            "title": case["title"],
            "area": case["area"]["name"],
            "agency_code": case["responsible_unit"]["code"],
            "agency_tier": case["responsible_unit"]["tier"],
            "overdue": case["overdue"],
            "original_expected_datetime": reader.moment(case["original_due_at"]),
            "changed_datetime": reader.moment(case["updated_at"]),
            "report_count": case["report_count"],
            "reopen_count": case["reopen_count"],
            "merged_into": case["merged_into"],
            "photos": [
                {
                    "media_url": reader.base + photo["url"],
                    "title": photo["alt"][reader.lang.value],
                    "width": photo["width"],
                    "height": photo["height"],
                }
                for photo in case.get("photos", ())
            ],
        },
        "notes": [
            {"datetime": reader.moment(entry["at"]), "description": _said(entry, reader.lang), "type": entry["type"]}
            for entry in case["timeline"]
        ],
    }


def _said(entry: Mapping[str, Any], lang: Lang) -> str:
    sentence: str = entry["sentence"][lang.value]
    return f"{sentence} {entry['text']}" if entry["text"] else sentence


def updates(
    bodies: Sequence[bytes], reader: Reader, *, since: datetime, before: datetime | None
) -> list[dict[str, Value]]:
    """Public entries of these cases' histories from `since` on, oldest first."""
    found = [
        (entry["at"], shaped)
        for body in bodies
        for entry, shaped in _history(orjson.loads(body), reader)
        if since <= (at := instant(entry["at"])) and (before is None or at < before)
    ]
    return [shaped for _, shaped in sorted(found, key=lambda each: each[0])]


def _history(case: Mapping[str, Any], reader: Reader) -> Iterator[tuple[Mapping[str, Any], dict[str, Value]]]:
    """Each public entry with its shape; an id is the same whenever it is made, and no other entry's."""
    status, seen = Status.OPEN, Counter[tuple[str, str]]()
    for entry in case["timeline"]:
        status = status_after(entry["type"], status)
        alike = (entry["at"], entry["type"])
        named = f"{case['code']} {alike} {seen[alike]}"
        seen[alike] += 1
        yield (
            entry,
            {
                "update_id": f"{case['code']}.{hashlib.blake2b(named.encode(), digest_size=6).hexdigest()}",
                "service_request_id": case["code"],
                "status": status.value.upper(),
                "updated_datetime": reader.moment(entry["at"]),
                "description": _said(entry, reader.lang),
                "media_url": None,
            },
        )
