"""The key and the database belong together: another key is refused before it seals anything, and none is made up."""

from __future__ import annotations

import asyncio
import secrets
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.cli.installation import make_key
from app.cli.key import claim_key, replace_key
from app.cli.schema import migrate
from app.cli.terminal import CommandError
from app.db.engine import Database
from app.identity import service as identity_service
from app.identity.domain import Keyring
from app.identity.terms import KeyStanding, ReporterIdentity
from app.kit.clock import SystemClock
from app.process import Process
from app.settings import Settings
from tests.builders import a_report
from tests.conftest import make_settings
from tests.server import clone

OURS, OTHER = "the-key-of-this-installation-0123456789abcdef", "the-key-of-another-one-0123456789abcdefghij"


def with_key(settings: Settings, key: str | None) -> Settings:
    return settings.model_copy(update={"secret_key": SecretStr(key) if key else None})


async def claimed(settings: Settings, *, needed: bool = True) -> Settings:
    return await asyncio.to_thread(claim_key, settings, SystemClock(), needed=needed)


async def fingerprints(db: Database) -> list[bytes]:
    return [row["fingerprint"] for row in await db.lane.fetch("SELECT fingerprint FROM key_fingerprints")]


@pytest.fixture
def installation(committed_url: str, tmp_path: Path) -> Settings:
    """An installation that has no key yet."""
    return with_key(make_settings(committed_url, tmp_path / "data"), None)


async def stored_identity(settings: Settings) -> None:
    """Somebody's identity, sealed with the key of the settings."""
    process = await Process.open(settings, SystemClock())
    try:
        await a_report(process, reporter=ReporterIdentity("Nguyễn Văn A", "0912345678", None))
    finally:
        await process.close()


async def test_the_first_start_makes_a_key_and_later_ones_keep_it(installation: Settings) -> None:
    first = await claimed(installation)
    file = installation.data_dir / "secret-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first.secret_key
    assert file.read_text(encoding="ascii").strip() == first.secret_key.get_secret_value()
    assert await claimed(first) == first


async def test_a_migration_without_a_key_makes_none(installation: Settings, committed_db: Database) -> None:
    assert await claimed(installation, needed=False) == installation
    assert not installation.data_dir.exists()
    assert await fingerprints(committed_db) == []


async def test_another_key_is_refused_and_nothing_changes(installation: Settings, committed_db: Database) -> None:
    await claimed(with_key(installation, OURS))
    before = await fingerprints(committed_db)
    for needed in (True, False):
        with pytest.raises(CommandError, match="is not this database's"):
            await claimed(with_key(installation, OTHER), needed=needed)
    assert await fingerprints(committed_db) == before == [Keyring.of(OURS).fingerprint]


async def test_no_key_is_made_for_a_database_that_has_one(installation: Settings) -> None:
    await claimed(with_key(installation, OURS))
    with pytest.raises(CommandError, match="No new one was made"):
        await claimed(installation)
    assert not installation.data_dir.exists()
    assert (await claimed(installation, needed=False)).secret_key is None


async def test_an_older_database_adopts_only_the_key_that_opens_what_it_keeps(
    installation: Settings, committed_db: Database
) -> None:
    await stored_identity(with_key(installation, OURS))
    for key in (OTHER, None):
        with pytest.raises(CommandError):
            await claimed(with_key(installation, key))
    assert await fingerprints(committed_db) == []
    await claimed(with_key(installation, OURS))
    assert await fingerprints(committed_db) == [Keyring.of(OURS).fingerprint]


async def test_of_several_first_starts_one_key_stays(committed_db: Database) -> None:
    rings = [Keyring.of(secrets.token_urlsafe(48)) for _ in range(6)]
    now = SystemClock().now()
    said = await asyncio.gather(*(identity_service.adopt_key(committed_db, ring, now) for ring in rings))
    assert sorted(said) == sorted([KeyStanding.KNOWN] + [KeyStanding.OTHER] * 5)
    assert await fingerprints(committed_db) == [rings[said.index(KeyStanding.KNOWN)].fingerprint]


async def test_first_starts_at_once_share_the_key_of_the_data_folder(
    installation: Settings, committed_db: Database
) -> None:
    got = {(await one).secret_key for one in asyncio.as_completed([claimed(installation) for _ in range(6)])}
    (key,) = got
    assert key
    assert [file.name for file in installation.data_dir.iterdir()] == ["secret-key"]
    file = installation.data_dir / "secret-key"
    assert file.read_text(encoding="ascii").strip() == key.get_secret_value()
    assert await fingerprints(committed_db) == [Keyring.of(key.get_secret_value()).fingerprint]
    # One that had read its settings before the others made the key, and came to the database after them.
    assert (await claimed(installation)).secret_key == key


def test_a_key_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    settings = with_key(make_settings("postgresql://nowhere/none", tmp_path / "data"), None)
    keys = {make_key(settings).get_secret_value() for _ in range(3)}
    assert {(settings.data_dir / "secret-key").read_text(encoding="ascii").strip()} == keys


async def test_an_earlier_schema_is_not_migrated_under_another_key(server_url: str, tmp_path: Path) -> None:
    with clone(server_url, "template1") as url:
        settings = make_settings(url, tmp_path)
        assert await claimed(settings) == settings  # empty: nothing to look at, nothing to write to
        await asyncio.to_thread(migrate, url, lambda _: None, "20261125_contract_search")
        await claimed(with_key(settings, OURS))
        db = await Database.open(url, settings)
        try:
            ours = Keyring.of(OURS)
            assert await identity_service.adopt_key(db, ours, SystemClock().now()) is KeyStanding.UNCLAIMED
            await db.lane.fetchval(
                "INSERT INTO reporter_identities (tenant_id, id, sealed, sealed_at)"
                " VALUES (1, gen_random_uuid(), 'sealed by somebody else', now())"
            )
        finally:
            await db.close()
        with pytest.raises(CommandError, match="is not this database's"):
            await claimed(with_key(settings, OURS))


async def test_a_lost_key_is_replaced_only_when_it_is_said_what_that_loses(installation: Settings) -> None:
    ours, other = with_key(installation, OURS), with_key(installation, OTHER)
    await claimed(ours)
    await stored_identity(ours)

    async def replaced(settings: Settings, *, lose: bool) -> bool:
        return await asyncio.to_thread(replace_key, settings, SystemClock(), lose_identities=lose)

    assert await replaced(ours, lose=False) is False
    with pytest.raises(CommandError, match="--lose-identities"):
        await replaced(other, lose=False)
    await claimed(ours)
    assert await replaced(other, lose=True) is True
    await claimed(other)
    with pytest.raises(CommandError):
        await claimed(ours)


def test_a_fingerprint_is_of_one_key_and_no_other_key_comes_from_it() -> None:
    ours = Keyring.of(OURS)
    assert ours.fingerprint == Keyring.of(OURS).fingerprint != Keyring.of(OTHER).fingerprint
    assert len({ours.fingerprint, ours.vault, ours.blind_index, ours.tracking}) == 4
    assert len(ours.fingerprint) == 32
