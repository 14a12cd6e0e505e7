"""A case as the public sees it. Only entries for the public are ever read, and every word people wrote is masked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, partial
from itertools import pairwise
from uuid import UUID
from zlib import crc32

import orjson

from app.cases.terms import NO_CORRECTION, OPEN_STATES, CaseState, Correction, PublicationState
from app.catalogue.terms import Category, Kind, PublicationPolicy
from app.directory.snapshot import AreaChain, Unit
from app.kit.text import Text, folded_words
from app.publication.terms import CaseView, Passage, PublicCase, Rendered, ShownPhoto, Source, Where
from app.supports.domain import compact
from app.timeline.domain import sentence
from app.timeline.terms import Audience, Entry

from .photos import shown_photos
from .redaction import pieces, redact

TITLE_CHARACTERS = 110
_JSON = orjson.OPT_UTC_Z
# Digits of a degree that are shown: about a metre, and about a hundred where an officer must confirm publication
# because the category touches people's homes.
_EXACT, _COARSE = 5, 3
# What of an entry's data names another case. Only the one it lives on in may be named, while that one is shown itself.
_OTHER_CASES = frozenset({"into", "from_case", "joined", "left"})
_BETWEEN = " | "  # of texts: no word, so that no phrase goes from one into the next
_HALF = 1 << 31  # what makes an unsigned number of 32 bits a signed one
_HIDDEN = Text("[không công khai]", "[not public]")._asdict()


def masked(text: str | None, correction: Correction = NO_CORRECTION) -> str | None:
    """`text` with personal data masked as the officer corrected it, None for none."""
    return redact(text, correction).text if text else None


def title_of(text: str) -> str:
    """The beginning of `text` on one line, cut between words and never inside a mask."""
    line = " ".join(text.split())
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[:TITLE_CHARACTERS]
    if cut.rfind("[") > cut.rfind("]"):
        cut = cut[: cut.rfind("[")]
    elif not line[TITLE_CHARACTERS].isspace() and " " in cut:
        cut = cut[: cut.rfind(" ")]
    return cut.rstrip(" ,;:.-") + "…"


def is_shown(source: Source) -> bool:
    """Whether anyone may see the case: published, and neither its category nor its legal track forbids it."""
    return (
        source.publication == PublicationState.PUBLISHED
        and source.publication_policy != PublicationPolicy.NEVER
        and not Kind(source.kind).diverted
    )


def passages(
    texts: Iterable[tuple[Where, str | None]], *, policy: PublicationPolicy, correction: Correction
) -> tuple[Passage, ...]:
    """What the public would read of these texts: as `project` shows them, each text once, in pieces."""
    shown: dict[str, Where] = {}
    for where, text in texts:
        if text and (where is not Where.ADDRESS or _is_exact(policy)):
            shown.setdefault(text, where)
    return tuple(Passage(where, pieces(text, correction)) for text, where in shown.items())


def _is_exact(policy: PublicationPolicy) -> bool:
    """Whether the place is told to the metre, with its address: a house number would undo what a coarse point hides."""
    return policy is PublicationPolicy.AUTOMATIC


def project(view: CaseView) -> PublicCase:
    """What anyone may see of the case, once `is_shown` says that they may."""
    source = view.source
    correction = Correction.of(source.redaction)
    mask = cache(partial(masked, correction=correction))  # an answer is told in the history again
    text = mask(source.public_text or source.written) or ""
    answer = mask(source.answer)
    exact = _is_exact(view.category.publication)
    address = mask(source.address) if exact else None
    digits = _EXACT if exact else _COARSE
    lat = round(source.lat, digits) if source.lat is not None else None
    lon = round(source.lon, digits) if source.lon is not None else None
    summary: dict[str, object] = {
        "code": source.code,
        "kind": source.kind,
        "state": source.state,
        "resolution": source.resolution,
        "title": title_of(text),
        "category": _category(view.category, view.group),
        "area": _area(view.chain),
        "address": address,
        "location": {"lat": lat, "lon": lon} if lat is not None else None,
        "responsible_unit": _unit(view.unit),
        "opened_at": source.opened_at,
        "due_at": source.due_at,
        "original_due_at": source.original_due_at,
        "overdue": source.overdue_at is not None and CaseState(source.state) in OPEN_STATES,
        "resolved_at": source.resolved_at,
        "report_count": source.report_count,
        "reopen_count": source.reopen_count,
        "support_count": compact(source.support_count),
        "merged_into": view.merged_into,
    }
    copies = [ShownPhoto(**{**photo, "id": UUID(photo["id"])}) for photo in source.photos or ()]
    photos = shown_photos(copies, view.category, correction)
    content = {
        **summary,
        "text": text,
        "answer": answer,
        "photos": photos,
        "timeline": [_entry(entry, view, mask) for entry in view.entries if entry.audience is Audience.PUBLIC],
        "links": {
            "self": f"/api/v1/reports/{source.code}",
            "deadline": f"/api/v1/reports/{source.code}/deadline",
            "routing": f"/api/v1/reports/{source.code}/routing",
        },
    }
    names = (view.category.name.vi, view.group.name.vi, *_area_names(view.chain))
    said = (source.code, text, answer or "", address or "", *names)
    digest = hashlib.blake2b(orjson.dumps(content, option=_JSON), digest_size=12).hexdigest()
    return PublicCase(
        content,
        summary,
        lat,
        lon,
        _BETWEEN.join(" ".join(words) for each in said if (words := folded_words(each))),
        digest,
        tuple(copy.id for copy in copies) if photos else (),
    )


def render(case: PublicCase, *, updated_at: datetime, revision: int) -> Rendered:
    """The public case as bytes of its `revision`, which the ETag names beside the content."""
    line = {**case.summary, "updated_at": updated_at}
    feature = None
    if case.lat is not None and case.lon is not None:
        shown = ("state", "resolution", "title", "overdue", "opened_at", "support_count")
        category = case.summary["category"]
        assert isinstance(category, dict)
        feature = orjson.dumps(
            {
                "type": "Feature",
                "id": case.summary["code"],
                "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
                "properties": {
                    "code": case.summary["code"],
                    "category": category["code"],
                    **{name: case.summary[name] for name in shown},
                    "updated_at": updated_at,
                },
            },
            option=_JSON,
        )
    written = orjson.dumps(line, option=_JSON)
    return Rendered(
        body=orjson.dumps({**case.content, "updated_at": updated_at}, option=_JSON),
        line=written,
        feature=feature,
        etag=f'"{case.digest}-{revision}"',
        event=orjson.loads(written),
    )


def search_terms(words: str) -> list[int]:
    """What `words`, folded and parted by spaces, are found by: each of them, and each with the one that follows.

    Pairs make a phrase as cheap to find as a word. Terms are the CRC-32 of their text, signed: four bytes each, so that
    they stay in the row. Ascending, each once.
    """
    each = words.encode().split(b" ") if words else []
    pairs = map(b" ".join, pairwise(each))
    return sorted({crc32(term) - _HALF for term in {*each, *pairs}})


def phrase_terms(phrase: str) -> list[int]:
    """Terms that every text with `phrase` in it has; some text without it may have all of them as well."""
    each = phrase.encode().split(b" ")
    return [crc32(term) - _HALF for term in (map(b" ".join, pairwise(each)) if len(each) > 1 else each)]


def tombstone(code: str, *, updated_at: datetime) -> Rendered:
    """What is left of a case taken back: a line for those who follow changes."""
    line = orjson.dumps({"code": code, "withdrawn": True, "updated_at": updated_at}, option=_JSON)
    return Rendered(body=b"", line=line, feature=None, etag="", event={"code": code})


def _category(category: Category, group: Category) -> dict[str, object]:
    return {
        "code": category.code,
        "name": category.name._asdict(),
        "group": {"code": group.code, "name": group.name._asdict()},
    }


def _area(chain: AreaChain) -> dict[str, object]:
    tiers = {"province": chain.province, "district": chain.district, "commune": chain.commune}
    return {
        "edition": chain.edition,
        **{tier: {"code": area.code, "name": area.name} if area else None for tier, area in tiers.items()},
        "name": ", ".join(_area_names(chain)),
    }


def _area_names(chain: AreaChain) -> list[str]:
    return [area.name for area in (chain.commune, chain.district, chain.province) if area]


def _unit(unit: Unit) -> dict[str, str]:
    return {"code": unit.code, "name": unit.name, "tier": unit.tier.value}


def _entry(entry: Entry, view: CaseView, mask: Callable[[str | None], str | None]) -> dict[str, object]:
    unit = view.units.get(entry.unit_id) if entry.unit_id else None
    data = {
        key: _HIDDEN if key in _OTHER_CASES and code != view.merged_into else code for key, code in entry.data.items()
    }
    return {
        "at": entry.at,
        "type": entry.type,
        "sentence": sentence(entry.type, data)._asdict(),
        "text": mask(entry.text),
        "unit": _unit(unit) if unit else None,
    }
