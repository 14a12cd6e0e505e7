"""Refusals: what somebody was not allowed to do. There may be very many, each of an attacker's making."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.audit.terms import Action, Doer, Origin, Outcome, Stood
from app.db.engine import Database
from app.db.work import HotWork
from app.kit.clock import Clock
from app.kit.ids import TenantId
from app.web.logs import route_of

from .recording import Scope, origin_of, record

log = logging.getLogger("lienthong.audit")
_NOWHERE: Final = Origin(None, None)
_MANY: Final[Mapping[str, object]] = {"problem": "many"}
"""Of refusals that were too many at once to be told apart: of several people, from several addresses."""
FLUSH_S: Final = 0.2
REPEATS_S: Final = 60.0
MOST_AT_ONCE: Final = 200  # different refusals between two flushes; further ones are counted together


class _Nobody(StrEnum):
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class _Stranger:
    """Whoever was refused without being known."""

    tenant_id: TenantId
    kind: StrEnum = _Nobody.ANONYMOUS
    id: UUID | None = None
    name: str = ""
    instead_of: None = None
    stands_in_for: tuple[Stood, ...] = ()
    capacity: tuple[Stood, ...] = ()


@dataclass(slots=True)
class _Seen:
    """One refusal and how often it has come since it was last written."""

    actor: Doer
    origin: Origin
    subject: str | None
    details: Mapping[str, object]
    at: float
    again: int = 0


class Refusals:
    """Gathers refusals of a web process and writes them a moment later.

    The first of its kind (who, from where, at which address, why) is written within FLUSH_S; how often it came again
    within the next minute is written as one line with a number. So a flood of refusals is a few lines a minute. What
    was refused in the last moment before a process is killed is lost: it changed nothing.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._new: list[_Seen] = []
        self._seen: dict[tuple[object, ...], _Seen] = {}
        self._over: Counter[TenantId] = Counter()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write; in a context that belongs to no request."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Write what there is, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self.flush(asyncio.get_running_loop().time() + REPEATS_S)

    def note(self, scope: Scope, slug: str, status: int) -> None:
        """The request of this scope was refused."""
        state: dict[str, Any] = scope["state"]
        tenant = state.get("tenant")
        if tenant is None:
            return  # refused before anybody knew for which province: the log has it
        actor: Doer = state.get("actor") or _Stranger(tenant)
        origin = origin_of(scope)
        key = (tenant, actor.id, origin.address, route_of(scope), slug)
        known = self._seen.get(key)
        if known is not None:
            known.again += 1
            return
        if len(self._new) >= MOST_AT_ONCE:
            self._over[tenant] += 1
            return
        details = {"problem": slug, "status": status, "method": scope["method"], "route": route_of(scope)}
        subject = scope.get("path_params", {}).get("code")
        seen = _Seen(actor, origin, subject, details, asyncio.get_running_loop().time())
        self._seen[key] = seen
        self._new.append(seen)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            if self._new or self._seen:
                try:
                    await self.flush(asyncio.get_running_loop().time())
                except Exception as error:  # noqa: BLE001 - a database that is away must not end it
                    log.warning("refusals were not written: %s", error)

    async def flush(self, moment: float) -> None:
        """Write what is new, and what came again for longer than REPEATS_S at `moment` of the loop's clock."""
        fresh, self._new, over, self._over = self._new, [], self._over, Counter()
        work = HotWork(self._clock.now())
        written = [(seen, 1) for seen in fresh]
        for key, seen in [*self._seen.items()]:
            if moment - seen.at >= REPEATS_S:
                del self._seen[key]
                if seen.again:
                    written.append((seen, seen.again))
        for seen, times in written:
            self._put(work, seen, times)
        for tenant, times in over.items():
            self._put(work, _Seen(_Stranger(tenant), _NOWHERE, None, _MANY, moment), times)
        if written or over:
            await work.commit_to(self._db)

    @staticmethod
    def _put(work: HotWork, seen: _Seen, times: int) -> None:
        details = {**seen.details, **({"times": times} if times > 1 else {})}
        record(
            work,
            seen.actor,
            Action.REFUSED,
            subject=seen.subject,
            outcome=Outcome.REFUSED,
            details=details,
            origin=seen.origin,
        )
