"""What an agent counts and times, for Prometheus; one registry per program, one meter per camera."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

STAGE_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(frozen=True, slots=True)
class _Counted:
    name: str
    meaning: str
    labels: tuple[str, ...] = ()


COUNTED = (
    _Counted("frames_analysed", "Frames that went through all stages"),
    _Counted("looks_failed", "Looks of the detector that failed"),
    _Counted("events", "Event messages made", ("kind", "phase")),
    _Counted("events_unfit", "Events that broke the wire contract and were not sent"),
    _Counted("evidence_failed", "Events that went without evidence because it could not be written"),
    _Counted("commits_deferred", "Commits to the outbox that must be tried again"),
    _Counted("restarts", "Times that the camera's loop began anew after a fault"),
)


TOTALS = {
    "frames_arrived": "Frames that arrived from the source",
    "source_losses": "Times that a live source went away",
    "crops": "Crops that the detector was shown",
    "crops_left_out": "Crops that the cap kept from the detector",
    "tracks_refused": "Objects that found no room among the tracks",
    "tracks_expired": "Tracks that reached the end of their lifetime",
    "slots_refused": "Things at rest that found no room among the slots",
}
"""What parts count themselves and only rises; read when the metrics are asked for."""

ReadTotals = Callable[[], Mapping[str, float]]


class Metrics:
    """All metrics of one program."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._stage = Histogram(
            "lilong_stage_seconds",
            "Wall-clock time of one stage on one frame",
            ("camera", "stage"),
            buckets=STAGE_BUCKETS_S,
            registry=self.registry,
        )
        self._counters = {
            each.name: Counter(
                f"lilong_{each.name}", each.meaning, ("camera", *each.labels), registry=self.registry
            )
            for each in COUNTED
        }
        self._readers: dict[tuple[str, str], ReadTotals] = {}
        self.registry.register(_Totals(self._readers))

    def of_camera(self, camera_id: str) -> "CameraMeter":
        """Give the meter of one camera."""
        return CameraMeter(camera_id, self._stage, self._counters, self._readers)

    def watch(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Publish a figure of the whole box, read when asked for."""
        gauge = Gauge(f"lilong_{name}", meaning, registry=self.registry)
        gauge.set_function(read)


class CameraMeter:
    """Counts and times for one camera; see `pipeline.Meter`."""

    def __init__(
        self,
        camera_id: str,
        stage: Histogram,
        counters: Mapping[str, Counter],
        readers: dict[tuple[str, str], ReadTotals],
    ) -> None:
        self._camera_id = camera_id
        self._stage = stage
        self._counters = counters
        self._readers = readers

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        with self._stage.labels(self._camera_id, name).time():
            yield

    def count(self, name: str, *labels: str) -> None:
        """Count one occurrence of a thing in `COUNTED`."""
        self._counters[name].labels(self._camera_id, *labels).inc()

    def watch(self, part: str, read: ReadTotals) -> None:
        """Publish totals that a part keeps; a part of the same name takes the place of the one before."""
        self._readers[(self._camera_id, part)] = read


class _Totals(Collector):
    def __init__(self, readers: Mapping[tuple[str, str], ReadTotals]) -> None:
        self._readers = readers

    def collect(self) -> Iterable[Metric]:
        families = {
            name: CounterMetricFamily(f"lilong_{name}", meaning, labels=("camera",))
            for name, meaning in TOTALS.items()
        }
        for (camera_id, _), read in tuple(self._readers.items()):
            for name, value in read().items():
                families[name].add_metric([camera_id], value)
        return families.values()
