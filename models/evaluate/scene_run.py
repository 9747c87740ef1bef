"""`events --scenes`: agent and rivals over all clips, then the redaction of persons, with progress."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from edge_agent.detect import open_detector
from edge_agent.ports import Detector
from models.evaluate.contest import hold_contest, runs_needed
from models.evaluate.redacted_pictures import of_clip, of_photos, read_persons
from models.evaluate.redaction import RedactionScore, score_redaction
from models.evaluate.results import Results
from models.evaluate.scored_clips import PUBLISHED, ScoredClip

PHOTOS = PUBLISHED.parent.parent / "train" / "coco256"
"""Labelled photos with many persons, where they are at hand."""


@dataclass(frozen=True, slots=True)
class SceneOptions:
    """What is run beside the agent; `photos` is a folder of labelled photos, None for none."""

    model: str
    with_rivals: bool = True
    with_redaction: bool = True
    photos: Path | None = PHOTOS


def run_scenes(clips: Sequence[ScoredClip], options: SceneOptions) -> Results:
    """Run all that is asked for, one after the other. Raises ConfigError for footage that cannot be used."""
    detector = open_detector(options.model)
    total = runs_needed(clips, detector, options.with_rivals) + (len(clips) + 1) * options.with_redaction
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=total)

        def step(what: str) -> None:
            progress.update(task, advance=1, description=what)

        contest = hold_contest(clips, detector, options.with_rivals, step)
        redaction = _redaction(clips, detector, options.photos, step) if options.with_redaction else ()
    return Results(
        title=f"Events of the agent, model {options.model}",
        clips=tuple(clip.truth for clip in clips),
        evaluation=contest.agent,
        rivalries=contest.rivalries,
        redaction=redaction,
    )


def _redaction(
    clips: Sequence[ScoredClip], detector: Detector, photos: Path | None, step: Callable[[str], None]
) -> tuple[RedactionScore, ...]:
    scores = []
    pictures = []
    for clip in clips:
        step(f"redaction: {clip.name}")
        pictures += list(of_clip(clip, read_persons(clip), detector))
    if pictures:
        scores.append(score_redaction("scenes", pictures))
    step("redaction: photos")
    if photos is not None and photos.is_dir():
        scores.append(score_redaction(photos.name, of_photos(photos, detector)))
    return tuple(scores)
