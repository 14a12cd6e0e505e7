"""Notices on their way: whom this process can tell, and the turn that sends what is due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from app.notices.senders import MailSender, PushSender, Relay, Sender, sms_gateway
from app.notices.service import Courier, Ways
from app.notices.terms import Channel
from app.process import Process, keyring_of
from app.settings import Settings


def ways_of(settings: Settings) -> Ways:
    """How this installation can tell anybody."""
    there = {
        Channel.EMAIL: settings.smtp_url is not None,
        Channel.SMS: settings.sms_url is not None,
        Channel.PUSH: settings.push_contact is not None,
    }
    channels = frozenset(channel for channel, is_there in there.items() if is_there)
    return Ways(channels, settings.public_url.rstrip("/") if settings.public_url else None)


class Notices:
    """What this process sends. Leaving it ends the messages under way; others take them up later."""

    def __init__(self, process: Process) -> None:
        """Nothing is asked of the network before `turn`."""
        self._process = process
        self._courier: Courier | None = None

    async def __aenter__(self) -> Self:
        process, settings = self._process, self._process.settings
        self._courier = Courier(
            process.db,
            process.clock,
            keyring_of(settings),
            senders_of(process),
            directory=lambda: process.directory.current,
            pages=ways_of(settings).pages,
            attempted=process.metrics.told,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._courier is not None:
            await self._courier.close()

    @property
    def turns(self) -> dict[Channel, Callable[[], Awaitable[int]]]:
        """Of each channel that is set up, what sends its messages that are due, over all tenants."""
        courier = self._courier
        assert courier is not None

        def turn_of(channel: Channel) -> Callable[[], Awaitable[int]]:
            return lambda: courier.deliver(self._process.tenants, channel)

        ways = ways_of(self._process.settings)
        return {channel: turn_of(channel) for channel in Channel if channel in ways.channels}


def senders_of(process: Process) -> dict[Channel, Sender]:
    """Whoever carries messages of each channel that is set up. Raises: ValueError for settings nobody can use."""
    settings, clock = process.settings, process.clock
    senders: dict[Channel, Sender] = {}
    if settings.smtp_url is not None:
        relay = Relay.of(settings.smtp_url.get_secret_value(), settings.mail_from)
        senders[Channel.EMAIL] = MailSender(relay, clock, timeout_s=settings.smtp_timeout_s)
    if (gateway := sms_gateway(settings)) is not None:
        senders[Channel.SMS] = gateway
    if settings.push_contact is not None:
        senders[Channel.PUSH] = PushSender(
            keyring_of(settings).vapid,
            settings.push_contact,
            clock,
            private=settings.webhook_private_addresses,
            timeout_s=settings.webhook_timeout_s,
        )
    return senders
