"""Decisions about notices: who is told of a fact, in which words, when, and what becomes of an attempt. Pure."""

from __future__ import annotations

import base64
import math
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from app.kit.text import Lang, Text
from app.kit.waits import Backoff

from .errors import InvalidWording, NoSuchOccasion
from .terms import (
    Attempt,
    Channel,
    NoticeState,
    Occasion,
    Outcome,
    OwnQuiet,
    Preferences,
    QuietHours,
    Sample,
    Template,
    Wording,
)

PAUSES = Backoff(shortest=timedelta(seconds=30), longest=timedelta(hours=1))
GIVE_UP_AFTER = timedelta(days=3)
NAMES = frozenset({"code", "unit", "due", "cause", "why", "into", "link", "province", "amount", "outcome"})
"""What the words of an occasion may name."""
_ONE_SMS, _PART_OF_SMS = 160, 153  # letters of the GSM alphabet (3GPP TS 23.038)
_EXAMPLE = {
    Lang.VI: {
        "code": "H23-261126-0042",
        "unit": "UBND phường Cẩm Thượng",
        "due": "01/12/2026",
        "cause": "chờ người gửi bổ sung",
        "why": "lịch làm việc thay đổi",
        "into": "H23-261125-0007",
        "amount": "128.000 ₫",
        "outcome": "Đồng ý giải quyết",
        "link": "https://tinh.example/follow/H23-261126-0042",
        "province": "Tỉnh Hải Dương",
    },
    Lang.EN: {
        "code": "H23-261126-0042",
        "unit": "People's Committee of Cẩm Thượng ward",
        "due": "2026-12-01",
        "cause": "waiting for the reporter",
        "why": "the working calendar has changed",
        "into": "H23-261125-0007",
        "amount": "128.000 ₫",
        "outcome": "Granted",
        "link": "https://tinh.example/follow/H23-261126-0042",
        "province": "Hải Dương province",
    },
}
_PAUSED = Text("thời hạn đang tạm dừng", "the clock is paused")


