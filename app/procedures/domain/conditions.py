"""What answers make of a procedure: which conditions hold, which documents are needed, what it costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, assert_never

from app.procedures.terms import Condition, FeeLine, FormAnswers, Procedure, RequiredDocument, Test

from .pointers import ABSENT, follow


def holds(condition: Condition, answers: FormAnswers) -> bool:
    """Whether the answer at the condition's pointer passes its test; a missing answer never does."""
    found = follow(answers, condition.pointer)
    if found is ABSENT:
        return False
    match condition.test:
        case Test.PRESENT:
            return found not in (None, "", [], {})
        case Test.EQUALS:
            return _same(found, condition.value)
        case Test.ONE_OF:
            return any(_same(found, value) for value in condition.value)
        case Test.AT_LEAST:
            return _is_number(found) and bool(found >= condition.value)
        case Test.AT_MOST:
            return _is_number(found) and bool(found <= condition.value)
        case _:
            assert_never(condition.test)


def needed_documents(procedure: Procedure, answers: FormAnswers) -> tuple[RequiredDocument, ...]:
    """The documents that concern somebody with these answers, in the procedure's order; `required` ones must come."""
    return tuple(one for one in procedure.documents if all(holds(condition, answers) for condition in one.when))


def fee_lines(procedure: Procedure, answers: FormAnswers) -> tuple[FeeLine, ...]:
    """What the fees come to, in the procedure's order. A fee for each of something is not owed while there is none."""
    lines: list[FeeLine] = []
    for rule in procedure.fees:
        times = 1 if rule.per is None else _count(follow(answers, rule.per))
        if times and all(holds(condition, answers) for condition in rule.when):
            lines.append(FeeLine(rule.code, rule.name, rule.amount * Decimal(times), rule.legal_basis))
    return tuple(lines)


def _count(value: Any) -> int:
    """The whole number, as JSON may write it (2 and 2.0); 0 for anything else and below."""
    return max(0, int(value)) if _is_number(value) and value == int(value) else 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(one: Any, other: Any) -> bool:
    """Whether two values of JSON are the same: 1 and 1.0 are, 1 and true are not."""
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)
