"""Who is told of a message."""

from __future__ import annotations

from collections.abc import Collection

from app.kit.text import Text
from app.publication.terms import Change
from app.subscriptions.terms import TYPES, Interest, Place


def no_such_types(asked: Collection[str]) -> Text:
    """Which of the types asked for there are not, and which there are."""
    missing, known = ", ".join(sorted(set(asked) - TYPES)), ", ".join(sorted(TYPES))
    return Text(f"Không có loại sự kiện: {missing}. Các loại: {known}.", f"No such type: {missing}. Types: {known}.")


def wants(interest: Interest, kind: str, place: Place | None, *, told_before: bool) -> bool:
    """Whether a subscription is told of a message of type `kind`.

    Args:
        place: where the case belongs; None when nobody knows it any more.
        told_before: whether the subscription was told of this case before. Then it is told on, so that nobody keeps
            what has moved elsewhere. A withdrawal goes to everyone who asked for its type, as in the public lists.
    """
    if kind not in interest.types:
        return False
    if told_before or not interest.narrow or kind == Change.WITHDRAWN:
        return True
    return (
        place is not None
        and (interest.area is None or interest.area in place.areas)
        and (interest.category is None or interest.category in place.categories)
        and (interest.unit_id is None or interest.unit_id in place.units)
    )
