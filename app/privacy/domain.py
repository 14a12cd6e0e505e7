"""Decisions about people's own data: who must agree, how long one may look, what is kept and how long. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

from app.identity.terms import Actor
from app.kit.text import Text

from .errors import AlreadyDecided, OpeningNotOpen, SecondPersonNeeded
from .terms import Kept, Opening, OpeningState, Rule, Subject

LOOK_FOR = timedelta(hours=1)
"""How long an identity may be looked at once it is open: long enough for a call, too short to become a habit."""


def asked(opening: Opening) -> Opening:
    """The opening as it begins: open at once, or waiting for a second person."""
    if opening.needs_second:
        return opening
    return replace(opening, agreed=True, expires_at=opening.asked_at + LOOK_FOR)


def decided(opening: Opening, actor: Actor, *, agree: bool, at: datetime) -> Opening:
    """The opening with a second person's word. Raises: AlreadyDecided, OpeningNotOpen, SecondPersonNeeded."""
    if opening.agreed is not None:
        raise AlreadyDecided
    if opening.state(at) is OpeningState.OVER:
        check_open(opening, at)
    if actor.staff_id == opening.asked_by:
        raise SecondPersonNeeded
    return replace(
        opening,
        agreed=agree,
        decided_by=actor.staff_id,
        decided_name=actor.name,
        decided_at=at,
        expires_at=at + LOOK_FOR if agree else None,
    )


def check_open(opening: Opening, at: datetime) -> None:
    """Nothing, when whoever asked may look at that instant. Raises: OpeningNotOpen with the reason."""
    why = {
        OpeningState.WAITING: Text("Đang chờ người thứ hai đồng ý.", "It waits for a second person to agree."),
        OpeningState.REFUSED: Text("Yêu cầu đã bị từ chối.", "It was refused."),
        OpeningState.OVER: Text(
            "Đã hết giờ xem. Nếu vẫn cần, hãy gửi yêu cầu mới kèm lý do.",
            "The time to look is over. If it is still needed, ask again with the reason.",
        ),
    }
    state = opening.state(at)
    if state is not OpeningState.OPEN:
        raise OpeningNotOpen(why[state])


@lru_cache(maxsize=1)
def _packaged() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("app.privacy").joinpath("data/retention.toml").read_text("utf-8"))


def packaged_rules() -> list[Rule]:
    """The rules of a province that has published none, in the order of the file."""
    data = _packaged()
    bases = {name: Text(**basis) for name, basis in data["legal_bases"].items()}
    return [Rule(Subject(one["subject"]), 0, one["days"], bases[one["legal_basis"]], "", None) for one in data["rule"]]


def rules_in_force(own: Sequence[Rule], at: datetime) -> list[Rule]:
    """One rule a subject: the newest of the province's own that has begun, else the packaged one."""
    begun = [rule for rule in own if rule.valid_from is None or rule.valid_from <= at]
    return [
        max((rule for rule in begun if rule.subject is one.subject), key=lambda rule: rule.version, default=one)
        for one in packaged_rules()
    ]


def kept() -> tuple[Kept, ...]:
    """What an erasure leaves, and by which law."""
    data = _packaged()
    bases = {name: Text(**basis) for name, basis in data["legal_bases"].items()}
    return tuple(Kept(one["code"], Text(one["vi"], one["en"]), bases[one["legal_basis"]]) for one in data["kept"])
