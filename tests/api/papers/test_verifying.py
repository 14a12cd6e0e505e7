"""Anyone may ask whether a paper is genuine, by its code, its QR code or its file, and learns nothing of the person."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.db.work import write_work
from app.identity.domain import Keyring
from app.kit.clock import FixedClock
from app.papers import domain, service
from app.papers.deps import paper_file
from app.papers.errors import DeskBusy
from app.papers.service import Desk, SignatureReader
from app.papers.terms import Paper, PaperId, PaperKind, ResultFile, Trust
from tests.authorities import an_authority, an_officer_of, signed, written_over
from tests.pages import Page, go
from tests.papers import FACTS, KEYS, UNIT, a_paper
from tests.provinces import HAIDUONG
from tests.statements import Statements

UNKNOWN = "0" * 64
NOTHING = {
    "genuine": False,
    "kind": None,
    "kind_name": None,
    "agency": None,
    "issued_on": None,
    "superseded": None,
    "matched": None,
}
PERSONAL = (FACTS.applicant, FACTS.phone, FACTS.email, FACTS.address, FACTS.code, FACTS.procedure, FACTS.officer)


async def issued(db: Database, clock: FixedClock, supersedes: PaperId | None = None, keys: Keyring = KEYS) -> Paper:
    """A receipt that is there."""
    async with write_work(db, clock, HAIDUONG) as work:
        return await service.issue(
            work,
            keys,
            tenant_id=HAIDUONG,
            subject_id=uuid4() if supersedes is None else UNIT,
            unit_id=UNIT,
            kind=PaperKind.RECEIPT if supersedes is None else PaperKind.APOLOGY,
            facts=FACTS,
            by=None,
            supersedes=supersedes,
        )


async def asked(client: httpx.AsyncClient, typed: str) -> Any:
    answer = await client.get(f"/api/v1/verify/{typed}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return answer.json()


async def test_a_genuine_paper_tells_its_kind_agency_and_date_and_nothing_of_the_person(
    client: httpx.AsyncClient, db: Database, clock: FixedClock
) -> None:
    paper = await issued(db, clock)
    told = {
        "genuine": True,
        "kind": "receipt",
        "kind_name": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        "agency": "Ủy ban nhân dân thành phố Hải Dương",
        "issued_on": "2026-11-27",
        "superseded": False,
        "matched": "code",
    }
    short = domain.short_code(paper.checksum)
    for typed in (paper.checksum, paper.checksum.upper(), short, short.lower().replace("-", "")):
        assert await asked(client, typed) == told, typed
        page = Page(await client.get(f"/verify/{typed}"))
        assert "Giấy có thật" in page.text
        assert "27/11/2026" in page.text
        assert not [one for one in (*PERSONAL, paper.number) if one in page.text]
    english = await client.get(f"/api/v1/verify/{short}", headers={"Accept-Language": "en"})
    assert english.json()["kind_name"] == "Receipt with the date of the result"

    await issued(db, clock, supersedes=paper.id)
    assert await asked(client, short) == {**told, "superseded": True}
    assert "đã được thay bằng giấy khác" in Page(await client.get(f"/verify/{short}")).text


async def test_what_is_unknown_misspelt_or_another_provinces_has_one_answer(
    client: httpx.AsyncClient, db: Database, clock: FixedClock, statements: Statements
) -> None:
    paper = await issued(db, clock)
    answers, pages, work = set[str](), set[str](), set[tuple[str, ...]]()
    near = paper.checksum[:-1] + ("0" if paper.checksum[-1] != "0" else "1")
    for typed in (UNKNOWN, UNKNOWN[:20], near, paper.checksum[:19], paper.number, "x" * 100, "%00", "%20"):
        statements.clear()
        assert await asked(client, typed) == NOTHING, typed
        work.add(tuple(statements.texts))
        answers.add((await client.get(f"/api/v1/verify/{typed}")).text)
        pages.add((await client.get(f"/verify/{typed}")).text.replace(typed, ""))
    there = await client.get(f"/api/v1/verify/{paper.checksum}", headers={"Host": "khanhhoa.localhost"})
    assert answers == {there.text}
    assert {len(one) for one in work} == {1}
    assert len(work) == 1, "the work done tells them apart"
    assert len(pages) == 1


async def test_the_form_takes_a_code_however_it_is_typed(
    client: httpx.AsyncClient, db: Database, clock: FixedClock
) -> None:
    paper = await issued(db, clock)
    form = Page(await client.get("/verify")).form("/verify")
    typed = f"  {domain.short_code(paper.checksum).lower().replace('-', ' ')} "
    assert "Giấy có thật" in Page(await go(client, form, code=typed)).text
    assert "Không tìm thấy giấy nào" in Page(await go(client, form, code="ABCD-EFGH")).text
    assert "Không tìm thấy giấy nào" in Page(await go(client, form, code="Đường")).text
    for nothing in ("", "  ", "../", "<b>", "a/b"):
        answer = await go(client, form, code=nothing)
        assert answer.status_code == 422
        assert "Hãy nhập mã kiểm tra" in Page(answer).text


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda pdf: pdf, "Tệp đúng là bản cơ quan đã lập"),
        (lambda pdf: pdf + b"\n", "nhưng tệp khác bản cơ quan đã lập"),
        (lambda pdf: pdf.replace(b"lienthong-paper-", b"another-paper-"), "Không tìm thấy giấy nào"),
        (lambda _: b"%PDF-1.7 lienthong-paper-" + b"a" * 64, "Không tìm thấy giấy nào"),
        (lambda _: b"", "Không tìm thấy giấy nào"),
    ],
    ids=["as issued", "changed", "another's", "forged", "empty"],
)
async def test_a_file_is_compared_with_what_was_issued(
    client: httpx.AsyncClient, db: Database, clock: FixedClock, made: Any, said: str
) -> None:
    paper = await issued(db, clock)
    file = made(await service.pdf_of(paper))
    page = Page(await client.post("/verify", data={"code": ""}, files={"file": ("giay.pdf", file, "application/pdf")}))
    assert said in page.text
    assert not [one for one in PERSONAL if one in page.text]


async def test_a_result_that_a_unit_has_signed_is_told_by_its_signatures(
    client: httpx.AsyncClient, application: FastAPI
) -> None:
    root = an_authority()
    reader = SignatureReader(Trust((root.der,)))
    before, application.state.signature_reader = application.state.signature_reader, reader
    file = await signed(await service.pdf_of(a_paper()), an_officer_of(root))
    for result, said in (
        (file, ("Hợp lệ", "Nguyễn Văn Lãnh, UBND thành phố Hải Dương", "tệp không đổi từ khi ký")),
        (written_over(file, "Da duyet"), ("Chưa tin được", "tệp đã bị sửa sau khi ký")),
        (file[: len(file) // 2] + b"/ByteRange", ("Không tìm thấy giấy nào",)),
    ):
        page = Page(await client.post("/verify", files={"file": ("ket-qua.pdf", result, "application/pdf")}))
        assert not [one for one in said if one not in page.text], page.text
        assert "030099001234" not in page.text
    application.state.signature_reader = before


async def test_a_paper_is_drawn_for_whoever_does_not_hold_it_and_too_many_at_once_are_sent_away(
    db: Database, clock: FixedClock
) -> None:
    paper, desk = await issued(db, clock), Desk(KEYS, at_once=1, waiting=0)
    answer = await paper_file(desk, db, paper, None, clock.now())
    assert (answer.media_type, answer.headers["cache-control"]) == ("application/pdf", "private, no-cache")
    assert answer.headers["content-disposition"] == 'inline; filename="01-GTN-H23.288-261127-0042.pdf"'
    assert answer.body == await service.pdf_of(paper)
    held = await paper_file(desk, db, paper, answer.headers["etag"], clock.now())
    assert (held.status_code, held.body) == (304, b"")
    drawn = await asyncio.gather(*(desk.draw(paper) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in drawn] == [bytes, DeskBusy, DeskBusy]


async def test_the_sha_256_of_a_result_and_of_a_paper_s_own_file_are_answered(
    client: httpx.AsyncClient, db: Database, clock: FixedClock, statements: Statements
) -> None:
    result, other = b"%PDF-1.7 the certificate", b"%PDF-1.7 another"
    facts = dataclasses.replace(FACTS, results=(ResultFile("Giấy chứng nhận.pdf", hashlib.sha256(result).hexdigest()),))
    async with write_work(db, clock, HAIDUONG) as work:
        cover = await service.issue(
            work,
            KEYS,
            tenant_id=HAIDUONG,
            subject_id=uuid4(),
            unit_id=UNIT,
            kind=PaperKind.RESULT_COVER,
            facts=facts,
            by=None,
        )
    statements.clear()
    told = await asked(client, hashlib.sha256(result).hexdigest())
    assert len(statements.texts) == 1, "as many as for what nobody knows"
    assert (told["genuine"], told["kind"], told["matched"]) == (True, "result_cover", "result_file")
    printed = " ".join(hashlib.sha256(result).hexdigest()[at : at + 8] for at in range(0, 64, 8)).upper()
    form = Page(await client.get("/verify")).form("/verify")
    page = Page(await go(client, form, code=printed))
    assert "Tệp đúng là kết quả cơ quan đã ký trả" in page.text
    assert "Giấy chứng nhận.pdf" not in page.text, "a file's name may name a person"
    page = Page(await client.post("/verify", files={"file": ("kq.pdf", result, "application/pdf")}))
    assert "Tệp đúng là kết quả cơ quan đã ký trả" in page.text
    assert await asked(client, hashlib.sha256(other).hexdigest()) == NOTHING

    async with asyncio.TaskGroup() as both:  # opened twice at once, noted once
        drawn = [both.create_task(Desk(KEYS).hand_out(db, cover, clock.now())) for _ in range(2)]
    own = await asked(client, hashlib.sha256(drawn[0].result()).hexdigest())
    assert (own["genuine"], own["kind"], own["matched"]) == (True, "result_cover", "paper_file")
    there = await client.get(
        f"/api/v1/verify/{hashlib.sha256(result).hexdigest()}", headers={"Host": "khanhhoa.localhost"}
    )
    assert there.json() == NOTHING


async def test_a_file_too_large_for_a_paper_is_said_on_a_page(client: httpx.AsyncClient) -> None:
    answer = await client.post("/verify", files={"file": ("lon.pdf", b"x" * 1_100_000, "application/pdf")})
    assert answer.status_code == 413
    assert "giấy do hệ thống lập nhỏ hơn nhiều" in Page(answer).text
