"""Slanted lines over some cells of a map."""

import numpy as np
import pytest

from mlpteach.views.hatching import hatching

WINDOW = (-2.0, 4.0, 10.0, 30.0)


def middles(x, y):
    """The middle of each line's piece in each cell, as (row, column) of the cell."""
    lines = np.stack([x, y], axis=1).reshape(-1, 3, 2)
    assert np.isnan(lines[:, 2]).all()
    cells = []
    for start, stop in lines[:, :2]:
        start = (start - [WINDOW[0], WINDOW[2]]) / [6.0 / 12, 20.0 / 8]
        stop = (stop - [WINDOW[0], WINDOW[2]]) / [6.0 / 12, 20.0 / 8]
        pieces = round(stop[0] - start[0])
        assert stop[1] - start[1] == pytest.approx(pieces)  # cells corner by corner
        cells += [(int(start[1] + i + 0.5), int(start[0] + i + 0.5)) for i in range(round(pieces))]
    return cells


def test_lines_lie_in_the_cells_and_reach_all_that_have_neighbours():
    cells = np.zeros((8, 12), dtype=bool)
    cells[2:6, 3:9] = True
    cells[7, 11] = True
    drawn = middles(*hatching(cells, WINDOW))
    assert len(drawn) == len(set(drawn))
    assert all(cells[cell] for cell in drawn)
    assert len(drawn) == 24 // 2 + 1  # every second diagonal, and the cell in the corner


def test_every_second_diagonal_of_a_whole_map_is_drawn_to_its_corners():
    drawn = middles(*hatching(np.ones((8, 12), dtype=bool), WINDOW))
    assert {(column - row) % 2 for row, column in drawn} == {0}
    assert len(drawn) == 48
    # Of three rows and one column, the cells below and above.
    assert len(hatching(np.ones((3, 1), dtype=bool), WINDOW)[0]) == 2 * 3


@pytest.mark.parametrize("shape", [(8, 12), (1, 1), (5, 3)])
def test_nothing_is_hatched_where_nothing_is_meant(shape):
    x, y = hatching(np.zeros(shape, dtype=bool), WINDOW)
    assert x.size == y.size == 0
