"""What another system posts, as our reports service takes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from pydantic import ValidationError
from starlette.datastructures import UploadFile

from app.catalogue.terms import Category, QuestionType
from app.identity.deps import keyring
from app.identity.terms import Actor
from app.kit.clock import local_day
from app.kit.problems import Invalid
from app.kit.text import Lang, Text
from app.limits.deps import asking
from app.media import service as media
from app.media.deps import sender_of, store
from app.media.terms import MOST_OF_A_REPORT
from app.reports import service as reports
from app.reports.deps import intake_of
from app.reports.schemas import ReportIn, submitted_answer
from app.reports.terms import Channel
from app.web.idempotency import Answer, request_hash
from app.web.pages import Form, number

from . import shapes
from .deps import Call
from .errors import ServiceNotFound
from .fields import kept_under, refused, with_media
from .writing import Value

_ATTRIBUTE: Final = re.compile(r"attribute\[([^\[\]]{1,64})\](?:\[\d*\])?")
_UPLOADS: Final = "/api/v1/uploads/"
_NOTICE: Final = Text(
    "Đơn vị chịu trách nhiệm: {unit}. Hạn trả lời: {due}.", "Responsible: {unit}. To be answered by {due}."
)
_BOTH: Final = Text("lat và long cần gửi cùng nhau.", "lat and long go together.")
_TOO_MANY: Final = Text("Mỗi phản ánh kèm tối đa {most} tệp.", "A report has at most {most} files.")


async def submit(call: Call, sender: Actor, fields: Form) -> Answer:
    """The report taken in, exactly as our own API takes one.

    Raises: ServiceNotFound, Invalid; and the problems of `reports.submit_report` and of files.
    """
    category = _offered(call, fields.text("service_code"))
    key = await kept_under(call, sender, fields.text("service_request_id_ext"), "requests")
    owner = key.hex() if key is not None else str(uuid4())
    names = _named_uploads(call, fields) + await _uploaded(call, sender, owner, fields.files)
    body = _checked(_report(fields, category, names, call.lang))
    intake = await intake_of(call.request)
    return await reports.submit_report(
        intake,
        sender,
        body.new_report(call.lang),
        host_tenant=call.tenant.id,
        repeat=reports.Repeat(key, request_hash(body) if key is not None else b""),
        shape=submitted_answer,
        asking=await asking(call.request),
    )


def receipt(call: Call, answer: Answer) -> dict[str, Value]:
    """What the sender is told of a report that was taken in."""
    body = answer.body
    notice = _NOTICE.fill(
        unit=body["responsible_unit"]["name"],
        due=f"{local_day(shapes.instant(body['due_at']), call.tenant.time_zone):%d/%m/%Y}",
    )(call.lang)
    guidance = body["guidance"][call.lang.value] if body["guidance"] else None
    return {"service_request_id": body["code"], "service_notice": guidance or notice, "account_id": None}


def _offered(call: Call, code: str) -> Category:
    """The category that is reported on. Raises: Invalid without a code, ServiceNotFound."""
    if not code:
        raise Invalid(errors=[{"pointer": "service_code", "detail": Text("Thiếu service_code.", "It is required.")}])
    today = local_day(call.now, call.tenant.time_zone)
    found = (one for one, _ in shapes.offered(call.books.catalogue, call.tenant, today) if one.code == code)
    category = next(found, None)
    if category is None:
        raise ServiceNotFound
    return category


def _report(fields: Form, category: Category, names: Sequence[str], lang: Lang) -> dict[str, Any]:
    """The body of our own API that says the same."""
    description = fields.text("description") or category.name(lang)
    name = " ".join(filter(None, (fields.text("last_name"), fields.text("first_name"))))
    who = {"name": name, "phone": fields.text("phone"), "email": fields.text("email")}
    body: dict[str, Any] = {
        "category": category.code,
        "description": description if names else with_media(description, fields, lang),
        "address": fields.text("address_string") or None,
        "area_code": fields.text("address_id") or None,
        "answers": _answers(fields, category),
        "reporter": {field: value for field, value in who.items() if value} or None,
        "media": list(names),
        "channel": Channel.OPEN311,
    }
    lat, lon = fields.text("lat"), fields.text("long") or fields.text("lon")
    if bool(lat) != bool(lon):
        raise Invalid(errors=[{"pointer": "location", "detail": _BOTH}])
    if lat:
        body["location"] = {"lat": number(lat), "lon": number(lon)}
    return body


def _answers(fields: Form, category: Category) -> dict[str, Any]:
    """Answers to the category's questions; what is no question of it is passed over, as the specification has it."""
    types = {question.code: question.type for question in category.questions}
    answers: dict[str, Any] = {}
    for name in fields.names():
        found = _ATTRIBUTE.fullmatch(name)
        if found is None or found[1] not in types or not (value := fields.text(name)):
            continue
        answers[found[1]] = _answer(value, types[found[1]])
    return answers


def _answer(value: str, type: QuestionType) -> str | bool | float:  # noqa: A002 - the catalogue's own word
    if type is QuestionType.BOOLEAN and value.lower() in {"true", "1", "false", "0"}:
        return value.lower() in {"true", "1"}
    return number(value) if type is QuestionType.NUMBER else value


def _checked(body: dict[str, Any]) -> ReportIn:
    try:
        return ReportIn.model_validate(body)
    except ValidationError as error:
        raise refused(error) from error


def _named_uploads(call: Call, fields: Form) -> list[str]:
    """Finished uploads of ours that `media_url` names; any other address is told of, and never fetched."""
    url = urlsplit(fields.text("media_url"))
    ours = {call.request.url.netloc, urlsplit(call.settings.public_url or "").netloc, ""}
    if url.netloc in ours and url.path.startswith(_UPLOADS):
        return [url.path.removeprefix(_UPLOADS)]
    return []


async def _uploaded(call: Call, sender: Actor, owner: str, files: Sequence[UploadFile]) -> list[str]:
    """Names of the files that came along. Raises: UploadUnfinished, UploadTooLarge, StorageFull, StorageAway,
    LimitReached, UploadBudgetSpent.
    """
    if len(files) > MOST_OF_A_REPORT:
        raise Invalid(errors=[{"pointer": "media/", "detail": _TOO_MANY.fill(most=MOST_OF_A_REPORT)}])
    names: list[str] = []
    for file in files:
        name = await media.take(
            call.database,
            call.clock,
            await store(call.request),
            (await keyring(call.request)).media,
            owner,
            filename=file.filename or "",
            content=file,
            most_bytes=call.settings.upload_max_bytes,
            sender=await sender_of(call.request, sender),
        )
        names += [name] if name not in names else []
    return names
