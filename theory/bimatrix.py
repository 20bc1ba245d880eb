"""Equilibria of a two-player game: Lemke-Howson, and nashpy's enumerations with their results checked.

Definitions
-----------
Labels ``0 .. m-1`` are the rows, ``m .. m+n-1`` the columns; the best-response polytopes and their labels are
those of `theory.vertices`. Lemke-Howson starts at the pair of zero vertices, drops one label, and walks edges
alternately in the two polytopes, always dropping the label that was just picked up twice, until the first
one is picked up again (von Stengel 2002, Handbook of Game Theory 3, algorithm 2.7). With the lexicographic
minimum ratio rule (section 2.6) no basis can come back, so the walk ends at an equilibrium in every
game, degenerate or not.
"""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from theory.arrays import whole_number
from theory.errors import InputError, SolverError
from theory.game import Array, Game, require_game
from theory.solution import Solution, product_distribution
from theory.vertices import Tableau, initial_tableau, leaving_row, pivot, positive_integers

EXACT_ACTIONS = 30
"""Games of floats with more actions in total than this are first walked in floating point."""

MAX_PIVOTS = 1_000_000
"""Pivots before `lemke_howson` gives up (half a minute): its paths are exponentially long in games built for that, and
in one of a thousand random 90 x 90 games a path took 106,668."""

ALL_LABELS_PIVOTS = 100_000
"""Pivots that `lemke_howson_all` spends on all labels together."""

NASHPY_ACTIONS = 14
"""Most actions in total for nashpy's enumerations, whose time is exponential in it."""

_ZEROS = (1e-11, 1e-9)
"""Entries of a float tableau that are rounding, payoffs in [1, 2]: the second if the first leads astray. Payoffs that
are nearly equal then count as equal, and the certificate says whether they may."""

_Strategies = tuple[Array, Array]


def lemke_howson(game: Game, label: int = 0, max_pivots: int = MAX_PIVOTS) -> Solution:
    """One equilibrium of a two-player game: the end of the path on which ``label`` is missing.

    Parameters
    ----------
    game
        A single two-player game. Exact rationals are pivoted as integers, and so are floats of games with up to
        `EXACT_ACTIONS` actions in total. Larger games are walked in floating point, the result is certified,
        and the exact walk is done if it fails.
    label
        The label to drop: a row ``0 .. m-1``, or ``m + j`` for column ``j``.
    max_pivots
        Longest path followed.

    Returns
    -------
    Solution
        One certified equilibrium, ``iterations`` pivots. ``complete`` is False: even all labels together may miss some.

    Raises
    ------
    InputError
        If the game is not a single two-player game or there is no such label.
    SolverError
        If the path is longer than ``max_pivots``.

    Examples
    --------
    >>> game = Game.from_bimatrix([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]])
    >>> lemke_howson(game, label=1)
    lemke_howson: 1 found, not proved complete, relative regret ...
      (0, 0.3333, 0.6667)  (0.3333, 0.6667)
    """
    require_game(game, "lemke_howson")
    row = game.bimatrix()[0]
    m, n = row.shape
    max_pivots = whole_number(max_pivots, "max_pivots")
    if isinstance(label, bool) or not isinstance(label, int | np.integer) or not 0 <= label < m + n:
        raise InputError(f"label is {label!r}; the labels of {game!r} are the integers 0 .. {m + n - 1} (rows first)")
    if _is_large(game):
        solution = _float_walk(game, int(label), max_pivots)
        if solution is not None:
            return solution
    return _exact_walk(game, int(label), max_pivots)


def lemke_howson_all(game: Game, max_pivots: int = ALL_LABELS_PIVOTS) -> Solution:
    """The different equilibria that Lemke-Howson reaches from all ``m + n`` labels.

    Parameters
    ----------
    game
        A single two-player game.
    max_pivots
        Pivots to spend on all labels together. Labels that are not finished by then are counted in the note.

    Returns
    -------
    Solution
        ``iterations`` is the sum over the labels. ``complete`` is False.

    Raises
    ------
    InputError
        If the game is not a single two-player game.

    Examples
    --------
    Of the three equilibria of this game (Shapley 1974, figure 3) only one can be reached:

    >>> payoffs = [[0, 3, 0], [2, 2, 0], [3, 0, 1]], [[0, 2, 3], [3, 2, 0], [0, 0, 1]]
    >>> lemke_howson_all(Game.from_bimatrix(*payoffs)).profiles()
    [((0.0, 0.0, 1.0), (0.0, 0.0, 1.0))]
    """
    require_game(game, "lemke_howson_all")
    max_pivots = whole_number(max_pivots, "max_pivots")
    row, _ = game.bimatrix()
    labels = range(sum(row.shape))
    walk = _float_walk if _is_large(game) else _exact_walk  # exact repair of single labels would be slow here
    solutions: list[Solution] = []
    spent = 0
    for label in labels:
        try:
            solution = walk(game, label, max_pivots - spent)
        except SolverError:
            break
        if solution is not None:
            solutions.append(solution)
            spent += solution.iterations or 0
    if not solutions and walk is _float_walk:
        with contextlib.suppress(SolverError):
            solutions.append(_exact_walk(game, 0, max_pivots - spent))
    note = "Lemke-Howson; there may be more equilibria"
    if len(solutions) < len(labels):
        note += f"; {len(labels) - len(solutions)} of {len(labels)} labels not finished within {max_pivots} pivots"
    pairs = _distinct((one.strategies(0)[0], one.strategies(1)[0]) for one in solutions)
    return _solution(game, "lemke_howson_all", pairs, iterations=spent, note=note)


