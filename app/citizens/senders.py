"""Who carries a code to a phone."""

from __future__ import annotations

import logging
from typing import Protocol

from app.kit.clock import Clock
from app.kit.ids import uuid7
from app.notices.senders import Sender, sms_gateway
from app.notices.terms import Channel, Message, Outcome
from app.settings import PhoneCodes, Settings

log = logging.getLogger("lienthong.codes")


class CodeSender(Protocol):
    """Hands a message over to be carried to a phone."""

    async def send(self, phone: str, text: str) -> bool:
        """Whether somebody took it, or may have."""

    async def close(self) -> None:
        """Let go of what is open."""


class GatewayCodes:
    """By the gateway that carries notices."""

    def __init__(self, gateway: Sender, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock

    async def send(self, phone: str, text: str) -> bool:
        """Whether the gateway took it, or may have."""
        reference = str(uuid7(self._clock.now()))
        attempt = await self._gateway.send(Message(Channel.SMS, phone, "", text, reference, "Lien Thong"))
        return attempt.outcome in {Outcome.TAKEN, Outcome.UNSURE}

    async def close(self) -> None:
        """Let go of the connections."""
        await self._gateway.close()


class LoggedCodes:
    """To the log of a trial, which has no gateway; never elsewhere."""

    async def send(self, phone: str, text: str) -> bool:
        """It is in the log."""
        log.warning("trial: SMS to …%s: %s", phone[-3:], text)
        return True

    async def close(self) -> None:
        """Nothing is open."""


class NoCodes:
    """Nobody: no gateway is set up."""

    async def send(self, phone: str, text: str) -> bool:  # noqa: ARG002 - as the others
        """Nobody takes it."""
        return False

    async def close(self) -> None:
        """Nothing is open."""


def codes_of(settings: Settings, clock: Clock) -> CodeSender:
    """Who carries codes from this installation. Raises: ValueError for a template nobody can use."""
    if settings.phone_codes is PhoneCodes.LOG:
        return LoggedCodes()
    gateway = sms_gateway(settings)
    return GatewayCodes(gateway, clock) if gateway is not None else NoCodes()
