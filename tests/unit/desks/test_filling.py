"""What a template may hold, and what a case makes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.desks import domain
from app.desks.terms import CaseWords, Placeholder, Template, WantedTemplate
from app.kit.ids import UnitId

WORDS = CaseWords(
    code="H23-261120-0001",
    category="Đèn đường",
    area="Phường Cẩm Thượng",
    unit="UBND phường Cẩm Thượng",
    opened_on=date(2026, 11, 20),
    due_on=date(2026, 12, 1),
    today=date(2026, 11, 23),
)


def a_template(name: str, category: str | None) -> Template:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return Template(UUID(int=1), UnitId(UUID(int=2)), WantedTemplate(name, name, category, None), 1, at, None)


def test_every_placeholder_is_filled_however_it_is_typed() -> None:
    body = "{mã} {LĨNH VỰC} { địa  bàn } {cơ quan} {ngày nhận} {hạn} {hôm nay}"
    assert domain.mistakes(body) == []
    assert domain.fill(body, WORDS) == (
        "H23-261120-0001 Đèn đường Phường Cẩm Thượng UBND phường Cẩm Thượng 20/11/2026 01/12/2026 23/11/2026"
    )
    assert all(each.label.vi and each.label.en for each in Placeholder)


@pytest.mark.parametrize("body", ["Gửi {người gửi}", "{}", "{mã", "mã}", "{{mã}", "{mã}}"])
def test_what_no_case_has_is_refused_with_what_there_is(body: str) -> None:
    (error,) = domain.mistakes(body)
    assert error["pointer"] == "/body"


def test_what_is_filled_in_is_not_read_again() -> None:
    assert domain.fill("{lĩnh vực}", WORDS._replace(category="{mã}")) == "{mã}"


def test_templates_of_the_cases_own_category_come_first_and_those_of_others_do_not() -> None:
    of = [
        a_template("Z", None),
        a_template("B", "lighting"),
        a_template("C", "lighting.lamp"),
        a_template("D", "roads"),
    ]
    found = domain.in_order(of, WORDS, ("lighting.lamp", "lighting"))
    assert [one.text for one in found] == ["C", "B", "Z"]
