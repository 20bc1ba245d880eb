"""Maximin play of two-player constant-sum games, by linear programming.

In a game with ``A + B = c`` everywhere, the row player's maximin strategy solves

    max v   subject to   A^T x >= v,  x >= 0,  sum x = 1,

and the column player's solves the dual; any pair of optimal strategies is a Nash equilibrium, and ``v`` is the
value (von Neumann 1928; Dantzig 1951).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.bimatrix import lemke_howson
from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.solution import Solution, product_distribution


def minimax(game: Game) -> Solution:
    """One equilibrium of a two-player constant-sum game; its payoffs are the value.

    Parameters
    ----------
    game
        A single two-player game whose payoffs add up to the same number in every cell: exactly for exact
        rationals, within 1e-9 of the payoff range and the rounding of the payoffs for floats.

    Returns
    -------
    Solution
        One certified equilibrium in floats (HiGHS); ``complete`` is False, since optimal strategies need not be unique.
        If rounding spoils the certificate, the equilibrium is found by exact pivoting instead, and the note says so.

    Raises
    ------
    InputError
        If the game is not a single two-player constant-sum game.

    Examples
    --------
    >>> pennies = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> solution = minimax(pennies)
    >>> solution.strategies(0), float(solution.payoffs[0, 0])
    (array([[0.5, 0.5]]), 0.0)
    """
    require_game(game, "minimax")
    row, column = game.bimatrix()
    _require_constant_sum(game, row + column)
    scaled = np.asarray((row - row.min()) / ((row.max() - row.min()) or 1), float)
    strategies = (maximin_mixture(scaled), maximin_mixture(1 - scaled.T))
    if all(strategy is not None for strategy in strategies):
        x, y = (np.asarray(strategy)[None] for strategy in strategies)
        solution = Solution(game, "minimax", product_distribution([x, y]))
        if solution.certified.all():
            return solution
    exact = lemke_howson(game)
    return Solution(game, "minimax", exact.distributions, iterations=exact.iterations, note="by Lemke-Howson")


def _require_constant_sum(game: Game, total: Array) -> None:
    spread, allowed = total.max() - total.min(), 0
    if not game.is_exact:  # at a high level of payoffs, as much as the rounding of what is added
        allowed = 1e-9 * game.payoff_range + 4 * np.finfo(float).eps * abs(game.payoffs).max()
    if spread > allowed:
        low, high = (
            tuple(int(i) for i in np.unravel_index(at, total.shape)) for at in (total.argmin(), total.argmax())
        )
        raise InputError(
            f"minimax takes constant-sum games; the payoffs add up to {total[low]} at {low} and {total[high]} "
            f"at {high}; use nash(game)"
        )


def maximin_mixture(payoff: Array) -> NDArray[np.float64] | None:
    """Mixture of rows with about the largest guaranteed payoff; None if the solver does not find one.

    Parameters
    ----------
    payoff
        Floats, one row per own action, one column per action of the other; any unit.

    Examples
    --------
    >>> maximin_mixture(np.array([[3.0, -1.0], [-1.0, 1.0]])).round(6)
    array([0.333333, 0.666667])
    """
    from scipy.optimize import linprog

    m, n = payoff.shape
    result = linprog(
        c=np.r_[np.zeros(m), -1.0],
        A_ub=np.hstack([-payoff.T / (np.abs(payoff).max() or 1.0), np.ones((n, 1))]),
        b_ub=np.zeros(n),
        A_eq=np.r_[np.ones(m), 0.0][None],
        b_eq=np.ones(1),
        bounds=[(0, None)] * m + [(None, None)],
        method="highs-ds",
    )
    if not result.success:
        return None
    mixture = np.maximum(np.asarray(result.x, float)[:m], 0.0)
    return np.asarray(mixture / mixture.sum())
