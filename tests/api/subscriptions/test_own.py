"""A system of others looks after its own subscriptions with its key, and sees nobody else's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.api.subscriptions.conftest import PUBLIC, Desk
from tests.keyholders import a_keyholder
from tests.receivers import Manner, receiving

OWN = "/api/v1/client/subscriptions"
Ask = Callable[..., Awaitable[httpx.Response]]


def asking(desk: Desk, headers: dict[str, str]) -> Ask:
    """Requests with that key."""

    async def ask(method: str, path: str = "", body: Any = None, **more: str) -> httpx.Response:
        told = {name.replace("_", "-"): value for name, value in more.items()}
        return await desk.client.request(method, f"{OWN}{path}", json=body, headers={**headers, **told})

    return ask


async def test_a_system_changes_pauses_tries_replays_and_deletes_what_it_subscribed_to(desk: Desk) -> None:
    ask = asking(desk, (await a_keyholder(desk.client, desk.process)).headers)
    body: dict[str, Any] = {"name": "Cổng dữ liệu mở", "types": PUBLIC}
    async with receiving(Manner.BROKEN) as broken, receiving() as receiver:
        made = await ask("POST", "", {**body, "url": broken.url})
        assert made.status_code == 201, made.text
        one = f"/{made.json()['id']}"
        assert (await ask("POST", f"{one}/trial")).json()["type"] == "subscription.trial"
        await desk.deliveries.settle()
        assert len(broken.arrivals) == 1
        changed = await ask("PUT", one, {**body, "url": receiver.url}, if_match=made.headers["etag"])
        assert changed.json()["url"] == receiver.url
        assert (await ask("POST", f"{one}/pause")).json()["state"] == "paused"
        assert (await ask("POST", f"{one}/resume")).json()["state"] == "active"
        log = (await ask("GET", f"{one}/deliveries")).json()["items"]
        assert (await ask("POST", f"{one}/deliveries/{log[0]['id']}/redeliver")).status_code in {200, 202}
        await desk.work_off()
        assert len(receiver.arrivals) == 1, "what failed at the old address comes at the new one"
        rotated = (await ask("POST", f"{one}/secret", {})).json()
        assert rotated["secret"] != made.json()["secret"]
        assert (await ask("POST", f"{one}/replay", {"after": 0})).status_code in {200, 202}
        assert (await ask("DELETE", one)).status_code == 204
        assert (await ask("GET", one)).status_code == 404


async def test_another_systems_subscription_is_not_there(desk: Desk) -> None:
    mine, theirs = [asking(desk, (await a_keyholder(desk.client, desk.process)).headers) for _ in range(2)]
    made = await mine("POST", "", {"name": "Của tôi", "types": PUBLIC, "url": "https://example.vn/events"})
    one = f"/{made.json()['id']}"
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("GET", "/deliveries"), ("POST", "/trial")):
        assert (await theirs(method, one + path)).status_code == 404, (method, path)
    assert (await theirs("GET")).json()["items"] == []
