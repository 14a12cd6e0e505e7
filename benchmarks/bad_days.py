"""Bad days, each tried for real on the program as people start it: what senders saw, and whether anything was lost.

    python -m benchmarks.bad_days                 all of them, some minutes
    python -m benchmarks.bad_days stopped clock   some of them

`disk` needs root (it mounts a small file system), `clock` needs libfaketime (Debian: faketime). The program and its
PostgreSQL are this script's own; nothing else on the machine is touched.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import monotonic
from uuid import uuid4

import asyncpg
import httpx
import psutil

from app.cli.schema import migrate
from app.db.embedded import EmbeddedPostgres
from app.db.engine import driver_url
from tests.crash.program import KEY, Program, running
from tests.server import ROOT

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
FEW_CONNECTIONS = {"LIENTHONG_LANE_POOL_SIZE": "4", "LIENTHONG_DATABASE_POOL_SIZE": "4"}
WHOLE = """
    SELECT (SELECT count(*) FROM reports) AS reports, (SELECT count(*) FROM cases) AS cases,
        (SELECT count(*) FROM reports r WHERE NOT EXISTS (
            SELECT FROM timeline_entries t WHERE t.tenant_id = r.tenant_id AND t.case_id = r.case_id)
        OR NOT EXISTS (SELECT FROM outbox_messages o WHERE o.tenant_id = r.tenant_id AND o.subject_id = r.case_id)
        ) AS halves
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request met; status 0: no answer at all."""

    at: float
    took_s: float
    status: int
    kind: str
    retry_after: bool


@dataclass(slots=True)
class Crowd:
    """Senders and readers who go on whatever happens; a sender repeats with the same key until taken in."""

    url: str
    began: float = field(default_factory=monotonic)
    answers: list[Answer] = field(default_factory=list)
    reads: list[Answer] = field(default_factory=list)
    taken_in: dict[str, str] = field(default_factory=dict)
    stop: bool = False

    async def _ask(self, http: httpx.AsyncClient, kept: list[Answer], method: str, path: str, **rest: object) -> object:
        began = monotonic()
        try:
            answer = await http.request(method, path, **rest)  # type: ignore[arg-type]
        except httpx.TransportError as error:
            kept.append(Answer(began - self.began, monotonic() - began, 0, type(error).__name__, retry_after=False))
            return None
        kind = answer.headers.get("content-type", "")
        kept.append(
            Answer(began - self.began, monotonic() - began, answer.status_code, kind, "retry-after" in answer.headers)
        )
        return answer.json() if answer.is_success else None

    async def send(self, http: httpx.AsyncClient) -> None:
        """Report after report."""
        while not self.stop:
            key = str(uuid4())
            body = {
                "category": "lighting.street_lamp",
                "description": "Đèn đường phố Cẩm Thượng không sáng.",
                "location": {"lat": 20.9467, "lon": 106.3134, "accuracy_m": 15},
            }
            taken = None
            while taken is None:
                headers = {"Idempotency-Key": key}
                taken = await self._ask(http, self.answers, "POST", "/api/v1/reports", json=body, headers=headers)
                if taken is None:
                    if self.stop:
                        return
                    await asyncio.sleep(0.2)
            assert isinstance(taken, dict)
            self.taken_in[taken["code"]] = taken["tracking_secret"]
            await asyncio.sleep(0.01)

    async def read(self, http: httpx.AsyncClient) -> None:
        """The public list, again and again."""
        while not self.stop:
            await self._ask(http, self.reads, "GET", "/api/v1/public/cases?limit=20")
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def at_work(self, senders: int = 12, readers: int = 2) -> AsyncIterator[None]:
        """Inside, the crowd asks."""
        async with httpx.AsyncClient(base_url=self.url, timeout=30, limits=httpx.Limits(max_connections=64)) as http:
            tasks = [asyncio.create_task(self.send(http)) for _ in range(senders)]
            tasks += [asyncio.create_task(self.read(http)) for _ in range(readers)]
            try:
                yield
            finally:
                self.stop = True
                await asyncio.gather(*tasks)

    def clock(self) -> float:
        """Seconds since the crowd came."""
        return monotonic() - self.began

    def told(self, since: float, until: float) -> str:
        """What was answered to requests of this time."""
        lines = []
        for name, kept in (("gửi/send", self.answers), ("xem/read", self.reads)):
            some = [one for one in kept if since <= one.at < until]
            statuses = dict(sorted(Counter(one.status for one in some).items()))
            slowest = max((one.took_s for one in some), default=0.0)
            refused = sorted((one for one in some if one.status >= 500), key=lambda one: one.took_s)
            middle = refused[len(refused) // 2].took_s if refused else 0.0
            honest = all(one.retry_after and "problem+json" in one.kind for one in refused)
            lines.append(
                f"{name} {statuses} slowest {slowest:.2f} s, half of the 5xx within {middle:.2f} s, "
                f"all problems with Retry-After: {honest}"
            )
        return "; ".join(lines)

    def back_after(self, since: float) -> float:
        """Seconds from `since` to the first report taken in."""
        return (
            min(
                (one.at + one.took_s for one in self.answers if one.status == 201 and one.at + one.took_s > since),
                default=float("inf"),
            )
            - since
        )


async def _proven(crowd: Crowd, url: str) -> str:
    """Every acknowledged report is there, and nothing is half there."""
    connection = await asyncpg.connect(driver_url(url), timeout=10)
    try:
        rows = await connection.fetch("SELECT code FROM reports")
        lost = set(crowd.taken_in) - {row["code"] for row in rows}
        whole = await connection.fetchrow(WHOLE)
        assert whole is not None
        return (
            f"acknowledged {len(crowd.taken_in)}, lost {len(lost)}, stored {whole['reports']}, "
            f"cases {whole['cases']}, half-written {whole['halves']}"
        )
    finally:
        await connection.close()


def _folder() -> Path:
    path = Path(tempfile.mkdtemp(prefix="lienthong-bad-day-"))
    path.chmod(0o711)
    return path


def _say(line: str) -> None:
    print(f"  {line}", flush=True)


@dataclass(slots=True)
class Installation:
    """PostgreSQL of ours with the program's schema and data, apart from any program."""

    folder: Path
    server: EmbeddedPostgres
    url: str

    def processes(self) -> list[psutil.Process]:
        """The postmaster and its children."""
        pid = int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        return [postmaster, *postmaster.children(recursive=True)]


