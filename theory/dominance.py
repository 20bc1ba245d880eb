"""Actions that a mixture of others beats whatever the opponents do.

Action ``a`` is strictly dominated if some mixed strategy earns more against every profile of the others. With
``D[k, s] = u(k, s) - u(a, s)`` for the other actions ``k``, the margin is the value of the zero-sum game ``D``: the
largest amount by which a mixture beats ``a`` everywhere (a linear program; Osborne and Rubinstein 1994, section 4.2).
It is *weakly* dominated if a mixture never earns less, and somewhere more.

Every mixture of rows bounds the value from below, and every belief about the columns from above. Pure ones decide most
actions, those of a linear program in floating point most of the others, each by sums whose rounding is bounded. What is
still open after that, because an LP solver's absolute tolerance (1e-7) is larger than margins that matter or
because there are ties, is decided by exact pivoting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import player_of
from theory.bimatrix import lemke_howson
from theory.errors import InputError
from theory.game import Array, Game
from theory.zero_sum import maximin_mixture

_EPS = float(np.finfo(float).eps)
_PARTS = 3  # of a game tried before it is solved whole
_USED = 1e-9  # chances below it are left out of the part of a game that is solved exactly first


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
    return tuple(a for a in range(len(payoff)) if _is_dominated(payoff, a, Fraction(tolerance)))


def _is_dominated(payoff: Array, action: int, tolerance: Fraction) -> bool:
    others = np.delete(payoff, action, axis=0)
    others = others[(others != payoff[action]).any(axis=1)]  # what is the same as the action is of no help
    if not len(others):
        return False
    bounds = _value_bounds(others - payoff[action])
    if bounds.low > tolerance or bounds.high <= tolerance:
        return bounds.low > tolerance
    return _value(_exact(others) - _exact(payoff[action]), bounds) > tolerance


def is_weakly_dominated(payoff: Array, action: int) -> bool:
    """Whether some mixture of the other rows is nowhere worse than the row ``action`` and somewhere better, exactly.

    A column in which no other row is better keeps those that are worse there out of every such mixture. Among the
    rows that are left, the margin ``v`` (the value of the zero-sum game ``D``) decides unless it
    is zero. Then the question is whether a mixture that loses nowhere gains in total. Let every column of ``D`` have
    ``e`` times the row's total added: for small enough ``e`` the value has the sign of the largest such gain (Mills
    1956). The value is a ratio of subdeterminants, so that an ``e`` below their smallest ratio is small enough.
    """
    others = np.delete(payoff, action, axis=0)
    rows, columns = _open_question(np.asarray(np.sign((others - payoff[action]).astype(float))))
    if not rows.size or not columns.size:
        return False
    others, own = others[np.ix_(rows, columns)], payoff[action, columns]
    bounds = _value_bounds(others - own)
    if bounds.low > 0 or bounds.high < 0:
        return bounds.low > 0
    differences = _exact(others) - _exact(own)
    value = _value(differences, bounds)
    if value != 0:
        return value > 0
    totals = differences.sum(axis=1)[:, None]
    return _value(differences + totals * _small_enough(differences), bounds) > 0


def _open_question(signs: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows that a mixture may use, and columns in which it can lose or gain, from the signs of the differences."""
    rows, columns = (np.arange(size) for size in signs.shape)
    while rows.size and columns.size:
        part = signs[np.ix_(rows, columns)]
        capped = (part <= 0).all(axis=0)  # nothing to be gained here, so that nothing may be lost
        moving = (part != 0).any(axis=1)
        fine = moving & ~(part[:, capped] < 0).any(axis=1)
        if fine.all() and not capped.any():
            break
        rows, columns = rows[fine], columns[~capped]
    return rows, columns


@dataclass(frozen=True)
class _Bounds:
    """Numbers between which the value of a zero-sum game lies, and the rows and columns that they are due to."""

    low: float
    high: float
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]


def _value_bounds(differences: Array) -> _Bounds:
    """Bounds by pure play, and if these leave the sign of the value open by a linear program for each player."""
    rough = differences.astype(float)
    least, most = rough.min(axis=1), rough.max(axis=0)  # rounded, but in the order of the exact ones
    low, high = float(least.max()), float(most.min())
    rows, columns = np.array([least.argmax()]), np.array([most.argmin()])
    if low > 0 or high <= 0 or not np.isfinite(rough).all():
        return _Bounds(low * (1 - _EPS), high, rows, columns)
    mixture, belief = maximin_mixture(rough), maximin_mixture(-rough.T)
    if mixture is not None:
        rows = np.flatnonzero(mixture > _USED)
        low = max(low, float((mixture @ rough - _rounding(mixture, rough)).min()))
    if belief is not None:
        columns = np.flatnonzero(belief > _USED)
        high = min(high, float((belief @ rough.T + _rounding(belief, rough.T)).max()))
    return _Bounds(low, high, rows, columns)


def _rounding(mixture: NDArray[np.float64], payoff: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bound of the rounding of expected payoffs, and of the mixture's own sum, for rounded payoffs."""
    return np.asarray(_EPS * (2 * len(mixture) + 8) * (mixture @ np.abs(payoff)))


def _value(differences: Array, bounds: _Bounds) -> Fraction:
    """Value of the zero-sum game, exactly: of a part of it, to which best replies are added, and if need be of it all.

    Source: McMahan, Gordon and Blum (2003), *Planning in the presence of cost functions controlled by an adversary*
    (the double oracle method).
    """
    rows, columns = bounds.rows.tolist(), bounds.columns.tolist()
    for _ in range(_PARTS):
        value, x, y = _solved(differences[np.ix_(rows, columns)])
        against, mixed = differences[:, columns] @ y, x @ differences[rows]
        row, column = int(against.argmax()), int(mixed.argmin())
        if against[row] <= value <= mixed[column]:
            return value
        rows += [row] * (against[row] > value)
        columns += [column] * (mixed[column] < value)
    return _solved(differences)[0]


def _solved(differences: Array) -> tuple[Fraction, Array, Array]:
    """Value and optimal mixtures of a zero-sum game, by exact pivoting."""
    solution = lemke_howson(Game.from_bimatrix(differences, -differences))
    return Fraction(solution.payoffs[0, 0]), solution.strategies(0)[0], solution.strategies(1)[0]


def _exact(payoffs: Array) -> Array:
    return np.array([Fraction(value) for value in payoffs.flat], dtype=object).reshape(payoffs.shape)


def _small_enough(differences: Array) -> Fraction:
    """Below the ratio of any two subdeterminants of the differences as whole numbers, bordered by ones."""
    whole = math.lcm(*(value.denominator for value in differences.flat))
    largest = max(abs(int(value * whole)) for value in differences.flat) + 1
    size = min(differences.shape) + 1
    bound = math.factorial(size) * (2 * largest) ** size
    return Fraction(1, differences.shape[1] * bound**2)


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
