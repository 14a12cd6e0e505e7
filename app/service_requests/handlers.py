"""Reactions to facts of others: what is paid lets a service request go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox.terms import Message

from . import service
from .terms import RequestBooks

CONSUMER: Final = "service_requests"


class PaymentConsumer:
    """Lets a service request go on when its fee is paid, and asks for it anew when the time to pay is over."""

    name = CONSUMER
    types = frozenset({"payment.paid", "payment.expired"})

    def __init__(self, books: Callable[[], RequestBooks]) -> None:
        """`books` gives the newest reference data of this process."""
        self._books = books

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch; what changes commits with the consumer's cursor."""
        books = self._books()
        for message in messages:
            react = service.paid if message.type == "payment.paid" else service.expired
            await react(work, tenant_id, message, books)
