"""`edge-agent replay` as it is typed: same footage, same bytes; wrong input, one line and no file."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from edge_agent.__main__ import main
from edge_agent.commands.quiet_clip import write_quiet_clip
from tests.fakes.toy_server import TOKEN, toy_server
from wire_contract.messages import EventMessage
from wire_contract.vocabulary import EventKind, EventPhase

CAMERA = """
[camera]
id = "station"
source = "quiet.mp4"
position = { lon = 121.5601, lat = 31.2555 }
[[zone]]
id = "ground"
kind = "drop_zone"
polygon = [[0.0, 0.3], [1.0, 0.3], [1.0, 1.0], [0.0, 1.0]]
[rule.garbage_drop]
alarm_after_s = 2
"""
LANE = """
[camera]
id = "lane"
source = "rtsp://192.0.2.1/stream"
[[zone]]
id = "east"
kind = "fire_lane"
polygon = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
[rule.blocked_fire_lane]
alarm_after_s = 5
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera with 13 s of footage in which a bag is left after 6 s, and a lane with detections."""
    folder = tmp_path_factory.mktemp("replay")
    write_quiet_clip(folder / "quiet.mp4", length_s=13, enters_s=1, fps=10)
    (folder / "empty").mkdir()
    (folder / "camera.toml").write_text(CAMERA, encoding="utf-8")
    (folder / "lane.toml").write_text(LANE, encoding="utf-8")
    return folder


Replay = Callable[..., "Outcome"]


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def replay(folder: Path, capfd: pytest.CaptureFixture[str]) -> Replay:
    """Type `edge-agent replay` with these arguments, in this process, because starting one costs seconds."""

    def run(*arguments: str, camera: Path = folder / "camera.toml") -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main(["replay", "--camera", str(camera), *arguments])
        printed = capfd.readouterr()
        return Outcome(int(ended.value.code or 0), printed.out, printed.err)

    return run


def parked_car(seconds: float, fps: float = 10.0) -> str:
    rows = (
        f"{number},-1,100,200,60,40,0.9,2,-1,-1" if number % 4 else f"{number},-1,-1,-1,-1,-1,-1,-1,-1,-1"
        for number in range(1, round(seconds * fps) + 1)
    )
    return "\n".join(rows) + "\n"


def test_left_bag_is_one_event_and_a_second_replay_gives_the_same_bytes(
    replay: Replay, folder: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    done = replay("--model", "none", "--events", str(first), "--start", "2026-11-23T12:00:00+08:00")
    assert done.returncode == 0, done.stderr
    assert "1 garbage_drop opened" in done.stderr
    assert done.stdout == ""
    again = replay("--model", "none", "--events", str(second), "--start", "2026-11-23T04:00:00Z")
    assert again.returncode == 0, again.stderr
    assert first.read_bytes() == second.read_bytes()
    (line,) = first.read_bytes().splitlines()
    event = EventMessage.model_validate_json(line)
    assert (event.kind, event.phase, event.zone_id) == (EventKind.GARBAGE_DROP, EventPhase.OPENED, "ground")
    assert event.started_at.isoformat().startswith("2026-11-23T04:00:0")
    assert event.model is None


def test_without_a_file_events_go_to_standard_output_and_a_video_shows_what_was_seen(
    replay: Replay, folder: Path, tmp_path: Path
) -> None:
    video = tmp_path / "seen.mp4"
    done = replay("--model", "none", "--annotate", str(video))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kind"] == "garbage_drop"
    with av.open(str(video)) as container:
        assert container.streams.video[0].codec.name == "h264"
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    assert len(pictures) == 65
    bottom = pictures[-1][-20:, :200].reshape(-1, 3).astype(int)
    amber = np.median(bottom, axis=0)
    assert amber[2] > amber[1] > amber[0] + 50, "the event's banner lies over the bottom of the last picture"


def test_parked_car_in_a_file_of_detections_is_one_event(
    replay: Replay, folder: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "det.txt"
    rows.write_text(parked_car(20), encoding="utf-8")
    arguments = ("--detections", str(rows), "--fps", "10", "--size", "640x540")
    done = replay(*arguments, camera=folder / "lane.toml")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    event = EventMessage.model_validate_json(line)
    assert event.kind is EventKind.BLOCKED_FIRE_LANE
    assert event.frame_size_px == (640, 540)
    assert event.evidence == ()


def test_folder_of_images_is_replayed_at_the_rate_that_is_given(
    replay: Replay, folder: Path, tmp_path: Path
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    with av.open(str(folder / "quiet.mp4")) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 2 == 0:
                cv2.imwrite(str(images / f"{number}.jpg"), frame.to_ndarray(format="bgr24"))
    done = replay("--model", "none", "--source", str(images), "--fps", "5")
    assert done.returncode == 0, done.stderr
    assert "1 garbage_drop opened" in done.stderr


def test_delivered_replay_reaches_the_server_once_also_when_it_is_repeated(
    replay: Replay, folder: Path, tmp_path: Path
) -> None:
    with toy_server() as server:
        agent = tmp_path / "agent.toml"
        agent.write_text(
            f'[agent]\nid = "box-1"\ncameras = ["{folder}/camera.toml"]\n[server]\nurl = "{server.url}"\n'
            "[deliver]\nidle_s = 0.05\n",
            encoding="utf-8",
        )
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "device-token").write_text(TOKEN)
        for _ in range(2):
            done = replay("--model", "none", "--deliver", str(agent))
            assert done.returncode == 0, done.stderr
        ((_, event),) = server.events.items()
        assert server.received == 1
        assert event["device_id"] == "box-1"
        assert {piece["sha256"] for piece in event["evidence"]} == set(server.evidence)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--source", "nowhere.mp4"), "nowhere.mp4: no such video file"),
        # a text file is no video
        (("--source", "{folder}/camera.toml"), "camera.toml: "),
        # a folder without a picture
        (("--source", "{folder}/empty"), "no images in this folder"),
        (("--model", "no_such_model"), "knows no model 'no_such_model'"),
        (("--model", "gone.onnx"), "model file not found: gone.onnx"),
        (("--start", "2026-11-23 08:00"), "--start: '2026-11-23 08:00' is no time with a zone"),
        (("--fps", "0"), "--fps: 0 is out of range; allowed is 0.000001 to 1000"),
        (("--fps", "fast"), "Invalid value for '--fps'"),
        (("--size", "640x540"), "--size: belongs to --detections"),
        (("--detections", "det.txt"), "--detections: needs --fps N and --size"),
        (("--detections", "gone.txt", "--fps", "10", "--size", "640x540"), "gone.txt: cannot be read"),
        (
            ("--detections", "{folder}/camera.toml", "--fps", "10", "--size", "640x540"),
            "camera.toml: line 2: has 1 columns",
        ),
        (("--detections", "det.txt", "--fps", "10", "--size", "640"), "--size: '640' is no size"),
        (("--deliver", "agent.toml"), "--deliver: sends events instead of writing them"),
        (("--no-such-option",), "No such option"),
    ],
)
def test_wrong_input_is_one_line_exit_code_2_and_no_file(
    replay: Replay, folder: Path, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    events = tmp_path / "events.jsonl"
    model = () if "--model" in arguments else ("--model", "none")
    done = replay("--events", str(events), *model, *(each.format(folder=folder) for each in arguments))
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_live_camera_cannot_be_replayed(replay: Replay, folder: Path) -> None:
    done = replay("--model", "none", camera=folder / "lane.toml")
    assert done.returncode == 2
    assert "source is a live camera; give --source VIDEO or FOLDER" in done.stderr


def test_camera_file_with_a_slip_is_named_with_its_line(replay: Replay, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "camera.toml").write_text(CAMERA.replace('id = "ground"', "id = ground"), encoding="utf-8")
    done = replay(camera=tmp_path / "camera.toml")
    assert done.returncode == 2
    assert "camera.toml: malformed TOML" in done.stderr
    assert "line 7" in done.stderr
