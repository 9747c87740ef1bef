"""What of each thing the camera sees: a depth picture drawn from the meshes, a thing's number in each pixel.

This is the source of every box in the truth; it knows nothing of the renderer: the two check each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.scenes.pinhole import Camera, world_to_camera
from models.scenes.shapes.mesh import Mesh, Points, apply
from models.scenes.shapes.thing import Thing

Box = tuple[float, float, float, float]
NEAR_M = 0.1
SMALL_PX = 4.0
DOTS = 5
"""Steps along the side of a small triangle: the dots of one of four pixels lie 0.8 px apart."""

NOTHING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """For each pixel the depth in metres (inf: sky) and the number of the thing seen (-1: none)."""

    depth_m: npt.NDArray[np.float32]
    number: npt.NDArray[np.int32]

    def copy(self) -> "Layers":
        """Give layers that can be drawn into."""
        return Layers(self.depth_m.copy(), self.number.copy())

    def mask(self, number: int) -> npt.NDArray[np.bool_]:
        """Give the pixels of one thing."""
        return np.asarray(self.number == number)


def empty_layers(camera: Camera) -> Layers:
    """Give the layers of an empty world."""
    shape = (camera.height_px, camera.width_px)
    return Layers(np.full(shape, np.inf, np.float32), np.full(shape, NOTHING, np.int32))


def draw(layers: Layers, camera: Camera, things: Iterable[tuple[int, Thing]]) -> Layers:
    """Draw numbered things into a copy of the layers, the nearest surface wins."""
    result = layers.copy()
    for number, thing in things:
        for part in thing.parts:
            vertices = apply(thing.matrix @ part.matrix, part.mesh.vertices_m)
            _draw_mesh(result, camera, Mesh(vertices, part.mesh.faces), number)
    return result


def _draw_mesh(layers: Layers, camera: Camera, mesh: Mesh, number: int) -> None:
    triangles = _triangles_in_view(camera, mesh)
    extent = np.ptp(triangles[..., :2], axis=1).max(axis=1)
    _draw_small(layers, triangles[extent <= SMALL_PX], number)
    for corners in triangles[extent > SMALL_PX]:
        _draw_triangle(layers, corners, number)


def _draw_small(layers: Layers, triangles: Points, number: int) -> None:
    """Draw triangles of a few pixels all at once, as dots that lie closer together than pixels."""
    height, width = layers.number.shape
    weights = [(i / DOTS, j / DOTS, 1 - (i + j) / DOTS) for i in range(DOTS + 1) for j in range(DOTS + 1 - i)]
    dots = np.einsum("kc,ncd->nkd", np.array(weights), triangles).reshape(-1, 3)
    column, row = np.floor(dots[:, 0]).astype(int), np.floor(dots[:, 1]).astype(int)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    column, row, depth = column[inside], row[inside], dots[inside, 2]
    nearer = depth < layers.depth_m[row, column]
    # the last one written to a pixel stays, so the nearest comes last
    order = np.argsort(-depth[nearer], kind="stable")
    column, row, depth = column[nearer][order], row[nearer][order], depth[nearer][order]
    layers.depth_m[row, column] = depth
    layers.number[row, column] = number


def _triangles_in_view(camera: Camera, mesh: Mesh) -> Points:
    """Give triangles (M, 3, 3) of pixel and depth, cut at the near plane, those outside left out."""
    indices = np.array(
        [(face[0], face[at], face[at + 1]) for face in mesh.faces for at in range(1, len(face) - 1)]
    )
    local = apply(world_to_camera(camera), mesh.vertices_m)
    depth = -local[:, 2]
    in_front = depth[indices] > NEAR_M
    whole = local[indices[in_front.all(axis=1)]]
    cut = [_cut(local[row]) for row in indices[in_front.any(axis=1) & ~in_front.all(axis=1)]]
    triangles = np.concatenate([whole, *cut]) if cut else whole
    z = -triangles[..., 2]
    u = camera.width_px / 2 + camera.focal_px * triangles[..., 0] / z
    v = camera.height_px / 2 - camera.focal_px * triangles[..., 1] / z
    shown = (u.max(1) >= 0) & (u.min(1) <= camera.width_px) & (v.max(1) >= 0) & (v.min(1) <= camera.height_px)
    return np.asarray(np.stack([u, v, z], axis=-1)[shown])


def _cut(corners: Points) -> Points:
    """Clip one triangle (3, 3) in camera axes at the near plane; gives one or two triangles."""
    polygon = []
    for at in range(3):
        here, there = corners[at], corners[(at + 1) % 3]
        here_in, there_in = -here[2] > NEAR_M, -there[2] > NEAR_M
        if here_in:
            polygon.append(here)
        if here_in != there_in:
            share = (-NEAR_M * 1.001 - here[2]) / (there[2] - here[2])
            polygon.append(here + share * (there - here))
    return np.array([(polygon[0], polygon[at], polygon[at + 1]) for at in range(1, len(polygon) - 1)])


def _draw_triangle(layers: Layers, corners: Points, number: int) -> None:
    height, width = layers.number.shape
    left, top = (max(0, int(np.floor(corners[:, axis].min() - 0.5))) for axis in (0, 1))
    right = min(width, int(np.ceil(corners[:, 0].max() + 0.5)))
    bottom = min(height, int(np.ceil(corners[:, 1].max() + 0.5)))
    (u1, v1, z1), (u2, v2, z2), (u3, v3, z3) = corners
    area = (u2 - u1) * (v3 - v1) - (u3 - u1) * (v2 - v1)
    if right <= left or bottom <= top or abs(area) < 1e-9:
        return
    u = np.arange(left, right)[None, :] + 0.5
    v = np.arange(top, bottom)[:, None] + 0.5
    first = ((u2 - u) * (v3 - v) - (u3 - u) * (v2 - v)) / area
    second = ((u3 - u) * (v1 - v) - (u1 - u) * (v3 - v)) / area
    third = 1 - first - second
    inside = (first >= 0) & (second >= 0) & (third >= 0)
    if not inside.any():
        return
    # 1 / depth is linear in the picture
    inverse = first / z1 + second / z2 + third / z3
    depth = 1 / np.where(inside, inverse, 1.0)
    window = (slice(top, bottom), slice(left, right))
    nearer = inside & (depth < layers.depth_m[window])
    layers.depth_m[window][nearer] = depth[nearer]
    layers.number[window][nearer] = number


def box_of(mask: npt.NDArray[np.bool_]) -> Box | None:
    """Give the tight box around the marked pixels, None when there are none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def visible_boxes(camera: Camera, static: Layers, things: Sequence[Thing]) -> list[tuple[Box | None, float]]:
    """Give for each thing the box of what is seen of it, and which share of it is not hidden.

    `static` holds what stands around; the things hide each other too.
    """
    together = draw(static, camera, list(enumerate(things, start=1000)))
    found = []
    for number, thing in enumerate(things, start=1000):
        alone = int(draw(empty_layers(camera), camera, [(number, thing)]).mask(number).sum())
        seen = together.mask(number)
        found.append((box_of(seen), float(seen.sum()) / alone if alone else 0.0))
    return found