def support_enumeration(game: Game) -> Solution:
    """Equilibria found by nashpy's support enumeration, every one certified here.

    Parameters
    ----------
    game
        A single two-player game with at most `NASHPY_ACTIONS` actions in total. nashpy is given the payoffs scaled
        to [1, 2], where it does best.

    Returns
    -------
    Solution
        ``complete`` is always False: nashpy 0.0.43 was measured to lose equilibria on about 15 of 100 generic 3 x 3
        games (1 of 100 with positive payoffs), because its exact test ``prob >= 0`` rejects zeros that come out as
        -1e-17, and it cannot list the equilibria of degenerate games. `vertex_enumeration` has neither fault.

    Raises
    ------
    InputError
        If the game is not a single two-player game, or is too large.

    Examples
    --------
    >>> support_enumeration(Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])).profiles()
    [((0.5, 0.5), (0.5, 0.5))]
    """
    require_game(game, "support_enumeration")
    return _through_nashpy(game, "support_enumeration")


def nashpy_vertex_enumeration(game: Game) -> Solution:
    """Equilibria found by nashpy's vertex enumeration, every one certified here.

    Parameters
    ----------
    game
        A single two-player game with at most `NASHPY_ACTIONS` actions in total. nashpy is given the payoffs scaled
        to [1, 2], because it compares with absolute tolerances.

    Returns
    -------
    Solution
        ``complete`` is always False: nashpy 0.0.43 works in floating point (Qhull) and was measured to return nothing
        on some degenerate games. Use `vertex_enumeration` for a proof.

    Raises
    ------
    InputError
        If the game is not a single two-player game, or is too large.

    Examples
    --------
    >>> nashpy_vertex_enumeration(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])).count.item()
    1
    """
    require_game(game, "nashpy_vertex_enumeration")
    return _through_nashpy(game, "vertex_enumeration")


# -- the walk ----------------------------------------------------------------------------------


def _walk(tableaux: list[Tableau], sizes: tuple[int, ...], label: int, max_pivots: int) -> int:
    """Follow the path of ``label`` in the tableaux of P and Q, in place; number of pivots.

    In P the columns are the labels themselves (x_0 .. x_{m-1}, slacks of the columns); in Q the columns of the
    game come first (y_0 .. y_{n-1}, slacks of the rows), so labels are shifted by m.
    """
    m, n = sizes
    side, entering = (0, label) if label < m else (1, label)
    for count in range(1, max_pivots + 1):
        column = entering if side == 0 else (entering - m) % (m + n)
        row = leaving_row(tableaux[side], column)
        left = tableaux[side].basis[row]
        tableaux[side] = pivot(tableaux[side], row, column)
        entering = left if side == 0 else (left + m) % (m + n)
        if entering == label:
            return count
        side = 1 - side
    raise _too_long(label, max_pivots)


def _too_long(label: int, max_pivots: int) -> SolverError:
    return SolverError(
        f"Lemke-Howson from label {label} did not end within {max_pivots} pivots; "
        "raise max_pivots=, or try another label"
    )


def _is_large(game: Game) -> bool:
    return not game.is_exact and sum(game.n_actions) > EXACT_ACTIONS


def _exact_walk(game: Game, label: int, max_pivots: int) -> Solution:
    """Walk in integers: ends at an equilibrium, or raises SolverError after ``max_pivots``."""
    row, column = game.bimatrix()
    tableaux = [initial_tableau(positive_integers(column).T), initial_tableau(positive_integers(row))]
    pivots = _walk(tableaux, row.shape, label, max_pivots)
    x, y = (_basic_solution(tableau, size) for tableau, size in zip(tableaux, row.shape, strict=True))
    return _solution(game, "lemke_howson", [(x, y)], iterations=pivots)


def _basic_solution(tableau: Tableau, size: int) -> Array:
    values = [0] * size
    for row, column in enumerate(tableau.basis):
        if column < size:
            values[column] = tableau.rows[row, -1]
    total = sum(values)
    return np.array([Fraction(value, total) for value in values], dtype=object)


