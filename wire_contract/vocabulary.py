"""The closed sets of words on the wire. Standard library only, so that domain code may import this file."""

from enum import StrEnum


class EventKind(StrEnum):
    """What a device found."""

    GARBAGE_DROP = "garbage_drop"
    BLOCKED_FIRE_LANE = "blocked_fire_lane"
    ILLEGAL_STRUCTURE = "illegal_structure"
    CAMERA_HEALTH = "camera_health"


class EventPhase(StrEnum):
    """Where an event stands in its life: opened, then any number of updated, then closed, under one id."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"


class EvidenceRole(StrEnum):
    """What a still or clip shows, relative to the event."""

    BEFORE = "before"
    ONSET = "onset"
    ALARM = "alarm"
    CLIP = "clip"


class Redaction(StrEnum):
    """What was made unrecognisable before the evidence was written to disk."""

    PERSONS = "persons"
    MOVING_REGIONS = "moving_regions"
    """No person detector ran: everything that moved was pixelated, persons included."""


class CameraState(StrEnum):
    """What a camera delivers just now."""

    OK = "ok"
    STARTING = "starting"
    OFFLINE = "offline"
    MOVED = "moved"
    COVERED = "covered"
    DEFOCUSED = "defocused"
    FROZEN = "frozen"
    DARK = "dark"
