"""Who signed, when to try again, what parcels mean, and how two sides are compared. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.cases.terms import Resolution
from app.kit.clock import rfc3339
from app.kit.signing import same
from app.kit.text import Text, readable
from app.subscriptions.domain import signatures

from .terms import ConsignmentState, Difference, Line, Parcel, Reconciliation

MOST_PARCELS: Final = 100  # in one request
SIGNED_WITHIN: Final = timedelta(minutes=5)
SHORTEST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=10)
MOST_WORDS: Final = 4_000
LONGEST_COMPARISON: Final = timedelta(days=92)
_MARK: Final = "whsec_"
_GIVEN_BACK: Final = frozenset({Resolution.NOT_COMPETENT, Resolution.WITHDRAWN, Resolution.DIVERTED})


def is_secret(text: str) -> bool:
    """Whether the text is a secret as Standard Webhooks writes it, of 24 to 64 bytes."""
    if not text.startswith(_MARK):
        return False
    try:
        raw = base64.b64decode(text.removeprefix(_MARK), validate=True)
    except ValueError:
        return False
    return 24 <= len(raw) <= 64


def signed(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove who sends the body (Standard Webhooks)."""
    return signatures([secret], message_id, at, body)


def is_signed(secret: str, message_id: str, stamp: str, signature: str, body: bytes, now: datetime) -> bool:
    """Whether one of the signatures is the neighbour's, made at most five minutes from `now`."""
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12 or not message_id.isascii():
        return False
    at = datetime.fromtimestamp(int(stamp), now.tzinfo)
    if abs(at - now) > SIGNED_WITHIN:
        return False
    made = signatures([secret], message_id, at, body)["webhook-signature"].encode()
    return any(same(made, one.encode()) for one in signature.split(" ")[:8])


def mark_of(parcel: Parcel) -> str:
    """By what a parcel is known besides its number: an installation put back from a copy gives numbers once more."""
    return f"{parcel.consignment} {parcel.kind.value} {rfc3339(parcel.at)}"


def wait_after(failures: int) -> timedelta:
    """How long a neighbour that did not answer is left alone: doubles up to ten minutes, for as long as it takes."""
    return min(LONGEST_WAIT, SHORTEST_WAIT * 2.0 ** min(max(failures - 1, 0), 10))


def words(said: object) -> str | None:
    """What somebody wrote, without signs that cannot be shown; None for nothing."""
    return readable(said, MOST_WORDS) or None


def state_said(status: Mapping[str, Any]) -> ConsignmentState:
    """Where an entrusted case stands by what its holder says of its own case."""
    if status.get("state") not in {"resolved", "closed"}:
        return ConsignmentState.HELD
    given_back = status.get("resolution") in {one.value for one in _GIVEN_BACK}
    return ConsignmentState.RETURNED if given_back else ConsignmentState.ANSWERED


def taken(name: str, receipt: Mapping[str, Any]) -> str:
    """What officers of the giver read when the neighbour has taken a case in."""
    due = str(receipt.get("due_at") or "")[:10]
    until = f", hạn {due}" if due else ""
    return f"{name} đã tiếp nhận, mã {receipt.get('code')}, đơn vị {receipt.get('unit')}{until}."


def refused(name: str, reason: str | None) -> str:
    """What they read when it could not."""
    return f"{name} không tiếp nhận được: {reason or 'không nêu lý do'}"


def stands(name: str, status: Mapping[str, Any]) -> str:
    """What they read of how it stands there."""
    due = str(status.get("due_at") or "")[:10]
    parts = [f"{status.get('label') or status.get('state')}", f"đơn vị {status.get('unit')}"]
    parts += [f"hạn {due}"] if due else []
    said = words(status.get("text"))
    return f"{name} báo: {', '.join(parts)}." + (f" “{said}”" if said else "")


def recalled(name: str) -> str:
    """What officers of the holder read when the giver wants the case no more."""
    return f"{name} cho biết vụ việc đã kết thúc hoặc được giao đơn vị khác; xin dừng xử lý."


def unread(name: str) -> str:
    """What officers read of what could not be read."""
    return f"{name} gửi một tin không đọc được; hãy liên hệ trực tiếp và đối chiếu."


def digest(lines: Iterable[Line]) -> str:
    """SHA-256 in hex over `id giver-code holder-code state` and a line feed each, in the order of the ids."""
    written = (
        f"{one.consignment} {one.giver_code or '-'} {one.holder_code or '-'} {one.state.value}\n" for one in lines
    )
    return hashlib.sha256("".join(sorted(written)).encode()).hexdigest()


def compared(
    ours: Mapping[date, list[Line]], theirs: Mapping[date, list[Line]], *, days: int, waiting: int, their_waiting: int
) -> Reconciliation:
    """Both sides laid side by side. Days whose digests were equal are in neither `theirs` nor looked at."""
    agreed, differences = 0, []
    for day, lines in ours.items():
        here = {one.consignment: one for one in lines}
        there = {one.consignment: one for one in theirs[day]} if day in theirs else here
        agreed += sum(there.get(id_) == one for id_, one in here.items())
        differences += [
            Difference(id_, here.get(id_), there.get(id_))
            for id_ in sorted({*here, *there})
            if here.get(id_) != there.get(id_)
        ]
    unknown = (one for day, lines in theirs.items() if day not in ours for one in lines)
    differences += [Difference(one.consignment, None, one) for one in unknown]
    return Reconciliation(days, agreed, tuple(differences), waiting, their_waiting)


URL_REFUSED: Final = Text(
    "Cần địa chỉ https:// đọc được, không phải địa chỉ nội bộ, không có tên và mật khẩu.",
    "An https:// URL is needed, not a private one, without a name and a password.",
)
SECRET_REFUSED: Final = Text(
    "Khoá chung bắt đầu bằng whsec_, theo sau là base64 của 24 đến 64 byte.",
    "A shared secret begins with whsec_, then base 64 of 24 to 64 bytes.",
)
