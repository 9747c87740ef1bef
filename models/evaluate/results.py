"""All that one run of the scorer found; tables, JSON and the page are made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.evaluate.contest import Rivalry
from models.evaluate.events import Evaluation
from models.evaluate.redaction import RedactionScore
from models.evaluate.truth import Clip


@dataclass(frozen=True, slots=True)
class Results:
    """`rivalries` by the rival's name; without footage there are none, and no redaction."""

    title: str
    clips: tuple[Clip, ...]
    evaluation: Evaluation
    rivalries: Mapping[str, Rivalry] = field(default_factory=dict)
    redaction: tuple[RedactionScore, ...] = ()
