"""Masking of personal data in Vietnamese texts.

Errs towards masking: an officer sees the masked text before it is published, and the text as written stays with the
report. Left alone on purpose: places, dates, amounts, measures, coordinates, case codes, public short numbers.
"""

from __future__ import annotations

import re
import string
import unicodedata
from typing import NamedTuple

from app.kit.text import LearntTable, nfc
from app.publication.terms import Finding, Personal, Redacted

from .names import find_names

MASKS = {
    Personal.PHONE: "[số điện thoại]",
    Personal.ID_NUMBER: "[số giấy tờ]",
    Personal.EMAIL: "[thư điện tử]",
    Personal.PLATE: "[biển số]",
    Personal.BANK_ACCOUNT: "[số tài khoản]",
    Personal.NUMBER: "[dãy số]",
    Personal.NAME: "[tên]",
    Personal.HOUSE: "[số nhà]",
    Personal.BIRTH: "[ngày sinh]",
    Personal.LINK: "[liên kết]",
}


class _Rule(NamedTuple):
    """What `pattern` finds is of this kind (None: surely nothing personal); its group `v`, if it has one, is meant.

    It finds nothing in a text with fewer than `digits` digits, or without any of the `signs` if there are some: a look
    at these spares most texts most of the patterns.
    """

    kind: Personal | None
    pattern: re.Pattern[str]
    digits: int
    signs: str

    def may_find(self, shadow: str, digits: int) -> bool:
        """Whether the text, which has that many digits, can hold what is looked for."""
        return digits >= self.digits and (not self.signs or any(sign in shadow for sign in self.signs))


# What people put between the digits of a number they do not want a machine to read.
_S = r"(?:[ \t.\-()_*]{0,5}|,)"
# Not inside such a number: no digit stands up to five of those characters before (a lookbehind has one width).
_NOT_GOING_ON = "".join(rf"(?<!\d[\s.\-()_*]{{{width}}})" for width in range(1, 6))
_HOUSE_NUMBER = r"\d{1,4}[A-Za-z]?(?:/\d{1,4}[A-Za-z]?){0,4}"
_DATE = r"(?:0?[1-9]|[12]\d|3[01])\s?(?P<sep>[./-])\s?(?:0?[1-9]|1[0-2])\s?(?P=sep)\s?(?:19|20)\d\d"
_UNITS = "đồng|đ|vnđ|vnd|triệu|tr|tỷ|tỉ|nghìn|ngàn|k|m|m2|m3|m²|m³|km|cm|ha|kg|tấn|lít|kw|kwh|usd"
_BANKS = (
    "stk|số tk|tài khoản|tk|account|ngân hàng|vietcombank|vcb|bidv|agribank|techcombank|tcb|mb ?bank|vietinbank|acb"
    "|sacombank|vpbank|tpbank|momo"
)
_SOCIAL = (
    r"facebook\.com|fb\.com|fb\.me|fb\.watch|m\.me|zalo\.me|chat\.zalo\.me|tiktok\.com|instagram\.com|t\.me"
    r"|threads\.net|twitter\.com|x\.com|youtube\.com/(?=@|c/|channel)"
)


def _rule(
    kind: Personal | None, pattern: str, digits: int, signs: str = "", flags: re.RegexFlag = re.IGNORECASE
) -> _Rule:
    return _Rule(kind, re.compile(pattern, flags), digits, signs)


