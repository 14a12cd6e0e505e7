"""Everything that must hold before a change lands, in order; one line for each step, its output only when it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PLACES = ["app", "tests", "migrations", "benchmarks", ".ci"]

STEPS = [
    ("one format", ["ruff", "format", "--check", "--quiet", *PLACES]),
    ("no known mistakes", ["ruff", "check", "--quiet", *PLACES]),
    ("types hold", ["mypy"]),
    ("rooms import only downward", ["lint-imports"]),
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Last, so that pytest's own summary is what the run ends with. Two workers: one a core. Files in their order: by the
# number of their tests, the long ones of one or two tests would come last, with nothing left to do beside them.
TESTS = ["pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "15"]


def present(command: list[str]) -> list[str]:
    """`command` without the folders that this checkout does not have."""
    return [part for part in command if part not in PLACES or (ROOT / part).is_dir()]


def main() -> int:
    """Run every step even when one fails; the worst exit code."""
    worst = 0
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # noqa: TID251 - the tools' environment is ours
    for name, (program, *arguments) in STEPS:
        began = time.monotonic()
        done = subprocess.run(
            [BIN / program, *present(arguments)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
        if done.returncode:
            print(done.stdout + done.stderr, flush=True)
            worst = max(worst, abs(done.returncode))
    if not any(map(shutil.which, BROWSERS)):
        print("left out: tests/browser, there is no Chromium (apt install chromium)", flush=True)
    if not (shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")):
        print("left out: tests/api/scanning, there is no ClamAV (apt install clamav-daemon)", flush=True)
    program, *arguments = TESTS
    tests = subprocess.run([BIN / program, *arguments, *sys.argv[1:]], cwd=ROOT, env=environment, check=False)
    return max(worst, abs(tests.returncode))


if __name__ == "__main__":
    sys.exit(main())
