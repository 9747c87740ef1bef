"""What an agent counts and times, for Prometheus; one registry per program, one meter per camera."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
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

    def of_camera(self, camera_id: str) -> "CameraMeter":
        """Give the meter of one camera."""
        return CameraMeter(camera_id, self._stage, self._counters)

    def watch(self, name: str, meaning: str, read: Callable[[], Mapping[str, float]], *, total: bool) -> None:
        """Publish figures that a part keeps itself, read when asked for: value by camera.

        `total` for what only rises, else it is a gauge.
        """
        self.registry.register(_Watched(f"lilong_{name}", meaning, read, total))


class CameraMeter:
    """Counts and times for one camera; see `pipeline.Meter`."""

    def __init__(self, camera_id: str, stage: Histogram, counters: Mapping[str, Counter]) -> None:
        self._camera_id = camera_id
        self._stage = stage
        self._counters = counters

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        begun = perf_counter()
        yield
        self._stage.labels(self._camera_id, name).observe(perf_counter() - begun)

    def count(self, name: str, *labels: str) -> None:
        """Count one occurrence of a thing in `COUNTED`."""
        self._counters[name].labels(self._camera_id, *labels).inc()


class _Watched(Collector):
    def __init__(
        self, name: str, meaning: str, read: Callable[[], Mapping[str, float]], is_total: bool
    ) -> None:
        self._name = name
        self._meaning = meaning
        self._read = read
        self._family = CounterMetricFamily if is_total else GaugeMetricFamily

    def collect(self) -> Iterable[Metric]:
        family = self._family(self._name, self._meaning, labels=("camera",))
        for camera_id, value in self._read().items():
            family.add_metric([camera_id], value)
        yield family
