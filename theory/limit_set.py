"""Payoffs of patient players who see only a public signal: the linear programs of Fudenberg and Levine.

Definitions
-----------
After each round all see a signal ``y``, drawn from ``pi(y | a)``. For a direction ``l`` and a pure action profile
``a``, ``k(a, l)`` is the largest ``l v`` over payoffs ``v`` and transfers ``x(y)`` with

    v_i  = g_i(a) + sum_y pi(y | a) x_i(y)
    v_i >= g_i(a_i', a_-i) + sum_y pi(y | a_i', a_-i) x_i(y)    for all a_i'
    l x(y) <= 0                                                  for all y,

and ``k*(l)`` the largest over ``a``. Equilibrium payoffs of perfect public equilibria in pure strategies lie in
``{v : l v <= k*(l)}`` for every ``l`` and every discount factor, and patient players reach the interior of the
intersection, if it has one (Fudenberg & Levine 1994, J. Econ. Theory 62:103-135; Fudenberg, Levine & Maskin 1994).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, signal_chances
from theory.errors import InputError, SolverError
from theory.game import Game, require_game

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LimitScore:
    """Score of one direction.

    Attributes
    ----------
    level
        ``k*(l)``, in units of the payoffs; minus infinity if no profile can be enforced.
    profile
        Action profile that reaches it.
    payoffs
        The ``v`` that does, shape ``(N,)``.
    """

    level: float
    profile: tuple[int, ...]
    payoffs: Floats


def limit_score(game: Game, signals: ArrayLike, direction: ArrayLike) -> LimitScore:
    """Largest score ``k*`` of a direction.

    Parameters
    ----------
    game
        A single game.
    signals
        Chances of the public signals, shape ``(n_0, ..., n_{N-1}, Y)``.
    direction
        Shape ``(N,)``, not zero.

    Raises
    ------
    InputError
        If shapes do not fit or chances do not add up to one.
    SolverError
        If a linear program fails.

    Examples
    --------
    Restraint with a signal that is bad with chance 0.1, or 0.6 after a deviation, costs 2 * 0.1 / 0.5 each:

    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> bad = np.array([[0.1, 0.6], [0.6, 0.8]])
    >>> limit_score(dilemma, np.stack([1 - bad, bad], axis=-1), [1, 1]).level
    5.2
    """
    require_game(game, "limit_score")
    chances, h = signal_chances(signals, game.n_actions), finite_floats(direction, "direction")
    if game.batch_ndim or h.shape != (game.n_players,) or not h.any():
        raise InputError(f"{game!r} with direction {h.tolist()}: one game, and a number per player, not all zero")
    payoffs, level, scale = game.in_ranges()
    weights = h * scale / np.abs(h * scale).max()  # of payoffs in units of each player's range
    best = LimitScore(-np.inf, (), np.full(game.n_players, np.nan))
    for profile in np.ndindex(*game.n_actions):
        found = _score(payoffs, chances, weights, profile)
        if found is not None:
            moved = found * scale + level
            if h @ moved > best.level:
                best = LimitScore(float(h @ moved), profile, moved)
    return best


def _score(payoffs: Floats, chances: Floats, h: Floats, profile: tuple[int, ...]) -> Floats | None:
    """Payoffs that reach ``k(a, l)``; None if the profile cannot be enforced."""
    from scipy import optimize

    n, size = len(h), chances.shape[-1]

    def row(i: int, at: tuple[int, ...]) -> Floats:  # v_i - sum_y pi(y | at) x_i(y)
        line = np.zeros(n + n * size)
        line[i] = 1
        line[n + i * size : n + (i + 1) * size] = -chances[at]
        return line

    equal = np.array([row(i, profile) for i in range(n)])
    at_most, bounds = [], []
    for i in range(n):
        for a in range(chances.shape[i]):
            other = (*profile[:i], a, *profile[i + 1 :])
            if other != profile:
                at_most.append(-row(i, other))
                bounds.append(-payoffs[(i, *other)])
    for y in range(size):
        line = np.zeros(n + n * size)
        line[n + y :: size] = h
        at_most.append(line)
        bounds.append(0.0)
    solve: Any = optimize.linprog
    result = solve(
        -np.concatenate([h, np.zeros(n * size)]),
        A_ub=np.array(at_most),
        b_ub=np.array(bounds),
        A_eq=equal,
        b_eq=np.array([payoffs[(i, *profile)] for i in range(n)]),
        bounds=(None, None),
        method="highs",
    )
    if result.status not in (0, 2):
        raise SolverError(f"a linear program ended with status {result.status} of HiGHS: {result.message}")
    return np.asarray(result.x[:n], float) if result.status == 0 else None
