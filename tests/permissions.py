"""docs/permissions.md: written from the code's own permissions, and read again by the test that tries them all.

The document is the standard: whoever loosens a policy changes it, and is seen doing so. Verbs come from
`app.cases.policies` and `app.service_requests.policies`; what else officers may ask for is in no table of the program,
so it stands here.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from app.cases.domain.transitions import TRANSITIONS
from app.cases.policies import PERMITS
from app.cases.terms import CaseState, Verb
from app.identity.terms import ClientScope, Role
from app.service_requests.domain import TRANSITIONS as REQUEST_TRANSITIONS
from app.service_requests.policies import PERMITS as REQUEST_PERMITS, Whose
from app.service_requests.terms import RequestState, Verb as RequestVerb

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "permissions.md"
ALL: Final = frozenset(Role)
ADMINISTRATOR: Final = frozenset({Role.TENANT_ADMIN})
AT_A_DESK: Final = frozenset({Role.OFFICER, Role.APPROVER, Role.UNIT_ADMIN})
ADMINISTRATORS: Final = frozenset({Role.UNIT_ADMIN, Role.TENANT_ADMIN})
ACCOUNTS: Final = frozenset({Role.APPROVER, Role.UNIT_ADMIN, Role.TENANT_ADMIN})  # the first two of the root unit
ARRANGERS: Final = frozenset({Role.APPROVER, Role.UNIT_ADMIN, Role.TENANT_ADMIN})
AUDITORS: Final = frozenset({Role.TENANT_ADMIN, Role.AUDITOR})

# Every address of officers that is no verb of a case or of a service request: who may ask for it, whatever comes of it.
ADDRESSES: Final[dict[str, frozenset[Role]]] = {
    "GET /api/v1/staff/audit": AUDITORS,
    "GET /api/v1/staff/blocks": ADMINISTRATOR,
    "POST /api/v1/staff/blocks": ADMINISTRATOR,
    "POST /api/v1/staff/blocks/{id}/lifting": ADMINISTRATOR,
    "GET /api/v1/staff/calendars": ALL,
    "POST /api/v1/staff/calendars/{code}": ADMINISTRATOR,
    "POST /api/v1/staff/calendars/{code}/preview": ADMINISTRATOR,
    "GET /api/v1/staff/cases": ALL,
    "POST /api/v1/staff/cases/bulk": ALL,
    "GET /api/v1/staff/identity-openings": ALL,
    "POST /api/v1/staff/identity-openings/{id}/decision": ALL,
    "POST /api/v1/staff/identity-openings/{id}/reading": ALL,
    "GET /api/v1/staff/clients": ADMINISTRATOR,
    "POST /api/v1/staff/clients": ADMINISTRATOR,
    "GET /api/v1/staff/clients/{id}": ADMINISTRATOR,
    "PUT /api/v1/staff/clients/{id}": ADMINISTRATOR,
    "POST /api/v1/staff/clients/{id}/key": ADMINISTRATOR,
    "POST /api/v1/staff/clients/{id}/revocation": ADMINISTRATOR,
    "GET /api/v1/staff/held": ALL,
    "POST /api/v1/staff/held/{code}/refusal": ALL,
    "POST /api/v1/staff/held/{code}/release": ALL,
    "GET /api/v1/staff/app-versions": ADMINISTRATOR,
    "PUT /api/v1/staff/app-versions/{app}": ADMINISTRATOR,
    "GET /api/v1/staff/limits": ADMINISTRATOR,
    "PUT /api/v1/staff/limits/{what}/{per}": ADMINISTRATOR,
    "GET /api/v1/staff/figures/cases": ALL,
    "GET /api/v1/staff/figures/cases.csv": ALL,
    "GET /api/v1/staff/figures/service-requests": ALL,
    "GET /api/v1/staff/figures/service-requests.csv": ALL,
    "PUT /api/v1/staff/figures/goals/{tier}": ADMINISTRATOR,
    "GET /api/v1/staff/members": ADMINISTRATORS,
    "POST /api/v1/staff/members": ADMINISTRATORS,
    "GET /api/v1/staff/members/{id}": ADMINISTRATORS,
    "POST /api/v1/staff/members/{id}/invitation": ADMINISTRATORS,
    "POST /api/v1/staff/members/{id}/memberships": ADMINISTRATORS,
    "PUT /api/v1/staff/members/{id}/memberships/{membership}": ADMINISTRATORS,
    "DELETE /api/v1/staff/members/{id}/memberships/{membership}": ADMINISTRATORS,
    "GET /api/v1/staff/national/reconciliation": AUDITORS,
    "GET /api/v1/staff/notice-wordings": ALL,
    "POST /api/v1/staff/notice-wordings/{occasion}": ADMINISTRATOR,
    "POST /api/v1/staff/notice-wordings/{occasion}/preview": ADMINISTRATOR,
    "GET /api/v1/staff/occasions": ALL,
    "POST /api/v1/staff/occasions": ADMINISTRATOR,
    "GET /api/v1/staff/unmatched-payments": ACCOUNTS,
    "POST /api/v1/staff/unmatched-payments/{id}/match": ACCOUNTS,
    "POST /api/v1/staff/unmatched-payments/{id}/refund": ACCOUNTS,
    "POST /api/v1/staff/unmatched-payments/{id}/return": ACCOUNTS,
    "GET /api/v1/staff/payments": ALL,
    "GET /api/v1/staff/payments/reconciliation": AUDITORS,
    "GET /api/v1/staff/payments/{reference}": ALL,
    "POST /api/v1/staff/payments/{reference}/cash": ALL,
    "GET /api/v1/staff/payments/{reference}/picture": ALL,
    "POST /api/v1/staff/payments/{reference}/refund": ALL,
    "POST /api/v1/staff/phone-lookups": frozenset({Role.APPROVER, Role.DISPATCHER}),
    "GET /api/v1/staff/procedures": ADMINISTRATOR,
    "POST /api/v1/staff/procedures": ADMINISTRATOR,
    "GET /api/v1/staff/procedures/{code}/versions/{version}": ADMINISTRATOR,
    "PUT /api/v1/staff/procedures/{code}/versions/{version}": ADMINISTRATOR,
    "POST /api/v1/staff/procedures/{code}/versions/{version}/publication": ADMINISTRATOR,
    "POST /api/v1/staff/procedures/{code}/versions/{version}/retirement": ADMINISTRATOR,
    "GET /api/v1/staff/portals/{unit}": ADMINISTRATORS,
    "PUT /api/v1/staff/portals/{unit}": ADMINISTRATORS,
    "POST /api/v1/staff/portals/{unit}/key": ADMINISTRATORS,
    "POST /api/v1/staff/portals/{unit}/key/revocation": ADMINISTRATORS,
    "GET /api/v1/staff/me/calendar-address": ALL,
    "POST /api/v1/staff/me/calendar-address": ALL,
    "DELETE /api/v1/staff/me/calendar-address": ALL,
    "GET /api/v1/staff/queue": ALL,
    "GET /api/v1/staff/wall": ALL,
    "GET /api/v1/staff/quiet-hours": ALL,
    "POST /api/v1/staff/quiet-hours": ADMINISTRATOR,
    "GET /api/v1/staff/retention-rules": ALL,
    "POST /api/v1/staff/retention-rules": ADMINISTRATOR,
    "GET /api/v1/staff/categories": ALL,
    "POST /api/v1/staff/categories": ADMINISTRATOR,
    "POST /api/v1/staff/categories/preview": ADMINISTRATOR,
    "POST /api/v1/staff/categories/{category}": ADMINISTRATOR,
    "POST /api/v1/staff/categories/{category}/preview": ADMINISTRATOR,
    "GET /api/v1/staff/rulebooks": ALL,
    "POST /api/v1/staff/rulebooks": ADMINISTRATOR,
    "POST /api/v1/staff/rulebooks/preview": ADMINISTRATOR,
    "GET /api/v1/staff/service-requests": ALL,
    "POST /api/v1/staff/service-requests": AT_A_DESK,
    "GET /api/v1/staff/service-requests/{code}": ALL,
    "GET /api/v1/staff/service-requests/{code}/papers": ALL,
    "GET /api/v1/staff/service-requests/{code}/papers/{number}": ALL,
    "GET /api/v1/staff/second-factor-rules": ALL,
    "PUT /api/v1/staff/second-factor-rules/{role}": ADMINISTRATOR,
    "GET /api/v1/staff/service-requests/{code}/notices": ALL,
    "GET /api/v1/staff/stream": ALL,
    "GET /api/v1/staff/neighbours": ADMINISTRATOR,
    "POST /api/v1/staff/neighbours": ADMINISTRATOR,
    "GET /api/v1/staff/neighbours/{id}": ADMINISTRATOR,
    "PUT /api/v1/staff/neighbours/{id}": ADMINISTRATOR,
    "POST /api/v1/staff/neighbours/{id}/end": ADMINISTRATOR,
    "GET /api/v1/staff/neighbours/{id}/consignments": ADMINISTRATOR,
    "GET /api/v1/staff/neighbours/{id}/reconciliation": ADMINISTRATOR,
    "GET /api/v1/staff/partners": ADMINISTRATOR,
    "POST /api/v1/staff/partners": ADMINISTRATOR,
    "GET /api/v1/staff/partners/{id}": ADMINISTRATOR,
    "PUT /api/v1/staff/partners/{id}": ADMINISTRATOR,
    "POST /api/v1/staff/partners/{id}/end": ADMINISTRATOR,
    "GET /api/v1/staff/partners/{id}/errands": ADMINISTRATOR,
    "POST /api/v1/staff/partners/{id}/errands/{errand}/retry": ADMINISTRATOR,
    "GET /api/v1/staff/subscriptions": ADMINISTRATOR,
    "POST /api/v1/staff/subscriptions": ADMINISTRATOR,
    "DELETE /api/v1/staff/subscriptions/{id}": ADMINISTRATOR,
    "GET /api/v1/staff/subscriptions/{id}": ADMINISTRATOR,
    "PUT /api/v1/staff/subscriptions/{id}": ADMINISTRATOR,
    "GET /api/v1/staff/subscriptions/{id}/deliveries": ADMINISTRATOR,
    "POST /api/v1/staff/subscriptions/{id}/deliveries/{delivery}/redeliver": ADMINISTRATOR,
    "POST /api/v1/staff/subscriptions/{id}/pause": ADMINISTRATOR,
    "POST /api/v1/staff/subscriptions/{id}/replay": ADMINISTRATOR,
    "POST /api/v1/staff/subscriptions/{id}/resume": ADMINISTRATOR,
    "POST /api/v1/staff/subscriptions/{id}/secret": ADMINISTRATOR,
    "POST /api/v1/staff/subscriptions/{id}/trial": ADMINISTRATOR,
    "POST /api/v1/staff/members/{id}/reset": ADMINISTRATORS,
    "GET /api/v1/staff/members/{id}/deputies": ADMINISTRATORS,
    "POST /api/v1/staff/members/{id}/deputies": ADMINISTRATORS,
    "DELETE /api/v1/staff/members/{id}/deputies/{deputy}": ADMINISTRATORS,
    "DELETE /api/v1/staff/members/{id}/identity": ADMINISTRATORS,
    "GET /api/v1/staff/me/identities": ALL,
    "POST /api/v1/staff/me/identities/removal": ALL,
    "GET /api/v1/staff/me/deputies": ALL,
    "POST /api/v1/staff/me/deputies": ALL,
    "DELETE /api/v1/staff/me/deputies/{deputy}": ALL,
    "POST /api/v1/staff/me/password": ALL,
    "GET /api/v1/staff/me/second-factor": ALL,
    "POST /api/v1/staff/me/second-factor": ALL,
    "POST /api/v1/staff/me/second-factor/confirmation": ALL,
    "POST /api/v1/staff/me/second-factor/removal": ALL,
    "GET /api/v1/staff/me/sessions": ALL,
    "DELETE /api/v1/staff/me/sessions": ALL,
    "DELETE /api/v1/staff/me/sessions/{session}": ALL,
    "PUT /api/v1/staff/units/{code}/contact": ADMINISTRATOR,
    "GET /api/v1/staff/support-rules": ALL,
    "POST /api/v1/staff/support-rules": ADMINISTRATOR,
    "POST /api/v1/staff/support-rules/preview": ADMINISTRATOR,
    "GET /api/v1/staff/targets": ALL,
    "POST /api/v1/staff/targets": ADMINISTRATOR,
    "POST /api/v1/staff/targets/preview": ADMINISTRATOR,
    "GET /api/v1/staff/work": ALL,
    "GET /api/v1/staff/views": ALL,
    "POST /api/v1/staff/views": ALL,
    "DELETE /api/v1/staff/views/{id}": ALL,
    "GET /api/v1/staff/answer-templates": ALL,
    "POST /api/v1/staff/answer-templates": ARRANGERS,
    "GET /api/v1/staff/answer-templates/{id}": ALL,
    "PUT /api/v1/staff/answer-templates/{id}": ARRANGERS,
    "DELETE /api/v1/staff/answer-templates/{id}": ARRANGERS,
}

# Every address of other systems: which scope its key needs; None: any key. That of reports is everyone's, too.
_SUBSCRIPTIONS: Final = "/api/v1/client/subscriptions"
KEY_ADDRESSES: Final[dict[str, ClientScope | None]] = {
    "GET /api/v1/client": None,
    "GET /api/v1/client/cases": ClientScope.CASES_READ,
    "GET /api/v1/client/cases/{code}": ClientScope.CASES_READ,
    "GET /api/v1/client/events": ClientScope.EVENTS_READ,
    f"GET {_SUBSCRIPTIONS}": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"POST {_SUBSCRIPTIONS}": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"DELETE {_SUBSCRIPTIONS}/{{id}}": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"GET {_SUBSCRIPTIONS}/{{id}}": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"PUT {_SUBSCRIPTIONS}/{{id}}": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"GET {_SUBSCRIPTIONS}/{{id}}/deliveries": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"POST {_SUBSCRIPTIONS}/{{id}}/deliveries/{{delivery}}/redeliver": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"POST {_SUBSCRIPTIONS}/{{id}}/pause": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"POST {_SUBSCRIPTIONS}/{{id}}/replay": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"POST {_SUBSCRIPTIONS}/{{id}}/resume": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"POST {_SUBSCRIPTIONS}/{{id}}/secret": ClientScope.SUBSCRIPTIONS_MANAGE,
    f"POST {_SUBSCRIPTIONS}/{{id}}/trial": ClientScope.SUBSCRIPTIONS_MANAGE,
    "POST /api/v1/reports": ClientScope.REPORTS_CREATE,
}


class Place(StrEnum):
    """Where an officer's unit stands to the unit that holds the case."""

    HOLDER = "giữ"
    ABOVE = "trên"


