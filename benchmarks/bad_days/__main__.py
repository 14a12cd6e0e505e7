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
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from time import monotonic

import asyncpg
import httpx
import psutil

from app.db.embedded import EmbeddedPostgres
from app.db.engine import driver_url
from tests.crash.program import running

from .crowd import Crowd, proven
from .installation import installed, lienthong, new_folder, quote, say, served

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


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
        say(f"before: {crowd.told(0, down)}")
        say(f"while away: {crowd.told(down, up)}")
        say(f"first report {crowd.back_after(up):.2f} s after PostgreSQL was ready; after: {crowd.told(up + 1, 1e9)}")
        say(await proven(crowd, place.url))
        quote(program)


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
        say(f"while it hung: {crowd.told(down, up)}")
        say(f"first report {crowd.back_after(up):.2f} s after; after: {crowd.told(up + 2, 1e9)}")
        say(await proven(crowd, place.url))
        quote(program)


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
        say(f"while locked: {crowd.told(slow, free)}")
        say(f"meanwhile /health/live {live.status_code}, /metrics {figures.status_code}, both in {took:.2f} s")
        lines = [line for line in figures.text.splitlines() if "_losses" in line or "lane_waiting" in line]
        say("; ".join(line for line in lines if line[0] != "#"))
        say(f"first report {crowd.back_after(free):.2f} s after; after: {crowd.told(free + 2, 1e9)}")
        say(await proven(crowd, place.url))
        quote(program)


async def killed() -> None:
    """PostgreSQL of a trial is killed; the program starts it again."""
    folder = new_folder()
    try:
        async with running(
            "up", {"LIENTHONG_DATA_DIR": str(folder), "LIENTHONG_ACCESS_LOG": "none"}, anew=True
        ) as program:
            crowd = Crowd(program.url)
            async with crowd.at_work():
                await asyncio.sleep(2)
                down = crowd.clock()
                for process in psutil.Process(program.process.pid).children(recursive=True):
                    if process.name() == "postgres":
                        process.kill()
                await asyncio.sleep(8)
            say(f"first report {crowd.back_after(down + 0.3):.2f} s after; {crowd.told(down, 1e9)}")
            say(await proven(crowd, EmbeddedPostgres(folder).running_url() or ""))
            quote(program)
            await program.end(signal.SIGTERM)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def disk() -> None:
    """The disk of a trial's data folder is full, then somebody makes room."""
    folder = new_folder()
    await _run("mount", "-t", "tmpfs", "-o", "size=448m,mode=711", "tmpfs", str(folder))
    try:
        async with running(
            "up", {"LIENTHONG_DATA_DIR": str(folder), "LIENTHONG_ACCESS_LOG": "none"}, anew=True
        ) as program:
            crowd = Crowd(program.url)
            async with crowd.at_work(senders=8):
                await asyncio.sleep(2)
                full = crowd.clock()
                ballast = folder / "somebody-elses-file"
                with suppress(OSError), ballast.open("wb", buffering=0) as file:
                    while file.write(bytes(4096)):
                        pass
                say(f"free: {shutil.disk_usage(folder).free} bytes")
                await asyncio.sleep(20)
                live = await _status(program.url, "/health/live")
                ready = await _status(program.url, "/health/ready")
                ballast.unlink()
                freed = crowd.clock()
                await asyncio.sleep(25)
            say(f"while full: {crowd.told(full, freed)}; /health/live {live}, /health/ready {ready}")
            say(f"first report {crowd.back_after(freed):.2f} s after; after: {crowd.told(freed + 5, 1e9)}")
            say(await proven(crowd, EmbeddedPostgres(folder).running_url() or ""))
            quote(program)
            say(f"exit code {await program.end(signal.SIGTERM)}")
    finally:
        log = (folder / "postgres.log").read_text(errors="replace").splitlines()
        for line in [line for line in log if "PANIC" in line or "space" in line][:4]:
            say(f"postgres.log: {line}")
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
            say(f"before: {crowd.told(0, back)}")
            say(f"an hour earlier: {crowd.told(back, 1e9)}")
            say(await proven(crowd, place.url))
            connection = await asyncpg.connect(driver_url(place.url))
            rows = await connection.fetch("SELECT id, received_at FROM reports ORDER BY id")
            steps = sum(a["received_at"] > b["received_at"] for a, b in pairwise(rows))
            span = (rows[-1]["received_at"] - rows[0]["received_at"]).total_seconds()
            await connection.close()
            say(f"in the order of ids received_at falls {steps} time(s); first to last {span:.0f} s")
            quote(program)


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
            code, said = await lienthong("worker", {**here, "LIENTHONG_DATABASE_URL": url})
            say(f"{name}: exit {code} after {monotonic() - began:.1f} s: {said.strip().replace(chr(10), ' | ')[:600]}")
        connection = await asyncpg.connect(driver_url(place.url))
        await connection.execute("UPDATE alembic_version SET version_num = 'of_last_year'")
        await connection.close()
        code, said = await lienthong("worker", {**here, "LIENTHONG_DATABASE_URL": place.url})
        say(f"schema too old: exit {code}: {said.strip().replace(chr(10), ' | ')[:600]}")


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
            say(
                f"exit {code} after {took:.2f} s; {len(under_way)} reports were under way: "
                f"{dict(Counter(one.kind if not one.status else str(one.status) for one in under_way))}"
            )
            say(f"streams: {dict(Counter(endings))}")
        say(await proven(crowd, place.url))


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
