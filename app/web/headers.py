"""Headers that the busiest endpoints read themselves, described for the API's document.

To have FastAPI read one header costs 13 µs, to solve one dependency 8: together more than the statement that answers
(docs/performance.md). Everywhere else parameters and dependencies are FastAPI's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _described(name: str, description: str, **schema: object) -> Mapping[str, Any]:
    """A header as a parameter of an operation (OpenAPI 3.1 section 4.8.12)."""
    shape = {"type": "string", **schema}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": shape}


IF_NONE_MATCH = _described("if-none-match", "ETag of the answer you hold")
TRACKING_SECRET = _described("tracking-secret", "Mã theo dõi nhận được khi gửi. The secret given at submission.")
IDEMPOTENCY_KEY = _described(
    "idempotency-key",
    "One value for each submission; send it again when you repeat the submission",
    minLength=8,
    maxLength=200,
    pattern="^[!-~]+$",
)
DEVICE_KEY = _described(
    "device-key",
    "Giá trị ngẫu nhiên của riêng máy. A random value of this device alone, kept on it",
    minLength=22,
    maxLength=200,
    pattern="^[!-~]+$",
)
CLIENT_TIME = _described(
    "client-time",
    "Giờ của máy lúc gửi. What the device's clock says as it sends; what is no time is as if it were not sent",
)


CLIENT_VERSION = _described(
    "client-version",
    "Ứng dụng và phiên bản, `ten-ung-dung/2.3.1`; bản quá cũ bị từ chối bằng 426, không đọc được thì coi như không có. "
    "App and version; one too old gets 426, what names none is as if it were not sent",
)


def read_here(*headers: Mapping[str, Any]) -> dict[str, Any]:
    """`openapi_extra` of an endpoint that reads these headers from its request."""
    return {"parameters": list(headers)}
