"""What a command needs before it can work: settings, the installation's key, a database."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr, ValidationError

from app.db.disk import settle_names
from app.db.embedded import EmbeddedPostgres
from app.db.embedded_host import FolderInUse, make_folder
from app.kit.text import Text
from app.notices.senders import Relay
from app.oidc.senders import provider_in, staff_provider_in
from app.settings import Settings

from .terminal import CommandError, not_to_be_cut_short, reason, say

KEY_FILE = "secret-key"
VAULT_FILE = "vault-secrets"
KEY_CHARACTERS = 32


def read_settings() -> Settings:
    """Settings from the environment, with the installation's key when there is one. Raises: CommandError."""
    settings = parsed_settings()
    _refuse_unusable(settings)
    return settings.model_copy(update={"secret_key": find_key(settings), "vault_secrets": find_vault_secrets(settings)})


def _refuse_unusable(settings: Settings) -> None:
    """Nothing when every other system is named as it can be used. Raises: CommandError."""

    def relay() -> None:
        if settings.smtp_url is not None:
            Relay.of(settings.smtp_url.get_secret_value(), settings.mail_from)

    def gateway() -> None:
        json.loads(settings.sms_template)
        if not {"{to}", "{text}"} <= set(re.findall(r"\{\w+\}", settings.sms_template)):
            raise ValueError

    def provider() -> None:
        provider_in(settings)
        staff_provider_in(settings)

    for check, sentence in ((provider, _PROVIDER), (relay, _RELAY), (gateway, _GATEWAY)):
        try:
            check()
        except ValueError:
            raise CommandError(sentence) from None


_PROVIDER = Text(
    "Hệ thống định danh chưa khai báo đúng: LIENTHONG_OIDC_ISSUER phải là địa chỉ https://, kèm "
    "LIENTHONG_OIDC_CLIENT_ID và LIENTHONG_OIDC_REDIRECTS; LIENTHONG_OIDC_SCOPES phải có openid; "
    "LIENTHONG_OIDC_ASSURANCE viết như acr=level_2.",
    "The identity provider is not named as it must be: LIENTHONG_OIDC_ISSUER an https:// address, with "
    "LIENTHONG_OIDC_CLIENT_ID and LIENTHONG_OIDC_REDIRECTS; openid among LIENTHONG_OIDC_SCOPES; "
    "LIENTHONG_OIDC_ASSURANCE written like acr=level_2.",
)
_RELAY = Text(
    "LIENTHONG_SMTP_URL phải là smtp://, smtp+starttls:// hoặc smtps://máy:cổng; LIENTHONG_MAIL_FROM là địa chỉ thư.",
    "LIENTHONG_SMTP_URL must be smtp://, smtp+starttls:// or smtps://host:port; LIENTHONG_MAIL_FROM an address.",
)
_GATEWAY = Text(
    "LIENTHONG_SMS_TEMPLATE phải là JSON có {to} và {text}.",
    "LIENTHONG_SMS_TEMPLATE must be JSON with {to} and {text}.",
)


def parsed_settings() -> Settings:
    """Settings as the environment has them. Raises: CommandError."""
    try:
        return Settings()
    except ValidationError as error:
        raise CommandError(_what_is_wrong(error)) from None
    except UnicodeDecodeError:
        raise CommandError(
            Text("Tệp .env không phải văn bản UTF-8. Hãy lưu lại.", "The file .env is not UTF-8 text. Save it anew.")
        ) from None


# What pydantic finds wrong with a setting, by its name for it; the braces hold what was expected.
_WRONG = {
    "int_parsing": Text("cần là số nguyên", "must be a whole number"),
    "bool_parsing": Text("cần là true hoặc false", "must be true or false"),
    "float_parsing": Text("cần là số", "must be a number"),
    "string_pattern_mismatch": Text("phải viết theo mẫu {pattern}", "must be written as {pattern}"),
    "greater_than": Text("phải lớn hơn {gt}", "must be more than {gt}"),
    "greater_than_equal": Text("phải từ {ge} trở lên", "must be at least {ge}"),
    "less_than_equal": Text("không được quá {le}", "must be at most {le}"),
    "string_too_short": Text("phải dài từ {min_length} ký tự", "must be of at least {min_length} characters"),
    "string_too_long": Text("không được dài quá {max_length} ký tự", "must be of at most {max_length} characters"),
    "proxies": Text(
        "phải là địa chỉ hoặc mạng của các proxy, cách nhau bằng dấu phẩy, và không gồm mọi địa chỉ",
        "must be addresses or networks of proxies, parted by commas, and not everybody",
    ),
    "enum": Text("phải là một trong các giá trị {expected}", "must be one of {expected}"),
}
_WRONG_SOMEHOW = Text("không dùng được ({kind})", "cannot be used ({kind})")


def _what_is_wrong(error: ValidationError) -> Text:
    """Every setting that is not right, and why."""
    found = []
    for one in error.errors():
        expected = {name: str(value).replace(" or ", ", ") for name, value in one.get("ctx", {}).items()}
        why = _WRONG.get(one["type"], _WRONG_SOMEHOW).fill(kind=one["type"], **expected)
        name = f"LIENTHONG_{'_'.join(map(str, one['loc'])).upper()}"
        found.append(Text(f"{name} {why.vi}", f"{name} {why.en}"))
    return Text("Cấu hình chưa đúng: {vi}.", "The settings are not right: {en}.").fill(
        vi="; ".join(one.vi for one in found), en="; ".join(one.en for one in found)
    )


