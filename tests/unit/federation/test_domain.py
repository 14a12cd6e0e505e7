"""What two installations decide alone: whom to believe, what has to come again, when to try, and by what to compare."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.db.errors import Crowded, DatabaseUnavailable
from app.federation import domain
from app.federation.terms import ConsignmentState, Line
from app.kit.problems import Conflict, Invalid, TooMany

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
SECRET = "whsec_" + "A" * 32


@pytest.mark.parametrize("stamp", ["999999999999", "0", "00000000000", "1e9", "-1", "", "٣"])
def test_an_instant_far_away_proves_nothing(stamp: str) -> None:
    signature = domain.signed(SECRET, "fed_1", NOW, b"{}")["webhook-signature"]
    assert not domain.is_signed(SECRET, "fed_1", stamp, signature, b"{}", NOW)
    assert domain.is_signed(SECRET, "fed_1", str(int(NOW.timestamp())), signature, b"{}", NOW)


def test_what_passes_has_to_come_again_and_what_stays_is_passed_over() -> None:
    assert all(map(domain.passes, [DatabaseUnavailable(), Crowded(), TooMany()]))
    assert not any(map(domain.passes, [Invalid(), Conflict(), KeyError("code"), ValueError("none")]))


def test_numbers_that_are_kept_no_more_are_named() -> None:
    assert domain.gaps(0, [1, 2, 3], 3) == []
    assert domain.gaps(2, [5, 6, 9], 9) == [(3, 4), (7, 8)]
    assert domain.gaps(2, [], 6) == [(3, 6)]
    assert domain.gaps(6, [], 6) == []


def test_other_words_are_another_digest() -> None:
    def digest(words: str | None, resolution: str = "fixed") -> str:
        answer = domain.answer_sha256({"state": "resolved", "resolution": resolution, "text": words})
        return domain.digest([Line(UUID(int=1), "H23-1", "H24-1", ConsignmentState.ANSWERED, answer)])

    assert digest("Đã sửa.") == digest("Đã sửa.")
    assert len({digest("Đã sửa."), digest("Chưa sửa."), digest(None), digest("Đã sửa.", "not_competent")}) == 4
    assert domain.answer_sha256({"state": "assigned", "text": "Đã sửa."}) is None


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"digests": [], "lines": {}, "written": 0},
        {"digests": {"20/11/2026": "ab"}, "lines": {}, "written": 0},
        {"digests": {}, "lines": {}, "written": None},
        {"digests": {}, "lines": {"2026-11-20": [{"consignment": "1"}]}, "written": 0},
        {"digests": {}, "lines": {"2026-11-20": [{"consignment": 1, "state": "held"}]}, "written": 0},
    ],
)
def test_what_is_no_answer_to_a_comparison_is_unreadable_whatever_it_is(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of many kinds
        domain.read_digests(said)
