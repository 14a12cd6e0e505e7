"""Real TLS to an endpoint whose name only we resolve: it must be who it says; the log says why it was not believed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from app.subscriptions.senders import Sender
from app.subscriptions.terms import Attempt, Outcome
from tests.unit.subscriptions.test_sending import resolving

NAME = "hub.example.vn"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Secure:
    """An HTTPS endpoint; `asked` are the names it was asked for, `hosts` what requests called it."""

    port: int = 0
    connections: int = 0
    asked: list[str | None] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode().lower():
                fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
                await reader.readexactly(int(fields["content-length"]))
                self.hosts.append(fields["host"])
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def secure(certificate: trustme.LeafCert) -> AsyncIterator[Secure]:
    """An endpoint with this certificate, until the block ends."""
    there, context = Secure(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)

    def note(_: object, name: str | None, __: ssl.SSLContext) -> None:
        there.asked.append(name)

    context.sni_callback = note
    server = await asyncio.start_server(there.answer, "127.0.0.1", 0, ssl=context)
    there.port = server.sockets[0].getsockname()[1]
    try:
        yield there
    finally:
        server.close()


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, Path]:
    """An authority and the file that makes it trusted."""
    made, file = trustme.CA(), tmp_path / "authority.pem"
    made.cert_pem.write_to_path(file)
    return made, file


async def send(there: Secure, trusted: Path | None, times: int = 1) -> list[Attempt]:
    sender = Sender(private=True, timeout_s=5, authorities=trusted)
    url = f"https://{NAME}:{there.port}/events"
    attempts = [await sender.send(url, {"webhook-id": str(number)}, b"{}") for number in range(times)]
    await sender.close()
    return attempts


async def test_an_endpoint_is_asked_by_its_name_at_the_address_that_was_checked_over_one_kept_connection(
    monkeypatch: pytest.MonkeyPatch, authority: tuple[trustme.CA, Path]
) -> None:
    names = resolving(monkeypatch, "127.0.0.1")
    async with secure(authority[0].issue_cert(NAME)) as there:
        attempts = await send(there, authority[1], times=3)
    assert [attempt.outcome for attempt in attempts] == [Outcome.ACCEPTED] * 3
    assert (there.asked, there.connections) == ([NAME], 1)
    assert there.hosts == [f"{NAME}:{there.port}"] * 3
    assert names == [NAME]


async def test_a_certificate_for_another_name_is_refused_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, authority: tuple[trustme.CA, Path]
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    async with secure(authority[0].issue_cert("other.example.vn", "127.0.0.1")) as there:
        (attempt,) = await send(there, authority[1])
    assert attempt.outcome is Outcome.UNREACHABLE
    assert attempt.excerpt is not None
    assert attempt.excerpt.startswith("the certificate is not accepted: Hostname mismatch")
    assert there.hosts == []


async def test_an_expired_certificate_is_refused_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, authority: tuple[trustme.CA, Path]
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    async with secure(
        authority[0].issue_cert(NAME, not_before=LONG_AGO, not_after=LONG_AGO.replace(year=2021))
    ) as there:
        (attempt,) = await send(there, authority[1])
    assert (attempt.outcome, attempt.excerpt) == (
        Outcome.UNREACHABLE,
        "the certificate is not accepted: certificate has expired",
    )
    assert there.hosts == []


async def test_a_certificate_of_nobody_we_trust_is_refused_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, authority: tuple[trustme.CA, Path]
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    for trusted in (None, authority[1]):
        async with secure(trustme.CA().issue_cert(NAME)) as there:
            (attempt,) = await send(there, trusted)
        assert attempt.outcome is Outcome.UNREACHABLE
        assert attempt.excerpt is not None
        assert attempt.excerpt.startswith("the certificate is not accepted: ")
        assert "certificate" in attempt.excerpt
        assert there.hosts == []
