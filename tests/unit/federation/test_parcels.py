"""How many parcels go in one request, what is cut off those that are too big, and what people read of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.federation import domain
from app.kit.text import Text

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sizes", "failures", "count"),
    [
        ([600] * 100, 0, domain.USUAL_PARCELS),
        ([600] * 3, 0, 3),
        ([100_000] * 9, 0, 2),
        ([5_000_000, 600], 0, 1),
        ([600] * 100, 1, 12),
        ([600] * 100, 4, 1),
        ([600] * 100, 400, 1),
    ],
    ids=["many", "few", "by bytes", "too big alone", "after a failure", "after four", "after days"],
)
def test_a_batch_fits_into_a_request_and_is_halved_after_each_failure(
    sizes: list[int], failures: int, count: int
) -> None:
    assert domain.batch(sizes, failures) == count


def test_long_texts_alone_are_cut_and_only_once() -> None:
    body = {"code": "H23-1", "description": "a" * 5_000, "answers": {"since": "b" * 2_000, "many": 3}, "due_at": None}
    shorter = domain.cut_short(body)
    assert shorter is not None
    assert len(shorter["description"]) < 1_010
    assert len(shorter["answers"]["since"]) < 1_010
    assert (shorter["code"], shorter["answers"]["many"], shorter["due_at"]) == ("H23-1", 3, None)
    assert domain.cut_short(shorter) is None, "then there is nothing to cut"


def test_officers_read_whose_case_it_is_and_that_it_is_due_sooner_there() -> None:
    dates = (AT - timedelta(days=4), AT - timedelta(hours=1), AT + timedelta(days=5))
    said = domain.came("Tỉnh", "H23-1", dates, now=AT, zone=UTC, before=None, comment=None)
    assert "mã H23-1 của Tỉnh; bên đó tiếp nhận 03:00 16/11/2026; hạn bên đó 02:00 20/11/2026 (đã qua);" in said
    assert said.endswith("Hạn bên đó đến trước: xin xử lý theo hạn đó.")
    bare = domain.came("Tỉnh", None, (None, None, AT), now=AT, zone=UTC, before=None, comment=None)
    assert "bên đó" not in bare


def test_citizens_read_the_unit_and_whose_system_it_is() -> None:
    assert domain.holder_name("Điện lực", {"unit": "Tổ 3"}) == Text("Tổ 3 (Điện lực)", "Tổ 3 (Điện lực)")
    assert domain.holder_name("Điện lực", {"unit": None}) == Text("Điện lực", "Điện lực")