@asynccontextmanager
async def installed() -> AsyncIterator[Installation]:
    """An installation, seeded."""
    folder = _folder()
    server = EmbeddedPostgres(folder)
    try:
        url = await asyncio.to_thread(server.start, lambda _: None)
        await asyncio.to_thread(migrate, url)
        await _lienthong("migrate", {"LIENTHONG_DATABASE_URL": url, "LIENTHONG_DATA_DIR": str(folder)})
        yield Installation(folder, server, url)
    finally:
        await asyncio.to_thread(server.stop)
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def served(url: str, folder: Path, **more: str) -> AsyncIterator[Program]:
    """`lienthong serve` and a worker on the database."""
    settings = {"LIENTHONG_DATABASE_URL": url, "LIENTHONG_DATA_DIR": str(folder), "LIENTHONG_ACCESS_LOG": "none"}
    async with running("serve", {**settings, **FEW_CONNECTIONS, **more}) as program:
        yield program


async def _lienthong(command: str, settings: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and what a command of the program said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from app.cli.main import run; run()", command),
        cwd=ROOT,
        env={"LIENTHONG_SECRET_KEY": KEY, "LANG": "C.UTF-8", **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 300)
    return process.returncode or 0, said.decode()


async def stopped() -> None:
    """PostgreSQL is stopped for ten seconds under load."""
    async with installed() as place, served(place.url, place.folder) as program:
        crowd = Crowd(program.url)
        async with crowd.at_work():
            await asyncio.sleep(3)
            down = crowd.clock()
            await asyncio.to_thread(place.server.stop)
            await asyncio.sleep(10)
            await asyncio.to_thread(place.server.start, lambda _: None)
            up = crowd.clock()
            await asyncio.sleep(5)
        _say(f"before: {crowd.told(0, down)}")
        _say(f"while away: {crowd.told(down, up)}")
        _say(f"first report {crowd.back_after(up):.2f} s after PostgreSQL was ready; after: {crowd.told(up + 1, 1e9)}")
        _say(await _proven(crowd, place.url))
        _quote(program)


async def hanging() -> None:
    """PostgreSQL does not answer at all for ten seconds under load (a frozen machine, a lost network)."""
    async with installed() as place, served(place.url, place.folder) as program:
        crowd = Crowd(program.url)
        async with crowd.at_work():
            await asyncio.sleep(3)
            down = crowd.clock()
            frozen = place.processes()
            for process in frozen:
                process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(10)
            for process in reversed(frozen):
                process.send_signal(signal.SIGCONT)
            up = crowd.clock()
            await asyncio.sleep(5)
        _say(f"while it hung: {crowd.told(down, up)}")
        _say(f"first report {crowd.back_after(up):.2f} s after; after: {crowd.told(up + 2, 1e9)}")
        _say(await _proven(crowd, place.url))
        _quote(program)


async def exhausted() -> None:
    """Somebody's slow transaction locks a table for eight seconds, and every connection waits behind it."""
    async with installed() as place, served(place.url, place.folder) as program:
        crowd = Crowd(program.url)
        connection = await asyncpg.connect(driver_url(place.url))
        async with crowd.at_work(senders=40):
            await asyncio.sleep(2)
            slow = crowd.clock()
            async with connection.transaction():
                await connection.execute("LOCK TABLE reports, publications IN ACCESS EXCLUSIVE MODE")
                async with httpx.AsyncClient(base_url=program.url, timeout=30) as http:
                    await asyncio.sleep(4)
                    began = monotonic()
                    live = await http.get("/health/live")
                    figures = await http.get("/metrics")
                    took = monotonic() - began
                await asyncio.sleep(4)
            free = crowd.clock()
            await asyncio.sleep(4)
        await connection.close()
        _say(f"while locked: {crowd.told(slow, free)}")
        _say(f"meanwhile /health/live {live.status_code}, /metrics {figures.status_code}, both in {took:.2f} s")
        lines = [line for line in figures.text.splitlines() if "_losses" in line or "lane_waiting" in line]
        _say("; ".join(line for line in lines if line[0] != "#"))
        _say(f"first report {crowd.back_after(free):.2f} s after; after: {crowd.told(free + 2, 1e9)}")
        _say(await _proven(crowd, place.url))
        _quote(program)


async def killed() -> None:
    """PostgreSQL of a trial is killed; the program starts it again."""
    folder = _folder()
    try:
        async with running("up", {"LIENTHONG_DATA_DIR": str(folder), "LIENTHONG_ACCESS_LOG": "none"}) as program:
            crowd = Crowd(program.url)
            async with crowd.at_work():
                await asyncio.sleep(2)
                down = crowd.clock()
                for process in psutil.Process(program.process.pid).children(recursive=True):
                    if process.name() == "postgres":
                        process.kill()
                await asyncio.sleep(8)
            _say(f"first report {crowd.back_after(down + 0.3):.2f} s after; {crowd.told(down, 1e9)}")
            _say(await _proven(crowd, EmbeddedPostgres(folder).running_url() or ""))
            _quote(program)
            await program.end(signal.SIGTERM)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def disk() -> None:
    """The disk of a trial's data folder is full, then somebody makes room."""
    folder = _folder()
    await _run("mount", "-t", "tmpfs", "-o", "size=448m,mode=711", "tmpfs", str(folder))
    try:
        async with running("up", {"LIENTHONG_DATA_DIR": str(folder), "LIENTHONG_ACCESS_LOG": "none"}) as program:
            crowd = Crowd(program.url)
            async with crowd.at_work(senders=8):
                await asyncio.sleep(2)
                full = crowd.clock()
                ballast = folder / "somebody-elses-file"
                with suppress(OSError), ballast.open("wb", buffering=0) as file:
                    while file.write(bytes(4096)):
                        pass
                _say(f"free: {shutil.disk_usage(folder).free} bytes")
                await asyncio.sleep(20)
                live = await _status(program.url, "/health/live")
                ready = await _status(program.url, "/health/ready")
                ballast.unlink()
                freed = crowd.clock()
                await asyncio.sleep(25)
            _say(f"while full: {crowd.told(full, freed)}; /health/live {live}, /health/ready {ready}")
            _say(f"first report {crowd.back_after(freed):.2f} s after; after: {crowd.told(freed + 5, 1e9)}")
            _say(await _proven(crowd, EmbeddedPostgres(folder).running_url() or ""))
            _quote(program)
            _say(f"exit code {await program.end(signal.SIGTERM)}")
    finally:
        log = (folder / "postgres.log").read_text(errors="replace").splitlines()
        for line in [line for line in log if "PANIC" in line or "space" in line][:4]:
            _say(f"postgres.log: {line}")
        await _run("umount", "-l", str(folder))
        folder.rmdir()


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    if await process.wait():
        raise SystemExit(f"{' '.join(command)} failed")


async def _status(url: str, path: str) -> int:
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        return (await http.get(path)).status_code


async def clock() -> None:
    """The machine's clock of web and worker is set back an hour while they run."""
    async with installed() as place:
        hand = place.folder / "clock"
        hand.write_text("+0\n")
        faked = {
            "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(hand), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip
        async with served(place.url, place.folder, **faked) as program:
            crowd = Crowd(program.url)
            async with crowd.at_work(senders=4):
                await asyncio.sleep(3)
                back = crowd.clock()
                hand.write_text("-3600\n")
                await asyncio.sleep(6)
            _say(f"before: {crowd.told(0, back)}")
            _say(f"an hour earlier: {crowd.told(back, 1e9)}")
            _say(await _proven(crowd, place.url))
            connection = await asyncpg.connect(driver_url(place.url))
            rows = await connection.fetch("SELECT id, received_at FROM reports ORDER BY id")
            steps = sum(a["received_at"] > b["received_at"] for a, b in pairwise(rows))
            span = (rows[-1]["received_at"] - rows[0]["received_at"]).total_seconds()
            await connection.close()
            _say(f"in the order of ids received_at falls {steps} time(s); first to last {span:.0f} s")
            _quote(program)


async def worker() -> None:
    """A worker that cannot start says why and ends with 1."""
    async with installed() as place:
        here = {"LIENTHONG_DATA_DIR": str(place.folder / "other")}
        wrong = {
            "nobody listens": "postgresql://lienthong@127.0.0.1:1/lienthong",
            "no such host": "postgresql://lienthong@db.invalid/lienthong",
            "no such database": place.url.replace("/lienthong?", "/nothing?"),
            "no such role": place.url.replace("lienthong@", "nobody:secret-word@"),
            "not PostgreSQL": "mysql://root@localhost/lienthong",
            "not a URL": "db.example.gov.vn",
        }
        for name, url in wrong.items():
            began = monotonic()
            code, said = await _lienthong("worker", {**here, "LIENTHONG_DATABASE_URL": url})
            _say(f"{name}: exit {code} after {monotonic() - began:.1f} s: {said.strip().replace(chr(10), ' | ')[:600]}")
        connection = await asyncpg.connect(driver_url(place.url))
        await connection.execute("UPDATE alembic_version SET version_num = 'of_last_year'")
        await connection.close()
        code, said = await _lienthong("worker", {**here, "LIENTHONG_DATABASE_URL": place.url})
        _say(f"schema too old: exit {code}: {said.strip().replace(chr(10), ' | ')[:600]}")


async def ended() -> None:
    """The web is asked to end (SIGTERM) under load, with streams open."""
    async with installed() as place:
        async with served(place.url, place.folder) as program:
            crowd = Crowd(program.url)
            endings: list[str] = []

            async def listen() -> None:
                async with httpx.AsyncClient(base_url=program.url, timeout=None) as http:
                    said = b""
                    try:
                        async with http.stream("GET", "/api/v1/public/stream") as stream:
                            async for chunk in stream.aiter_bytes():
                                said = chunk
                    except httpx.TransportError as error:
                        endings.append(type(error).__name__)
                    else:
                        endings.append(f"whole, last words {said!r}")

            listeners = [asyncio.create_task(listen()) for _ in range(3)]
            async with crowd.at_work():
                await asyncio.sleep(3)
                asked = crowd.clock()
                code = await program.end(signal.SIGTERM)
                took = crowd.clock() - asked
                crowd.stop = True
            await asyncio.gather(*listeners)
            under_way = [one for one in crowd.answers if one.at < asked < one.at + one.took_s]
            _say(
                f"exit {code} after {took:.2f} s; {len(under_way)} reports were under way: "
                f"{dict(Counter(one.kind if not one.status else str(one.status) for one in under_way))}"
            )
            _say(f"streams: {dict(Counter(endings))}")
        _say(await _proven(crowd, place.url))


def _quote(program: Program) -> None:
    """What the operator sees of it: each kind of line of the program once."""
    kinds: Counter[str] = Counter()
    for line in program.said[1:]:
        short = line.strip()
        kind = "".join(character for character in short.partition('"logger"')[2] or short if not character.isdigit())
        if short and not kinds[kind[:90]]:
            _say(f"log: {short[:330]}")
        kinds[kind[:90]] += 1


DAYS: dict[str, Callable[[], Awaitable[None]]] = {
    day.__name__: day for day in (stopped, hanging, exhausted, killed, disk, clock, worker, ended)
}


async def main() -> None:
    """Try the days that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("days", nargs="*", choices=[*DAYS, []], help="all when none is named")
    for name in parser.parse_args().days or DAYS:
        print(f"{name}: {(DAYS[name].__doc__ or '').strip()}", flush=True)
        await DAYS[name]()


if __name__ == "__main__":
    asyncio.run(main())