# In order: what an earlier rule has taken, a later one leaves alone. All run on the shadow of the text (see `_shadow`).
_RULES = (
    _rule(Personal.LINK, rf"(?:https?://)?(?<![\w.])(?:[\w-]{{1,63}}\.){{0,9}}(?:{_SOCIAL})/[^\s\[\]]+", 0, "/"),
    _rule(Personal.EMAIL, r"[\w.+-]{1,64}(?:@| @ | ?\(at\) ?)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", 0, "@("),
    _rule(Personal.LINK, r"(?<![\w.])@[a-z][\w.]{2,40}", 0, "@"),
    _rule(None, rf"(?<!\d){_DATE}(?!\d)(?![.-]\d)", 6),
    _rule(None, r"(?<![\d.-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)(?!-)", 8),
    _rule(None, rf"(?<![\d.,+])[1-9]\d*(?:[.,]\d{{3}})*(?:[.,]\d+)?\s?(?:{_UNITS})(?!\w)", 1),
    _rule(None, rf"(?<![\d.+]){_NOT_GOING_ON}[1-9]\d{{0,2}}\.\d{{4,15}}(?![\d.])", 5),
    _rule(None, r"(?<!\w)[A-Z]\d{2}(?:\.\d{1,3}){0,3}-\d{6}-\d{4,8}(?!\w)", 12, flags=re.NOFLAG),
    _rule(Personal.BANK_ACCOUNT, rf"(?<!\w)(?:{_BANKS})(?!\w)[^\d\n.]{{0,30}}(?P<v>\d(?:[ .-]?\d){{5,18}})(?!\d)", 6),
    _rule(Personal.PHONE, rf"(?:\+|(?<!\d)00)\s?{_S}8{_S}4{_S}(?:\d{_S}){{8,10}}(?<=\d)(?!\d)", 10),
    _rule(Personal.PHONE, rf"(?<![\d.,])84{_S}[35789](?:{_S}\d){{8}}(?!\d)", 11),
    _rule(Personal.PHONE, rf"(?<![^\W_])[0o]{_S}[35789](?:{_S}\d){{8}}(?!\d)", 9),
    _rule(Personal.PHONE, rf"(?<!\d)0{_S}[1-9](?:{_S}\d){{8,9}}(?!\d)", 10),
    _rule(
        Personal.PHONE,
        r"(?<!\w)(?:sđt|sdt|đt|dt|điện thoại|di động|tel|phone|zalo|hotline|liên hệ|liên lạc|gọi|alo)(?!\w)"
        r"[\s:.]{0,4}(?:số|qua|cho|theo)?[\s:.]{0,3}(?P<v>(?!1[89]00)\d(?:[ .-]?\d){5,11})(?!\d)",
        6,
    ),
    _rule(
        Personal.ID_NUMBER,
        r"(?<!\w)(?:cccd|cmnd|cmt|căn cước(?: công dân)?|chứng minh(?: thư| nhân dân)?|hộ chiếu|định danh)(?!\w)"
        r"[^\d\n.]{0,20}(?P<v>[A-Z]?\d(?:[ .]?\d){6,11})(?!\d)",
        7,
    ),
    _rule(Personal.ID_NUMBER, r"(?<!\d)0\d{2}[ .]?\d{3}[ .]?\d{3}[ .]?\d{3}(?!\d)", 12),
    _rule(Personal.ID_NUMBER, r"(?<!\d)(?:\d{12}|\d{9})(?!\d)", 9),
    _rule(Personal.NUMBER, r"(?<!\w)mã (?:khách hàng|kh)(?!\w)\W{0,3}(?P<v>[A-Z]{0,4}\d\w{4,15})", 1),
    _rule(Personal.NUMBER, r"\d{9,}", 9),
    _rule(
        Personal.PLATE,
        r"(?<!\w)(?:bks|bsx|bs|biển số(?: xe)?|biển kiểm soát|biển|xe)\W{0,3}"
        r"(?P<v>[1-9]\d[ .-]?[A-ZĐ]{1,2}\d?[ .-]{0,3}(?:\d{3}[. ]?\d{2}|\d{4}))(?!\w)",
        6,
    ),
    _rule(Personal.PLATE, r"(?<!\w)[1-9]\d[ .-]?[A-ZĐ]{1,2}\d?[ .-]{0,3}\d{3}[. ]?\d{2}(?!\w)", 7, flags=re.NOFLAG),
    _rule(Personal.PLATE, r"(?<!\w)[1-9]\d[ .-]?[A-ZĐ]{1,2}\d?[.-]\d{4}(?!\w)", 6, flags=re.NOFLAG),
    _rule(Personal.PLATE, r"(?<!\w)[1-9]\d[.-]?(?!m[23])[a-zđ]{1,2}(?:\d ?)?[.-]?\d{3}\.?\d{2}(?!\w)", 7),
    _rule(
        Personal.PLATE,
        r"(?<!\w)(?:bks|bsx|biển số(?: xe)?|biển kiểm soát)\W{0,3}(?P<v>[A-Z]{2}[ -]?\d{2}[ .-]?\d{2})",
        4,
    ),
    _rule(
        Personal.BIRTH,
        rf"(?<=\[tên\])[\s,(-]{{0,4}}(?:sinh(?: ngày| năm)?|sn)[:\s]{{0,2}}(?P<v>{_DATE}|(?:19|20)\d\d)(?!\d)",
        4,
        "[",
    ),
    _rule(
        Personal.HOUSE,
        r"\[tên\][^.\n\d\[]{0,30}?(?:số nhà|nhà số|sn|(?:ở |tại |nhà |địa chỉ |trú |[,;] ?)số)[: ]{1,2}"
        rf"(?P<v>{_HOUSE_NUMBER})(?![\w/])",
        1,
        "[",
    ),
    _rule(
        Personal.HOUSE,
        rf"(?<!\w)(?:số nhà|nhà số)[: ]{{1,2}}(?P<v>{_HOUSE_NUMBER})(?![\w/])[^.\n\d\[]{{0,20}}?(?=\[tên\])",
        1,
        "[",
    ),
)


