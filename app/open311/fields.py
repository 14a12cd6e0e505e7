"""What is common to everything that is posted: its fields, and the key it is known again by."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.requests import Request

from app.identity.terms import Actor
from app.kit.problems import Invalid
from app.kit.text import Lang, Text
from app.web.fields import MOST_LETTERS
from app.web.idempotency import idempotency_key, key_hash
from app.web.pages import Form, UnreadableForm, posted_form
from app.web.problems import sentence_of

from .deps import Call
from .errors import UnreadableFields
from .terms import PREFIX

_MOST_FIELDS: Final = 500
_URLENCODED: Final = "application/x-www-form-urlencoded"
_AT: Final = Text("Ảnh hoặc tệp kèm theo: {url}", "Attached: {url}")


async def fields_of(request: Request) -> Form:
    """The fields of the body, those of the address after them, as text in UTF-8. Raises: UnreadableFields."""
    asked = request.query_params.multi_items()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        try:
            sent = await posted_form(request)
        except UnreadableForm as error:
            raise UnreadableFields from error
        pairs = [(name, value) for name in sent.names() for value in sent.many(name)]
        return Form([*pairs, *asked], sent.named_files)
    body = await request.body()
    if body and kind != _URLENCODED:
        raise UnreadableFields
    try:  # many a client escapes nothing but what it must
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise UnreadableFields from error
    return Form([*pairs, *asked])


async def kept_under(call: Call, sender: Actor, own: str, path: str) -> bytes | None:
    """Under what the answer is kept: an Idempotency-Key, or a known system's `own` id of what it posts.

    Raises: UnreadableIdempotencyKey.
    """
    header = await idempotency_key(call.request.headers.get("idempotency-key"))
    if header is None and (sender.client_id is None or not own):
        return None
    return key_hash(header or f"own:{own}", f"open311:{sender.client_id}", f"{PREFIX}/{path}")


def with_media(text: str, fields: Form, lang: Lang) -> str:
    """The text with the address of its media, which is told of and never fetched.

    What somebody wrote is never refused for what we add: without room for our words the address stands alone, and
    without room for that it is left out.
    """
    url = fields.text("media_url")
    if not url or len(text) > MOST_LETTERS:
        return text
    told = (f"{text}\n\n{_AT.fill(url=url)(lang)}", f"{text}\n{url}", text)
    return next(one for one in told if len(one) <= MOST_LETTERS)


def refused(error: ValidationError) -> Invalid:
    """What a wire shape refuses, by its fields."""
    return Invalid(
        errors=[{"pointer": "/".join(map(str, each["loc"])), "detail": sentence_of(each)} for each in error.errors()]
    )
