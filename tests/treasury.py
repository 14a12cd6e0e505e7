"""A payment provider on this machine that behaves as badly as real ones do. It signs by itself, not by our code."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

import httpx

from app.db.work import Work, in_work
from app.identity.terms import system_actor
from app.kit.clock import Clock
from app.kit.ids import UnitId
from app.payments import service as payments
from app.payments.terms import FeeLine, PaymentRequest, Subject
from app.process import Process, keyring_of
from tests.builders import CAM_THUONG, HAIDUONG

KEY: Final = "hai-duong-2026"
SECRET: Final = "a secret that the province and its provider share"
CALLBACKS: Final = "/api/v1/payments/callbacks/generic"
LINES: Final = (
    FeeLine("Lệ phí cấp giấy phép", "Permit fee", Decimal(100_000), "NQ 12/2024/NQ-HĐND"),
    FeeLine("Phí thẩm định", "Appraisal fee", Decimal(50_000), "NQ 12/2024/NQ-HĐND"),
)


class Manner(StrEnum):
    """How the provider treats one question. It has always done what it was asked before it misbehaves."""

    GOOD = "good"
    BROKEN = "broken"  # 500, after it has accepted
    MUTE = "mute"  # hangs up without an answer
    HANGING = "hanging"
    FORGED = "forged"  # an answer that it has not signed
    ECHOING = "echoing"  # one that it has signed for another question
    NOISE = "noise"  # signed, and nothing that can be understood
    REDIRECTING = "redirecting"


@dataclass
class Treasury:
    """The provider: pages by reference, and what was paid on them. `manners` are for the next questions."""

    clock: Clock
    port: int = 0
    manners: list[Manner] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    paid: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    unproven: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def sign(self, purpose: str, timestamp: str, nonce: str, body: bytes, *, secret: str = SECRET) -> str:
        said = f"payments.1\n{purpose}\n{KEY}\n{timestamp}\n{nonce}\n{hashlib.sha256(body).hexdigest()}"
        return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()

    def pay(self, reference: str, amount: object = "150000", **more: Any) -> dict[str, Any]:
        """Somebody has paid; what the provider would tell of it."""
        told = {
            "transaction": f"FT{uuid4().hex[:12].upper()}",
            "reference": reference,
            "amount": amount,
            "currency": "VND",
            "status": "succeeded",
            "paid_at": self.clock.now().isoformat(),
            **more,
        }
        self.paid[reference].append(told)
        return told

    def message(
        self, told: object, *, age_s: int = 0, nonce: str | None = None, secret: str = SECRET
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of a callback."""
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        timestamp, nonce = str(int(self.clock.now().timestamp()) - age_s), nonce or secrets.token_hex(8)
        signature = self.sign("callback", timestamp, nonce, body, secret=secret)
        return {
            "Content-Type": "application/json",
            "Payment-Key": KEY,
            "Payment-Timestamp": timestamp,
            "Payment-Nonce": nonce,
            "Payment-Signature": signature,
        }, body

    async def tell(self, client: httpx.AsyncClient, told: object, **how: Any) -> httpx.Response:
        """What it is answered to a callback."""
        headers, body = self.message(told, **how)
        return await client.post(CALLBACKS, content=body, headers=headers)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one question, in whatever manner comes next."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            said = self._answer(head[0].split()[1], headers, body)
            manner = self.manners.pop(0) if self.manners else Manner.GOOD
            if manner is Manner.HANGING:
                await reader.read()  # until the other side has had enough
            elif manner is not Manner.MUTE:
                writer.write(self._written(manner, said, headers.get("payment-nonce", "")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        proven = self.sign("request", headers["payment-timestamp"], headers["payment-nonce"], body)
        if headers["payment-signature"] != proven or headers["payment-key"] != KEY:
            self.unproven += 1
            return {}
        asked = json.loads(body)
        self.asked.append((path, asked))
        reference = asked["reference"]
        if path == "/v1/payments":
            return {"url": self.pages.setdefault(reference, f"https://pay.example.vn/{uuid4().hex}")}
        return {"transactions": self.paid[reference]}

    def _written(self, manner: Manner, said: dict[str, Any], nonce: str) -> bytes:
        if manner is Manner.REDIRECTING:
            return b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
        body = b"\xffwhat?" if manner is Manner.NOISE else json.dumps(said).encode()
        timestamp = str(int(self.clock.now().timestamp()))
        signed_nonce = "another" if manner is Manner.ECHOING else nonce
        signature = "0" * 64 if manner is Manner.FORGED else self.sign("answer", timestamp, signed_nonce, body)
        status = "500 Oops" if manner is Manner.BROKEN else "200 OK"
        head = (
            f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n"
            f"payment-timestamp: {timestamp}\r\npayment-signature: {signature}\r\n\r\n"
        )
        return head.encode() + body


@asynccontextmanager
async def treasury(clock: Clock) -> AsyncIterator[Treasury]:
    """A provider on a port of its own."""
    found = Treasury(clock)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


async def set_up(process: Process, url: str) -> None:
    """The province is known to the provider, and the provider to it."""

    async def one(work: Work) -> None:
        await payments.set_provider(
            work,
            system_actor(HAIDUONG),
            keyring_of(process.settings),
            provider="generic",
            key_id=KEY,
            url=url,
            secret=SECRET,
            end_others=True,
        )

    await in_work(process.db, process.clock, HAIDUONG, one)


def a_subject(process: Process, unit: str = CAM_THUONG) -> Subject:
    """A service request that a unit has."""
    unit_id = UnitId(process.books.directory.unit_by_code(HAIDUONG, unit).id)
    return Subject(HAIDUONG, "service_request", uuid4(), f"{unit}-261120-0001", unit_id)


async def a_payment(process: Process, subject: Subject, *, days: float = 5) -> PaymentRequest:
    """150 000 đồng asked for, to be paid within days."""
    due_at = process.clock.now() + timedelta(days=days)

    async def one(work: Work) -> PaymentRequest:
        return await payments.request(work, subject, LINES, due_at)

    return await in_work(process.db, process.clock, HAIDUONG, one)
