"""Doctor finds what is wrong, says how to mend it, and changes nothing."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
from pydantic import SecretStr, ValidationError

from app.cli.doctor import Finding, Health, examine_database, examine_machine
from app.db.beats import Worker, beat
from app.db.engine import Database, driver_url
from app.db.models import Command
from app.identity import service as identity_service
from app.identity.domain import Keyring
from app.identity.terms import ReporterIdentity
from app.kit.clock import Clock, FixedClock, SystemClock
from app.process import Process
from app.settings import Settings
from tests.builders import a_report
from tests.conftest import make_settings

Change = Callable[[str], Awaitable[None]]


async def all_of(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]


def told(findings: list[Finding], health: Health) -> str:
    return "\n".join(finding.sentence.en for finding in findings if finding.health is health)


@pytest.fixture
def installation(committed_url: str, tmp_path: Path) -> Settings:
    return make_settings(committed_url, tmp_path)


@pytest.fixture
def change(committed_url: str) -> Change:
    async def run(statement: str) -> None:
        connection = await asyncpg.connect(driver_url(committed_url))
        await connection.execute(statement)
        await connection.execute("UPDATE reference_versions SET version = version + 1, changed_at = clock_timestamp()")
        await connection.close()

    return run


@pytest.fixture
async def seen(committed_db: Database) -> Callable[..., Awaitable[None]]:
    """A worker that was last seen so long ago."""

    async def one(**ago: float) -> None:
        clock = FixedClock(SystemClock().now() - timedelta(**ago))
        await beat(committed_db, Worker.here(Command.WORKER, clock), clock.now())

    return one


async def test_a_fresh_installation_is_well(installation: Settings, seen: Callable[..., Awaitable[None]]) -> None:
    await seen(seconds=5)
    findings = await all_of(examine_database(installation, SystemClock()))
    assert told(findings, Health.BROKEN) == ""
    # What the packaged data leaves to reception is for the province to fill, and malware for the operator to look for.
    warned = told(findings, Health.WARNING).splitlines()
    unscanned = [line for line in warned if "not scanned for malware" in line]
    assert len(unscanned) == 1
    assert all("go to reception" in line for line in warned if line not in unscanned)
    assert "khanhhoa: nothing waits for the worker; 0 cases in handling" in told(findings, Health.OK)


async def test_a_database_that_is_down_is_one_finding(installation: Settings) -> None:
    away = installation.model_copy(update={"database_url": "postgresql://ann:secret@127.0.0.1:1/none"})
    (finding,) = await all_of(examine_database(away, SystemClock()))
    assert finding.health is Health.BROKEN
    assert "127.0.0.1:1 cannot be reached" in finding.sentence.en
    assert "secret" not in str(finding.sentence)


async def test_an_old_schema_ends_the_look(installation: Settings, change: Change) -> None:
    await change("UPDATE alembic_version SET version_num = 'of_last_year'")
    findings = await all_of(examine_database(installation, SystemClock()))
    assert findings[-1].health is Health.BROKEN
    assert "of_last_year" in findings[-1].sentence.en
    assert "lienthong migrate" in findings[-1].sentence.vi


async def test_what_is_missing_or_running_out_is_named(installation: Settings, change: Change) -> None:
    await change("DELETE FROM jurisdictions j USING units u WHERE u.id = j.unit_id AND u.code LIKE 'H23.22%'")
    await change("DELETE FROM calendar_days WHERE tenant_id = 1 AND extract(year FROM day) > extract(year FROM now())")
    nowhere = installation.model_copy(update={"default_tenant": "atlantis"})
    findings = await all_of(examine_database(nowhere, SystemClock()))
    assert "'atlantis' is no tenant in use" in told(findings, Health.BROKEN)
    warnings = told(findings, Health.WARNING)
    assert "haiduong: the working calendar ends on" in warnings
    assert "haiduong: 378 pairs of category and area have no unit" in warnings


async def test_reference_data_that_cannot_be_read_are_one_finding(installation: Settings, change: Change) -> None:
    await change('UPDATE calendar_edits SET content = \'{"week": [[["noon", "night"]]]}\' WHERE tenant_id = 1')
    findings = await all_of(examine_database(installation, SystemClock()))
    assert "haiduong: there is no working calendar" in told(findings, Health.BROKEN)
    await change("UPDATE targets SET categories = '5' WHERE code = 'urban'")
    findings = await all_of(examine_database(installation, SystemClock()))
    assert "haiduong: the targets urban cannot be read" in told(findings, Health.BROKEN)
    await change("UPDATE rulebooks SET rules = '5'")
    findings = await all_of(examine_database(installation, SystemClock()))
    assert findings[-1].health is Health.BROKEN
    assert "The reference data cannot be loaded (TypeError" in findings[-1].sentence.en


async def test_a_clock_that_is_off_is_found(installation: Settings) -> None:
    def off_by(**lag: float) -> Clock:
        return FixedClock(SystemClock().now() + timedelta(**lag))

    slightly = await all_of(examine_database(installation, off_by(seconds=20)))
    badly = await all_of(examine_database(installation, off_by(hours=-1)))
    assert "differ by" in told(slightly, Health.WARNING)
    assert "differ by 36" in told(badly, Health.BROKEN)


async def test_a_worker_that_is_gone_is_told_with_since_when(
    installation: Settings, seen: Callable[..., Awaitable[None]]
) -> None:
    never = await all_of(examine_database(installation, SystemClock()))
    assert "No worker has been seen: nothing is published" in told(never, Health.BROKEN)
    await seen(days=1)
    await seen(minutes=3)
    gone = told(await all_of(examine_database(installation, SystemClock())), Health.BROKEN)
    since = SystemClock().now() - timedelta(minutes=3)
    assert f"No worker has been seen since {since:%Y-%m-%d %H:}" in gone
    assert f"pid {os.getpid()}" in gone
    assert "lienthong worker" in gone
    await seen(seconds=50)
    findings = await all_of(examine_database(installation, SystemClock()))
    assert "1 workers at work: worker" in told(findings, Health.OK)
    assert "No worker" not in told(findings, Health.BROKEN)


async def test_a_worker_killed_on_this_machine_is_missed_at_once(
    installation: Settings, seen: Callable[..., Awaitable[None]], change: Change
) -> None:
    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()
    await seen(seconds=5)
    await change(f"UPDATE worker_beats SET pid = {ended.pid}")
    assert f"pid {ended.pid}" in told(await all_of(examine_database(installation, SystemClock())), Health.BROKEN)
    await change("UPDATE worker_beats SET host = 'elsewhere'")
    assert "1 workers at work" in told(await all_of(examine_database(installation, SystemClock())), Health.OK)


async def test_a_missing_worker_and_dead_letters_are_found(
    installation: Settings, change: Change, committed_url: str
) -> None:
    await change(
        "INSERT INTO outbox_messages (tenant_id, id, type, type_version, subject_id, subject_version, occurred_at,"
        " public, payload) SELECT 1, gen_random_uuid(), 'case.opened', 1, gen_random_uuid(), 1,"
        " now() - interval '10 minutes', true, '{}'"
    )
    await change(
        "INSERT INTO parked_messages (tenant_id, consumer, position, message_id, subject_id, parked_at, died_at)"
        " VALUES (1, 'publication', 7, gen_random_uuid(), gen_random_uuid(), now() - interval '1 day', now())"
    )
    await change(
        "INSERT INTO parked_messages (tenant_id, consumer, position, message_id, subject_id, parked_at, next_at)"
        " VALUES (1, 'publication', 8, gen_random_uuid(), gen_random_uuid(), now() - interval '5 minutes', now())"
    )
    findings = await all_of(examine_database(installation, SystemClock()))
    assert "haiduong: 1 messages have waited 10 minutes" in told(findings, Health.BROKEN)
    warnings = told(findings, Health.WARNING)
    assert "haiduong: 1 messages that publication could not handle hold up their cases" in warnings
    assert "lienthong outbox list --dead --tenant haiduong" in warnings
    assert "haiduong: 1 messages of publication are set aside, the oldest for 5 minutes" in warnings


async def test_the_key_of_the_database_is_told_from_any_other(
    installation: Settings, committed_db: Database, tmp_path: Path
) -> None:
    async def told_of_key(settings: Settings, health: Health) -> str:
        return told(await all_of(examine_database(settings, SystemClock())), health)

    assert "knows no key yet" in await told_of_key(installation, Health.OK)
    assert installation.secret_key
    keys = Keyring.of(installation.secret_key.get_secret_value())
    await identity_service.adopt_key(committed_db, keys, SystemClock().now())
    assert "The key is the database's." in await told_of_key(installation, Health.OK)
    missing = installation.model_copy(update={"secret_key": None})
    assert "it is not here" in await told_of_key(missing, Health.BROKEN)
    (tmp_path / "secret-key").write_text("the-key-of-another-installation-0123456789")
    assert "is not this database's" in await told_of_key(missing, Health.BROKEN)
    (tmp_path / "secret-key").write_text("cut off")
    assert "could not be tried" in await told_of_key(missing, Health.WARNING)


def test_the_machine_is_looked_at(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, port=0)
    assert "There is no key yet" in told(list(examine_machine(settings)), Health.WARNING)
    key = tmp_path / "secret-key"
    key.write_text("a" * 40)
    key.chmod(0o600)
    assert "too weak" in told(list(examine_machine(settings)), Health.BROKEN)
    key.write_text("kN8qv3-Zx7Lw2_Rt5Yp9Hd1Sg6Fj4Bm0Qc")
    assert told(list(examine_machine(settings)), Health.BROKEN) == ""
    key.chmod(0o644)
    assert "chmod 600" in told(list(examine_machine(settings)), Health.BROKEN)
    assert list(tmp_path.iterdir()) == [key]
    short = settings.model_copy(update={"secret_key": SecretStr("short")})
    assert "too short" in told(list(examine_machine(short)), Health.BROKEN)


def test_an_installation_behind_tls_believes_some_proxy_and_never_everybody(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, port=0, public_url="https://phananh.example.vn")
    assert "127.0.0.1,::1" in told(list(examine_machine(settings)), Health.OK)
    alone = settings.model_copy(update={"trusted_proxies": " "})
    assert "no proxy is believed" in told(list(examine_machine(alone)), Health.WARNING)
    for given in ("*", "0.0.0.0/0", "10.0.0.0/8,::/0", "10.0.0.1/8", "proxy"):
        with pytest.raises(ValidationError):
            Settings(_env_file=None, trusted_proxies=given)
    Settings(_env_file=None, trusted_proxies="10.0.0.0/8, 192.0.2.7,2001:db8::/48")


async def test_a_port_is_ours_or_somebody_elses(live_url: str, tmp_path: Path) -> None:
    port = httpx.URL(live_url).port
    settings = Settings(_env_file=None, data_dir=tmp_path, port=port or 0)
    findings = await asyncio.to_thread(lambda: list(examine_machine(settings)))
    assert f"Liên Thông serves at 127.0.0.1:{port}" in told(findings, Health.OK)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = settings.model_copy(update={"port": other.getsockname()[1]})
        findings = await asyncio.to_thread(lambda: list(examine_machine(taken)))
    assert "cannot be opened" in told(findings, Health.BROKEN)


async def test_a_key_of_another_installation_is_told_before_it_seals_anything(
    process: Process, db: Database, installation: Settings
) -> None:
    await a_report(process, reporter=ReporterIdentity("Nguyễn Văn A", "0912345678", None))
    here = installation.model_copy(update={"database_url": process.db.url})
    assert "stay sealed" not in told(await all_of(examine_database(here, SystemClock())), Health.BROKEN)
    other = here.model_copy(update={"secret_key": SecretStr("the-key-of-another-installation-0123456789")})
    assert "stay sealed" in told(await all_of(examine_database(other, SystemClock())), Health.BROKEN)
