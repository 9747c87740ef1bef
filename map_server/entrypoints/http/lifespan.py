"""What runs beside the requests while the app is up: the live feed, the watches over devices and orders."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from map_server.entrypoints.http.live_hub import LiveHub, LiveHubParams
from map_server.entrypoints.services import Services

_SILENCE_CHECK_S = 20.0
_SWEEP_S = 20.0

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
    sweep = asyncio.create_task(_sweep_work_orders(services))
    try:
        yield
    finally:
        leave()
        hub.close()
        watch.cancel()
        sweep.cancel()
        await asyncio.gather(feed, watch, sweep, return_exceptions=True)


async def _watch_silence(services: Services) -> None:
    while True:
        await asyncio.sleep(_SILENCE_CHECK_S)
        try:
            for device_id in await run_in_threadpool(services.devices.mark_silent):
                _log.warning("device went offline", device_id=device_id)
        except Exception:  # the watch must outlive a database that is away for a moment
            _log.exception("could not look for silent devices; trying again")


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
