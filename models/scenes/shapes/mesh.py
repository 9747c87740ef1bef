"""Meshes by formula: boxes, lofts, tubes and round bodies, and how they are moved. All shapes build on these.

Axes in metres: x to the right, y away, z up. A thing stands on z = 0 and looks towards +y.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
"""A homogeneous transform (4, 4)."""
Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Vertices (N, 3) in metres and faces of vertex numbers, counter-clockwise seen from outside."""

    vertices_m: Points
    faces: tuple[tuple[int, ...], ...]

    def moved(self, matrix: Matrix) -> "Mesh":
        """Give the same mesh elsewhere."""
        return Mesh(apply(matrix, self.vertices_m), self.faces)


def apply(matrix: Matrix, points_m: Points) -> Points:
    """Transform points (N, 3)."""
    return np.asarray(points_m @ matrix[:3, :3].T + matrix[:3, 3])


def shift(x_m: float, y_m: float, z_m: float = 0.0) -> Matrix:
    """Give the transform that moves by so much."""
    matrix = np.eye(4)
    matrix[:3, 3] = x_m, y_m, z_m
    return matrix


def turn(axis: str, angle_deg: float) -> Matrix:
    """Give the right-handed rotation about an axis `x`, `y` or `z` through the origin."""
    angle = np.radians(angle_deg)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(4)
    matrix[first, first] = matrix[second, second] = cos
    matrix[first, second], matrix[second, first] = -sin, sin
    return matrix


def scale(x: float, y: float, z: float) -> Matrix:
    """Give the transform that stretches along the axes."""
    return np.diag([x, y, z, 1.0])


def join(*meshes: Mesh) -> Mesh:
    """Make one mesh of several."""
    vertices, faces, offset = [], [], 0
    for mesh in meshes:
        vertices.append(mesh.vertices_m)
        faces += [tuple(corner + offset for corner in face) for face in mesh.faces]
        offset += len(mesh.vertices_m)
    return Mesh(np.vstack(vertices), tuple(faces))


def box(low_m: Vector, high_m: Vector) -> Mesh:
    """Give an upright box between two opposite corners."""
    (x1, y1, z1), (x2, y2, z2) = low_m, high_m
    corners = [(x1, y1, z1), (x2, y1, z1), (x2, y2, z1), (x1, y2, z1)]
    corners += [(x, y, z2) for x, y, _ in corners]
    faces = ((3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))
    return Mesh(np.array(corners, dtype=np.float64), faces)


def flat(corners_m: Sequence[tuple[float, float]], z_m: float = 0.0) -> Mesh:
    """Give a flat polygon that looks up, from its corners counter-clockwise."""
    vertices = np.array([(x, y, z_m) for x, y in corners_m], dtype=np.float64)
    return Mesh(vertices, (tuple(range(len(corners_m))),))


def loft(rings_m: Sequence[Points], capped: bool = True) -> Mesh:
    """Give the skin over closed rings (K, 3) of equal length, counter-clockwise seen from the last ring."""
    count = len(rings_m[0])
    faces: list[tuple[int, ...]] = []
    for ring in range(len(rings_m) - 1):
        near, far = ring * count, (ring + 1) * count
        for index in range(count):
            following = (index + 1) % count
            faces.append((near + index, near + following, far + following, far + index))
    if capped:
        faces.append(tuple(reversed(range(count))))
        last = (len(rings_m) - 1) * count
        faces.append(tuple(range(last, last + count)))
    return Mesh(np.vstack(rings_m), tuple(faces))


