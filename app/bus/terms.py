"""What the bus carries, and what a carrier is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Event:
    """A numbered message as streams need it; `payload` is JSON on one line.

    Positions ascend without gaps within a tenant, private messages and public ones together.
    """

    position: int
    type: str
    occurred_at: datetime
    subject_id: UUID
    subject_version: int
    public: bool
    payload: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Everything of a tenant after position `after` up to `position`; without events it only says that it is there."""

    tenant_id: int
    after: int
    position: int
    events: Sequence[Event] = ()


class Means(StrEnum):
    """How signals go from process to process."""

    NONE = "none"  # not at all: everybody polls
    POSTGRES = "postgres"  # LISTEN and NOTIFY
    NATS = "nats"  # a JetStream stream, with the events themselves


Read: TypeAlias = Callable[[int, int, int], Awaitable[Sequence[Event]]]
"""Events of a tenant after a position up to another one, from the database."""


class Incoming(Protocol):
    """Who takes what a carrier brings."""

    def heard_written(self, tenants: Collection[int]) -> None:
        """Messages of these tenants were committed somewhere and wait for their position."""
        ...

    def heard_numbered(self, chunk: Chunk) -> None:
        """Messages were given positions somewhere."""
        ...

    def changed(self) -> None:
        """The carrier has come to work, or ceased to."""
        ...


class Carrier(Protocol):
    """Brings signals to other processes and from them. None of its methods waits for the network, but `run`."""

    means: Means

    @property
    def works(self) -> bool:
        """Whether what is sent now is likely to arrive: connected, and its last echo was heard."""
        ...

    async def run(self, incoming: Incoming) -> None:
        """Carry until cancelled, whatever happens to the connection."""
        ...

    def written(self, tenants: Collection[int]) -> None:
        """Tell all workers."""
        ...

    def numbered(self, tenant_id: int, after: int, position: int) -> None:
        """Tell all processes that the tenant's messages after `after` up to `position` can be read."""
        ...
