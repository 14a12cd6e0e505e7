"""The words that a template makes of a paper's facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.papers.terms import Document, Mark, Note, Paper, PaperFacts, ResultFile, Sheet, Signature

from .frozen import keyword_of, printable, short_code

_NATION: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO: Final = "Độc lập - Tự do - Hạnh phúc"
_COMMITTEE: Final = "Ủy ban nhân dân"
_ABOUT_CHECK: Final = "Mã QR để kiểm tra giấy này có thật"
_ABOUT_TRACKING: Final = "Mã QR để theo dõi hồ sơ"


@dataclass(frozen=True, slots=True)
class Template:
    """The words of a kind of paper in one version; `name` says which, `layout` the file that places them."""

    name: str
    mark: str
    layout: str
    basis: str
    words: Mapping[str, Any]


def sheet_of(paper: Paper, template: Template) -> Sheet:
    """The paper's words, part by part. A line whose fact is not stated is left out."""
    facts, words = printable(paper.facts), template.words
    said = _said(paper, facts, template)
    return Sheet(
        title=words["title"],
        subject=words.get("subject", ""),
        number=paper.number,
        numbered=f"Số: {paper.number}",
        parent=facts.parent_agency.replace(_COMMITTEE, "UBND"),
        agency=_in_lines(facts.agency),
        nation=_NATION,
        motto=_MOTTO,
        written=f"{facts.seat}, {_day(facts.issued_at)}",
        to=words.get("to", "").format_map(said),
        body=tuple(_part(part, said, facts) for part in words["body"] if said.get(part.get("needs", "code"))),
        signatures=tuple(
            Signature(one["role"], one["how"], one["room"], one["name"].format_map(said)) for one in words["signatures"]
        ),
        recipients=tuple(line.format_map(said) for line in words["recipients"]),
        notes=tuple(
            Note(line["text"].format_map(said), line.get("strong", False))
            for line in words["notes"]
            if said.get(line.get("needs", "code"))
        ),
        marks=_marks(facts, said),
        keywords=(keyword_of(paper.checksum),),
    )


def _in_lines(agency: str) -> tuple[str, ...]:
    """A committee's name breaks before its place, as letterheads have it."""
    head, found, place = agency.partition(f"{_COMMITTEE} ")
    return (_COMMITTEE, place) if found and not head else (agency,)


def _marks(facts: PaperFacts, said: Mapping[str, str]) -> tuple[Mark, ...]:
    check = Mark(said["check_url"], _ABOUT_CHECK)
    return (check, Mark(facts.tracking_url, _ABOUT_TRACKING)) if facts.tracking_url else (check,)


def _part(part: Mapping[str, Any], said: Mapping[str, str], facts: PaperFacts) -> Mapping[str, Any]:
    made = {"form": part["form"], "label": part.get("label", "").format_map(said)}
    match part["form"]:
        case "line":
            return {**made, "text": part["text"].format_map(said), "strong": part.get("strong", False)}
        case "list":
            return {**made, "items": list(getattr(facts, part["items"]))}
        case _:
            rows = [[str(at), *_cells(row)] for at, row in enumerate(getattr(facts, part["rows"]), 1)]
            return {**made, **{name: part[name] for name in ("heads", "widths", "centred")}, "rows": rows}


def _cells(row: Document | ResultFile) -> tuple[str, ...]:
    """A row as it stands in its table; a checksum in groups that an eye can follow."""
    match row:
        case Document(name, copies, form):
            return (name, f"{copies:02}", form)
        case ResultFile(name, checksum):
            groups = [checksum[at : at + 8] for at in range(0, len(checksum), 8)]
            return (name, " ".join(groups[:4]) + "\n" + " ".join(groups[4:]))


def _said(paper: Paper, facts: PaperFacts, template: Template) -> dict[str, str]:
    missed = facts.appointment_at is not None and facts.appointment_at < facts.issued_at
    return {
        "number": paper.number,
        "code": facts.code,
        "agency": facts.agency,
        "desk": facts.desk or facts.agency,
        "procedure": f"{facts.procedure} (mã thủ tục {facts.procedure_code})",
        "applicant": facts.applicant,
        "address": facts.address,
        "phone": facts.phone,
        "email": facts.email,
        "sets": f"{facts.sets:02}",
        "fee": _dong(facts.fee_vnd),
        "processing_time": facts.processing_time,
        "received": _moment(facts.received_at),
        "on_received": _day(facts.received_at).capitalize(),
        "appointment": _moment(facts.appointment_at),
        "first_appointment": _moment(facts.first_appointment_at),
        "missed": "1" if missed else "",
        "in_time": "" if missed else "1",
        "new_appointment": _moment(facts.new_appointment_at),
        "supplement_until": _moment(facts.supplement_until),
        "collected_at": facts.collected_at,
        "officer": facts.officer,
        "contact": facts.contact,
        "documents": _any(facts.documents),
        "results": _any(facts.results),
        "requirements": _any(facts.requirements),
        "reasons": _any(facts.reasons),
        "tracking_url": facts.tracking_url,
        "public_url": facts.public_url,
        "check_url": f"{facts.public_url}/verify/{paper.checksum}",
        "short_code": short_code(paper.checksum),
        "basis": template.basis,
    }


def _any(rows: Sequence[object]) -> str:
    return str(len(rows)) if rows else ""


def _day(at: datetime | None) -> str:
    """The day in words; days and months below 10, and 1 and 2, with a zero as the decree asks."""
    if at is None:
        return ""
    month = f"{at.month:02}" if at.month < 3 else str(at.month)
    return f"ngày {at.day:02} tháng {month} năm {at.year}"


def _moment(at: datetime | None) -> str:
    return f"{at:%H} giờ {at:%M} phút, {_day(at)}" if at else ""


def _dong(amount: int | None) -> str:
    """An amount of money; nothing is said where none was stated."""
    if amount is None:
        return ""
    return f"{amount:,}".replace(",", ".") + " đồng" if amount else "không thu"
