"""Whether a rulebook may be published: everything it names exists. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from string import Formatter
from typing import Final

from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import CategoryCode
from app.directory.snapshot import Directory
from app.directory.terms import Tier
from app.kit.ids import TenantId
from app.kit.text import Text
from app.routing.errors import InvalidRulebook
from app.routing.terms import AnswerTest, CoveringUnit, NamedUnit, Rule, RuleCode, Target

_TWICE: Final = Text("Mã quy tắc “{code}” đã dùng ở trên.", "The rule code “{code}” is used above.")
_NO_CATEGORY: Final = Text("Không có lĩnh vực “{code}”.", "There is no category “{code}”.")
_NO_AREA: Final = Text("“{code}” không phải đơn vị hành chính của tỉnh.", "“{code}” is not an area of the province.")
_NO_TYPE: Final = Text("Tỉnh không có loại đơn vị “{code}” ở cấp xã.", "No commune of the province is a “{code}”.")
_NO_QUESTION: Final = Text(
    "Các lĩnh vực của quy tắc không có câu hỏi “{code}”.", "No category of the rule asks the question “{code}”."
)
_NO_ANSWER: Final = Text("Câu hỏi này không có câu trả lời “{code}”.", "The question has no answer “{code}”.")
_NO_UNIT: Final = Text(
    "Không có cơ quan mang mã “{code}” đang hoạt động vào ngày đó.", "No unit “{code}” is in force on that day."
)
_NO_SUCH_UNITS: Final = Text(
    "Tỉnh không có cơ quan nào thuộc loại và cấp này.", "The province has no unit of this kind and tier."
)
_BAD_REASON: Final = Text(
    "Chỉ được dùng {{unit}}, {{category}} và {{area}} trong câu lý do, và câu không được trống.",
    "A reason must not be empty and may name only {{unit}}, {{category}} and {{area}}.",
).fill()
_BAD_DATES: Final = Text("Ngày kết thúc ở trước ngày bắt đầu.", "The last day is before the first.")


def check_rules(
    rules: Sequence[Rule], directory: Directory, catalogue: Catalogue, *, tenant: TenantId, on: date
) -> None:
    """Nothing when the tenant could publish `rules` to be in force from the day `on`.

    Raises: InvalidRulebook with a JSON pointer for each unknown category, area, question, answer or unit, each code
    used twice and each reason that names something else than {unit}, {category} and {area}.
    """
    checker = _Checker(directory, catalogue, tenant, on)
    errors: list[dict[str, object]] = [
        {"pointer": f"/rules/{place}{pointer}", "detail": detail}
        for place, rule in enumerate(rules)
        for pointer, detail in checker.mistakes(rule)
    ]
    seen: set[RuleCode] = set()
    for place, rule in enumerate(rules):
        if rule.code in seen:
            errors.append({"pointer": f"/rules/{place}/code", "detail": _TWICE.fill(code=rule.code)})
        seen.add(rule.code)
    if errors:
        raise InvalidRulebook(errors[:50])


class _Checker:
    """Finds what a rule names that the tenant does not have."""

    def __init__(self, directory: Directory, catalogue: Catalogue, tenant: TenantId, on: date) -> None:
        self._directory = directory
        self._catalogue = catalogue
        self._tenant = tenant
        self._on = on
        about = directory.tenant(tenant)
        self._map = directory.map(about.edition)
        self._areas = self._map.subtree(about.province)
        communes = (self._map.area(code) for code in self._areas)
        self._types = frozenset(area.type_name for area in communes if area.tier is Tier.COMMUNE)

    def mistakes(self, rule: Rule) -> Iterator[tuple[str, Text]]:
        """Each mistake of `rule` with its place in it."""
        when = rule.when
        categories = frozenset(category.code for category in self._catalogue.all(self._tenant))
        yield from _unknown("/when/categories", when.categories, categories, _NO_CATEGORY)
        yield from _unknown("/when/areas", when.areas, self._areas, _NO_AREA)
        yield from _unknown("/when/area_types", when.area_types, self._types, _NO_TYPE)
        if when.from_day and when.until_day and when.until_day < when.from_day:
            yield "/when/dates/until", _BAD_DATES
        for at, test in enumerate(when.answers):
            yield from self._untestable(f"/when/answers/{at}", when.categories, test)
        yield from self._nobody(rule.to)
        for lang, sentence in (("vi", rule.reason.vi), ("en", rule.reason.en)):
            if not _is_reason(sentence):
                yield f"/reason/{lang}", _BAD_REASON

    def _untestable(
        self, pointer: str, categories: Sequence[CategoryCode], test: AnswerTest
    ) -> Iterator[tuple[str, Text]]:
        known = [code for code in categories if self._catalogue.find(self._tenant, code)]
        codes = {leaf for code in known for leaf in self._catalogue.subtree(self._tenant, code)}
        questions = [
            question
            for category in self._catalogue.all(self._tenant)
            if category.code in codes or not categories
            for question in category.questions
            if question.code == test.question
        ]
        if not questions:
            yield f"{pointer}/question", _NO_QUESTION.fill(code=test.question)
            return
        choices = {choice.code for question in questions for choice in question.choices}
        for at, wanted in enumerate(test.one_of):
            if choices and wanted not in choices:
                yield f"{pointer}/in/{at}", _NO_ANSWER.fill(code=wanted)

    def _nobody(self, target: Target) -> Iterator[tuple[str, Text]]:
        units = [unit for unit in self._directory.units(self._tenant) if unit.in_force(self._on)]
        match target:
            case NamedUnit(code):
                if all(unit.code != code for unit in units):
                    yield "/to/unit", _NO_UNIT.fill(code=code)
            case CoveringUnit(kind, tier):
                if all((unit.kind, unit.tier) != (kind, tier) for unit in units):
                    yield "/to", _NO_SUCH_UNITS


def _unknown(pointer: str, named: Sequence[str], known: Collection[str], sentence: Text) -> Iterator[tuple[str, Text]]:
    """A mistake for each of `named` that is not among `known`."""
    return ((f"{pointer}/{at}", sentence.fill(code=code)) for at, code in enumerate(named) if code not in known)


def _is_reason(sentence: str) -> bool:
    """Whether `sentence` is not empty and names nothing but what a reason may name."""
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError:
        return False
    plain = all(
        name is None or (name in {"unit", "category", "area"} and not spec and conversion is None)
        for _, name, spec, conversion in parts
    )
    return plain and bool(sentence.strip())