def find_key(settings: Settings) -> SecretStr | None:
    """The key of the settings, else the one in the data folder, else None; nothing is made. Raises: CommandError."""
    file = key_file(settings)
    if settings.secret_key is not None:
        return _long_enough(settings.secret_key, "LIENTHONG_SECRET_KEY")
    try:
        return _long_enough(SecretStr(file.read_text(encoding="ascii").strip()), str(file))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError):
        raise CommandError(
            Text(
                f"Không đọc được khoá {file}. Khôi phục từ bản sao lưu, hoặc chạy bằng đúng tài khoản.",
                f"The key {file} cannot be read. Restore it from the backup, or run as its owner.",
            )
        ) from None


def find_vault_secrets(settings: Settings) -> SecretStr | None:
    """The vault's own secrets, newest first: of the settings, else of the data folder. Raises: CommandError."""
    file, given, where = settings.data_dir / VAULT_FILE, settings.vault_secrets, "LIENTHONG_VAULT_SECRETS"
    if given is None:
        try:
            given, where = SecretStr(file.read_text(encoding="ascii")), str(file)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError):
            raise CommandError(
                Text(
                    f"Không đọc được {file}. Khôi phục từ bản sao lưu, hoặc chạy bằng đúng tài khoản.",
                    f"{file} cannot be read. Restore it from the backup, or run as its owner.",
                )
            ) from None
    for one in given.get_secret_value().replace(",", " ").split():
        _long_enough(SecretStr(one), where)
    return given


def add_vault_secret(settings: Settings) -> Path:
    """The file of the vault's secrets, which begins with a new one from now on. Raises: CommandError."""
    if parsed_settings().vault_secrets is not None:
        raise CommandError(
            Text(
                "Khoá của kho danh tính nằm trong LIENTHONG_VAULT_SECRETS: đặt một khoá mới (openssl rand -base64 48) "
                "lên đầu danh sách ở mọi máy, giữ các khoá cũ phía sau, rồi khởi động lại.",
                "The vault's secrets are in LIENTHONG_VAULT_SECRETS: put a new one (openssl rand -base64 48) first on "
                "every machine, keep the older ones behind it, then restart.",
            )
        )
    make_folder(settings.data_dir)
    file, known = settings.data_dir / VAULT_FILE, find_vault_secrets(settings)
    older = known.get_secret_value().split() if known is not None else []
    write_private(file, "\n".join([secrets.token_urlsafe(48), *older]) + "\n")
    return file


def _long_enough(key: SecretStr, where: str) -> SecretStr:
    if len(key.get_secret_value()) < KEY_CHARACTERS:
        raise CommandError(
            Text(
                f"Khoá quá ngắn: {where} cần ít nhất {KEY_CHARACTERS} ký tự. Đặt lại đúng khoá cũ; chỉ khi "
                f"chưa có dữ liệu mới tạo khoá mới: openssl rand -base64 48",
                f"The key is too short: {where} needs at least {KEY_CHARACTERS} characters. Restore the right one; "
                f"only where there is no data yet make one: openssl rand -base64 48",
            )
        )
    return key


def key_file(settings: Settings) -> Path:
    """Where a key is kept that the settings do not give."""
    return settings.data_dir / KEY_FILE


def make_key(settings: Settings) -> SecretStr:
    """A new key, kept in the data folder for every start to come; only its owner may read it.

    When another start has put one there meanwhile, that one: of several at once all get the same. Raises: CommandError.
    """
    make_folder(settings.data_dir)
    file = key_file(settings)
    key = SecretStr(secrets.token_urlsafe(48))
    with _aside(file, key.get_secret_value() + "\n") as fresh:
        try:
            os.link(fresh, file)  # unlike a rename it never takes the place of what is there
        except FileExistsError:
            return find_key(settings) or key
        settle_names(file.parent)
    return key


def write_private(file: Path, content: str) -> None:
    """The file holds `content`, whole or not at all, and only its owner may read it."""
    with _aside(file, content) as fresh:
        fresh.replace(file)
        settle_names(file.parent)


@contextmanager
def _aside(file: Path, content: str) -> Iterator[Path]:
    """A file of a name of its own beside `file` that holds `content`, safely stored; gone afterwards."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # only its owner may read it
    fresh = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def database_of(settings: Settings) -> Iterator[Settings]:
    """Settings that name a database: the one configured, the embedded one of a running program, or our own."""
    if settings.database_url is not None:
        yield settings
        return
    postgres = EmbeddedPostgres(settings.data_dir)
    try:
        try:
            url = postgres.start(say)
        except FolderInUse:
            running = postgres.running_url()
            if running is None:
                raise
            url = running
        yield settings.model_copy(update={"database_url": url})
    finally:
        with not_to_be_cut_short():
            postgres.stop()


def patient(settings: Settings) -> Settings:
    """Settings of a command that an operator waits for: its statements may take as long as they need."""
    return settings.model_copy(update={"statement_timeout_s": 3600.0, "database_wait_s": 60.0})


def url_of(settings: Settings) -> str:
    """The database's URL, which `database_of` has put there."""
    assert settings.database_url is not None
    return settings.database_url


def listen(settings: Settings) -> socket.socket:
    """A socket bound to the address and port of the settings. Raises: CommandError when it is taken or not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(address)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        why, where = reason(error), f"{settings.host}:{settings.port}"
        raise CommandError(
            Text(
                f"Không mở được {where}: {why.vi}. Xem lại LIENTHONG_HOST, dừng chương trình đang dùng cổng này, hoặc "
                f"chọn cổng khác: LIENTHONG_PORT=8001",
                f"{where} cannot be opened: {why.en}. Look at LIENTHONG_HOST, stop the program that uses the port, or "
                f"choose another: LIENTHONG_PORT=8001",
            )
        ) from None
    bound.set_inheritable(False)
    return bound
