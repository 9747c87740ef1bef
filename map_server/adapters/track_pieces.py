"""Joins the little pieces of a matched track to walked segments, and forgets those that were only passed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from map_server.domain.segment import WalkedSegment


@dataclass(frozen=True, slots=True)
class WalkedPiece:
    """A move along one street, given by its row: from `begin` to `end`, shares of its length."""

    row: int
    begin: float
    end: float
    entered_at: datetime
    left_at: datetime


@dataclass(frozen=True, slots=True)
class _Stay:
    """All that happened on one street before another was entered. `low` and `high` bound what was walked."""

    row: int
    entered_by: float
    left_by: float
    low: float
    high: float
    entered_at: datetime
    left_at: datetime


def walked_segments(
    pieces: Sequence[WalkedPiece],
    length_m: Mapping[int, float],
    ids: Mapping[int, str],
    least_depth_m: float,
) -> tuple[WalkedSegment, ...]:
    """Give the walked segments in the order of time."""
    stays = _stays(pieces)
    while True:
        kept = [stay for stay in stays if not _is_passed(stay, length_m[stay.row], least_depth_m)]
        joined = _joined(kept)
        if len(joined) == len(stays):
            break
        stays = joined
    return tuple(
        WalkedSegment(ids[stay.row], stay.entered_at, stay.left_at, max(stay.low, 0.0), min(stay.high, 1.0))
        for stay in stays
    )


def _stays(pieces: Sequence[WalkedPiece]) -> list[_Stay]:
    moved = [piece for piece in pieces if piece.begin != piece.end]
    return _joined(
        [
            _Stay(
                piece.row,
                piece.begin,
                piece.end,
                min(piece.begin, piece.end),
                max(piece.begin, piece.end),
                piece.entered_at,
                piece.left_at,
            )
            for piece in moved
        ]
    )


def _joined(stays: Sequence[_Stay]) -> list[_Stay]:
    """Join stays on one street that follow each other without a hole."""
    joined: list[_Stay] = []
    for stay in stays:
        last = joined[-1] if joined else None
        if last is None or last.row != stay.row or not last.low <= stay.entered_by <= last.high:
            joined.append(stay)
            continue
        joined[-1] = replace(
            last,
            left_by=stay.left_by,
            low=min(last.low, stay.low),
            high=max(last.high, stay.high),
            left_at=stay.left_at,
        )
    return joined


def _is_passed(stay: _Stay, length_m: float, least_depth_m: float) -> bool:
    """Whether a street was left where it was entered, and not gone into far enough to speak of."""
    is_back = stay.entered_by == stay.left_by and stay.entered_by in (0.0, 1.0)
    return is_back and (stay.high - stay.low) * length_m < least_depth_m
