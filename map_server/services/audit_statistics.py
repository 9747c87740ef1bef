"""The audit's figures: precision per stratum with its interval, agreement of auditors, misses, advice, and
the gate that these figures open or close.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from map_server.domain.agreement import Agreement, cohens_kappa, krippendorffs_alpha
from map_server.domain.audit_policy import PolicyVersion
from map_server.domain.audit_sample import Stratum
from map_server.domain.gate import GateParams, is_passed
from map_server.domain.precision import Interval, Outcome, Precision, items_missing, precision_of, wilson
from map_server.domain.recapture import Recapture, chapman
from map_server.domain.threshold import ThresholdAdvice, advised
from map_server.services.audit_ports import AuditedStratum, AuditFigures, AuditorRecord
from map_server.services.audit_sampling import AuditSampling
from map_server.services.ports import Clock
from wire_contract.vocabulary import EventKind

_FRESH_FOR = timedelta(seconds=30)
"""How long the gate answers from the same figures."""


@dataclass(frozen=True, slots=True)
class StratumReport:
    """One stratum. `required` None: this kind never files itself. `missing`: items until the stop rule."""

    stratum: Stratum
    drawn: int
    sampled: int
    unsure: int
    precision: Precision
    required: float | None
    missing: int
    may_file: bool


@dataclass(frozen=True, slots=True)
class CameraAdvice:
    """What a score threshold would do at one camera for one kind; `advice` None: none reaches the gate."""

    kind: EventKind
    device_id: str
    camera_id: str
    items: int
    advice: ThresholdAdvice | None


@dataclass(frozen=True, slots=True)
class PairReport:
    """Two auditors compared on what both judged blind."""

    one: str
    other: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class AuditorReport:
    """One auditor; `accuracy` on known items with its interval, None while there are none."""

    record: AuditorRecord
    accuracy: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class MissReport:
    """What cameras miss of a kind, told by patrols."""

    kind: EventKind
    recapture: Recapture


@dataclass(frozen=True, slots=True)
class AuditReport:
    """All figures since a moment, with the policy that holds."""

    since: datetime
    policy: PolicyVersion
    strata: tuple[StratumReport, ...]
    advice: tuple[CameraAdvice, ...]
    pairs: tuple[PairReport, ...]
    alpha: float | None
    second_looks: int
    auditors: tuple[AuditorReport, ...]
    misses: tuple[MissReport, ...]


class AuditStatistics:
    """Reads only, but for drawing what was not drawn yet."""

    def __init__(self, figures: AuditFigures, clock: Clock, sampling: AuditSampling) -> None:
        self._figures = figures
        self._clock = clock
        self._sampling = sampling

    def report(self) -> AuditReport:
        """Give all figures of the policy's window."""
        self._sampling.draw()
        policy = self._sampling.policy()
        gate = policy.policy.gate
        since = self._clock.now() - timedelta(days=gate.window_days)
        strata = self._figures.strata(since)
        looks = self._figures.second_looks(since)
        return AuditReport(
            since=since,
            policy=policy,
            strata=tuple(_stratum_report(each, gate) for each in strata),
            advice=tuple(_advice(strata, gate)),
            pairs=tuple(_pairs([look.answers for look in looks])),
            alpha=krippendorffs_alpha([[answer for _, answer in look.answers] for look in looks]),
            second_looks=len(looks),
            auditors=tuple(_auditor_report(record) for record in self._figures.auditors(since)),
            misses=tuple(
                MissReport(each.kind, chapman(each.by_cameras, each.by_patrols, each.by_both))
                for each in self._figures.finds(since)
            ),
        )

    def gates(self) -> dict[Stratum, bool]:
        """Tell for each stratum of the window whether its detections may file themselves."""
        self._sampling.draw()
        gate = self._sampling.policy().policy.gate
        since = self._clock.now() - timedelta(days=gate.window_days)
        return {
            each.stratum: is_passed(each.stratum.kind, precision_of(each.outcomes), gate)
            for each in self._figures.strata(since)
        }


class FilingGate:
    """The `Gate` of work orders. Answers from figures that are at most half a minute old."""

    def __init__(self, statistics: AuditStatistics, clock: Clock) -> None:
        self._statistics = statistics
        self._clock = clock
        self._known: tuple[datetime, dict[Stratum, bool]] | None = None

    def passed(self) -> tuple[Stratum, ...]:
        """Give the strata whose detections may file themselves."""
        return tuple(stratum for stratum, is_open in self._gates().items() if is_open)

    def may_file(self, kind: EventKind, camera_id: str, model_id: str | None) -> bool:
        """Tell whether the audited precision there is high enough.

        Where several boxes have a camera of this name, or the model came in several versions, all of them
        must have passed: a new version begins with a closed gate.
        """
        named = [
            is_open
            for stratum, is_open in self._gates().items()
            if (stratum.kind, stratum.camera_id, stratum.model_id) == (kind, camera_id, model_id or "")
        ]
        return bool(named) and all(named)

    def _gates(self) -> dict[Stratum, bool]:
        now = self._clock.now()
        known = self._known
        if known is None or not timedelta(0) <= now - known[0] < _FRESH_FOR:
            known = self._known = (now, self._statistics.gates())
        return known[1]


def _stratum_report(audited: AuditedStratum, gate: GateParams) -> StratumReport:
    precision = precision_of(audited.outcomes)
    kind = audited.stratum.kind
    return StratumReport(
        stratum=audited.stratum,
        drawn=audited.drawn,
        sampled=audited.sampled,
        unsure=audited.unsure,
        precision=precision,
        required=gate.required[kind],
        missing=items_missing(precision, gate.half_width),
        may_file=is_passed(kind, precision, gate),
    )


def _advice(strata: list[AuditedStratum], gate: GateParams) -> list[CameraAdvice]:
    """Advise per camera and kind, over the model versions together: a threshold is set on the camera."""
    of_camera: dict[tuple[EventKind, str, str], list[Outcome]] = {}
    for each in strata:
        key = (each.stratum.kind, each.stratum.device_id, each.stratum.camera_id)
        of_camera.setdefault(key, []).extend(each.outcomes)
    advice = []
    for (kind, device_id, camera_id), outcomes in sorted(of_camera.items()):
        required = gate.required[kind]
        if required is not None and outcomes:
            found = advised(outcomes, required)
            advice.append(CameraAdvice(kind, device_id, camera_id, len(outcomes), found))
    return advice


def _pairs(looks: list[tuple[tuple[str, str], ...]]) -> list[PairReport]:
    judged: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for answers in looks:
        for (one, first), (other, second) in combinations(sorted(answers), 2):
            judged.setdefault((one, other), []).append((first, second))
    return [PairReport(one, other, cohens_kappa(pairs)) for (one, other), pairs in sorted(judged.items())]


def _auditor_report(record: AuditorRecord) -> AuditorReport:
    if record.gold == 0:
        return AuditorReport(record, None, None)
    accuracy = record.gold_right / record.gold
    return AuditorReport(record, accuracy, wilson(accuracy, record.gold))
