"""Signatures of others in PDF files: who, when, intact, whole, trusted; and files made to harm their reader."""

from __future__ import annotations

import asyncio
import io
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pikepdf
import pytest

from app.papers import reader, service
from app.papers.errors import SignaturesUnreadable
from app.papers.service import SignatureReader
from app.papers.store import trust_of
from app.papers.terms import Later, SeenSignature, Standing, Trust
from tests.authorities import (
    AT,
    YEAR,
    Holder,
    a_clock_of,
    an_authority,
    an_officer_of,
    signed,
    with_revocation,
    written_over,
)
from tests.papers import a_paper

ROOT = an_authority()
LEADER = an_officer_of(ROOT)


async def a_result() -> bytes:
    return await service.pdf_of(a_paper())


async def seen(pdf: bytes, *roots: Holder, later: timedelta = timedelta()) -> tuple[SeenSignature, ...]:
    """What the reader sees, here: as a program of its own it takes a second to start."""
    found = await asyncio.to_thread(reader.signatures_of, pdf, [root.der for root in roots], AT + later)
    return tuple(found)


async def read(pdf: bytes, *roots: Holder) -> tuple[SeenSignature, ...]:
    """The same from the program, as the service has it."""
    return await SignatureReader(Trust(tuple(root.der for root in roots))).signatures_of(pdf, AT)


async def test_a_signed_result_tells_who_signed_it_when_and_that_it_is_whole() -> None:
    pdf = await a_result()
    assert await seen(pdf, ROOT) == ()
    file = await signed(pdf, LEADER, clock=a_clock_of(ROOT))
    (one,) = found = await seen(file, ROOT)
    assert await read(file, ROOT) == found
    assert (one.signer, one.organisation) == ("Nguyễn Văn Lãnh", "UBND thành phố Hải Dương")
    assert (one.issuer, one.valid_from, one.valid_to) == ("Chứng thực chuyên dùng Chính phủ", AT - YEAR, AT + YEAR)
    assert one.claimed_at is not None
    assert one.stamped_at == AT
    assert (one.intact, one.whole_file, one.later, one.standing) == (True, True, Later.NOTHING, Standing.TRUSTED)
    assert one.sound
    assert "030099001234" not in repr(one), "the number of the signer's card is nobody's business"


async def test_a_second_signature_is_an_addition_that_the_first_allows() -> None:
    pdf = await signed(await a_result(), LEADER)
    first, second = await seen(await signed(pdf, an_officer_of(ROOT), field="ChuKy2"), ROOT)
    assert (first.whole_file, first.later, first.sound) == (False, Later.ADDED, True)
    assert (second.whole_file, second.later, second.sound) == (True, Later.NOTHING, True)
    assert second.stamped_at is None


async def test_what_was_changed_in_the_file_is_seen() -> None:
    pdf = await signed(await a_result(), LEADER)
    at = pdf.index(b"lienthong-paper-")
    (tampered,) = await seen(pdf[:at] + b"Lienthong-paper-" + pdf[at + 16 :], ROOT)
    assert (tampered.intact, tampered.sound, tampered.standing) == (False, False, Standing.TRUSTED)


async def test_what_was_added_to_the_file_after_it_was_signed_is_seen() -> None:
    pdf = await signed(await a_result(), LEADER)
    (one,) = await seen(written_over(pdf, "Da duyet"), ROOT)
    assert (one.intact, one.whole_file, one.later, one.sound) == (True, False, Later.CHANGED, False)
    (cut,) = await seen(pdf + b"\n% more\n", ROOT)
    assert not cut.whole_file


async def test_a_signature_is_trusted_by_its_root_alone() -> None:
    pdf = await signed(await a_result(), LEADER, chain=[ROOT])
    for roots in ((), (an_authority(),), (an_authority("Tự xưng"),)):
        (one,) = await seen(pdf, *roots)
        assert (one.intact, one.standing, one.sound) == (True, Standing.UNKNOWN_ISSUER, False)
    (self_made,) = await seen(await signed(await a_result(), an_authority()), ROOT)
    assert self_made.standing is not Standing.TRUSTED


