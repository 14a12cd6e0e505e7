"""What a reader of public cases can get wrong."""

from __future__ import annotations

from app.kit.problems import BadRequest, Conflict, Gone, Invalid, NotFound
from app.kit.text import Text

from .terms import MOST_ASKED_MONTHS


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


class MonthsOutOfOrder(Invalid):
    """Figures were asked for of no month, or of too many."""

    slug = "months-out-of-order"
    title = Text("Các tháng không hợp lệ", "The months make no sense")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is possible."""
        return Text(
            f"Chọn tháng đầu (since) không sau tháng cuối (until), nhiều nhất {MOST_ASKED_MONTHS} tháng.",
            f"Choose a first month (since) that is not after the last (until), and {MOST_ASKED_MONTHS} months at most.",
        )


class NoSuchTile(NotFound):
    """Zoom, column or row of a tile is beyond the map, or finer than is drawn."""

    slug = "no-such-tile"
    title = Text("Không có ô bản đồ này", "No such tile")

    @classmethod
    def default_detail(cls) -> Text:
        """Say which there are."""
        return Text(
            "Mức thu phóng z từ 0 đến 18; x và y từ 0 đến 2^z - 1. Gần hơn nữa thì phóng to ô của mức 18.",
            "Zoom z is 0 to 18; x and y are 0 to 2^z - 1. Closer than that, enlarge the tile of zoom 18.",
        )


class TooManyCells(BadRequest):
    """A density would have more hexagons than are given in one answer."""

    slug = "too-many-cells"
    title = Text("Quá nhiều ô", "Too many cells")

    def __init__(self, most: int) -> None:
        """`most`: hexagons of one answer."""
        super().__init__(
            Text(
                f"Một lần trả lời có nhiều nhất {most} ô. Hãy giảm resolution, hoặc thu nhỏ bbox.",
                f"An answer has {most} cells at most. Ask with a smaller resolution, or a smaller bbox.",
            )
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


class PhotoNotFound(NotFound):
    """No picture of this address is, or ever was, for everyone."""

    slug = "unknown-photo"
    title = Text("Không có ảnh này", "No such photo")


class PhotoWithdrawn(Gone):
    """The picture was for everyone once, and is no longer, or is now another one."""

    slug = "photo-withdrawn"
    title = Text("Ảnh không còn công khai", "The photo is no longer public")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Ảnh đã được rút hoặc thay. Hãy bỏ bản bạn giữ, và mở lại vụ việc để xem ảnh đang công khai.",
            "It was withdrawn or replaced. Forget your copy, and open the case again for the photos shown now.",
        )


class NoSuchPhoto(Invalid):
    """A decision names a picture that the report of this case does not have."""

    slug = "no-such-photo"
    title = Text("Vụ việc không có ảnh này", "The case has no such photo")

    def __init__(self, place: int) -> None:
        """`place` of the decision in what was sent."""
        detail = Text(
            "Hãy lấy lại danh sách ảnh của vụ việc. Ảnh của phản ánh được gộp vào thì quyết định ở vụ việc của nó.",
            "Ask for the photos of the case again. Those of a report that was joined are decided on in its own case.",
        )
        super().__init__(detail, errors=[{"pointer": f"/photos/{place}/id", "detail": detail}])


class PhotosNeverPublished(Conflict):
    """Pictures of this category are never shown to everyone."""

    slug = "photos-never-published"
    title = Text("Ảnh của lĩnh vực này không bao giờ công khai", "Photos of this category are never shown")

    def __init__(self, basis: Text) -> None:
        """`basis`: the law."""
        super().__init__(Text(f"Căn cứ: {basis.vi}.", f"By {basis.en}."))


class PhotoDamaged(Conflict):
    """The picture as it is kept cannot be read."""

    slug = "photo-damaged"
    title = Text("Không đọc được ảnh đã lưu", "The photo cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Ảnh này không công khai được. Hãy báo người vận hành chạy `lienthong files verify`.",
            "It cannot be shown. Please ask the operator to run `lienthong files verify`.",
        )
