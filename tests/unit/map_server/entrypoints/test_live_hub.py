"""The live feed: everyone hears of each change once, and a slow viewer costs nobody but itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager

import pytest

from map_server.adapters.db.queries.live import CameraOnMap, Change
from map_server.domain.incident import Incident
from map_server.domain.reach import Spot
from map_server.entrypoints.http.live_hub import LiveHub, LiveHubParams
from map_server.entrypoints.http.metrics import Metrics

PATIENCE_S = 20.0


class FakeReads:
    """A log of patrol changes; patrols need no feature."""

    def __init__(self) -> None:
        self.log: list[Change] = []
        self.looks = 0
        self.is_away = False

    def commit(self, count: int = 1) -> None:
        self.log += [
            Change(len(self.log) + n + 1, "patrol", f"plan-{len(self.log) + n + 1}") for n in range(count)
        ]

    def cursor(self) -> int:
        return len(self.log)

    def changes_since(self, seq: int, subject_kinds: Collection[str], limit: int) -> list[Change]:
        self.looks += 1
        if self.is_away:
            raise OSError("the database is away")
        return self.log[seq : seq + limit]

    def by_id(self, incident_ids: Collection[str]) -> list[Incident]:
        return []

    def cameras(self, device_ids: Collection[str]) -> list[CameraOnMap]:
        return []

    def spots(
        self, incident_ids: Collection[str], device_ids: Collection[str]
    ) -> dict[tuple[str, str], Spot]:
        return {}


@asynccontextmanager
async def running_hub(reads: FakeReads, **params: float) -> AsyncIterator[LiveHub]:
    hub = LiveHub(reads, Metrics(), LiveHubParams(**{"poll_s": 0.01} | params))  # type: ignore[arg-type]
    task = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        hub.close()
        await task


async def opened(hub: LiveHub, last_seq: int | None = None) -> AsyncIterator[str]:
    """A stream whose greeting has been read."""
    stream = hub.stream(last_seq)
    assert await anext(stream) == "retry: 2000\n\n"
    return stream


async def ids(stream: AsyncIterator[str], count: int) -> list[int]:
    """The ids of the next events, signs of life left out."""
    found: list[int] = []
    while len(found) < count:
        text = await anext(stream)
        if text.startswith("id: "):
            found.append(int(text.partition("\n")[0].removeprefix("id: ")))
    return found


def story(tell: Callable[[FakeReads], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(tell(FakeReads()), PATIENCE_S))


def test_a_change_reaches_every_viewer() -> None:
    async def tell(reads: FakeReads) -> None:
        async with running_hub(reads) as hub:
            one, other = await opened(hub), await opened(hub)
            waiting = asyncio.gather(ids(one, 2), ids(other, 2))
            await asyncio.sleep(0.05)
            reads.commit(2)
            assert await waiting == [[1, 2], [1, 2]]

    story(tell)


def test_a_viewer_that_comes_back_first_gets_what_it_missed_and_nothing_twice() -> None:
    async def tell(reads: FakeReads) -> None:
        reads.commit(5)
        async with running_hub(reads) as hub:
            stream = await opened(hub, last_seq=2)
            assert await ids(stream, 3) == [3, 4, 5]
            reads.commit(2)
            assert await ids(stream, 2) == [6, 7]

    story(tell)


def test_a_slow_viewer_is_let_go_and_the_others_go_on() -> None:
    async def tell(reads: FakeReads) -> None:
        async with running_hub(reads, queue_length=4) as hub:
            slow, quick = await opened(hub), await opened(hub)
            started = asyncio.create_task(ids(slow, 1))
            reading = asyncio.create_task(ids(quick, 10))
            await asyncio.sleep(0.05)
            for _ in range(10):
                reads.commit()
                await asyncio.sleep(0.03)

            assert await reading == list(range(1, 11))
            assert await started == [1]
            rest = [text async for text in slow]
            assert 0 < len(rest) < 9, "it ends early, and the browser comes back for the rest"

    story(tell)


def test_a_quiet_stream_gives_signs_of_life() -> None:
    async def tell(reads: FakeReads) -> None:
        async with running_hub(reads, heartbeat_s=0.02) as hub:
            stream = await opened(hub)
            assert (await anext(stream)).startswith(": ")
            assert "event: ping" in await anext(stream)

    story(tell)


def test_a_stream_ends_after_its_time_so_that_the_session_is_looked_at_again() -> None:
    async def tell(reads: FakeReads) -> None:
        async with running_hub(reads, heartbeat_s=0.02, lifetime_s=0.05) as hub:
            stream = await opened(hub)
            assert [text async for text in stream][-1].startswith(": ")

    story(tell)


def test_all_streams_end_when_the_hub_closes() -> None:
    async def tell(reads: FakeReads) -> None:
        async with running_hub(reads) as hub:
            stream = await opened(hub)
            reading = asyncio.create_task(ids(stream, 1))
            await asyncio.sleep(0.05)
            hub.close()
            with pytest.raises(StopAsyncIteration):
                await reading

    story(tell)


def test_nothing_is_read_while_nobody_watches() -> None:
    async def tell(reads: FakeReads) -> None:
        async with running_hub(reads) as hub:
            reads.commit(3)
            hub.wake(3)
            await asyncio.sleep(0.05)
            assert reads.looks == 0

    story(tell)


def test_the_feed_outlives_a_database_that_is_away_for_a_moment() -> None:
    async def tell(reads: FakeReads) -> None:
        async with running_hub(reads) as hub:
            stream = await opened(hub)
            waiting = asyncio.create_task(ids(stream, 1))
            await asyncio.sleep(0.05)
            reads.is_away = True
            reads.commit()
            await asyncio.sleep(0.05)
            reads.is_away = False
            assert await waiting == [1]

    story(tell)


@pytest.mark.parametrize("name", ["poll_s", "heartbeat_s", "lifetime_s", "queue_length"])
def test_settings_out_of_range_are_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: "):
        LiveHubParams(**{name: 0})
