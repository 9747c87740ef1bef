"""What the camera usually sees, learnt while nothing is wrong, and what a new view lacks against it."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from edge_agent.guardian.params import GuardianParams
from edge_agent.guardian.registration import find_move, likeness
from edge_agent.guardian.texture import Texture, texture_of
from edge_agent.guardian.view import Field, View
from wire_contract.vocabulary import CameraState

_MEMORY_S = 300.0
_RECENT_SHARE = 0.5
"""Share of each new view in the recent average: it follows within three checks."""
_FIRST_VIEWS = 10
"""So many make a plain average; later ones count little, lest a fault be learnt before it is raised."""
_LEAST_VIEWS = 5

_LEAST_EDGES = 0.002
"""Mean squared clearness of the edges below which a scene holds too few to judge a move or a blur."""
_UNLIKE = 0.85
"""Below this part of the usual likeness something happened to the view."""
_GAIN = 0.15
"""A move is believed when it explains so much more of the picture than no move does."""
_OTHER_VIEW = 0.2
"""A likeness below this part of the usual one is chance: the camera looks elsewhere."""

_TEXTURED = 0.3
"""Coarse texture in percent of brightness above which a cell can lose it."""
_LEAST_TEXTURED_CELLS = 12
_FLAT = 0.25
_BLUNT = 0.8
"""Below this part of the usual sharpness the strongest edges are blunt."""

_OFTEN_STILL = 0.8
"""A scene of whose pixels so many never change (rendered, drawn) looks the same when the stream is frozen."""


class Reference:
    """Running averages of a view's features over some minutes, and over the last few checks."""

    def __init__(self, view: View, params: GuardianParams) -> None:
        self._params = params
        self._edges = view.edges.copy()
        self._rows = view.rows.copy()
        self._recent_rows = view.rows.copy()
        self._row_views = 1
        self._kept_texture: Texture | None = None
        self._likeness = 1.0
        self._sharpness = view.texture.sharpness
        self._still_fraction: float | None = None
        self._views = 1

    @classmethod
    def resumed(
        cls, stored: Mapping[str, npt.NDArray[Any]], view: View, params: GuardianParams
    ) -> Self | None:
        """Go on with what `to_arrays` gave, None when views were of another size then.

        Raises KeyError or ValueError for anything else.
        """
        reference = cls(view, params)
        edges = np.asarray(stored["edges"], dtype=np.float32).view(np.complex64)[..., 0]
        if edges.shape != view.edges.shape:
            return None
        reference._edges = edges
        fine, coarse = (np.asarray(stored[name], dtype=np.float32) for name in ("fine", "coarse"))
        reference._kept_texture = Texture(fine, coarse, float(stored["sharpness"]))
        reference._row_views = 0
        reference._likeness, reference._sharpness = float(stored["likeness"]), float(stored["sharpness"])
        still_fraction = float(stored["still_fraction"])
        reference._still_fraction = None if np.isnan(still_fraction) else still_fraction
        reference._views = int(stored["views"])
        return reference

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Give all that was learnt, but for the picture itself, which may show people."""
        still_fraction = np.nan if self._still_fraction is None else self._still_fraction
        usual = self._usual_texture()
        return {
            "edges": self._edges[..., None].view(np.float32).astype(np.float16),
            "fine": usual.fine,
            "coarse": usual.coarse,
            "likeness": np.asarray(self._likeness),
            "sharpness": np.asarray(self._sharpness),
            "still_fraction": np.asarray(still_fraction),
            "views": np.asarray(self._views),
        }

    @property
    def has_learnt(self) -> bool:
        """Whether enough was seen to judge a view."""
        return self._views >= _LEAST_VIEWS

    def fits(self, view: View) -> bool:
        """Tell whether a view is of the same size."""
        return self._edges.shape == view.edges.shape and self._rows.shape == view.rows.shape

    @property
    def has_noise(self) -> bool:
        """Whether pictures of this camera never repeat by nature, so that equal ones mean a frozen stream."""
        return self._still_fraction is not None and self._still_fraction < _OFTEN_STILL

    @property
    def _has_edges(self) -> bool:
        return _clearness(self._edges) >= _LEAST_EDGES

    def learn(self, view: View, elapsed_s: float) -> None:
        """Take in a good view."""
        self._views += 1
        share = 1.0 / self._views if self._views <= _FIRST_VIEWS else min(1.0, elapsed_s / _MEMORY_S)
        self._likeness += share * (likeness(self._edges, view.edges) - self._likeness)
        self._sharpness += share * (view.texture.sharpness - self._sharpness)
        self._edges += share * (view.edges - self._edges)
        self._row_views += 1
        row_share = 1.0 / self._row_views if self._row_views <= _FIRST_VIEWS else share
        self._rows += row_share * (view.rows - self._rows)

    def learn_still_fraction(self, fraction: float) -> None:
        """Take in how much of the picture was exactly as one check before; 1 says nothing new."""
        if fraction < 1.0:
            before = fraction if self._still_fraction is None else self._still_fraction
            self._still_fraction = before + (fraction - before) / min(self._views, 20)

    def fault_of(self, view: View, known: CameraState) -> CameraState:
        """Say what is wrong with a view: OK while too little was learnt. `known` is what was found before."""
        self._recent_rows += _RECENT_SHARE * (view.rows - self._recent_rows)
        if not self.has_learnt:
            return CameraState.OK
        usual, recent = self._usual_texture(), texture_of(self._recent_rows)
        if self._is_covered(usual, recent):
            return CameraState.COVERED
        if self._is_moved(view, known):
            return CameraState.MOVED
        return CameraState.DEFOCUSED if self._is_defocused(usual, recent, view) else CameraState.OK

    def _usual_texture(self) -> Texture:
        """Give the texture of the usual picture; after a restart the old one until a new one is averaged."""
        if self._kept_texture is not None and self._row_views < _FIRST_VIEWS:
            return self._kept_texture
        return texture_of(self._rows)

    def _is_covered(self, usual: Texture, recent: Texture) -> bool:
        """A good part of the picture has lost the texture that it had."""
        textured = usual.coarse > _TEXTURED
        count = int(np.count_nonzero(textured))
        lost = int(np.count_nonzero(textured & (recent.coarse < _FLAT * usual.coarse)))
        return count >= _LEAST_TEXTURED_CELLS and lost / count >= self._params.covered_fraction

    def _is_defocused(self, usual: Texture, recent: Texture, view: View) -> bool:
        """Fine texture is gone where coarse texture is still there, and not because the camera shakes."""
        is_new = recent.coarse > 2 * usual.coarse  # a thing of its own sharpness has come
        seen = (usual.coarse > _TEXTURED) & (recent.coarse > _TEXTURED) & ~is_new
        if np.count_nonzero(seen) < _LEAST_TEXTURED_CELLS or not self._has_edges:
            return False
        ratios = (recent.fine[seen] / recent.coarse[seen]) / (usual.fine[seen] / usual.coarse[seen])
        is_unsharp = float(np.median(ratios)) < self._params.defocused_ratio
        return is_unsharp and view.texture.sharpness < _BLUNT * self._sharpness

    def _is_moved(self, view: View, known: CameraState) -> bool:
        alike = likeness(self._edges, view.edges)
        if alike >= _UNLIKE * self._likeness or not self._has_edges:
            return False
        if known is CameraState.MOVED:
            return True
        if alike < _OTHER_VIEW * self._likeness and _clearness(view.edges) > _clearness(self._edges) / 2:
            return True
        move = find_move(self._edges, view.small)
        is_large = (
            move.shift_fraction >= self._params.moved_fraction
            or abs(move.turn_deg) >= self._params.moved_deg
            or move.zoom != 1.0
        )
        return is_large and move.likeness >= alike + _GAIN


def _clearness(edges: Field) -> float:
    return float(np.mean(np.abs(edges) ** 2))