class Line(NamedTuple):
    """One verb of a case: who may do it, and from which states it is possible at all."""

    verb: str
    permitted: frozenset[tuple[Role, Place]]
    states: frozenset[str]


class RequestLine(NamedTuple):
    """One verb of a service request: in whose unit, who may do it there and above, and from which states."""

    verb: str
    whose: Whose
    permitted: frozenset[tuple[Role, Place]]
    states: frozenset[str]


WHOSE: Final = {
    Whose.RECEIVER: "tiếp nhận · receiver",
    Whose.AT_WORK: "đang có bước mở · with an open step",
    Whose.NAMED: "của bước được nêu · of the step named",
    Whose.DECIDER: "quyết định · decider",
    Whose.RETURNER: "trả kết quả · returner",
}
_HEAD = """# Quyền · Permissions

Được viết từ mã nguồn và được kiểm: `tests/api/permissions` thử từng (vai trò, quan hệ đơn vị, thao tác, trạng thái)
qua API. Written from the code (`make refresh`), and tried: every role, relation of units, verb and state, through
the API.

**giữ**: vai trò ở chính đơn vị đang giữ vụ việc · the role is held in the unit that holds the case. **trên**: ở một
đơn vị cấp trên của đơn vị đó · in a unit above it. Đơn vị cấp dưới, đơn vị ngang cấp và tỉnh khác không thấy vụ
việc: 404, như thể không có. Units below, siblings and other
provinces do not see the case: 404, as if it did not exist. Thấy mà không được làm: 403 kèm lý do và ai làm được.
Who sees it and may not: 403, with the reason and who could.

## Thao tác với vụ việc · Verbs of a case

"""
_REQUESTS = """
## Thao tác với hồ sơ · Verbs of a service request

Hồ sơ đi qua nhiều đơn vị; cột đầu nói thao tác thuộc đơn vị nào. **giữ**: vai trò ở đơn vị đó; **trên**: ở một đơn vị
cấp trên của nó. Một đơn vị thấy hồ sơ từ khi bước của mình mở, hoặc khi là nơi tiếp nhận; đơn vị khác và tỉnh khác:
404. Hồ sơ đã kết thúc: mọi đơn vị từng có bước ghi chú được. A service request passes several units; the first column
says whose the verb is. **giữ**: the role is held in that unit; **trên**: in a unit above it. A unit sees it once a
step of its own has opened, or when it took it in; others and other provinces: 404. Once it has ended, every unit that
had a step may note.

"""
_MIDDLE = """
## Những địa chỉ khác của cán bộ · Other addresses of officers

Người gửi chỉ làm được với phản ánh của chính mình: bổ sung, đánh giá, đề nghị xử lý lại, rút. Senders may do to
their own reports only: reply, rate, reopen, withdraw. Người nộp chỉ làm được với hồ sơ của mình: bổ sung, xin rút,
phản ánh trễ hẹn, đánh giá. Applicants may do to their own service requests only: supply, ask to withdraw, complain,
rate.

"""
_LAST = """
## Hệ thống khác, bằng khoá API · Other systems, by API key

Mỗi khoá chỉ có những quyền được cấp, trong phạm vi cơ quan và địa bàn của nó; ngoài phạm vi là 404. Địa chỉ của cán bộ
và của người dân không nhận khoá: 401. A key has the scopes it was given, within its unit and area; what is outside is
404. Addresses of officers and of citizens take no key: 401.

"""


