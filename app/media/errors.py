"""Problems of uploads."""

from __future__ import annotations

from app.kit.problems import (
    BadRequest,
    Conflict,
    Gone,
    Invalid,
    NotFound,
    PreconditionFailed,
    Problem,
    TooLarge,
    TooMany,
    Unavailable,
)
from app.kit.text import Text


class UploadNotFound(NotFound):
    """No upload has this address, or its secret is wrong."""

    slug = "unknown-upload"
    title = Text("Không có tệp đang gửi này", "No such upload")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Địa chỉ không đúng, hoặc tệp chưa gửi xong đã quá hạn. Hãy gửi lại từ đầu.",
            "The address is wrong, or what was not finished in time is gone. Send it again from the beginning.",
        )


class UploadTooLarge(TooLarge):
    """The file is larger than this installation takes."""

    slug = "upload-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(
            Text(f"Mỗi tệp tối đa {limit // 1_048_576} MB.", f"A file may have at most {limit // 1_048_576} MiB.")
        )


class BadUploadRequest(BadRequest):
    """A header of the protocol is missing or wrong; the detail names it."""

    slug = "bad-upload-request"
    title = Text("Yêu cầu gửi tệp không đúng giao thức", "Not a request of the upload protocol")


class OtherProtocol(PreconditionFailed):
    """The client speaks another version of the protocol."""

    slug = "other-upload-protocol"
    title = Text("Giao thức gửi tệp không đúng phiên bản", "Another version of the upload protocol")

    @classmethod
    def default_detail(cls) -> Text:
        """Say which one we speak."""
        return Text("Hãy gửi tiêu đề Tus-Resumable: 1.0.0.", "Send the header Tus-Resumable: 1.0.0.")


class WrongOffset(Conflict):
    """What is sent does not follow what is here. `offset`: where to go on."""

    slug = "wrong-offset"
    title = Text("Gửi tiếp sai vị trí", "This does not follow what is here")

    def __init__(self, offset: int) -> None:
        super().__init__(
            Text(f"Hãy gửi tiếp từ byte {offset}.", f"Go on from byte {offset}."),
            offset=offset,
        )


class UploadBusy(Conflict):
    """Another request is sending this very file."""

    status = 423
    slug = "upload-busy"
    title = Text("Tệp đang được gửi bởi yêu cầu khác", "Another request is sending this file")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text("Hãy hỏi lại vị trí (HEAD) rồi gửi tiếp.", "Ask for the offset (HEAD) and go on.")


class WrongChecksum(Problem):
    """What came is not what its checksum says; nothing of it was kept."""

    status = 460
    slug = "wrong-checksum"
    title = Text("Dữ liệu nhận được không khớp mã kiểm tra", "What came does not fit its checksum")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text("Hãy gửi lại đoạn này.", "Send this part again.")


class UploadBudgetSpent(TooMany):
    """As many bytes of files have come from there as may within a time; nothing of this one was taken."""

    slug = "upload-budget-spent"
    title = Text("Đã gửi nhiều tệp trong thời gian ngắn", "Many files came in a short time")
    audited = True

    def __init__(self, retry_after_s: int) -> None:
        minutes = -(-retry_after_s // 60)
        super().__init__(
            Text(
                "Dung lượng tệp nhận từ bạn, hoặc từ mạng bạn đang dùng, đã đến mức cho phép. Hãy gửi tệp này sau "
                f"{minutes} phút, hoặc gửi ngay phản ánh không kèm tệp.",
                "As many bytes came from you, or from the network you use, as may for now. Send this file in "
                f"{minutes} min., or send the report without it at once.",
            ),
            retry_after_s=retry_after_s,
        )


class StorageFull(Problem):
    """There is no room for more; what was acknowledged is kept."""

    status = 507
    slug = "storage-full"
    title = Text("Nơi lưu tệp đang đầy", "There is no room for files")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Phần đã gửi vẫn còn. Hãy gửi tiếp sau, hoặc gửi phản ánh không kèm tệp.",
            "What was sent is kept. Go on later, or send the report without the file.",
        )


class StorageAway(Unavailable):
    """Where files lie cannot be reached; what was acknowledged is kept."""

    slug = "storage-away"
    title = Text("Nơi lưu tệp tạm thời không dùng được", "Files cannot be reached for now")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Phần đã gửi vẫn còn. Hãy thử lại sau ít phút, hoặc gửi phản ánh không kèm tệp.",
            "What was sent is kept. Try again in some minutes, or send the report without the file.",
        )


class UploadUnfinished(Invalid):
    """A report names a file that is not all here, or is not taken; `errors` point at each.

    `waits`: all that is wrong is that something is still on its way, so that the same report may be taken later.
    """

    slug = "upload-unfinished"
    title = Text("Có tệp chưa dùng được", "Some file cannot be used")

    def __init__(self, detail: Text | None = None, /, *, waits: bool = False, **extensions: object) -> None:
        super().__init__(detail, **extensions)
        self.waits = waits


class UploadGone(UploadUnfinished):
    """A report names a file that is not here and never will be; nothing was written, its id is free."""

    slug = "upload-gone"
    title = Text("Tệp đã gửi không còn", "A file that was sent is no longer here")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Tệp không có, hoặc đã quá hạn giữ. Hãy gửi lại tệp qua /uploads, rồi gửi lại phản ánh với tên tệp mới, "
            "vẫn dùng id cũ.",
            "There was never such a file, or it was kept no longer. Upload it again to /uploads, then send the report "
            "with its new name, under the same id.",
        )


UPLOAD_MISSING = Text("Tệp không có, hoặc đã quá hạn giữ.", "There is no such file, or it was kept no longer.")
UPLOAD_ON_ITS_WAY = Text("Tệp chưa gửi xong.", "The file is not all here.")


def upload_gone() -> UploadGone:
    """What to say when an upload is gone by the time that a report with it is written."""
    return UploadGone()


class UploadTaken(Conflict):
    """The file belongs to another report."""

    slug = "upload-taken"
    title = Text("Tệp đã thuộc phản ánh khác", "The file belongs to another report")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text("Hãy gửi tệp một lần cho mỗi phản ánh.", "Send the file once for each report.")


class MediaNotFound(NotFound):
    """There is no such file, or nobody may fetch it yet."""

    slug = "unknown-media"
    title = Text("Không có tệp này", "No such file")


class LinkExpired(Gone):
    """The address was good for a while only."""

    slug = "link-expired"
    title = Text("Đường dẫn đã hết hạn", "The address has expired")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text("Hãy mở lại phản ánh để có đường dẫn mới.", "Open the report again for a new address.")
