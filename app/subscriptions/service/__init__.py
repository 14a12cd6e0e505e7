"""Telling subscribers: who is to be told, the requests that tell them, and what administrators do about it.

A message becomes one delivery per subscription that wants it, in the transaction of the consumer's cursor. Deliveries
are claimed, posted outside any transaction, and settled: at least once on the wire, always with the message's own id.
"""

from __future__ import annotations

from .administration import (
    MOST_SUBSCRIPTIONS,
    change_subscription,
    create_subscription,
    delete_subscription,
    get_subscription,
    list_deliveries,
    list_subscriptions,
    pause_of_client,
    pause_subscription,
    recall_secret,
    redeliver,
    replay_events,
    resume_subscription,
    rotate_secret,
    send_trial,
)
from .delivering import Courier
from .reading import events_after
from .rounds import CONCURRENCY
from .telling import advance_replay, backlog, prune, tell

__all__ = [
    "CONCURRENCY",
    "MOST_SUBSCRIPTIONS",
    "Courier",
    "advance_replay",
    "backlog",
    "change_subscription",
    "create_subscription",
    "delete_subscription",
    "events_after",
    "get_subscription",
    "list_deliveries",
    "list_subscriptions",
    "pause_of_client",
    "pause_subscription",
    "prune",
    "recall_secret",
    "redeliver",
    "replay_events",
    "resume_subscription",
    "rotate_secret",
    "send_trial",
    "tell",
]
