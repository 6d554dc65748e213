from __future__ import annotations

import numpy as np
import pytest

from tomau.edits.scribbles import ScribbleSolver
from tomau.errors import UsageError

RED, BLUE = (60.0, 40.0), (10.0, -50.0)


def marked(shape: tuple[int, int], *marks: tuple[slice, slice, tuple[float, float]]):
    values, mask = np.zeros((*shape, 2), np.float32), np.zeros(shape, bool)
    for rows, columns, color in marks:
        values[rows, columns], mask[rows, columns] = color, True
    return values, mask


def test_constant_light_and_one_scribble_give_one_colour() -> None:
    values, mask = marked((20, 30), (slice(3, 5), slice(4, 9), RED))
    answer = ScribbleSolver(np.full((20, 30), 50.0)).solve(values, mask)
    np.testing.assert_allclose(answer, np.broadcast_to(RED, (20, 30, 2)), atol=0.02)


def test_two_flat_regions_and_two_scribbles_do_not_leak() -> None:
    l = np.full((24, 40), 30.0)
    l[:, 20:] = 70.0
    values, mask = marked(
        l.shape, (slice(4, 8), slice(3, 6), RED), (slice(9, 14), slice(30, 33), BLUE)
    )
    answer = ScribbleSolver(l).solve(values, mask)
    np.testing.assert_allclose(answer[:, :20], np.broadcast_to(RED, (24, 20, 2)), atol=0.5)
    np.testing.assert_allclose(answer[:, 20:], np.broadcast_to(BLUE, (24, 20, 2)), atol=0.5)


def random_case(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    l = random.uniform(0, 100, shape)
    mask = random.random(shape) < 0.1
    return l, random.uniform(-60, 60, (*shape, 2)), mask


def test_scribbles_are_met_exactly() -> None:
    l, values, mask = random_case((33, 21))
    answer = ScribbleSolver(l).solve(values, mask)
    np.testing.assert_array_equal(answer[mask], values[mask].astype(np.float32))


def test_colours_stay_within_those_of_the_scribbles() -> None:
    l, values, mask = random_case((33, 21))
    answer = ScribbleSolver(l).solve(values, mask, tolerance=1e-10)
    for channel in range(2):
        given = values[mask][:, channel]
        assert given.min() - 1e-4 <= answer[..., channel].min()
        assert answer[..., channel].max() <= given.max() + 1e-4


@pytest.mark.parametrize("decay", [0.0, 0.05])
def test_a_small_case_equals_a_dense_solve(decay: float) -> None:
    """The system written down again from the definition, pixel by pixel."""
    l, values, mask = random_case((16, 16))
    scale_of = {}
    padded = np.pad(l, 1, mode="symmetric")
    for y, x in np.ndindex(16, 16):
        scale_of[y, x] = max(0.3 * padded[y : y + 3, x : x + 3].var(), 0.04)
    matrix, right = np.zeros((256, 256)), np.zeros((256, 2))
    for y, x in np.ndindex(16, 16):
        row = 16 * y + x
        if mask[y, x]:
            matrix[row, row], right[row] = 1, values[y, x]
            continue
        for ny, nx in np.ndindex(16, 16):
            if max(abs(ny - y), abs(nx - x)) == 1:
                gap = (l[y, x] - l[ny, nx]) ** 2
                pair = (scale_of[y, x], scale_of[ny, nx])
                weight = sum(np.exp(-gap / v) for v in pair) / 2 + 1e-6
                matrix[row, 16 * ny + nx] -= weight
                matrix[row, row] += weight * (1 + decay)
    expected = np.linalg.solve(matrix, right).reshape(16, 16, 2)
    answer = ScribbleSolver(l).solve(values, mask, decay=decay, tolerance=1e-12)
    np.testing.assert_allclose(answer, expected, atol=1e-4)


def test_decay_fades_with_distance() -> None:
    values, mask = marked((9, 60), (slice(0, 9), slice(0, 2), RED))
    answer = ScribbleSolver(np.full((9, 60), 50.0)).solve(values, mask, decay=0.02)
    reds = answer[4, :, 0]
    assert (np.diff(reds[1:]) < 0).all()
    assert reds[-1] < 1


def test_a_near_solution_to_begin_with_changes_nothing_but_the_way() -> None:
    l, values, mask = random_case((33, 21))
    solver = ScribbleSolver(l)
    cold = solver.solve(values, mask, tolerance=1e-9)
    mask[5, 5] = True
    warm = solver.solve(values, mask, start=cold, tolerance=1e-9)
    np.testing.assert_allclose(warm, solver.solve(values, mask, tolerance=1e-9), atol=1e-4)


def test_other_colours_at_the_same_places_are_solved_as_if_first() -> None:
    l, values, mask = random_case((33, 21))
    solver = ScribbleSolver(l)
    solver.solve(values, mask, tolerance=1e-9)
    for decay in (0.0, 0.05):
        again = solver.solve(-values, mask, decay=decay, tolerance=1e-9)
        first = ScribbleSolver(l).solve(-values, mask, decay=decay, tolerance=1e-9)
        np.testing.assert_array_equal(again, first)
    mask[3, 4] = not mask[3, 4]  # the caller's own array, changed in place
    moved = solver.solve(values, mask, tolerance=1e-9)
    np.testing.assert_array_equal(moved[mask], values[mask].astype(np.float32))


def test_nothing_marked_is_no_colour_and_everything_marked_is_given_back() -> None:
    l, values, _ = random_case((8, 8))
    solver = ScribbleSolver(l)
    assert not solver.solve(values, np.zeros((8, 8), bool)).any()
    every = solver.solve(values, np.ones((8, 8), bool))
    np.testing.assert_array_equal(every, values.astype(np.float32))


def test_scribbles_of_another_size_are_refused() -> None:
    l, values, mask = random_case((8, 9))
    with pytest.raises(UsageError, match=r"mask of shape \(9, 8\) came; expected \(8, 9\)"):
        ScribbleSolver(l).solve(values, mask.T)
