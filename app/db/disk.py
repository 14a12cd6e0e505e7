"""Names of files that survive a power cut: syncing a file does not keep where it stands (fsync(2))."""

from __future__ import annotations

import os
from pathlib import Path


def settle_names(folder: Path) -> None:
    """What was made, renamed or linked in the folder until now is on the disk under its name. Blocking."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
