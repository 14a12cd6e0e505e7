"""The frozen form of a paper: facts as JSON, the checksum of it, and the short code that is printed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from app.kit.text import nfc
from app.papers.terms import PERSONAL, WORDS, Document, Matched, Paper, PaperFacts, PaperKind, ResultFile

SHORT: Final = 20  # hexadecimal digits that are printed: 80 bits, so that nobody finds one by trying
_WHOLE: Final = 64
_KEYWORD: Final = "lienthong-paper-"
_NAMED = re.compile(rb"lienthong-paper-([0-9a-f]{64})")
_UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
# Latin with all Vietnamese letters, Cyrillic, and the signs of official texts, as they are and in capitals; tests
# draw each of them.
_NOT_IN_FONTS = re.compile(
    "[^ -~\u00a0-\u017f\u01a0\u01a1\u01af\u01b0\u0300-\u0303\u0306\u0309\u031b\u0323\u0400-\u045f\u1ea0-\u1ef9"
    "\u2010\u2012-\u2022\u2026\u2030\u20ab\u20ac\u2116\u2122\u2264\u2265]"
)
_INSTANTS = frozenset(one.name for one in dataclasses.fields(PaperFacts) if "datetime" in str(one.type))
_ROWS: Mapping[str, Any] = {"documents": Document, "results": ResultFile}


def number_of(mark: str, code: str, count: int) -> str:
    """The number of a paper, the `count`-th of its kind from 1: `01-GTN-H23.288-261127-0042`."""
    return f"{count:02}-{mark}-{code}"


def tidied(facts: PaperFacts) -> PaperFacts:
    """The facts as they can be printed: NFC, single blanks, no control characters, instants to the second."""
    return _each(facts, lambda text: " ".join(nfc(_UNPRINTED.sub(" ", text)).split()))


def printable(facts: PaperFacts) -> PaperFacts:
    """The facts in letters that the packaged fonts have; another one is a box, as PDF/A allows no missing glyph."""
    return _each(facts, lambda text: _NOT_IN_FONTS.sub("□", text))


def _each(facts: PaperFacts, change: Callable[[str], str]) -> PaperFacts:
    """The facts with every text changed, and instants as they come back from storage."""

    def changed(value: Any) -> Any:
        match value:
            case str():
                return change(value)
            case Document() | ResultFile():
                return type(value)(*map(changed, value))
            case tuple():
                return tuple(map(changed, value))
            case datetime():
                return datetime.fromisoformat(value.replace(microsecond=0).isoformat())
            case _:
                return value

    return dataclasses.replace(
        facts, **{one.name: changed(getattr(facts, one.name)) for one in dataclasses.fields(facts)}
    )


def as_json(facts: PaperFacts) -> dict[str, Any]:
    """The facts as they are stored: only those that are stated, instants in RFC 3339."""
    stated: dict[str, Any] = {}
    for one in dataclasses.fields(facts):
        value = getattr(facts, one.name)
        if value not in (None, "", ()):
            stated[one.name] = _plain(value)
    return stated


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return value


def result_files(facts: PaperFacts) -> dict[bytes, Matched]:
    """SHA-256 of each file of a result that is stated."""
    return {bytes.fromhex(one.checksum): Matched.RESULT_FILE for one in facts.results}


def as_facts(stored: Mapping[str, Any]) -> PaperFacts:
    """The facts of this stored form; whom it is about is empty where it is stored apart."""
    return PaperFacts(**{"applicant": "", **{name: _read(name, value) for name, value in stored.items()}})


def bond_of(salt: bytes, value: str) -> str:
    """What binds a checksum to a personal fact and tells nobody of it: with the salt, which is sealed, nobody can try
    names (SHA-256, hexadecimal).
    """
    return hashlib.sha256(salt + value.encode()).hexdigest()


def personal_of(facts: PaperFacts) -> dict[str, str]:
    """What is stated of whom it is about, and what an officer has written; lists as JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
        for name in (*PERSONAL, *WORDS)
        if (value := getattr(facts, name))
    }


def with_personal(facts: PaperFacts, personal: Mapping[str, str]) -> PaperFacts:
    """The facts with these: the other way round."""
    given: dict[str, Any] = {
        name: _read(name, json.loads(value)) if name in WORDS else value for name, value in personal.items()
    }
    return dataclasses.replace(facts, **given)


def public_of(facts: PaperFacts, bonds: Collection[str] = ()) -> PaperFacts:
    """All that is stated besides. `bonds`: names of what the checksum is bound to; words were not, once."""
    apart: dict[str, Any] = {name: () for name in WORDS if name in bonds}
    return dataclasses.replace(facts, applicant="", address="", phone="", email="", **apart)


def _read(name: str, value: Any) -> Any:
    if name in _INSTANTS:
        return datetime.fromisoformat(value)
    if name in _ROWS:
        return tuple(_ROWS[name](*row) for row in value)
    return tuple(value) if isinstance(value, list) else value


def canonical(
    kind: PaperKind, number: str, facts: PaperFacts, template: str, bonds: Mapping[str, str] | None = None
) -> bytes:
    """What the checksum is of: JSON in UTF-8, keys in order, without blanks; `bonds` in the place of the person."""
    whole: dict[str, Any] = {"kind": kind.value, "number": number, "facts": as_json(facts), "template": template}
    if bonds is not None:
        whole |= {"facts": as_json(public_of(facts, bonds)), "personal": dict(bonds)}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def checksum_of(
    kind: PaperKind, number: str, facts: PaperFacts, template: str, bonds: Mapping[str, str] | None = None
) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(kind, number, facts, template, bonds)).hexdigest()


def is_intact(paper: Paper) -> bool:
    """Whether the paper still states what it was issued with.

    One without bonds whose person is kept no more cannot be computed again: that it is in the books has to do.
    """
    if paper.bonds is None and not paper.whole:
        return True
    return checksum_of(paper.kind, paper.number, paper.facts, paper.template, paper.bonds) == paper.checksum


def short_code(checksum: str) -> str:
    """The beginning of the checksum as it is printed: `3F2A-91C0-77DE-08B4-1122`."""
    return "-".join(checksum[at : at + 4] for at in range(0, SHORT, 4)).upper()


def checksums_beginning(typed: str) -> tuple[str, str] | None:
    """First and last checksum that what was typed may mean: a short code or a whole one; None: it is neither."""
    digits = re.sub(r"[\s-]", "", typed).lower()
    if len(digits) not in {SHORT, _WHOLE} or not re.fullmatch("[0-9a-f]+", digits):
        return None
    return digits.ljust(_WHOLE, "0"), digits.ljust(_WHOLE, "f")


def file_named(typed: str) -> bytes:
    """The SHA-256 that was typed, which may be a file's; nothing when it is none."""
    digits = re.sub(r"[\s-]", "", typed)
    return bytes.fromhex(digits) if re.fullmatch(f"[0-9A-Fa-f]{{{_WHOLE}}}", digits) else b""


def keyword_of(checksum: str) -> str:
    """What a rendered paper says of itself in its metadata."""
    return _KEYWORD + checksum


def checksum_named_in(pdf: bytes) -> str | None:
    """The checksum that a PDF says it has; PDF/A keeps its metadata readable. Nothing is proven by it."""
    found = _NAMED.search(pdf)
    return found[1].decode() if found else None
