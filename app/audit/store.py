"""Where each tenant's trail ended when this machine sealed it last, in a file that whoever owns the database has not.

The head in the database proves itself, and so does every older one: who puts an older one back cuts the trail unseen
by it. Blocking; to be called in threads.
"""

from __future__ import annotations

import os
from pathlib import Path

from app.kit.ids import TenantId


class Anchors:
    """One line a tenant, `POSITION:HASH`."""

    def __init__(self, folder: Path) -> None:
        """`folder`: made when something is kept first."""
        self._folder = folder

    def read(self, tenant_id: TenantId) -> tuple[int, bytes] | None:
        """What was kept; None on a machine that has sealed nothing. Raises: ValueError when the file says nonsense."""
        try:
            position, _, digest = self._path(tenant_id).read_text("ascii").strip().partition(":")
        except FileNotFoundError:
            return None
        return int(position), bytes.fromhex(digest)

    def keep(self, tenant_id: TenantId, position: int, digest: bytes) -> None:
        """From now on the trail goes at least so far; on the disk when this returns."""
        self._folder.mkdir(parents=True, exist_ok=True)
        making = self._path(tenant_id).with_suffix(".making")
        with making.open("w", encoding="ascii") as file:
            file.write(f"{position}:{digest.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        making.replace(self._path(tenant_id))

    def drop(self, tenant_id: TenantId) -> None:
        """Nothing is kept any more, until this machine seals again."""
        self._path(tenant_id).unlink(missing_ok=True)

    def _path(self, tenant_id: TenantId) -> Path:
        return self._folder / f"{tenant_id}.anchor"
