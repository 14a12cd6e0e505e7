"""Which service a category is at a partner, when a post is tried again, and what partners' words come to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.kit.text import Text, readable
from app.kit.waits import Backoff, Rest

from .terms import Errand, Heard, Outcome, PostState, Settlement, Wanted

PAUSES = Backoff(shortest=timedelta(seconds=5), longest=timedelta(hours=1))  # of a post
REST = Rest(after_failures=5, waits=Backoff(shortest=timedelta(seconds=5), longest=timedelta(minutes=10)))
GIVE_UP_AFTER = timedelta(days=3)  # a weekend
REFUSED_MOST = 3
MOST_WORDS = 2_000
STATE_KEY = "state:"  # begins the keys of what a request's own state was heard to be: the newest is kept, no other
_DONE = frozenset({Outcome.TAKEN, Outcome.FOUND})
# FixMyStreet's states that end a request; the specification itself knows `closed` only.
_CLOSED = frozenset(
    {"closed", "fixed", "duplicate", "not_councils_responsibility", "no_further_action", "internal_referral"}
)


def service_of(wanted: Wanted, category: str) -> str | None:
    """Their service of the category: the category's own, else its group's, else the default; None: not theirs."""
    group = category.partition(".")[0]
    return wanted.services.get(category) or wanted.services.get(group) or wanted.default_service


def mark_of(errand: Errand) -> str:
    """The sign in a description by which a request of ours is known again at a server that keeps no other.

    Its end is chance, of each errand its own: nobody can have written it before the request was there.
    """
    return f"[{errand.case_code}/{errand.id.hex[-12:]}]"


def description_of(words: str, errand: Errand, most: int = 4_000) -> str:
    """The text that a partner is sent, with the sign at its end."""
    mark = mark_of(errand)
    return f"{words[: most - len(mark) - 1].rstrip()} {mark}"


def found_in(items: Sequence[Mapping[str, Any]], errand: Errand) -> Mapping[str, Any] | None:
    """The request among a partner's that has our sign, if it has one."""
    mark = mark_of(errand)
    return next((one for one in items if mark in str(one.get("description") or "")), None)


def status_of(said: object) -> str:
    """`open` or `closed`, whatever words the partner has for it."""
    return "closed" if str(said).strip().lower() in _CLOSED else "open"


def heard_of_request(item: Mapping[str, Any]) -> Heard | None:
    """What a request's own state says; None when it names no request."""
    their_id = _id(item, "service_request_id")
    if not their_id:
        return None
    status, words = status_of(item.get("status")), readable(item.get("status_notes"), MOST_WORDS)
    said = hashlib.sha256(f"{status}\n{words}".encode()).hexdigest()[:24]
    return Heard(f"{STATE_KEY}{their_id[:200]}:{said}", their_id, status, words, _instant(item), status == "closed")


def heard_of_update(item: Mapping[str, Any]) -> Heard | None:
    """What an update says; None when it names no request or has no id."""
    their_id, update_id = _id(item, "service_request_id"), _id(item, "update_id")
    if not their_id or not update_id:
        return None
    return Heard(
        f"update:{update_id}"[:200],
        their_id,
        status_of(item.get("status")),
        readable(item.get("description"), MOST_WORDS),
        _instant(item),
        ends=False,
    )


def _id(item: Mapping[str, Any], name: str) -> str:
    """The id as it can be kept, empty for none."""
    return str(item.get(name) or "").replace("\x00", "")


def _instant(item: Mapping[str, Any]) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(item.get("updated_datetime") or ""))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def settle(
    outcome: Outcome,
    *,
    doubtful: bool,
    attempts: int,
    first_failed_at: datetime | None,
    now: datetime,
    chance: float,
) -> Settlement:
    """What becomes of a post after an attempt, `attempts` with this one.

    A partner that is away costs no try. What it refuses REFUSED_MOST times, or has not taken in GIVE_UP_AFTER although
    it answered, is given up: then people have to act, and are told.
    """
    if outcome in _DONE:
        return Settlement(PostState.DELIVERED, None, first_failed_at, doubtful=False)
    if outcome in {Outcome.AWAY, Outcome.UNREADY}:
        wait = PAUSES.after(1 if outcome is Outcome.AWAY else 4, chance)
        return Settlement(PostState.WAITING, now + wait, first_failed_at, doubtful=doubtful)
    failed_at = first_failed_at or now
    refused = outcome is Outcome.REFUSED
    if (refused and attempts >= REFUSED_MOST) or now - failed_at >= GIVE_UP_AFTER:
        return Settlement(PostState.DEAD, None, failed_at, doubtful=doubtful and not refused)
    unknown = outcome is Outcome.UNSURE or (doubtful and not refused)
    return Settlement(PostState.WAITING, now + PAUSES.after(attempts, chance), failed_at, doubtful=unknown)


def sent(partner: str, their_id: str | None) -> Text:
    """What officers read when a partner has taken a case."""
    number = f", mã {their_id}" if their_id else ""
    english = f" as {their_id}" if their_id else ""
    return Text(f"Đã chuyển sang hệ thống của {partner}{number}.", f"Handed over to the system of {partner}{english}.")


def not_sent(partner: str, code: str | None) -> Text:
    """What officers read when a partner will not have a case."""
    why = f" ({code})" if code else ""
    return Text(
        f"Không chuyển được sang hệ thống của {partner}{why}. Hãy liên hệ trực tiếp hoặc chuyển đơn vị khác.",
        f"The system of {partner} did not take it{why}. Call them, or refer the case to another unit.",
    )


def said_by(partner: str, heard: Heard) -> Text:
    """What officers read when a partner says something."""
    vi = {"open": "đang xử lý", "closed": "đã kết thúc"}[heard.status]
    words = f" “{heard.words}”" if heard.words else ""
    return Text(f"{partner} báo: {vi}.{words}", f"{partner} says: {heard.status}.{words}")
