"""What leaves the house: mail by SMTP, SMS by a gateway, push messages. Every attempt has an outcome within bounds."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from app.kit.clock import Clock
from app.settings import Settings
from app.subscriptions.senders import Sender as Poster
from app.subscriptions.terms import Outcome as Posted

from .domain import base64url, unbase64url
from .terms import Attempt, Channel, Message, Outcome

MOST_SAID = 300
PUSH_TTL_S = 2 * 86_400  # a weekend without network
_PERMANENT = 500
_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # order of the curve (FIPS 186-5)


class Sender(Protocol):
    """Carries messages of one channel a step further."""

    async def send(self, message: Message) -> Attempt:
        """What came of one attempt; never raises."""
        ...

    async def close(self) -> None:
        """Let go of sockets."""
        ...


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail server and how it is spoken to."""

    host: str
    port: int
    account: str | None
    password: str | None
    implicit_tls: bool
    start_tls: bool | None  # None: when it is offered
    sender: str

    @classmethod
    def of(cls, url: str, sender: str) -> Relay:
        """The relay of `smtp://` (STARTTLS when offered), `smtp+starttls://` (or nothing) or `smtps://`.

        Raises: ValueError.
        """
        parts = urlsplit(url)
        kinds: dict[str, tuple[int, bool, bool | None]] = {
            "smtp": (25, False, None),
            "smtp+starttls": (587, False, True),
            "smtps": (465, True, False),
        }
        if parts.scheme not in kinds or not parts.hostname or "@" not in sender:
            message = "an SMTP URL is smtp://, smtp+starttls:// or smtps://host[:port], the sender an address"
            raise ValueError(message)
        port, implicit, start = kinds[parts.scheme]
        return cls(
            parts.hostname,
            parts.port or port,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            implicit,
            start,
            sender,
        )


class MailSender:
    """Hands mail to a relay, a connection for each."""

    def __init__(self, relay: Relay, clock: Clock, *, timeout_s: float, trust: ssl.SSLContext | None = None) -> None:
        """`trust`: which certificates are believed; absent: the system's."""
        self._relay = relay
        self._clock = clock
        self._timeout_s = timeout_s
        self._trust = trust

    async def send(self, message: Message) -> Attempt:
        """The outcome; UNSURE when the connection broke after the whole letter was said."""
        relay, said_all = self._relay, False
        try:
            letter = self._letter(message)
        except ValueError as error:  # no such address can be
            return Attempt(Outcome.REFUSED, str(error)[:MOST_SAID])
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.account,
            password=relay.password,
            use_tls=relay.implicit_tls,
            start_tls=relay.start_tls,
            timeout=self._timeout_s,
            tls_context=self._trust,
        )
        try:
            async with asyncio.timeout(3 * self._timeout_s), client:
                await client.mail(relay.sender)
                await client.rcpt(message.to)
                said_all = True
                answer = await client.data(letter.as_bytes())
                return Attempt(Outcome.TAKEN, f"{answer.code} {answer.message}"[:MOST_SAID])
        except aiosmtplib.SMTPResponseException as error:
            said = f"{error.code} {error.message}"[:MOST_SAID]
            if error.code <= 0:  # no answer at all
                return Attempt(Outcome.UNSURE if said_all else Outcome.LATER, said)
            ours = isinstance(error, aiosmtplib.SMTPAuthenticationError | aiosmtplib.SMTPSenderRefused)
            refused = error.code >= _PERMANENT and not ours
            return Attempt(Outcome.REFUSED if refused else Outcome.LATER, said)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            said = f"{type(error).__name__}: {error}"[:MOST_SAID]
            return Attempt(Outcome.UNSURE if said_all else Outcome.LATER, said)

    async def close(self) -> None:
        """Nothing is kept."""

    def _letter(self, message: Message) -> EmailMessage:
        """The letter (RFC 5322): the same Message-ID for every attempt. Raises: ValueError."""
        letter = EmailMessage()
        letter["From"] = Address(message.sender_name, addr_spec=self._relay.sender)
        letter["To"] = Address(addr_spec=message.to)
        letter["Subject"] = " ".join(message.subject.split())
        letter["Date"] = format_datetime(self._clock.now())
        letter["Message-ID"] = f"<{message.reference}@{self._relay.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday mail answers
        if message.unsubscribe:
            letter["List-Unsubscribe"] = f"<{message.unsubscribe}>"
            letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        letter.set_content(message.body)
        letter.add_alternative(_as_html(message.body), subtype="html")
        return letter


def _as_html(body: str) -> str:
    """The body as paragraphs, its addresses as links."""
    lines = []
    for line in body.split("\n"):
        shown = escape(line)
        if line.startswith(("https://", "http://")):
            shown = f'<a href="{shown}">{shown}</a>'
        lines.append(f"<p>{shown}</p>" if line else "")
    return f"<!doctype html><html><body>{''.join(lines)}</body></html>"


