"""Masking of personal data in Vietnamese texts: found by rule, corrected by an officer.

Errs towards masking: an officer sees the masked text before it is published, and the text as written stays with the
report. Left alone on purpose: places, dates, amounts, measures, coordinates, case codes, public telephone numbers.
"""

from __future__ import annotations

import re
import string
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from itertools import count
from typing import NamedTuple

from app.cases.terms import NO_CORRECTION, Correction
from app.kit.text import LearntTable, nfc
from app.publication.terms import Confidence, Finding, Personal, Piece, Redacted, Span

from .names import find_names
from .rules import RULES

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
    Personal.OTHER: "[đã che]",
}
_WORD = re.compile(r"\w+")
_BETWEEN = r"\W{1,5}"  # two words of a phrase
_MOST_LOOKS = 12  # at a text, before the rest of it is masked whole


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


def _marks(text: str) -> list[Span]:
    """Personal data in `text` by one look at it, ascending, apart."""
    shadow = _shadow(text)
    taken = bytearray(len(text))
    marks: list[Span] = []
    digits = sum(map(shadow.count, string.digits))
    for rule in RULES:
        if not rule.may_find(shadow, digits):
            continue
        group = "v" if "v" in rule.pattern.groupindex else 0
        for found in rule.pattern.finditer(shadow):
            start, end = found.span(group)
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                if rule.kind is not None:
                    marks.append(Span(start, end, rule.kind, rule.confidence))
    for start, end, confidence in find_names(text):
        if not any(taken[start:end]):
            marks.append(Span(start, end, Personal.NAME, confidence))
    return sorted(marks)


class _Masked(NamedTuple):
    """`text` with the spans masked, and where its pieces come from, so that places in it can be told in `original`."""

    text: str
    starts: list[int]  # of the pieces, in `text`; the first is 0
    origins: list[tuple[int, int, bool]]  # start and end in the original; whether it is a mask

    @classmethod
    def of(cls, original: str, spans: Iterable[Span]) -> _Masked:
        """The original with `spans` masked; they are ascending and apart."""
        pieces: list[str] = []
        starts: list[int] = []
        origins: list[tuple[int, int, bool]] = []
        length = reached = 0
        for start, end, kind, _ in [*spans, Span(len(original), len(original), Personal.OTHER, Confidence.HIGH)]:
            for piece, origin in (
                (original[reached:start], (reached, start, False)),
                (MASKS[kind], (start, end, True)),
            ):
                if piece and origin[0] < origin[1]:
                    pieces.append(piece)
                    starts.append(length)
                    origins.append(origin)
                    length += len(piece)
            reached = end
        return cls("".join(pieces), starts, origins)

    def origin(self, mark: Span) -> Span:
        """The mark in the original; one that reaches into a mask takes in what that one hides."""
        first, last = (bisect_right(self.starts, at) - 1 for at in (mark.start, mark.end - 1))
        start, _, masked = self.origins[first]
        begin = start if masked else start + mark.start - self.starts[first]
        start, end, masked = self.origins[last]
        return Span(begin, end if masked else start + mark.end - self.starts[last], mark.kind, mark.confidence)


def find(text: str, correction: Correction = NO_CORRECTION) -> tuple[Span, ...]:
    """Personal data in `text`, which is in form C: ascending, apart; offsets count characters.

    What an officer wants shown is left out, what he wants hidden is in it. A text is looked at until nothing more is
    found beside what is masked already. Every look costs time in proportion to the length; texts that people write need
    two or three. One that was made to need many more is masked from where they would go on, to its end.
    """
    shown = {key for phrase in correction.show if (key := _key(phrase))}
    spans = _hidden(text, correction)
    for look in count(1):
        masked = _Masked.of(text, spans)
        marks = (masked.origin(mark) for mark in _marks(masked.text))
        new = [mark for mark in marks if not shown or _key(text[mark.start : mark.end]) not in shown]
        joined = _apart([*spans, *new])
        if joined == spans:
            break
        if look > _MOST_LOOKS:
            begin = 0 if look > 2 * _MOST_LOOKS else min(mark.start for mark in new)
            joined = _apart([*spans, Span(begin, len(text), Personal.OTHER, Confidence.LOW)])
        spans = joined
    return tuple(spans)


def redact(text: str, correction: Correction = NO_CORRECTION) -> Redacted:
    """`text` in form C with personal data masked, and what was masked, in the order of the text.

    Closed: redacting the result again changes nothing, unless an officer has something shown.
    """
    whole = nfc(text)
    spans = find(whole, correction)
    findings = tuple(Finding(span.kind, whole[span.start : span.end]) for span in spans)
    return Redacted(_Masked.of(whole, spans).text, findings, spans)


def pieces(text: str, correction: Correction = NO_CORRECTION) -> tuple[Piece, ...]:
    """The same text cut at its masks, in its order: what `redact` makes of it, with what it was made from."""
    whole = nfc(text)
    cut: list[Piece] = []
    reached = 0
    for start, end, kind, confidence in find(whole, correction):
        cut += [Piece(whole[reached:start]), Piece(whole[start:end], MASKS[kind], kind, confidence)]
        reached = end
    cut.append(Piece(whole[reached:]))
    return tuple(piece for piece in cut if piece.written)


def holds(text: str, phrase: str) -> bool:
    """Whether `phrase` stands in `text`, compared as `find` compares what an officer wants hidden."""
    pattern = _pattern(phrase)
    return pattern is not None and pattern.search(_shadow(nfc(text))) is not None


def _apart(spans: list[Span]) -> list[Span]:
    """The spans, ascending; of those that overlap the first, longer one, stretched over the others."""
    apart: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if apart and span.start < apart[-1].end:
            apart[-1] = apart[-1]._replace(end=max(apart[-1].end, span.end))
        else:
            apart.append(span)
    return apart


def _hidden(text: str, correction: Correction) -> list[Span]:
    """Where the phrases stand that an officer wants hidden."""
    shadow = _shadow(text) if correction.mask else ""
    found = [
        Span(*one.span(), Personal.OTHER, Confidence.HIGH)
        for phrase in correction.mask
        if (pattern := _pattern(phrase)) is not None
        for one in pattern.finditer(shadow)
    ]
    return _apart(found)


def _key(phrase: str) -> str:
    """Letters and digits of `phrase` in lower case: `0912 345 678` and `0912.345.678` are the same number."""
    return "".join(_WORD.findall(_shadow(nfc(phrase)))).replace("_", "").lower()


def _pattern(phrase: str) -> re.Pattern[str] | None:
    """What finds `phrase` as whole words, whatever signs part them; None when it has no word."""
    words = [re.escape(word) for word in _WORD.findall(_shadow(nfc(phrase)))]
    if not words:
        return None
    return re.compile(rf"(?<!\w){_BETWEEN.join(words)}(?!\w)", re.IGNORECASE)
