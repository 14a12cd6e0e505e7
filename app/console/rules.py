"""Rules of a rulebook as people read them, and as the fields of a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from app.catalogue.terms import Kind, Priority, Question
from app.directory.errors import UnknownArea, UnknownUnit
from app.directory.terms import Tier, UnitKind
from app.kit.text import Text
from app.routing.terms import AnswerTest, Conditions, NamedUnit, Rule
from app.web.pages import FieldErrors, Form, number, whole_number

from .deps import Desk
from .publishing import TIERS, UNIT_KINDS, all_categories, names_of
from .views import Group, areas_to_choose, units_to_refer

WEEKDAYS: Final = (
    Text("thứ Hai", "Monday"),
    Text("thứ Ba", "Tuesday"),
    Text("thứ Tư", "Wednesday"),
    Text("thứ Năm", "Thursday"),
    Text("thứ Sáu", "Friday"),
    Text("thứ Bảy", "Saturday"),
    Text("Chủ nhật", "Sunday"),
)
_ANSWERS: Final = {True: Text("có", "yes"), False: Text("không", "no")}
_TYPED: Final[Mapping[str, bool]] = {"true": True, "có": True, "false": False, "không": False}
_THE_CATEGORY: Final = Text("lĩnh vực đó", "the category")
_THE_PLACE: Final = Text("nơi đó", "the place")
_LISTS: Final = ("categories", "areas", "area_types", "kinds", "priorities")
_WHERE: Final = {
    "when.answers": "answers",
    "when.time.from": "time_from",
    "when.time.until": "time_until",
    "when.dates.from": "date_from",
    "when.dates.until": "date_until",
    "when.weekdays": "weekdays",
    "to": "to_unit",
}


# -- in words


def rule_line(desk: Desk, rule: Rule, place: int) -> dict[str, Any]:
    """One rule for a list: whom it names, when, and why."""
    return {
        "place": place,
        "code": rule.code,
        "to": target_of(desk, rule),
        "when": list(_conditions(desk, rule.when)),
        "reason": rule_sentence(desk, rule),
    }


def rule_sentence(desk: Desk, rule: Rule) -> str:
    """The reason as senders read it, as far as it is known before there is a case."""
    about = names_of(desk, rule.when.categories)
    category = about[0] if len(about) == 1 else _THE_CATEGORY(desk.lang)
    found = rule.reason(desk.lang).replace("“{category}”", f"“{category}”" if len(about) == 1 else category)
    names = {"unit": target_of(desk, rule), "category": category, "area": _THE_PLACE(desk.lang)}
    for name, said in names.items():
        found = found.replace(f"{{{name}}}", said)
    return found[:1].upper() + found[1:]


def target_of(desk: Desk, rule: Rule) -> str:
    """The name of the unit, or which kind of unit of which tier."""
    if isinstance(rule.to, NamedUnit):
        try:
            unit = desk.books.directory.unit_by_code(desk.tenant.id, rule.to.code)
        except UnknownUnit:
            return rule.to.code
        return Text(unit.name, unit.name_en)(desk.lang)
    return unit_kind_at(desk, rule.to.kind, rule.to.tier)


def unit_kind_at(desk: Desk, kind: UnitKind, tier: Tier) -> str:
    """Which kind of unit, of which tier."""
    return f"{UNIT_KINDS[kind](desk.lang)} ({TIERS[tier](desk.lang).lower()})"


def _conditions(desk: Desk, when: Conditions) -> Iterable[tuple[Text, str]]:
    """What must hold, each with what it is called."""
    lang = desk.lang
    if when.categories:
        yield Text("Lĩnh vực", "Category"), ", ".join(names_of(desk, when.categories))
    if when.areas:
        yield Text("Nơi", "Place"), ", ".join(_area(desk, code) for code in when.areas)
    if when.area_types:
        yield Text("Loại xã", "Type of commune"), ", ".join(when.area_types)
    if when.kinds:
        yield Text("Loại", "Kind"), ", ".join(one.label(lang) for one in when.kinds)
    if when.priorities:
        yield Text("Ưu tiên", "Priority"), ", ".join(one.label(lang) for one in when.priorities)
    if when.weekdays:
        yield Text("Ngày", "Days"), ", ".join(WEEKDAYS[day - 1](lang) for day in when.weekdays)
    if when.from_time or when.until_time:
        yield Text("Giờ", "Hours"), _span(*(each.isoformat("minutes") if each else "" for each in times_of(when)))
    if when.from_day or when.until_day:
        days = (when.from_day, when.until_day)
        yield Text("Từ ngày đến ngày", "Days"), _span(*(f"{each:%d/%m/%Y}" if each else "" for each in days))
    for test in when.answers:
        yield _asked(desk, when, test), _said(desk, when, test)


def times_of(when: Conditions) -> tuple[Any, Any]:
    """Both ends of the time of day."""
    return when.from_time, when.until_time


def _span(since: str, until: str) -> str:
    return f"{since or '…'} – {until or '…'}"


def _area(desk: Desk, code: str) -> str:
    try:
        return desk.books.directory.area(desk.tenant.edition, code).name
    except UnknownArea:
        return code


def questions_of(desk: Desk, categories: Sequence[str]) -> list[Question]:
    """The questions of these categories and all below them, of all when none is named; each code once."""
    catalogue, tenant = desk.books.catalogue, desk.tenant.id
    known = [code for code in categories if catalogue.find(tenant, code)]
    codes = {leaf for code in known for leaf in catalogue.subtree(tenant, code)}
    among = [one for one in catalogue.all(tenant) if one.code in codes or not categories]
    return list({question.code: question for one in among for question in one.questions}.values())


def _asked(desk: Desk, when: Conditions, test: AnswerTest) -> Text:
    found = next((one for one in questions_of(desk, when.categories) if one.code == test.question), None)
    return found.text if found else Text(test.question, test.question)


def _said(desk: Desk, when: Conditions, test: AnswerTest) -> str:
    if not test.one_of:
        return _span(*("" if each is None else f"{each:g}" for each in (test.least, test.most)))
    found = next((one for one in questions_of(desk, when.categories) if one.code == test.question), None)
    labels = {choice.code: choice.label for choice in found.choices} if found else {}
    words = [_ANSWERS[one] if isinstance(one, bool) else labels.get(one, Text(one, one)) for one in test.one_of]
    return ", ".join(word(desk.lang) for word in words)


# -- as a form


def rule_form(rule: Rule, values: Mapping[str, Any], after: str) -> list[tuple[str, str]]:
    """The fields filled in with the rule; `values` is its JSON form, `after` the code of the rule before it."""
    when = values.get("when", {})
    plain = {
        "after": after,
        "time_from": when.get("time", {}).get("from", ""),
        "time_until": when.get("time", {}).get("until", ""),
        "date_from": when.get("dates", {}).get("from", ""),
        "date_until": when.get("dates", {}).get("until", ""),
        "answers": "\n".join(_line_of(test) for test in rule.when.answers),
        "to_unit": values["to"].get("unit", ""),
        "to_kind": values["to"].get("kind", ""),
        "to_tier": values["to"].get("tier", ""),
        "reason.vi": rule.reason.vi,
        "reason.en": rule.reason.en,
    }
    lists = [(name, str(one)) for name in (*_LISTS, "weekdays") for one in when.get(name, ())]
    return [*plain.items(), *lists]


def _line_of(test: AnswerTest) -> str:
    if test.one_of:
        return f"{test.question}: " + ", ".join(
            ("true" if one else "false") if isinstance(one, bool) else one for one in test.one_of
        )
    least, most = ("" if each is None else f"{each:g}" for each in (test.least, test.most))
    return f"{test.question}: {least}..{most}"


def rule_values(form: Form, code: str) -> dict[str, Any]:
    """The JSON form of the rule that the form describes; what is wrong in it is left for the shape to refuse."""
    when: dict[str, Any] = {name: form.many(name) for name in _LISTS if form.many(name)}
    if form.many("weekdays"):
        when["weekdays"] = [whole_number(day) for day in form.many("weekdays")]
    for name, since, until in (("time", "time_from", "time_until"), ("dates", "date_from", "date_until")):
        ends = {"from": form.text(since), "until": form.text(until)}
        if any(ends.values()):
            when[name] = {end: typed for end, typed in ends.items() if typed}
    if form.text("answers"):
        when["answers"] = [_test(line) for line in form.text("answers").splitlines() if line.strip()]
    to = {"unit": form.text("to_unit")} if form.text("to_unit") else _kind_of(form)
    return {"code": code, "when": when, "to": to, **form.filled("reason.vi", "reason.en")}


def _kind_of(form: Form) -> dict[str, str]:
    return {name: form.text(f"to_{name}") for name in ("kind", "tier") if form.text(f"to_{name}")}


def _test(line: str) -> dict[str, Any]:
    """A test of an answer as it is typed: `lanes: 2..4`, `road_class: district, commune`, `on_power_line: true`."""
    question, _, said = (part.strip() for part in line.partition(":"))
    least, dots, most = said.partition("..")
    if dots:
        ends = {"min": least.strip(), "max": most.strip()}
        return {"question": question, **{end: _number(typed) for end, typed in ends.items() if typed}}
    words = [word.strip() for word in said.split(",") if word.strip()]
    return {"question": question, "in": [_TYPED.get(word.lower(), word) for word in words]}


def _number(typed: str) -> float | str:
    found = whole_number(typed)
    return found if isinstance(found, int) else number(typed)


def own_errors(errors: FieldErrors, place: int) -> FieldErrors:
    """What is wrong, by the fields of the form for the rule at `place`; what other rules say wrong, by no field."""
    found: FieldErrors = {}
    for name, detail in errors.items():
        inside = name.removeprefix(f"rules.{place}.") if name.startswith(f"rules.{place}.") else ""
        if inside:
            field = next((mine for theirs, mine in _WHERE.items() if inside.startswith(theirs)), inside)
            found[field.removeprefix("when.").partition(".")[0] if field.startswith("when.") else field] = detail
        elif name.startswith("rules."):
            found[""] = detail
        else:
            found[name] = detail
    return found


def rule_choices(desk: Desk) -> dict[str, Any]:
    """What the form lets one choose from."""
    directory, lang = desk.books.directory, desk.lang
    whole = Text("cả huyện", "all of it")
    areas = [_with_all(desk, group, whole) for group in areas_to_choose(desk)]
    communes = (directory.area(desk.tenant.edition, code) for group in areas for code, _ in group.options)
    types = sorted({one.type_name for one in communes if one.tier is Tier.COMMUNE})
    return {
        "groups": all_categories(desk),
        "areas": areas,
        "area_types": [(one, one) for one in types],
        "kinds": [(one.value, one.label(lang)) for one in Kind],
        "priorities": [(one.value, one.label(lang)) for one in Priority],
        "weekdays": [(str(day), name(lang)[:1].upper() + name(lang)[1:]) for day, name in enumerate(WEEKDAYS, 1)],
        "all_units": units_to_refer(desk),
        "unit_kinds": [(one.value, UNIT_KINDS[one](lang)) for one in UnitKind],
        "tiers": [(one.value, label(lang)) for one, label in TIERS.items()],
    }


def _with_all(desk: Desk, group: Group, whole: Text) -> Group:
    """The communes of a district, and before them the district itself; a group that is no district as it is."""
    directory = desk.books.directory
    code = group.options[0][0]
    above = directory.chain(desk.tenant.edition, code).district
    if above is None:
        return group
    return Group(group.label, ((above.code, f"{above.name} ({whole(desk.lang)})"), *group.options))
