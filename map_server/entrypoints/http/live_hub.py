"""Spreads what was committed to all open live streams. Each change is read and written as text once, for
everyone.

A commit of this process wakes the hub at once; commits of other processes are found by looking once a second.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Protocol

import structlog
from starlette.concurrency import run_in_threadpool

from map_server.adapters.db.queries.live import CameraOnMap, Change
from map_server.domain.incident import Incident
from map_server.domain.reach import NOWHERE, WHOLE_WARD, Reach, Spot
from map_server.entrypoints.http.metrics import Metrics
from map_server.presentation.geojson import camera_feature, incident_feature

MAX_CATCH_UP = 1000
SUBJECTS = ("incident", "device", "patrol")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LiveHubParams:
    """Seconds between looks for commits of other processes, between signs of life, and of a stream's life (so
    that whoever may no longer look does not go on looking); messages that wait for one viewer at most.
    """

    poll_s: float = 1.0
    heartbeat_s: float = 15.0
    lifetime_s: float = 900.0
    queue_length: int = 256

    def __post_init__(self) -> None:
        for name in ("poll_s", "heartbeat_s", "lifetime_s", "queue_length"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be greater than 0")


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """One server-sent event (WHATWG HTML, 9.2), ready to be sent."""

    seq: int
    text: str
    spot: Spot = NOWHERE

    def is_for(self, reach: Reach) -> bool:
        """Whether somebody of this reach may hear of it."""
        return reach.covers(self.spot)


class LiveReads(Protocol):
    """What the hub reads; adapters/db/queries/live.py has it."""

    def cursor(self) -> int:
        """Give the newest `seq` of the audit log."""

    def changes_since(self, seq: int, subject_kinds: Collection[str], limit: int) -> list[Change]:
        """Give the newest change of each subject changed after `seq`, oldest first."""

    def by_id(self, incident_ids: Collection[str]) -> list[Incident]:
        """Give incidents whatever their state."""

    def cameras(self, *, device_ids: Collection[str]) -> list[CameraOnMap]:
        """Give the cameras of some devices."""

    def spots(
        self, incident_ids: Collection[str], device_ids: Collection[str]
    ) -> dict[tuple[str, str], Spot]:
        """Tell where incidents and devices lie."""


class Viewer:
    """One open stream. A viewer that reads too slowly is let go; it comes back for what it missed."""

    def __init__(self, params: LiveHubParams) -> None:
        self._heartbeat_s = params.heartbeat_s
        self._queue: asyncio.Queue[LiveMessage | None] = asyncio.Queue(params.queue_length)
        self.is_gone = False

    def offer(self, message: LiveMessage) -> bool:
        """Queue a message; False when the queue is full."""
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            return False
        return True

    def end(self) -> None:
        """Close the stream after what is queued; at once when the queue is full."""
        self.is_gone = True
        if not self._queue.full():
            self._queue.put_nowait(None)

    async def next(self) -> LiveMessage | None:
        """Wait for the next message; None at the end. Raises TimeoutError when it is time for a heartbeat."""
        if self.is_gone and self._queue.empty():
            return None
        async with asyncio.timeout(self._heartbeat_s):
            return await self._queue.get()


class LiveHub:
    """Owned by one app; `run` is its task, `wake` may be called from any thread."""

    def __init__(self, live: LiveReads, metrics: Metrics, params: LiveHubParams) -> None:
        self._live = live
        self._params = params
        self._metrics = metrics
        self._viewers: set[Viewer] = set()
        self._seq: int | None = None
        """How far the viewers have been told; None while there are none, so that ingest pays nothing for
        them.
        """
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self._is_closed = False

    def wake(self, _seq: int) -> None:
        """Look for changes now."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Look for changes until closed."""
        self._loop = asyncio.get_running_loop()
        while not self._is_closed:
            try:
                async with asyncio.timeout(self._params.poll_s):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            try:
                await self._spread()
            except Exception:  # the stream must outlive a database that is away for a moment
                _log.exception("the live feed could not read the changes; trying again")

    async def _spread(self) -> None:
        if self._seq is None:
            return
        for message in await run_in_threadpool(self.messages_since, self._seq):
            if not self._viewers:
                return
            self._seq = message.seq
            for viewer in tuple(self._viewers):
                if not viewer.offer(message):
                    self._metrics.dropped_viewers.inc()
                    self._let_go(viewer)

    def messages_since(self, seq: int) -> list[LiveMessage]:
        """Read what changed after `seq` and write it as events, oldest first."""
        changes = self._live.changes_since(seq, SUBJECTS, MAX_CATCH_UP)
        incident_ids, device_ids = (_ids(changes, kind) for kind in ("incident", "device"))
        texts = self._incident_texts(incident_ids) | self._device_texts(device_ids)
        spots = self._live.spots(incident_ids, device_ids) if changes else {}
        return [
            LiveMessage(change.seq, _event(change, texts.get(subject, "{}")), spots.get(subject, NOWHERE))
            for change in changes
            for subject in [(change.subject_kind, change.subject_id)]
        ]

    def _incident_texts(self, ids: set[str]) -> dict[tuple[str, str], str]:
        return (
            {("incident", i.incident_id): _json(incident_feature(i)) for i in self._live.by_id(ids)}
            if ids
            else {}
        )

    def _device_texts(self, ids: set[str]) -> dict[tuple[str, str], str]:
        on_map = self._live.cameras(device_ids=ids) if ids else []
        texts = {}
        for device_id in ids:
            features = [
                camera_feature(c.camera, c.is_online) for c in on_map if c.camera.device_id == device_id
            ]
            texts["device", device_id] = _json({"device_id": device_id, "cameras": features})
        return texts

    async def stream(self, last_seq: int | None, reach: Reach = WHOLE_WARD) -> AsyncIterator[str]:
        """Give one viewer its stream: first what it missed after `last_seq`, then what happens."""
        viewer = Viewer(self._params)
        self._viewers.add(viewer)
        self._metrics.viewers.set(len(self._viewers))
        try:
            yield "retry: 2000\n\n"
            newest = await run_in_threadpool(self._live.cursor)
            if self._seq is None:
                self._seq = newest
                self._woken.set()  # what was committed since the cursor was read
            reached = newest if last_seq is None else last_seq
            if last_seq is not None:
                for message in await run_in_threadpool(self.messages_since, last_seq):
                    reached = message.seq
                    if message.is_for(reach):
                        yield message.text
            async for text in _live_texts(viewer, reach, reached, self._params.lifetime_s):
                yield text
        finally:
            self._let_go(viewer)

    def _let_go(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)
        viewer.end()
        if not self._viewers:
            self._seq = None
        self._metrics.viewers.set(len(self._viewers))

    def close(self) -> None:
        """End all streams; called in the loop's thread when the server shuts down."""
        self._is_closed = True
        self._woken.set()
        for viewer in tuple(self._viewers):
            self._let_go(viewer)


async def _live_texts(viewer: Viewer, reach: Reach, reached: int, lifetime_s: float) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    ends_at_s = loop.time() + lifetime_s
    while loop.time() < ends_at_s:
        try:
            message = await viewer.next()
        except TimeoutError:
            yield ": still here\nevent: ping\ndata: {}\n\n"  # the comment for proxies, the event for pages
            continue
        if message is None:
            return
        if message.seq > reached and message.is_for(reach):
            yield message.text


def _ids(changes: list[Change], subject_kind: str) -> set[str]:
    return {change.subject_id for change in changes if change.subject_kind == subject_kind}


def _event(change: Change, data: str) -> str:
    if change.subject_kind == "patrol":
        data = _json({"patrol_id": change.subject_id})
    return f"id: {change.seq}\nevent: {change.subject_kind}\ndata: {data}\n\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
