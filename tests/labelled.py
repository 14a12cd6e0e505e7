"""Sentences in which personal data is marked by hand, and how well the finder does on them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.kit.text import nfc
from app.publication.domain import find
from app.publication.terms import Personal

_FOLDER = Path(__file__).parent / "unit" / "publication" / "labelled"
_LABEL = re.compile(r"\{(\w+):([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, and what of it must be masked: start, end, kind; ascending."""

    text: str
    spans: tuple[tuple[int, int, Personal], ...]


@dataclass(slots=True)
class Score:
    """What was found of one kind.

    `marked`: spans marked by hand. `exact`: of those, found with the same borders and kind. `hidden`: of those, covered
    whole, as whatever kind. `found`: spans of this kind that the finder found. `right`: of those, which overlap
    something marked by hand as this kind.
    """

    marked: int = 0
    exact: int = 0
    hidden: int = 0
    found: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that is what it was found as."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what was marked that nobody can read any more."""
        return self.hidden / self.marked if self.marked else 1.0


def read(part: str) -> list[Labelled]:
    """The sentences of `development` or `held_out`, in the order of the file."""
    lines = (_FOLDER / f"{part}.txt").read_text("utf-8").splitlines()
    return [_labelled(line) for line in lines if line and not line.startswith("#")]


def _labelled(line: str) -> Labelled:
    text, spans, reached = "", [], 0
    line = nfc(line).replace("\\n", "\n")
    for label in _LABEL.finditer(line):
        text += line[reached : label.start()]
        spans.append((len(text), len(text) + len(label[2]), Personal(label[1])))
        text += label[2]
        reached = label.end()
    return Labelled(text + line[reached:], tuple(spans))


def scores(sentences: Sequence[Labelled]) -> dict[Personal, Score]:
    """The finder's score by kind."""
    by_kind = {kind: Score() for kind in Personal}
    for sentence in sentences:
        found = find(sentence.text)
        exact = Counter((one.start, one.end, one.kind) for one in found)
        for start, end, kind in sentence.spans:
            score = by_kind[kind]
            score.marked += 1
            score.exact += exact[start, end, kind]
            score.hidden += any(one.start <= start and end <= one.end for one in found)
        for one in found:
            by_kind[one.kind].found += 1
            by_kind[one.kind].right += any(
                start < one.end and one.start < end and kind is one.kind for start, end, kind in sentence.spans
            )
    return {kind: score for kind, score in by_kind.items() if score.marked or score.found}


def table(by_kind: dict[Personal, Score]) -> str:
    """The scores, a line a kind."""
    rows = [f"{'':14}marked  exact  hidden  found  right  precision  recall"]
    rows += [
        f"{kind:14}{one.marked:6}{one.exact:7}{one.hidden:8}{one.found:7}{one.right:7}"
        f"{one.precision:11.3f}{one.recall:8.3f}"
        for kind, one in by_kind.items()
    ]
    return "\n".join(rows)
