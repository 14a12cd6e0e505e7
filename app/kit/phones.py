"""Telephone numbers: stored and told to programs as E.164, shown to people as they write them here."""

from __future__ import annotations

import re
import unicodedata

_PHONE_MARKS = re.compile(r"[\s.()\u2010-\u2015-]")
_PHONE_DIGITS = re.compile(r"[0-9]{6,17}")
# Mobile 3, 5, 7, 8, 9 + eight digits; fixed 2 + nine digits (Circular 22/2014/TT-BTTTT and its 2017-2018 conversions).
_VIETNAM_NATIONAL = re.compile(r"[35789][0-9]{8}|2[0-9]{9}")
_ABROAD = re.compile(r"[1-9][0-9]{6,14}")
_HOME = "+84"
_CITIES = ("24", "28")  # Hà Nội and Thành phố Hồ Chí Minh: a short prefix and eight digits


def phone_e164(typed: str) -> str | None:
    """The number as `+84…` (or another country's `+…`), None when it cannot be one."""
    if len(typed) > 40:
        return None
    text = _PHONE_MARKS.sub("", unicodedata.normalize("NFKC", typed))
    abroad = text.startswith(("+", "00"))
    digits = text.removeprefix("+") if text.startswith("+") else text.removeprefix("00")
    if not _PHONE_DIGITS.fullmatch(digits):
        return None
    if digits.startswith("84") and (abroad or not text.startswith("0")):
        national = digits[2:].removeprefix("0")  # people write +84 (0) 912…
    elif abroad:
        return f"+{digits}" if _ABROAD.fullmatch(digits) else None
    elif text.startswith("0"):
        national = text[1:]
    else:
        return None
    return f"+84{national}" if _VIETNAM_NATIONAL.fullmatch(national) else None


def phone_as_written(stored: str) -> str:
    """The stored number as Vietnamese write it: 0912 345 678, 0220 3853 155, 024 3825 3536; of elsewhere as it is."""
    national = stored.removeprefix(_HOME)
    if national == stored or not _VIETNAM_NATIONAL.fullmatch(national):
        return stored
    prefix = 2 if national.startswith(_CITIES) else 3
    rest = national[prefix:]
    half = len(rest) - (4 if prefix == 2 else 3)
    return f"0{national[:prefix]} {rest[:half]} {rest[half:]}"
