"""The embedded PostgreSQL survives what happens to programs: being killed, started twice, put in odd places."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.embedded_host import EmbeddedError, FolderInUse
from app.kit.text import Text
from tests.server import ROOT

QUICK = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that every account may pass through, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="lienthong-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def quiet(_: Text) -> None:
    """Nobody watches."""


async def ask(url: str, *statements: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def servers(folder: Path) -> list[psutil.Process]:
    """Every process that works on a cluster in `folder`."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or ())
    ]


async def test_it_keeps_data_from_start_to_start_and_leaves_no_process(folder: Path) -> None:
    told: list[Text] = []
    with EmbeddedPostgres(folder, QUICK) as first:
        url = first.start(told.append)
        assert await ask(url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT n FROM kept") == 7
        assert first.alive()
    assert not servers(folder)
    with EmbeddedPostgres(folder, QUICK) as second:
        assert await ask(second.start(told.append), "SELECT n FROM kept") == 7
    assert not servers(folder)
    assert [sentence.en for sentence in told] == ["Creating the database (first time only) …"]


async def test_the_program_is_no_superuser_but_may_add_the_extensions_it_needs(folder: Path) -> None:
    with EmbeddedPostgres(folder, QUICK) as postgres:
        url = postgres.start(quiet)
        assert await ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert await ask(url, "CREATE EXTENSION pg_trgm", "SELECT similarity('ổ gà', 'ổ gà')") == 1
        assert await ask(url, "SELECT lower('Ổ GÀ ĐƯỜNG')") == "ổ gà đường"


async def test_a_second_program_on_the_same_folder_is_told_and_the_first_goes_on(folder: Path) -> None:
    with EmbeddedPostgres(folder, QUICK) as first:
        url = first.start(quiet)
        with pytest.raises(FolderInUse, match=str(os.getpid())):
            EmbeddedPostgres(folder, QUICK).start(quiet)
        assert EmbeddedPostgres(folder).running_url() == url
        assert await ask(url, "SELECT 1") == 1


async def test_a_killed_server_recovers_everything_committed(folder: Path) -> None:
    with EmbeddedPostgres(folder, QUICK) as postgres:
        url = postgres.start(quiet)
        await ask(url, "CREATE TABLE kept AS SELECT generate_series(1, 5000) AS n", "SELECT 1")
        (postmaster,) = [process for process in servers(folder) if process.cmdline()[-1].endswith("lienthong.conf")]
        postmaster.send_signal(signal.SIGKILL)
        while postgres.alive():
            await asyncio.sleep(0.01)
        postgres.stop()
        assert await ask(postgres.start(quiet), "SELECT count(*) FROM kept") == 5000


async def test_the_server_of_a_killed_program_is_adopted_and_ended(folder: Path) -> None:
    dying = (
        "import os, signal, sys; from pathlib import Path; from app.db.embedded import EmbeddedPostgres;"
        f"EmbeddedPostgres(Path(sys.argv[1]), {QUICK}).start(lambda _: None); os.kill(os.getpid(), signal.SIGKILL)"
    )
    died = subprocess.run([sys.executable, "-c", dying, str(folder)], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    orphan = EmbeddedPostgres(folder).running_url()
    assert orphan is not None
    with EmbeddedPostgres(folder, QUICK) as postgres:
        assert postgres.start(quiet) == orphan
        assert postgres.alive()
    assert not servers(folder)


async def test_a_folder_with_a_long_and_strange_name_serves(folder: Path) -> None:
    strange = folder / ("dữ liệu của 'tỉnh'," * 5)
    with EmbeddedPostgres(strange, QUICK) as postgres:
        assert await ask(postgres.start(quiet), "SELECT 1") == 1


async def test_a_folder_closed_to_other_accounts_stays_closed_and_serves(folder: Path) -> None:
    folder.chmod(0o700)
    closed = folder / "data"
    told: list[Text] = []
    with EmbeddedPostgres(closed, QUICK) as postgres:
        assert await ask(postgres.start(told.append), "SELECT 1") == 1
    assert folder.stat().st_mode & 0o777 == 0o700
    cluster = (closed / "postgres").resolve()
    if not cluster.is_relative_to(closed):  # root's PostgreSQL runs under an account that cannot come in
        assert str(cluster.parent) in told[-1].vi
        shutil.rmtree(cluster.parent)


def test_data_of_another_major_version_is_refused_in_words(folder: Path) -> None:
    with EmbeddedPostgres(folder, QUICK) as postgres:
        postgres.start(quiet)
    (folder / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 17"):
        EmbeddedPostgres(folder, QUICK).start(quiet)


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    with pytest.raises(EmbeddedError, match="no_such_setting"):
        EmbeddedPostgres(folder, {**QUICK, "no_such_setting": "1"}).start(quiet)
    assert not servers(folder)
