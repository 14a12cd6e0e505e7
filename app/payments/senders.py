"""Requests to payment providers: signed, bounded in time and size, and believed only when the answer is signed too."""

from __future__ import annotations

import asyncio
import logging
import secrets

import httpx

from app.kit.clock import Clock

from .domain import is_current, is_signed, signature
from .terms import ProviderKey, Signed

log = logging.getLogger("lienthong.payments")

MOST_ANSWER_BYTES = 262_144


class ProviderClient:
    """Asks whichever provider a key belongs to; whatever it does, there is an outcome within `timeout_s` seconds.

    The operator has named the address, so it may be one of this network. Redirects are not followed.
    """

    def __init__(self, clock: Clock, *, timeout_s: float) -> None:
        self._clock = clock
        self._timeout_s = timeout_s
        self._http = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)

    async def ask(self, key: ProviderKey, path: str, body: bytes) -> bytes | None:
        """The body of an answer that the provider has signed for this very question; None when there is none.

        None says nothing of what the provider has done: it may have done all of it.
        """
        timestamp, nonce = str(int(self._clock.now().timestamp())), secrets.token_urlsafe(18)
        headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "Payment-Key": key.key_id,
            "Payment-Timestamp": timestamp,
            "Payment-Nonce": nonce,
            "Payment-Signature": signature(key.secret, "request", key.key_id, timestamp, nonce, body),
        }
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._http.stream("POST", f"{key.url}/{path}", content=body, headers=headers) as answer,
            ):
                read = bytearray()
                async for piece in answer.aiter_raw():
                    read += piece
                    if len(read) > MOST_ANSWER_BYTES:
                        log.warning("the payment provider answers without end")
                        return None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            log.warning("the payment provider does not answer: %s", type(error).__name__)
            return None
        if not answer.is_success:
            log.warning("the payment provider refuses: %s", answer.status_code)
            return None
        said = Signed(
            key.key_id, answer.headers.get("Payment-Timestamp", ""), nonce, answer.headers.get("Payment-Signature", ""),
            bytes(read),
        )  # fmt: skip
        if not (is_signed(key.secret, "answer", said) and is_current(said.timestamp, self._clock.now())):
            log.warning("an answer of the payment provider is not signed by it")
            return None
        return said.body

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()
