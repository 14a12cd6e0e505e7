"""Who carries links to officers by mail."""

from __future__ import annotations

from app.kit.clock import Clock
from app.kit.ids import uuid7
from app.notices.senders import MailSender, Relay, Sender
from app.notices.terms import Channel, Message, Outcome
from app.settings import Settings

SENDER_NAME = "Liên Thông"


class LinkPost:
    """Hands letters to the relay that carries notices, at once: a link that waits in a table could be read there."""

    def __init__(self, relay: Sender | None, clock: Clock) -> None:
        """`relay` None: no mail leaves this installation."""
        self._relay = relay
        self._clock = clock

    async def send(self, to: str, subject: str, text: str) -> bool:
        """Whether the relay took the letter, or may have."""
        if self._relay is None:
            return False
        reference = str(uuid7(self._clock.now()))
        attempt = await self._relay.send(Message(Channel.EMAIL, to, subject, text, reference, SENDER_NAME))
        return attempt.outcome in {Outcome.TAKEN, Outcome.UNSURE}


def post_of(settings: Settings, clock: Clock) -> LinkPost:
    """Who carries links from this installation. Raises: ValueError for settings nobody can use."""
    if settings.smtp_url is None:
        return LinkPost(None, clock)
    relay = Relay.of(settings.smtp_url.get_secret_value(), settings.mail_from)
    return LinkPost(MailSender(relay, clock, timeout_s=settings.smtp_timeout_s), clock)
