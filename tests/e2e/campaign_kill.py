"""The long campaign: `python -m tests.e2e.campaign_kill [KILLS [SEED]]`."""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.e2e.kill_story import VEHICLES, KillStory


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        story = KillStory(Path(folder), seed)
        story.wait_until_enrolled()
        began = time.monotonic()
        story.run(kills)
        took_s = time.monotonic() - began
        events, messages = story.stored(), story.messages()
    per_camera = Counter(camera for camera, *_ in events)
    wanted = story.episodes * VEHICLES
    print(f"kills: {dict(story.kills)} in {took_s:.0f} s, {story.episodes} replays, seed {seed}")
    print(
        f"events: {len(events)} of {wanted}; messages stored twice: {sum(n - 1 for n in messages.values())}"
    )
    whole = len(events) == wanted and set(per_camera.values()) == {VEHICLES} and set(messages.values()) == {1}
    sys.exit(0 if whole else 1)


if __name__ == "__main__":
    main()
