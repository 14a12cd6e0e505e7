"""The portal of a unit as its pages and feeds show it: where it stands, its addresses, its colours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Depends
from starlette.responses import Response

from app.directory.snapshot import Unit
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text
from app.portals import service as portals_service
from app.portals.deps import CurrentPlace, Place
from app.portals.schemas import links
from app.portals.terms import Portal
from app.publication import service as publication
from app.publication.terms import MOST_COUNTED, Standing
from app.web.etags import content_tag, is_fresh

from .deps import CurrentVisit, Visit

_NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)  # of a portal that has never shown anything
_SETTLED: Final = timedelta(seconds=2)
_MANY: Final = f"> {MOST_COUNTED:,}".replace(",", ".")
_COUNTED: Final = (
    Text("Đang xử lý", "Being handled"),
    Text("Trong đó quá hạn", "Of these overdue"),
    Text("Đã trả lời", "Answered"),
)


@dataclass(frozen=True, slots=True)
class Front:
    """One person's look at the portal of one unit."""

    visit: Visit
    place: Place
    portal: Portal

    @property
    def unit(self) -> Unit:
        """Whose portal it is."""
        return self.place.unit

    @property
    def key(self) -> tuple[TenantId, UnitId]:
        """Tenant and unit."""
        return self.place.tenant_id, UnitId(self.unit.id)

    @property
    def page(self) -> str:
        """Address of the portal's first page."""
        return f"/portal/{self.unit.code}"

    @property
    def host(self) -> str:
        """How people reach the province's pages."""
        return self.visit.host

    @property
    def naming(self) -> str:
        """Whose ids these are: the province's own name on the net, else one made of its short name."""
        tenant = self.place.tenant
        return tenant.hosts[0] if tenant.hosts else f"{tenant.slug}.invalid"

    @property
    def values(self) -> dict[str, Any]:
        """What every page of the portal is made from."""
        look = self.portal.look
        return {
            "name": look.name,
            "intro": look.intro,
            "brand": look.brand,
            "theme": f"{self.page}/theme.css?v={self.portal.version}",
            "page": self.page,
            "report": f"/report?portal={quote(self.unit.code)}",
        }

    @property
    def feeds(self) -> dict[str, str]:
        """Addresses of all that the portal has."""
        return links(self.unit.code)

    async def counts(self) -> list[tuple[Text, str]]:
        """How things stand, in words and figures. One statement."""
        standing: Standing = await publication.portal_standing(self.visit.database, *self.key)
        return [(label, _shown(count)) for label, count in zip(_COUNTED, standing, strict=True)]

    async def changed_at(self) -> datetime:
        """When what the portal shows, or how it looks, changed last. One statement."""
        changed = await publication.portal_changed_at(self.visit.database, *self.key)
        return max(changed or _NEVER, self.portal.updated_at or _NEVER)

    def page_of(self, template: str, **values: Any) -> Response:
        """A page of the portal."""
        return self.visit.page(template, portal=self.values, **values)

    def answer(self, content: bytes, media_type: str, changed_at: datetime, **headers: str) -> Response:
        """`content` with its tag and time, or 304 when whoever asks holds it already.

        A time is told only once it is over: within one second something may change twice.
        """
        request, tag = self.visit.request, content_tag(content)
        sent = {"ETag": tag, "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*", **headers}
        settled = self.visit.now - changed_at >= _SETTLED
        if settled:
            sent["Last-Modified"] = f"{changed_at.astimezone(UTC):%a, %d %b %Y %H:%M:%S GMT}"
        held = request.headers.get("if-none-match")
        since = request.headers.get("if-modified-since")
        if is_fresh(held, tag) or (held is None and settled and since == sent["Last-Modified"]):
            return Response(status_code=304, headers=sent)
        return Response(content, media_type=media_type, headers=sent)


def _shown(count: int) -> str:
    return _MANY if count > MOST_COUNTED else str(count)


async def front(place: CurrentPlace, visit: CurrentVisit) -> Front:
    """The portal in the address. One statement. Raises: UnknownUnit."""
    visit = replace(visit, tenant=place.tenant)
    return Front(visit, place, await portals_service.get_portal(visit.database, place.tenant_id, place.unit))


CurrentFront = Annotated[Front, Depends(front)]
