"""Scores the fire lane rule on the published parked vehicles (README in ../shared/data/parked_vehicles).

Each sequence of detections goes through `edge-agent replay --detections` with one fire lane over the whole
picture. A vehicle is found when an event's box has IoU >= 0.5 with the vehicle at any frame of its track,
each event counting for one vehicle. Tracks shorter than the dwell plus 8 s are left out of the score, and so
are their events.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from edge_agent.boxes import iou
from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.commands.replay import ReplayOptions, replay
from edge_agent.errors import ConfigError
from edge_agent.types import BoxXyxy
from models.evaluate.matching import match
from models.evaluate.reports import Report, read_reports

FPS = 10.0
FRAME_SIZE_PX = (640, 540)

SETTLING_S = 8.0
"""A track must be this much longer than the dwell: its first rows may be of a vehicle that still rolls."""

CAMERA_TOML = """[camera]
id = "parked"
source = "detections"
position = {{ lon = 121.5601, lat = 31.2555 }}
[[zone]]
id = "lane"
kind = "fire_lane"
polygon = [[0, 0], [1, 0], [1, 1], [0, 1]]
[rule.blocked_fire_lane]
alarm_after_s = {alarm_after_s}
"""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle of the truth: its frames, from 1, and its box in each."""

    frames: tuple[int, ...]
    boxes: tuple[BoxXyxy, ...]

    @property
    def duration_s(self) -> float:
        """How long the truth follows it."""
        return (self.frames[-1] - self.frames[0] + 1) / FPS


@dataclass(frozen=True, slots=True)
class SequenceScore:
    """What was found in one sequence. Delays are counted from the first row of the truth plus the dwell."""

    camera: str
    hours: float
    vehicles: int
    found: int
    unmatched: int
    events_on_empty: int
    delays_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ParkedScore:
    """The sum over sequences."""

    vehicles: int
    found: int
    unmatched: int
    """Events in sequences with parked vehicles that match none."""
    events_on_empty: int
    """Events in sequences of normal traffic."""
    false_alarms_per_hour: float
    delay_s_median: float | None

    @property
    def recall(self) -> float | None:
        """Found vehicles of those that are long enough."""
        return self.found / self.vehicles if self.vehicles else None


def score_folder(
    data: Path, alarm_after_s: float, step: Callable[[], None] = lambda: None
) -> list[SequenceScore]:
    """Replay and score every sequence of an unpacked archive; `step` is called after each.

    Raises ConfigError when `data` holds no sequences, or a sequence is malformed.
    """
    folders = sequences(data)
    with TemporaryDirectory() as scratch:
        camera = Path(scratch) / "camera.toml"
        camera.write_text(CAMERA_TOML.format(alarm_after_s=alarm_after_s), encoding="utf-8")
        scores = []
        for folder in folders:
            events = Path(scratch) / "events.jsonl"
            replay(
                ReplayOptions(
                    camera, detections=folder / "det.txt", fps=FPS, size_px=FRAME_SIZE_PX, events=events
                )
            )
            scores.append(score_sequence(folder, read_reports(events), alarm_after_s))
            step()
    return scores


def sequences(data: Path) -> list[Path]:
    """Give the folders of all sequences, those with parked vehicles first."""
    folders = [
        path.parent for name in ("parked", "normal") for path in sorted(data.glob(f"{name}/*/det.txt"))
    ]
    if not folders:
        raise ConfigError(f"{data}: holds no parked/*/det.txt; unpack roadtrack_parked.tar.xz there")
    return folders


def score_sequence(folder: Path, reports: Sequence[Report], alarm_after_s: float) -> SequenceScore:
    """Score the events of one sequence against its truth."""
    vehicles = read_vehicles(folder / "gt.txt")
    overlaps = np.array([[_overlap(report, vehicle) for vehicle in vehicles] for report in reports]).reshape(
        len(reports), len(vehicles)
    )
    counted = {
        index for index, vehicle in enumerate(vehicles) if vehicle.duration_s >= alarm_after_s + SETTLING_S
    }
    pairs = match(overlaps)
    found = [(report, vehicle) for report, vehicle in pairs if vehicle in counted]
    is_empty = not vehicles
    return SequenceScore(
        camera=folder.name.split("_")[2],
        hours=_frames(folder / "det.txt") / FPS / 3600,
        vehicles=len(counted),
        found=len(found),
        unmatched=0 if is_empty else len(reports) - len(pairs),
        events_on_empty=len(reports) if is_empty else 0,
        delays_s=tuple(
            _alarm_frame(reports[report]) / FPS - vehicles[vehicle].frames[0] / FPS - alarm_after_s
            for report, vehicle in found
        ),
    )


def total(scores: Iterable[SequenceScore]) -> ParkedScore:
    """Sum up sequences."""
    all_scores = list(scores)
    unmatched, on_empty = (
        sum(each.unmatched for each in all_scores),
        sum(each.events_on_empty for each in all_scores),
    )
    delays = [delay for each in all_scores for delay in each.delays_s]
    return ParkedScore(
        vehicles=sum(each.vehicles for each in all_scores),
        found=sum(each.found for each in all_scores),
        unmatched=unmatched,
        events_on_empty=on_empty,
        false_alarms_per_hour=(unmatched + on_empty) / sum(each.hours for each in all_scores),
        delay_s_median=median(delays) if delays else None,
    )


def by_camera(scores: Iterable[SequenceScore]) -> dict[str, ParkedScore]:
    """Sum up the sequences of each camera."""
    groups: dict[str, list[SequenceScore]] = {}
    for score in scores:
        groups.setdefault(score.camera, []).append(score)
    return {camera: total(group) for camera, group in sorted(groups.items())}


def read_vehicles(path: Path) -> list[Vehicle]:
    """Read the tracks of `gt.txt`: rows frame,track,x,y,w,h,confidence,class. Raises ConfigError."""
    rows: dict[int, list[tuple[int, BoxXyxy]]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            frame, track, x, y, width, height = (float(cell) for cell in line.split(",")[:6])
        except ValueError as error:
            raise ConfigError(f"{path}: line {number}: {error}; give frame,track,x,y,w,h,…") from error
        rows.setdefault(int(track), []).append((int(frame), (x, y, x + width, y + height)))
    return [
        Vehicle(tuple(frame for frame, _ in track), tuple(box for _, box in track))
        for track in (sorted(rows[track_id]) for track_id in sorted(rows))
    ]


def _overlap(report: Report, vehicle: Vehicle) -> float:
    return max(iou(report.boxes[0], box) for box in vehicle.boxes)


def _alarm_frame(report: Report) -> float:
    return (report.raised_at - DEFAULT_START).total_seconds() * FPS + 1


def _frames(path: Path) -> int:
    with path.open(encoding="utf-8") as rows:
        return max((int(row.split(",", 1)[0]) for row in rows if row.strip()), default=0)
