"""Actions that a mixture of others beats whatever the opponents do.

Action ``a`` is strictly dominated if some mixed strategy earns more against every profile of the others. With
``D[k, s] = u(k, s) - u(a, s)``, the margin is the value of the zero-sum game ``D``: the largest amount by which a
mixture beats ``a`` everywhere (a linear program; Osborne and Rubinstein 1994, section 4.2). It is solved by
exact pivoting, because an LP solver's absolute tolerance (1e-7) is larger than margins that matter.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import player_of
from theory.bimatrix import lemke_howson
from theory.errors import InputError
from theory.game import Array, Game


def dominated_actions(
    game_or_matrix: Game | ArrayLike, player: int = 0, tolerance: float | Fraction = 0
) -> tuple[int, ...]:
    """Actions of a player that are strictly dominated by a mixed strategy.

    Parameters
    ----------
    game_or_matrix
        A single game, or the player's own payoffs: one row per own action, one column per profile of the others.
    player
        Whose actions; not used with a matrix.
    tolerance
        Smallest margin, in payoff units, that counts: an action is reported if a mixture beats it by more than this.

    Returns
    -------
    tuple of int
        The dominated actions, in order.

    Raises
    ------
    InputError
        For a batch, a player that is not there, a matrix that is not two-dimensional, or a negative tolerance.

    Examples
    --------
    No pure action beats the first, but half-half of the others does:

    >>> dominated_actions([[1, 1], [4, 0], [0, 4]])
    (0,)
    """
    if not isinstance(tolerance, int | float | Fraction) or not math.isfinite(tolerance) or tolerance < 0:
        raise InputError(f"tolerance is {tolerance!r}; it must be a finite number of payoff units, 0 or more")
    payoff = _own_payoffs(game_or_matrix, player)
    exact = np.array([Fraction(value) for value in payoff.flat], dtype=object).reshape(payoff.shape)
    return tuple(a for a in range(len(exact)) if margin(exact - exact[a]) > Fraction(tolerance))


def margin(differences: Array) -> Fraction:
    """Value of the zero-sum game, exactly: the largest amount by which a mixture of rows gains in every column."""
    game = Game.from_bimatrix(differences, -differences)
    return Fraction(lemke_howson(game).payoffs[0, 0])


def _own_payoffs(game_or_matrix: Game | ArrayLike, player: int) -> Array:
    if not isinstance(game_or_matrix, Game):
        if np.ndim(game_or_matrix) != 2:
            raise InputError("the matrix must have one row per own action and one column per profile of the others")
        return Game.from_bimatrix(game_or_matrix, game_or_matrix).payoff(0)  # checks the numbers
    game = game_or_matrix
    if game.batch_ndim:
        raise InputError(f"dominated_actions takes a single game, not {game!r}; pick one draw of it: game[0]")
    player = player_of(player, game.n_players)
    return np.moveaxis(game.payoff(player), player, 0).reshape(game.n_actions[player], -1)
