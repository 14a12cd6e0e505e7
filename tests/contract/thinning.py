"""What schemathesis leaves out of its coverage phase, which asks the same of one piece of code again and again.

A second wrong type for a place that has been given one: Pydantic tells types apart by one piece of code wherever they
stand, and a number, a list and null in the place of one and the same text are half of ten thousand requests. And the
same value of the same header in a fourth operation: headers are declared once for all (app/web), `Client-Version` for
two hundred. Each operation is still asked without the headers that it demands. Loaded by schemathesis itself
(schemathesis.toml).
"""

from __future__ import annotations

import gc
from collections import Counter
from typing import Any

import schemathesis
from schemathesis.generation.case import Case
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.hooks import HookContext

gc.freeze()  # the document and what is imported stay; the collector would walk them in the midst of each operation
gc.set_threshold(50_000, 20, 100)
_SEEN: set[tuple[object, ...]] = set()
_HEADERS: Counter[tuple[object, ...]] = Counter()
_OPERATIONS_OF_A_HEADER = 3


@schemathesis.hook
def filter_case(context: HookContext, case: Case[Any]) -> bool:
    """Whether it is the first of an operation, a place and a way to be wrong, and tells more than others did."""
    about = case.meta.phase.data if case.meta else None
    if not isinstance(about, CoveragePhaseData) or context.operation is None:
        return True
    key = (context.operation.label, about.parameter_location, about.parameter, about.description)
    if key in _SEEN:
        return False
    _SEEN.add(key)
    if about.parameter_location == "header" and not about.description.startswith("Missing"):
        value = (about.parameter, about.description)
        _HEADERS[value] += 1
        return _HEADERS[value] <= _OPERATIONS_OF_A_HEADER
    return True
