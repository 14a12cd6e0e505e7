"""Load from a second process: wrk plays a file of requests and tells rates and latencies."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .servers import Web, cpu_of, cpu_since, run_id

_SCRIPT = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True, slots=True)
class Sample:
    """One short run. CPU is milliseconds of a server's CPU for one request; latencies are milliseconds."""

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
            rate=middle(lambda run: run.rate),
            p50=middle(lambda run: run.p50),
            p95=middle(lambda run: run.p95),
            p99=middle(lambda run: run.p99),
            app_ms=middle(lambda run: run.app_ms),
            pg_ms=middle(lambda run: run.pg_ms),
            kib=middle(lambda run: run.kib),
            wrong=sum(run.wrong for run in runs),
        )


def requests_file(folder: Path, lines: Sequence[tuple[str, str, str, str]]) -> Path:
    """A file of requests: method, path, headers, body."""
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".requests", delete=False, encoding="utf-8") as file:
        file.writelines("\t".join(line) + "\n" for line in lines)
    return Path(file.name)


def warm_up(target: Web, requests: Path, *, connections: int) -> None:
    """Let caches fill; a database just started may need longer than this for its first answer, which is no fault."""
    _wrk(target, requests, connections, 2)


def run(
    target: Web, requests: Path, *, connections: int, seconds: float, pg_cpu: Callable[[], dict[int, float]]
) -> Sample:
    """Play `requests` over `connections` for `seconds`. Raises: RuntimeError when nothing is answered or is lost."""
    family = target.family()
    app_before, pg_before = cpu_of(family), pg_cpu()
    told = _wrk(target, requests, connections, seconds)
    app_cpu, pg_used = cpu_since(app_before, cpu_of(family)), cpu_since(pg_before, pg_cpu())
    count = told["requests"]
    if not count or told["lost"]:
        message = f"{requests.name}: {told}"
        raise RuntimeError(message)
    return Sample(
        rate=count / (told["us"] / 1e6),
        p50=told["p50"],
        p95=told["p95"],
        p99=told["p99"],
        app_ms=1000 * app_cpu / count,
        pg_ms=1000 * pg_used / count,
        kib=told["bytes"] / count / 1024,
        wrong=int(told["wrong"]),
    )


def _wrk(target: Web, requests: Path, connections: int, seconds: float) -> dict[str, float]:
    """What wrk tells of one run."""
    how = ["-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "10s", "-s", str(_SCRIPT)]
    command = ["wrk", *how, target.base, "--", str(requests), run_id()]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    return told
