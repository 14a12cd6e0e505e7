"""Facts about payments, in the past tense; the room that asked for the money reacts to them."""

from __future__ import annotations

from enum import StrEnum


class PaymentEvent(StrEnum):
    """What has happened to a request."""

    REQUESTED = "payment.requested"
    PAID = "payment.paid"
    REFUND_DUE = "payment.refund_due"
    REFUNDED = "payment.refunded"
    CANCELLED = "payment.cancelled"
    EXPIRED = "payment.expired"
