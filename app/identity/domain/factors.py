"""Decisions about the second factor: time-based codes (RFC 6238), recovery codes, the handle between two steps."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from app.identity.errors import SecondFactorRefused
from app.identity.terms import FirstStep
from app.kit import signing
from app.kit.ids import StaffId, TenantId
from app.oidc.terms import Assurance

STEP_S = 30
DRIFT = 1  # steps that a clock may be off, each way
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226 section 4 asks for 160 bits
FIRST_STEP_LIFETIME = timedelta(minutes=5)
RECOVERY_CODES = 10
_VOUCHED = "provider:"  # no mark of a password has a colon
_PREFIX = "lth_"
_BOUND_TO = b"identity.first-step.1"


def new_factor_secret() -> bytes:
    """The secret an authenticator app and we share (20 bytes)."""
    return secrets.token_bytes(SECRET_BYTES)


def spoken_secret(secret: bytes) -> str:
    """The secret as people type it: base 32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def factor_uri(secret: bytes, username: str, issuer: str) -> str:
    """What the QR code says: `otpauth://totp/…`, as authenticator apps read it."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?secret={text}&issuer={quote(issuer)}"


def step_of(secret: bytes, code: str, now: datetime, *, after: int) -> int | None:
    """The step the code is of, later than `after`; None when it is of none near `now`."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    present = int(now.timestamp()) // STEP_S
    codes = HOTP(secret, DIGITS, SHA1())  # noqa: S303 - what authenticator apps know; HMAC-SHA-1 is not broken
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if signing.same(codes.generate(step), code.encode()) and step > after:
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes of 50 bits, each good once, in two groups that can be read out."""
    return [_grouped(base64.b32encode(secrets.token_bytes(7)).decode()[:10]) for _ in range(RECOVERY_CODES)]


def _grouped(text: str) -> str:
    return f"{text[:5]}-{text[5:]}".lower()


def recovery_hash(key: bytes, tenant_id: TenantId, account_id: StaffId, typed: str) -> bytes:
    """What is kept in the place of a recovery code: without the key, 50 bits could be tried (32 bytes)."""
    plain = "".join(mark for mark in typed.lower() if mark.isalnum()).translate(str.maketrans("018", "oib"))
    return signing.derive(key, f"recovery:{tenant_id}:{account_id}:{plain}")


def password_mark(password_hash: str) -> str:
    """By which a changed password is noticed; tells nothing of it."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


def vouched_mark(assurance: Assurance) -> str:
    """The mark of whom a provider vouched for in the place of a password."""
    return f"{_VOUCHED}{assurance.value}"


def assurance_in(mark: str) -> Assurance | None:
    """How well the provider knew whom it vouched for; None: it was a password."""
    return Assurance(mark.removeprefix(_VOUCHED)) if mark.startswith(_VOUCHED) else None


def first_step_sealed(key: bytes, step: FirstStep) -> str:
    """The handle of somebody whose password was right, until the second factor comes; nobody reads what is in it."""
    plain = [step.tenant_id, step.account_id.hex, step.username, step.password_mark, step.until.isoformat()]
    packed = signing.seal(key, json.dumps(plain).encode(), _BOUND_TO)
    return _PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def first_step_opened(key: bytes, handle: str, now: datetime) -> FirstStep:
    """What `first_step_sealed` was given. Raises: SecondFactorRefused for one that is too old, or none of ours."""
    text = handle.removeprefix(_PREFIX)
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), b"-_")
        tenant_id, account, username, mark, until = json.loads(signing.unseal(key, packed, _BOUND_TO))
    except (ValueError, InvalidTag) as error:
        raise SecondFactorRefused from error
    step = FirstStep(TenantId(tenant_id), StaffId(UUID(hex=account)), username, mark, datetime.fromisoformat(until))
    if now >= step.until:
        raise SecondFactorRefused
    return step
