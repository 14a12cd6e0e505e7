"""Decisions about one-time codes: what they are, how they are kept, how many are sent. Pure."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from app.identity.domain import phone_e164
from app.kit import signing
from app.kit.text import Lang

from .errors import InvalidPhone
from .terms import Allowances, Asking, Counted

CODE_LIFETIME = timedelta(minutes=5)
MOST_TRIES = 5
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


def limits(key: bytes, asking: Asking, allowances: Allowances) -> dict[bytes, int]:
    """Under what requests are counted, with how many there may be of each."""
    found = {
        signing.derive(key, f"limit:phone:{asking.phone}"): allowances.phone,
        signing.derive(key, f"limit:address:{asking.address}"): allowances.address,
    }
    if asking.device is not None:
        found[signing.derive(key, f"limit:device:{asking.device}")] = allowances.phone
    return found


def wait_s(counted: Iterable[Counted], most: Mapping[bytes, int], now: datetime) -> int | None:
    """Seconds until another code may be asked for, None when one may be sent now."""
    over = [one for one in counted if one.times > most[one.key]]
    if not over:
        return None
    return max(1, math.ceil((max(one.since for one in over) + COUNTED_FOR - now).total_seconds()))


def worded(code: str, lang: Lang) -> str:
    """The message; its first word is the code, which phones offer to fill in."""
    return _WORDS[lang].format(code=code)