class SmsSender:
    """Asks a gateway by HTTP: every provider's is another, so what is sent is a template of JSON."""

    def __init__(self, url: str, template: str, authorization: str | None, *, timeout_s: float) -> None:
        """`template`: JSON in whose texts {to}, {text} and {reference} are filled in. Raises: ValueError."""
        self._url = url
        self._template = json.loads(template)
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)
        self._timeout_s = timeout_s
        self._headers = {"Authorization": authorization} if authorization else {}

    async def send(self, message: Message) -> Attempt:
        """The outcome by the gateway's status: 2xx took it, 400, 404 and 422 never will."""
        names = {"{to}": message.to, "{text}": message.body, "{reference}": message.reference}
        headers = {**self._headers, "Idempotency-Key": message.reference}
        try:
            # The whole of it is bounded, and of the answer only the status is read: a gateway that drips a byte now
            # and then would else never let go.
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream("POST", self._url, json=_filled(self._template, names), headers=headers) as answer,
            ):
                status = answer.status_code
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return Attempt(Outcome.LATER, f"{type(error).__name__}"[:MOST_SAID])
        except (httpx.HTTPError, TimeoutError) as error:
            return Attempt(Outcome.UNSURE, f"{type(error).__name__}"[:MOST_SAID])
        return Attempt(_by_status(status, refused={400, 404, 422}), str(status))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


def sms_gateway(settings: Settings) -> SmsSender | None:
    """Who carries this installation's SMS, None for nobody. Raises: ValueError for a template nobody can use."""
    if settings.sms_url is None:
        return None
    secret = settings.sms_authorization
    authorization = secret.get_secret_value() if secret else None
    return SmsSender(settings.sms_url, settings.sms_template, authorization, timeout_s=settings.sms_timeout_s)


def _filled(template: Any, names: Mapping[str, str]) -> Any:
    """The JSON with names filled in wherever it holds text."""
    if isinstance(template, dict):
        return {key: _filled(value, names) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, names) for value in template]
    if isinstance(template, str):
        for name, value in names.items():
            template = template.replace(name, value)
    return template


def _by_status(status: int, *, refused: set[int]) -> Outcome:
    if 200 <= status < 300:
        return Outcome.TAKEN
    return Outcome.REFUSED if status in refused else Outcome.LATER


class PushSender:
    """Hands messages to the push services of browsers (RFC 8030), sealed for the browser alone (RFC 8291)."""

    def __init__(self, key: bytes, contact: str, clock: Clock, *, private: bool, timeout_s: float) -> None:
        """`contact`: whom a push service writes to, a mailto: or https: address; `private`: as for webhooks."""
        self._vapid = Vapid02(vapid_key(key))
        self._contact = contact
        self._clock = clock
        self._poster = Poster(private=private, timeout_s=timeout_s)

    async def send(self, message: Message) -> Attempt:
        """The outcome by the service's status; 404 and 410 say that the browser is gone (RFC 8030, 7.3)."""
        device = json.loads(message.to)
        told = json.dumps({"title": message.subject, "body": message.body, "tag": message.reference}).encode()
        try:
            sealed = http_ece.encrypt(
                told,
                private_key=ec.generate_private_key(ec.SECP256R1()),
                dh=unbase64url(device["p256dh"]),
                auth_secret=unbase64url(device["auth"]),
                version="aes128gcm",
            )
        except (ValueError, http_ece.ECEException) as error:  # no key of a browser
            return Attempt(Outcome.REFUSED, f"{type(error).__name__}"[:MOST_SAID])
        parts = urlsplit(device["endpoint"])
        expires = int(self._clock.now().timestamp()) + 12 * 3600
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "sub": self._contact, "exp": expires}
        headers = {
            **self._vapid.sign(claims),
            "TTL": str(PUSH_TTL_S),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
        }
        came = await self._poster.send(device["endpoint"], headers, sealed)
        said = (came.excerpt or str(came.status or came.outcome.value))[:MOST_SAID]
        if came.outcome is Posted.FORBIDDEN_ADDRESS:
            return Attempt(Outcome.REFUSED, said)
        if came.status in {404, 410}:
            return Attempt(Outcome.GONE, said)
        return Attempt(_by_status(came.status or 0, refused={400, 413}), said)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._poster.close()


def vapid_key(key: bytes) -> ec.EllipticCurvePrivateKey:
    """Our key for push services (RFC 8292), the same for the same secret of the installation."""
    return ec.derive_private_key(int.from_bytes(key) % (_OF_P256 - 1) + 1, ec.SECP256R1())


def public_key(key: bytes) -> str:
    """What a browser subscribes with (`applicationServerKey`): the uncompressed point in URL-safe base 64."""
    raw = vapid_key(key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64url(raw)


Senders = Mapping[Channel, Sender]
