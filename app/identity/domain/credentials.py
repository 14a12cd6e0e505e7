"""Decisions about tokens, passwords, locks and tracking secrets: pure, given their keys and their instant."""

from __future__ import annotations

import hashlib
import math
import re
import secrets
import unicodedata
import zlib
from datetime import datetime, timedelta
from uuid import UUID

from app.identity.errors import InvalidAccount
from app.identity.terms import CitizenToken, ClientToken, RefreshToken, StaffToken
from app.kit import signing
from app.kit.ids import CitizenId, ReportId, TenantId
from app.kit.text import Text, has_forbidden_characters, nfc

from .guessing import LEAST_GUESSES_LOG10, guesses_log10
from .keys import Keyring

SEEN_STEP = timedelta(minutes=15)
FORGET_ATTEMPTS_AFTER = timedelta(hours=24)
FREE_ATTEMPTS = 4  # wrong passwords in a row before the first lock
LOCKS = tuple(timedelta(seconds=s) for s in (60, 120, 300, 900))  # then each next one; the last for ever

PASSWORD_LENGTHS = (12, 256)
_GUESSED = Text(
    "Mật khẩu này dễ đoán: nhiều người dùng, hoặc ghép từ tên, địa danh, ngày tháng. Hãy chọn vài từ không liên quan "
    "đến nhau, ví dụ bốn từ bất kỳ.",
    "This password is easily guessed: many people use it, or it is made of names, places and dates. Choose some words "
    "that have nothing to do with each other, four for instance.",
)

_STAFF_TOKEN = re.compile(r"lts_([1-9][0-9]{0,8})_[A-Za-z0-9_-]{43}")
_CITIZEN_TOKEN = re.compile(r"ltc_([0-9a-f]{32})_[A-Za-z0-9_-]{43}")
_REFRESH_TOKEN = re.compile(r"ltr_([0-9a-f]{32})_([0-9a-f]{32})_[A-Za-z0-9_-]{43}")
_CLIENT_KEY = re.compile(r"lt_[a-z]{2,8}_([1-9][0-9]{0,8})k([0-9a-f]{16})_[0-9A-Za-z]{43}([0-9A-Za-z]{6})")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_NOT_IN_SECRET = re.compile(r"[^A-Z0-9]")
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0, 1


# Tokens and passwords


def new_staff_token(tenant_id: TenantId) -> str:
    """A bearer token that names its tenant, so that its session is found by (tenant, hash)."""
    return signing.new_token(f"lts_{tenant_id}")


def new_citizen_token(citizen_id: CitizenId) -> str:
    """A bearer token that names its citizen, so that it is found by (citizen, hash)."""
    return signing.new_token(f"ltc_{citizen_id.hex}")


def new_refresh_token(citizen_id: CitizenId, session_id: UUID) -> str:
    """A token that names its citizen and session, good for one new pair of tokens."""
    return signing.new_token(f"ltr_{citizen_id.hex}_{session_id.hex}")


def new_key_id() -> str:
    """What a key is called in lists, logs and the trail (64 random bits); it opens nothing."""
    return secrets.token_hex(8)


def new_client_key(environment: str, tenant_id: TenantId, key_id: str) -> str:
    """A key of 256 random bits: `lt_<environment>_<tenant>k<id>_<secret><checksum>`.

    Letters and digits only, so that a double click takes it whole; the checksum tells a scanner of repositories, and
    us, that it is no accident without asking anybody.
    """
    text = f"lt_{environment}_{tenant_id}k{key_id}_{_base62(secrets.randbits(256), 43)}"
    return text + _checksum(text)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), 6)


def parse_refresh_token(text: str) -> RefreshToken | None:
    """What the token says of itself, None when it is not one of ours. Nothing is proven yet."""
    found = _REFRESH_TOKEN.fullmatch(text)
    if found is None:
        return None
    return RefreshToken(CitizenId(UUID(hex=found[1])), UUID(hex=found[2]), signing.token_hash(text))


def parse_token(text: str) -> StaffToken | CitizenToken | ClientToken | None:
    """What the token says of itself, None when it is not one of ours. Nothing is proven yet."""
    if found := _STAFF_TOKEN.fullmatch(text):
        return StaffToken(TenantId(int(found[1])), signing.token_hash(text))
    if found := _CITIZEN_TOKEN.fullmatch(text):
        return CitizenToken(CitizenId(UUID(hex=found[1])), signing.token_hash(text))
    if (found := _CLIENT_KEY.fullmatch(text)) and found[3] == _checksum(text[:-6]):
        return ClientToken(TenantId(int(found[1])), found[2], signing.token_hash(text))
    return None


