"""Masks said in words: tiny pictures drawn as text."""

import numpy as np
import pytest

from edge_agent.appearance import masks
from edge_agent.appearance.masks import Mask


def drawn(*rows: str) -> Mask:
    return masks.marked(np.array([[mark == "#" for mark in row] for row in rows]))


def text(mask: Mask) -> list[str]:
    return ["".join("#" if value else "." for value in row) for row in mask]


DOT = drawn(".....", ".....", "..#..", ".....", ".....")


def test_growing_and_shrinking_undo_each_other() -> None:
    assert text(masks.grown(DOT, 1)) == [".....", ".###.", ".###.", ".###.", "....."]
    assert text(masks.shrunk(masks.grown(DOT, 1), 1)) == text(DOT)


def test_specks_go_and_gaps_close() -> None:
    assert masks.size_px2(masks.without_specks(DOT)) == 0
    assert text(masks.joined(drawn(".........", "...#.#...", "........."), 1))[1] == "...###..."


def test_holes_are_filled() -> None:
    assert text(masks.filled(drawn("####", "#..#", "####"))) == ["####", "####", "####"]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [(masks.both, "#..."), (masks.either, "###."), (masks.without, ".#..")],
)
def test_two_masks_meet(operation: "object", expected: str) -> None:
    assert callable(operation)
    assert text(operation(drawn("##.."), drawn("#.#."))) == [expected]


def test_outside_is_the_rest() -> None:
    assert text(masks.outside(drawn("#.."))) == [".##"]


def test_components_are_numbered_and_measured() -> None:
    labels, measures = masks.components(drawn("##..", "....", "...#"))
    assert measures == [(0, 0, 2, 1, 2), (3, 2, 1, 1, 1)]
    assert masks.commonest(labels, drawn("##.#", "....", "...#")) == 1
    assert masks.commonest(labels, drawn("..#.", "....", "....")) == 0


def test_enlarging_keeps_the_shape() -> None:
    assert text(masks.enlarged(drawn("#."), 2)) == ["##..", "##.."]
