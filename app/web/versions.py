"""Which versions of apps are too old, as each province says: told kindly, and never when somebody may be in danger.

Source: RFC 9110 section 15.5.22 (426 Upgrade Required).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.ids import TenantId
from app.kit.problems import UpgradeNeeded
from app.kit.text import Text

from .problems import refusal
from .tenancy import tenant

Version = tuple[int, ...]
_NAMED = re.compile(r"\s*([A-Za-z][A-Za-z0-9._-]{1,39})/([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})(?![0-9.])")
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,3}")
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Where something urgent may come, or what it needs: these look at what is sent, or let everything pass.
SUBMISSIONS: Final = "/api/v1/submissions"
_OPEN: Final = frozenset({"/api/v1/reports", SUBMISSIONS})
_OWN: Final = frozenset({"/api/v1/me/data"})  # nobody is kept from erasing his own data
_OPEN_BELOW: Final = ("/api/v1/uploads", "/api/v1/auth/")


class ClientTooOld(UpgradeNeeded):
    """The app is older than the province takes. `store_url`: where a newer one is."""

    slug = "client-too-old"
    title = Text("Cần cập nhật ứng dụng", "Please update the app")

    def __init__(self, rule: AppVersion) -> None:
        reason = Text(f"{rule.reason.vi} ", f"{rule.reason.en} ") if rule.reason else Text("", "")
        super().__init__(
            Text(
                f"{reason.vi}Phiên bản bạn đang dùng quá cũ. Hãy cập nhật ứng dụng; những gì bạn đã viết vẫn còn trên "
                "máy và sẽ được gửi sau. Việc khẩn cấp vẫn gửi được ngay, hoặc gọi 113, 114, 115.",
                f"{reason.en}This version is too old. Please update the app; what you wrote stays on the device and is "
                "sent afterwards. What is urgent is taken all the same; or call 113, 114, 115.",
            ),
            app=rule.app,
            least=rule.least,
            advised=rule.advised,
            store_url=rule.store_url,
        )


@dataclass(frozen=True, slots=True)
class AppVersion:
    """What a province says of one app: the least version that is taken, the one that is advised, and where it is."""

    app: str
    least: str
    advised: str
    store_url: str
    reason: Text | None = None


def parse_version(text: str) -> Version | None:
    """`1.4.2` as numbers that compare, zeros at the end left out; None for anything else."""
    if not _NUMBER.fullmatch(text):
        return None
    numbers = [int(part) for part in text.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def named_version(headers: Headers) -> tuple[str, Version] | None:
    """App and version of `Client-Version`, else of the first product of `User-Agent`; None when neither names any."""
    for header in ("client-version", "user-agent"):
        found = _NAMED.match(headers.get(header, "")[:200])
        if found is not None and (version := parse_version(found[2])) is not None:
            return found[1].lower(), version
    return None


def too_old(scope: Scope) -> ClientTooOld | None:
    """What to answer to whatever is not urgent, when the app of the request is too old."""
    return cast("ClientTooOld | None", scope.get("state", {}).get("too_old"))


KnownVersions = Mapping[TenantId, Mapping[str, AppVersion]]


class AppVersions:
    """Refuses writes of apps that are too old, and tells of newer versions in `Client-Upgrade`.

    Reads are always answered. Addresses where somebody in danger may write are left to their endpoints.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        rule = await self._rule(scope) if scope["type"] == "http" and scope["path"].startswith("/api/v1/") else None
        if rule is None:
            await self.app(scope, receive, send)
            return
        known, version = rule
        problem = ClientTooOld(known) if version < (parse_version(known.least) or ()) else None
        behind = problem is not None or version < (parse_version(known.advised) or ())

        async def telling(message: Message) -> None:
            if behind and message["type"] == "http.response.start":
                told = f'{known.advised}; least={known.least}; store="{known.store_url}"'
                MutableHeaders(scope=message)["Client-Upgrade"] = told
            await send(message)

        if problem is not None and can_wait(scope["method"], scope["path"]):
            await refusal(Request(scope), problem)(scope, receive, telling)
            return
        scope.setdefault("state", {})["too_old"] = problem
        await self.app(scope, receive, telling)

    @staticmethod
    async def _rule(scope: Scope) -> tuple[AppVersion, Version] | None:
        """What the request's province says of its app, with the version it has."""
        connection = HTTPConnection(scope)
        known = cast("KnownVersions", connection.app.state.app_versions())
        named = named_version(connection.headers) if known else None
        if named is None:
            return None
        rule = known.get(await tenant(connection), {}).get(named[0])
        return (rule, named[1]) if rule is not None else None


def can_wait(method: str, path: str) -> bool:
    """Whether an app that is too old is refused this, whatever it sends."""
    return method not in _READS and path.startswith("/api/v1/") and not _is_open(path)


def _is_open(path: str) -> bool:
    return path in _OPEN or path in _OWN or path.startswith(_OPEN_BELOW) or path.endswith("/replies")