def document() -> str:
    """The whole document, as the code has it."""
    roles = list(Role)
    lines = [_HEAD, _row("Thao tác · Verb", *(f"{role.label.vi} · `{role}`" for role in roles), "từ trạng thái · from")]
    lines.append(_row(*["---"] * (len(roles) + 2)))
    for verb in Verb:
        permit = PERMITS.get(verb)
        if permit is None:
            continue
        states = ", ".join(f"`{state}`" for state in CaseState if state in TRANSITIONS[verb])
        lines.append(_row(f"{verb.label.vi} · `{verb}`", *_cells(permit.own, permit.above), states))
    lines += _of_requests(roles)
    lines.append(_MIDDLE)
    lines.append(_row("Địa chỉ · Address", *(f"`{role}`" for role in roles)))
    lines.append(_row(*["---"] * (len(roles) + 1)))
    lines += [
        _row(f"`{address}`", *("có" if role in allowed else "–" for role in roles))
        for address, allowed in ADDRESSES.items()
    ]
    lines.append(_LAST)
    lines.append(_row("Địa chỉ · Address", *(f"`{scope}`" for scope in ClientScope)))
    lines.append(_row(*["---"] * (len(ClientScope) + 1)))
    lines += [
        _row(f"`{address}`", *("có" if needed in {None, scope} else "–" for scope in ClientScope))
        for address, needed in KEY_ADDRESSES.items()
    ]
    return "".join(lines)


