"""Problems of other systems and their keys."""

from __future__ import annotations

from app.kit.problems import Conflict, Invalid, NotFound, Outdated
from app.kit.text import Text


class ClientNotFound(NotFound):
    """No such client here."""

    slug = "unknown-client"
    title = Text("Không có hệ thống này", "No such client")


class StaleClient(Outdated):
    """The client is no more as it was seen."""


class InvalidClient(Invalid):
    """The access cannot be given like this; each mistake has a pointer."""

    slug = "invalid-client"
    title = Text("Thông tin chưa hợp lệ", "The client is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Point to the mistakes."""
        return Text("Xem từng mục trong errors. Chưa có gì được ghi.", "See errors. Nothing was written.")


class TooManyClients(Conflict):
    """The province has as many as there can be."""

    slug = "too-many-clients"
    title = Text("Đã đủ số hệ thống", "There are too many clients")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Tỉnh đã cấp quyền cho 200 hệ thống. Hãy thu hồi những hệ thống không còn dùng.",
            "The province has given access to 200 clients. Revoke those that are not used any more.",
        )


class ClientRevoked(Conflict):
    """Nothing can be changed of a client whose access was taken away."""

    slug = "client-revoked"
    title = Text("Hệ thống này đã bị thu hồi quyền", "The client was revoked")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Quyền đã thu hồi không cấp lại được; hãy tạo mới.", "It cannot be given back; create a new client."
        )
