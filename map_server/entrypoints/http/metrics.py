"""Numbers for Prometheus: requests by route, and what became of messages and evidence."""

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Metrics:
    """All metrics of one app, in a registry of its own (so that tests may run several apps)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "lilong_http_request_seconds",
            "Time to answer, by route and status class",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.messages = Counter(
            "lilong_event_messages",
            "Event messages by what became of them",
            ["status"],
            registry=self.registry,
        )
        self.evidence_bytes = Counter(
            "lilong_evidence_received_bytes", "Bytes of evidence stored", registry=self.registry
        )
        self.viewers = Gauge("lilong_stream_viewers", "Open live streams", registry=self.registry)
        self.dropped_viewers = Counter(
            "lilong_stream_dropped_viewers",
            "Live streams ended because the viewer was too slow",
            registry=self.registry,
        )

    def text(self) -> bytes:
        """Give the exposition format."""
        return generate_latest(self.registry)


class RequestTimes:
    """ASGI middleware that observes `Metrics.requests`. The route's template is the label, never the path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time the request up to the start of the answer (a stream may stay open for hours)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "unmatched")
                status = f"{message['status'] // 100}xx"
                self._metrics.requests.labels(scope["method"], route, status).observe(perf_counter() - began)
            await send(message)

        await self._app(scope, receive, observed)
