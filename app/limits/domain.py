"""Decisions about limits: under what a request is counted, and what its sender is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from app.kit import gcra, signing
from app.kit.gcra import Rate
from app.kit.ids import TenantId
from app.kit.networks import whence
from app.kit.text import Text

from .terms import PACKAGED, Asking, Blocked, Count, Judged, Limited, Per

Rates = Mapping[tuple[Limited, Per], Rate]

_OF_INSTALLATION = frozenset({Limited.CODES, Limited.SIGN_INS, Limited.UNPROVEN})
_NOTHING: Mapping[Limited, int] = {}


class Key(NamedTuple):
    """One thing that a request is counted under: nothing of whom or where can be read from `key` (32 bytes)."""

    key: bytes
    what: Limited
    per: Per
    rate: Rate
    soft: bool
    cost: int = 1


def keys_of(
    secret: bytes,
    tenant_id: TenantId,
    what: Limited,
    asking: Asking,
    rates: Mapping[Per, Rate],
    *,
    everywhere: bool,
    soft: Limited | None = None,
    beside: Mapping[Limited, int] = _NOTHING,
) -> list[Key]:
    """What the request is counted under, each with the rate that holds where the tenant has decided nothing else.

    Addresses that tell nothing are left out unless `everywhere`: behind one of them may be everybody. They have no
    shares of anybody's: it may be the same one for whoever asks.
    """
    place = whence(asking.address)
    values: dict[Per, tuple[str, ...]] = {Per.PERSON: asking.persons, Per.TENANT: ("",)}
    if place.telling:
        values[Per.SHARE] = tuple(f"{one}@{place.network}" for one in asking.shared)
    if place.telling or everywhere:
        values |= {Per.ADDRESS: (place.address,), Per.NETWORK: (place.network,)}
    return [
        Key(
            signing.derive(secret, f"{_whose(tenant_id, one, per)}:{one}:{per}:{value}"),
            one,
            per,
            rate,
            soft=one is soft,
            cost=beside.get(one, 1),
        )
        for one in (what, *((soft,) if soft else ()), *beside)
        for per in Per
        if (rate := rates.get(per) if one is what and per in rates else PACKAGED.get((one, per))) is not None
        for value in values.get(per, ())
    ]


def _whose(tenant_id: TenantId, what: Limited, per: Per) -> str:
    """Of whom the count is: phones and networks are the installation's, however many provinces are named in turn."""
    return "" if what in _OF_INSTALLATION and per is not Per.TENANT else str(tenant_id)


def block_keys(secret: bytes, tenant_id: TenantId, account: str | None, address: str) -> dict[Blocked, bytes]:
    """Under what a sender may be blocked; an address that tells nothing is nobody's to be blocked."""
    place, found = whence(address), {}
    if account is not None:
        found[Blocked.ACCOUNT] = signing.derive(secret, f"{tenant_id}:block:account:{account}")
    if place.telling:
        found[Blocked.ADDRESS] = signing.derive(secret, f"{tenant_id}:block:address:{place.address}")
    return found


def told(judged: Judged, now: datetime) -> tuple[str, str] | None:
    """The values of `RateLimit-Policy` and `RateLimit`: all that were counted, and the one with the least left.

    Source: draft-ietf-httpapi-ratelimit-headers-10 (q: how many, w: seconds; r: how many are left, t: seconds until it
    is as if there had been none, or until one more when none is left).
    """
    counts = [count for count in judged.counts if not count.soft]
    if not counts:
        return None
    seen = {(count.what, count.per): count for count in counts}
    policy = ", ".join(
        f'"{what}-{per}";q={count.rate.most};w={int(count.rate.window.total_seconds())}'
        for (what, per), count in seen.items()
    )
    least = judged.refused or min(counts, key=lambda count: _left(count, now))
    if least.kept is None:
        remaining, seconds = 0, wait_s(least, now)
    else:
        remaining, seconds = _left(least, now), max(0, round((least.kept - now).total_seconds()))
    return policy, f'"{least.what}-{least.per}";r={remaining};t={seconds}'


def wait_s(count: Count, now: datetime) -> int:
    """Whole seconds until one more is possible under a count that was one too many, ≥ 1."""
    return gcra.wait_s(count.rate, count.before or now + count.rate.window, now, count.cost)


def _left(count: Count, now: datetime) -> int:
    return 0 if count.kept is None else gcra.left(count.rate, count.kept, now)


def notes_on(rates: Rates, what: Limited, per: Per, rate: Rate) -> tuple[Text, ...]:
    """What somebody should know who would give `what` this rate, beside what else holds."""
    beside = {**rates, (what, per): rate}
    found = []
    for narrow, wide in _neighbours(per):
        inner, outer = beside.get((what, narrow)), beside.get((what, wide))
        if inner is not None and outer is not None and not _stricter(inner, outer):
            found.append(_idle(narrow, wide))
    flood, reports = beside.get((Limited.FLOOD, per)), beside.get((Limited.REPORTS, per))
    if what in {Limited.FLOOD, Limited.REPORTS} and flood and reports and not _stricter(flood, reports):
        found.append(_NEVER_FLOODS)
    if what is Limited.REPORTS:
        found.append(_URGENT)
    if what is Limited.FLOOD:
        found.append(_LOOKED_AT)
    if per in {Per.ADDRESS, Per.NETWORK} and _stricter(rate, rates[what, per]):
        found.append(_SHARED)
    if what in _OF_INSTALLATION and per is not Per.TENANT:
        found.append(_COUNTED_TOGETHER)
    return tuple(found)


def _neighbours(per: Per) -> list[tuple[Per, Per]]:
    """The pairs of a narrow and a wide count that `per` is one of."""
    return [(one, other) for one in Per for other in Per if _order(one) < _order(other) and per in {one, other}]


def _order(per: Per) -> int:
    return list(Per).index(per)


def _stricter(one: Rate, other: Rate) -> bool:
    """Whether `one` lets less in, at once or in the long run."""
    return one.most < other.most or one.step > other.step


def _idle(narrow: Per, wide: Per) -> Text:
    return Text(
        f"Giới hạn của {narrow.label.vi} không chặt hơn của {wide.label.vi}: chỉ một bên là đã có thể dùng hết phần "
        f"của {wide.label.vi}.",
        f"The limit of {narrow.label.en} is no stricter than that of {wide.label.en}: a single one can use up all of "
        "it.",
    )


_NEVER_FLOODS = Text(
    "Ngưỡng xem trước không thấp hơn giới hạn gửi: phản ánh dồn dập bị từ chối chứ không đến tay cán bộ xem trước.",
    "The flood begins no earlier than the limit: reports in a flood are refused before an officer could look at them.",
)
_URGENT = Text("Việc khẩn cấp luôn được nhận, không tính giới hạn.", "What is urgent is always taken.")
_LOOKED_AT = Text(
    "Vượt ngưỡng này thì phản ánh vẫn được nhận, hạn vẫn chạy; cán bộ xem trước khi công khai.",
    "Beyond it reports are still taken and their clocks run; an officer looks at them before they are public.",
)
_SHARED = Text(
    "Một địa chỉ hay một mạng của nhà mạng di động có thể là hàng nghìn người; siết chặt là chặn cả những người đó.",
    "Behind one address or network of a carrier there may be thousands of people; what is stricter holds for all.",
)
_COUNTED_TOGETHER = Text(
    "Số lần được đếm chung cho mọi tỉnh dùng hệ thống này.", "It is counted for all provinces of this installation."
)
