"""The transport asks no private address, whatever a name resolves to, and connects to what it has checked."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpcore
import pytest

from app.couriers.network import CheckedNetwork, ForbiddenAddress
from app.subscriptions.senders import Sender
from app.subscriptions.terms import Outcome
from tests.receivers import Manner, receiving


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name resolves to `addresses` now; the names that were asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]]
)
async def test_a_public_name_with_a_private_address_is_never_connected_to(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    async with receiving() as receiver:
        resolving(monkeypatch, *addresses)
        sender = Sender(private=False, timeout_s=2)
        attempt = await sender.send(f"https://hooks.example.vn:{receiver.port}/events?of=us", {}, b"{}")
        await sender.close()
        assert attempt.outcome is Outcome.FORBIDDEN_ADDRESS
        assert receiver.open == 0
        assert receiver.arrivals == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"])
async def test_the_transport_itself_refuses_this_machine(host: str) -> None:
    network = CheckedNetwork(private=False)
    async with receiving() as receiver, httpcore.AsyncConnectionPool(network_backend=network) as pool:
        with pytest.raises(ForbiddenAddress):
            await pool.request("POST", f"http://{host}:{receiver.port}/events?of=us")
        assert receiver.arrivals == []


async def test_the_checked_address_is_asked_under_the_name_and_the_name_is_resolved_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with receiving() as receiver:
        asked = resolving(monkeypatch, "127.0.0.1")
        sender = Sender(private=True, timeout_s=2)
        attempt = await sender.send(f"http://hub.example.vn:{receiver.port}/events?of=us", {"webhook-id": "1"}, b"{}")
        await sender.close()
        assert attempt.outcome is Outcome.ACCEPTED
        assert receiver.arrivals[0].headers["host"] == f"hub.example.vn:{receiver.port}"
        assert asked == ["hub.example.vn"]


async def test_the_next_address_is_asked_when_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as receiver:
        resolving(monkeypatch, "127.0.0.2", "127.0.0.1")  # nobody listens at the first
        sender = Sender(private=True, timeout_s=2)
        attempt = await sender.send(f"http://hub:{receiver.port}/events?of=us", {}, b"{}")
        await sender.close()
        assert attempt.outcome is Outcome.ACCEPTED


async def test_tls_is_asked_for_by_name_and_a_server_without_it_is_unreachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello.append(await reader.read(2048))
        writer.close()

    hello: list[bytes] = []
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    resolving(monkeypatch, "127.0.0.1")
    sender = Sender(private=True, timeout_s=2)
    attempt = await sender.send(f"https://hub.example.vn:{port}/", {}, b"{}")
    await sender.close()
    server.close()
    assert attempt.outcome is Outcome.UNREACHABLE
    assert b"hub.example.vn" in hello[0], "the name of the server (SNI) in the first message of TLS"


async def test_a_resolver_that_hangs_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        asyncio.run_coroutine_threadsafe(ended.wait(), loop).result()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    sender = Sender(private=True, timeout_s=0.1)
    attempt = await sender.send("http://hub/", {}, b"{}")
    ended.set()
    await sender.close()
    assert attempt.outcome is Outcome.TIMEOUT


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(Manner.GOOD) as receiver:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
        sender = Sender(private=True, timeout_s=2)
        attempt = await sender.send(receiver.url, {}, b"{}")
        await sender.close()
        assert attempt.outcome is Outcome.ACCEPTED
