"""The installation's key and its database belong together: no process begins to work with another one."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr

from app.db.engine import Database
from app.identity import service as identity_service
from app.identity.domain import Keyring
from app.identity.terms import KeyStanding, Seals
from app.kit.clock import Clock
from app.kit.text import Text
from app.papers import service as papers_service
from app.process import Process, keyring_of
from app.service_requests import service as requests_service
from app.settings import Settings

from .installation import find_key, key_file, make_key, url_of
from .schema import present_revision
from .terminal import CommandError


def claim_key(settings: Settings, clock: Clock, *, needed: bool = True) -> Settings:
    """Settings with the key of their database, which from now on knows it again.

    A database that has no key yet adopts the one of the settings; when they have none either and it is `needed`, one
    is made. An empty database is left alone: ask again when it has its tables.
    Raises: CommandError when the database was begun with another key, or with one that is not here although `needed`.
    """
    if present_revision(url_of(settings)) is None:
        return settings
    return asyncio.run(_claimed(settings, clock, needed=needed))


async def _claimed(settings: Settings, clock: Clock, *, needed: bool) -> Settings:
    db = await Database.open(url_of(settings), settings)
    try:
        if settings.secret_key is None:
            if not needed:
                return settings
            settings = settings.model_copy(update={"secret_key": await _first_key(db, settings)})
        if await identity_service.adopt_key(db, keyring_of(settings), clock.now()) is KeyStanding.OTHER:
            raise CommandError(key_refused(settings))
        return settings
    finally:
        await db.close()


async def _first_key(db: Database, settings: Settings) -> SecretStr:
    """The key of a start that had none: the one that a start beside it has made since, or a new one.

    Raises: CommandError when the database has a key that is not here.
    """
    if await identity_service.key_standing(db, None) is not KeyStanding.OTHER:
        return make_key(settings)
    # It is in its file before the database knows it, so that whoever finds it known finds it there.
    made = find_key(settings)
    if made is None:
        raise CommandError(key_missing(settings))
    return made


def replace_key(settings: Settings, clock: Clock, *, lose_identities: bool) -> bool:
    """Whether the database knew another key, or none, and knows that of the settings, or a new one, from now on.

    Raises: CommandError unless `lose_identities` when something is stored that only the former key opens.
    """
    return asyncio.run(_replaced(settings, clock, lose_identities=lose_identities))


async def _replaced(settings: Settings, clock: Clock, *, lose_identities: bool) -> bool:
    db = await Database.open(url_of(settings), settings)
    try:
        keys = keyring_of(settings) if settings.secret_key else None
        standing = await identity_service.key_standing(db, keys)
        if standing is KeyStanding.KNOWN:
            return False
        stored = await identity_service.has_identities(db) or await requests_service.has_papers(db)
        stored = stored or await papers_service.has_sealed(db)
        if standing is KeyStanding.OTHER and stored and not lose_identities:
            raise CommandError(_TO_BE_LOST)
        if keys is None:
            keys = Keyring.of(make_key(settings).get_secret_value())
        await identity_service.replace_key(db, keys, clock.now())
        return True
    finally:
        await db.close()


async def all_seals(process: Process) -> list[Seals]:
    """How many identities, service requests, drafts and papers each key has sealed; looks at every row."""
    keys = keyring_of(process.settings)
    found: dict[str | None, Seals] = {}
    for one in [
        *await identity_service.list_seals(process.db, keys),
        *await requests_service.list_seals(process.db, keys),
        *await papers_service.list_seals(process.db, keys),
    ]:
        before = found.get(one.key)
        found[one.key] = one._replace(identities=one.identities + before.identities) if before else one
    return list(found.values())


def key_refused(settings: Settings) -> Text:
    """Why nothing starts with the key of the settings, and what to do."""
    return Text(
        "Khoá đang dùng (LIENTHONG_SECRET_KEY hoặc {file}) không phải khoá của cơ sở dữ liệu này: danh tính người gửi "
        "đã lưu sẽ không mở được. Khôi phục đúng khoá từ bản sao lưu, hoặc xem lại LIENTHONG_DATABASE_URL. Chỉ khi "
        "khoá cũ đã mất hẳn: lienthong key replace",
        "The key in use (LIENTHONG_SECRET_KEY or {file}) is not this database's: identities that are stored would "
        "stay sealed. Restore the right key from the backup, or look at LIENTHONG_DATABASE_URL again. Only when the "
        "former key is lost for good: lienthong key replace",
    ).fill(file=key_file(settings))


def key_missing(settings: Settings) -> Text:
    """Why nothing starts without a key, and what to do."""
    return Text(
        "Cơ sở dữ liệu này đã có khoá, nhưng ở đây không có: không thấy LIENTHONG_SECRET_KEY, cũng không có {file}. "
        "Không tạo khoá mới. Đặt đúng khoá vào một trong hai chỗ đó. Chỉ khi khoá đã mất hẳn: lienthong key replace",
        "This database has a key, and it is not here: neither LIENTHONG_SECRET_KEY nor {file} is there. No new one "
        "was made. Put the right key in one of the two. Only when it is lost for good: lienthong key replace",
    ).fill(file=key_file(settings))


_TO_BE_LOST = Text(
    "Danh tính người gửi đã lưu chỉ khoá cũ mở được; thay khoá là mất chúng mãi mãi (phản ánh vẫn còn). Nếu khoá cũ "
    "đã mất hẳn: lienthong key replace --lose-identities",
    "Only the former key opens the identities that are stored; to replace it is to lose them for ever (the reports "
    "stay). If the former key is lost for good: lienthong key replace --lose-identities",
)
