"""How much personal data is found in sentences marked by hand, and how much is masked that need not be.

`development.txt` is what rules and lists are written for. `held_out.txt` was written before any of them was changed,
and no rule was changed for it. Both are printed with `pytest -s`, and told in docs/sources.md.
"""

from __future__ import annotations

import pytest

from app.publication.terms import Personal
from tests.labelled import Score, read, scores, table
from tests.server import ROOT

# Precision and recall, at least. What a change of rules or lists makes better goes up here.
FLOORS = {
    "development": {
        Personal.PHONE: (1.0, 1.0),
        Personal.ID_NUMBER: (1.0, 1.0),
        Personal.EMAIL: (1.0, 1.0),
        Personal.PLATE: (1.0, 1.0),
        Personal.BANK_ACCOUNT: (1.0, 1.0),
        Personal.NUMBER: (1.0, 1.0),
        Personal.NAME: (1.0, 0.98),
        Personal.HOUSE: (1.0, 1.0),
        Personal.BIRTH: (1.0, 1.0),
        Personal.LINK: (1.0, 1.0),
    },
    "held_out": {
        Personal.PHONE: (1.0, 1.0),
        Personal.ID_NUMBER: (1.0, 1.0),
        Personal.EMAIL: (1.0, 1.0),
        Personal.PLATE: (1.0, 0.9),
        Personal.BANK_ACCOUNT: (1.0, 1.0),
        Personal.NUMBER: (0.0, 1.0),  # the one of them is an account: masked, by another name
        Personal.NAME: (1.0, 0.96),
        Personal.HOUSE: (1.0, 1.0),
        Personal.BIRTH: (1.0, 1.0),
        Personal.LINK: (1.0, 1.0),
    },
}


@pytest.mark.parametrize("part", FLOORS)
def test_precision_and_recall_of_every_kind_stay_above_their_floors(part: str) -> None:
    by_kind = scores(read(part))
    print(f"\n{part}\n{table(by_kind)}")  # noqa: T201 - the figures of docs/sources.md
    below = {
        kind: (score.precision, score.recall)
        for kind, score in by_kind.items()
        if score.precision < FLOORS[part][kind][0] or score.recall < FLOORS[part][kind][1]
    }
    assert below == {}


def test_the_page_of_sources_tells_these_figures() -> None:
    parts = [read(part) for part in FLOORS]
    told = (ROOT / "docs" / "sources.md").read_text("utf-8")
    for sentences, said in zip(parts, ("{} câu để chỉnh", "{} câu\nđể riêng"), strict=True):
        assert said.format(len(sentences)) in told
    tuned, held_out = map(scores, parts)
    for kind in tuned:
        assert f"| `{kind}` | {' | '.join(map(_figures, (tuned[kind], held_out[kind])))} |\n" in told


def _figures(score: Score) -> str:
    precision = f"{score.precision:.3f}" if score.found else "–"
    return f"{score.marked} | {precision} | {f'{score.recall:.3f}' if score.marked else '–'}"


def test_no_sentence_stands_in_both_parts() -> None:
    development, held_out = ([sentence.text for sentence in read(part)] for part in FLOORS)
    assert len(set(development) | set(held_out)) == len(development) + len(held_out) >= 400
