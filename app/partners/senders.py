"""Requests to Open311 servers of others: GeoReport v2 in JSON or XML, bounded in time and size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import orjson

from app.couriers.network import CheckedPool, Unanswered

from .terms import Answer, Format, Outcome, Wanted

MOST_ANSWER_BYTES: Final = 4_194_304
_FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
_REJECTED: Final = frozenset({400, 404, 405, 409, 410, 413, 415, 422})


class Caller:
    """Asks partners; whatever they do, there is an answer of ours within `timeout_s` seconds."""

    def __init__(self, *, private: bool, timeout_s: float, authorities: Path | None = None) -> None:
        """`private`, `authorities`: as for webhooks."""
        self.timeout_s = timeout_s
        self._pool = CheckedPool(private=private, timeout_s=timeout_s, authorities=authorities, connections=64)

    async def post_request(self, wanted: Wanted, key: str | None, form: Sequence[tuple[str, str]]) -> Answer:
        """What came of handing a request in: its items have `service_request_id` or `token`."""
        answer = await self._ask("POST", wanted, "requests", [*_common(wanted, key), *form])
        return _with_id(answer)

    async def post_update(self, wanted: Wanted, key: str | None, form: Sequence[tuple[str, str]]) -> Answer:
        """What came of an update (FixMyStreet's extension)."""
        return await self._ask("POST", wanted, "servicerequestupdates", [*_common(wanted, key), *form])

    async def requests(self, wanted: Wanted, key: str | None, query: Sequence[tuple[str, str]]) -> Answer:
        """The partner's requests that the query finds."""
        return await self._ask("GET", wanted, "requests", [*_common(wanted, key), *query])

    async def updates(self, wanted: Wanted, key: str | None, query: Sequence[tuple[str, str]]) -> Answer:
        """The partner's updates in a time (FixMyStreet's extension)."""
        return await self._ask("GET", wanted, "servicerequestupdates", [*_common(wanted, key), *query])

    async def token(self, wanted: Wanted, key: str | None, token: str) -> Answer:
        """What a token has come to."""
        return await self._ask("GET", wanted, f"tokens/{quote(token, safe='')}", _common(wanted, key))

    async def close(self) -> None:
        """Let go of the sockets."""
        await self._pool.close()

    async def _ask(self, method: str, wanted: Wanted, path: str, fields: Sequence[tuple[str, str]]) -> Answer:
        url = f"{wanted.url.rstrip('/')}/{path}.{wanted.format.value}"
        packed = urlencode(fields).encode()
        body = packed if method == "POST" else b""
        if method == "GET":
            url += f"?{packed.decode()}"
        headers = [(b"accept-language", b"vi"), (b"user-agent", b"LienThong (Open311)")]
        if method == "POST":
            headers += [(b"content-type", _FORM.encode()), (b"content-length", b"%d" % len(body))]
        try:
            status, content = await self._pool.ask(method, url, headers, body, most=MOST_ANSWER_BYTES)
        except Unanswered as error:
            return Answer(Outcome.UNSURE if error.reached else Outcome.AWAY, error.code)
        return _read(status, content, wanted.format)


def _common(wanted: Wanted, key: str | None) -> list[tuple[str, str]]:
    fields = [("jurisdiction_id", wanted.jurisdiction_id)] if wanted.jurisdiction_id else []
    return [*fields, *([("api_key", key)] if key else [])]


def _with_id(answer: Answer) -> Answer:
    """Taken only when the answer names the request: what says nothing may have been somebody else's page."""
    if answer.outcome is not Outcome.TAKEN:
        return answer
    first = answer.items[0] if answer.items else {}
    if first.get("service_request_id") or first.get("token"):
        return answer
    return Answer(Outcome.UNSURE, "no-id")


def _read(status: int, content: bytes, spoken: Format) -> Answer:
    items = items_of(content, spoken)
    if 200 <= status < 300:
        return Answer(Outcome.TAKEN, None, items) if items is not None else Answer(Outcome.UNSURE, "unreadable")
    if status in _REJECTED:
        return Answer(Outcome.REFUSED, f"http-{status}", items or ())
    if status in {401, 403, 429, 503} or 300 <= status < 400:  # a key, a rest or an address: not the case's fault
        return Answer(Outcome.AWAY, f"http-{status}")
    return Answer(Outcome.UNSURE, f"http-{status}")


def items_of(content: bytes, spoken: Format) -> tuple[Mapping[str, Any], ...] | None:
    """The objects of an answer; None when it cannot be read."""
    if spoken is Format.XML:
        return _xml_items(content)
    try:
        found = orjson.loads(content or b"[]")
    except orjson.JSONDecodeError:
        return None
    listed = found if isinstance(found, list) else [found]
    return tuple(one for one in listed if isinstance(one, dict))


def _xml_items(content: bytes) -> tuple[Mapping[str, Any], ...] | None:
    try:
        text = content.decode("utf-8-sig")  # in another encoding a document type would not be seen
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            return None
        root = ET.fromstring(text)  # noqa: S314 - no document type, so no entities; of a text no encoding is believed
    except (UnicodeDecodeError, ET.ParseError):
        return None
    return tuple({part.tag: (part.text or "").strip() for part in one} for one in root)
