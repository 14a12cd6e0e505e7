"""What a body said, as it is compared with what came before under its key."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, create_model

from app.mobile.schemas.submissions import RatingItemIn
from app.reports.schemas import ReportIn
from app.web.idempotency import request_hash

LAMP: dict[str, Any] = {
    "category": "lighting.street_lamp",
    "description": "Đèn không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
    "answers": {"lamps": 2, "since": "2026-11-01"},
}
STARS: dict[str, Any] = {
    "id": "0196f3a1-7c00-7000-8000-000000000001", "type": "rating", "code": "H23-261122-0042", "stars": 4,
}  # fmt: skip


@pytest.mark.parametrize(("shape", "body"), [(ReportIn, LAMP), (RatingItemIn, STARS)])
def test_a_release_with_a_member_more_knows_what_was_sent_to_the_one_before(
    shape: type[BaseModel], body: dict[str, Any]
) -> None:
    later = create_model("Later", __base__=shape, urgent=(bool | None, None), weight=(int, 1))
    sent = request_hash(shape.model_validate(body))
    assert request_hash(later.model_validate(body)) == sent
    assert request_hash(later.model_validate({**body, "urgent": None, "weight": 1})) == sent
    assert request_hash(later.model_validate({**body, "urgent": False})) != sent


def test_the_order_of_members_says_nothing_at_any_depth() -> None:
    turned = {name: dict(reversed(said.items())) if isinstance(said, dict) else said for name, said in LAMP.items()}
    assert request_hash(ReportIn.model_validate(turned)) == request_hash(ReportIn.model_validate(LAMP))
    other = {**LAMP, "answers": {"lamps": 3, "since": "2026-11-01"}}
    assert request_hash(ReportIn.model_validate(other)) != request_hash(ReportIn.model_validate(LAMP))
