"""What the camera usually sees, learnt while nothing is wrong, and what a new view lacks against it."""

import numpy as np

from edge_agent.guardian.params import GuardianParams
from edge_agent.guardian.registration import find_move, likeness
from edge_agent.guardian.view import View
from wire_contract.vocabulary import CameraState

_MEMORY_S = 600.0
_LEAST_VIEWS = 5
_LEAST_EDGES = 0.002
"""Mean squared clearness of the edges below which a scene has too few of them to tell whether it moved."""

_TEXTURED = 0.3
"""Coarse texture in percent of brightness above which a cell can lose it."""
_LEAST_TEXTURED_CELLS = 12
_FLAT = 0.25
_UNLIKE = 0.85
"""Below this part of the usual likeness a move is searched for."""
_GAIN = 0.15
"""A move is believed when it explains so much more of the picture than no move does."""
_OTHER_VIEW = 0.2
"""A likeness below this part of the usual one is chance: the camera looks elsewhere."""
_OFTEN_STILL = 0.8
"""A scene of whose pixels so many never change (rendered, drawn) looks the same when the stream is frozen."""


class Reference:
    """Running averages of a view's features over about ten minutes."""

    def __init__(self, view: View, params: GuardianParams) -> None:
        self._params = params
        self._edges = view.edges.copy()
        self._fine = view.fine.copy()
        self._coarse = view.coarse.copy()
        self._likeness = 1.0
        self._still_fraction: float | None = None
        self._views = 1

    @property
    def shape(self) -> tuple[int, ...]:
        """Size of the small picture."""
        return self._edges.shape

    @property
    def has_noise(self) -> bool:
        """Whether pictures of this camera never repeat by nature, so that equal ones mean a frozen stream."""
        return self._still_fraction is not None and self._still_fraction < _OFTEN_STILL

    def learn(self, view: View, elapsed_s: float) -> None:
        """Take in a good view."""
        self._views += 1
        share = max(1.0 / self._views, min(1.0, elapsed_s / _MEMORY_S))
        self._likeness += share * (likeness(self._edges, view.edges) - self._likeness)
        self._edges += share * (view.edges - self._edges)
        self._fine += share * (view.fine - self._fine)
        self._coarse += share * (view.coarse - self._coarse)

    def learn_still_fraction(self, fraction: float) -> None:
        """Take in how much of the picture was exactly as one check before; 1 says nothing new."""
        if fraction < 1.0:
            before = fraction if self._still_fraction is None else self._still_fraction
            self._still_fraction = before + (fraction - before) / min(self._views, 20)

    def fault_of(self, view: View) -> CameraState:
        """Say what is wrong with a view against the reference: OK while too little was learnt."""
        if self._views < _LEAST_VIEWS:
            return CameraState.OK
        if self._is_covered(view):
            return CameraState.COVERED
        if self._is_defocused(view):
            return CameraState.DEFOCUSED
        return CameraState.MOVED if self._is_moved(view) else CameraState.OK

    def _is_defocused(self, view: View) -> bool:
        """Fine texture is gone where coarse texture is still there, over the whole picture."""
        seen = (self._coarse > _TEXTURED) & (view.coarse > _TEXTURED)
        if np.count_nonzero(seen) < _LEAST_TEXTURED_CELLS:
            return False
        usual = self._fine[seen] / self._coarse[seen]
        return float(np.median(view.fine[seen] / view.coarse[seen] / usual)) < self._params.defocused_ratio

    def _is_covered(self, view: View) -> bool:
        textured = self._coarse > _TEXTURED
        count = int(np.count_nonzero(textured))
        flat = int(np.count_nonzero(textured & (view.coarse < _FLAT * self._coarse)))
        return count >= _LEAST_TEXTURED_CELLS and flat / count >= self._params.covered_fraction

    def _is_moved(self, view: View) -> bool:
        if float(np.mean(np.abs(self._edges) ** 2)) < _LEAST_EDGES:
            return False
        alike = likeness(self._edges, view.edges)
        if alike >= _UNLIKE * self._likeness:
            return False
        if alike < _OTHER_VIEW * self._likeness:
            return True
        move = find_move(self._edges, view.small)
        is_large = (
            move.shift_fraction >= self._params.moved_fraction
            or abs(move.turn_deg) >= self._params.moved_deg
            or move.zoom != 1.0
        )
        return is_large and move.likeness >= alike + _GAIN
