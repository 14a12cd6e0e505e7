"""Whether the keys that are here open what is sealed."""

from __future__ import annotations

from typing import assert_never

from pydantic import SecretStr

from app.cli.installation import find_key, find_vault_secrets
from app.cli.key import key_missing, key_refused
from app.cli.terminal import CommandError
from app.identity import service as identity_service
from app.identity.domain import Keyring
from app.identity.terms import KeyStanding
from app.papers import service as papers_service
from app.process import Process, keyring_of
from app.service_requests import service as requests_service
from app.settings import Settings

from .findings import Finding, broken, ok, warning


async def examine_key(process: Process) -> Finding:
    """Whether our key is the one that the database was begun with, as every start asks."""
    try:
        key = find_key(process.settings)
    except CommandError:
        return warning(
            "Chưa thử được khoá với cơ sở dữ liệu: xem dòng về khoá ở trên.",
            "The key could not be tried on the database: see what is said of the key above.",
        )
    standing = await identity_service.key_standing(process.db, _with(process.settings, key))
    match standing:
        case KeyStanding.KNOWN:
            return ok("Khoá đúng là khoá của cơ sở dữ liệu.", "The key is the database's.")
        case KeyStanding.UNCLAIMED:
            return ok(
                "Cơ sở dữ liệu chưa ghi nhận khoá nào; lần chạy tới sẽ ghi.",
                "The database knows no key yet; the next start tells it.",
            )
        case KeyStanding.OTHER:
            refused = key_refused(process.settings) if key else key_missing(process.settings)
            return broken(refused.vi, refused.en)
        case _:
            assert_never(standing)


def _with(settings: Settings, key: SecretStr | None) -> Keyring | None:
    """The keys that go with that secret, None without one."""
    if key is None:
        return None
    return keyring_of(settings.model_copy(update={"secret_key": key, "vault_secrets": find_vault_secrets(settings)}))


async def examine_vault(process: Process) -> Finding:
    """Whether every identity, service request, draft and paper that is stored was sealed by a key that is here."""
    try:
        held = _with(process.settings, find_key(process.settings))
    except CommandError as refused:
        return broken(refused.sentence.vi, refused.sentence.en)
    seals = [
        *await identity_service.list_seals(process.db, held),
        *await requests_service.list_seals(process.db, held),
        *await papers_service.list_seals(process.db, held),
    ]
    lost = sum(one.identities for one in seals if not one.here)
    if not lost and (named := await papers_service.count_unsealed(process.db)):
        return warning(
            f"{named} giấy của bản phát hành trước còn ghi tên người, chưa niêm phong. Khởi động lại worker.",
            f"{named} papers of an earlier release name people openly and are not sealed yet. Restart the worker.",
        )
    if not lost:
        return ok(
            "Mọi danh tính và hồ sơ trong kho đều có khoá ở đây.",
            "Every identity and service request in the vault has its key here.",
        )
    return broken(
        f"{lost} danh tính, hồ sơ, bản nháp hoặc giấy trong kho do khoá không có ở đây niêm phong. Khôi phục tệp "
        "vault-secrets (hoặc LIENTHONG_VAULT_SECRETS) từ bản sao lưu.",
        f"{lost} identities, service requests, drafts or papers were sealed by a key that is not here. Restore "
        "the file vault-secrets (or LIENTHONG_VAULT_SECRETS) from the backup.",
    )
