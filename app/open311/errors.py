"""What the door refuses by itself; all else is refused by the rooms below it."""

from __future__ import annotations

from app.kit.problems import BadRequest, Forbidden, NotFound
from app.kit.text import Text


class JurisdictionNeeded(BadRequest):
    """Several provinces are served here, and the request names none."""

    slug = "jurisdiction-needed"
    title = Text("Thiếu jurisdiction_id", "jurisdiction_id was not provided")

    def __init__(self, known: list[str]) -> None:
        super().__init__(
            Text(
                "Hệ thống phục vụ nhiều tỉnh; hãy gửi jurisdiction_id, một trong: {known}.",
                "Several provinces are served here; send jurisdiction_id, one of: {known}.",
            ).fill(known=", ".join(known)),
            jurisdictions=known,
        )


class JurisdictionNotFound(NotFound):
    """No province here has this jurisdiction_id, or the host is another's."""

    slug = "jurisdiction-not-found"
    title = Text("Không có jurisdiction_id này", "jurisdiction_id was not found")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what it must be."""
        return Text(
            "Không có tỉnh nào ở địa chỉ này mang jurisdiction_id đó. Hãy xem discovery.",
            "No province at this address has that jurisdiction_id. See discovery.",
        )


class ApiKeyNeeded(Forbidden):
    """Whoever posts needs a key, and sent none that can be one."""

    slug = "api-key-needed"
    title = Text("Thiếu hoặc sai api_key", "api_key is missing or invalid")
    audited = False  # nobody was anybody yet

    @classmethod
    def default_detail(cls) -> Text:
        """Say where keys come from."""
        return Text(
            "Hãy gửi api_key còn hiệu lực; quản trị viên của tỉnh cấp khoá (xem docs/open311.md).",
            "Send an api_key that is good; the province's administrator gives keys out (see docs/open311.md).",
        )


class ServiceNotFound(NotFound):
    """No category that is offered has this service_code."""

    slug = "service-not-found"
    title = Text("Không có service_code này", "service_code was not found")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where they are listed."""
        return Text(
            "Không có service_code này, hoặc hiện không nhận phản ánh. Hãy xem danh sách services.",
            "There is no such service_code, or it takes no reports now. See the list of services.",
        )


class RequestNotFound(NotFound):
    """No public case has this service_request_id, and no report of the asking system."""

    slug = "public-request-not-found"
    title = Text("Không có service_request_id này", "service_request_id was not found")

    @classmethod
    def default_detail(cls) -> Text:
        """Say that it may come."""
        return Text(
            "Không có phản ánh công khai nào mang mã này. Phản ánh chưa công khai thì chưa xem được ở đây.",
            "No public request has this id. One that is not public yet cannot be read here.",
        )


class UnreadableFields(BadRequest):
    """The body is no form."""

    slug = "unreadable-fields"
    title = Text("Không đọc được nội dung gửi lên", "The form cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is expected."""
        return Text(
            "Hãy gửi application/x-www-form-urlencoded hoặc multipart/form-data, mã hoá UTF-8.",
            "Send application/x-www-form-urlencoded or multipart/form-data in UTF-8.",
        )
