"""Devices on a network that loses, delays, doubles and reorders, with a server, a worker and apps killed at any moment.

Apps are of an old version and of a new one, servers are replaced while they serve, and a backup is restored, so that
what was accepted since is gone.

In simulated time: a step takes seconds to half an hour of it. The application, its PostgreSQL and its worker are the
real ones; only the network between is made up. Everything by chance comes from one seed.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.cases import service as cases
from app.cases.service import CodeBook
from app.cases.terms import Resolution
from app.db.work import Work, in_work
from app.identity.terms import Role
from app.kit.clock import FixedClock, rfc3339
from app.kit.ids import TenantId, uuid7
from app.kit.problems import Problem
from app.main import create_app, install
from app.mobile import service as mobile
from app.mobile.handlers import ChangeConsumer
from app.outbox.terms import Message as Fact
from app.process import Process
from app.web.versions import AppVersion
from app.worker import loop as worker_loop
from app.worker.restoring import begin_anew, notice_restore
from tests.applicants import HOA, MARITAL, MARRIED
from tests.apps import CHANGES, Copy
from tests.backups import Backups
from tests.builders import HAIDUONG, acting, someone
from tests.pictures import photo

REPORTS, SUBMISSIONS, CLAIM = "/api/v1/reports", "/api/v1/submissions", "/api/v1/me/reports/claim"
UPLOADS, _TUS = "/api/v1/uploads", {"Tus-Resumable": "1.0.0"}
FILINGS = "/api/v1/service-requests"
OLD, NEW = "1.9.0", "2.3.1"
KEPT = timedelta(days=7)
_FILING = {"procedure": MARITAL, "answers": MARRIED, "applicant": HOA, "applicant_area": "10507", "another": True}
_PHOTO, _PART = photo(width=64, height=48), 400
_CATEGORIES = ("lighting.street_lamp", "roads.pothole", "waste.uncollected")


@dataclass(frozen=True)
class Chances:
    """How often, of all requests or turns, what goes wrong does."""

    request_lost: float = 0.10
    answer_lost: float = 0.12
    delayed: float = 0.08
    doubled: float = 0.08
    server_killed: float = 0.06
    device_killed: float = 0.10
    worker_killed: float = 0.15
    message_fails: float = 0.03
    app_updated: float = 0.25


class Killed(Exception):  # noqa: N818 - a power cut is no error
    """The process ended here."""


class Server:
    """The application; `cut` makes it end as soon as it has committed, before a byte of the answer leaves."""

    def __init__(self, chance: random.Random) -> None:
        self.apps: list[ASGIApp] = []  # two while one takes the other's place
        self.cut = False
        self._chance = chance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        cut, self.cut = self.cut, False

        async def sending(message: Message) -> None:
            if cut:
                raise Killed
            await send(message)

        await self._chance.choice(self.apps)(scope, receive, sending)


class Network(httpx.AsyncBaseTransport):
    """Between one device and the server."""

    def __init__(self, world: World, address: str) -> None:
        self._world = world
        self._inner = httpx.ASGITransport(world.server, client=(address, 4000))
        self._late: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """What comes back, if anything does. Raises: httpx.NetworkError."""
        world, chances = self._world, self._world.chances
        await request.aread()
        world.counts["requests"] += 1
        if not world.hostile:
            return await self._inner.handle_async_request(request)
        if world.happens(chances.request_lost, "requests lost"):
            raise httpx.ConnectError("lost")
        if world.happens(chances.delayed, "requests delayed"):
            self._late.append(request)
            raise httpx.ReadTimeout("late")
        if world.happens(chances.server_killed, "servers killed"):
            await self._into_a_crash(request)
        if world.happens(chances.doubled, "requests doubled"):
            first, _ = await asyncio.gather(self._once(request), self._once(request))
            answer = first
        else:
            answer = await self._once(request)
        if world.happens(chances.answer_lost, "answers lost"):
            raise httpx.ReadError("lost")
        return answer

    async def _into_a_crash(self, request: httpx.Request) -> None:
        """The server ends at some moment while it serves: just after its commit, or anywhere at all."""
        world = self._world
        if world.chance.random() < 0.5:
            world.server.cut = True
            with suppress(Killed):
                await self._inner.handle_async_request(request)
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(world.chance.uniform(0, 0.03)):
                    await self._inner.handle_async_request(request)
        world.restart()
        raise httpx.ReadError("the server is gone")

    async def _once(self, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(request)

    async def deliver_late(self) -> None:
        """What was delayed arrives now, out of order; nobody waits for the answers any more."""
        late, self._late = self._late, []
        self._world.chance.shuffle(late)
        for request in late:
            self._world.counts["arrived out of order"] += 1
            await self._inner.handle_async_request(request)


class ShakyConsumer(ChangeConsumer):
    """The consumer on a day on which some messages fail for a while, so that they are parked and handled late."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._failing: set[UUID] = set()

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Fact]) -> None:
        """Take a batch, or fail."""
        world = self._world
        for message in messages:
            if world.hostile and world.chance.random() < world.chances.message_fails:
                world.counts["messages failed"] += 1
                self._failing.add(message.subject_id)
            elif world.chance.random() < 0.5:
                self._failing.discard(message.subject_id)
        if world.hostile and any(message.subject_id in self._failing for message in messages):
            raise ValueError
        await super().handle(work, tenant_id, messages)


