"""What a reader of public cases can get wrong."""

from __future__ import annotations

from app.kit.problems import BadRequest, Invalid
from app.kit.text import Text


class UnreadableBox(BadRequest):
    """`bbox` is not four numbers in the right order."""

    slug = "unreadable-bbox"
    title = Text("Không đọc được bbox", "bbox cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Show the form."""
        return Text(
            "bbox gồm bốn số theo thứ tự tây, nam, đông, bắc (kinh độ trước), ví dụ bbox=106.28,20.90,106.36,20.97.",
            "bbox is west,south,east,north in degrees (longitude first), for example bbox=106.28,20.90,106.36,20.97.",
        )


class NothingToSearch(Invalid):
    """`q` holds no word."""

    slug = "nothing-to-search"
    title = Text("Chưa có từ nào để tìm", "There is no word to search for")

    @classmethod
    def default_detail(cls) -> Text:
        """Say how to search."""
        return Text(
            "Hãy nhập ít nhất một từ vào q, có dấu hay không dấu đều được; ngăn các cụm từ bằng dấu phẩy.",
            "Put at least one word into q, with or without diacritics; separate phrases by commas.",
        )


class UnreadableLastEventId(BadRequest):
    """`Last-Event-ID` is not a position of the stream."""

    slug = "unreadable-last-event-id"
    title = Text("Không đọc được Last-Event-ID", "Last-Event-ID cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to send."""
        return Text(
            "Hãy gửi lại đúng id của sự kiện cuối cùng đã nhận, hoặc bỏ tiêu đề này để nghe từ bây giờ.",
            "Send the id of the last event you were given, or leave the header out to listen from now on.",
        )


class PhraseNotFound(Invalid):
    """What an officer wants masked stands in none of the texts that the public reads of the case."""

    slug = "phrase-not-found"
    title = Text("Không thấy cụm từ cần che", "The words to be masked are not there")

    def __init__(self, phrase: str) -> None:
        """`phrase` as it was typed."""
        super().__init__(
            Text(
                f"Không văn bản nào của vụ việc có “{phrase}”. Hãy chép đúng từng từ, có dấu, từ văn bản ấy.",
                f"No text of the case has “{phrase}”. Copy it word by word, with its diacritics.",
            )
        )
