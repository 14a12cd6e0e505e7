"""Who signed, when to try again, what parcels mean, and how two sides are compared. Pure."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final
from uuid import UUID

from app.cases.terms import Resolution
from app.couriers.signing import SECRET_PREFIX, signatures
from app.kit.clock import rfc3339
from app.kit.problems import Problem
from app.kit.signing import same
from app.kit.text import Text, readable
from app.kit.waits import Backoff

from .terms import ConsignmentState, Difference, Digests, Line, Parcel, Reconciliation

MOST_PARCELS: Final = 100  # that one request may bring
USUAL_PARCELS: Final = 25  # that ours bring
USUAL_BYTES: Final = 262_144  # of ours; the other side refuses more than its LIENTHONG_MAX_BODY_BYTES, usually 1 MiB
ANSWER_WITHIN_S: Final = 5.0  # what is taken in by then is said; the other side sends the rest again
TOO_BIG: Final = "http-413"
PARCEL_TOO_BIG: Final = "parcel-too-big"
CUT_TO: Final = 1_000  # characters of a text in a parcel that was too big
MOST_SIGNATURES: Final = 8  # that are looked at
_SIGNATURE: Final = re.compile(r"v1,[A-Za-z0-9+/]{43}=")
SIGNED_WITHIN: Final = timedelta(minutes=5)
WAITS: Final = Backoff(shortest=timedelta(seconds=5), longest=timedelta(minutes=10))  # for as long as it takes
MOST_WORDS: Final = 4_000
LONGEST_COMPARISON: Final = timedelta(days=92)
_PASSING: Final = frozenset({408, 423, 425, 429})
_GIVEN_BACK: Final = frozenset({Resolution.NOT_COMPETENT, Resolution.WITHDRAWN, Resolution.DIVERTED})


def is_secret(text: str) -> bool:
    """Whether the text is a secret as Standard Webhooks writes it, of 24 to 64 bytes."""
    if not text.startswith(SECRET_PREFIX):
        return False
    try:
        raw = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        return False
    return 24 <= len(raw) <= 64


def signed(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove who sends the body (Standard Webhooks)."""
    return signatures([secret], message_id, at, body)


def may_prove(message_id: str, stamp: str, signature: str, now: datetime) -> bool:
    """Whether these are the headers of a signature made at most five minutes from `now`, whoever made it."""
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12 or not message_id.isascii():
        return False
    if not any(_SIGNATURE.fullmatch(one) for one in signature.split(" ")[:MOST_SIGNATURES]):
        return False
    return abs(int(stamp) - now.timestamp()) <= SIGNED_WITHIN.total_seconds()


def is_signed(secret: str, message_id: str, stamp: str, signature: str, body: bytes, now: datetime) -> bool:
    """Whether one of the signatures is the neighbour's, made at most five minutes from `now`."""
    if not may_prove(message_id, stamp, signature, now):
        return False
    made = signatures([secret], message_id, datetime.fromtimestamp(int(stamp), now.tzinfo), body)[
        "webhook-signature"
    ].encode()
    return any(same(made, one.encode()) for one in signature.split(" ")[:MOST_SIGNATURES])


def mark_of(parcel: Parcel) -> str:
    """By what a parcel is known besides its number: an installation put back from a copy gives numbers once more."""
    return f"{parcel.consignment} {parcel.kind.value} {rfc3339(parcel.at)}"


def passes(error: Exception) -> bool:
    """Whether what was refused may well be taken a moment later, as it is: it must come again, never be passed over."""
    return isinstance(error, Problem) and (error.status >= 500 or error.status in _PASSING)


def gaps(told: int, numbers: Sequence[int], last: int) -> list[tuple[int, int]]:
    """Numbers after `told` up to `last` that are not among the ascending `numbers`: from which to which, both with."""
    bounds = [told, *numbers, last + 1]
    return [(one + 1, other - 1) for one, other in itertools.pairwise(bounds) if other - one > 1]


def batch(sizes: Sequence[int], failures: int) -> int:
    """How many of the waiting parcels go in one request, by their sizes in bytes: at least one.

    Half of what would fit after each failure: what the other side found too much or was too slow for comes in smaller
    parts, and how far it got meanwhile is learnt from the first answer to any of them.
    """
    fitting, sum_of_bytes = 0, 0
    for size in sizes[:USUAL_PARCELS]:
        sum_of_bytes += size
        if sum_of_bytes > USUAL_BYTES:
            break
        fitting += 1
    return max(1, fitting >> min(failures, 8))


