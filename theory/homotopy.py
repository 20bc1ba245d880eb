"""One equilibrium of a larger game of any number of players: the principal logit branch, then Newton's method.

Definitions
-----------
The logit equilibria that start from uniform play form a curve which, in almost every game, leads to one Nash
equilibrium as the precision ``lambda`` grows (`theory.quantal_response`). On the way an action that loses ``d`` keeps a
probability near ``exp(-lambda d)``: the actions above a threshold are a guess of the support ``S_i`` of the limit. The
guess is *polished* by solving

    u_i(a, x_-i) = u_i(r_i, x_-i)  for a in S_i,    sum_a x_ia = 1,

with Newton's method (steps of least length, so that a continuum of solutions does no harm), and accepted only if no
action of any player gains anything, and if it is close to the point of the branch it came from. Payoffs are first
put to range 1 for every player: positive affine changes leave the equilibria, and bring units into line.

Sources: McKelvey and Palfrey (1995), *Quantal response equilibria for normal form games*, Games and Economic Behavior
10:6-38, theorem 3; Turocy (2005), *A dynamic homotopy interpretation of the logistic quantal response equilibrium
correspondence*, Games and Economic Behavior 51:243-263; Herings and Peeters (2010), *Homotopy methods to compute
equilibria in game theory*, Economic Theory 42:119-156.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from theory.errors import InputError, SolverError
from theory.game import Array, Game, require_game
from theory.quantal_response import LogitCurve, principal_branch
from theory.solution import Solution, product_distribution

Floats = NDArray[np.float64]

FIRST, LAST = 100.0, 1e8
"""Precision, per range of payoffs, at which the first guess is polished, and at which the search ends."""

_GROWTH = 1.5  # of the precision between two attempts
_THRESHOLDS = (1e-2, 1e-3, 1e-5, 1e-8, 1e-12)
_CLOSE = 0.05  # of the probabilities of the branch
_ITERATIONS = 40


def logit_homotopy(game: Game) -> Solution:
    """One certified Nash equilibrium, at the end of the principal logit branch.

    Parameters
    ----------
    game
        A single game of any number of players; a few thousand profiles are no effort.

    Returns
    -------
    Solution
        One equilibrium; ``complete`` is False, ``iterations`` are the steps along the branch.

    Raises
    ------
    InputError
        If the game is a batch.
    SolverError
        If the branch could not be followed, or led to nothing that could be certified.

    Examples
    --------
    Four players; each odd one wants to match the next player, each even one to differ from the next.

    >>> table = np.zeros((4, 2, 2, 2, 2))
    >>> for profile in np.ndindex(2, 2, 2, 2):
    ...     for i in range(4):
    ...         table[(i, *profile)] = (profile[i] == profile[(i + 1) % 4]) == (i > 0)
    >>> logit_homotopy(Game(table)).profiles()
    [((0.5, 0.5), (0.5, 0.5), (0.5, 0.5), (0.5, 0.5))]
    """
    require_game(game, "logit_homotopy")
    if game.batch_ndim:
        raise InputError(f"logit_homotopy takes a single game, not {game!r}; pick one draw of it: game[0]")
    normal = _normalised(game)
    curve = LogitCurve(normal)
    reached = 0.0
    for step, precision, p in _points(curve):
        reached = precision
        for strategies in _polished(curve, p):
            distributions = product_distribution([x[None] for x in strategies])
            found = Solution(game, "logit_homotopy", distributions, iterations=step, note="one equilibrium of others")
            if found.certified.all() and Solution(normal, "", distributions).certified.all():
                return found
    raise SolverError(
        f"the principal logit branch of {game!r}, followed up to a precision of {reached:.3g} over the range of "
        "payoffs, led to no equilibrium that could be certified"
    )


def _normalised(game: Game) -> Game:
    """The same game with payoffs from 0 to 1 for every player; flat payoffs are 0."""
    return Game(game.in_ranges()[0])


def _points(curve: LogitCurve) -> Iterator[tuple[int, float, list[Floats]]]:
    """Steps, precision and strategies at growing precision along the branch; its last point, where it ends early."""
    z, due = curve.start(), 0.0 if curve.flat else FIRST
    step = 0
    if curve.flat:
        yield 0, 0.0, _strategies(curve, z)
        return
    try:
        for step, (_start, _tangent, z) in enumerate(principal_branch(curve), 1):
            if z[-1] >= due:
                yield step, float(z[-1]), _strategies(curve, z)
                due = float(z[-1]) * _GROWTH
            if z[-1] > LAST:
                return
    except SolverError:
        yield step, float(z[-1]), _strategies(curve, z)


def _strategies(curve: LogitCurve, z: Floats) -> list[Floats]:
    parts = [np.exp(part - part.max()) for part in curve.split(z)]
    return [part / part.sum() for part in parts]


def _polished(curve: LogitCurve, p: list[Floats]) -> Iterator[list[Array]]:
    """Solutions of the indifference conditions near ``p``, on the supports that thresholds suggest."""
    tried = set()
    for threshold in _THRESHOLDS:
        supports = tuple(tuple(np.flatnonzero(part > threshold * part.max()).tolist()) for part in p)
        if supports in tried:
            continue
        tried.add(supports)
        x = _indifferent(curve, p, supports)
        if x is not None and max(np.abs(a - b).max() for a, b in zip(x, p, strict=True)) <= _CLOSE:
            yield x


def _indifferent(curve: LogitCurve, p: list[Floats], supports: tuple[tuple[int, ...], ...]) -> list[Array] | None:
    """Newton's method on the indifference conditions; None if it does not settle on probabilities."""
    players = range(len(p))
    x = [np.zeros(part.size) for part in p]
    for i, support in enumerate(supports):
        x[i][list(support)] = p[i][list(support)] / p[i][list(support)].sum()
    ends = np.cumsum([0, *(len(support) for support in supports)])
    for _ in range(_ITERATIONS):
        residual, jacobian = np.zeros(ends[-1]), np.zeros((ends[-1], ends[-1]))
        for i, own in enumerate(supports):
            rows = slice(ends[i] + 1, ends[i + 1])
            payoff = curve.expected(x, [i])[list(own)]
            residual[ends[i]], residual[rows] = x[i].sum() - 1, payoff[1:] - payoff[0]
            jacobian[ends[i], ends[i] : ends[i + 1]] = 1
            for j in players:
                if j != i:
                    pair = curve.expected(x, [i, j])
                    block = (pair if i < j else pair.T)[np.ix_(own, supports[j])]
                    jacobian[rows, ends[j] : ends[j + 1]] = block[1:] - block[0]
        change = np.linalg.lstsq(jacobian, -residual, rcond=1e-11)[0]
        for i, own in enumerate(supports):
            x[i][list(own)] += change[ends[i] : ends[i + 1]]
        if not np.isfinite(change).all() or np.abs(change).max() > 1:
            return None
        if np.abs(change).max() <= 1e-15:
            break
    if min(part.min() for part in x) < -1e-12:
        return None
    x = [np.maximum(part, 0.0) for part in x]
    return [np.asarray(part / part.sum()) for part in x]