@dataclass
class Device:
    """An app; what is not a method's own survives its end. `writes` counts what people wrote, by its mark."""

    world: World
    number: int
    skew: timedelta
    key: str
    network: Network
    client: httpx.AsyncClient
    tokens: dict[str, Any] = field(default_factory=dict)
    queue: list[dict[str, Any]] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)  # answers by the ids of reports
    claimed: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    marks: list[str] = field(default_factory=list)
    lost_marks: set[str] = field(default_factory=set)  # of what the server refused for good
    copy: Copy | None = None
    photo_of: str | None = None  # id of the report whose photo has not been sent
    photo_is_of: str | None = None  # the same, for good
    upload: str | None = None  # where it goes
    version: str = NEW
    accepted: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)  # kept for a week, to be sent again
    restored_at: str | None = None
    filings: int = 0
    filed: dict[str, str] = field(default_factory=dict)  # codes of service requests by the ids of their items

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        clock = rfc3339(self.world.clock.at + self.skew)
        signed_in = {"Authorization": f"Bearer {self.tokens['access_token']}"} if self.tokens else {}
        version = {"Client-Version": f"lienthong-android/{self.version}"}
        return {"Device-Key": self.key, "Client-Time": clock, **version, **signed_in}

    def write(self) -> None:
        """Somebody writes something, with or without a network."""
        chance, at = self.world.chance, self.world.clock.at + self.skew
        mark = f"[{self.number}.{len(self.marks)}]"
        item: dict[str, Any] = {"id": str(uuid7(at))}
        reports = list(self.taken) + [one["id"] for one in self.queue if one["type"] == "report"]
        if self.tokens and self.filings < 2 and chance.random() < 0.25:
            self.filings += 1
            self.queue.append(item | {"type": "service_request"})
            self.world.counts["things written"] += 1
            return
        if not reports or chance.random() < 0.5:
            spot = {"lat": 20.9467 + chance.uniform(-0.002, 0.002), "lon": 106.3134}
            words = {"description": f"Đèn hỏng {mark}", "captured_at": rfc3339(at.replace(microsecond=0))}
            item |= {"type": "report", "report": {"category": chance.choice(_CATEGORIES), "location": spot, **words}}
            if not self.number and not self.marks:
                self.photo_of = self.photo_is_of = item["id"]
        else:
            kind = chance.choice(["reply", "reply", "reply", "rating", "reopening", "withdrawal"])
            text = {"reply": "text", "rating": "comment"}.get(kind, "reason")
            item |= {"type": kind, "report_id": chance.choice(reports), text: f"Thêm {mark}"}
            item |= {"stars": chance.randint(1, 5)} if kind == "rating" else {}
        self.marks.append(mark)
        self.queue.append(item)
        self.world.counts["things written"] += 1

    async def sync(self) -> None:
        """Send what waits, learn what is new; a network that fails or the app's end leaves it for the next time."""
        with suppress(httpx.TransportError, Killed):
            if self.queue:
                await self._send()
            if self.copy is not None:
                await self._claim()
            if self.copy is not None:
                await self._learn()

    def _die(self) -> None:
        """The app may end here, before it has kept what it was told."""
        if self.world.hostile and self.world.happens(self.world.chances.device_killed, "apps killed"):
            raise Killed

    async def _send_photo(self, item: dict[str, Any]) -> None:
        """The photo gets on from where it broke off; once all of it is there, its report names it."""
        if self.upload is None:
            begun = await self.client.post(UPLOADS, headers={**_TUS, "Upload-Length": str(len(_PHOTO))})
            self._die()
            self.upload = begun.headers.get("location")
            return
        stands = await self.client.head(self.upload, headers=_TUS)
        if stands.status_code == 404:  # it was kept no longer
            self.upload = None
        elif (at := int(stands.headers.get("upload-offset", "0"))) < len(_PHOTO):
            part = {**_TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(at)}
            await self.client.patch(self.upload, content=_PHOTO[at:][:_PART], headers=part)
            self._die()
        else:
            item["report"]["media"] = [self.upload.rpartition("/")[2]]
            self.photo_of = None
            self.world.counts["photos sent"] += 1

    async def _send(self) -> None:
        first = self.queue[0]
        if first["id"] == self.photo_of:
            await self._send_photo(first)
            return
        if first["type"] == "service_request" and self.tokens:
            await self._file(first)
            return
        if first["type"] == "report" and self.world.chance.random() < 0.3:
            answer = await self.client.post(REPORTS, json={"id": first["id"], **first["report"]}, headers=self.headers)
            self._die()
            if answer.status_code == 201:
                self.taken[first["id"]] = answer.json()
                self._keep(first)
            else:
                self._refused(answer)
            return
        body = {"items": [one for one in self.queue if one["type"] != "service_request"][:5]}
        if not body["items"]:
            return
        answer = await self.client.post(SUBMISSIONS, json=body, headers=self.headers)
        self._die()
        if answer.status_code != 200:
            self._refused(answer)
            return
        self._settle(answer.json()["items"])
        self._look(answer.json())

    async def _file(self, item: dict[str, Any]) -> None:
        key = {**self.headers, "Idempotency-Key": item["id"]}
        answer = await self.client.post(FILINGS, json=_FILING, headers=key)
        self._die()
        if answer.status_code == 201:
            self.filed[item["id"]] = answer.json()["code"]
            self._keep(item)
        else:
            self._refused(answer)

    def _keep(self, item: dict[str, Any]) -> None:
        """It is accepted: it leaves the queue, and is kept for as long as a backup may be restored."""
        self.queue.remove(item)
        now = self.world.clock.at
        self.accepted = [one for one in self.accepted if one[0] > now - KEPT] + [(now, item)]

    def _refused(self, answer: httpx.Response) -> None:
        self.world.counts[f"answered {answer.status_code}"] += 1
        if answer.status_code == 401:  # a session of an account that a restored backup does not know
            self.tokens, self.copy = {}, None

    def _look(self, told: dict[str, Any]) -> None:
        """A backup was restored since we looked last: what was accepted before may be gone, so it is sent again."""
        if told.get("restored_at") != self.restored_at:
            self.restored_at = told["restored_at"]
            again = [item for at, item in self.accepted if at > self.world.clock.at - KEPT]
            self.world.counts["sent again after a restore"] += len(again)
            self.queue, self.accepted = again + self.queue, []
            self.claimed.clear()

    def update(self) -> None:
        """The newer app; it writes what it finds in the queue as it writes its own, with a member more."""
        self.version = NEW
        for item in self.queue:
            if item["type"] == "report":
                item["report"].setdefault("answers", {})

    def _settle(self, outcomes: list[dict[str, Any]]) -> None:
        for one in outcomes:
            item = next(item for item in self.queue if item["id"] == one["id"])
            if one["outcome"] == "later":
                self.world.counts["told to send later"] += 1
                if one["problem"]["type"] == "/problems/client-too-old":
                    self.world.counts["told to update"] += 1
            elif one["outcome"] == "refused":
                self._lose(item, one["problem"])
            else:
                self._keep(item)
                if item["type"] == "report":
                    self.taken[one["id"]] = one["report"]

    def _lose(self, item: dict[str, Any], problem: dict[str, Any]) -> None:
        self.refused[problem["type"]] += 1
        assert problem["detail"]
        if problem["type"] == "/problems/upload-gone":  # the same report, once its photo is there again
            item["report"].pop("media")
            self.photo_of, self.upload = item["id"], None
            return
        assert item["type"] != "report", problem
        self.queue.remove(item)
        self.lost_marks.update(mark for mark in self.marks if mark in str(item))

    async def _claim(self) -> None:
        for sent, answer in self.taken.items():
            if sent not in self.claimed and "tracking_secret" in answer:
                body = {"code": answer["code"], "tracking_secret": answer["tracking_secret"]}
                claimed = await self.client.post(CLAIM, json=body, headers=self.headers)
                self._die()
                if claimed.status_code == 204:
                    self.claimed.add(sent)
                    self.world.counts["reports claimed"] += 1
                elif claimed.status_code == 401:
                    self._refused(claimed)
                    return

    async def _learn(self) -> None:
        assert self.copy is not None
        self.copy.mine = self.headers
        while True:
            answer = await self.copy.page(self.world.chance.choice([1, 3, 20]))
            self._die()
            if answer.status_code != 200:
                self._refused(answer)
                if answer.status_code == 410:  # a place of what is lost: everything anew
                    self.copy = Copy(self.client, self.headers)
                return
            self._look(answer.json())
            self.world.counts["changes seen"] += len(self.copy.take(answer.json()))
            if not answer.json()["more"]:
                return


