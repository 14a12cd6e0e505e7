"""What an applicant is to supply, as the letter lists it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kit.ids import TenantId
from app.kit.text import Lang
from app.notices.repository import Applied
from app.service_requests.terms import RequestBooks


def wanted_of(books: RequestBooks, tenant_id: TenantId, request: Applied, data: Mapping[str, Any], lang: Lang) -> str:
    """A line for each item: the document's name and, while that list still stands, the officer's reason.

    What people wrote is in no message of the outbox: of a list that another has replaced only the names are left.
    """
    procedure = books.procedures.find(tenant_id, request.procedure, request.procedure_version)
    names = {one.code: one.name for one in procedure.documents} if procedure else {}
    asked = [str(one) for one in data.get("missing", ())]
    listed = request.missing or {}
    items = listed.get("items", [])
    stands = [item["about"] for item in items] == asked
    lines = []
    for at, about in enumerate(asked):
        name = names[about](lang) if about in names else about
        lines.append(f"- {name}: {items[at]['reason']}" if stands else f"- {name}")
    if stands and listed.get("words"):
        lines.append(str(listed["words"]))
    return "\n".join(lines)
