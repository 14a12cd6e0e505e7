"""Requests to the national portal: bounded in time and size, with a session that is fetched and renewed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx
import orjson

from .terms import Answer, Outcome

MOST_ANSWER_BYTES: Final = 4_194_304
_DONE: Final = frozenset({"0", "00"})
_CODE: Final = re.compile(r"^[\w.-]{1,40}$", re.ASCII)
_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429
SYNC, FIND, LIST = "DongBoHoSoMC", "TraCuuHoSo", "DanhSachHoSo"


class Portal:
    """Asks the portal by `{session, madonvi, service, data}`; whatever it does, there is an answer of ours in time."""

    def __init__(self, url: str, account: str, secret: str, *, timeout_s: float) -> None:
        """`url`: below it are `login` and `g`; `timeout_s`: the longest any one request may take."""
        self.timeout_s = timeout_s
        self._url = url.rstrip("/")
        self._account, self._secret = account, secret
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)
        self._session: str | None = None
        self._signing_in = asyncio.Lock()

    async def push(self, portal_code: str, record: Mapping[str, Any], *, again: bool) -> Answer:
        """What came of handing one record in; `again`: the portal has an earlier version of it."""
        return await self._ask(portal_code, SYNC, [record], isUpdating="True" if again else "False")

    async def find(self, portal_code: str, code: str) -> Answer:
        """What the portal has under the code: TAKEN when it has answered; `result` is empty when it has nothing."""
        return await self._ask(portal_code, FIND, [{"MaHoSo": code}])

    async def list_after(self, portal_code: str, code: str, limit: int) -> Answer:
        """Up to `limit` service requests that the portal has of the unit and those below, by code, after `code`."""
        return await self._ask(portal_code, LIST, [{"SauMaHoSo": code, "SoLuong": limit}])

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _ask(self, portal_code: str, service: str, data: Sequence[Mapping[str, Any]], **more: str) -> Answer:
        """The answer, in a session that is renewed once when the portal no longer knows it."""
        ended: str | None = None
        for _ in range(2):
            session = await self._signed_in(ended)
            if session is None:
                return Answer(Outcome.AWAY, "not-signed-in")
            body = {"session": session, "madonvi": portal_code, "service": service, **more, "data": list(data)}
            status, content, failure = await self._post("g", body)
            if failure is not None:
                return failure
            answer = _read(status, content)
            if answer.code != str(_UNAUTHORIZED):
                return answer
            ended = session
        return Answer(Outcome.AWAY, "session-refused")

    async def _signed_in(self, ended: str | None) -> str | None:
        """The session, another one than `ended`; None when the portal gives none. One request at a time."""
        async with self._signing_in:
            if self._session is not None and self._session != ended:
                return self._session
            self._session = None
            status, content, failure = await self._post("login", {"username": self._account, "password": self._secret})
            found = content.get("session") if failure is None and status == httpx.codes.OK else None
            if isinstance(found, str) and found:
                self._session = found
            return self._session

    async def _post(self, path: str, body: Mapping[str, Any]) -> tuple[int, Mapping[str, Any], Answer | None]:
        """Status and JSON of one answer, or what its absence comes to."""
        try:
            async with (
                asyncio.timeout(self.timeout_s),
                self._client.stream("POST", f"{self._url}/{path}", json=body) as answer,
            ):
                read = bytearray()
                async for piece in answer.aiter_bytes():
                    read += piece
                    if len(read) > MOST_ANSWER_BYTES:
                        return 0, {}, Answer(Outcome.UNSURE, "too-long")
                return answer.status_code, _parsed(bytes(read)), None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return 0, {}, Answer(Outcome.AWAY, type(error).__name__)
        except (httpx.HTTPError, TimeoutError) as error:
            return 0, {}, Answer(Outcome.UNSURE, type(error).__name__)


def _parsed(content: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _read(status: int, content: Mapping[str, Any]) -> Answer:
    """What an answer comes to. Of its words only a code is kept: the rest may quote whom the record is of."""
    code = _code(content.get("error_code"))
    if status == _UNAUTHORIZED or (status < 500 and code == str(_UNAUTHORIZED)):
        return Answer(Outcome.AWAY, str(_UNAUTHORIZED))
    if status == httpx.codes.OK and code in _DONE:
        result = content.get("result")
        items = tuple(one for one in result if isinstance(one, dict)) if isinstance(result, list) else ()
        return Answer(Outcome.TAKEN, None, items)
    if status == httpx.codes.OK and code is not None:
        return Answer(Outcome.REFUSED, code)
    if status == _TOO_MANY:
        return Answer(Outcome.AWAY, "http-429")
    if 400 <= status < 500:
        # No answer of the portal's own: an address that is wrong, or a gateway on the way. The record has no part.
        return Answer(Outcome.REFUSED, code) if code is not None else Answer(Outcome.AWAY, f"http-{status}")
    return Answer(Outcome.UNSURE, f"http-{status}")


def _code(said: object) -> str | None:
    """The portal's code; what does not read like one is told as such."""
    if said is None:
        return None
    text = str(said)
    return text if _CODE.match(text) else "unreadable"
