"""The streets as one mode may use them now: what can be reached, and the least effort between junctions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from map_server.adapters.road_segments import Floats, Ints, Pieces
from map_server.domain.street_profile import StreetProfile

Flags: TypeAlias = npt.NDArray[np.bool_]

_NO_NODE = -9999
"""What SciPy writes as the predecessor of a node that has none."""
_MOST_KEPT = 1500 * 1500
"""Shortest ways that are kept, from node to node: three arrays of 2 million numbers, 45 MB."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Directed edges, at most one from node to node: the one of least effort."""

    starts: Ints
    ends: Ints
    effort_m: Floats
    length_m: Floats
    piece: Ints


@dataclass(frozen=True, slots=True)
class Ways:
    """Least effort, metres on that way, and predecessors: a row for each source, a column for each node.

    `row_of` has for each node the row of the ways that begin there, or -1.
    """

    effort_m: Floats
    length_m: Floats
    before: npt.NDArray[np.int32]
    row_of: Ints

    def joined(self, other: "Ways") -> "Ways":
        """Give these ways and those from other sources."""
        effort_m = np.concatenate([self.effort_m, other.effort_m])
        is_even = other.length_m is other.effort_m
        length_m = effort_m if is_even else np.concatenate([self.length_m, other.length_m])
        before = np.concatenate([self.before, other.before])
        moved = np.where(other.row_of < 0, self.row_of, other.row_of + len(self.effort_m))
        return Ways(effort_m, length_m, before, moved)


