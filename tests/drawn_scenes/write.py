"""Writes drawn stories as footage with truth and camera settings (python -m tests.drawn_scenes.write)."""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from shapely import Polygon as Area
from shapely import box, get_coordinates

from tests.drawn_scenes.camera import SceneCamera
from tests.drawn_scenes.canvas import Canvas, Picture
from tests.drawn_scenes.stories import STORIES, Polygon, Story

NOISE_SEED = 20261123


def draw(story: Story, empty: Picture, index: int) -> Picture:
    """Draw one frame over the empty scene, with sensor noise that differs from frame to frame."""
    seconds = index * story.seconds_per_frame
    light = story.light(seconds)
    lit = np.clip(empty.astype(np.float32) * (light.sky + light.sun * 0.85), 0, 255).astype(np.uint8)
    canvas = Canvas(story.camera, light, lit)
    story.things(canvas, seconds)
    noise = np.random.default_rng([NOISE_SEED, index]).normal(0, story.noise, lit.shape).astype(np.float32)
    return np.asarray(np.clip(canvas.finish() + noise, 0, 255), np.uint8)


def frames(story: Story) -> Iterator[Picture]:
    """Draw all frames in order."""
    empty = story.empty()
    for index in range(story.frames):
        yield draw(story, empty, index)


def write_clip(story: Story, path: Path) -> None:
    """Write the story as H.264 in MP4, whole or not at all."""
    partial = path.with_suffix(".partial.mp4")
    with av.open(str(partial), "w") as container:
        stream = container.add_stream("libx264", rate=story.fps)
        stream.width, stream.height, stream.pix_fmt = story.camera.width_px, story.camera.height_px, "yuv420p"
        stream.options = {"crf": "25", "preset": "veryfast"}
        for picture in frames(story):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    partial.replace(path)


def write_stills(story: Story, folder: Path) -> None:
    """Write the story as a folder of JPEG stills, for time lapses."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, picture in enumerate(frames(story)):
        cv2.imwrite(str(folder / f"{index:04d}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])


def camera_toml(story: Story, source: str) -> str:
    """Give the camera settings that fit the story (DESIGN 4.2)."""
    camera = story.camera
    lines = [
        "[camera]",
        f'id = "{story.name}"',
        f'source = "{source}"',
        f"position = {{ lon = {camera.lon}, lat = {camera.lat} }}",
    ]
    for zone in story.zones:
        corners = ", ".join(_pair(*corner) for corner in _seen_part(camera, zone.corners_m))
        lines += ["", "[[zone]]", f'id = "{zone.zone_id}"', f'kind = "{zone.kind}"', f"polygon = [{corners}]"]
    for x, y in story.control_points_m:
        lines += ["", "[[control_point]]", f"pixel = {_pair(*camera.relative(x, y))}"]
        lines += ["lonlat = [{:.7f}, {:.7f}]".format(*camera.lonlat(x, y))]
    for rule, settings in story.rules.items():
        lines += ["", f"[rule.{rule}]", *(f"{key} = {value}" for key, value in settings.items())]
    return "\n".join(lines) + "\n"


def truth(story: Story, file: str) -> dict[str, object]:
    """Give the truth of the clip in the form that `python -m models.evaluate events` reads."""
    return {
        "file": file,
        "fps": 1 / story.seconds_per_frame,
        "frames": story.frames,
        "size": [story.camera.width_px, story.camera.height_px],
        "events": [
            {
                "kind": event.kind,
                "start_frame": round(event.started_s / story.seconds_per_frame),
                "end_frame": None
                if event.ended_s is None
                else round(event.ended_s / story.seconds_per_frame),
                "box_xyxy_px": [round(edge, 1) for edge in event.box_xyxy_px],
                "lonlat": [round(part, 7) for part in story.camera.lonlat(*event.place_m)],
                "clear_width_m": event.clear_width_m,
            }
            for event in story.events
        ],
    }


def _pair(first: float, second: float) -> str:
    return f"[{first:.4f}, {second:.4f}]"


def _seen_part(camera: SceneCamera, corners_m: Polygon) -> list[tuple[float, float]]:
    """Give the corners of the part of a zone that the picture shows, relative to it."""
    seen = box(0, 0, 1, 1) & Area([camera.relative(x, y) for x, y in corners_m])
    return [(float(x), float(y)) for x, y in get_coordinates(seen)[:-1]]


def write_story(story: Story, folder: Path) -> Path:
    """Write footage, camera settings and truth into `folder`; gives the path of the camera settings."""
    folder.mkdir(parents=True, exist_ok=True)
    if story.seconds_per_frame > 1:
        source = story.name
        write_stills(story, folder / source)
    else:
        source = f"{story.name}.mp4"
        write_clip(story, folder / source)
    (folder / f"{story.name}.truth.json").write_text(
        json.dumps({"clips": [truth(story, source)]}, indent=1) + "\n"
    )
    settings = folder / f"{story.name}.toml"
    settings.write_text(camera_toml(story, source))
    return settings


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the named stories, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for clips, truth and camera settings")
    parser.add_argument(
        "story", nargs="*", choices=[*STORIES, []], help="which stories; all when none is named"
    )
    chosen = parser.parse_args(arguments)
    for name in chosen.story or STORIES:
        print(write_story(STORIES[name](), chosen.out))


if __name__ == "__main__":
    main()
