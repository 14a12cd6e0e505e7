"""Everything that must hold before a change lands; one line for each step, its output only when it fails.

Format, types and imports are looked at beside the tests, which have minutes in which a processor waits for a disk, a
clock or another process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PLACES = ["app", "tests", "migrations", "benchmarks", ".ci"]

STEPS = [
    ("one format", ["ruff", "format", "--check", "--quiet", *PLACES]),
    ("no known mistakes", ["ruff", "check", "--quiet", *PLACES]),
    ("types hold", ["mypy"]),
    ("rooms import only downward", ["lint-imports"]),
    ("no known holes in what we depend on", ["python", ".ci/audit.py"]),
]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Three workers on two cores: for a fifth of its time a worker waits for a clock, a disk or another process. Files in
# their order: by the number of their tests, the long ones of one or two tests would come last, with nothing left to do
# beside them.
TESTS = ["pytest", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "15"]
# A copy of a database is nine hundred files: in memory it takes a third of the time that it takes on a disk.
MEMORY, MEMORY_BYTES = Path("/dev/shm"), 6_000_000_000


@contextmanager
def home() -> Iterator[dict[str, str]]:
    """What tells the tests' PostgreSQL to live in memory, where there is enough of it; gone afterwards."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_BYTES:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="lienthong-gate-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL of a gate that runs as root is another user's, who has to get through
        yield {"LIENTHONG_TEST_HOME": folder}


def present(command: list[str]) -> list[str]:
    """`command` without the folders that this checkout does not have."""
    return [part for part in command if part not in PLACES or (ROOT / part).is_dir()]


def step(name: str, program: str, *arguments: str) -> int:
    """Exit code of one step, which tells how it went in one line."""
    began = time.monotonic()
    done = subprocess.run(
        [BIN / program, *present([*arguments])],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr if done.returncode or done.stdout.startswith("not asked") else ""
    went = "FAILED" if done.returncode else "ok    "
    print(f"\n{went} {name} ({time.monotonic() - began:.1f} s)\n{said}", end="", flush=True)
    return abs(done.returncode)


def environment() -> dict[str, str]:
    """Ours for the tools. Python may keep what it has compiled: else each process of the tests compiles it anew."""
    ours = {**os.environ, "PYTHONPATH": str(ROOT)}  # noqa: TID251 - the tools' environment is ours
    ours.pop("PYTHONDONTWRITEBYTECODE", None)
    return ours


def beside() -> list[tuple[str, int]]:
    """Run every step, one after another, even when one fails; their exit codes."""
    return [(name, step(name, program, *arguments)) for name, (program, *arguments) in STEPS]


def main() -> int:
    """Run the steps beside the tests; the worst exit code."""
    if not any(map(shutil.which, BROWSERS)):
        print("left out: tests/browser, there is no Chromium (apt install chromium-headless-shell)", flush=True)
    if not (shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")):
        print("left out: tests/api/scanning, there is no ClamAV (apt install clamav-daemon)", flush=True)
    # Else each worker, and what forks for it, would compile all of the program, beside the others.
    subprocess.run([BIN / "python", "-m", "compileall", "-q", "-j", "2", "app"], cwd=ROOT, check=True)
    program, *arguments = TESTS
    with ThreadPoolExecutor(1) as thread, home() as lives:
        steps = thread.submit(beside)
        command = [BIN / program, *arguments, *sys.argv[1:]]
        tests = subprocess.run(command, cwd=ROOT, env=environment() | lives, check=False)
    for name, code in steps.result():  # what was said in the middle of the tests is overlooked
        print(f"{'FAILED' if code else 'ok    '} {name}", flush=True)
    return max(abs(tests.returncode), *(code for _, code in steps.result()))


if __name__ == "__main__":
    sys.exit(main())
