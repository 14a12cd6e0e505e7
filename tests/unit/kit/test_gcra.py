"""How many in how long, and where a request comes from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.kit import gcra
from app.kit.gcra import Rate
from app.kit.networks import whence

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
RATE = Rate(4, timedelta(minutes=20))


def taken(kept: datetime | None, now: datetime) -> tuple[int, datetime | None]:
    """How many could come at one instant, and what is kept then."""
    count = 0
    while (after := gcra.following(RATE, kept, now)) is not None:
        kept, count = after, count + 1
    return count, kept


def test_all_may_come_at_once_and_then_one_after_each_step() -> None:
    count, kept = taken(None, NOW)
    assert count == 4
    assert kept is not None
    assert (gcra.left(RATE, kept, NOW), gcra.wait_s(RATE, kept, NOW)) == (0, 300)
    assert taken(kept, NOW + timedelta(seconds=299))[0] == 0
    assert taken(kept, NOW + timedelta(seconds=300))[0] == 1
    assert taken(kept, NOW + timedelta(minutes=20))[0] == 4
    assert taken(kept, NOW + timedelta(days=9))[0] == 4, "who rests for long gets no more than all"


def test_a_clock_set_back_makes_nobody_wait_longer_than_the_window() -> None:
    _, kept = taken(None, NOW)
    assert kept is not None
    earlier = NOW - timedelta(days=3)
    assert gcra.wait_s(RATE, kept, earlier) == 300
    assert taken(kept, earlier + timedelta(seconds=300))[0] == 0, "nothing is kept of a refusal"


@pytest.mark.parametrize(
    ("host", "address", "network", "telling"),
    [
        ("203.113.5.9", "203.113.5.9", "203.113.5.0/24", True),
        ("::ffff:203.113.5.9", "203.113.5.9", "203.113.5.0/24", True),
        ("2405:4800:1:2:3:4:5:6", "2405:4800:1:2::/64", "2405:4800:1::/48", True),
        ("127.0.0.1", "127.0.0.1", "127.0.0.0/24", False),
        ("10.1.2.3", "10.1.2.3", "10.1.2.0/24", False),
        ("fd00::1", "fd00::/64", "fd00::/48", False),
        ("testclient", "testclient", "testclient", False),
    ],
)
def test_a_line_and_its_network(host: str, address: str, network: str, telling: bool) -> None:
    assert whence(host) == (address, network, telling)
