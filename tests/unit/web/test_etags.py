"""Entity tags: the version an officer saw, and whether a client holds an answer already."""

from __future__ import annotations

import pytest

from app.web.etags import (
    UnreadableIfMatch,
    VersionNeeded,
    bytes_or_304,
    content_tag,
    expected_version,
    is_fresh,
    version_tag,
)


@pytest.mark.parametrize("given", ['"7"', 'W/"7"', ' "7" ', '"v7"'])
async def test_if_match_names_a_version(given: str) -> None:
    assert await expected_version(given) == 7


@pytest.mark.parametrize("given", ["7", "*", '"7", "8"', '"-1"', '"seven"', '""', '"1234567890"', '"٧"'])
async def test_anything_else_is_unreadable(given: str) -> None:
    with pytest.raises(UnreadableIfMatch):
        await expected_version(given)


async def test_a_version_must_be_named() -> None:
    with pytest.raises(VersionNeeded):
        await expected_version(None)


async def test_a_tag_given_is_a_tag_understood() -> None:
    assert await expected_version(version_tag(42)) == 42


@pytest.mark.parametrize(
    ("held", "fresh"),
    [('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False), ("", False), (None, False)],
)
def test_a_client_that_holds_an_answer_gets_none_again(held: str | None, fresh: bool) -> None:
    assert is_fresh(held, '"a"') is fresh
    answer = bytes_or_304(b"{}", '"a"', held)
    assert answer.status_code == (304 if fresh else 200)
    assert answer.body == (b"" if fresh else b"{}")
    assert answer.headers["etag"] == '"a"'


def test_equal_content_has_an_equal_tag_and_other_content_another() -> None:
    assert content_tag(b"a") == content_tag(b"a") != content_tag(b"b")
