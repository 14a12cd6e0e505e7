"""Load from a second process: wrk plays a file of requests and tells rates and latencies."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .servers import Web, cpu_of, cpu_since, run_id

Line = tuple[str, str, str, str]
"""One request: method, path, headers (`Name: value; Name: value`), body."""
_SCRIPT = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True, slots=True)
class Sample:
    """One short run of `count` requests. CPU is a server's for one request; CPU and latencies are milliseconds."""

    count: float
    rate: float
    p50: float
    p95: float
    p99: float
    app_ms: float
    pg_ms: float
    kib: float
    wrong: int

    @classmethod
    def median(cls, runs: Sequence[Self]) -> Self:
        """Each figure's median; wrong answers are added up."""

        def middle(read: Callable[[Self], float]) -> float:
            return statistics.median(read(run) for run in runs)

        return cls(
            count=middle(lambda run: run.count),
            rate=middle(lambda run: run.rate),
            p50=middle(lambda run: run.p50),
            p95=middle(lambda run: run.p95),
            p99=middle(lambda run: run.p99),
            app_ms=middle(lambda run: run.app_ms),
            pg_ms=middle(lambda run: run.pg_ms),
            kib=middle(lambda run: run.kib),
            wrong=sum(run.wrong for run in runs),
        )

    @classmethod
    def together(cls, runs: Sequence[Self]) -> Self:
        """Runs at the same time on several processes as one: rates added up, of each latency the longest."""
        rate = sum(run.rate for run in runs)
        return cls(
            count=sum(run.count for run in runs),
            rate=rate,
            p50=max(run.p50 for run in runs),
            p95=max(run.p95 for run in runs),
            p99=max(run.p99 for run in runs),
            app_ms=sum(run.app_ms * run.rate for run in runs) / rate,
            pg_ms=sum(run.pg_ms * run.rate for run in runs) / rate,
            kib=sum(run.kib * run.rate for run in runs) / rate,
            wrong=sum(run.wrong for run in runs),
        )


@dataclass(frozen=True, slots=True)
class Requests:
    """A file of requests; `renew` writes it anew before each run where yesterday's versions would be refused."""

    file: Path
    renew: Callable[[], None] | None = None

    def ready(self) -> Path:
        """The file, good for one run."""
        if self.renew is not None:
            self.renew()
        return self.file

    @classmethod
    def of(cls, folder: Path, lines: Iterable[Line]) -> Self:
        """The same requests for every run."""
        return cls(_written(folder, lines))

    @classmethod
    def renewed(cls, folder: Path, make: Callable[[], Iterable[Line]]) -> Self:
        """Requests that `make` makes anew for each run."""
        file = _written(folder, ())
        return cls(file, lambda: _write(file, make()))


def _written(folder: Path, lines: Iterable[Line]) -> Path:
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".requests", delete=False) as made:
        file = Path(made.name)
    _write(file, lines)
    return file


def _write(file: Path, lines: Iterable[Line]) -> None:
    file.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")


def warm_up(target: Web, requests: Requests, *, connections: int) -> bool:
    """Let caches fill; whether answers come by the dozen: what takes seconds for one must be played for longer."""
    said, _ = _wrk(target, requests.ready(), connections, 2).communicate()
    told = next((json.loads(line) for line in said.splitlines() if line.startswith("{")), {"requests": 0})
    return bool(told["requests"] > 2 * connections)


def run(
    targets: Sequence[Web],
    requests: Requests,
    *,
    connections: int,
    seconds: float,
    pg_cpu: Callable[[], dict[int, float]],
) -> Sample:
    """Play `requests` over `connections`, shared out evenly among the processes `targets`, for `seconds`.

    Raises: RuntimeError when nothing is answered or something is lost.
    """
    file = requests.ready()
    before, pg_before = [cpu_of([target.process]) for target in targets], pg_cpu()
    playing = [_wrk(target, file, connections // len(targets), seconds) for target in targets]
    told = [_told(one) for one in playing]
    used = [cpu_since(earlier, cpu_of([target.process])) for earlier, target in zip(before, targets, strict=True)]
    pg_used = cpu_since(pg_before, pg_cpu()) / sum(one["requests"] for one in told)
    return Sample.together([_sample(one, cpu, pg_used) for one, cpu in zip(told, used, strict=True)])


@contextmanager
def playing(target: Web, requests: Requests, *, connections: int, seconds: float) -> Iterator[None]:
    """Inside, `requests` are played, for `seconds` at most; waits for their end."""
    wrk = _wrk(target, requests.ready(), connections, seconds)
    try:
        yield
    finally:
        wrk.communicate()


def _sample(told: dict[str, float], app_cpu: float, pg_cpu: float) -> Sample:
    count = told["requests"]
    return Sample(
        count=count,
        rate=count / (told["us"] / 1e6),
        p50=told["p50"],
        p95=told["p95"],
        p99=told["p99"],
        app_ms=1000 * app_cpu / count,
        pg_ms=1000 * pg_cpu,
        kib=told["bytes"] / count / 1024,
        wrong=int(told["wrong"]),
    )


def _wrk(target: Web, requests: Path, connections: int, seconds: float) -> subprocess.Popen[str]:
    """wrk at work."""
    how = ["-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "10s", "-s", str(_SCRIPT)]
    command = ["wrk", *how, target.base, "--", str(requests), run_id()]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _told(wrk: subprocess.Popen[str]) -> dict[str, float]:
    """What wrk tells of its run, once it has ended. Raises: RuntimeError when nothing is answered or some is lost."""
    said, _ = wrk.communicate()
    line = next((line for line in said.splitlines() if line.startswith("{")), None)
    told: dict[str, float] = json.loads(line) if line else {}
    if wrk.returncode or not told.get("requests") or told["lost"]:
        message = f"{wrk.args!r}: {said[-2000:]}"
        raise RuntimeError(message)
    return told
