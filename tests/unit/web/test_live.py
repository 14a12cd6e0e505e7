"""Seats of streams: however many ask at the same moment, no more sit down than there are seats."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from app.web.live import EventStream, Listener, Seats, Tell, TooManyStreams

ADDRESS = "203.0.113.7"
SCOPE: dict[str, Any] = {"type": "http", "client": (ADDRESS, 50_000)}


class Silence:
    """A feed with no news."""

    async def join(self, send: Tell, after: int | None) -> Listener:
        """Whoever comes."""
        return Listener(send, after or 0)

    def leave(self, listener: Listener) -> None:
        """Nothing is kept of them."""


async def test_who_asked_while_there_was_room_is_refused_once_the_seats_are_taken() -> None:
    seats, gone, sent = Seats(most=10, per_address=2, per_account=10), asyncio.Event(), list[Any]()

    async def receive() -> MutableMapping[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    for _ in range(5):
        seats.check(ADDRESS)  # as the endpoint does, before it looks into the database
    asking = [asyncio.create_task(EventStream(Silence(), None, seats)(SCOPE, receive, send)) for _ in range(5)]
    await asyncio.sleep(0)
    taken = seats.taken
    gone.set()
    ended = await asyncio.gather(*asking, return_exceptions=True)
    assert taken == 2
    assert [type(one) for one in ended] == [type(None)] * 2 + [TooManyStreams] * 3
    assert len([one for one in sent if one["type"] == "http.response.start"]) == 2
    assert seats.taken == 0
