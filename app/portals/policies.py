"""Who may set up the portal of a unit, and make the key that others send to it with."""

from __future__ import annotations

from collections.abc import Collection

from app.identity.policies import Verdict, all_of, allowed_if, may_act_as
from app.identity.terms import Actor, Role
from app.kit.ids import UnitId
from app.kit.text import Text

_OUT_OF_REACH = Text(
    "Bạn chỉ quản trị cổng của cơ quan mình và các đơn vị trực thuộc.",
    "You administer the portals of your own unit and of those below it.",
)


def may_administer(actor: Actor, path: Collection[UnitId]) -> Verdict:
    """Administrators of the province, of the unit, and of the units above it; `path` leads down to it."""
    return all_of(
        lambda: may_act_as(actor, Role.UNIT_ADMIN, Role.TENANT_ADMIN),
        lambda: allowed_if(
            bool(actor.units(Role.TENANT_ADMIN) or actor.units(Role.UNIT_ADMIN).intersection(path)), _OUT_OF_REACH
        ),
    )
