"""Parcels on the wire: read under the neighbour's lock, sent outside any, and what it has by then is written down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from app.cases import service as cases_service
from app.cases.terms import Books
from app.couriers.lines import Raises, serve_lines
from app.db.engine import Database
from app.db.work import Work, in_work
from app.federation import domain, repository
from app.federation.models import NeighbourRow
from app.federation.senders import Wire
from app.federation.terms import Neighbour, Parcel, Reply
from app.identity.domain import Keyring
from app.identity.errors import IdentityUnreadable
from app.kit.clock import Clock, rfc3339
from app.kit.ids import CaseId, TenantId, uuid7
from app.kit.waits import is_left_alone

from .keys import open_secret

CONCURRENCY = 16  # requests at once, as many as the wire has connections
log = logging.getLogger("lienthong.federation")


class Postman:
    """Carries parcels to neighbours; any number of processes may have one: a parcel that comes twice is taken once."""

    def __init__(self, db: Database, clock: Clock, keys: Keyring, wire: Wire, *, books: Callable[[], Books]) -> None:
        """Nothing is asked of the network before a turn. `books`: the newest reference data."""
        self._db = db
        self._clock = clock
        self._keys = keys
        self._wire = wire
        self._books = books
        self._lease = timedelta(seconds=wire.timeout_s + 5)

    async def deliver(self, tenants: Sequence[TenantId]) -> int:
        """Number of requests made now, at most CONCURRENCY at once: a neighbour that hangs keeps no other waiting.

        One statement for each tenant when nothing waits. Raises when every neighbour fails.
        """
        now = self._clock.now()
        due = [(one, id_) for one in tenants for id_ in await repository.list_due(self._db, one, now)]
        return await serve_lines(self._carry, due, at_once=CONCURRENCY, raises=Raises.ALL)

    async def _carry(self, tenant_id: TenantId, neighbour_id: UUID) -> int:
        """One request, of as many parcels as fit into it."""

        async def claim(work: Work) -> tuple[Neighbour, list[Parcel]] | None:
            row = await repository.lock(work, tenant_id, neighbour_id)
            if row.told >= row.written or is_left_alone(row.retry_at, work.now, domain.WAITS.longest):
                return None
            row.retry_at = work.now + self._lease  # others leave it alone as long as we may be asking
            return row.read(), await repository.waiting(work, row, domain.USUAL_PARCELS)

        claimed = await in_work(self._db, self._clock, tenant_id, claim)
        if claimed is None:
            return 0
        neighbour, parcels = claimed
        try:
            secret = open_secret(self._keys, neighbour)
        except IdentityUnreadable:
            log.warning("the secret of neighbour %s cannot be read with the present secrets", neighbour_id)
            return 0
        marks = {neighbour.told: neighbour.told_mark, **{one.number: domain.mark_of(one) for one in parcels}}
        written = [_on_the_wire(one, marks.get(one.number - 1)) for one in parcels]
        written = written[: domain.batch([len(orjson.dumps(one)) for one in written], neighbour.failures)]
        last = written[-1]["number"] if written else neighbour.written
        forgotten = domain.gaps(neighbour.told, [one["number"] for one in written], last)
        body = {"parcels": written, **({"forgotten": forgotten} if forgotten else {})}
        reply = await ask(self._wire, neighbour, secret, "parcels", body, self._clock.now())
        alone = parcels[0] if len(written) == 1 else None
        books = self._books()
        await in_work(self._db, self._clock, tenant_id, lambda work: _settle(work, neighbour, reply, alone, books))
        return 1


async def ask(wire: Wire, neighbour: Neighbour, secret: str, what: str, body: dict[str, Any], now: datetime) -> Reply:
    """What the neighbour says to a signed request."""
    content = orjson.dumps(body)
    proof = domain.signed(secret, f"fed_{uuid7(now).hex}", now, content)
    url = f"{neighbour.wanted.url.rstrip('/')}/api/v1/federation/{neighbour.id}/{what}"
    return await wire.post(url, proof, content)


def _on_the_wire(parcel: Parcel, previous: str | None) -> dict[str, Any]:
    return {
        "number": parcel.number,
        "consignment": str(parcel.consignment),
        "kind": parcel.kind.value,
        "previous": previous,
        "at": rfc3339(parcel.at),
        "body": dict(parcel.body),
    }


async def _settle(work: Work, neighbour: Neighbour, reply: Reply, alone: Parcel | None, books: Books) -> None:
    """How far the neighbour has taken them in. `alone`: the only one that was sent.

    One that was put back from a copy says less than before: it is told again from there. Where we were put back, it has
    numbers that we have not given yet: what waits here is numbered after them, lest it be thought to be there.
    """
    row = await repository.lock(work, neighbour.tenant_id, neighbour.id)
    heard, mark = reply.body.get("heard"), reply.body.get("mark")
    if not reply.ok or not isinstance(heard, int) or heard < 0 or not isinstance(mark, str | None):
        await _failed(work, row, reply, alone, books)
        return
    if heard > row.told and mark != await repository.mark_of(work, row, heard):
        log.warning("neighbour %s knows another parcel %d than we do: numbering anew", row.id, heard)
        by = heard - row.told
        await repository.renumber(work, row, by)
        row.written, row.told = row.written + by, heard
    else:
        row.told = heard
    row.told_mark = mark
    stuck = heard <= neighbour.told and heard < row.written
    row.failures = row.failures + 1 if stuck else 0
    row.retry_at = work.now + domain.WAITS.after(row.failures) if stuck else None
    row.last_error, row.last_success_at = ("nothing-taken" if stuck else None), work.now


async def _failed(work: Work, row: NeighbourRow, reply: Reply, alone: Parcel | None, books: Books) -> None:
    """When it is tried again. What was too much is tried in smaller parts at once.

    A parcel that is too big by itself loses the end of its texts, which officers are told, lest it stops all behind it.
    """
    row.failures += 1
    row.retry_at = work.now + domain.WAITS.after(row.failures)
    row.last_error = reply.code or "unreadable"
    if reply.code != domain.TOO_BIG:
        return
    if alone is None:
        row.retry_at = None
        return
    row.last_error = domain.PARCEL_TOO_BIG
    shorter = domain.cut_short(alone.body)
    if shorter is None:
        log.warning("parcel %d for neighbour %s is too big for it, and nothing can be cut", alone.number, row.id)
        return
    await repository.rewrite_parcel(work, row, alone, shorter)
    row.retry_at = None
    of = await repository.consignment(work, TenantId(row.tenant_id), row.id, alone.consignment)
    if of is not None and of.case_id is not None:
        await cases_service.note_from_outside(
            work, TenantId(row.tenant_id), CaseId(of.case_id), books=books, text=domain.cut(row.name)
        )
