"""What we say to a provider and understand of what it says. Amounts are text in both directions: never a float."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import orjson

from app.kit.clock import rfc3339
from app.kit.text import has_forbidden_characters
from app.payments.terms import CURRENCY, MOST, NOTHING, Claim, Told

MOST_TRANSACTIONS = 100  # in one answer
MOST_WORD, MOST_TEXT, MOST_URL = 64, 300, 2000
_AMOUNT = re.compile(r"[0-9]{1,14}(\.[0-9]{1,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_WORD = re.compile(r"[!-~]{1,64}")
_STATUSES = {"succeeded": True, "failed": False, "pending": False}


def link_body(claim: Claim, callback_url: str | None) -> bytes:
    """What a provider is asked when somebody is to pay on its page. The reference is the key: asked twice, one page."""
    return _canonical(
        {
            "reference": claim.reference,
            "amount": f"{claim.amount:.0f}",
            "currency": CURRENCY,
            "description": claim.subject_code,
            "expires_at": rfc3339(claim.due_at),
            "callback_url": callback_url,
        }
    )


def query_body(claim: Claim) -> bytes:
    """What a provider is asked when nothing was heard of a request."""
    return _canonical({"reference": claim.reference})


def read_link(raw: bytes) -> str | None:
    """The address of the page, None when there is none that a person can be sent to."""
    said = _mapping(raw)
    url = said.get("url") if said is not None else None
    if not isinstance(url, str) or len(url) > MOST_URL or not url.startswith(("https://", "http://")):
        return None
    return None if has_forbidden_characters(url) or " " in url else url


def read_told(raw: bytes) -> Told | None:
    """What the message tells of one transaction, None when that cannot be said for certain."""
    said = _mapping(raw)
    return _told(said) if said is not None else None


def read_transactions(raw: bytes) -> Sequence[Told] | None:
    """Every transaction the answer tells of, None when any of it cannot be understood."""
    said = _mapping(raw)
    listed = said.get("transactions") if said is not None else None
    if not isinstance(listed, list) or len(listed) > MOST_TRANSACTIONS:
        return None
    told = [_told(one) if isinstance(one, dict) else None for one in listed]
    known = [one for one in told if one is not None]
    return known if len(known) == len(told) else None


def _told(said: Mapping[str, object]) -> Told | None:
    transaction, reference, status = said.get("transaction"), said.get("reference", ""), said.get("status")
    amount, currency = _amount(said.get("amount")), said.get("currency")
    if (
        not (isinstance(transaction, str) and _WORD.fullmatch(transaction))
        or not (isinstance(reference, str) and len(reference) <= MOST_TEXT)
        or not (isinstance(currency, str) and _CURRENCY.fullmatch(currency))
        or not (isinstance(status, str) and status in _STATUSES)
        or amount is None
        or (currency == CURRENCY and amount != amount.to_integral_value())  # there is no half đồng: it is another sum
        or has_forbidden_characters(reference)
    ):
        return None
    return Told(transaction, reference, amount, currency, _STATUSES[status], _instant(said.get("paid_at")))


def _amount(said: object) -> Decimal | None:
    """An amount above zero as text or a whole number; a number with a point has gone through a float: refused."""
    text = str(said) if isinstance(said, int) and not isinstance(said, bool) else said
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        return None
    amount = Decimal(text)
    return amount if NOTHING < amount <= MOST else None


def _instant(said: object) -> datetime | None:
    """An instant with its offset, None for anything else: it decides nothing but the day something is counted on."""
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None and 2000 < at.year < 2200 else None


def _mapping(raw: bytes) -> Mapping[str, object] | None:
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return said if isinstance(said, dict) else None


def _canonical(said: Mapping[str, object]) -> bytes:
    """One way to write it: names in their order, no spaces, nothing that is not known."""
    known = {name: value for name, value in said.items() if value is not None}
    return orjson.dumps(known, option=orjson.OPT_SORT_KEYS)