def _plain(code: int) -> str:
    """The plain character that a reader takes this one for: any digit, space, dash or full-width letter."""
    sign = chr(code)
    if code < 0x80:
        return sign
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    match unicodedata.category(sign):
        case "Zs" | "Cf":
            return " "
        case "Pd":
            return "-"
        case _:
            wide = unicodedata.normalize("NFKC", sign) if 0xFF00 <= code <= 0xFFEF else sign
            return wide if len(wide) == 1 else sign


_PLAIN = LearntTable(_plain)


def _shadow(text: str) -> str:
    """`text` as a reader sees it, of the same length, so that a place found in it is the place in `text`."""
    return text.translate(_PLAIN)


class _Mark(NamedTuple):
    start: int
    end: int
    kind: Personal


def _find(text: str) -> list[_Mark]:
    """Personal data in `text`, ascending, apart."""
    shadow = _shadow(text)
    taken = bytearray(len(text))
    marks: list[_Mark] = []
    digits = sum(map(shadow.count, string.digits))
    for rule in _RULES:
        if not rule.may_find(shadow, digits):
            continue
        group = "v" if "v" in rule.pattern.groupindex else 0
        for found in rule.pattern.finditer(shadow):
            start, end = found.span(group)
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                if rule.kind is not None:
                    marks.append(_Mark(start, end, rule.kind))
    for start, end in find_names(text):
        if not any(taken[start:end]):
            marks.append(_Mark(start, end, Personal.NAME))
    return sorted(marks)


def redact(text: str) -> Redacted:
    """`text` in form C with personal data masked, and what was masked.

    Closed: redacting the result again changes nothing, because a masked text is looked at until nothing is found in
    it. Every mark holds a digit, a capital letter, an @ or a small-letter full name and no mask does, so this ends.
    """
    findings: list[Finding] = []
    current = nfc(text)
    while marks := _find(current):
        parts: list[str] = []
        reached = 0
        for mark in marks:
            parts += [current[reached : mark.start], MASKS[mark.kind]]
            findings.append(Finding(mark.kind, current[mark.start : mark.end]))
            reached = mark.end
        current = nfc("".join(parts) + current[reached:])
    return Redacted(current, tuple(findings))
