"""What a case looks like to the public."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given, strategies as st

from app.cases.terms import Correction
from app.catalogue.terms import PublicationPolicy
from app.identity.terms import ActorKind
from app.kit.ids import CaseId
from app.publication.domain import is_shown, passages, project, render
from app.publication.domain.projection import title_of
from app.publication.terms import CaseView, Source, Where
from app.timeline.terms import Audience, Entry
from tests.provinces import HAIDUONG, packaged_provinces

OPENED = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def a_source(**given: Any) -> Source:
    values: dict[str, Any] = {
        "id": UUID(int=7),
        "code": "H23-261120-0001",
        "version": 3,
        "kind": "field_report",
        "state": "in_progress",
        "resolution": None,
        "written": "Ổ gà trước nhà ông Nguyễn Văn Nam, gọi 0912345678",
        "public_text": None,
        "redaction": None,
        "answer": None,
        "address": None,
        "category_code": "roads.pothole",
        "edition_id": 1,
        "area_province": "30",
        "area_district": "288",
        "area_commune": "10507",
        "unit_id": UUID(int=1),
        "lat": 20.94132145,
        "lon": 106.31702455,
        "opened_at": OPENED,
        "due_at": OPENED + timedelta(days=3),
        "original_due_at": OPENED + timedelta(days=3),
        "overdue_at": None,
        "resolved_at": None,
        "report_count": 1,
        "support_count": 0,
        "reopen_count": 0,
        "publication": "published",
        "publication_policy": "automatic",
        "merged_into_id": None,
        "merged_into": None,
        "gathers": False,
    }
    return Source(**{**values, **given})


def an_entry(audience: Audience, text: str | None, number: int = 1) -> Entry:
    return Entry(
        tenant_id=HAIDUONG,
        case_id=CaseId(UUID(int=7)),
        id=UUID(int=number),
        at=OPENED,
        type="case.noted" if audience is not Audience.PUBLIC else "case.accepted",
        audience=audience,
        case_version=1,
        actor_kind=ActorKind.STAFF,
        actor_id=UUID(int=99),
        unit_id=None,
        report_id=None,
        text=text,
        data={"unit": "UBND Phường Cẩm Thượng"},
    )


def a_view(*entries: Entry, category: str = "roads.pothole", **given: Any) -> CaseView:
    books = packaged_provinces()
    found = books.catalogue.category(HAIDUONG, category)
    tenant = books.directory.tenant(HAIDUONG)
    return CaseView(
        source=a_source(category_code=category, **given),
        category=found,
        group=books.catalogue.category(HAIDUONG, found.parent or found.code),
        chain=books.directory.chain(tenant.edition, "10507"),
        unit=books.directory.units(HAIDUONG)[0],
        entries=entries,
    )


def body(view: CaseView) -> dict[str, Any]:
    rendered = render(project(view), updated_at=OPENED, revision=1)
    shown: dict[str, Any] = orjson.loads(rendered.body)
    return shown


def test_everything_people_wrote_is_masked() -> None:
    shown = body(
        a_view(
            an_entry(Audience.PUBLIC, "Đã hẹn bà Trần Thị Hoa, 0987654321"),
            answer="Kính gửi ông Nam, xe 34A-123.45 đã được nhắc nhở",
            address="nhà ông Lê Văn Tám",
        )
    )
    assert shown["text"] == "Ổ gà trước nhà ông [tên], gọi [số điện thoại]"
    assert shown["title"] == shown["text"]
    assert shown["answer"] == "Kính gửi ông [tên], xe [biển số] đã được nhắc nhở"
    assert shown["address"] == "nhà ông [tên]"
    assert shown["timeline"][0]["text"] == "Đã hẹn bà [tên], [số điện thoại]"


@pytest.mark.parametrize(
    ("type", "key", "hidden"),
    [
        ("case.merged", "into", "Gộp vào vụ việc [không công khai]."),
        ("case.unmerged", "from_case", "Tách khỏi vụ việc [không công khai]."),
    ],
)
def test_another_case_is_named_only_when_it_is_shown_itself(type: str, key: str, hidden: str) -> None:  # noqa: A002
    code = "H23-261120-0002"
    entry = replace(an_entry(Audience.PUBLIC, None), type=type, data={key: code})
    view = a_view(entry, merged_into_id=UUID(int=8), merged_into=code)
    unseen, seen = body(view), body(replace(view, merged_into=code))
    assert (unseen["merged_into"], seen["merged_into"]) == (None, code)
    assert unseen["timeline"][0]["sentence"]["vi"] == hidden
    assert code in seen["timeline"][0]["sentence"]["vi"]
    assert code not in orjson.dumps(unseen).decode()


def test_an_officers_correction_counts_in_every_text_the_public_reads() -> None:
    correction = Correction(show=("0912345678",), mask=("ổ gà", "quán Bưởi Đỏ"), at="2026-11-21T03:00:00+00:00")
    texts: dict[str, Any] = {
        "written": "Ổ gà trước nhà ông Nguyễn Văn Nam, gọi 0912 345 678",
        "answer": "Quán Bưởi  Đỏ đã dọn, gọi 0912.345.678 hoặc 0987654321",
        "address": "trước quán Bưởi Đỏ",
    }
    entry = an_entry(Audience.PUBLIC, texts["answer"])
    shown = body(a_view(entry, redaction=correction.stored(), **texts))
    assert shown["text"] == shown["title"] == "[đã che] trước nhà ông [tên], gọi 0912 345 678"
    assert shown["answer"] == shown["timeline"][0]["text"] == "[đã che] đã dọn, gọi 0912.345.678 hoặc [số điện thoại]"
    assert shown["address"] == "trước [đã che]"
    told = [
        (Where.TEXT, texts["written"]),
        (Where.ANSWER, texts["answer"]),
        (Where.ADDRESS, texts["address"]),
        (Where.HISTORY, texts["answer"]),
    ]
    for policy, wheres in (("automatic", ["text", "answer", "address"]), ("confirm", ["text", "answer"])):
        cut = passages(told, policy=PublicationPolicy(policy), correction=correction)
        assert [passage.where for passage in cut] == wheres
        assert [passage.text for passage in cut] == [shown[where] for where in wheres]
        assert ["".join(piece.written for piece in passage.pieces) for passage in cut] == [
            texts.get(where, texts["written"]) for where in wheres
        ]


def test_an_officers_own_wording_replaces_the_reporters() -> None:
    assert body(a_view(public_text="Mặt đường hỏng"))["text"] == "Mặt đường hỏng"


def test_place_category_and_unit_are_named() -> None:
    shown = body(a_view())
    assert shown["area"]["name"] == "Phường Cẩm Thượng, Thành phố Hải Dương, Tỉnh Hải Dương"
    assert shown["area"]["district"]["code"] == "288"
    assert shown["category"]["group"]["code"] == "roads"
    assert shown["location"] == {"lat": 20.94132, "lon": 106.31702}
    assert shown["opened_at"] == "2026-11-20T03:00:00Z"


def test_a_category_that_touches_homes_shows_only_the_neighbourhood() -> None:
    books = packaged_provinces()
    touchy = next(c for c in books.catalogue.all(HAIDUONG) if c.publication.value == "confirm" and c.parent)
    case = project(a_view(category=touchy.code, address="Số nhà 1207, phố Cẩm Thượng"))
    shown = orjson.loads(render(case, updated_at=OPENED, revision=1).body)
    assert (shown["location"], shown["address"]) == ({"lat": 20.941, "lon": 106.317}, None)
    assert "1207" not in case.search_text


def test_a_case_without_a_point_is_no_feature() -> None:
    assert render(project(a_view(lat=None, lon=None)), updated_at=OPENED, revision=1).feature is None


def test_overdue_is_what_is_open_and_was_marked() -> None:
    late = OPENED + timedelta(days=9)
    assert body(a_view(overdue_at=late))["overdue"] is True
    assert body(a_view(overdue_at=late, state="resolved", resolution="fixed", resolved_at=late))["overdue"] is False


def test_what_others_may_not_read_does_not_even_change_the_digest() -> None:
    plain = project(a_view(an_entry(Audience.PUBLIC, None)))
    noted = project(a_view(an_entry(Audience.PUBLIC, None), an_entry(Audience.STAFF, "nội bộ", 2)))
    assert plain.digest == noted.digest


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, True),
        ({"publication": "pending"}, False),
        ({"publication": "withheld"}, False),
        ({"publication_policy": "never"}, False),
        ({"kind": "complaint"}, False),
        ({"kind": "denunciation"}, False),
    ],
)
def test_only_what_may_be_shown_is_shown(given: dict[str, Any], shown: bool) -> None:
    assert is_shown(a_source(**given)) is shown


@given(
    st.lists(
        st.tuples(st.sampled_from([Audience.REPORTER, Audience.UNIT, Audience.STAFF]), st.uuids().map(str)), max_size=6
    )
)
def test_internal_words_never_reach_the_public(entries: list[tuple[Audience, str]]) -> None:
    hidden = [an_entry(audience, text, number) for number, (audience, text) in enumerate(entries, 2)]
    rendered = render(project(a_view(an_entry(Audience.PUBLIC, None), *hidden)), updated_at=OPENED, revision=1)
    for _, text in entries:
        for out in (rendered.body, rendered.line, rendered.feature or b"", orjson.dumps(rendered.event)):
            assert text.encode() not in out


@given(st.text(max_size=400))
def test_a_title_is_one_short_line(text: str) -> None:
    title = title_of(text)
    assert len(title) <= 111
    assert "\n" not in title


def test_a_title_never_ends_inside_a_mask() -> None:
    assert title_of("x" * 105 + " [số điện thoại]") == "x" * 105 + "…"


def test_the_etag_names_content_and_revision() -> None:
    case = project(a_view())
    first, second = (render(case, updated_at=OPENED, revision=revision).etag for revision in (1, 2))
    assert first != second
    other = project(replace(a_view(), source=a_source(state="resolved")))
    assert render(other, updated_at=OPENED, revision=1).etag != first