class RoadGraph:
    """One mode and one set of closed pieces.

    `end_nodes` has for each piece the nodes of its start and end: junctions, or where the mode cannot pass a
    junction, a blind end of the piece's own. Nodes from `size` on are blind ends: no least way between other
    places comes through them, so that nothing is searched there. `slowness` is effort per metre: 1 at the
    team's own pace; `is_even`: it is 1 everywhere.
    """

    def __init__(
        self, pieces: Pieces, profile: StreetProfile, closed: Collection[int], least_island_share: float
    ) -> None:
        uses = [piece.uses[profile.mode] for piece in pieces.pieces]
        is_open = np.ones(len(uses), dtype=bool)
        is_open[list(closed)] = False
        self.forward: Flags = np.array([use.forward for use in uses]) & is_open
        self.backward: Flags = np.array([use.backward for use in uses]) & is_open
        self.slowness: Floats = profile.pace_m_s / np.array([use.speed_m_s for use in uses])
        self.is_even = bool(np.all(self.slowness[self.forward | self.backward] == 1.0))
        self.length_m: Floats = np.array([piece.segment.length_m for piece in pieces.pieces])
        self.end_nodes, self.size = self._nodes(_ends(pieces, pieces.blocked[profile.mode]))
        self.is_reached = self._reached(least_island_share)
        self._edges = self._directed()
        self._matrix = csr_array(
            (np.maximum(self._edges.effort_m, 1e-9), (self._edges.starts, self._edges.ends)),
            shape=(self.size, self.size),
        )
        nothing = np.zeros((0, self.size))
        self._kept = Ways(nothing, nothing, nothing.astype(np.int32), np.full(self.size, -1))

    def ways_from(self, nodes: Ints) -> Ways:
        """Give least ways from these nodes, and maybe others, to all; all that fit are kept."""
        known = self._kept
        missing = np.unique(nodes[known.row_of[nodes] < 0])
        if len(missing) == 0:
            return known
        if (len(known.effort_m) + len(missing)) * self.size > _MOST_KEPT:
            return self._measured(np.unique(nodes))
        found = self._kept = known.joined(self._measured(missing))
        return found

    def pieces_between(self, before: Sequence[int], start: int, end: int) -> list[tuple[int, bool]] | None:
        """Give the pieces from node to node and whether each is walked as drawn; None when no way leads."""
        if start != end and before[end] == _NO_NODE:
            return None
        found, node = [], end
        while node != start:
            previous = int(before[node])
            piece = int(self._edges.piece[self._edge(previous, node)])
            found.append((piece, int(self.end_nodes[piece, 0]) == previous))
            node = previous
        return found[::-1]

    def _edge(self, start: int, end: int) -> int:
        """Give the row of an edge: they are in order of start, then end."""
        low, high = np.searchsorted(self._edges.starts, (start, start + 1))
        return int(low + np.searchsorted(self._edges.ends[low:high], end))

    def _measured(self, nodes: Ints) -> Ways:
        row_of = np.full(self.size, -1)
        row_of[nodes] = np.arange(len(nodes))
        effort_m, before = dijkstra(self._matrix, indices=nodes, return_predecessors=True)
        length_m = effort_m if self.is_even else self._lengths(nodes, effort_m, before)
        return Ways(effort_m, length_m, before, row_of)

    def _lengths(self, nodes: Ints, effort_m: Floats, before: npt.NDArray[np.int32]) -> Floats:
        """Add up the metres of each way, doubling the length of the hop with every round."""
        metres = csr_array(
            (self._edges.length_m, (self._edges.starts, self._edges.ends)), shape=(self.size,) * 2
        )
        has_one = before != _NO_NODE
        hop = np.where(has_one, before, np.arange(self.size))
        rows = np.arange(len(nodes))[:, None]
        total = np.zeros_like(effort_m)
        row, column = np.nonzero(has_one)
        total[row, column] = np.asarray(metres[hop[row, column], column]).ravel()
        while True:
            further = hop[rows, hop]
            if np.array_equal(further, hop):
                break
            total += total[rows, hop]
            hop = further
        return np.where(np.isfinite(effort_m), total, np.inf)

    def _directed(self) -> Edges:
        """Give the edges that lead on; of several from node to node the one of least effort stays.

        A sparse matrix would add parallel entries up, and it would drop explicit zeros as missing edges.
        """
        ahead, back = np.flatnonzero(self.forward), np.flatnonzero(self.backward)
        piece = np.concatenate([ahead, back])
        starts = np.concatenate([self.end_nodes[ahead, 0], self.end_nodes[back, 1]])
        ends = np.concatenate([self.end_nodes[ahead, 1], self.end_nodes[back, 0]])
        effort_m = (self.length_m * self.slowness)[piece]
        order = np.lexsort((effort_m, ends, starts))
        order = order[(starts != ends)[order] & (np.maximum(starts, ends) < self.size)[order]]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(starts[order]) != 0) | (np.diff(ends[order]) != 0)
        kept = order[first]
        return Edges(starts[kept], ends[kept], effort_m[kept], self.length_m[piece[kept]], piece[kept])

    def _nodes(self, ends: Ints) -> tuple[Ints, int]:
        """Number the nodes so that blind ends, where one open piece ends, come last; and count the others."""
        open_ends = ends[self.forward | self.backward]
        is_blind = np.bincount(open_ends.ravel(), minlength=ends.max() + 1) < 2
        number = np.argsort(np.argsort(is_blind, kind="stable"))
        return number[ends], max(int((~is_blind).sum()), 1)

    def _reached(self, least_share: float) -> Flags:
        """Tell which pieces lie in a part of the network that is worth a plumb line: no small island."""
        ahead, back = self.end_nodes[self.forward], self.end_nodes[self.backward]
        starts = np.concatenate([ahead[:, 0], back[:, 1]])
        ends = np.concatenate([ahead[:, 1], back[:, 0]])
        nodes = self.end_nodes.max() + 1
        links = csr_array((np.ones(len(starts)), (starts, ends)), shape=(nodes, nodes))
        _, part = connected_components(links, directed=True, connection="strong")
        part_of = part[self.end_nodes]
        is_usable = (self.forward | self.backward) & (part_of[:, 0] == part_of[:, 1])
        length_m = np.bincount(part_of[is_usable, 0], self.length_m[is_usable], minlength=part.max() + 1)
        is_worth: Flags = length_m >= least_share * max(length_m.max(), 1e-9)
        reached: Flags = is_usable & is_worth[part_of[:, 0]]
        return reached


def _ends(pieces: Pieces, blocked: Collection[int]) -> Ints:
    ends = np.array([(piece.start, piece.end) for piece in pieces.pieces], dtype=np.int64)
    next_node = pieces.junctions
    for row, side in np.argwhere(np.isin(ends, list(blocked))):
        ends[row, side] = next_node
        next_node += 1
    return ends
