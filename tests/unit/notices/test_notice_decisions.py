"""Words, channels, quiet hours and what becomes of an attempt."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from app.kit.clock import zone
from app.kit.text import Lang
from app.notices import domain
from app.notices.terms import Attempt, Channel, NoticeState, Occasion, Outcome, Preferences, QuietHours

NAMES = {
    "code": "H23-261126-0042",
    "unit": "UBND phường Cẩm Thượng",
    "due": "26/11/2026",
    "cause": "bất khả kháng",
    "why": "lịch làm việc thay đổi",
    "into": "H23-261126-0041",
    "amount": "128.000 ₫",
    "outcome": "Đồng ý giải quyết",
    "link": "https://haiduong.example/follow/H23-261126-0042",
    "province": "Hải Dương",
}
VIETNAM = zone("Asia/Ho_Chi_Minh")
NIGHT = QuietHours(time(21), time(7))


@pytest.mark.parametrize("occasion", domain.occasions(), ids=lambda one: one.code)
@pytest.mark.parametrize("lang", Lang)
def test_every_occasion_has_words_with_every_name_filled_in(occasion: Occasion, lang: Lang) -> None:
    words = occasion.words.of(lang)
    for template in words:
        assert set(re.findall(r"\{(\w+)\}", template)) <= NAMES.keys()
        assert "–" not in domain.worded(template, NAMES)
    short = domain.plain(domain.worded(words.sms, NAMES))
    assert len(short) <= 160, "one message of the GSM alphabet"
    assert occasion.legal == (occasion.legal_basis is not None)


def test_what_law_asks_for_is_receipt_dates_lateness_and_the_answer() -> None:
    legal = {one.code for one in domain.occasions() if one.legal}
    assert {code for code in legal if not code.startswith(("request_", "supplement_"))} == {
        "received", "extended", "due_moved", "resumed", "answered", "overdue"
    }  # fmt: skip
    assert {one.removeprefix("request_") for one in legal if one.startswith(("request_", "supplement_"))} == {
        "accepted", "refused", "supplement_asked", "extended", "overdue", "stopped", "ended", "decided"
    }  # fmt: skip


def test_a_date_that_moves_with_a_pause_and_another_clocks_reminder_are_no_news() -> None:
    paused = {"why": {"vi": "thời hạn đang tạm dừng", "en": "the clock is paused"}}
    assert domain.occasion_of("case.due_moved", paused) is None
    assert domain.occasion_of("case.due_moved", {"why": {"vi": "lịch", "en": "calendar"}}) is not None
    assert domain.occasion_of("case.reminded", {"clock": "resolution"}) is None
    assert domain.occasion_of("case.reminded", {"clock": "reporter_answer"}) is not None
    assert domain.occasion_of("case.noted", {}) is None


@given(
    at=st.timedeltas(timedelta(), timedelta(days=365)).map(lambda past: datetime(2026, 1, 1, tzinfo=UTC) + past),
    since=st.times(),
    until=st.times(),
)
def test_nobody_is_woken_and_nobody_waits_longer_than_a_day(at: datetime, since: time, until: time) -> None:
    quiet = QuietHours(since.replace(second=0, microsecond=0), until.replace(second=0, microsecond=0))
    goes_out = domain.moment(at, Channel.SMS, quiet, VIETNAM)
    assert at <= goes_out <= at + timedelta(days=1)
    assert not domain.is_quiet(goes_out.astimezone(VIETNAM).time(), quiet)
    assert domain.moment(at, Channel.EMAIL, quiet, VIETNAM) == at


@pytest.mark.parametrize(
    ("local", "quiet"),
    [("20:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_quiet_hours_go_over_midnight(local: str, quiet: bool) -> None:
    assert domain.is_quiet(time.fromisoformat(local), NIGHT) is quiet


@pytest.mark.parametrize(
    ("liked", "wanted", "legal", "found"),
    [
        (frozenset(Channel), True, False, [Channel.EMAIL, Channel.PUSH]),
        (frozenset({Channel.SMS}), True, False, [Channel.SMS]),
        (frozenset(), True, False, []),
        (frozenset(), True, True, [Channel.EMAIL, Channel.PUSH]),
        (frozenset(Channel), False, False, []),
        (frozenset({Channel.SMS}), False, True, [Channel.SMS]),
    ],
)
def test_law_reaches_people_whatever_they_switched_off(
    liked: frozenset[Channel],
    wanted: bool,
    legal: bool,
    found: list[Channel],
) -> None:
    preferences = Preferences(channels=liked, wanted=wanted)
    there = domain.channels_for(preferences, legal=legal, has_email=True, has_phone=True, devices=1)
    assert there == found


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("legal", [True, False])
def test_only_what_law_asks_for_is_sent_again_when_nobody_knows(outcome: Outcome, legal: bool) -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    state, next_at = domain.settle(Attempt(outcome), legal=legal, attempts=1, created_at=now, now=now, chance=0.5)
    expected = {
        Outcome.TAKEN: NoticeState.SENT,
        Outcome.REFUSED: NoticeState.FAILED,
        Outcome.GONE: NoticeState.FAILED,
        Outcome.LATER: NoticeState.WAITING,
        Outcome.UNSURE: NoticeState.WAITING if legal else NoticeState.UNKNOWN,
    }[outcome]
    assert state is expected
    assert (next_at is not None) is (state is NoticeState.WAITING)
    late = domain.settle(
        Attempt(Outcome.LATER), legal=legal, attempts=99, created_at=now - timedelta(days=3), now=now, chance=0
    )
    assert late == (NoticeState.FAILED, None)
