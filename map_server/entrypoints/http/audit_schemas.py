"""The audit's figures and settings as they travel."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from map_server.domain.audit_policy import AuditPolicy, PolicyVersion
from map_server.domain.audit_sample import SamplingParams
from map_server.domain.errors import InvalidInput
from map_server.domain.gate import GateParams
from map_server.domain.precision import Interval
from map_server.domain.recapture import Recapture
from map_server.services.audit_statistics import AuditReport, CameraAdvice, StratumReport
from wire_contract.vocabulary import EventKind


class IntervalOut(BaseModel):
    """A 95 % interval."""

    low: float
    high: float

    @classmethod
    def of(cls, interval: Interval | None) -> Self | None:
        """Write an interval."""
        return None if interval is None else cls(low=interval.low, high=interval.high)


class StratumOut(BaseModel):
    """One kind, seen by one camera with one model version."""

    kind: EventKind
    device_id: str
    camera_id: str
    model_id: str
    model_sha256: str
    drawn: int = Field(description="All detections of the window")
    sampled: int = Field(description="Those in the random sample")
    judged: int
    right: int
    unsure: int = Field(description="In the sample, but nobody could decide")
    effective_items: float = Field(description="Judged items, less for unequal weights")
    precision: float | None
    interval: IntervalOut | None
    required: float | None = Field(description="Lower bound that opens the gate; null: always a person first")
    missing: int = Field(description="Further items until the stop rule is met; 0 when it is")
    may_file: bool = Field(description="The gate: detections here file themselves")

    @classmethod
    def of(cls, report: StratumReport) -> Self:
        """Write one stratum."""
        stratum, precision = report.stratum, report.precision
        return cls(
            kind=stratum.kind,
            device_id=stratum.device_id,
            camera_id=stratum.camera_id,
            model_id=stratum.model_id,
            model_sha256=stratum.model_sha256,
            drawn=report.drawn,
            sampled=report.sampled,
            judged=precision.items,
            right=precision.right,
            unsure=report.unsure,
            effective_items=precision.effective_items,
            precision=precision.value,
            interval=IntervalOut.of(precision.interval),
            required=report.required,
            missing=report.missing,
            may_file=report.may_file,
        )


class AdviceOut(BaseModel):
    """What a score threshold would do at one camera; nulls: none reaches the gate."""

    kind: EventKind
    device_id: str
    camera_id: str
    items: int
    threshold: float | None
    kept: int | None
    precision: float | None
    interval: IntervalOut | None
    lost: int | None
    loss: float | None = Field(description="Share of what is truly there that would be lost")

    @classmethod
    def of(cls, report: CameraAdvice) -> Self:
        """Write one camera's advice."""
        advice = report.advice
        place = {"kind": report.kind, "device_id": report.device_id, "camera_id": report.camera_id}
        if advice is None:
            nothing = dict.fromkeys(("threshold", "kept", "precision", "interval", "lost", "loss"))
            return cls.model_validate({**place, "items": report.items, **nothing})
        return cls(
            kind=report.kind,
            device_id=report.device_id,
            camera_id=report.camera_id,
            items=report.items,
            threshold=advice.threshold,
            kept=advice.kept,
            precision=advice.precision.value,
            interval=IntervalOut.of(advice.precision.interval),
            lost=advice.lost,
            loss=advice.loss,
        )


class PairOut(BaseModel):
    """Two auditors on what both judged blind."""

    one: str
    other: str
    items: int
    same: int
    kappa: float | None = Field(description="Cohen's kappa; null where chance alone would agree always")


class AuditorOut(BaseModel):
    """One auditor's figures."""

    name: str
    answers: int
    known_items: int
    known_right: int
    accuracy: float | None
    interval: IntervalOut | None


class MissOut(BaseModel):
    """What cameras miss of a kind, told by patrols (Chapman's estimator)."""

    kind: EventKind
    by_cameras: int
    by_patrols: int
    by_both: int
    missed: float
    missed_interval: IntervalOut
    seen_share: float | None
    seen_interval: IntervalOut | None
    is_reliable: bool

    @classmethod
    def of(cls, kind: EventKind, found: Recapture) -> Self:
        """Write one kind."""
        return cls(
            kind=kind,
            by_cameras=found.by_cameras,
            by_patrols=found.by_patrols,
            by_both=found.by_both,
            missed=found.missed,
            missed_interval=IntervalOut(low=found.missed_low, high=found.missed_high),
            seen_share=found.seen_share,
            seen_interval=IntervalOut.of(found.seen_interval),
            is_reliable=found.is_reliable,
        )


class StatisticsOut(BaseModel):
    """All figures since `since`, by the policy version that holds."""

    since: datetime
    policy_version: int
    strata: list[StratumOut]
    advice: list[AdviceOut]
    pairs: list[PairOut]
    alpha: float | None = Field(description="Krippendorff's alpha over all blind second looks")
    second_looks: int
    auditors: list[AuditorOut]
    misses: list[MissOut]

    @classmethod
    def of(cls, report: AuditReport) -> Self:
        """Write the report."""
        return cls(
            since=report.since,
            policy_version=report.policy.version,
            strata=[StratumOut.of(each) for each in report.strata],
            advice=[AdviceOut.of(each) for each in report.advice],
            pairs=[
                PairOut(
                    one=each.one,
                    other=each.other,
                    items=each.agreement.items,
                    same=each.agreement.same,
                    kappa=each.agreement.kappa,
                )
                for each in report.pairs
            ],
            alpha=report.alpha,
            second_looks=report.second_looks,
            auditors=[
                AuditorOut(
                    name=each.record.name,
                    answers=each.record.answers,
                    known_items=each.record.gold,
                    known_right=each.record.gold_right,
                    accuracy=each.accuracy,
                    interval=IntervalOut.of(each.interval),
                )
                for each in report.auditors
            ],
            misses=[MissOut.of(each.kind, each.recapture) for each in report.misses],
        )


class SamplingFields(BaseModel):
    """How much is looked at; see the audit guide."""

    first_items: int
    rate: float
    second_share: float
    gold_share: float
    uncertain_score: float
    uncertain_margin: float
    seal_s: float
    urgent_seal_s: float


class GateFields(BaseModel):
    """What opens the gate, for each kind; null: always a person first."""

    required: Mapping[EventKind, float | None]
    min_items: int
    window_days: int
    half_width: float


class PolicyRequest(BaseModel):
    """A policy to hold from now on. `version` is the one that was seen; 409 when somebody was quicker."""

    version: int = Field(ge=1)
    sampling: SamplingFields
    gate: GateFields

    def policy(self) -> AuditPolicy:
        """Check and translate. Raises InvalidInput that names the figure out of range."""
        try:
            return AuditPolicy(
                SamplingParams(**self.sampling.model_dump()), GateParams(**self.gate.model_dump())
            )
        except ValueError as error:
            raise InvalidInput(str(error)) from error


class PolicyOut(BaseModel):
    """The policy that holds."""

    version: int
    since: datetime
    sampling: SamplingFields
    gate: GateFields

    @classmethod
    def of(cls, version: PolicyVersion) -> Self:
        """Write the policy; its seed stays here."""
        policy = version.policy
        return cls(
            version=version.version,
            since=version.since,
            sampling=SamplingFields(**asdict(policy.sampling)),
            gate=GateFields(**asdict(policy.gate)),
        )