async def test_a_certificate_out_of_date_counts_as_of_a_trusted_timestamp_alone() -> None:
    pdf, clock = await a_result(), a_clock_of(ROOT)
    brief = an_officer_of(ROOT, until=AT + timedelta(days=30))
    later = timedelta(days=60)
    (unstamped,) = await seen(await signed(pdf, brief), ROOT, later=later)
    assert (unstamped.intact, unstamped.standing) == (True, Standing.OUT_OF_DATE)
    (stamped,) = await seen(await signed(pdf, brief, clock=clock), ROOT, later=later)
    assert (stamped.stamped_at, stamped.standing, stamped.sound) == (AT, Standing.TRUSTED, True)
    (strange,) = await seen(await signed(pdf, brief, clock=a_clock_of(an_authority())), ROOT, later=later)
    assert (strange.stamped_at, strange.standing) == (None, Standing.OUT_OF_DATE)
    early = an_officer_of(ROOT, since=AT + timedelta(days=1))
    (too_soon,) = await seen(await signed(pdf, early), ROOT)
    assert too_soon.standing is Standing.OUT_OF_DATE


async def test_a_revocation_that_the_file_carries_counts() -> None:
    pdf = await signed(await a_result(), LEADER)
    (one,) = await seen(with_revocation(pdf, LEADER, ROOT, AT - timedelta(days=1)), ROOT)
    assert (one.intact, one.later, one.standing, one.sound) == (True, Later.ADDED, Standing.REVOKED, False)
    (another,) = await seen(with_revocation(pdf, LEADER, an_authority(), AT - timedelta(days=1)), ROOT)
    assert another.standing is Standing.UNKNOWN_ISSUER, "a list that somebody else has signed revokes nothing"


def a_bomb() -> bytes:
    """A file of a few megabytes whose table of objects unfolds to one and a half gigabytes."""
    press = zlib.compressobj(1)
    zeros = bytes(1 << 24)
    packed = b"".join(press.compress(zeros) for _ in range(96)) + press.flush()
    head = b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 9/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length %d>>\n" % len(packed)
    return head + b"stream\n" + packed + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


def nested() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\nendobj\ntrailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize(
    "made",
    [
        lambda: b"",
        lambda: b"%PDF-1.7\n",
        lambda: b"PK\x03\x04",
        lambda: b"%PDF-1.7" + b"\x00" * 100_000,
        nested,
        a_bomb,
    ],
    ids=["empty", "head alone", "no PDF", "zeros", "nested", "bomb"],
)
async def test_a_file_that_cannot_be_read_is_refused_in_time(made: Callable[[], bytes]) -> None:
    file, started = made(), monotonic()
    with pytest.raises(SignaturesUnreadable):
        await read(file, ROOT)
    assert monotonic() - started < 12


async def test_a_cut_or_locked_file_and_one_that_takes_too_long_are_refused() -> None:
    pdf = await signed(await a_result(), LEADER)
    locked = io.BytesIO()
    pikepdf.open(io.BytesIO(pdf)).save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))
    for file in (pdf[: len(pdf) // 2], locked.getvalue()):
        with pytest.raises(SignaturesUnreadable):
            await read(file, ROOT)
    with pytest.raises(SignaturesUnreadable):
        await SignatureReader(Trust(), wait_s=0.01).signatures_of(pdf, AT)


def test_authorities_are_read_from_a_folder_and_a_file_that_holds_none_is_named(tmp_path: Path) -> None:
    assert trust_of(None) == trust_of(tmp_path) == Trust()
    (tmp_path / "b.pem").write_bytes(ROOT.pem + LEADER.pem)
    (tmp_path / "a.cer").write_bytes(LEADER.der)
    (tmp_path / "readme.txt").write_text("…")
    assert trust_of(tmp_path).roots == (LEADER.der, ROOT.der, LEADER.der)
    (tmp_path / "c.crt").write_text("none")
    with pytest.raises(ValueError, match=r"c\.crt"):
        trust_of(tmp_path)
