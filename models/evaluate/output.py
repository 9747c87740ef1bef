"""The figures as JSON: `overall`, `by_kind`, `by_clip`, `rivals`, and every miss and false alarm."""

from collections.abc import Mapping
from dataclasses import asdict

from models.evaluate.contest import Rivalry
from models.evaluate.events import Evaluation
from models.evaluate.figures import Scores
from models.evaluate.findings import Finding
from models.evaluate.redaction import RedactionScore
from models.evaluate.results import Results

Figures = dict[str, object]


def figures_of(results: Results) -> Figures:
    """Give all figures of a run. `rivals` holds a rival's figures by its name, with those by kind and by
    clip inside.
    """
    evaluation = results.evaluation
    return {
        **_sections(evaluation),
        "rivals": {name: _rival(rivalry) for name, rivalry in results.rivalries.items()},
        "redaction": {score.name: _redaction(score) for score in results.redaction},
        "faults": [_fault(finding) for finding in evaluation.findings if not finding.is_right],
    }


def _sections(evaluation: Evaluation) -> Figures:
    return {
        "overall": asdict(evaluation.overall),
        "by_kind": _each(evaluation.by_kind),
        "by_clip": _each(evaluation.by_clip),
    }


def _rival(rivalry: Rivalry) -> Figures:
    return {
        **asdict(rivalry.rival.overall),
        "kinds": list(rivalry.kinds),
        "by_kind": _each(rivalry.rival.by_kind),
        "by_clip": _each(rivalry.rival.by_clip),
        "agent_on_the_same": asdict(rivalry.agent.overall),
        "rows_where_agent_is_worse": list(rivalry.worse_rows),
        "agent_is_strictly_better": rivalry.is_strictly_better,
    }


def _each(rows: Mapping[str, Scores]) -> Figures:
    return {name: asdict(row) for name, row in rows.items()}


def _redaction(score: RedactionScore) -> Figures:
    return {
        "frames": score.frames,
        "persons": score.persons,
        "hidden": score.hidden,
        "share": score.share,
        "needless_share": score.needless_share,
        "thing_hidden_share": score.thing_hidden_share,
        "misses": [{"picture": miss.picture, "cover": round(miss.cover, 3)} for miss in score.misses],
    }


def _fault(finding: Finding) -> Figures:
    boxes = finding.report.boxes[:1] if finding.report else finding.thing.boxes[:1] if finding.thing else ()
    return {
        "clip": finding.clip,
        "kind": finding.kind,
        "fault": "missed" if finding.is_miss else "false alarm",
        "frame": finding.frame if finding.thing is None else finding.thing.start_frame,
        "box_xyxy_px": list(boxes[0]) if boxes else None,
        "reason": finding.reason,
        "is_identity_switch": finding.is_switch,
    }
