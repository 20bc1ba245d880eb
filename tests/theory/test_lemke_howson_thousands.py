"""No hang, ever: a thousand random games of each size up to 100 x 100 by Lemke-Howson, every end certified."""

import numpy as np
import pytest

from theory import Game
from theory.bimatrix import EXACT_ACTIONS, lemke_howson
from theory.complementary_path_kernel import walk
from theory.vertices import initial_tableau, leaving_row, pivot, positive_integers

SIZES = [2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]


@pytest.mark.slow
@pytest.mark.parametrize("n", SIZES)
def test_a_thousand_games_of_each_size(n):
    """One equilibrium each, from a random label, certified to 1e-9 of the range of the payoffs."""
    rng = np.random.default_rng(n)
    for _ in range(1000):
        solution = lemke_howson(Game(rng.standard_normal((2, n, n))), label=int(rng.integers(2 * n)))
        assert solution.certified.all() and int(solution.count) == 1
        assert solution.relative_regret.max() <= 1e-9


def integer_path(first, second, label):
    """Bases met on the path in integers: the plain reference of the compiled walk (von Stengel 2002, alg. 2.7)."""
    m, n = second.shape
    tableaux = [initial_tableau(first), initial_tableau(second)]
    side, entering, pivots = int(label >= m), label, 0
    while True:
        column = entering if side == 0 else (entering - m) % (m + n)
        row = leaving_row(tableaux[side], column)
        left, tableaux[side] = tableaux[side].basis[row], pivot(tableaux[side], row, column)
        entering = left if side == 0 else (left + m) % (m + n)
        pivots, side = pivots + 1, 1 - side
        if entering == label:
            return pivots, [list(tableau.basis) for tableau in tableaux]


@pytest.mark.parametrize("values", [2, 3, 1000])
@pytest.mark.parametrize("shape", [(3, 3), (4, 7), (9, 5)])
def test_the_compiled_path_is_the_one_in_integers(shape, values):
    """Two and three values make ties at every turn: the lexicographic rule decides as it does exactly."""
    rng = np.random.default_rng(values)
    for _ in range(5):
        row, column = (positive_integers(payoff) for payoff in rng.integers(0, values, (2, *shape)))
        for label in range(sum(shape)):
            floats = [matrix.astype(float) for matrix in (column.T, row)]
            tableaux = tuple(np.hstack([a, np.eye(len(a)), np.ones((len(a), 1))]) for a in floats)
            bases = tuple(np.arange(a.shape[1], sum(shape)) for a in floats)
            pivots, ended = walk(tableaux, bases, label, 10_000, 1e-11)
            assert ended and (pivots, [basis.tolist() for basis in bases]) == integer_path(column.T, row, label)


def test_a_path_that_is_cut_off_says_so_and_a_lost_tableau_too():
    rng = np.random.default_rng(1)
    matrices = [1 + rng.random((6, 6)) for _ in range(2)]
    tableaux = tuple(np.hstack([a, np.eye(6), np.ones((6, 1))]) for a in matrices)
    assert walk(tableaux, (np.arange(6, 12), np.arange(6, 12)), 0, 1, 1e-11) == (1, False)
    lost = tuple(-np.abs(tableau) for tableau in tableaux)
    assert walk(lost, (np.arange(6, 12), np.arange(6, 12)), 0, 100, 1e-11) == (0, False)


def test_where_rounding_leads_the_walk_astray_the_path_is_walked_in_integers(monkeypatch):
    """Rounding is made as bad as can be: everything counts as zero, so that no row ever leaves."""
    from theory import bimatrix

    size = EXACT_ACTIONS // 2 + 1
    game = Game(np.random.default_rng(2).integers(0, 3, (2, size, size)))
    monkeypatch.setattr(bimatrix, "_ZEROS", (np.inf,))
    assert lemke_howson(game, label=3).certified.all()


def test_actions_that_are_nearly_the_same_are_walked_in_floating_point(monkeypatch):
    """Pairs of rows that differ by 1e-12 lead the first walk astray in some games; the integers would take seconds."""
    from theory import bimatrix

    monkeypatch.delattr(bimatrix, "_exact_walk")
    astray = 0
    for seed, label in ((4, 30), (9, 69), (13, 63), (27, 52), (1, 5)):
        rng = np.random.default_rng(seed)
        payoffs = rng.normal(size=(2, 50, 50))[:, np.arange(50) // 2] + 1e-12 * rng.normal(size=(2, 50, 50))
        assert lemke_howson(Game(payoffs), label=label).certified.all()
        astray += bimatrix._float_walk_above(bimatrix._ZEROS[0], Game(payoffs), label, 100_000) is None
    assert 0 < astray < 5
