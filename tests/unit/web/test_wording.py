"""Words that the OpenAPI document has for lists of operations."""

from __future__ import annotations

import pytest

from app.web.openapi.wording import summary_of


@pytest.mark.parametrize(
    ("description", "summary"),
    [
        ("Nộp hồ sơ. File a request.\n\nMore of it.", "Nộp hồ sơ. File a request"),
        (f"Một việc. {'Word ' * 30}end.", "Một việc"),
        ("Xong;\nrồi mới thôi: `If-Match`.", "Xong; rồi mới thôi: `If-Match`"),
    ],
)
def test_a_summary_is_as_many_sentences_as_fit_a_line(description: str, summary: str) -> None:
    assert summary_of(description) == summary


def test_a_sentence_that_fits_no_line_is_cut_at_a_word() -> None:
    found = summary_of("Dài " * 40 + "quá.")
    assert len(found) <= 120
    assert found.endswith("Dài…")
