"""The scorer of parked vehicles on a sequence of one's own making."""

from pathlib import Path

import pytest

from edge_agent.errors import ConfigError
from models.evaluate.parked_vehicles import by_camera, read_vehicles, score_folder, total

CAR, OTHER = (100, 100, 40, 30), (300, 100, 40, 30)


def rows(frames: range, box: tuple[int, int, int, int]) -> list[str]:
    x, y, width, height = box
    return [f"{frame},-1,{x},{y},{width},{height},0.9,2,-1,-1" for frame in frames]


def gt_rows(frames: range, track: int, box: tuple[int, int, int, int]) -> list[str]:
    x, y, width, height = box
    return [f"{frame},{track},{x},{y},{width},{height},0.9,2" for frame in frames]


def sequence(folder: Path, det: list[str], gt: list[str]) -> None:
    folder.mkdir(parents=True)
    (folder / "det.txt").write_text("\n".join(det))
    (folder / "gt.txt").write_text("\n".join(gt))


def test_found_missed_unmatched_and_false_events_are_told_apart(tmp_path: Path) -> None:
    parked = tmp_path / "parked"
    late = gt_rows(range(1, 400), 1, (500, 400, 40, 30))  # never detected: missed
    brief = gt_rows(range(1, 60), 2, OTHER)  # shorter than the dwell and 8 s: left out
    det = rows(range(1, 401), CAR)
    sequence(parked / "04-01_09_K1_1", det, [*gt_rows(range(21, 400), 0, CAR), *late, *brief])
    sequence(parked / "04-01_09_K2_1", rows(range(1, 401), OTHER), gt_rows(range(1, 400), 0, CAR))
    sequence(tmp_path / "normal" / "04-01_09_K1_2", det, [])
    scores = score_folder(tmp_path, 10.0)
    result = total(scores)
    assert (result.vehicles, result.found, result.unmatched, result.events_on_empty) == (3, 1, 1, 1)
    assert result.recall == pytest.approx(1 / 3)
    assert result.false_alarms_per_hour == pytest.approx(2 / (1200 / 36000))
    assert result.delay_s_median == pytest.approx(-2.0, abs=0.5)
    assert {camera: score.found for camera, score in by_camera(scores).items()} == {"K1": 1, "K2": 0}


def test_folder_without_sequences_and_malformed_truth_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unpack roadtrack_parked"):
        score_folder(tmp_path, 10.0)
    path = tmp_path / "gt.txt"
    path.write_text("1,0,1,1,5,5,0.9,2\n1,0,x,1,5,5\n")
    with pytest.raises(ConfigError, match=r"gt.txt: line 2"):
        read_vehicles(path)
