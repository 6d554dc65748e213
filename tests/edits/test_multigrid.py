from __future__ import annotations

import numpy as np
from scipy import sparse

from tomau.edits.multigrid import Multigrid, solve


def grid_laplacian(side: int) -> sparse.csr_matrix:
    line = sparse.diags([-1.0, 2.0, -1.0], [-1, 0, 1], shape=(side, side))
    whole = sparse.identity(side)
    return (sparse.kron(line, whole) + sparse.kron(whole, line)).tocsr()


def test_every_column_equals_a_direct_solve() -> None:
    system = grid_laplacian(40)
    right = np.random.default_rng(0).normal(size=(1600, 3))
    expected = np.linalg.solve(system.toarray(), right)
    np.testing.assert_allclose(solve(system, right, None, 1e-12), expected, atol=1e-8)


def test_a_column_of_zeros_stays_zero_beside_another() -> None:
    right = np.zeros((1600, 2))
    right[800, 1] = 1
    answer = solve(grid_laplacian(40), right, None, 1e-10)
    assert not answer[:, 0].any()
    assert answer[800, 1] > 0


def test_a_cycle_shrinks_the_error_as_much_on_a_large_grid() -> None:
    """That is what multigrid is for; Jacobi's own iteration would stand still on these."""
    for side in (20, 80):
        system = grid_laplacian(side)
        cycle = Multigrid(system)
        error = np.random.default_rng(1).normal(size=(side * side, 1))
        first = np.linalg.norm(error)
        for _ in range(8):
            error = error - cycle(system @ error)
        assert np.linalg.norm(error) < 0.02 * first