def bearer_token(authorization: str) -> StaffToken | CitizenToken | ClientToken | None:
    """The token in an `Authorization` header (RFC 6750 section 2.1), None when it holds none of ours."""
    scheme, _, rest = authorization.partition(" ")
    if len(authorization) > 256 or scheme.lower() != "bearer":
        return None
    return parse_token(rest.strip(" "))


def known_username(typed: str) -> str | None:
    """The user name as stored (lower case), None when no account can have it."""
    name = nfc(typed).strip().lower()
    return name if _USERNAME.fullmatch(name) else None


def attempts_key(typed: str) -> bytes:
    """Under what wrong passwords for a typed name are counted: people sometimes type a password there."""
    return hashlib.sha256(nfc(typed).strip().lower().encode("utf-8", "surrogatepass")).digest()


def locks(now: datetime) -> list[datetime | None]:
    """Until when the n-th wrong password in a row locks, for n = 1, 2 …; beyond the end the last one counts."""
    free: list[datetime | None] = [None] * FREE_ATTEMPTS
    return [*free, *(now + length for length in LOCKS)]


def lock_seconds(locked_until: datetime | None, now: datetime) -> int:
    """Whole seconds until the lock ends, at least 1; the shortest lock when another attempt set it this moment."""
    left = locked_until - now if locked_until is not None and locked_until > now else LOCKS[0]
    return max(1, math.ceil(left.total_seconds()))


def checked_name(typed: str) -> str:
    """A name an account may have, white space single. Raises: InvalidAccount."""
    name = " ".join(nfc(typed).split())
    if not name or len(name) > 120 or has_forbidden_characters(name):
        detail = Text("Họ tên cần từ 1 đến 120 ký tự.", "A name has 1 to 120 characters.")
        raise InvalidAccount(errors=[{"pointer": "/name", "detail": detail}])
    return name


def checked_username(typed: str) -> str:
    """A user name a new account may have. Raises: InvalidAccount."""
    name = known_username(typed)
    if name is None:
        raise InvalidAccount(
            errors=[
                {
                    "pointer": "/username",
                    "detail": Text(
                        "Dùng 2 đến 64 ký tự không dấu: chữ thường, chữ số, dấu chấm, gạch ngang, gạch dưới, @.",
                        "Use 2 to 64 characters: a-z, 0-9, dot, hyphen, underscore, @; begin with a letter or digit.",
                    ),
                }
            ]
        )
    return name


def checked_password(username: str, password: str) -> str:
    """A password a new account may have, in normal form C. Raises: InvalidAccount."""
    text = nfc(password)
    shortest, longest = PASSWORD_LENGTHS
    holds_name = len(username) >= 4 and username in text.lower()
    if not shortest <= len(text) <= longest or len(set(text)) < 5 or holds_name:
        raise InvalidAccount(
            errors=[
                {
                    "pointer": "/password",
                    "detail": Text(
                        f"Mật khẩu cần từ {shortest} đến {longest} ký tự, không chứa tên đăng nhập, "
                        "không chỉ lặp lại vài ký tự.",
                        f"A password has {shortest} to {longest} characters, does not hold the user name "
                        "and is not a few characters repeated.",
                    ),
                }
            ]
        )
    if guesses_log10(text, tuple(re.findall(r"[a-z0-9]+", username))) < LEAST_GUESSES_LOG10:
        raise InvalidAccount(errors=[{"pointer": "/password", "detail": _GUESSED}])
    return text


def same_password(left: str, right: str) -> bool:
    """Whether the two are one password, however they were typed."""
    return signing.same(nfc(left).encode("utf-8", "surrogatepass"), nfc(right).encode("utf-8", "surrogatepass"))


def generate_password() -> str:
    """A password of 79 bits that can be read out: four groups of four letters and digits that nobody confuses."""
    groups = ("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def excerpt(user_agent: str) -> str:
    """The beginning of a `User-Agent` header, printable, at most 120 characters."""
    return "".join(mark for mark in user_agent[:240] if mark.isprintable())[:120]


# Tracking secrets of anonymous reporters


def tracking_secret(keys: Keyring, tenant_id: TenantId, report_id: ReportId) -> str:
    """The secret that owns a report: always the same for the report, so that a repeated answer need not store it."""
    return signing.derived_secret(keys.tracking, f"{tenant_id}:{report_id}")


def _canonical(secret: str) -> str:
    text = unicodedata.normalize("NFKC", secret[:200]).upper()
    return _NOT_IN_SECRET.sub("", text).translate(_MISREAD)


def tracking_hash(secret: str) -> bytes:
    """What is stored in place of a tracking secret (32 bytes); the same however people type the secret."""
    return signing.token_hash(_canonical(secret))


def matches(secret: str, stored_hash: bytes) -> bool:
    """Whether `secret` is the one stored, in constant time; case, spaces, dashes and 0/O, 1/I, 8/B do not matter."""
    return signing.same(tracking_hash(secret), stored_hash)
