"""All extreme equilibria of a two-player game, by enumerating the vertices of its best-response polytopes.

Definitions
-----------
Row payoffs ``A`` and column payoffs ``B`` are both (m, n) and, after a shift, positive. The best-response
polytopes are

    P = {x in R^m : x >= 0, B^T x <= 1},        Q = {y in R^n : y >= 0, A y <= 1}.

Labels ``0 .. m-1`` are the rows and ``m .. m+n-1`` the columns. A point of P has label ``i`` if ``x_i = 0`` and
label ``m+j`` if ``(B^T x)_j = 1``; a point of Q has label ``m+j`` if ``y_j = 0`` and ``i`` if ``(A y)_i = 1``.
A pair of vertices, not both zero, that has every label is an extreme equilibrium after scaling to
probabilities. Every equilibrium is a convex combination of extreme ones within a maximal Nash subset, which
is a maximal biclique of the graph of the extreme equilibria.

The vertices are found by walking from basis to neighbouring basis with the lexicographic minimum ratio rule.
It amounts to a perturbation after which the polytope is simple and bounded: its graph is connected, and each
vertex, degenerate or not, has at least one of the bases visited. All arithmetic is on integers (every float
is a rational), so the list is complete, not complete up to rounding. Floats that are, in units of their range,
rationals of small denominators up to their last bits are taken as those: ties survive a change of unit or of level.

Sources: von Stengel (2002), *Computing equilibria for two-person games*, Handbook of Game Theory 3, section 2;
Avis, Rosenberg, Savani, von Stengel (2010), *Enumeration of Nash equilibria for two-player games*, Economic
Theory 42, sections 3 to 6 (integer pivoting: section 5).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from theory.arrays import whole_number
from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.solution import Solution, product_distribution

BASES_LIMIT = 25_000
"""Bases visited per polytope before `vertex_enumeration` gives up."""

CORNERS = "extreme equilibria; mixtures of some are equilibria too: vertices.maximal_components(solution)"
"""Note of a solution in which extreme equilibria share a strategy, so that mixtures of them are equilibria too."""

_SAME = 1e-12  # between probabilities in floating point
_LEAST_PRECISE = (
    1e-11  # of the range: payoffs that are rounded to worse are taken as they are, for the certificate's sake
)
_BY_CHANCE = 1e-3  # of all numbers are at most so many as near to a rational as that
_LARGEST_DENOMINATOR = 1e5


@dataclass(frozen=True)
class Tableau:
    """Simplex tableau of ``M z <= 1, z >= 0`` in integers that share one denominator.

    Columns are the d variables, the r slacks, and the constant; ``rows / denominator`` is the usual tableau.

    Parameters
    ----------
    rows
        Python integers, shape ``(r, d + r + 1)``.
    basis
        The column that is basic in each row.
    denominator
        The last pivot element: the determinant of the basis, always positive.
    """

    rows: Array
    basis: tuple[int, ...]
    denominator: int


def initial_tableau(matrix: Array) -> Tableau:
    """Tableau of ``matrix z <= 1`` at ``z = 0``, for an integer ``matrix`` of shape (r, d)."""
    r, d = matrix.shape
    rows: Array = np.zeros((r, d + r + 1), dtype=object)
    rows[:, :d] = matrix
    rows[np.arange(r), d + np.arange(r)] = 1
    rows[:, -1] = 1
    return Tableau(rows, tuple(range(d, d + r)), 1)


def leaving_row(tableau: Tableau, column: int) -> int:
    """Row that leaves when ``column`` enters: lexicographic minimum of (constant, slacks) over the entry."""
    rows = tableau.rows
    r, width = rows.shape
    entries = rows[:, column]
    candidates = [row for row in range(r) if entries[row] > 0]
    # Any fixed order of the slacks breaks all ties; with the last one first, degenerate Lemke-Howson
    # paths end where nashpy's published tests say (case lh-degenerate-lexicographic).
    for key in range(width - 1, width - 2 - r, -1):
        if len(candidates) == 1:
            break
        best = candidates[:1]
        for row in candidates[1:]:
            difference = rows[row, key] * entries[best[0]] - rows[best[0], key] * entries[row]
            if difference < 0:
                best = [row]
            elif difference == 0:
                best.append(row)
        candidates = best
    return candidates[0]


def pivot(tableau: Tableau, row: int, column: int) -> Tableau:
    """Exchange the basic variable of ``row`` for ``column``, in integers (the division has no remainder)."""
    rows, element = tableau.rows, tableau.rows[row, column]
    result = (rows * element - np.multiply.outer(rows[:, column], rows[row])) // tableau.denominator
    result[row] = rows[row]
    basis = (*tableau.basis[:row], column, *tableau.basis[row + 1 :])
    return Tableau(result, basis, element)


def exact_payoffs(matrix: Array) -> Array:
    """Payoffs as rationals: those that floats are, or mean up to a positive factor and a shift (see the module)."""
    exact = _meant(matrix) or [Fraction(value) for value in matrix.flat]
    rationals: Array = np.empty(len(exact), dtype=object)
    rationals[:] = exact
    return rationals.reshape(matrix.shape)


def positive_integers(matrix: Array) -> Array:
    """Positive integer payoffs equivalent to ``matrix``: shifted and scaled exactly, so nothing else changes."""
    exact = list(exact_payoffs(matrix).flat)
    low = min(exact)
    scale = math.lcm(*(value.denominator for value in exact))
    integers = [int((value - low) * scale) for value in exact]
    divisor = math.gcd(*integers) or 1
    return np.array([value // divisor + 1 for value in integers], dtype=object).reshape(matrix.shape)


def _meant(matrix: Array) -> list[Fraction] | None:
    """Rationals of small denominators that floats are, in units of their range, up to the rounding of their last bits.

    A change of units rounds payoffs, and so breaks ties that they had: 0.1 + 0.2 is not 0.3. None if not all of them
    are nearer to such a rational than by chance.
    """
    if matrix.dtype == object:
        return None
    low, high = float(matrix.min()), float(matrix.max())
    if not 0 < high - low < math.inf:
        return None
    rounding = 4 * np.finfo(float).eps * max(abs(low), abs(high)) / (high - low)
    if rounding > _LEAST_PRECISE:
        return None
    largest = int(min(_LARGEST_DENOMINATOR, math.sqrt(_BY_CHANCE / rounding)))
    rationals = []
    for value in matrix.flat:
        place = (float(value) - low) / (high - low)
        near = Fraction(place).limit_denominator(largest)
        if abs(float(near) - place) > rounding:
            return None
        rationals.append(near)
    return rationals


def worst_case_bases(m: int, n: int) -> int:
    """Largest number of vertices that a best-response polytope of an m x n game can have.

    The upper bound theorem (McMullen 1970) for dimension d and m + n facets, larger of the two polytopes.

    Examples
    --------
    >>> worst_case_bases(8, 8)
    660
    """
    return max(_upper_bound(m, m + n), _upper_bound(n, m + n))


def vertex_enumeration(game: Game, limit: int = BASES_LIMIT) -> Solution:
    """Every extreme equilibrium of a two-player game, degenerate or not, in exact arithmetic.

    Parameters
    ----------
    game
        A single two-player game. Floats are taken as the rationals that they are, or are nearly (see the module).
    limit
        Largest number of bases to visit in either polytope. The worst case is 112 for 6 x 6, 660 for 8 x 8,
        4004 for 10 x 10 and 24752 for 12 x 12 (`worst_case_bases`); random games have far fewer.

    Returns
    -------
    Solution
        ``complete`` is True. Distributions are exact if the game is, floats otherwise. In a degenerate game there
        may be a continuum of equilibria, and this lists its corners: the note says so, `maximal_components` has it.

    Raises
    ------
    InputError
        If the game is not a single two-player game, or needs more than ``limit`` bases.

    Examples
    --------
    The game of von Stengel (2007), with three equilibria:

    >>> vertex_enumeration(Game.from_bimatrix([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]]))
    vertex_enumeration: 3 found, complete, relative regret ...
      (1, 0, 0)  (1, 0)
      (0.8, 0.2, 0)  (0.6667, 0.3333)
      (0, 0.3333, 0.6667)  (0.3333, 0.6667)
    """
    require_game(game, "vertex_enumeration")
    limit = whole_number(limit, "limit")
    row, column = game.bimatrix()
    m, n = row.shape
    p_labels, p_points = _vertices(positive_integers(column).T, limit, game)
    q_labels, q_points = _vertices(positive_integers(row), limit, game)
    q_labels = np.roll(q_labels, m, axis=1)  # its columns are y_0 .. y_{n-1}, then the rows: to label order
    # a pair has every label if no label is missing from both
    missing_from_both = (~p_labels).astype(np.float32) @ (~q_labels).astype(np.float32).T
    pairs = [(i, j) for i, j in np.argwhere(missing_from_both == 0) if any(p_points[i])]
    dtype = object if game.is_exact else float
    strategies = [
        np.array([_probabilities(points[pair[k]]) for pair in pairs], dtype=object).reshape(-1, size).astype(dtype)
        for k, (points, size) in enumerate([(p_points, m), (q_points, n)])
    ]
    spans = any(len(set(own)) < len(pairs) for own in zip(*pairs, strict=True))
    note = CORNERS if spans else ""
    return Solution(game, "vertex_enumeration", product_distribution(strategies), complete=True, note=note)


def maximal_components(solution: Solution) -> list[tuple[Array, Array]]:
    """Maximal convex sets of equilibria (maximal Nash subsets) spanned by extreme equilibria.

    Parameters
    ----------
    solution
        Extreme equilibria of a single two-player game, from `vertex_enumeration`.

    Returns
    -------
    list of (rows, columns)
        Strategies of shape ``(p, m)`` and ``(q, n)``. Every mixture of ``rows`` against every mixture of ``columns``
        is an equilibrium; an isolated equilibrium has p = q = 1. If the solution is complete, the union
        of the components is the set of all equilibria (Avis et al. 2010, section 6).

    Raises
    ------
    InputError
        If the solution is not one of a single two-player game.

    Examples
    --------
    >>> solution = vertex_enumeration(Game.from_bimatrix([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]]))
    >>> [(len(rows), len(columns)) for rows, columns in maximal_components(solution)]
    [(1, 2), (1, 1)]
    """
    if not isinstance(solution, Solution):
        raise InputError(
            f"maximal_components takes a Solution, not {type(solution).__name__}: vertex_enumeration(game)"
        )
    solution.game.bimatrix()  # refuses what is not a single two-player game
    known: list[list[tuple[object, ...]]] = [[], []]
    found = [(_one_of(known[0], rows), _one_of(known[1], columns)) for rows, columns in solution.profiles()]
    neighbours: dict[tuple[object, ...], set[tuple[object, ...]]] = {}
    for rows, columns in found:
        neighbours.setdefault(rows, set()).add(columns)
    dtype = solution.distributions.dtype
    components = []
    for shared in _intersections(list(neighbours.values())):
        members = [rows for rows, columns in neighbours.items() if shared <= columns]
        partners = [columns for columns in dict.fromkeys(pair[1] for pair in found) if columns in shared]
        components.append((np.array(members, dtype=dtype), np.array(partners, dtype=dtype)))
    return components


def note_of_ties(complete: NDArray[np.bool_]) -> str:
    """What to say of the draws of a batch whose lists of equilibria ties may leave incomplete.

    Examples
    --------
    >>> note_of_ties(np.array([True, False]))
    '1 of 2 draws have ties: find their extreme equilibria with vertex_enumeration'
    """
    ties = int(np.size(complete) - np.sum(complete))
    if not ties:
        return ""
    which = f"{ties} of {np.size(complete)} draws have ties: find their" if complete.ndim else "ties: find all"
    return f"{which} extreme equilibria with vertex_enumeration"


def _one_of(known: list[tuple[object, ...]], strategy: tuple[object, ...]) -> tuple[object, ...]:
    """The strategy, as it was met first: marginals of products differ in their last bits."""
    for other in known:
        if strategy == other:
            return other
        gaps = np.array(strategy, float) - np.array(other, float)
        if not isinstance(strategy[0], Fraction) and np.abs(gaps).max() <= _SAME:
            return other
    known.append(strategy)
    return strategy


def _vertices(matrix: Array, limit: int, game: Game) -> tuple[NDArray[np.bool_], list[list[int]]]:
    """Vertices of ``matrix z <= 1, z >= 0``: which of variables and slacks are zero, and z up to a factor."""
    d = matrix.shape[1]
    found: dict[tuple[bool, ...], list[int]] = {}
    for tableau in _bases(matrix, limit, game):
        values = [0] * (tableau.rows.shape[1] - 1)
        for row, column in enumerate(tableau.basis):
            values[column] = tableau.rows[row, -1]
        found.setdefault(tuple(value == 0 for value in values), values[:d])  # the zeros determine the vertex
    return np.array(list(found), bool), list(found.values())


def _bases(matrix: Array, limit: int, game: Game) -> Iterator[Tableau]:
    """Every lexicographically feasible basis, by depth-first search from the slack basis."""
    start = initial_tableau(matrix)
    stack, seen = [start], {frozenset(start.basis)}
    while stack:
        tableau = stack.pop()
        yield tableau
        basis = frozenset(tableau.basis)
        for column in range(sum(matrix.shape)):
            if column in basis:
                continue
            row = leaving_row(tableau, column)
            neighbour = basis - {tableau.basis[row]} | {column}
            if neighbour not in seen:
                seen.add(neighbour)
                stack.append(pivot(tableau, row, column))
        if len(seen) > limit:
            raise InputError(
                f"{game!r} has a best-response polytope with more than {limit} bases (worst case "
                f"{worst_case_bases(*game.n_actions)}). For some equilibria: nash(game, "
                '"lemke_howson_all"); for all, without proof, if there are no ties: nash(game, '
                '"float_vertex_enumeration"); for all, however long it takes: theory.vertices.vertex_enumeration(game, '
                f"limit={10 * limit})"
            )


def _probabilities(point: list[int]) -> list[Fraction]:
    total = sum(point)
    return [Fraction(value, total) for value in point]


def _upper_bound(dimension: int, facets: int) -> int:
    k = dimension // 2
    if dimension % 2:
        return 2 * math.comb(facets - k - 1, k)
    return facets * math.comb(facets - k, k) // (facets - k)


def _intersections(sets: list[set[tuple[object, ...]]]) -> list[set[tuple[object, ...]]]:
    """All distinct non-empty intersections of some of the sets: the column sides of the maximal bicliques."""
    closed: dict[frozenset[tuple[object, ...]], None] = {}
    for one in sets:
        new = [frozenset(one), *(old & one for old in closed)]
        closed.update(dict.fromkeys(common for common in new if common))
    return [set(common) for common in closed]
