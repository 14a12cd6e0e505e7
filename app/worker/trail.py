"""The audit trail at work: entries are sealed, and sent to where the operator wants them."""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import Self

from app.audit import service as audit
from app.audit.senders import FileSink, Sink, SyslogSink
from app.audit.store import Anchors
from app.db.work import in_work
from app.kit.ids import TenantId
from app.process import Process, keyring_of
from app.settings import Settings

from .tenants import each_tenant

log = logging.getLogger("lienthong.audit")
SEAL_EVERY_S = 1.0


class Trail:
    """What this process does for the trail. Leaving it closes what is open."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._key = keyring_of(process.settings).audit
        self._sinks = sinks_of(process.settings)
        self._anchors = anchors_of(process.settings)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sink in self._sinks:
            await sink.close()

    async def seal(self) -> int:
        """Entries sealed now, over all tenants."""
        process = self._process

        async def one(tenant_id: TenantId) -> int:
            sealed = await in_work(
                process.db, process.clock, tenant_id, lambda work: audit.seal(work, tenant_id, self._key)
            )
            if sealed:
                await self._anchor(tenant_id)
            return sealed

        return await each_tenant(process, "audit.seal", one, await audit.waiting(process.db, process.tenants))

    async def _anchor(self, tenant_id: TenantId) -> None:
        """Note outside the database how far the trail goes; never that it goes less far than it went."""
        head = await audit.find_head(self._process.db, tenant_id)
        kept = await asyncio.to_thread(self._anchors.read, tenant_id)
        if head is not None and kept is not None and head.position == kept[0]:
            return  # another worker of this machine was first
        if head is None or (kept is not None and head.position < kept[0]):
            log.error("the trail of tenant %s ends before what was sealed here: lienthong audit verify", tenant_id)
            return
        await asyncio.to_thread(self._anchors.keep, tenant_id, head.position, head.hash)

    async def send_on(self) -> int:
        """Entries that somebody outside has taken now, over all tenants and places."""
        process, done = self._process, 0
        for sink in self._sinks:

            async def one(tenant_id: TenantId, sink: Sink = sink) -> int:
                return await audit.send_on(process.db, process.clock, tenant_id, sink)

            done += await each_tenant(process, f"audit to {sink.name}", one)
        return done


def anchors_of(settings: Settings) -> Anchors:
    """Where this machine notes how far trails go."""
    return Anchors(settings.data_dir / "audit")


def sinks_of(settings: Settings) -> list[Sink]:
    """Where this installation sends its trail. Raises: ValueError when the address is none."""
    found: list[Sink] = []
    if settings.audit_syslog_url:
        found.append(SyslogSink(settings.audit_syslog_url))
    if settings.audit_file:
        found.append(FileSink(settings.audit_file))
    return found
