"""Web and worker in one event loop: started together, ended in order, whatever ends first."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module

import uvicorn
from prometheus_client import start_http_server

from app.db.embedded import EmbeddedPostgres
from app.db.embedded_host import EmbeddedError
from app.db.models import Command
from app.kit.collector import sparing
from app.kit.text import Text
from app.process import Process
from app.web import logs
from app.worker import loop as worker_loop
from app.worker.restoring import notice_restore

from .connections import heads_within
from .terminal import CommandError, reason, say

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_S = 5  # for requests and streams under way


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to us (the database must outlive the last request) and says when it serves."""

    def __init__(
        self, config: uvicorn.Config, end_streams: Callable[[], Awaitable[None]], when_ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._end_streams = end_streams
        self._when_ready = when_ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._end_streams()  # live streams never end of themselves; uvicorn would wait for every one
        await super().shutdown(sockets)


def _server(process: Process, when_ready: Callable[[], None]) -> _Server:
    with sparing():
        web = import_module("app.main")  # nearly half of a start, which a worker and short commands do without
        app = web.create_app(process.settings, shared=process)
    return _Server(
        uvicorn.Config(
            app,
            loop="none",  # ours runs already
            http=heads_within(process.settings.head_wait_s),
            forwarded_allow_ips=process.settings.trusted_proxies,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,  # addresses and secrets of citizens do not belong into logs
            server_header=False,
            timeout_graceful_shutdown=PATIENCE_S,
        ),
        lambda: web.end_streams(app),
        when_ready,
    )


async def serve(
    process: Process,
    bound: socket.socket | None,
    *,
    worker: bool,
    postgres: EmbeddedPostgres | None = None,
    when_ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve on `bound` (None: no web), work if `worker`, until a signal to end; then end what is under way.

    Web and worker share the process that the caller has opened and closes.
    With `postgres`, a server that dies is started again. Raises: CommandError when the web cannot start; whatever a
    part failed with.
    """
    logs.tell_more()
    _take_all_files()
    await notice_restore(process)  # before anybody is told a number
    server = _server(process, when_ready) if bound else None
    ending = _on_signal(server)
    parts: list[asyncio.Task[None]] = []
    if worker:
        parts.append(
            asyncio.create_task(worker_loop.run(process, Command.UP if bound else Command.WORKER), name="worker")
        )
    if postgres:
        parts.append(asyncio.create_task(_watch(postgres), name="postgres"))
    web = asyncio.create_task(server.serve(sockets=[bound]), name="web") if server and bound else None
    signalled = asyncio.create_task(ending.wait(), name="signal")
    try:
        with nullcontext() if web else _metrics_of_worker(process):
            await asyncio.wait({signalled, *parts, *([web] if web else [])}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if server and web:
            server.should_exit = True
            await asyncio.wait({web})  # requests under way still need the database
        for part in parts:
            part.cancel()
        outcomes = await asyncio.gather(*parts, *([web] if web else []), return_exceptions=True)
        signalled.cancel()
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    if not ending.is_set():
        raise CommandError(
            Text("Máy chủ web không khởi động được; xem nhật ký ở trên.", "The web server did not start; see above.")
        )


def _take_all_files() -> None:
    """The process may have as many files and connections open as the system lets it.

    A live stream holds one each; what shells start with (1,024) is for programs that use select().
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _on_signal(server: _Server | None) -> asyncio.Event:
    """Set by the first signal to end; a second one makes the web drop what is still under way."""
    ending = asyncio.Event()

    def end() -> None:
        if server and ending.is_set():
            server.force_exit = True
        ending.set()

    for number in _ENDING:
        asyncio.get_running_loop().add_signal_handler(number, end)
    return ending


@contextmanager
def _metrics_of_worker(process: Process) -> Iterator[None]:
    """Inside, /metrics of a process that serves nothing else, if the settings want it. Raises: CommandError."""
    port, host = process.settings.worker_metrics_port, process.settings.host
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, host, process.metrics.registry)
    except OSError as error:
        why = reason(error)
        raise CommandError(
            Text(
                f"Không mở được {host}:{port} cho số liệu của worker: {why.vi}. Chọn cổng khác: "
                f"LIENTHONG_WORKER_METRICS_PORT",
                f"{host}:{port} cannot be opened for the worker's figures: {why.en}. Choose another port: "
                f"LIENTHONG_WORKER_METRICS_PORT",
            )
        ) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _not_started(error: OSError) -> Text:
    why = reason(error)
    return Text(f"PostgreSQL không khởi động được: {why.vi}.", f"PostgreSQL did not start: {why.en}.")


async def _watch(postgres: EmbeddedPostgres) -> None:
    """Start PostgreSQL again when it has died under us; requests meanwhile are told to come again.

    What keeps it from starting (a full disk, most often) is said and waited out: an operator mends it while we run.
    """
    pause_s = 0.5
    while True:
        await asyncio.sleep(pause_s)
        if postgres.alive():
            pause_s = 0.5
            continue
        say(Text("PostgreSQL đã dừng đột ngột, đang khởi động lại …", "PostgreSQL died; starting it again …"))
        try:
            await asyncio.to_thread(postgres.restart, say)
        except (EmbeddedError, OSError) as error:
            say(error.sentence if isinstance(error, EmbeddedError) else _not_started(error))
            pause_s = min(30.0, pause_s * 2)
