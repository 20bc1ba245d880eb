"""All equilibria of one two-player game in floating point: vertices of the best-response polytopes, by pivoting.

Definitions and labels are those of `theory.vertices`, where the same is done exactly. If every vertex has as many
labels as there are dimensions, the game has no ties and a pair of vertices is an equilibrium if the labels of one are
those that the other lacks. In a game with ties, or if anything found has regret, the exact enumeration is done instead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.solution import Solution, product_distribution
from theory.vertices import vertex_enumeration

MOST_LABELS = 62
"""Most actions in total: labels are bits of one integer."""

MOST_BYTES = 2**30
"""Most memory for the dictionaries of one polytope's vertices."""

_INSTEAD = 'use lemke_howson_all: nash(game, "lemke_howson_all")'

_TIE = 1e-9  # slack of an inequality, of 1, that counts as binding: wider than the rounding of the pivots


def float_vertex_enumeration(game: Game) -> Solution:
    """All equilibria of a two-player game without ties, fast, certified, not proved complete.

    Parameters
    ----------
    game
        A single two-player game. Exact rationals, games of one action and games with ties are handed to the exact
        `vertex_enumeration` (whose ``method`` the solution then names).

    Returns
    -------
    Solution
        ``complete`` is False if no exact enumeration was needed: the walk decides by rounded arithmetic.

    Raises
    ------
    InputError
        If the game is not a single two-player game, or has more than `MOST_LABELS` actions in total, or more vertices
        than fit into `MOST_BYTES`.

    Examples
    --------
    >>> float_vertex_enumeration(Game.from_bimatrix([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]])).count
    array(3)
    """
    require_game(game, "float_vertex_enumeration")
    row, column = game.bimatrix()
    m, n = row.shape
    if m + n > MOST_LABELS:
        raise InputError(f"{game!r} has {m + n} actions in total; at most {MOST_LABELS}: {_INSTEAD}")
    if game.is_exact or min(m, n) < 2:
        return vertex_enumeration(game)
    first, second = _vertices(_unit(column).T), _vertices(_unit(row))
    if first is None or second is None:
        return vertex_enumeration(game)
    (p_codes, p_points), (q_codes, q_points) = first, second
    # codes: bit k of P is variable k (a row), then the columns; bits of Q are columns first
    turned = (q_codes >> n) | ((q_codes & ((1 << n) - 1)) << m)
    everything = (1 << (m + n)) - 1
    order = np.argsort(turned)
    place = np.minimum(np.searchsorted(turned, everything ^ p_codes, sorter=order), len(order) - 1)
    match = turned[order[place]] == everything ^ p_codes
    x, y = p_points[match], q_points[order[place[match]]]
    used = x.sum(axis=1) > 0.5 / m  # all but the pair of zero vertices (payoffs are at most 2)
    strategies = [points[used] / points[used].sum(axis=1, keepdims=True) for points in (x, y)]
    note = "in floating point: not proved complete"
    solution = Solution(game, "float_vertex_enumeration", product_distribution(strategies), note=note)
    odd = used.sum() % 2 == 1  # without ties there is an odd number of equilibria
    return solution if odd and solution.relative_regret.max() <= solution.tolerance else vertex_enumeration(game)


def _unit(matrix: Array) -> Array:
    """Payoffs in [1, 2]; a flat matrix is all ones."""
    low, high = matrix.min(), matrix.max()
    return np.asarray(1 + (matrix - low) / (high - low if high > low else 1.0))


def _vertices(matrix: Array) -> tuple[NDArray[np.int64], Array] | None:
    """Vertices of ``matrix z <= 1, z >= 0``: codes of the binding inequalities, and z; None if there are ties."""
    from theory.vertex_walk_kernel import walk

    rows, d = matrix.shape
    most = MOST_BYTES // (8 * rows * (d + 1))
    codes, points, state = walk(np.ascontiguousarray(matrix), _TIE, most)
    if state == 2:
        raise InputError(f"a best-response polytope has over {most:,} vertices; {_INSTEAD}")
    return None if state else (codes, points)
