"""Names of files are on the disk before anybody is told that they are there: a power cut forgets others."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import pytest

from app.audit.senders import FileSink
from app.cli.installation import write_private
from app.media.store import FolderStore


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what was synced, in order."""
    found: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        found.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return found


def _grown(store: FolderStore, upload_id: UUID, offset: int) -> None:
    growing = store.appending(upload_id, offset)
    growing.cut()
    growing.add(b"y")
    assert growing.settle() == offset + 1
    growing.close()


def test_names_of_uploads_are_synced_once_for_each_file_whoever_made_them(tmp_path: Path, synced: list[str]) -> None:
    first, second = UUID(int=0x107), UUID(int=0x207)
    raw, shelf, above = f"{second.hex}.raw", "07", ["uploads", tmp_path.name]
    store = FolderStore(tmp_path)
    store.write(first, "whole", b"x")
    assert synced == [*above, f"{first.hex}.whole.making", shelf]
    synced.clear()
    _grown(store, second, 0)
    assert synced == [shelf, raw], "the shelf's own name is known to be there"
    synced.clear()
    _grown(store, second, 1)
    assert synced == [raw], "going on with a file costs no more than its bytes"
    synced.clear()
    _grown(FolderStore(tmp_path), second, 0)
    assert synced == [*above, shelf, raw], "another process may have made them, and been killed before it synced them"


async def test_names_of_keys_and_trails_are_synced_too(tmp_path: Path, synced: list[str]) -> None:
    write_private(tmp_path / "key", "x")
    assert synced[1:] == [tmp_path.name]
    sink = FileSink(tmp_path / "trail")
    await sink.take([])
    assert synced[2:] == ["trail", tmp_path.name]
