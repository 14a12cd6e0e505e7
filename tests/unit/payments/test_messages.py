"""What providers say: read only when it is certain, believed only when it is signed for this purpose and now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import orjson
import pytest

from app.payments.domain import (
    GIVE_UP_AFTER,
    LONGEST_WAIT,
    is_current,
    is_signed,
    next_asked_at,
    read_link,
    read_told,
    read_transactions,
    signature,
    total,
)
from app.payments.errors import UnusableFee
from app.payments.terms import FeeLine, Signed

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
TOLD = {"transaction": "T1", "reference": "TT", "amount": "150000", "currency": "VND", "status": "succeeded"}


def test_amounts_are_exact_or_refused() -> None:
    certain: list[tuple[object, Decimal]] = [
        ("150000", Decimal(150000)),
        (150000, Decimal(150000)),
        ("150000.00", Decimal(150000)),
    ]
    for said, meant in certain:
        told = read_told(orjson.dumps({**TOLD, "amount": said}))
        assert told is not None
        assert told.amount == meant
    dollars = read_told(orjson.dumps({**TOLD, "amount": "0.5", "currency": "USD"}))
    assert dollars is not None
    assert dollars.amount == Decimal("0.5"), "of another currency a fraction is kept as it was told"
    for doubtful in (
        "0.5",
        "128000.5",
        150000.0,
        1e5,
        "1e5",
        "-1",
        "0",
        "+1",
        "1,5",
        " 1",
        "NaN",
        True,
        None,
        "9" * 15,
        "١",
        [1],
    ):
        assert read_told(orjson.dumps({**TOLD, "amount": doubtful})) is None, doubtful


@pytest.mark.parametrize(
    "wrong",
    [
        {"transaction": ""},
        {"transaction": "x" * 65},
        {"transaction": "a b"},
        {"transaction": 7},
        {"reference": "x" * 301},
        {"reference": "a\x00b"},
        {"currency": "vnd"},
        {"currency": None},
        {"status": "maybe"},
    ],
)
def test_what_is_not_certain_is_not_read(wrong: dict[str, object]) -> None:
    assert read_told(orjson.dumps({**TOLD, **wrong})) is None
    assert read_transactions(orjson.dumps({"transactions": [TOLD, {**TOLD, **wrong}]})) is None


def test_answers_that_are_no_answers_are_none() -> None:
    for raw in (b"", b"[]", b"{", b'"x"', b"\xff", b'{"transactions": {}}'):
        assert read_told(raw) is None
        assert read_transactions(raw) is None
        assert read_link(raw) is None
    for url in ("javascript:alert(1)", "ftp://x", "https://x y", 5, "https://" + "x" * 2000):
        assert read_link(orjson.dumps({"url": url})) is None
    assert read_link(b'{"url": "https://pay.example.vn/1"}') == "https://pay.example.vn/1"


def test_a_signature_is_of_one_purpose_key_instant_nonce_and_body() -> None:
    secret = b"s" * 32
    good = Signed("k1", "1", "n1", signature(secret, "callback", "k1", "1", "n1", b"{}"), b"{}")
    assert is_signed(secret, "callback", good)
    assert not is_signed(b"t" * 32, "callback", good)
    assert not is_signed(secret, "answer", good)
    others = [
        good._replace(key_id="k2"),
        good._replace(timestamp="2"),
        good._replace(nonce="n2"),
        good._replace(body=b"{ }"),
        good._replace(signature="é"),
    ]
    assert not any(is_signed(secret, "callback", other) for other in others)
    # A line feed must not let one part pass for two.
    moved = good._replace(key_id="k1\n1", timestamp="n1", nonce="")
    assert not is_signed(secret, "callback", moved)


def test_only_what_was_signed_just_now_is_current() -> None:
    seconds = int(AT.timestamp())
    assert all(is_current(str(seconds + off), AT) for off in (-300, 0, 300))
    assert not any(is_current(said, AT) for said in (str(seconds - 301), str(seconds + 301), "", "x", "-5", "9" * 40))


def test_fees_are_whole_and_come_to_something() -> None:
    def lines(*amounts: str) -> list[FeeLine]:
        return [FeeLine("Phí", "Fee", Decimal(amount), "NQ 1") for amount in amounts]

    assert total(lines("20000", "0", "15000")) == 35000
    for wrong in ([], ["0"], ["-1", "5"], ["0.5"], ["NaN"], ["Infinity"], ["9" * 14]):
        with pytest.raises(UnusableFee):
            total(lines(*wrong))


def test_a_provider_is_asked_ever_more_rarely_and_at_last_no_more() -> None:
    def following(attempts: int, **given: object) -> datetime | None:
        values: dict[str, object] = {"answered": True, "open_": True, "ended_at": None, "chance": 0.0, **given}
        return next_asked_at(now=AT, attempts=attempts, **values)  # type: ignore[arg-type]

    waits = [at - AT for at in map(following, range(1, 30)) if at is not None]
    assert waits == sorted(waits)
    assert len(waits) == 29
    assert max(waits) == LONGEST_WAIT
    assert following(1, answered=False) == AT + timedelta(minutes=1)
    assert following(1, open_=False) is None
    assert following(9, ended_at=AT - GIVE_UP_AFTER) is None
    assert following(9, ended_at=AT - GIVE_UP_AFTER + timedelta(seconds=1)) is not None
