"""Devices on a network that loses, delays, doubles and reorders, with a server, a worker and apps killed at any moment.

Apps are of an old version and of a new one, servers are replaced while they serve, and a backup is restored, so that
what was accepted since is gone.

In simulated time: a step takes seconds to half an hour of it. The application, its PostgreSQL and its worker are the
real ones; only the network between is made up. Everything by chance comes from one seed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from app.cases import service as cases
from app.cases.service import CodeBook
from app.cases.terms import Resolution
from app.db.work import Work, in_work
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.kit.ids import TenantId
from app.kit.problems import Problem
from app.main import create_app, install
from app.mobile import service as mobile
from app.mobile.handlers import ChangeConsumer
from app.outbox.terms import Message as Fact
from app.process import Process
from app.web.versions import AppVersion
from app.worker import loop as worker_loop
from app.worker.restoring import begin_anew, notice_restore
from tests.apps import Copy
from tests.backups import Backups
from tests.builders import HAIDUONG, acting, someone
from tests.offline.devices import NEW, OLD, Device
from tests.offline.network import Hardships, Network, Server

HOST = "http://haiduong.localhost"


class ShakyConsumer(ChangeConsumer):
    """The consumer on a day on which some messages fail for a while, so that they are parked and handled late."""

    def __init__(self, hardships: Hardships, chance: random.Random) -> None:
        self._hardships, self._chance = hardships, chance
        self._failing: set[UUID] = set()

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Fact]) -> None:
        """Take a batch, or fail."""
        for message in messages:
            if self._hardships.strikes(self._chance, self._hardships.chances.message_fails, "messages failed"):
                self._failing.add(message.subject_id)
            elif self._chance.random() < 0.5:
                self._failing.discard(message.subject_id)
        if self._hardships.hostile and any(message.subject_id in self._failing for message in messages):
            raise ValueError
        await super().handle(work, tenant_id, messages)


class World:
    """All of it: the server, its worker, officers, and the devices."""

    def __init__(
        self, application: FastAPI, process: Process, clock: FixedClock, seed: int, devices: int, round_steps: int = 10
    ) -> None:
        """`round_steps`: ten, or a multiple: in each round a backup is taken and put back, and a server replaced."""
        self.application, self.process, self.clock = application, process, clock
        self._seed = seed
        self.hardships = Hardships()
        self.counts = self.hardships.counts
        self.began: datetime = clock.at
        self.server = Server(application, self._chance("server"))
        self._round = round_steps
        self.backups = Backups(str(process.settings.database_url))
        self._opened: list[Process] = []
        self.plain = httpx.AsyncClient(transport=httpx.ASGITransport(self.server), base_url=HOST)
        self._script, self._works = self._chance("script"), self._chance("worker")
        self._officers = [self._chance(f"officer {one}") for one in range(2)]
        self.devices = [self._device(number) for number in range(devices)]
        self._consumer = ShakyConsumer(self.hardships, self._works)

    def _chance(self, of: str) -> random.Random:
        """Each has its own, so that what one of them does is not moved by when another is served."""
        return random.Random(f"{self._seed} {of}")

    def _device(self, number: int) -> Device:
        chance, address = self._chance(f"device {number}"), f"10.0.{number // 250}.{number % 250 + 1}"
        network = Network(self.hardships, self.server, self.restart, self._chance(f"network {number}"), address)
        skew = timedelta(seconds=chance.choice([0, 0, 7, -90, 86_400 * 400, -86_400 * 9000]))
        key, version = f"{chance.getrandbits(128):032x}", OLD if number % 2 else NEW
        client = httpx.AsyncClient(transport=network, base_url=HOST)
        return Device(self.hardships, self.clock, chance, number, skew, key, network, client, version=version)

    def restart(self) -> None:
        """The web process has begun anew: what it held in memory alone is gone."""
        self.application.state.codes = CodeBook(self.process.db)

    async def begin(self) -> None:
        """The province asks for a newer app than some have."""
        await self.backups.begin()
        rule = AppVersion("lienthong-android", "2.0", NEW, "https://store.example/app", None)
        admin = someone(self.process, "H23", Role.TENANT_ADMIN)
        await in_work(self.process.db, self.clock, HAIDUONG, lambda work: mobile.set_version(work, admin, rule))
        await self.process.refresh()

    async def close(self) -> None:
        """What was opened is closed."""
        for process in self._opened:
            await process.close()

    async def _release(self) -> None:
        """Another server beside the one there is, which ends with the step."""
        process = await Process.open(self.process.settings, self.clock)
        self._opened.append(process)
        await notice_restore(process)
        application = create_app(process.settings, self.clock, shared=process)
        install(application, process)
        self.server.apps.append(application)
        self.application, self.process = application, process

    async def _restore(self) -> None:
        """Everything stops, the last backup is put back, and everything begins again."""
        written = "SELECT (SELECT count(*) FROM submissions) + (SELECT count(*) FROM service_requests)"
        before = await self.process.db.lane.fetchval(written)
        await self.backups.put_back()
        self.counts["accepted and lost"] += before - await self.process.db.lane.fetchval(written)
        await begin_anew(self.process)  # what an operator does by `lienthong restored`
        await self._release()
        self.server.apps = [self.application]

    async def _upheave(self) -> None:
        """Before a step, each once in a round: another server, a backup put back; apps that were updated meanwhile."""
        if self._is_at(0.6):
            self.counts["servers replaced"] += 1
            await self._release()
        if self._is_at(0.9):
            self.counts["backups restored"] += 1
            await self._restore()
        for device in self.devices:
            late = self.counts["steps"] > self._round
            updated = self.hardships.chances.app_updated
            if late and device.version == OLD and self.hardships.strikes(self._script, updated, "apps updated"):
                device.update()

    async def sign_in(self, device: Device) -> None:
        """The device has an account of its own; what it sent without one it claims (`_claim`)."""
        if not device.tokens:
            device.tokens = (await self.plain.post("/api/v1/auth/devices")).json()
            device.copy = Copy(device.client, device.headers)

    async def step(self) -> None:
        """A while goes by: people write, devices sync, officers work, the worker turns, all at once."""
        chance = self._script
        self.clock.at += timedelta(seconds=chance.choice([5, 60, 600, 1800]))
        self.counts["steps"] += 1
        await self._upheave()
        turns: list[Awaitable[object]] = [self._work(), *map(self._officer, self._officers)]
        if self._is_at(0.4):
            self.counts["backups taken"] += 1
            turns.append(self.backups.keep())
        for device in chance.sample(self.devices, k=max(1, len(self.devices) // 2)):
            if chance.random() < 0.2:
                await self.sign_in(device)
            for _ in range(chance.choice([0, 0, 1, 2])):
                device.write()
            turns.append(device.sync())
        if chance.random() < 0.5:
            turns += [device.network.deliver_late() for device in self.devices]
        await asyncio.gather(*turns)
        self.server.apps = [self.application]
        if self._is_at(0.8):
            await self._good_hour(self.devices[::2][-1])  # its app was new from the beginning

    def _is_at(self, part: float) -> bool:
        """Whether the round has come so far: `part` in tenths."""
        return self.counts["steps"] % self._round / self._round == part

    async def _good_hour(self, device: Device) -> None:
        """Something is accepted for sure that no backup has, a report and a service request among it."""
        self.hardships.hostile = False
        await self.sign_in(device)
        device.report()
        device.file()
        while device.queue:
            await device.sync()
        self.hardships.hostile = True

    async def _work(self) -> None:
        async def turn() -> None:
            await worker_loop.number(self.process)
            await worker_loop.react(self.process, self._consumer)

        if not self.hardships.strikes(self._works, self.hardships.chances.worker_killed, "workers killed"):
            await turn()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._works.uniform(0, 0.02)):
                await turn()

    async def _officer(self, chance: random.Random) -> None:
        with suppress(Problem):  # too late, not possible, or the database has no time
            await self._act(chance)

    async def _act(self, chance: random.Random) -> None:
        """An officer does something to some case that he sees."""
        open_ones = "SELECT code, version, unit_id FROM cases WHERE merged_into_id IS NULL ORDER BY code"
        rows = await self.process.db.lane.fetch(open_ones)
        if not rows:
            return
        case, other = chance.choice(rows), chance.choice(rows)
        verbs: list[tuple[Callable[..., Awaitable[Any]], dict[str, Any]]] = [
            (cases.accept_case, {}),
            (cases.ask_reporter, {"question": "Cột đèn số mấy?"}),
            (cases.add_note, {"text": "Nội bộ.", "for_unit_only": True}),
            (cases.resolve_case, {"answer": "Đã sửa.", "resolution": Resolution.FIXED}),
            (cases.merge_case, {"into": other["code"]}),
        ]
        verb, given = chance.choices(verbs, weights=[3, 3, 2, 3, 1])[0]
        await acting(self.process, verb, someone(self.process, "H23"), code=case["code"], seen=case["version"], **given)
        self.counts["officers' acts"] += 1

    async def settle(self) -> None:
        """Everything works again; until nobody has anything left to send, to handle or to learn.

        One more report has been written and withdrawn, which no officer sees before: it is on no device afterwards.
        """
        self.devices[0].add("withdrawal", self.devices[0].report())
        self.hardships.hostile = False
        for device in self.devices:
            await device.network.deliver_late()
            device.update()
        for _ in range(200):
            self.clock.at += timedelta(minutes=61)
            for device in self.devices:
                await self.sign_in(device)
                await device.sync()
            await self._work()
            if not any(device.queue for device in self.devices) and not await self._is_behind():
                break
        for device in self.devices:
            await device.sync()

    async def _is_behind(self) -> bool:
        lane = self.process.db.lane
        waiting = "SELECT EXISTS (SELECT FROM outbox_messages WHERE position IS NULL)"
        parked = "SELECT EXISTS (SELECT FROM parked_messages)"
        return bool(await lane.fetchval(waiting) or await lane.fetchval(parked))
