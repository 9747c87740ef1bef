"""What runs beside the requests while the app is up: the live feed, the watches over devices and orders."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from map_server.entrypoints.http.live_hub import LiveHub, LiveHubParams
from map_server.entrypoints.services import Services

_SILENCE_CHECK_S = 20.0
_NOTICE_ROUND_S = 3.0
_SWEEP_S = 20.0
_KEEPING_S = 30.0
_SWEEPS_PER_ERASING = 120
_REPORT_ROUND_S = 60.0
_TRACK_ROUND_S = 120.0

_log = structlog.get_logger()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start the tasks, and end them when the server stops."""
    services: Services = app.state.services
    hub = LiveHub(services.live, app.state.metrics, LiveHubParams())
    app.state.live_hub = hub
    leave = services.changes.listen(hub.wake)
    feed = asyncio.create_task(hub.run())
    watch = asyncio.create_task(_watch_silence(services))
    notices = asyncio.create_task(_send_notices(services))
    sweep = asyncio.create_task(_sweep_work_orders(services))
    keeping = asyncio.create_task(_keep_the_record(services))
    reports = asyncio.create_task(_freeze_reports(services))
    tracks = asyncio.create_task(_match_tracks(services))
    try:
        yield
    finally:
        leave()
        hub.close()
        watch.cancel()
        notices.cancel()
        sweep.cancel()
        keeping.cancel()
        reports.cancel()
        tracks.cancel()
        await asyncio.gather(feed, watch, notices, sweep, keeping, reports, tracks, return_exceptions=True)


async def _watch_silence(services: Services) -> None:
    while True:
        await asyncio.sleep(_SILENCE_CHECK_S)
        try:
            for device_id in await run_in_threadpool(services.devices.mark_silent):
                _log.warning("device went offline", device_id=device_id)
        except Exception:  # the watch must outlive a database that is away for a moment
            _log.exception("could not look for silent devices; trying again")


async def _match_tracks(services: Services) -> None:
    """Match what phones sent to the streets; again and again."""
    while True:
        await asyncio.sleep(_TRACK_ROUND_S)
        try:
            await run_in_threadpool(services.street.walks.catch_up)
        except Exception:  # matching must outlive a database that is away for a moment
            _log.exception("could not match tracks to the streets; trying again")


async def _sweep_work_orders(services: Services) -> None:
    """Raise what is late, file what nobody filed, forget old answers; again and again."""
    while True:
        await asyncio.sleep(_SWEEP_S)
        try:
            swept = await run_in_threadpool(services.work_order_watch.sweep)
            await run_in_threadpool(services.answers.forget_old)
            if swept.raised or swept.filed:
                _log.info("work orders swept", raised=swept.raised, filed=swept.filed)
        except Exception:  # the sweep must outlive a database that is away for a moment
            _log.exception("could not sweep the work orders; trying again")


async def _keep_the_record(services: Services) -> None:
    """Draw the audit's sample, open what waited long enough, sign the day's head; hourly erase."""
    for turn in count():
        await asyncio.sleep(_KEEPING_S)
        try:
            await run_in_threadpool(services.audit.sampling.draw)
            await run_in_threadpool(services.audit_desk.release_waiting)
            await run_in_threadpool(services.keeping.heads.sign_if_due)
            is_hour = turn % _SWEEPS_PER_ERASING == 0
            if is_hour and (fixes := await run_in_threadpool(services.field.tracks.erase_old)):
                _log.info("tracks past their time erased", fixes=fixes)
            if is_hour and (erased := await run_in_threadpool(services.keeping.retention.sweep)):
                _log.info("evidence past its time erased", pieces=erased)
        except Exception:  # the keeping must outlive a database that is away for a moment
            _log.exception("could not keep the record; trying again")


async def _freeze_reports(services: Services) -> None:
    """Freeze the reports of the periods that are over."""
    while True:
        await asyncio.sleep(_REPORT_ROUND_S)
        try:
            for frozen in await run_in_threadpool(services.reporting.schedule.freeze_due):
                period = frozen.report.definition.period
                _log.info("report frozen", kind=period.kind, first=period.first, sha256=frozen.sha256)
        except Exception:  # the schedule must outlive a database that is away; what is due stays due
            _log.exception("could not freeze the reports that are due; trying again")


async def _send_notices(services: Services) -> None:
    while True:
        await asyncio.sleep(_NOTICE_ROUND_S)
        try:
            await run_in_threadpool(services.notice_delivery.round)
        except Exception:  # notices must outlive a database that is away; what was not sent waits
            _log.exception("could not send notices; trying again")
