"""What every process of an installation holds: settings, clock, database, reference data. Opened and closed as one."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.bus.hub import Bus
from app.bus.jetstream import NatsCarrier, Server
from app.bus.postgres import PostgresCarrier
from app.bus.terms import Carrier, Event
from app.cases.terms import Books
from app.catalogue import repository as catalogue_repository
from app.catalogue.snapshot import Catalogue
from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.db.reference import Reference, read_versions
from app.db.work import read_work
from app.deadlines import repository as deadlines_repository
from app.deadlines.snapshot import Calendars
from app.directory import repository as directory_repository
from app.directory.snapshot import Directory
from app.identity.domain import Keyring
from app.kit.clock import Clock
from app.kit.collector import sparing
from app.kit.ids import TenantId
from app.mobile import repository as mobile_repository
from app.outbox import service as outbox
from app.procedures import repository as procedures_repository
from app.procedures.snapshot import Procedures
from app.routing import repository as routing_repository
from app.routing.snapshot import Rulebooks
from app.service_requests.terms import RequestBooks
from app.settings import Settings
from app.web.metrics import Metrics
from app.web.versions import KnownVersions

log = logging.getLogger("lienthong.process")


def keyring_of(settings: Settings) -> Keyring:
    """The keys of this installation. The settings have its secret."""
    assert settings.secret_key is not None
    others = settings.vault_secrets.get_secret_value() if settings.vault_secrets is not None else ""
    return Keyring.of(settings.secret_key.get_secret_value(), others.replace(",", " ").split())


@dataclass(frozen=True, slots=True)
class Process:
    """One running process. Reference data is loaded when it opens and kept fresh by `keep_fresh`."""

    settings: Settings
    clock: Clock
    db: Database
    directory: Reference[Directory]
    catalogue: Reference[Catalogue]
    rulebooks: Reference[Rulebooks]
    calendars: Reference[Calendars]
    procedures: Reference[Procedures]
    app_versions: Reference[KnownVersions]
    bus: Bus
    metrics: Metrics = field(default_factory=Metrics)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    async def open(
        cls, settings: Settings, clock: Clock, metrics: Metrics | None = None, *, locates: bool = True
    ) -> Process:
        """A process with its reference data loaded; it counts into `metrics` when they are given.

        Without `locates` it holds no boundaries and cannot say where a point is.
        Raises: DatabaseUnavailable; LookupError without a database.
        """
        if settings.database_url is None:
            message = "no database is configured"
            raise LookupError(message)
        db = await Database.open(settings.database_url, settings)
        process = cls(
            settings,
            clock,
            db,
            Reference("directory", directory_repository.DirectoryLoader(settings.default_tenant, locates)),
            Reference("catalogue", catalogue_repository.load),
            Reference("rulebooks", routing_repository.load),
            Reference("calendars", deadlines_repository.load_calendars),
            Reference("procedures", procedures_repository.load),
            Reference("app_versions", mobile_repository.load_versions),
            Bus(_carrier(settings, db), net_s=settings.bus_net_s),
            metrics or Metrics(),
        )
        db.on_written = process.bus.written
        try:
            with sparing():
                await process.refresh()
        except BaseException:
            await process.close()
            raise
        process._tasks.append(asyncio.create_task(process._keep_fresh(), name="reference data"))
        return process

    @property
    def books(self) -> Books:
        """The reference data of this moment."""
        return Books(self.directory.current, self.catalogue.current, self.rulebooks.current, self.calendars.current)

    @property
    def request_books(self) -> RequestBooks:
        """The same for service requests."""
        return RequestBooks(
            self.directory.current,
            self.catalogue.current,
            self.calendars.current,
            self.procedures.current,
            keyring_of(self.settings),
            self.settings.pages,
        )

    @property
    def references(self) -> tuple[Reference[Any], ...]:
        """All of the reference data, in the order in which it is loaded: tenants first, the others speak of them."""
        return self.directory, self.catalogue, self.rulebooks, self.calendars, self.procedures, self.app_versions

    @property
    def tenants(self) -> list[TenantId]:
        """Tenants in operation."""
        return [tenant.id for tenant in self.directory.current.tenants if tenant.active]

    async def refresh(self) -> None:
        """Load whatever has a new version."""
        anew, map_changed = self.directory.version != -1, False
        async with read_work(self.db, self.clock, None) as work:
            versions = await read_versions(work.session)
            for reference in self.references:
                if await reference.refresh(work.session, versions):
                    log.info("loaded %s", reference.name)
                    map_changed = map_changed or reference is self.directory
        if map_changed:  # the others are small: the collector sees to what they leave
            _settle(anew=anew)

    async def _keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(self.settings.reference_poll_s)
            try:
                await self.refresh()
            except Exception as error:  # an outage must not end the loop: the next turn tries again
                unforeseen = not isinstance(error, DatabaseUnavailable)
                log.warning("reference data could not be refreshed: %s", error, exc_info=unforeseen)

    async def close(self) -> None:
        """Stop what runs beside requests, then close the database."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.bus.close()
        await self.db.close()


def _carrier(settings: Settings, db: Database) -> Carrier | None:
    """What carries signals between processes, by the settings; None: nothing does, and all poll."""
    if not settings.bus:
        return None
    if settings.nats_url is None:
        return PostgresCarrier(settings.bus_database_url or db.url)
    server = Server(
        settings.nats_url.get_secret_value(),
        settings.nats_prefix,
        settings.nats_replicas,
        settings.nats_credentials_file,
    )

    async def read(tenant_id: int, after: int, until: int) -> Sequence[Event]:
        return await outbox.events_between(db, tenant_id, after, until)

    return NatsCarrier(server, read)


def _settle(*, anew: bool) -> None:
    """Collect what loading has left over, spare the collector what stays, and give free memory back to the system.

    The collector would walk hundreds of thousands of objects that never change, again and again, with everybody
    waiting for half a second; so everybody waits once, when the map has changed. If it was loaded `anew`, frozen ones
    are thawed first, so that what it has replaced goes.
    """
    if anew:
        gc.unfreeze()
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc; other C libraries give back by themselves
    if trim is not None:
        trim(0)
