"""Every problem a client can meet is explained in docs/problems.md, and nothing else is."""

from __future__ import annotations

import re
from collections import defaultdict

from app.kit.problems import Problem
from tests.house.code import ROOT, import_everything

FILE = ROOT / "docs" / "problems.md"
HEAD = """\
# Problems

Every refusal is a `application/problem+json` (RFC 9457). Its `type` ends with one of the words below; the word never
changes, the sentences may. Mỗi lỗi dưới đây có một mã không đổi; ứng dụng dựa vào mã, con người đọc câu.
"""


def problems() -> dict[str, list[type[Problem]]]:
    """Every class of problem by its slug; a slug of several classes is one problem with several occasions."""
    import_everything()
    by_slug: dict[str, list[type[Problem]]] = defaultdict(list)
    waiting = [Problem]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind not in by_slug[kind.slug]:
            by_slug[kind.slug].append(kind)
    return by_slug


def sections() -> dict[str, str]:
    """What the document says under each heading."""
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else HEAD
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


def described(kind: type[Problem]) -> str:
    """A first description of a problem, in its own sentences."""
    detail = kind.default_detail()
    said = [f"{kind.status} · {kind.title.vi} · {kind.title.en}"]
    if detail != kind.title:
        said += [detail.vi, detail.en]
    return "\n\n".join(said)


def test_every_problem_is_explained_and_nothing_else_is(refresh: bool) -> None:
    known = problems()
    if refresh:
        kept = sections()
        written = (f"\n## {slug}\n\n{kept.get(slug) or described(known[slug][0])}\n" for slug in sorted(known))
        FILE.write_text(HEAD + "".join(written), encoding="utf-8")
    explained = sections()
    assert sorted(explained) == sorted(known), "run `make refresh`, then say in docs/problems.md what helps"
    assert list(explained) == sorted(explained)
    assert all(explained.values())


def test_a_slug_has_one_status_and_speaks_both_languages() -> None:
    for slug, kinds in problems().items():
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", slug), slug
        assert len({kind.status for kind in kinds}) == 1, slug
        for kind in kinds:
            assert kind.title.vi, kind
            assert kind.title.en, kind
            assert kind.title.vi != kind.title.en, kind
