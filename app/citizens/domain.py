"""Decisions about one-time codes: what they are, how they are kept, how many are sent. Pure."""

from __future__ import annotations

import base64
import re
import secrets
from datetime import date, datetime, timedelta

from app.kit import signing
from app.kit.gcra import Rate
from app.kit.phones import phone_e164
from app.kit.text import Lang
from app.limits import terms as limits
from app.limits.terms import Per

from .errors import InvalidPhone
from .terms import Allowances, Asking

CODE_LIFETIME = timedelta(minutes=5)
MOST_TRIES = 5
MOST_KNOWN_TRIES = 10  # of one code in all, so that strangers leave a known device some
PROOF_LIFETIME = timedelta(days=180)
_PROOF = re.compile(r"ltk_([A-Za-z0-9_-]{22})_([0-9]{1,6})_([A-Za-z0-9_-]{43})")
_FIRST_DAY = date(2026, 1, 1)
COUNTED_FOR = timedelta(hours=1)
RESEND_AFTER = timedelta(seconds=30)
_WORDS = {
    Lang.VI: "{code} la ma dang nhap cua ban, dung trong 5 phut. Khong dua ma nay cho bat ky ai, ke ca can bo.",
    Lang.EN: "{code} is your sign-in code, good for 5 minutes. Give it to nobody, not even to an officer.",
}


def checked_phone(typed: str) -> str:
    """The number as `+84…`. Raises: InvalidPhone, also for fixed lines of the country, which take no messages."""
    phone = phone_e164(typed)
    if phone is None or phone.startswith("+842"):
        raise InvalidPhone
    return phone


def new_code() -> str:
    """Six digits, each sequence as likely as any other."""
    return f"{secrets.randbelow(1_000_000):06}"


def phone_key(key: bytes, phone: str) -> bytes:
    """Under what a phone is found without being shown (32 bytes); in the whole installation."""
    return signing.derive(key, f"phone:{phone}")


def code_hash(key: bytes, phone: str, code: str) -> bytes:
    """What is kept in the place of a code: without the key, a million guesses would find it (32 bytes)."""
    return signing.derive(key, f"code:{phone}:{code}")


def new_proof(key: bytes, phone: str, now: datetime) -> str:
    """What a device keeps beyond signing out: that it has signed in with the phone, which it does not tell."""
    device, day = secrets.token_urlsafe(16), (now.date() - _FIRST_DAY).days
    return f"ltk_{device}_{day}_{_proven(key, phone, device, day)}"


def known_device(key: bytes, phone: str, proof: str | None, now: datetime) -> str | None:
    """Which device it is that has signed in with this phone within PROOF_LIFETIME; None when nothing proves it."""
    found = _PROOF.fullmatch(proof or "")
    if found is None:
        return None
    device, day = found[1], int(found[2])
    is_ours = signing.same(_proven(key, phone, device, day).encode(), found[3].encode())
    lasts = _FIRST_DAY + timedelta(days=day) + PROOF_LIFETIME >= now.date()
    return device if is_ours and lasts else None


def _proven(key: bytes, phone: str, device: str, day: int) -> str:
    raw = signing.derive(key, f"known device:{device}:{day}:{phone}")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def counted_as(asking: Asking, known: str | None) -> limits.Asking:
    """By what codes are counted: the phone, and the account of the device, each for itself.

    Anybody can ask for a code to somebody's phone: of those it is sent, each network has a share alone. A device that
    is known to have signed in with it has codes of its own, which no stranger uses up.
    """
    if known is not None:
        return limits.Asking(asking.address, (f"known:{known}",))
    phone, device = f"phone:{asking.phone}", (f"device:{asking.device}",) if asking.device is not None else ()
    return limits.Asking(asking.address, (phone, *device), shared=(phone,))


def rates(allowances: Allowances) -> dict[Per, Rate]:
    """How many codes there may be, where the province has decided nothing else."""
    return {
        Per.SHARE: Rate(share_of(allowances.phone), COUNTED_FOR),
        Per.PERSON: Rate(allowances.phone, COUNTED_FOR),
        Per.ADDRESS: Rate(allowances.address, COUNTED_FOR),
    }


def share_of(most: int) -> int:
    """How many of a phone's codes one network may ask for, ≥ 1: half of them or one more, so that some are left."""
    return (most + 1) // 2


def worded(code: str, lang: Lang) -> str:
    """The message; its first word is the code, which phones offer to fill in."""
    return _WORDS[lang].format(code=code)
