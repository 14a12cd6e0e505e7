"""Who may let officers in, give roles and take them. Pure; members out of reach never get here."""

from __future__ import annotations

from uuid import UUID

from app.identity.policies import Verdict, all_of, allowed_if, may_act_as, role_needed
from app.identity.terms import Actor, Member, Role
from app.kit.ids import UnitId
from app.kit.text import Text

from .terms import Reach

# What a unit's administrator gives; the others look over the whole province and are the province's to give.
OF_UNITS = frozenset({Role.OFFICER, Role.APPROVER, Role.DISPATCHER, Role.UNIT_ADMIN})

ADMINISTRATORS = (Role.UNIT_ADMIN, Role.TENANT_ADMIN)

_NOT_ONESELF = Text(
    "Bạn không tự giao vai trò cho mình; hãy nhờ một quản trị viên khác, hoặc người vận hành hệ thống.",
    "You give no role to yourself; ask another administrator, or whoever operates the installation.",
)
_OUT_OF_REACH = Text(
    "Bạn chỉ quản trị cơ quan mình và các đơn vị trực thuộc.", "You administer your own unit and those below it."
)
_PROVINCES = Text(
    "Vai trò quản trị toàn tỉnh và kiểm tra, giám sát do quản trị viên của tỉnh giao.",
    "Tenant administrators and auditors are named by the province's administrator.",
)
_AT_YOUR_OWN = Text(
    "Tài khoản định danh của chính bạn được gỡ ở trang tài khoản, bằng mật khẩu.",
    "Your own identity is unlinked at your account's page, with your password.",
)
_NOT_WHOLLY = Text(
    "Người này còn có vai trò ngoài phạm vi của bạn; việc này do quản trị viên của tỉnh làm.",
    "They hold roles beyond your reach as well; the province's administrator does this.",
)


def may_administer(actor: Actor) -> Verdict:
    """Administrators of units and of the province."""
    return may_act_as(actor, *ADMINISTRATORS)


def may_give(reach: Reach, role: Role, unit_id: UnitId) -> Verdict:
    """Whether the administrator may give the role in the unit, change its dates and end it."""
    return all_of(
        lambda: allowed_if(reach.holds(unit_id), _OUT_OF_REACH),
        lambda: allowed_if(reach.units is None or role in OF_UNITS, _PROVINCES),
    )


def may_give_to(actor: Actor, account_id: UUID) -> Verdict:
    """Whether the administrator may give a role to the account, or let it be held longer: nobody gives to himself.

    Who administers is not who handles and approves, unless somebody else has seen it, too.
    """
    return allowed_if(account_id != actor.id, _NOT_ONESELF)


def may_take_factor(reach: Reach) -> Verdict:
    """Whether the administrator may take a second factor away with the password: then nothing keeps a link out."""
    return allowed_if(reach.units is None, role_needed(Role.TENANT_ADMIN))


def may_lend(reach: Reach, member: Member, unit_id: UnitId) -> Verdict:
    """Whether the administrator may say who stands in for the member in the unit: who could give all that is lent."""
    held = {one.role for one in member.memberships if one.unit_id == unit_id}
    return allowed_if(all(may_give(reach, role, unit_id) for role in held), _NOT_WHOLLY)


def may_unlink(actor: Actor, reach: Reach, member: Member) -> Verdict:
    """Whether the administrator may unlink the member's identity: not the own, for which a password is asked."""
    return all_of(
        lambda: allowed_if(member.id != actor.id, _AT_YOUR_OWN),
        lambda: may_reset(reach, member),
    )


def may_reset(reach: Reach, member: Member) -> Verdict:
    """Whether the administrator may make a link for the account: only who could give all that it holds.

    Whoever has the link is the account, and has what it has of colleagues, now or in days to come: an administrator of
    a unit must not become one of the province by it.
    """
    held = {(one.unit_id, one.role) for one in member.memberships} | member.lent
    return allowed_if(all(may_give(reach, role, unit_id) for unit_id, role in held), _NOT_WHOLLY)