def _float_walk(game: Game, label: int, max_pivots: int) -> Solution | None:
    """Walk in floating point; None if rounding led it astray and the end does not certify."""
    walks = (_float_walk_above(zero, game, label, max_pivots) for zero in _ZEROS)
    return next((found for found in walks if found is not None), None)


def _float_walk_above(zero: float, game: Game, label: int, max_pivots: int) -> Solution | None:
    """The walk in which smaller entries than ``zero`` are taken as rounding."""
    from theory.complementary_path_kernel import walk

    row, column = game.bimatrix()
    matrices = [_unit_scale(column).T, _unit_scale(row)]
    tableaux = tuple(np.hstack([matrix, np.eye(r := len(matrix)), np.ones((r, 1))]) for matrix in matrices)
    bases = tuple(np.arange(matrix.shape[1], sum(matrix.shape)) for matrix in matrices)
    pivots, ended = walk(tableaux, bases, label, max_pivots, zero)
    if not ended and pivots == max_pivots:
        raise _too_long(label, max_pivots)
    try:
        x, y = (_solve_basis(*pair) for pair in zip(matrices, bases, strict=True))
    except np.linalg.LinAlgError:
        return None
    if not (ended and _is_distribution(x) and _is_distribution(y)):
        return None
    solution = _solution(game, "lemke_howson", [(x, y)], iterations=pivots)
    return solution if solution.certified.all() else None


def _solve_basis(matrix: NDArray[np.float64], basis: NDArray[np.int64]) -> Array:
    """Probabilities at the last basis, solved afresh so that the rounding of the walk does not add up."""
    r, d = matrix.shape
    columns = np.hstack([matrix, np.eye(r)])[:, basis]
    values = np.zeros(d + r)
    values[basis] = np.linalg.solve(columns, np.ones(r))
    x = np.maximum(values[:d], 0)
    total = x.sum()
    return np.asarray(x / total if total > 0 else np.full(d, np.nan))


# -- results -----------------------------------------------------------------------------------


def _unit_scale(matrix: Array) -> NDArray[np.float64]:
    """Payoffs moved to [1, 2]: equilibria depend on nothing that is lost."""
    low, high = matrix.min(), matrix.max()
    return np.asarray((matrix - low) / (high - low) + 1 if high > low else np.ones(matrix.shape), float)


def _solution(
    game: Game, method: str, pairs: list[_Strategies], *, iterations: int | None = None, note: str = ""
) -> Solution:
    dtype = object if game.is_exact else float
    stacked = [
        np.array([pair[k] for pair in pairs], dtype=dtype).reshape(-1, size) for k, size in enumerate(game.n_actions)
    ]
    return Solution(game, method, product_distribution(stacked), iterations=iterations, note=note)


def _distinct(pairs: Iterable[_Strategies]) -> list[_Strategies]:
    """Drop repetitions: exactly equal, or equal to nine digits."""
    kept: list[_Strategies] = []
    for x, y in pairs:
        if not any(max(abs(x - u).max(), abs(y - v).max()) <= 1e-9 for u, v in kept):
            kept.append((x, y))
    return kept


def _through_nashpy(game: Game, name: str) -> Solution:
    """Run one of nashpy's enumerations and keep what certifies."""
    import nashpy

    row, column = game.bimatrix()
    if sum(row.shape) > NASHPY_ACTIONS:
        raise InputError(
            f"{game!r} has {sum(row.shape)} actions in total; nashpy's {name} is offered up to {NASHPY_ACTIONS}, "
            "because its time grows exponentially; use vertex_enumeration or lemke_howson_all"
        )
    peer = nashpy.Game(_unit_scale(row), _unit_scale(column))
    pairs: list[_Strategies] = []
    trouble = ""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            for found in getattr(peer, name)():
                pairs.append((np.asarray(found[0], float), np.asarray(found[1], float)))
        except (ArithmeticError, ValueError, IndexError, RuntimeError, np.linalg.LinAlgError) as error:
            trouble = f"nashpy stopped with {type(error).__name__}"  # Qhull does on degenerate polytopes
    proper = [pair for pair in pairs if _is_distribution(pair[0]) and _is_distribution(pair[1])]
    checked = _solution(game, name, proper)
    good = [pair for pair, certified in zip(proper, checked.certified, strict=True) if certified]
    dropped = (
        f"{len(pairs) - len(good)} results of nashpy were not equilibria and were dropped"
        if len(pairs) > len(good)
        else ""
    )
    note = "; ".join(part for part in (dropped, trouble) if part)
    return _solution(game, f"nashpy {name}", _distinct(good), note=note)


def _is_distribution(strategy: Array) -> bool:
    return bool(np.isfinite(strategy).all() and (strategy >= -1e-9).all() and math.isclose(strategy.sum(), 1.0))
