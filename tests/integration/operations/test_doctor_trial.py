"""Doctor at a trial: nothing stopped is started unasked, nothing that runs is stopped, nothing is left behind."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.cli.doctor import Finding, Health, examine_installation
from app.db.embedded import EmbeddedPostgres
from app.kit.clock import SystemClock

QUICK = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedPostgres]:
    """The database of a trial, made and stopped; the environment names its folder."""
    folder = Path(tempfile.mkdtemp(prefix="lienthong-test-"))
    folder.chmod(0o711)
    monkeypatch.chdir(folder)  # no .env here
    monkeypatch.setenv("LIENTHONG_DATA_DIR", str(folder))
    monkeypatch.setenv("LIENTHONG_PORT", "0")
    with EmbeddedPostgres(folder, QUICK) as postgres:
        postgres.start(lambda _: None)
        postgres.stop()
        yield postgres
    assert servers(folder) == 0
    shutil.rmtree(folder)


def servers(folder: Path) -> int:
    """How many processes work in the folder."""
    return sum(str(folder) in " ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"]))


def looked(*, start: bool = False) -> list[Finding]:
    return list(examine_installation(SystemClock(), start=start))


def test_a_trial_that_is_stopped_is_said_to_be_and_not_started(trial: EmbeddedPostgres) -> None:
    folder = trial.log_file.parent
    before = sorted(folder.rglob("*"))
    last = looked()[-1]
    assert last.health is Health.WARNING
    assert "The trial is not running, so its database was not looked at." in last.sentence.en
    assert "lienthong doctor --start" in last.sentence.vi
    assert servers(folder) == 0
    assert sorted(folder.rglob("*")) == before


def test_a_trial_that_is_stopped_is_started_when_asked_and_stopped_again(trial: EmbeddedPostgres) -> None:
    said = [finding.sentence.en for finding in looked(start=True)]
    assert any("was started for this look only" in line for line in said)
    assert said[-1].startswith("The database has schema none")  # it was reached; nobody has migrated it
    assert servers(trial.log_file.parent) == 0


def test_a_trial_that_runs_is_looked_at_and_left_running(trial: EmbeddedPostgres) -> None:
    trial.start(lambda _: None)
    for start in (False, True):
        said = [finding.sentence.en for finding in looked(start=start)]
        assert said[-1].startswith("The database has schema none")
        assert not any("not running" in line for line in said)
        assert trial.alive()
    trial.detach()  # as when the program was killed: the server is nobody's
    assert looked()[-1].sentence.en.startswith("The database has schema none")
    assert servers(trial.log_file.parent) > 0
    trial.start(lambda _: None)


def test_a_folder_without_a_database_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIENTHONG_PORT", "0")
    assert "make up" in looked()[-1].sentence.vi
    assert list(tmp_path.iterdir()) == []
