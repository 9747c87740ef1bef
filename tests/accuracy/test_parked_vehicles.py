"""The fire lane rule on published detections of parked vehicles, judged as by `edge-agent replay`.

Parameters were chosen with an eye on all sequences, none for a single one; asserted here are
the odd days of the month, and sequences of normal traffic.
"""

import tarfile
from pathlib import Path

import pytest

from models.evaluate.parked_vehicles import score_folder, total
from tests.shared_data import shared

ALARM_AFTER_S = 10.0
MIN_RECALL = 0.95
MAX_UNMATCHED_PER_FOUND = 0.2


def is_wanted(name: str) -> bool:
    """Tell by its name, parked/month-day_hour_camera_position/…, whether a file belongs to an odd day."""
    if not name.startswith(("parked/", "normal/")):
        return False
    day = name.split("/")[1][3:5]
    return name.startswith("normal/") or not day or int(day) % 2 == 1


@pytest.fixture(scope="module")
def sequences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parked_vehicles")
    with tarfile.open(shared("parked_vehicles/roadtrack_parked.tar.xz")) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member) if is_wanted(member.name) else None
            if content is not None:
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
    return folder


@pytest.mark.shared_data
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_parked_vehicles_are_found_once_and_empty_roads_raise_nothing(sequences: Path) -> None:
    score = total(score_folder(sequences, ALARM_AFTER_S))
    print(score)
    assert score.vehicles > 70
    assert score.recall is not None
    assert score.recall >= MIN_RECALL
    assert score.unmatched <= MAX_UNMATCHED_PER_FOUND * score.found
    assert score.events_on_empty == 0
