"""A national portal on this machine that loses, delays, repeats and reorders what it is told, as real ones do."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

ACCOUNT, SECRET = "tinh-hai-duong", "mật khẩu của tỉnh"


class Manner(StrEnum):
    """What becomes of one request."""

    GOOD = "good"
    DEAF = "deaf"  # hangs up before it has understood anything
    MUTE = "mute"  # takes the record, and hangs up without an answer
    BROKEN = "broken"  # the same, with 500
    DELAYED = "delayed"  # no answer in time; the record comes to its tables after others
    REPEATED = "repeated"  # takes the record, and takes it once more after others
    BUSY = "busy"  # 429
    ASTRAY = "astray"  # a gateway's page
    NOISE = "noise"  # takes the record and answers what nobody understands
    FORGETFUL = "forgetful"  # the session has ended
    REFUSING = "refusing"
    HUGE = "huge"
    HANGING = "hanging"  # takes the record and never answers


_NONE = ("", b"")
_BEFORE: dict[Manner, tuple[str, bytes] | None] = {
    Manner.DEAF: None,
    Manner.BUSY: ("429 Busy", b""),
    Manner.ASTRAY: ("404 Nope", b"<html>Cong nao do</html>"),
}
_AFTER: dict[Manner, tuple[str, bytes] | None] = {
    Manner.MUTE: None,
    Manner.BROKEN: ("500 Oops", b""),
    Manner.NOISE: ("200 OK", b"\xff what?"),
    Manner.HUGE: ("200 OK", b" " * 5_000_000),
    Manner.DELAYED: _NONE,
    Manner.HANGING: _NONE,
}


@dataclass
class Ministry:
    """The portal: what it has, by code. `manners` are for the next requests to its services, not for signing in.

    `versioned`: whether it leaves what it has when something older comes; many do not. Whatever it is like, it refuses
    something new under a code that it has, and a change of what it does not have: `isUpdating` has to be true.
    """

    versioned: bool = True
    port: int = 0
    manners: list[Manner] = field(default_factory=list)
    has: dict[str, dict[str, Any]] = field(default_factory=dict)
    came: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    asked: list[dict[str, Any]] = field(default_factory=list)
    came_later: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    sessions: int = 0
    refused_logins: int = 0
    ended: set[str] = field(default_factory=set)
    mistaken: list[dict[str, Any]] = field(default_factory=list)  # whose `isUpdating` was untrue
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    refuses: set[str] = field(default_factory=set)
    delay: int = 2  # requests after which a delayed record comes to its tables
    at_work: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/VXPAdapter/RestService/forward"

    def take(self, record: dict[str, Any]) -> None:
        """Write a record down, over whatever there was unless that is newer."""
        code = record["MaHoSo"]
        self.came[code].append(record)
        there = self.has.get(code)
        if not self.versioned or there is None or record["PhienBan"] > there["PhienBan"]:
            self.has[code] = record

    def end_what_is_late(self, *, everything: bool = False) -> None:
        """What was delayed comes to its tables now, in the wrong order."""
        due = [record for left, record in self.came_later if everything or left <= 0]
        self.came_later = [] if everything else [(left - 1, r) for left, r in self.came_later if left > 0]
        for record in due:
            self.take(record)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests of one connection."""
        task = asyncio.current_task()
        assert task is not None
        self.at_work.add(task)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
                body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))))
                answer = self._login(body) if head[0].split()[1].endswith("/login") else self._service(body)
                if answer is None:
                    return
                if answer == _NONE:
                    await reader.read()  # until the other side has had enough
                    return
                status, content = answer
                writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(content)}\r\n\r\n".encode() + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _login(self, body: dict[str, Any]) -> tuple[str, bytes]:
        if (body["username"], body["password"]) != (ACCOUNT, SECRET):
            self.refused_logins += 1
            return "401 No", b"{}"
        self.sessions += 1
        return "200 OK", json.dumps({"session": f"session-{self.sessions}"}).encode()

    def _service(self, body: dict[str, Any]) -> tuple[str, bytes] | None:
        """Status line and content; None to hang up."""
        self.asked.append(body)
        self.arrived.set()
        manner = self.manners.pop(0) if self.manners else Manner.GOOD
        if manner is Manner.FORGETFUL:
            self.ended.add(body["session"])
        if body["session"] in self.ended:
            return "200 OK", b'{"error_code": "401", "message": "Session expired"}'
        if manner is Manner.REFUSING or body["data"][0].get("MaHoSo") in self.refuses:
            name = body["data"][0].get("ChuHoSo", "")
            return "200 OK", json.dumps({"error_code": "E-17", "message": f"Sai ho so cua {name}"}).encode()
        if manner in _BEFORE:
            return _BEFORE[manner]
        self.end_what_is_late()
        if (said := self._untrue(body)) is not None:
            self.mistaken.append(body)
            return "200 OK", json.dumps({"error_code": "E-20", "message": said}).encode()
        result = self._done(body, manner)
        good = "200 OK", json.dumps({"error_code": "0", "result": result}).encode()
        return _AFTER.get(manner, good)

    def _untrue(self, body: dict[str, Any]) -> str | None:
        """What is wrong with `isUpdating`, when anything is."""
        if body["service"] != "DongBoHoSoMC":
            return None
        there = body["data"][0]["MaHoSo"] in self.has
        match body["isUpdating"]:
            case "True":
                return None if there else "Khong co ho so de cap nhat"
            case "False":
                return "Ho so da co" if there else None
        return "isUpdating khong dung"

    def _done(self, body: dict[str, Any], manner: Manner) -> list[dict[str, Any]]:
        (item,) = body["data"]
        match body["service"]:
            case "DongBoHoSoMC":
                if manner in {Manner.DELAYED, Manner.REPEATED}:
                    self.came_later.append((self.delay, item))
                if manner is not Manner.DELAYED:
                    self.take(item)
                return []
            case "TraCuuHoSo":
                return [self.has[item["MaHoSo"]]] if item["MaHoSo"] in self.has else []
            case "DanhSachHoSo":
                after = sorted(code for code in self.has if code > item["SauMaHoSo"])[: item["SoLuong"]]
                found = [self.has[code] for code in reversed(after)]
                return [{"MaHoSo": one["MaHoSo"], "TrangThai": one["TrangThai"]} for one in found]
        raise AssertionError(body["service"])


@asynccontextmanager
async def ministry(*, versioned: bool = True) -> AsyncIterator[Ministry]:
    """A national portal on a port of its own."""
    found = Ministry(versioned=versioned)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        if found.at_work:
            await asyncio.wait(found.at_work, timeout=5)
