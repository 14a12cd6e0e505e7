"""How soon a password would be guessed by somebody who knows what people choose."""

from __future__ import annotations

import math

from zxcvbn import zxcvbn

from app.kit.text import fold

LEAST_GUESSES_LOG10 = 9.0
"""A password that a billion tries would reach is refused: slow hashes stand behind it, not in its place."""
_LONGEST_LOOKED_AT = 64  # the estimate's cost grows with the square; who types more is not guessed
# What people here choose, beside the 30,000 English words, names and passwords that the estimate knows.
_OF_HERE = (
    *("matkhau", "mat", "khau", "anhyeuem", "emyeuanh", "yeu", "anh", "xinchao", "vietnam", "hanoi", "saigon"),
    *("haiduong", "haiphong", "khanhhoa", "nhatrang", "lienthong", "ubnd", "ubndtinh", "ubndxa", "canbo", "congchuc"),
    *("quantri", "quantrivien", "chutich", "vanphong", "motcua", "phananh", "kiennghi", "hoso", "tinh", "huyen", "xa"),
    *("nguyen", "tran", "pham", "hoang", "phan", "dang", "bui", "duong", "thi", "van", "minh", "hoa", "lan", "tuan"),
    *("hung", "dung", "huong", "linh", "trang", "thanh", "phuong", "thao", "nam", "bac", "moi", "admin", "demo"),
)


def guesses_log10(password: str, known: tuple[str, ...] = ()) -> float:
    """The least number of tries that reach it, as a power of ten; `known`: words an attacker has of this person.

    Looked at as typed, and as plain letters without the marks between them: `Mat-khau-moi` is `matkhaumoi`.
    """
    text = password[:_LONGEST_LOOKED_AT]
    plain = "".join(mark for mark in fold(text) if mark.isalnum())
    words = [*_OF_HERE, *known]
    looked_at = {text, plain} - {""}
    if not looked_at:
        return -math.inf
    return min(
        float(zxcvbn(one, user_inputs=words, max_length=_LONGEST_LOOKED_AT)["guesses_log10"]) for one in looked_at
    )