@lru_cache(maxsize=1)
def packaged() -> Mapping[str, Any]:
    """The packaged words, as they stand in the file."""
    return tomllib.loads(resources.files("app.notices").joinpath("data/notices.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def occasions() -> tuple[Occasion, ...]:
    """Every occasion on which reporters are told something, in the order of the file."""
    data = packaged()
    return tuple(
        Occasion(
            code=entry["code"],
            types=frozenset(entry["types"]),
            legal="legal" in entry,
            legal_basis=Text(**data["legal_bases"][entry["legal"]]) if "legal" in entry else None,
            words=Wording(*(Template(**entry[lang.value]) for lang in (Lang.VI, Lang.EN))),
            clock=entry.get("clock"),
            supporters=entry.get("supporters", False),
        )
        for entry in data["occasion"]
    )


@lru_cache(maxsize=1)
def digested() -> frozenset[str]:
    """Types of facts that units are told of: of their cases, and of service requests."""
    digest = packaged()["digest"]
    return frozenset({*digest["types"], *digest["requests"]})


@lru_cache(maxsize=1)
def packaged_quiet() -> OwnQuiet:
    """The hours in which nobody is woken where a province has not said otherwise."""
    quiet = packaged()["quiet"]
    return OwnQuiet(0, QuietHours(quiet["since"], quiet["until"]), "", None)


def occasion_named(code: str) -> Occasion:
    """The occasion. Raises: NoSuchOccasion."""
    for occasion in occasions():
        if occasion.code == code:
            return occasion
    raise NoSuchOccasion


def occasion_of(type_: str, data: Mapping[str, Any]) -> Occasion | None:
    """What reporters are told of a fact, None when nothing.

    A due date that moves while the clock stands is no news; of reminders only that of their own reply is theirs.
    """
    if type_ == "case.due_moved" and data.get("why", {}).get("vi") == _PAUSED.vi:
        return None
    for occasion in occasions():
        if occasion.supporters or type_ not in occasion.types:
            continue
        if occasion.clock is None or occasion.clock == data.get("clock"):
            return occasion
    return None


def supporters_occasion_of(type_: str) -> Occasion | None:
    """What supporters are told of a fact, None when nothing."""
    return next((one for one in occasions() if one.supporters and type_ in one.types), None)


def of_request(type_: str) -> bool:
    """Whether a fact is about a service request, and not about a case."""
    return type_.startswith("service_request.")


class _Names(dict[str, str]):
    """Values of a sentence; what is not known reads as a dash."""

    def __missing__(self, key: str) -> str:
        """A dash for `key`."""
        return "–"


def worded(template: str, names: Mapping[str, str]) -> str:
    """The template with its names filled in."""
    return template.format_map(_Names(names)).strip()


def check_words(occasion: Occasion, words: Wording) -> None:
    """Nothing when every sentence can be filled in and says of what it speaks.

    The code must be in each; a date that the packaged text names, in the text. Raises: InvalidWording.
    """
    errors: list[dict[str, object]] = []
    for lang in Lang:
        usual, said = occasion.words.of(lang), words.of(lang)
        for part in Template._fields:
            needed = {"code", *({"due"} & named(usual.body) if part == "body" else ())}
            wrong = _mistake(getattr(said, part), needed)
            if wrong is not None:
                errors.append({"pointer": f"/{lang.value}/{part}", "detail": wrong})
    if errors:
        raise InvalidWording(errors=errors)


def named(template: str) -> set[str]:
    """What a sentence names to be filled in. Raises: ValueError when its braces do not fit."""
    found: set[str] = set()
    for _, name, form, conversion in Formatter().parse(template):
        if name is not None:
            if form or conversion:
                raise ValueError(template)
            found.add(name)
    return found


def _mistake(template: str, needed: set[str]) -> Text | None:
    try:
        names = named(template)
    except ValueError:
        return Text("Dấu ngoặc nhọn chưa khớp; viết như {code}.", "Braces do not fit; write {code}, for example.")
    if unknown := sorted(names - NAMES):
        return Text(
            "Không điền được: {unknown}. Dùng được: {known}.", "Cannot be filled in: {unknown}. These can: {known}."
        ).fill(unknown=", ".join(unknown), known=", ".join(sorted(NAMES)))
    if missing := sorted(needed - names):
        return Text("Còn thiếu: {missing}.", "These must be named: {missing}.").fill(
            missing=", ".join(f"{{{name}}}" for name in missing)
        )
    return None


def sample(words: Wording) -> Sample:
    """The words with an example filled in, SMS as it is sent."""
    filled: list[Template] = []
    for lang in Lang:
        names, said = _EXAMPLE[lang], words.of(lang)
        sms = plain(worded(said.sms, names))
        filled.append(Template(worded(said.subject, names), worded(said.body, names), sms))
    longest = max(len(one.sms) for one in filled)
    return Sample(Wording(*filled), 1 if longest <= _ONE_SMS else math.ceil(longest / _PART_OF_SMS))


def plain(text: str) -> str:
    """Vietnamese without marks, in letters that the GSM alphabet of SMS has."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D").replace("–", "-"))
    return "".join(mark for mark in bare if mark.isascii())


def day(on: date, lang: Lang) -> str:
    """The day as people of the language write it."""
    return f"{on:%d/%m/%Y}" if lang is Lang.VI else on.isoformat()


def channels_for(
    preferences: Preferences, *, legal: bool, has_email: bool, has_phone: bool, devices: int
) -> list[Channel]:
    """How the reporter is told: on devices, and by mail or, without an address, by SMS; in the order of `Channel`.

    What law asks for goes out on every way there is when the ways preferred lead nowhere.
    """
    if not legal and not preferences.wanted:
        return []
    there = {Channel.EMAIL: has_email, Channel.SMS: has_phone, Channel.PUSH: devices > 0}
    liked = [channel for channel in Channel if there[channel] and channel in preferences.channels]
    if not liked and legal:
        liked = [channel for channel in Channel if there[channel]]
    if Channel.EMAIL in liked and Channel.SMS in liked:
        liked.remove(Channel.SMS)  # one letter is enough, and costs nobody anything
    return liked


def moment(now: datetime, channel: Channel, quiet: QuietHours, time_zone: ZoneInfo) -> datetime:
    """When a notice may go out: now, or what would wake somebody when the quiet hours are over. Mail wakes nobody."""
    if channel is Channel.EMAIL:
        return now
    local = now.astimezone(time_zone)
    if not is_quiet(local.time(), quiet):
        return now
    until = local.replace(hour=quiet.until.hour, minute=quiet.until.minute, second=0, microsecond=0)
    if until <= local:
        until += timedelta(days=1)
    return until.astimezone(now.tzinfo)


def is_quiet(at: time, quiet: QuietHours) -> bool:
    """Whether the local time lies in the quiet hours; the first moment does, the last does not."""
    if quiet.since == quiet.until:
        return False
    if quiet.since < quiet.until:
        return quiet.since <= at < quiet.until
    return at >= quiet.since or at < quiet.until


def settle(
    attempt: Attempt, *, legal: bool, attempts: int, created_at: datetime, now: datetime, chance: float
) -> tuple[NoticeState, datetime | None]:
    """What becomes of a notice after an attempt, and when it is tried again.

    What may have been sent is sent again only when law asks for it: twice is better than never, but only there.
    """
    match attempt.outcome:
        case Outcome.TAKEN:
            return NoticeState.SENT, None
        case Outcome.REFUSED | Outcome.GONE:
            return NoticeState.FAILED, None
        case Outcome.UNSURE if not legal:
            return NoticeState.UNKNOWN, None
        case _:
            if now - created_at >= GIVE_UP_AFTER:
                return NoticeState.FAILED, None
            return NoticeState.WAITING, now + PAUSES.after(attempts, chance)


def base64url(raw: bytes) -> str:
    """URL-safe base 64 without padding, as browsers write it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    """What `base64url` was given. Raises: ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
