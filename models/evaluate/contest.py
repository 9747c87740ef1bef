"""The agent and its rivals over the same clips, and who was better at what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from edge_agent.pipeline import frame_size_px
from edge_agent.ports import Detector
from models.evaluate.agent import Agent
from models.evaluate.events import Evaluation, sum_up
from models.evaluate.figures import Scores
from models.evaluate.rivals import FOUR_POINTS, relocated, rivals
from models.evaluate.scored_clips import ScoredClip
from models.evaluate.systems import Run, System, cpu_seconds, run
from wire_contract.vocabulary import EventKind

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Rivalry:
    """A rival's figures, and the agent's over the same kinds, for a rival is asked for nothing else.

    `worse_rows` names the rows (overall, kinds, clips) in which the agent has the lower F1 or more false
    alarms.
    """

    rival: Evaluation
    agent: Evaluation
    kinds: tuple[EventKind, ...]
    worse_rows: tuple[str, ...]

    @property
    def is_strictly_better(self) -> bool:
        """Whether the agent has the higher F1 over all clips; if equal, fewer false alarms; if these are
        equal too, as with the same events placed by another rule, the smaller error of its geotags.
        """
        ours, theirs = self.agent.overall, self.rival.overall
        if (_f1(ours), ours.false_alarms) != (_f1(theirs), theirs.false_alarms):
            return (_f1(ours), -ours.false_alarms) > (_f1(theirs), -theirs.false_alarms)
        return (ours.geotag_error_m_median or 0.0) < (theirs.geotag_error_m_median or 0.0)


@dataclass(frozen=True, slots=True)
class Contest:
    """What one run over the scenes gave."""

    clips: tuple[ScoredClip, ...]
    agent: Evaluation
    rivalries: Mapping[str, Rivalry]


def hold_contest(
    clips: Sequence[ScoredClip], detector: Detector, with_rivals: bool, step: Callable[[str], None]
) -> Contest:
    """Run every system over every clip, one after the other; `step` is told the name of each run before it
    begins.
    """
    agent = Agent(detector)
    agents = _run_all(agent, clips, step)
    entries = {
        each.name: (each.kinds, _run_all(each, clips, step)) for each in _entrants(detector, with_rivals)
    }
    if with_rivals:
        entries[FOUR_POINTS] = (agent.kinds, _placed_by_four_points(agents))
    rivalries = {name: _rivalry(agents, runs, kinds) for name, (kinds, runs) in entries.items()}
    return Contest(tuple(clips), _evaluation(agents, agent.kinds), rivalries)


def runs_needed(clips: Sequence[ScoredClip], detector: Detector, with_rivals: bool) -> int:
    """Tell how many runs a contest takes, for progress bars."""
    return len(clips) * (1 + len(_entrants(detector, with_rivals)))


def _entrants(detector: Detector, with_rivals: bool) -> tuple[System, ...]:
    return rivals(detector) if with_rivals else ()


def _run_all(system: System, clips: Sequence[ScoredClip], step: Callable[[str], None]) -> list[Run]:
    runs = []
    for clip in clips:
        step(f"{system.name}: {clip.name}")
        runs.append(run(system, clip))
    return runs


def _placed_by_four_points(runs: Sequence[Run]) -> list[Run]:
    """Give the same events as a plain homography would place them."""
    return [
        replace(each, reports=tuple(relocated(each.reports, each.clip.settings, _size_px(each.clip))))
        for each in runs
    ]


def _size_px(clip: ScoredClip) -> tuple[int, int]:
    return clip.truth.size or frame_size_px(next(clip.frames()))


def _evaluation(runs: Sequence[Run], kinds: frozenset[EventKind]) -> Evaluation:
    findings = [finding for each in runs for finding in each.findings(kinds)]
    return sum_up(findings, [each.clip.truth for each in runs], cpu_seconds(runs))


def _rivalry(agents: Sequence[Run], theirs: Sequence[Run], kinds: frozenset[EventKind]) -> Rivalry:
    agent, rival = _evaluation(agents, kinds), _evaluation(theirs, kinds)
    ours, others = _rows(agent), _rows(rival)
    worse = [name for name in others if name in ours and _is_worse(ours[name], others[name])]
    return Rivalry(rival, agent, tuple(sorted(kinds)), tuple(worse))


def _rows(evaluation: Evaluation) -> dict[str, Scores]:
    return {OVERALL: evaluation.overall, **evaluation.by_kind, **evaluation.by_clip}


def _is_worse(ours: Scores, theirs: Scores) -> bool:
    return _f1(ours) < _f1(theirs) or ours.false_alarms > theirs.false_alarms


def _f1(scores: Scores) -> float:
    """Nothing to find and nothing reported is as good as can be."""
    return 1.0 if scores.f1 is None else scores.f1
