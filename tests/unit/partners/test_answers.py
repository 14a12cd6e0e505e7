"""What a server of others may answer with, and what is no answer."""

from __future__ import annotations

import pytest

from app.partners.senders import items_of
from app.partners.service.sending import _said
from app.partners.terms import Format

_GOOD = '<?xml version="1.0" encoding="utf-8"?><requests><request><status>đã mở</status></request></requests>'
_TYPED = '<!DOCTYPE r [<!ENTITY a "b">]><r><i><status>&a;</status></i></r>'


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
def test_xml_in_utf8_is_read(start: bytes) -> None:
    assert items_of(start + _GOOD.encode(), Format.XML) == ({"status": "đã mở"},)


@pytest.mark.parametrize(
    "content",
    [
        _TYPED.encode(),
        _TYPED.encode("utf-16"),
        b'<?xml version="1.0" encoding="cp037"?>' + _TYPED.encode("cp037"),
        _GOOD.encode()[:-3],
    ],
    ids=["plain", "utf-16", "another table", "broken off"],
)
def test_a_document_type_is_not_read_in_whatever_encoding_it_hides(content: bytes) -> None:
    assert items_of(content, Format.XML) is None


def test_words_among_answers_are_masked_and_the_rest_is_written_as_it_is() -> None:
    assert "0912345678" not in _said("gọi 0912345678")
    assert [_said("few"), _said(True), _said(100_000_000)] == ["few", "true", "100000000"]