def cut_short(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The body of a parcel that was too big with its long texts cut off; None when there is nothing to cut."""
    shorter = {name: _cut(value) for name, value in body.items()}
    return shorter if shorter != dict(body) else None


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(one) for name, one in value.items()}
    return f"{value[:CUT_TO]} […]" if isinstance(value, str) and len(value) > CUT_TO + 4 else value


def words(said: object) -> str | None:
    """What somebody wrote, without signs that cannot be shown; None for nothing."""
    return readable(said, MOST_WORDS) or None


def state_said(status: Mapping[str, Any]) -> ConsignmentState:
    """Where an entrusted case stands by what its holder says of its own case."""
    if status.get("state") not in {"resolved", "closed"}:
        return ConsignmentState.HELD
    given_back = status.get("resolution") in {one.value for one in _GIVEN_BACK}
    return ConsignmentState.RETURNED if given_back else ConsignmentState.ANSWERED


def answer_sha256(status: Mapping[str, Any]) -> str | None:
    """By what an answer is known on both sides, in hex; None while there is none."""
    if state_said(status) is not ConsignmentState.ANSWERED:
        return None
    return hashlib.sha256((words(status.get("text")) or "").encode()).hexdigest()


def taken(name: str, receipt: Mapping[str, Any]) -> str:
    """What officers of the giver read when the neighbour has taken a case in."""
    due = str(receipt.get("due_at") or "")[:10]
    until = f", hạn {due}" if due else ""
    return f"{name} đã tiếp nhận, mã {receipt.get('code')} của {name}, đơn vị {receipt.get('unit')}{until}."


def came(
    name: str,
    code: str | None,
    dates: tuple[datetime | None, datetime | None, datetime],
    *,
    now: datetime,
    zone: tzinfo,
    before: str | None,
    comment: str | None,
) -> str:
    """What officers of the holder read of where a case comes from. `dates`: opened and due there, due here.

    `before`: under which code it was here already.
    """
    opened, due, here = dates
    parts = [f"{name} chuyển đến, mã {code} của {name}"]
    parts += [f"bên đó tiếp nhận {_told_at(opened, zone)}"] if opened else []
    parts += [f"hạn bên đó {_told_at(due, zone)}" + (" (đã qua)" if due < now else "")] if due else []
    parts += [f"hạn tại đây {_told_at(here, zone)}, tính từ khi tin đến"]
    said = f"{'; '.join(parts)}."
    said += " Hạn bên đó đến trước: xin xử lý theo hạn đó." if due and due < here else ""
    said += f" Lần trước là vụ việc {before} của hệ thống này." if before else ""
    return said + (f" Lời bên chuyển: “{comment}”" if comment else "")


def _told_at(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%H:%M %d/%m/%Y}"


def given_again(name: str, code: str | None) -> str:
    """What they read in the history of the case that it goes on from."""
    return f"{name} chuyển lại vụ việc này, nay là vụ việc {code} của hệ thống này."


def rejected(name: str) -> str:
    """What officers of the holder read when their answer was not approved."""
    return f"{name} chưa duyệt câu trả lời; đề nghị xử lý tiếp. Cần rõ lý do xin liên hệ {name}."


def taken_back(name: str) -> str:
    """What officers of the giver read when the holder has taken up again what it had answered."""
    return f"{name} xử lý lại: câu trả lời đã gửi không còn hiệu lực, chờ câu trả lời mới."


def instant_said(said: Mapping[str, Any], name: str) -> datetime | None:
    """The instant that the other side has written there; None for nothing and for what is none."""
    try:
        found = datetime.fromisoformat(str(said.get(name)))
    except ValueError:
        return None
    return found if found.tzinfo is not None and 1970 < found.year < 2200 else None


def holder_name(name: str, status: Mapping[str, Any]) -> Text:
    """Who holds a case there, as citizens read it: the unit, and whose system that is."""
    unit = (words(status.get("unit")) or "")[:200]
    whole = f"{unit} ({name})" if unit and unit != name else name
    return Text(whole, whole)


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


def cut(name: str) -> str:
    """What they read when words to the neighbour had to be cut off."""
    return f"Tin gửi {name} quá lớn so với mức bên đó nhận nên phần chữ dài đã bị cắt bớt; hãy liên hệ trực tiếp."


def given_back(name: str) -> str:
    """What officers of the holder read when they have referred the case to the unit that stands for its giver."""
    return f"Vụ việc được chuyển trả {name}; {name} tiếp tục xử lý."


GIVEN_BACK: Final = "Trả lại"  # how the case stands then, for the giver
NOT_OURS: Final = "Theo phân công tại bên nhận, việc này thuộc bên chuyển."


def unread(name: str) -> str:
    """What officers read of what could not be read."""
    return f"{name} gửi một tin không đọc được; hãy liên hệ trực tiếp và đối chiếu."


def digest(lines: Iterable[Line]) -> str:
    """SHA-256 in hex over `id giver-code holder-code state answer` and a line feed each, in the order of the ids."""
    written = (
        f"{one.consignment} {one.giver_code or '-'} {one.holder_code or '-'} {one.state.value} {one.answer or '-'}\n"
        for one in lines
    )
    return hashlib.sha256("".join(sorted(written)).encode()).hexdigest()


def read_digests(said: Mapping[str, Any]) -> Digests:
    """What a neighbour answers to a comparison. Raises: ValueError for what cannot be read as that."""
    try:
        return Digests(
            {date.fromisoformat(day): str(sha256) for day, sha256 in said["digests"].items()},
            {date.fromisoformat(day): [_line(one) for one in lines] for day, lines in said["lines"].items()},
            int(said["written"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        message = "not an answer to a comparison"
        raise ValueError(message) from error


def _line(one: Mapping[str, Any]) -> Line:
    state = ConsignmentState(one["state"])
    return Line(UUID(one["consignment"]), one["giver_code"], one["holder_code"], state, one.get("answer"))


def compared(
    ours: Mapping[date, Sequence[Line]],
    theirs: Mapping[date, Sequence[Line]],
    *,
    days: int,
    waiting: int,
    their_waiting: int,
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


SECRET_REFUSED: Final = Text(
    "Khoá chung bắt đầu bằng whsec_, theo sau là base64 của 24 đến 64 byte.",
    "A shared secret begins with whsec_, then base 64 of 24 to 64 bytes.",
)
