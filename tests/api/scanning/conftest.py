"""These tests need ClamAV's daemon, and are left out where it is not installed; .ci/run installs it."""

from __future__ import annotations

from tests.clamav import CLAMD

collect_ignore_glob = [] if CLAMD else ["test_*.py"]
