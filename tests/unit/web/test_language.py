"""Vietnamese, unless the reader clearly prefers English."""

from __future__ import annotations

import pytest

from app.kit.text import Lang
from app.web.language import preferred


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("vi", Lang.VI),
        ("en", Lang.EN),
        ("en-GB,en;q=0.9,vi;q=0.8", Lang.EN),
        ("fr-FR, vi;q=0.5, en;q=0.4", Lang.VI),
        ("fr, en;q=0.1", Lang.EN),
        ("EN-us", Lang.EN),
        ("vi;q=0.5, en;q=0.5", Lang.VI),
        ("en;q=0", Lang.VI),
        ("*", Lang.VI),
        ("", Lang.VI),
        ("de", Lang.VI),
        ("en;q=much", Lang.VI),
        ("english", Lang.VI),
        (";;;,,,q=1", Lang.VI),
    ],
)
def test_the_language_wanted_most_of_those_we_speak(header: str, lang: Lang) -> None:
    assert preferred(header) is lang