def _of_requests(roles: list[Role]) -> list[str]:
    names = (f"{role.label.vi} · `{role}`" for role in roles)
    lines = [_REQUESTS, _row("Thao tác · Verb", "đơn vị · of the unit", *names, "từ trạng thái · from")]
    lines.append(_row(*["---"] * (len(roles) + 3)))
    for verb in RequestVerb:
        permit = REQUEST_PERMITS.get(verb)
        if permit is None:
            continue
        states = ", ".join(f"`{state}`" for state in RequestState if state in REQUEST_TRANSITIONS[verb])
        cells = _cells(permit.own, permit.above)
        lines.append(_row(f"{verb.label.vi} · `{verb}`", WHOSE[permit.whose], *cells, states))
    return lines


def _cells(own: frozenset[Role], above: frozenset[Role]) -> list[str]:
    """Where each role may, or a dash."""
    places = ((Place.HOLDER, own | above), (Place.ABOVE, above))
    return [", ".join(place for place, held in places if role in held) or "–" for role in Role]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def verbs() -> list[Line]:
    """The verbs of the document as it stands on the disk."""
    found = []
    for cells in _tables()[0]:
        permitted = frozenset(
            (role, place) for role, cell in zip(Role, cells[1:-1], strict=True) for place in Place if place in cell
        )
        found.append(Line(_quoted(cells[0])[0], permitted, frozenset(_quoted(cells[-1]))))
    return found


