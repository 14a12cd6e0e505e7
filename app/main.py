"""Composition root of the web process: `create_app(settings)` mounts routers and opens the process, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from app.audit.service import Refusals
from app.cases.endpoints import routers as cases_routers
from app.cases.service import CodeBook
from app.catalogue.endpoints import router as catalogue_router
from app.catalogue.staff_endpoints import router as staff_catalogue_router
from app.citizens.endpoints import router as citizens_router
from app.citizens.senders import codes_of
from app.clients.endpoints import routers as client_routers
from app.clients.staff_endpoints import router as staff_clients_router
from app.condition import readings
from app.console.endpoints import router as console_router
from app.deadlines.citizen_endpoints import router as calendar_router
from app.deadlines.endpoints import router as deadlines_router
from app.desks.staff_endpoints import router as desks_router
from app.directory.endpoints import hot_router as hot_directory_router, router as directory_router
from app.directory.staff_endpoints import router as unit_contacts_router
from app.federation.endpoints import router as federation_router
from app.federation.staff_endpoints import router as neighbours_router
from app.identity.domain import roles_named
from app.identity.endpoints import router as identity_router
from app.identity.service import KeyUses, Passwords
from app.identity.staff_endpoints import router as own_account_router
from app.insight.endpoints import router as insight_router
from app.kit.clock import Clock, SystemClock
from app.media.endpoints import router as media_router
from app.media.store import PHOTOS, store_of
from app.members.endpoints import router as deputies_router
from app.members.senders import post_of
from app.members.staff_endpoints import router as members_router
from app.mobile.endpoints import router as mobile_router
from app.mobile.staff_endpoints import router as app_versions_router
from app.national.endpoints import router as national_router
from app.notices.endpoints import router as notices_router, staff_router as staff_notices_router
from app.notices.staff_endpoints import router as notice_words_router
from app.oidc.senders import provider_of, staff_provider_of
from app.open311.endpoints import router as open311_router
from app.outbox.service import Tails
from app.oversight.endpoints import router as oversight_router
from app.papers.endpoints import router as papers_router
from app.papers.service import Desk, SignatureReader
from app.papers.store import trust_of
from app.partners.staff_endpoints import router as partners_router
from app.payments.endpoints import router as payments_router
from app.payments.staff_endpoints import router as staff_payments_router, unmatched_router
from app.portal.endpoints import lost_router, router as portal_router
from app.portals.endpoints import router as portals_router
from app.portals.staff_endpoints import own_router as calendar_address_router, router as staff_portals_router
from app.privacy import service as privacy
from app.privacy.citizen_endpoints import router as privacy_router
from app.privacy.staff_endpoints import router as staff_privacy_router
from app.privacy.terms import Subject
from app.procedures.endpoints import router as procedures_router
from app.procedures.staff_endpoints import router as staff_procedures_router
from app.process import Process, keyring_of
from app.publication.citizen_endpoints import hot_router as hot_report_router, router as report_router
from app.publication.endpoints import hot_router as hot_publication_router, router as publication_router
from app.publication.service import CommonTerms, LiveFeeds
from app.publication.staff_endpoints import router as preview_router
from app.publication.store import PhotoStore
from app.reports.citizen_endpoints import router as own_reports_router
from app.reports.endpoints import hot_router as hot_reports_router, router as reports_router
from app.reports.staff_endpoints import router as report_texts_router
from app.routing.endpoints import router as routing_router
from app.service_requests.endpoints import routers as request_routers
from app.settings import Settings
from app.streams.endpoints import router as streams_router
from app.streams.service import PrivateFeeds
from app.subscriptions.endpoints import router as subscriptions_router
from app.supports.citizen_endpoints import router as supports_router
from app.supports.staff_endpoints import router as support_rules_router
from app.web import health, metrics, openapi, problems
from app.web.budgets import ReadBudget, Reads, TurnedAway
from app.web.hot import HotPaths, hot_routes
from app.web.live import Seats
from app.web.middleware import RequestEdge
from app.web.pages import assets_router, documents_router
from app.web.versions import AppVersions

TAGS = [
    {"name": "reports", "description": "Người dân gửi và theo dõi phản ánh. Citizens hand in and follow reports."},
    {
        "name": "service-requests",
        "description": "Hồ sơ thủ tục hành chính. Applications for administrative procedures.",
    },
    {"name": "mobile", "description": "Ứng dụng hay mất mạng. Apps that are often offline."},
    {"name": "public", "description": "Những gì ai cũng xem được. What anyone may see."},
    {"name": "directory", "description": "Địa giới và cơ quan. Areas and units."},
    {"name": "catalogue", "description": "Lĩnh vực. Categories."},
    {"name": "procedures", "description": "Thủ tục hành chính. Administrative procedures."},
    {"name": "notices", "description": "Báo tin cho người gửi. Telling those who sent reports."},
    {"name": "sign-in", "description": "Đăng nhập. Signing in."},
    {"name": "staff", "description": "Cán bộ xử lý. Officers at work."},
    {"name": "payments", "description": "Đơn vị thanh toán báo về. Payment providers tell us."},
    {"name": "client", "description": "Hệ thống khác, bằng khoá API. Other systems, by API key."},
    {"name": "own data", "description": "Dữ liệu của chính mình. One's own data."},
    {"name": "federation", "description": "Hệ thống của nơi khác. Neighbouring installations."},
    {"name": "operation", "description": "Vận hành. Operation."},
]

# Routes are tried in their order: what is asked for most comes first.
ROUTERS = (
    hot_report_router,
    hot_reports_router,
    hot_publication_router,
    hot_directory_router,
    streams_router,
    report_router,
    reports_router,
    supports_router,
    publication_router,
    *cases_routers,
    directory_router,
    catalogue_router,
    staff_catalogue_router,
    procedures_router,
    staff_procedures_router,
    identity_router,
    own_account_router,
    citizens_router,
    media_router,
    papers_router,
    routing_router,
    unit_contacts_router,
    deadlines_router,
    calendar_router,
    subscriptions_router,
    support_rules_router,
    *client_routers,
    staff_clients_router,
    members_router,
    deputies_router,
    notices_router,
    staff_notices_router,
    notice_words_router,
    oversight_router,
    national_router,
    partners_router,
    neighbours_router,
    federation_router,
    payments_router,
    staff_payments_router,
    unmatched_router,
    privacy_router,
    staff_privacy_router,
    report_texts_router,
    own_reports_router,
    mobile_router,
    app_versions_router,
    *request_routers,
    preview_router,
    portals_router,
    staff_portals_router,
    desks_router,
    calendar_address_router,
    open311_router,
    portal_router,
    insight_router,
    console_router,
    assets_router,
    documents_router,
    health.router,
    metrics.router,
    lost_router,  # fits whatever is left
)


@cache
def routes() -> list[BaseRoute]:
    """Every route, with all that it depends on looked through: once in a process, whatever applications it makes.

    FastAPI puts this off to the first request, who would wait for it: 1.5 s of a processor for 311 operations.
    """
    whole = APIRouter(generate_unique_id_function=openapi.operation_id)
    for router in ROUTERS:
        whole.include_router(router)
    for route in whole.routes:
        route.matches({"type": "http", "method": "GET", "path": "", "root_path": "", "headers": []})
    return whole.routes


def create_app(settings: Settings, clock: Clock | None = None, shared: Process | None = None) -> FastAPI:
    """The web application; it opens its process when the server starts it and closes it when the server stops.

    `shared` is a process that somebody else opened and will close, as when web and worker run in one.
    """
    counted = shared.metrics if shared else metrics.Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        process = shared or await Process.open(settings, clock or SystemClock(), counted)
        install(app, process)
        app.state.common_terms.start()
        app.state.refusals.start()
        app.state.key_uses.start()
        process.bus.start()
        try:
            yield
        finally:
            await end_streams(app)
            await app.state.common_terms.close()
            await app.state.refusals.close()
            await app.state.key_uses.close()
            await app.state.code_sender.close()
            for provider in (app.state.citizens_provider, app.state.staff_provider):
                if provider is not None:
                    await provider.close()
            if shared is None:
                await process.close()

    app = FastAPI(
        title="Liên Thông",
        version="1.0.0",
        description=openapi.DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
        generate_unique_id_function=openapi.operation_id,
        openapi_url=None,  # served by app/web/openapi, which makes it beside the loop
        docs_url=None,  # our own page, which loads nothing from other hosts
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours are in app/web; asked for at each request
    )
    app.add_middleware(HotPaths, routes=[route for router in ROUTERS for route in hot_routes(router)])
    app.add_middleware(AppVersions)
    app.state.reads, app.state.turned_away = Reads(settings.reads_per_address_minute), TurnedAway()
    app.add_middleware(ReadBudget, reads=app.state.reads)
    app.add_middleware(
        RequestEdge,
        max_body_bytes=settings.max_body_bytes,
        max_upload_bytes=settings.upload_max_bytes,
        metrics=counted,
        access_log=settings.access_log,
        body_wait_s=settings.body_wait_s,
        only_https=(settings.public_url or "").startswith("https:"),
    )
    problems.install(app)
    openapi.install(app)
    app.router.routes.extend(routes())
    return app


async def _has_room(app: FastAPI) -> bool:
    """Whether one more byte of a file may come, as far as anybody can tell."""
    room = await asyncio.to_thread(app.state.file_store.room)
    return room is None or room > 0


def install(app: FastAPI, process: Process) -> None:
    """Hang what requests share on the application's state, where the rooms' dependencies look for it."""
    state = app.state
    state.metrics, state.readings = process.metrics, lambda: readings(process)
    state.settings, state.clock, state.database = process.settings, process.clock, process.db
    state.directory, state.catalogue = process.directory, process.catalogue
    state.rulebooks, state.calendars = process.rulebooks, process.calendars
    state.procedures = process.procedures
    state.app_versions = lambda: process.app_versions.current
    state.tenants = lambda: process.directory.current
    state.keyring = keyring_of(process.settings)
    state.limits_key = state.keyring.limits
    state.guarded_roles = roles_named(process.settings.second_factor_roles)
    state.passwords = Passwords()
    state.refusals = Refusals(process.db, process.clock)
    state.key_uses = KeyUses(process.db)
    state.citizens_provider = provider_of(process.settings, process.clock)
    state.staff_provider = staff_provider_of(process.settings, process.clock)
    state.code_sender = codes_of(process.settings, process.clock)
    state.file_store = store_of(process.settings)
    state.has_room = partial(_has_room, app)
    state.photo_store = PhotoStore(store_of(process.settings, PHOTOS))
    state.link_post = post_of(process.settings, process.clock)
    state.draft_life = partial(privacy.kept_for, process.db, process.clock, Subject.DRAFTS)
    state.paper_desk = Desk(state.keyring)
    state.signature_reader = SignatureReader(trust_of(process.settings.signature_roots_dir))
    state.codes = CodeBook(process.db)
    state.common_terms = CommonTerms(process.db)
    state.tails = Tails(process.db, process.bus, process.settings.stream_poll_s)
    state.feeds = LiveFeeds(process.db, state.tails)
    state.private_feeds = PrivateFeeds(
        process.db,
        process.clock,
        lambda: process.directory.current,
        state.tails,
        process.settings.stream_check_s,
        state.guarded_roles,
    )
    state.seats = Seats(
        most=process.settings.streams_max,
        per_address=process.settings.streams_per_address_max,
        per_account=process.settings.streams_per_account_max,
    )
    process.metrics.streams = lambda: int(state.seats.taken)
    state.bus = process.bus


async def end_streams(app: FastAPI) -> None:
    """Everyone who listens was sent away: to be called as soon as the server is asked to stop."""
    await app.state.private_feeds.close()
    await app.state.feeds.close()
