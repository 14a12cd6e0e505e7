"""Known holes in what we depend on: the lock files, held against the advisories of OSV by pip-audit.

Ends with 1 when there is one, 0 when there is none or nobody could be asked: a machine without the internet must not
stop a change. It says which. `make audit` passes `--must` and ends with 2 when nobody could be asked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
OSV = "https://api.osv.dev/v1/query"


def ask(lock: Path, url: str) -> list[dict[str, Any]] | None:
    """The packages of the lock file with what is known of each; None when the service does not answer."""
    asked = subprocess.run(
        [
            *(sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--requirement", lock),
            *("--vulnerability-service", "osv", "--osv-url", url, "--format", "json", "--timeout", "10"),
            *("--progress-spinner", "off"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found: list[dict[str, Any]] = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return found


def main() -> int:
    """Ask for each lock file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--must", action="store_true", help="fail when nobody could be asked")
    parser.add_argument("--osv-url", default=OSV)
    parser.add_argument("locks", nargs="*", type=Path, default=[ROOT / lock for lock in LOCKS])
    given = parser.parse_args()
    holes = 0
    for lock in given.locks:
        found = ask(lock, given.osv_url)
        if found is None:
            print(f"not asked: {given.osv_url} does not answer", flush=True)
            return 2 if given.must else 0
        for one in found:
            for hole in one.get("vulns", ()):
                holes += 1
                print(f"{lock.name}: {one['name']} {one['version']}: {hole['id']}, mended in {hole['fix_versions']}")
    print(f"{holes} known holes")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