def superellipse(half_x_m: float, half_y_m: float, power: float, count: int) -> Points:
    """Give a rounded rectangle (count, 2), counter-clockwise; power 2 is an ellipse, 8 nearly a box."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    cos, sin = np.cos(angle), np.sin(angle)
    x = np.sign(cos) * np.abs(cos) ** (2 / power) * half_x_m
    y = np.sign(sin) * np.abs(sin) ** (2 / power) * half_y_m
    return np.column_stack([x, y])


def lathe(profile_m: Sequence[tuple[float, float]], count: int = 24) -> Mesh:
    """Give the body of revolution about z of (radius, height) points from bottom to top."""
    ring = superellipse(1.0, 1.0, 2.0, count)
    rings = [np.column_stack([ring * radius, np.full(count, height)]) for radius, height in profile_m]
    return loft(rings)


def ellipsoid(half_x_m: float, half_y_m: float, half_z_m: float, count: int = 16) -> Mesh:
    """Give an ellipsoid about the origin."""
    polar = np.linspace(-np.pi / 2 + 0.08, np.pi / 2 - 0.08, max(6, count // 2 + 1))
    body = lathe([(float(np.cos(angle)), float(np.sin(angle))) for angle in polar], count)
    return body.moved(scale(half_x_m, half_y_m, half_z_m))


def tube(path_m: Sequence[Vector], radius_m: float | Sequence[float], count: int = 10) -> Mesh:
    """Give a round bar along a path; one radius, or one for each point."""
    points = np.array(path_m, dtype=np.float64)
    radii = [radius_m] * len(points) if isinstance(radius_m, (int, float)) else list(radius_m)
    ring = superellipse(1.0, 1.0, 2.0, count)
    directions = np.gradient(points, axis=0)
    rings = []
    for point, direction, radius in zip(points, directions, radii, strict=True):
        along = direction / np.linalg.norm(direction)
        aside = np.cross(along, (0.0, 0.0, 1.0) if abs(along[2]) < 0.9 else (0.0, 1.0, 0.0))
        aside /= np.linalg.norm(aside)
        above = np.cross(along, aside)
        rings.append(point + radius * (ring[:, :1] * aside + ring[:, 1:] * above))
    return loft(rings)


def ring_tube(radius_m: float, thickness_m: float, count: int = 24, around: int = 8) -> Mesh:
    """Give a torus about the x axis through the origin: a tyre."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    section = superellipse(thickness_m, thickness_m, 2.0, around)
    vertices, faces = [], []
    for at in angle:
        radial = radius_m + section[:, 0]
        vertices.append(np.column_stack([section[:, 1], radial * np.cos(at), radial * np.sin(at)]))
    for ring in range(count):
        near, far = ring * around, (ring + 1) % count * around
        for index in range(around):
            following = (index + 1) % around
            faces.append((near + index, near + following, far + following, far + index))
    return Mesh(np.vstack(vertices), tuple(faces))


def wheel_disc(radius_m: float, width_m: float, count: int = 24) -> Mesh:
    """Give a cylinder about the x axis, centred on the origin."""
    body = lathe([(radius_m, -width_m / 2), (radius_m, width_m / 2)], count)
    return body.moved(turn("y", 90))


def rounded_box(low_m: Vector, high_m: Vector, edge_m: float = 0.03, power: float = 8.0) -> Mesh:
    """Give an upright box with soft edges."""
    (x1, y1, z1), (x2, y2, z2) = low_m, high_m
    half_x, half_y = (x2 - x1) / 2, (y2 - y1) / 2
    middle = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
    steps = [(z1, edge_m), (z1 + edge_m * 0.3, edge_m * 0.3), (z1 + edge_m, 0.0)]
    steps += [(z2 - edge_m, 0.0), (z2 - edge_m * 0.3, edge_m * 0.3), (z2, edge_m)]
    rings = []
    for z, inset in steps:
        outline = superellipse(max(half_x - inset, 1e-3), max(half_y - inset, 1e-3), power, 24)
        rings.append(np.column_stack([outline + middle, np.full(24, z)]))
    return loft(rings)


def smooth_noise(points_m: Points, rng: np.random.Generator, wavelength_m: float, waves: int = 6) -> Points:
    """Give a smooth random value in about [-1, 1] at each point (N,): a sum of waves in random directions."""
    total = np.zeros(len(points_m))
    for _ in range(waves):
        direction = rng.normal(size=3)
        direction *= 2 * np.pi / (wavelength_m * rng.uniform(0.7, 1.5) * np.linalg.norm(direction))
        total += np.sin(points_m @ direction + rng.uniform(0, 2 * np.pi))
    return np.asarray(total / np.sqrt(waves))
