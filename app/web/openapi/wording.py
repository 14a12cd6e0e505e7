"""Words of the document that are the same wherever they stand: of parameters, summaries and answers that went well.

Whoever declares a parameter may say more; what stands here is for those that mean one thing throughout.
"""

from __future__ import annotations

import re
from typing import Any, Final

from app.web.etags import IF_MATCH

_LONGEST_SUMMARY = 120  # characters, OpenAPI's own advice
_SENTENCE = re.compile(r"(?<=[.;:?!])\s+(?=[A-ZĐÀ-Ỹ`])")
_PARAMETERS: Final = {
    "category": "Mã lĩnh vực, gồm các lĩnh vực con. Code of a category, with all below it.",
    "code": "Mã vụ việc hoặc hồ sơ, viết thế nào cũng được. A case's or request's code, however it is written.",
    "cursor": "`next_cursor` của trang trước; trang đầu không có. The page before gave it; none for the first.",
    "delivery": "Mã một lần gửi, có trong nhật ký gửi. Id of a delivery, from the log of deliveries.",
    "difference": "Chỉ loại khác biệt này. Only differences of this kind.",
    "errand": "Mã một việc nhờ đối tác. Id of what a partner was asked to do.",
    "if-none-match": "ETag bản bạn đang giữ. ETag of the answer you hold.",
    "kind": "Chỉ loại cơ quan này. Only units of this kind.",
    "limit": "Nhiều nhất bao nhiêu mục một trang. How many on a page at most.",
    "opened_since": "Chỉ vụ việc mở từ lúc này. Only cases opened at this instant or later.",
    "outcome": "Chỉ việc có kết quả này. Only what ended like this.",
    "payment-key": "Mã khoá đã cấp cho đơn vị thanh toán. Name of the provider's key.",
    "payment-nonce": "Giá trị chỉ dùng một lần. A value used once.",
    "payment-signature": "HMAC-SHA256 của thời điểm, giá trị một lần và nội dung. Of instant, nonce and body.",
    "payment-timestamp": "Giây từ 1970 lúc gửi. Seconds since 1970 when it was sent.",
    "per": "Tính cho ai: địa chỉ, mạng, tài khoản. Whom it counts for.",
    "provider": "Mã đơn vị thanh toán. Code of the payment provider.",
    "role": "Vai trò. A role of officers.",
    "since": "Từ lúc này. From this instant on.",
    "state": "Chỉ trạng thái này. Only of this state.",
    "tier": "Cấp: tỉnh, huyện, xã. Province, district or commune.",
    "until": "Đến trước lúc này. Before this instant.",
    "variant": "Cỡ ảnh. Which size of the photo.",
    "view": "Danh sách nào của hàng việc. Which of the queue's lists.",
    "webhook-id": "Mã thông điệp, gửi lại vẫn giữ (Standard Webhooks). The message's id, the same when sent again.",
    "webhook-signature": "Chữ ký trên mã, thời điểm và nội dung. Signature over id, instant and body.",
    "webhook-timestamp": "Giây từ 1970 lúc gửi. Seconds since 1970 when it was sent.",
    "what": "Giới hạn việc gì. What is limited.",
}
_UNTOLD: Final = "Successful Response"  # as FastAPI says of all of them
_DONE: Final = {
    "200": "Xong; nội dung như mô tả. Done, with what is described.",
    "201": "Đã tạo. Made.",
    "202": "Đã nhận, sẽ làm tiếp. Taken in; the rest follows.",
    "204": "Xong, không có nội dung. Done; there is nothing to say.",
}


def tell_of_parameter(parameter: dict[str, Any]) -> None:
    """What it means, where its declaration says nothing, and that the version that was seen is asked for."""
    name = parameter["name"].lower()
    if name in _PARAMETERS and "description" not in parameter["schema"]:
        parameter.setdefault("description", _PARAMETERS[name])
    if parameter["in"] == "header" and name == "if-match":
        # Optional to FastAPI, so that its absence is our own 428 and not a 422.
        parameter["required"] = True
        parameter["schema"] = {"type": "string", "pattern": IF_MATCH, "examples": ['"3"']}


def tell_of_operation(operation: dict[str, Any]) -> None:
    """A line for lists of operations, from its description, and what an answer that went well means."""
    if "description" in operation:
        operation["summary"] = summary_of(operation["description"])
    for status, response in operation["responses"].items():
        if response["description"] == _UNTOLD:
            response["description"] = _DONE.get(status, _DONE["200"])


def summary_of(description: str) -> str:
    """The first sentences of the first paragraph, as many as fit a line; one that does not fit is cut at a word."""
    found, *more = _SENTENCE.split(" ".join(description.partition("\n\n")[0].split()))
    for sentence in more:
        if len(found) + len(sentence) + 1 > _LONGEST_SUMMARY:
            break
        found = f"{found} {sentence}"
    if len(found) > _LONGEST_SUMMARY:
        found = found[: _LONGEST_SUMMARY - 1].rpartition(" ")[0].rstrip(",;:") + "…"
    return found.rstrip(".;:")
