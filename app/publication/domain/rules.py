"""Patterns by which numbers, addresses on the net and what stands beside a name are found, in the order they are tried.

They run on the shadow of a text (see `redaction`). Every repetition is bounded, or stands where it need not be tried
again further on: what they cost grows with the length of the text, whoever wrote it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.publication.terms import Confidence, Personal

from .words import packaged

_HIGH, _FAIR, _LOW = Confidence.HIGH, Confidence.FAIR, Confidence.LOW


class Rule(NamedTuple):
    """What `pattern` finds is of this kind (None: surely nothing personal); its group `v`, if it has one, is meant.

    It finds nothing in a text with fewer than `digits` digits, or without any of the `signs` if there are some: a look
    at these spares most texts most of the patterns.
    """

    kind: Personal | None
    confidence: Confidence
    pattern: re.Pattern[str]
    digits: int
    signs: str

    def may_find(self, shadow: str, digits: int) -> bool:
        """Whether the text, which has that many digits, can hold what is looked for."""
        return digits >= self.digits and (not self.signs or any(sign in shadow for sign in self.signs))


_LISTS = packaged("numbers")
# What people put between the digits of a number they do not want a machine to read.
_S = r"(?:[ \t.\-()_*]{0,5}|,)"
# A digit, or a letter that stands for one between digits.
_D = r"(?:\d|[oli](?=[\s.\-]{0,2}\d))"
# An opening parenthesis that is closed after the first digits.
_OPEN = r"(?:\((?=\+?\d{1,4}\)))?"
# Not inside such a number: no digit stands up to five of those characters before (a lookbehind has one width).
_NOT_GOING_ON = "".join(rf"(?<!\d[\s.\-()_*]{{{width}}})" for width in range(1, 6))
_HOUSE_NUMBER = r"\d{1,4}[A-Za-z]?(?:/\d{1,4}[A-Za-z]?){0,4}"
_DATE = r"(?:0?[1-9]|[12]\d|3[01])\s?(?P<sep>[./-])\s?(?:0?[1-9]|1[0-2])\s?(?P=sep)\s?(?:19|20)\d\d"
_SHORT = "|".join(_LISTS["public_telephones"]["short"])
_PREFIXES = "|".join(_LISTS["public_telephones"]["prefixes"])
_CALLED = "|".join(_LISTS["telephones"]["before"])
_PAPERS = "|".join(_LISTS["papers"]["before"])
_BANKS = "|".join(_LISTS["banks"]["before"])
_ACCOUNT = r"\d(?:[ .-]?\d){5,18}|\d{2,4}[A-Z]\d{6,12}"
_UNITS = "|".join(_LISTS["amounts"]["after"])
_NETWORKS = "|".join(_LISTS["pages"]["networks"])
_SOCIAL = "|".join(_LISTS["pages"]["hosts"])


def _rule(
    kind: Personal | None,
    pattern: str,
    digits: int,
    *,
    sure: Confidence = _HIGH,
    signs: str = "",
    flags: re.RegexFlag = re.IGNORECASE,
) -> Rule:
    return Rule(kind, sure, re.compile(pattern, flags), digits, signs)


# In order: what an earlier rule has taken, a later one leaves alone.
RULES = (
    _rule(
        Personal.BIRTH,
        rf"(?<=\[tên\])[\s,(-]{{0,4}}(?:sinh(?: ngày| năm)?|sn)[:\s]{{0,2}}(?P<v>{_DATE}|(?:19|20)\d\d)(?!\d)",
        4,
        signs="[",
    ),
    _rule(Personal.LINK, rf"(?:https?://)?(?<![\w.])(?:[\w-]{{1,63}}\.){{0,9}}(?:{_SOCIAL})/[^\s\[\]]+", 0, signs="/"),
    _rule(
        Personal.EMAIL,
        r"[\w.+-]{1,64}(?:@| @ | ?\((?:at|a)\) ?| ?\[(?:at|a)\] ?)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}",
        0,
        signs="@([",
    ),
    _rule(Personal.LINK, r"(?<![\w.])@[a-z][\w.]{2,40}", 0, sure=_FAIR, signs="@"),
    _rule(
        Personal.LINK,  # an account's name there, told from a word by its digit
        rf"(?<!\w)(?:{_NETWORKS})(?: của \w{{1,6}})?(?: là|:| -| \()?[ \t]{{0,2}}"
        r"(?P<v>(?=[a-z._]{2,40}\d)[a-z][a-z0-9._]{3,40})(?!\w)",
        1,
        sure=_FAIR,
    ),
    _rule(None, rf"(?<!\d){_DATE}(?!\d)(?![.-]\d)", 6),
    _rule(None, r"(?<![\d.-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)(?!-)", 8),
    # The code by which a firm is registered is public; a person's begins with an 8, or is the citizen's number.
    _rule(None, r"(?<!\w)(?:mã số thuế|mst|mã số doanh nghiệp|msdn)\W{0,3}[0-7]\d{9}(?:-\d{3})?(?![\d-])", 10),
    _rule(
        None,
        rf"(?<![\d.,+]){_NOT_GOING_ON}[1-9]\d*(?:[.,]\d{{3}})*(?:[.,]\d+)?\s?(?:{_UNITS})(?!\w|[.-]\d{{3}}\.?\d\d)",
        1,
    ),
    _rule(None, rf"(?<![\d.+]){_NOT_GOING_ON}[1-9]\d{{0,2}}\.\d{{4,15}}(?![\d.])", 5),
    _rule(None, r"(?<!\w)[A-Z]\d{2}(?:\.\d{1,3}){0,3}-\d{6}-\d{4,8}(?!\w)", 12, flags=re.NOFLAG),
    _rule(None, rf"(?<![\w+]){_NOT_GOING_ON}(?:{_PREFIXES})(?:[ .-]?\d){{4,6}}(?![ .-]?\d)", 8),
    _rule(
        Personal.BANK_ACCOUNT,
        r"(?<!\w)(?:thẻ|the|card|visa|mastercard|napas|jcb)(?!\w)[^\d\n.]{0,20}"
        r"(?P<v>\d{4}(?:[ .-]?\d{4}){3}(?:[ .-]?\d{1,3})?)(?!\d)",
        16,
    ),
    _rule(
        Personal.BANK_ACCOUNT, r"(?<![\d.-])[2-69]\d{3}(?P<in>[ .-])\d{4}(?P=in)\d{4}(?P=in)\d{4}(?!\d)", 16, sure=_FAIR
    ),
    _rule(Personal.BANK_ACCOUNT, rf"(?<!\w)(?:{_BANKS})(?!\w)[^\d\n.]{{0,30}}(?P<v>{_ACCOUNT})(?!\d)", 6),
    _rule(Personal.PHONE, rf"(?:{_OPEN}\+|(?<!\d)00)\s?{_S}8{_S}4{_S}(?:\d{_S}){{8,10}}(?<=\d)(?!\d)", 10),
    _rule(Personal.PHONE, rf"(?<![\d.,])84{_S}[35789](?:{_S}\d){{8}}(?!\d)", 11),
    _rule(Personal.PHONE, rf"(?<![^\W_]){_OPEN}[0o]{_S}[35789](?:{_S}{_D}){{8}}(?!\d)", 2),
    _rule(Personal.PHONE, r"(?<![\d/])0[35789]\d{1,2}/\d{3}/\d{3,4}(?![\d/])", 9, sure=_FAIR, signs="/"),
    _rule(Personal.PHONE, rf"(?<!\d){_OPEN}0{_S}[1-9](?:{_S}\d){{8,9}}(?!\d)", 10, sure=_FAIR),
    _rule(
        Personal.PHONE,
        rf"(?<!\w)(?:{_CALLED})(?!\w)"
        r"[\s:.]{0,4}(?:số|qua|cho|theo)?[\s:.]{0,3}(?P<v>(?!1[89]00)\d(?:[ .-]?\d){5,11})(?!\d)",
        6,
        sure=_FAIR,
    ),
    _rule(
        Personal.ID_NUMBER,
        rf"(?<!\w)(?:{_PAPERS})(?!\w)[^\d\n.]{{0,20}}?(?P<v>(?:(?<![^\W\d_])[A-Z])?\d(?:[ .]?\d){{6,11}})(?!\d)",
        7,
    ),
    _rule(Personal.ID_NUMBER, r"(?<!\d)0\d{2}[ .]?\d{3}[ .]?\d{3}[ .]?\d{3}(?!\d)", 12, sure=_FAIR),
    _rule(Personal.ID_NUMBER, r"(?<!\d)(?:\d{12}|\d{9})(?!\d)", 9, sure=_LOW),
    _rule(Personal.NUMBER, r"(?<!\w)mã (?:khách hàng|kh)(?!\w)\W{0,3}(?P<v>[A-Z]{0,4}\d\w{4,15})", 1),
    _rule(Personal.NUMBER, r"(?:(?<![^\W_])[A-Z]{1,4})?\d{9,}", 9, sure=_LOW),
    _rule(
        Personal.PLATE,
        r"(?<!\w)(?:bks|bsx|bs|biển số(?: xe)?|biển kiểm soát|biển|xe)\W{0,3}"
        r"(?P<v>[1-9]\d[ .-]?[A-ZĐ]{1,2}\d?[ .-]{0,3}(?:\d{3}[. ]?\d{2}|\d{4}))(?!\w)",
        6,
    ),
    _rule(Personal.PLATE, r"(?<!\w)[1-9]\d[ .-]?[A-ZĐ]{1,2}\d?[ .-]{0,3}\d{3}[. ]?\d{2}(?!\w)", 7, flags=re.NOFLAG),
    _rule(Personal.PLATE, r"(?<!\w)[1-9]\d[ .-]?[A-ZĐ]{1,2}\d?[.-]\d{4}(?!\w)", 6, sure=_FAIR, flags=re.NOFLAG),
    _rule(
        Personal.PLATE,
        r"(?<!\w)[1-9]\d[.-]?(?!m[23])[a-zđ]{1,2}(?:\d ?)?[.-]?\d{3}\.?\d{2}(?!\w)",
        7,
        sure=_FAIR,
    ),
    _rule(
        Personal.PLATE,
        r"(?<!\w)(?:bks|bsx|biển số(?: xe)?|biển kiểm soát|biển đỏ)\W{0,3}(?P<v>[A-Z]{2}[ -]?\d{2}[ .-]?\d{2})",
        4,
    ),
    _rule(
        Personal.HOUSE,
        r"\[(?:tên|ngày sinh)\][^.\n\d\[]{0,30}?(?:số nhà|nhà số|sn|(?:ở |tại |nhà |địa chỉ |trú |[,;] ?)số)[: ]{1,2}"
        rf"(?P<v>{_HOUSE_NUMBER})(?![\w/])",
        1,
        sure=_FAIR,
        signs="[",
    ),
    _rule(
        Personal.HOUSE,
        rf"(?<!\w)(?:số nhà|nhà số)[: ]{{1,2}}(?P<v>{_HOUSE_NUMBER})(?![\w/])[^.\n\d\[]{{0,20}}?(?=\[tên\])",
        1,
        sure=_FAIR,
        signs="[",
    ),
)
