"""Entity tags: which version a client has seen (RFC 9110 sections 8.8.3, 13.1)."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Header
from starlette.responses import Response

from app.kit.problems import BadRequest, PreconditionNeeded
from app.kit.text import Text

IF_MATCH = '^(W/)?"v?[0-9]{1,9}"$'
_VERSION = re.compile(r'^(?:W/)?"v?([0-9]{1,9})"$')


class UnreadableIfMatch(BadRequest):
    """`If-Match` is not an entity tag of ours."""

    slug = "unreadable-if-match"
    title = Text("Không đọc được If-Match", "If-Match cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Show the form."""
        return Text(
            'Hãy gửi lại đúng giá trị ETag đã nhận, ví dụ If-Match: "3".',
            'Send back the ETag you were given, for example If-Match: "3".',
        )


class VersionNeeded(PreconditionNeeded):
    """A change must say which version it was made from."""

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to send."""
        return Text(
            "Hãy gửi tiêu đề If-Match với ETag bạn nhận được khi xem nội dung đang sửa.",
            "Send the header If-Match with the ETag that you got when you looked at what you change.",
        )


def version_tag(version: int) -> str:
    """ETag of version `version`."""
    return f'"{version}"'


def content_tag(content: bytes) -> str:
    """ETag of these bytes."""
    return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


async def expected_version(
    if_match: Annotated[str | None, Header(description="ETag of the version you saw")] = None,
) -> int:
    """Version named by `If-Match`. Raises: VersionNeeded, UnreadableIfMatch."""
    if if_match is None:
        raise VersionNeeded
    found = _VERSION.match(if_match.strip())
    if not found:
        raise UnreadableIfMatch
    return int(found.group(1))


ExpectedVersion = Annotated[int, Depends(expected_version)]


def is_fresh(if_none_match: str | None, etag: str) -> bool:
    """Whether the client already holds the entity `etag` (weak comparison)."""
    if not if_none_match:
        return False
    held = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in held or etag.removeprefix("W/") in held


def bytes_or_304(
    content: bytes,
    etag: str,
    if_none_match: str | None,
    *,
    media_type: str = "application/json",
    max_age_s: int = 0,
    private: bool = False,
    vary: str = "",
) -> Response:
    """`content` with its ETag, or 304 without a body when the client holds it already."""
    shared = f"public, max-age={max_age_s}" if max_age_s else "no-cache"
    headers = {"ETag": etag, "Cache-Control": "private, no-cache" if private else shared}
    if vary:
        headers["Vary"] = vary
    if is_fresh(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
