"""Whatever a fact carries, its entry can be read in both languages and never fails."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.kit.text import Lang
from app.timeline.domain import KNOWN_TYPES, sentence

names = st.sampled_from(["unit", "from_unit", "category", "stars", "into", "joined", "left", "from_case", "officer"])
both = st.fixed_dictionaries({"vi": st.text(max_size=20), "en": st.text(max_size=20)})
data = st.dictionaries(names, st.none() | st.text(max_size=20) | st.integers() | both | st.just({"a": {"b": 1}}))


@given(st.sampled_from(sorted(KNOWN_TYPES)) | st.text(max_size=20), data)
def test_every_entry_can_be_read(entry_type: str, carried: dict[str, object]) -> None:
    said = sentence(entry_type, carried)
    for lang in Lang:
        assert isinstance(said(lang), str)
    if entry_type in KNOWN_TYPES:
        assert said.vi
        assert said.en


@given(st.text(max_size=40))
def test_names_are_filled_in_as_they_are(name: str) -> None:
    assert name in sentence("case.accepted", {"unit": name}).vi


@pytest.mark.parametrize("entry_type", sorted(KNOWN_TYPES))
def test_a_name_is_said_in_the_readers_language(entry_type: str) -> None:
    carried = {"unit": {"vi": "UBND phường", "en": "Ward committee"}}
    said = sentence(entry_type, carried)
    assert "Ward committee" not in said.vi
    assert "UBND phường" not in said.en