def request_verbs() -> list[RequestLine]:
    """The verbs of service requests of the document as it stands on the disk."""
    return [
        RequestLine(
            _quoted(cells[0])[0],
            next(whose for whose, said in WHOSE.items() if said == cells[1]),
            frozenset(
                (role, place) for role, cell in zip(Role, cells[2:-1], strict=True) for place in Place if place in cell
            ),
            frozenset(_quoted(cells[-1])),
        )
        for cells in _tables()[1]
    ]


def addresses() -> dict[str, frozenset[Role]]:
    """The addresses of the document as it stands on the disk."""
    return {
        _quoted(cells[0])[0]: frozenset(role for role, cell in zip(Role, cells[1:], strict=True) if cell == "có")
        for cells in _tables()[2]
    }


def key_addresses() -> dict[str, frozenset[ClientScope]]:
    """The addresses of other systems of the document as it stands on the disk: any of the scopes will do."""
    return {
        _quoted(cells[0])[0]: frozenset(
            scope for scope, cell in zip(ClientScope, cells[1:], strict=True) if cell == "có"
        )
        for cells in _tables()[3]
    }


def _tables() -> list[list[list[str]]]:
    parts = DOCUMENT.read_text(encoding="utf-8").split("\n## ")[1:]
    return [
        [[cell.strip() for cell in line.strip("| \n").split(" | ")] for line in part.splitlines() if line[:1] == "|"][
            2:
        ]
        for part in parts
    ]


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)
