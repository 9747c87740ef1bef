"""The long table: every clip and picture series, perturbed, with and without a detector (`make campaign`).

python -m tests.accuracy.campaign_clips [--model none|FILE] [--only WORD]
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from tests.accuracy.clip_flow import START, TimedImage, Truth, faults, folder, garbage_drops, opened, thinned
from tests.accuracy.clips import BAG_CLIP, BASE_MODEL, LIGHT_CLIP, PARKING_CLIP, clip
from tests.accuracy.perturbations import PERTURBATIONS, begun_at, reversed_in_time
from tests.shared_data import SHARED_DATA
from tests.staged_drop import Drop, empty_footage, paved_ground, relit, shaded, staged

_FRAME_RATES = (1.0, 2.0, 3.0, 8.0, 12.0)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table. Footage is made only when the row is run."""

    name: str
    footage: Callable[[], Iterable[TimedImage]]
    truth: Truth | None
    alarm_after_s: float = 10.0


def clip_cases(name: str) -> Iterator[Case]:
    """Every perturbation, frame rate and start of one clip."""
    of = clip(name)
    label = name.removesuffix(".mp4")
    for change, perturb in PERTURBATIONS.items():
        yield Case(f"{label}: {change}", lambda perturb=perturb: perturb(of.analysed()), of.truth(change))
    for fps in _FRAME_RATES:
        yield Case(f"{label}: {fps:g} fps", lambda fps=fps: of.analysed(fps), of.truth())
    yield Case(f"{label}: backwards", lambda: reversed_in_time(of.analysed()), None)


def bag_cases() -> Iterator[Case]:
    """The camera is switched on with people before it; other dwells."""
    of = clip(BAG_CLIP)
    for start_s in (2.0, 5.0, 8.3):
        yield Case(
            f"bag: from {start_s} s", lambda s=start_s: begun_at(of.analysed(), s), of.truth(start_s=start_s)
        )
    yield Case("bag: dwell 30 s", of.analysed, None, alarm_after_s=30.0)


def light_cases() -> Iterator[Case]:
    """The camera is switched on at other times; bags are left while the light swings."""
    of = clip(LIGHT_CLIP)
    for start_s in (12.0, 28.0, 40.0):
        yield Case(f"light: from {start_s} s", lambda s=start_s: begun_at(of.analysed(), s), None)
    for down_s in (4.0, 20.0, 35.0, 55.0):
        for box in ((150.0, 170.0, 170.0, 190.0), (60.0, 200.0, 84.0, 222.0), (230.0, 150.0, 246.0, 166.0)):
            drop = Drop(box, down_s, down_s + 3)
            yield Case(
                f"light: bag at {down_s:g} s, x {box[0]:g}",
                lambda drop=drop: staged(of.analysed(), drop),
                _staged_truth(drop),
            )


def staged_cases() -> Iterator[Case]:
    """Bags of all sizes on pavement; shadows and patches of sun, which are no bags."""
    ground = paved_ground(640, 480)
    for size in (20.0, 24.0, 32.0, 48.0, 80.0):
        for is_bright in (False, True):
            drop = Drop((300.0, 330.0, 300.0 + size, 330.0 + size), is_bright=is_bright)
            yield Case(
                f"pavement: {'white' if is_bright else 'black'} bag of {size:g} px",
                lambda drop=drop: staged(empty_footage(ground, 32), drop),
                _staged_truth(drop),
            )
    drop = Drop((300.0, 330.0, 340.0, 370.0))
    for at_s in (3.0, 7.0, 10.0, 12.0, 15.0):
        yield Case(
            f"pavement: lamp off at {at_s:g} s",
            lambda at_s=at_s: relit(
                staged(empty_footage(ground, 32), drop), lambda second: 1.0 if second < at_s else 0.55
            ),
            _staged_truth(drop),
        )
    for strength, name in ((0.55, "shadow"), (1.5, "patch of sun")):
        yield Case(
            f"pavement: {name}",
            lambda strength=strength: shaded(empty_footage(ground, 32), (330, 320, 390, 370), 7.0, strength),
            None,
        )


def series_cases() -> Iterator[Case]:
    """Picture series without a bag: queueing cars, a car park in changing light, a slide show."""
    pictures = SHARED_DATA / "unlabelled"
    for fps in (1.0, 5.0):
        yield Case(
            f"junction at {fps:g} fps", lambda fps=fps: folder(pictures / "junction_traffic", fps), None
        )
    yield Case("campus at 0.83 fps", lambda: folder(pictures / "campus_lighting", 25 / 30), None)
    yield Case(
        "slide show of bin stations", lambda: _same_size(folder(pictures / "amsterdam_bins", 1.0)), None
    )


def _staged_truth(drop: Drop) -> Truth:
    return Truth((drop.box_xyxy_px,), drop.leaves_s + 8, drop.leaves_s + 18)


def _same_size(footage: Iterable[TimedImage]) -> Iterator[TimedImage]:
    return ((at_s, np.asarray(cv2.resize(image, (480, 640)), dtype=np.uint8)) for at_s, image in footage)


def all_cases() -> Iterator[Case]:
    """Give the whole table."""
    for name in (BAG_CLIP, LIGHT_CLIP, PARKING_CLIP):
        yield from clip_cases(name)
    yield from bag_cases()
    yield from light_cases()
    yield from staged_cases()
    yield from series_cases()


def run(case: Case, model: str) -> list[str]:
    """Run one row, print it and give its faults."""
    events = garbage_drops(thinned(case.footage(), 12.0), case.alarm_after_s, model)
    wrong = faults(events, case.truth)
    raised = ", ".join(f"{(event.raised_at - START).total_seconds():.1f} s" for event in opened(events))
    print(f"{case.name:48s} {'; '.join(wrong) or 'right'}{f'  ({raised})' if raised else ''}", flush=True)
    return wrong


def main() -> None:
    """Print the table, and how many rows are right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--model", action="append", help="none, a registry id or a .onnx file; may be repeated"
    )
    parser.add_argument("--only", default="", help="rows whose name holds this word")
    chosen = parser.parse_args()
    if not (SHARED_DATA / "clips").exists():
        print(f"nothing to do: no published clips in {SHARED_DATA} (set LILONG_SHARED_DATA)")
        return
    for model in chosen.model or ["none", str(BASE_MODEL)]:
        print(f"== model {model}")
        outcomes = [run(case, model) for case in all_cases() if chosen.only in case.name]
        right = sum(not wrong for wrong in outcomes)
        print(f"== {right} of {len(outcomes)} rows right")


if __name__ == "__main__":
    main()
