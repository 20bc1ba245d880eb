"""All equilibria of 2 x 2 games in closed form, for a million draws at once.

Definitions
-----------
``d_j`` is what row 0 gains over row 1 against column ``j``; ``e_i`` is what column 0 gains over column 1
against row ``i``. A pure profile is an equilibrium by the signs of one ``d`` and one ``e``. If ``d_0, d_1`` have
opposite signs and so do ``e_0, e_1``, there is exactly one mixed equilibrium, in which each player's mixture
leaves the other indifferent:

    Pr(row 0) = |e_1| / (|e_0| + |e_1|),        Pr(column 0) = |d_1| / (|d_0| + |d_1|).

A game without ties has one or three equilibria, all of these kinds (e.g. Osborne, *An Introduction to Game
Theory*, 2004, section 4.3). The results place them as ``(0,0), (0,1), (1,0), (1,1), mixed``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.solution import Solution
from theory.vertices import note_of_ties

PLACES = ("00", "01", "10", "11", "mixed")
"""What each of the five places of the solution holds, where its mask is True."""


def two_by_two(game: Game) -> Solution:
    """All equilibria of one 2 x 2 game or of every draw of a batch.

    Parameters
    ----------
    game
        Two players with two actions each; any batch axes. Comparisons are exact.

    Returns
    -------
    Solution
        Distributions of shape ``(*batch, 5, 2, 2)`` in the order `PLACES`, with a mask. ``complete`` has shape
        ``batch``: False where a tie can make a continuum of equilibria; then only the pure ones of it are listed.

    Raises
    ------
    InputError
        If the game does not have two players with two actions each.

    Examples
    --------
    >>> hawk_dove = Game.from_bimatrix([[-1, 4], [0, 2]], [[-1, 0], [4, 2]])
    >>> two_by_two(hawk_dove)
    two_by_two: 3 found, complete, relative regret 0.0e+00
      (1, 0)  (0, 1)
      (0.6667, 0.3333)  (0.6667, 0.3333)
      (0, 1)  (1, 0)
    """
    require_game(game, "two_by_two")
    if game.n_actions != (2, 2):
        raise InputError(f"two_by_two solves games of two players with two actions each, not {game!r}; use nash(game)")
    (d0, d1), (e0, e1) = _gains(game)
    mixed = _opposite(d0, d1) & _opposite(e0, e1)
    pure = [(d0 >= 0) & (e0 >= 0), (d1 >= 0) & (e0 <= 0), (d0 <= 0) & (e1 >= 0), (d1 <= 0) & (e1 <= 0)]
    mask = np.moveaxis(np.array([*pure, mixed], dtype=bool), 0, -1)
    distributions = _distributions(mask, _weight(e0, e1, mixed), _weight(d0, d1, mixed))
    complete = ~_degenerate(d0, d1, e0, e1)
    with np.errstate(invalid="ignore"):  # empty places of exact games hold nan
        return Solution(game, "two_by_two", distributions, mask=mask, complete=complete, note=note_of_ties(complete))


def _gains(game: Game) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """What action 0 adds for the row player against each column, and for the column player against each row."""
    row, column = game.payoff(0), game.payoff(1)
    return (
        (row[..., 0, 0] - row[..., 1, 0], row[..., 0, 1] - row[..., 1, 1]),
        (column[..., 0, 0] - column[..., 0, 1], column[..., 1, 0] - column[..., 1, 1]),
    )


def _opposite(u: Array, v: Array) -> NDArray[np.bool_]:
    """Whether two numbers have strictly opposite signs; no product, which could underflow."""
    return np.asarray(((u > 0) & (v < 0)) | ((u < 0) & (v > 0)), bool)


def _weight(u0: Array, u1: Array, where: NDArray[np.bool_]) -> Array:
    """Probability of action 0 that makes the mixture of ``u0`` and ``u1`` zero; 0 elsewhere."""
    total = np.where(where, abs(u0) + abs(u1), 1)
    return np.asarray(np.where(where, abs(u1), 0) / total)


def _distributions(mask: NDArray[np.bool_], x: Array, y: Array) -> Array:
    """The four unit masses, where they are equilibria, and the product of the mixtures; NaN elsewhere.

    Draws lie next to one another in memory: what follows runs along them.
    """
    result: Array = np.empty((5, 2, 2, *x.shape), dtype=x.dtype)
    one, zero, nothing = (np.full((), number, x.dtype) for number in (1, 0, np.nan))
    for place in range(4):
        result[place] = np.where(mask[..., place], zero, nothing)
        np.copyto(result[place, place // 2, place % 2, ...], one, where=mask[..., place])
    x = np.where(mask[..., 4], x, nothing)
    for row, column in np.ndindex(2, 2):
        np.multiply(1 - x if row else x, 1 - y if column else y, out=result[4, row, column, ...])
    return np.moveaxis(result, (0, 1, 2), (-3, -2, -1))


def _degenerate(d0: Array, d1: Array, e0: Array, e1: Array) -> NDArray[np.bool_]:
    """Whether some player is indifferent against an action that the other might play (is not strictly dominated)."""
    row_ties = ((d0 == 0) & ((e0 >= 0) | (e1 >= 0))) | ((d1 == 0) & ((e0 <= 0) | (e1 <= 0)))
    column_ties = ((e0 == 0) & ((d0 >= 0) | (d1 >= 0))) | ((e1 == 0) & ((d0 <= 0) | (d1 <= 0)))
    return np.asarray(row_ties | column_ties, bool)
