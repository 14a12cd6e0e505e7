"""Whatever the place, the category, the kind, the time and the answers: one unit, and always the same one."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings, strategies as st

from app.catalogue.terms import Answer, Category, Kind, Priority, Question, QuestionType
from app.directory.snapshot import AreaChain
from app.directory.terms import Confidence
from app.kit.ids import TenantId
from app.routing import service
from app.routing.snapshot import Rulebooks
from app.routing.terms import Decision
from tests.provinces import HAIDUONG, KHANHHOA, Provinces, packaged_provinces

# 2000 to 2100: before every rulebook and long after.
INSTANTS = st.integers(946_684_800, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))


def answers_to(question: Question) -> st.SearchStrategy[Answer]:
    """An answer of the right type, or one of any other."""
    of_type: dict[QuestionType, st.SearchStrategy[Answer]] = {
        QuestionType.TEXT: st.text(max_size=20),
        QuestionType.CHOICE: st.sampled_from([choice.code for choice in question.choices] or ["none"]),
        QuestionType.BOOLEAN: st.booleans(),
        QuestionType.NUMBER: st.one_of(st.integers(-5, 2000), st.floats(allow_nan=False)),
    }
    return st.one_of(of_type[question.type], st.booleans(), st.integers(), st.text(max_size=5))


@st.composite
def matters(draw: st.DrawFn) -> tuple[TenantId, AreaChain, Category, Kind, Priority, dict[str, Answer], datetime]:
    """Any place of either province, from a commune up to the province, and anything one may say of a matter."""
    provinces = packaged_provinces()
    tenant = draw(st.sampled_from([HAIDUONG, KHANHHOA]))
    about = provinces.directory.tenant(tenant)
    areas = sorted(provinces.directory.map(about.edition).subtree(about.province))
    chain = provinces.directory.chain_in(tenant, draw(st.sampled_from(areas)))
    category = draw(st.sampled_from(provinces.catalogue.all(tenant)))
    optional = {question.code: answers_to(question) for question in category.questions}
    answers = draw(st.fixed_dictionaries({}, optional=optional))
    kind, priority = draw(st.sampled_from(Kind)), draw(st.sampled_from(Priority))
    return tenant, chain, category, kind, priority, answers, draw(INSTANTS)


def decided(
    provinces: Provinces,
    matter: tuple[TenantId, AreaChain, Category, Kind, Priority, dict[str, Answer], datetime],
    rulebooks: Rulebooks | None = None,
) -> Decision:
    """The decision on the matter."""
    tenant, chain, category, kind, priority, answers, at = matter
    return service.decide(
        rulebooks or provinces.rulebooks,
        provinces.directory,
        provinces.catalogue,
        tenant=tenant,
        chain=chain,
        confidence=Confidence.BORDER,
        category=category.code,
        kind=kind,
        priority=priority,
        answers=answers,
        at=at,
    )


@settings(max_examples=300, deadline=None)
@given(matters())
def test_every_matter_has_exactly_one_unit_in_force_and_always_the_same(
    matter: tuple[TenantId, AreaChain, Category, Kind, Priority, dict[str, Answer], datetime],
) -> None:
    provinces = packaged_provinces()
    decision = decided(provinces, matter)
    assert decided(provinces, matter) == decision
    tenant, chain, _, kind, _, _, at = matter
    unit = provinces.directory.unit(tenant, decision.unit_id)
    assert unit.in_force(at.date())
    assert (unit.code, unit.tier) == (decision.unit_code, decision.tier)
    assert decision.reason.vi.endswith(".")
    assert decision.reason.en.endswith(".")
    assert unit.name in decision.reason.vi
    assert "{" not in decision.reason.vi + decision.reason.en
    if kind.diverted and decision.rulebook_version:
        assert decision.rule == "legal-track"
    assert unit.area_code in chain.codes


@settings(max_examples=150, deadline=None)
@given(matters())
def test_without_any_rulebook_there_is_still_a_unit(
    matter: tuple[TenantId, AreaChain, Category, Kind, Priority, dict[str, Answer], datetime],
) -> None:
    decision = decided(packaged_provinces(), matter, Rulebooks([]))
    assert decision.rulebook_version == 0
    assert decision.rule in {"category_default", "reception"}


@settings(max_examples=100, deadline=None)
@given(matters())
def test_conduct_is_never_sent_to_the_office_reported(
    matter: tuple[TenantId, AreaChain, Category, Kind, Priority, dict[str, Answer], datetime],
) -> None:
    provinces = packaged_provinces()
    tenant, chain, _, kind, priority, answers, at = matter
    category = provinces.catalogue.category(tenant, "conduct.attitude")
    in_force = max(at, datetime(2026, 1, 1, tzinfo=UTC))
    for tier, depth in (("commune", 2), ("district", 1)):
        given_answers: dict[str, Answer] = {**answers, "office_tier": tier}
        decision = decided(provinces, (tenant, chain, category, kind, priority, given_answers, in_force))
        assert decision.tier.depth < depth
