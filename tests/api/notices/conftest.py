"""A worker's side of notices, with real receivers of everything it sends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from app.db.engine import Database
from app.identity.domain import Keyring
from app.identity.terms import ReporterIdentity
from app.kit.clock import FixedClock
from app.notices.handlers import NoticeConsumer
from app.notices.senders import MailSender, PushSender, Relay, Sender, SmsSender
from app.notices.service import Courier, Ways
from app.notices.terms import Channel
from app.process import Process
from app.worker import loop
from tests.builders import HAIDUONG
from tests.postoffice import Gateway, Mailbox, gateway, mail_server

MAIL = ReporterIdentity(name="Nguyễn Văn A", email="a.nguyen@example.org")
BOTH = ReporterIdentity(name="Trần Thị B", phone="+84912345678", email="b.tran@example.org")
PHONE = ReporterIdentity(phone="+84912345678")
PAGES = "https://haiduong.example"


@dataclass
class Post:
    """The worker's side of notices, with everything it sends to."""

    process: Process
    mailbox: Mailbox
    sms: Gateway
    push: Gateway
    courier: Courier
    consumer: NoticeConsumer
    came: list[tuple[str, str]] = field(default_factory=list)

    async def handle(self) -> None:
        """Every fact so far has its notices."""
        while await loop.turn(self.process, [self.consumer]):
            pass

    async def deliver(self) -> int:
        """Whatever is due now has been tried once: how much that was."""
        made = 0
        while now := await self.courier.deliver([HAIDUONG]):
            made += now
        return made

    async def all(self) -> None:
        """Both."""
        await self.handle()
        await self.deliver()


@pytest.fixture
async def post(process: Process, db: Database, clock: FixedClock) -> AsyncIterator[Post]:
    """A worker that can tell by mail, SMS and push."""
    secret = process.settings.secret_key
    assert secret is not None
    keys, mailbox, came = Keyring.of(secret.get_secret_value()), Mailbox(), list[tuple[str, str]]()
    with mail_server(mailbox) as port:
        async with gateway() as sms, gateway() as push:
            senders: dict[Channel, Sender] = {
                Channel.EMAIL: MailSender(
                    Relay.of(f"smtp://127.0.0.1:{port}", "phananh@haiduong.example"), clock, timeout_s=5
                ),
                Channel.SMS: SmsSender(
                    f"http://127.0.0.1:{sms.port}/send",
                    '{"phone": "{to}", "content": ["{text}"], "id": "{reference}"}',
                    "Bearer khoa",
                    timeout_s=5,
                ),
                Channel.PUSH: PushSender(keys.vapid, "mailto:it@haiduong.example", clock, private=True, timeout_s=5),
            }
            courier = Courier(
                db,
                clock,
                keys,
                senders,
                directory=lambda: process.directory.current,
                pages=PAGES,
                attempted=lambda channel, outcome: came.append((channel, outcome)),
            )
            consumer = NoticeConsumer(lambda: process.request_books, keys, Ways(frozenset(Channel), PAGES))
            yield Post(process, mailbox, sms, push, courier, consumer, came)
            await courier.close()


async def rows(db: Database) -> list[tuple[str, str, str]]:
    """Occasion, channel and state of every notice to people."""
    found = await db.lane.fetch("SELECT occasion, channel, state FROM notices WHERE unit_id IS NULL ORDER BY id")
    return [(row["occasion"], row["channel"], row["state"]) for row in found]
