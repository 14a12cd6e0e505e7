"""Who may lay out what for a whole unit."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from app.identity.policies import Verdict, all_of, allowed_if, may_act_as
from app.identity.terms import Actor, Role
from app.kit.ids import UnitId
from app.kit.text import Text

ARRANGERS: Final = (Role.APPROVER, Role.UNIT_ADMIN, Role.TENANT_ADMIN)
_OUT_OF_REACH = Text(
    "Bạn chỉ soạn cho cơ quan mình và các đơn vị trực thuộc.", "You arrange for your own unit and those below it."
)


def may_arrange(actor: Actor, path: Collection[UnitId]) -> Verdict:
    """Approvers and administrators of the unit and of the units above it, and the province's; `path` leads to it."""
    return all_of(
        lambda: may_act_as(actor, *ARRANGERS),
        lambda: allowed_if(
            bool(actor.units(Role.TENANT_ADMIN) or actor.units(*ARRANGERS).intersection(path)), _OUT_OF_REACH
        ),
    )
