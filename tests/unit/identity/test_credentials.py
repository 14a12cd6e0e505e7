"""User names, passwords and locks."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from app.identity.domain import (
    FREE_ATTEMPTS,
    attempts_key,
    checked_name,
    checked_password,
    checked_username,
    excerpt,
    generate_password,
    known_username,
    lock_seconds,
    locks,
)
from app.identity.errors import AccountLocked, InvalidAccount

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("canbo.camthuong", "canbo.camthuong"), ("  CanBo_1 ", "canbo_1"), ("hoa@haiduong.vn", "hoa@haiduong.vn")],
)
def test_a_user_name_is_known_in_any_case_and_with_blanks_around(typed: str, stored: str) -> None:
    assert known_username(typed) == stored
    assert checked_username(typed) == stored


@pytest.mark.parametrize("typed", ["", "a", "cán.bộ", "a b", ".hidden", "x" * 65, "a\x00b", "-"])
def test_no_account_has_such_a_user_name(typed: str) -> None:
    assert known_username(typed) is None
    with pytest.raises(InvalidAccount) as raised:
        checked_username(typed)
    assert raised.value.extensions["errors"]


def test_attempts_are_counted_together_however_the_name_is_typed() -> None:
    assert attempts_key(" Hoa ") == attempts_key("hoa")
    assert attempts_key("hoa") != attempts_key("hoà")
    assert len(attempts_key("\ud800")) == 32


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "x" * 257, "my-canbo.hoa-2026"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidAccount):
        checked_password("canbo.hoa", password)


@pytest.mark.parametrize(
    "password",
    [
        "matkhau123456", "Mật khẩu mới 2026", "Haiduong@2026", "lienthong2026!", "123456789012", "qwertyuiop12",
        "anhyeuem1234", "password1234", "AnhYêuEm@1234", "canboxa12345", "thuha.ubnd2026", "Administrator1",
    ],
)  # fmt: skip
def test_a_password_that_people_choose_is_refused_with_a_hint(password: str) -> None:
    with pytest.raises(InvalidAccount) as caught:
        checked_password("thuha.camthuong", password)
    assert "dễ đoán" in str(caught.value.extensions)


@pytest.mark.parametrize(
    "password",
    ["correct-horse-battery", "ghế tím nhai gạch non", "k7#pX2!mQ9vL", "b4nh-mi-tren-mai-ngoi", "q" + "wz8n" * 60],
)
def test_a_password_that_nobody_guesses_is_taken(password: str) -> None:
    assert checked_password("thuha.camthuong", password)


def test_a_password_is_kept_in_one_normal_form_however_the_keyboard_composes() -> None:
    assert checked_password("hoa", "ghế tím nhai gạch") == checked_password(
        "hoa", unicodedata.normalize("NFD", "ghế tím nhai gạch")
    )


def test_a_generated_password_is_strong_enough_and_easy_to_read_out() -> None:
    password = generate_password()
    assert checked_password("canbo.hoa", password) == password
    assert not set(password) & set("ilo01")
    assert password != generate_password()


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "Nguyễn\x07"])
def test_an_account_needs_a_name_that_can_be_shown(name: str) -> None:
    with pytest.raises(InvalidAccount):
        checked_name(name)


def test_the_first_wrong_passwords_are_free_and_later_ones_lock_longer_each_time() -> None:
    schedule = locks(NOW)
    assert schedule[:FREE_ATTEMPTS] == [None] * FREE_ATTEMPTS
    later = [until for until in schedule[FREE_ATTEMPTS:] if until is not None]
    assert later == sorted(later)
    assert later[0] > NOW
    assert len(later) == len(schedule) - FREE_ATTEMPTS


def test_the_wait_is_whole_seconds_and_never_nothing() -> None:
    assert lock_seconds(NOW + timedelta(milliseconds=1500), NOW) == 2
    assert lock_seconds(None, NOW) > 0
    assert lock_seconds(NOW - timedelta(hours=1), NOW) > 0


def test_a_locked_account_says_when_to_come_back() -> None:
    problem = AccountLocked(61)
    assert problem.status == 429
    assert problem.extensions["retry_after_s"] == 61
    assert "2 phút" in problem.detail.vi


def test_a_user_agent_is_cut_and_printable() -> None:
    assert excerpt("Mozilla/5.0\r\nX: y\x00") == "Mozilla/5.0X: y"
    assert len(excerpt("x" * 10_000)) == 120
