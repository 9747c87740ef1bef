"""Writes what a clip shows: camera settings, the truth of its events, where persons are."""

import hashlib
import json
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import TypeAlias

import numpy as np

from models.scenes.pinhole import Camera
from models.scenes.places.place import Place, Zone
from models.scenes.plots.plot import Deserving, Plot
from models.scenes.shapes.mesh import Points
from models.scenes.shapes.thing import Thing
from models.scenes.visibility import Box, Layers, box_of, draw, empty_layers, visible_boxes

Json: TypeAlias = dict[str, object]
MIN_PERSON_PX = 40
"""A person of whom fewer pixels are seen is not noted."""
MAX_LATE_S = 20.0
"""An alarm that comes later than this after the dwell is late."""
DWELL_KEY = "alarm_after_s"
ONE = 10_000
"""Number of the thing in question in the depth picture."""


def write_records(plot: Plot, clip: Path, out: Path) -> None:
    """Write NAME.toml and put the clip's entries into truth.json and persons.json."""
    settings = clip.with_suffix(".toml")
    settings.write_text(camera_toml(plot, clip.name), "utf-8")
    static = draw(
        empty_layers(plot.place.camera), plot.place.camera, list(enumerate(plot.place.surroundings))
    )
    entry = clip_truth(plot, static)
    entry["file"], entry["camera"] = clip.name, settings.name
    entry["sha256"] = hashlib.sha256(clip.read_bytes()).hexdigest()
    truth = _read(out / "truth.json", {"clips": []})
    clips = truth["clips"]
    if not isinstance(clips, list):
        raise TypeError("truth.json: clips is no list")
    kept = [clip for clip in clips if clip["file"] != entry["file"]]
    truth["clips"] = sorted([*kept, entry], key=lambda clip: str(clip["file"]))
    (out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", "utf-8")
    persons = _read(out / "persons.json", {})
    persons[clip.name] = person_boxes(plot, static)
    rows = (f'"{name}": {json.dumps(persons[name])}' for name in sorted(persons))
    (out / "persons.json").write_text("{" + ",\n ".join(rows) + "}\n", "utf-8")


def _read(path: Path, empty: Json) -> Json:
    found: Json = json.loads(path.read_text("utf-8")) if path.exists() else empty
    return found


def camera_toml(plot: Plot, source: str) -> str:
    """Give the camera settings that fit the plot (docs/configuration.md)."""
    place, camera = plot.place, plot.place.camera
    lon, lat = place.origin.lonlat(camera.at_m[0], camera.at_m[1])
    lines = [
        "[camera]",
        f'id = "{plot.name}"',
        f'source = "{source}"',
        f"position = {{ lon = {lon:.7f}, lat = {lat:.7f} }}",
    ]
    for zone in place.zones:
        lines += [
            "",
            "[[zone]]",
            f'id = "{zone.zone_id}"',
            f'kind = "{zone.kind}"',
            f"polygon = [{_polygon(camera, zone)}]",
        ]
    for x, y in place.control_points_m:
        lon, lat = place.origin.lonlat(x, y)
        u, v = camera.pixel(x, y, place.ground_m)
        if not (0 <= u <= camera.width_px and 0 <= v <= camera.height_px):
            continue
        lines += [
            "",
            "[[control_point]]",
            f"pixel = {_relative(camera, u, v)}",
            f"lonlat = [{lon:.8f}, {lat:.8f}]",
        ]
    for rule, settings in plot.rules.items():
        lines += ["", f"[rule.{rule}]", *(f"{key} = {value}" for key, value in settings.items())]
    lines += plot.more_settings
    return "\n".join(lines) + "\n"


def _polygon(camera: Camera, zone: Zone) -> str:
    corners = [camera.pixel(x, y, zone.height_m) for x, y in zone.corners_m]
    inside = [(min(max(u, 0.0), camera.width_px), min(max(v, 0.0), camera.height_px)) for u, v in corners]
    return ", ".join(_relative(camera, u, v) for u, v in inside)


def _relative(camera: Camera, u_px: float, v_px: float) -> str:
    return f"[{u_px / camera.width_px:.5f}, {v_px / camera.height_px:.5f}]"


def clip_truth(plot: Plot, static: Layers) -> Json:
    """Give the clip's entry in the truth file (docs/guides/scoring.md)."""
    camera = plot.place.camera
    entry: Json = {
        "file": f"{plot.name}.mp4",
        "about": plot.about,
        "camera": f"{plot.name}.toml",
        "camera_id": plot.name,
        "fps": plot.fps,
        "frames": plot.frames,
        "size": [camera.width_px, camera.height_px],
        "is_plain": plot.is_plain,
    }
    if plot.seconds_per_frame is not None:
        entry["seconds_per_frame"] = plot.seconds_per_frame
    entry["events"] = [event_truth(plot, event, static) for event in plot.events]
    return entry


def event_truth(plot: Plot, event: Deserving, static: Layers) -> Json:
    """Give one event: times in frames, what is seen of the thing, and where it is."""
    frames = [frame_of(plot, start_s) for start_s, _ in event.looks] or [frame_of(plot, event.start_s)]
    boxes = [look_box(plot, start_s, things, static) for start_s, things in event.looks]
    end = None if event.end_s is None else frame_of(plot, event.end_s)
    entry: Json = {"kind": event.kind, "start_frame": frames[0], "end_frame": end}
    if boxes:
        entry["box_xyxy_px"] = boxes[0]
        until = [*(start - 1 for start in frames[2:]), end or plot.frames - 1]
        later = zip(frames[1:], until, boxes[1:], strict=True) if boxes[1:] else ()
        entry["later_boxes"] = [
            {"from_frame": first, "to_frame": last, "box_xyxy_px": box} for first, last, box in later
        ]
        entry["lonlat"] = _lonlat(plot.place, event.looks[-1][1])
    entry |= alarm_window(plot, event)
    facts = {
        "clear_width_m": event.clear_width_m,
        "changed_area_m2": event.changed_area_m2,
        "camera_state": event.camera_state,
        "notes": event.notes,
    }
    return entry | {
        key: round(value, 3) if isinstance(value, float) else value
        for key, value in facts.items()
        if value is not None
    }


def frame_of(plot: Plot, seconds: float) -> int:
    """Give the first frame at or after an instant."""
    return min(plot.frames - 1, ceil(round(seconds * plot.fps, 6)))


def alarm_window(plot: Plot, event: Deserving) -> Json:
    """Give the frames between which an alarm is neither early nor late."""
    dwell_s = plot.rules.get(event.kind, {}).get(DWELL_KEY)
    if dwell_s is None:
        return {}
    last_look_s = event.looks[-1][0] if event.looks and event.end_s is None else event.start_s
    return {
        "alarm_not_before_frame": frame_of(plot, event.start_s + dwell_s),
        "alarm_by_frame": frame_of(plot, last_look_s + dwell_s + MAX_LATE_S),
    }


def look_box(plot: Plot, seconds: float, things: Sequence[Thing], static: Layers) -> list[float]:
    """Give the box of what is seen of these things, persons left out. Raises ValueError for nothing."""
    camera, own = plot.place.camera, {thing.name for thing in things}
    others = [thing for thing in plot.things(seconds) if thing.name not in own and thing.label != "person"]
    numbered = [(ONE, thing) for thing in things] + list(enumerate(others, start=ONE + 1))
    box = box_of(draw(static, camera, numbered).mask(ONE))
    if box is None:
        raise ValueError(f"{plot.name}: the thing of the event is not seen")
    return list(box)


def _lonlat(place: Place, things: Sequence[Thing]) -> list[float]:
    """The centre of the ground that the things cover."""
    vertices: Points = np.vstack([thing.vertices_m() for thing in things])
    centre = (vertices[:, :2].min(axis=0) + vertices[:, :2].max(axis=0)) / 2
    return [round(part, 8) for part in place.origin.lonlat(float(centre[0]), float(centre[1]))]


def person_boxes(plot: Plot, static: Layers) -> dict[str, list[Box]]:
    """Give the visible boxes of persons, for each frame that shows one."""
    found: dict[str, list[Box]] = {}
    for frame in range(plot.frames):
        things = list(plot.things(frame / plot.fps))
        if not any(thing.label == "person" for thing in things) or plot.is_blind(frame / plot.fps):
            continue
        boxes = visible_boxes(plot.place.camera, static, things)
        shown = [
            box
            for thing, (box, _) in zip(things, boxes, strict=True)
            if thing.label == "person"
            and box is not None
            and (box[2] - box[0]) * (box[3] - box[1]) >= MIN_PERSON_PX
        ]
        if shown:
            found[str(frame)] = shown
    return found
