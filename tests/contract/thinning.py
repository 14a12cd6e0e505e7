"""What schemathesis leaves out of its coverage phase: a second wrong type for a place that has been given one.

Pydantic tells types apart by one piece of code wherever they stand; a number, a list and null in the place of one and
the same text are half of ten thousand requests. Loaded by schemathesis itself (schemathesis.toml).
"""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis.generation.case import Case
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.hooks import HookContext

_SEEN: set[tuple[object, ...]] = set()


@schemathesis.hook
def filter_case(context: HookContext, case: Case[Any]) -> bool:
    """Whether it is the first of an operation, a place and a way to be wrong."""
    about = case.meta.phase.data if case.meta else None
    if not isinstance(about, CoveragePhaseData) or context.operation is None:
        return True
    key = (context.operation.label, about.parameter_location, about.parameter, about.description)
    if key in _SEEN:
        return False
    _SEEN.add(key)
    return True
