"""Why a system of others was not reached, for whoever has to do something about it."""

from __future__ import annotations

from typing import Final

from app.kit.text import Text

_KNOWN: Final = {
    "forbidden-address": Text("tên miền dẫn đến địa chỉ nội bộ, không gửi", "its name leads to a private address"),
    "parcel-too-big": Text("bên kia không nhận tin lớn như vậy", "the other side takes nothing that large"),
    "nothing-taken": Text("bên kia trả lời nhưng chưa nhận thêm tin nào", "it answers, but takes nothing more in"),
    "unreadable": Text("không đọc được câu trả lời", "its answer cannot be read"),
    "http-401": Text("bên kia không nhận chữ ký hoặc khoá của ta", "it does not accept our signature or key"),
    "http-403": Text("bên kia không cho phép", "it does not let us in"),
    "http-404": Text("không có gì ở địa chỉ ấy", "there is nothing at that address"),
    "http-413": Text("bên kia không nhận tin lớn như vậy", "the other side takes nothing that large"),
    "http-429": Text("bên kia đề nghị gửi thưa hơn", "it asks for less at a time"),
}
_NO_CONNECTION: Final = Text("không kết nối được", "no connection")
_TOO_LONG: Final = Text("quá lâu không trả lời", "no answer in time")
_BROKEN: Final = Text("hệ thống bên kia đang lỗi", "the other system is failing")
_REFUSED: Final = Text("bên kia từ chối", "it refuses")
_CUT: Final = Text("đường truyền đứt giữa chừng", "the line broke off")


def why(code: str) -> Text:
    """The reason that one word of a log stands for; the word itself is for whoever looks after the other system."""
    if code in _KNOWN:
        return _KNOWN[code]
    if code.startswith("http-"):
        return _BROKEN if code.startswith("http-5") else _REFUSED
    if code.startswith("Connect"):
        return _NO_CONNECTION
    return _TOO_LONG if "Timeout" in code else _CUT
