"""Power fails at any moment, on the box and at the server: every raised event arrives, and arrives once."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.kill_story import VEHICLES, KillStory, place_of, program

KILLS = 100
SEED = 20261123


def vehicle_of(picture: str) -> int:
    """Tell which vehicle an event is about, by its box."""
    left, top, *_ = json.loads(picture)
    return min(range(VEHICLES), key=lambda v: abs(place_of(v)[0] - left) + abs(place_of(v)[1] - top))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_after_a_hundred_kills_each_vehicle_is_one_event_on_the_server(tmp_path: Path) -> None:
    story = KillStory(tmp_path, SEED)
    story.wait_until_enrolled()
    story.run(KILLS)
    assert story.kills.total() >= KILLS
    assert min(story.kills["agent"], story.kills["server"]) > KILLS // 5

    events = story.stored()
    seen = Counter((camera, vehicle_of(picture)) for camera, _, _, picture in events)
    wanted = {
        (f"lane-{episode}", vehicle): 1 for episode in range(story.episodes) for vehicle in range(VEHICLES)
    }
    assert dict(seen) == wanted
    assert {phase for _, _, phase, _ in events} == {"closed"}
    assert set(story.messages().values()) == {1}

    log = subprocess.run(
        program("map_server", "verify-log", "--data", str(tmp_path / "server")),
        capture_output=True,
        text=True,
    )
    assert log.returncode == 0, log.stderr
