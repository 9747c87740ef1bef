"""Systems that others have published, written from their rules, to be scored beside the agent.

Each gets the same frames, the same settings of the camera, the dwell that the camera asks for, and the
detector that the agent uses. What they have to choose themselves is stated in each file. None of them judges
structures over days or the camera itself, so that they are scored on the kinds they are made for alone.
"""

from edge_agent.ports import Detector
from models.evaluate.rivals.detect_and_dwell import DetectAndDwell
from models.evaluate.rivals.dual_background import DualBackground
from models.evaluate.rivals.four_points import relocated
from models.evaluate.rivals.parking_overlap import ParkingOverlap
from models.evaluate.systems import System

__all__ = ["FOUR_POINTS", "relocated", "rivals"]

FOUR_POINTS = "four_points"
"""Not a system of its own: the agent's events, placed by a plain homography."""


def rivals(detector: Detector) -> tuple[System, ...]:
    """Give all rivals that watch footage."""
    return DetectAndDwell(detector), DualBackground(), ParkingOverlap(detector)