class World:
    """All of it: the server, its worker, officers, and the devices."""

    def __init__(
        self, application: FastAPI, process: Process, clock: FixedClock, seed: int, devices: int, round_steps: int = 10
    ) -> None:
        """`round_steps`: ten, or a multiple: in each round a backup is taken and put back, and a server replaced."""
        self.application, self.process, self.clock = application, process, clock
        self.chance = random.Random(seed)
        self.chances, self.hostile = Chances(), True
        self.counts: Counter[str] = Counter()
        self.began: datetime = clock.at
        self.server = Server(self.chance)
        self.server.apps = [application]
        self._round = round_steps
        self.backups = Backups(str(process.settings.database_url))
        self._opened: list[Process] = []
        plain = httpx.ASGITransport(self.server)
        self._plain = httpx.AsyncClient(transport=plain, base_url="http://haiduong.localhost")
        self.devices = [self._device(number) for number in range(devices)]
        self._consumer = ShakyConsumer(self)

    def _device(self, number: int) -> Device:
        network = Network(self, f"10.0.{number // 250}.{number % 250 + 1}")
        client = httpx.AsyncClient(transport=network, base_url="http://haiduong.localhost")
        skew = timedelta(seconds=self.chance.choice([0, 0, 7, -90, 86_400 * 400, -86_400 * 9000]))
        key, version = f"{self.chance.getrandbits(128):032x}", OLD if number % 2 else NEW
        return Device(self, number, skew, key, network, client, version=version)

    def happens(self, chance: float, counted: str) -> bool:
        """Whether it happens this time; then it is counted."""
        found = self.chance.random() < chance
        self.counts[counted] += found
        return found

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
        at = self.counts["steps"] % self._round / self._round
        if at == 0.6:
            self.counts["servers replaced"] += 1
            await self._release()
        if at == 0.9:
            self.counts["backups restored"] += 1
            await self._restore()
        for device in self.devices:
            late = self.counts["steps"] > self._round
            if late and device.version == OLD and self.happens(self.chances.app_updated, "apps updated"):
                device.update()

    async def sign_in(self, device: Device) -> None:
        """The device has an account of its own; what it sent without one it claims (`_claim`)."""
        if not device.tokens:
            device.tokens = (await self._plain.post("/api/v1/auth/devices")).json()
            device.copy = Copy(device.client, device.headers)

    async def step(self) -> None:
        """A while goes by: people write, devices sync, officers work, the worker turns, all at once."""
        self.clock.at += timedelta(seconds=self.chance.choice([5, 60, 600, 1800]))
        self.counts["steps"] += 1
        await self._upheave()
        turns: list[Awaitable[object]] = [self._work(), self._officer(), self._officer()]
        if self.counts["steps"] % self._round / self._round == 0.4:
            self.counts["backups taken"] += 1
            turns.append(self.backups.keep())
        for device in self.chance.sample(self.devices, k=max(1, len(self.devices) // 2)):
            if self.chance.random() < 0.2:
                await self.sign_in(device)
            for _ in range(self.chance.choice([0, 0, 1, 2])):
                device.write()
            turns.append(device.sync())
        if self.chance.random() < 0.5:
            turns += [device.network.deliver_late() for device in self.devices]
        await asyncio.gather(*turns)
        self.server.apps = [self.application]

    async def _work(self) -> None:
        async def turn() -> None:
            await worker_loop.number(self.process)
            await worker_loop.react(self.process, self._consumer)

        if not self.hostile or not self.happens(self.chances.worker_killed, "workers killed"):
            await turn()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self.chance.uniform(0, 0.02)):
                await turn()

    async def _officer(self) -> None:
        with suppress(Problem):  # too late, not possible, or the database has no time
            await self._act()

    async def _act(self) -> None:
        """An officer does something to some case that he sees."""
        open_ones = "SELECT code, version, unit_id FROM cases WHERE merged_into_id IS NULL ORDER BY code"
        rows = await self.process.db.lane.fetch(open_ones)
        if not rows:
            return
        case, other = self.chance.choice(rows), self.chance.choice(rows)
        verbs: list[tuple[Callable[..., Awaitable[Any]], dict[str, Any]]] = [
            (cases.accept_case, {}),
            (cases.ask_reporter, {"question": "Cột đèn số mấy?"}),
            (cases.add_note, {"text": "Nội bộ.", "for_unit_only": True}),
            (cases.resolve_case, {"answer": "Đã sửa.", "resolution": Resolution.FIXED}),
            (cases.merge_case, {"into": other["code"]}),
        ]
        verb, given = self.chance.choices(verbs, weights=[3, 3, 2, 3, 1])[0]
        await acting(self.process, verb, someone(self.process, "H23"), code=case["code"], seen=case["version"], **given)
        self.counts["officers' acts"] += 1

    async def settle(self) -> None:
        """Everything works again; until nobody has anything left to send, to handle or to learn."""
        self.hostile = False
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

    async def check(self) -> None:
        """Every report arrived once, every word once, every change was seen once, and every copy is as the server's."""
        lane = self.process.db.lane
        words = [row["description"] for row in await lane.fetch("SELECT description FROM reports")]
        words += [
            row["text"] for row in await lane.fetch("SELECT text FROM timeline_entries WHERE actor_kind <> 'staff'")
        ]
        arrived = Counter(word.rpartition(" ")[2] for word in words if word and word.endswith("]"))
        written = {mark for device in self.devices for mark in device.marks} - {
            mark for device in self.devices for mark in device.lost_marks
        }
        assert not [device.queue for device in self.devices if device.queue]
        assert set(arrived) == written, set(arrived) ^ written
        assert set(arrived.values()) <= {1}, [mark for mark, times in arrived.items() if times != 1]
        self.counts["arrived once"] = len(written)
        self.counts["refused for good"] = sum(sum(device.refused.values()) for device in self.devices)
        self.counts["photos"] = await lane.fetchval("SELECT count(*) FROM upload_claims")
        self.counts["reports"] = await lane.fetchval("SELECT count(*) FROM reports")
        codes = [row["code"] for row in await lane.fetch("SELECT code FROM service_requests")]
        assert sorted(codes) == sorted(code for device in self.devices for code in device.filed.values())
        assert len(codes) == sum(device.filings for device in self.devices)
        self.counts["service requests"] = len(codes)
        for device in self.devices:
            assert device.copy is not None
            await self._check_copy(device, device.copy)
        self.counts["hours"] = round((self.clock.at - self.began) / timedelta(hours=1))

    async def _check_copy(self, device: Device, copy: Copy) -> None:
        fresh = Copy(self._plain, device.headers)
        await fresh.catch_up()
        differ = [(copy.things.get(key), one) for key, one in fresh.things.items() if copy.things.get(key) != one]
        assert not differ, "what was learned on the way is what a new device learns"
        assert fresh.things.keys() == copy.things.keys()
        held, sent = {one["code"] for one in copy.of("report")}, {one["code"] for one in device.taken.values()}
        assert held <= sent
        for code in sent - held:
            withdrawn = await self._plain.get(f"{REPORTS}/{code}", headers=device.headers)
            assert withdrawn.json()["resolution"] == "withdrawn"
            self.counts["withdrawn"] += 1
        whole = {one["id"] for kind in ("report", "service_request") for one in copy.of(kind)}
        assert {one["about"] for one in copy.things.values()} == whole
        assert {one["code"] for one in copy.of("service_request")} == set(device.filed.values())
        for one in copy.of("report"):
            own = await self._plain.get(f"{REPORTS}/{one['code']}", headers=device.headers)
            told = [line["entry"] for line in copy.of("entry") if line["about"] == one["about"]]
            shown = own.json()["timeline"]
            assert sorted((line["at"], line["type"]) for line in told) == sorted((x["at"], x["type"]) for x in shown)
            assert own.json()["state"] == one["report"]["state"]
        assert set(copy.seen.values()) <= {1}
        self.counts["copies checked"] += 1


async def simulate(world: World, steps: int) -> Counter[str]:
    """The counts of a world that was hostile for so many steps, and whose promises were kept."""
    await world.begin()
    try:
        for _ in range(steps):
            await world.step()
        await world.settle()
        await world.check()
    finally:
        await world.close()
    return world.counts


__all__ = ["CHANGES", "World", "simulate"]
