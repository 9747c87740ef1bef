"""A thing of a scene: parts of mesh and look, placed in the world, with the detector's word for it."""

from dataclasses import dataclass, field, replace

import numpy as np

from models.scenes.shapes.looks import Look
from models.scenes.shapes.mesh import Matrix, Mesh, Points, apply, shift, turn


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One mesh of one look; `matrix` places it in its thing. Smooth parts are shaded as if curved."""

    mesh: Mesh
    look: Look
    smooth: bool = False
    matrix: Matrix = field(default_factory=lambda: np.eye(4))

    def moved(self, matrix: Matrix) -> "Part":
        """Give the part elsewhere in its thing."""
        return replace(self, matrix=matrix @ self.matrix)


Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Something in the world. `label` is one of the detector's classes, or empty where it has none."""

    name: str
    parts: Parts
    matrix: Matrix = field(default_factory=lambda: np.eye(4))
    label: str = ""

    def at(self, x_m: float, y_m: float, heading_deg: float = 0.0, z_m: float = 0.0) -> "Thing":
        """Give the thing standing at a place; `heading_deg` counts clockwise from north (+y)."""
        return replace(self, matrix=shift(x_m, y_m, z_m) @ turn("z", -heading_deg))

    def vertices_m(self) -> Points:
        """Give all its vertices in the world (N, 3)."""
        return np.vstack([apply(self.matrix @ part.matrix, part.mesh.vertices_m) for part in self.parts])


def moved(parts: Parts, matrix: Matrix) -> Parts:
    """Move parts together."""
    return tuple(part.moved(matrix) for part in parts)
