"""Best and worst strongly symmetric equilibrium of a symmetric game that is seen through a public signal.

All do the same after every history, so that continuations are one number ``w(y)`` for all, in an interval. The best
is the largest ``v`` with

    v = (1-d) g(a) + d sum_y pi(y | a) w(y),   low <= w(y) <= v,
    d sum_y (pi(y | a) - pi(y | a', a, ...)) w(y) >= (1-d) (g(a') - g(a))   for all a'

over the actions ``a`` that all take, and the worst the smallest, with the best as the upper bound; the two settle
together (Abreu, Pearce & Stacchetti 1986, J. Econ. Theory 39:251-269). For a given action each is one linear program.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import discount_factor_of, signal_chances
from theory.errors import InputError, SolverError
from theory.game import Game, require_game
from theory.payoff_polytopes import maximiser

Floats = NDArray[np.float64]

_ROUNDING = 1e-9
_ROUNDS = 1000


def symmetric_public_payoffs(game: Game, signals: ArrayLike, discount_factor: float) -> tuple[float, float]:
    """Payoffs of the worst and of the best strongly symmetric equilibrium in pure strategies; NaN if there is none.

    Parameters
    ----------
    game
        A single game that is the same for all players.
    signals
        Chances of the public signals, shape ``(n, ..., n, Y)``, the same whoever takes which action.
    discount_factor
        In (0, 1).

    Raises
    ------
    InputError
        If shapes do not fit, or game or signals are not symmetric.
    SolverError
        If a linear program fails.

    Examples
    --------
    Restraint, less what punishment by mistake costs (Abreu, Milgrom & Pearce 1991):

    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> accident = np.array([[0.1, 0.6], [0.6, 0.8]])
    >>> [round(v, 6) for v in symmetric_public_payoffs(dilemma, np.stack([1 - accident, accident], axis=-1), 0.8)]
    [1.0, 2.6]
    """
    require_game(game, "symmetric_public_payoffs")
    own, seen, level, scale = _symmetric(game, signals)
    d, count = discount_factor_of(discount_factor), len(own)
    low, high = 0.0, 1.0
    for _ in range(_ROUNDS):
        best = [_extreme(own, seen, a, d, low, None) for a in range(count)]
        top = max((v for v in best if v is not None), default=None)
        if top is None or top < low - _ROUNDING:
            return float("nan"), float("nan")
        worst = [_extreme(own, seen, a, d, None, top) for a in range(count)]
        bottom = min((v for v in worst if v is not None), default=None)
        if bottom is None or bottom > top + _ROUNDING:
            return float("nan"), float("nan")
        moved = max(bottom - low, high - top)
        low, high = max(low, bottom), min(high, top)
        if moved <= _ROUNDING * (1 - d):
            return level + scale * low, level + scale * high
    raise SolverError(f"the interval has not settled after {_ROUNDS} rounds; move discount_factor a little")


def _extreme(own: Floats, seen: Floats, a: int, d: float, low: float | None, high: float | None) -> float | None:
    """Largest value with continuations from ``low`` to itself, or smallest with those from itself to ``high``."""
    signals = seen.shape[2]
    sign = 1.0 if high is None else -1.0  # maximise v, or -v
    rows = [np.append(-sign * d * seen[a, a], sign)]  # sign (v - d p w) <= sign (1-d) g
    bounds = [sign * (1 - d) * own[a, a]]
    for y in range(signals):
        rows.append(np.append(sign * np.eye(signals)[y], -sign))  # w between v and the other end
        bounds.append(0.0)
    for b in range(len(own)):
        if b != a:
            rows.append(np.append(-d * (seen[a, a] - seen[b, a]), 0.0))
            bounds.append(-(1 - d) * (own[b, a] - own[a, a]))
    x = maximiser(
        np.append(np.zeros(signals), sign),
        A_ub=np.array(rows),
        b_ub=np.array(bounds),
        bounds=[*[(low, high)] * signals, (None, None)],
    )
    return None if x is None else float(x[-1])


def _symmetric(game: Game, signals: ArrayLike) -> tuple[Floats, Floats, float, float]:
    """Payoffs ``[b, a]`` and signals ``[b, a, y]`` of one who does ``b`` while all others do ``a``; level and scale."""
    if game.batch_ndim or len(set(game.n_actions)) != 1:
        raise InputError(f"{game!r}: one game in which all players have as many actions is needed")
    chances = signal_chances(signals, game.n_actions)
    payoffs, n = np.asarray(game.payoffs, float), game.n_players
    spread = float(np.ptp(payoffs)) or 1.0
    for order in itertools.permutations(range(n)):
        same = all(
            np.allclose(payoffs[order[i]].transpose(order), payoffs[i], rtol=0, atol=1e-9 * spread) for i in range(n)
        )
        if not same or not np.allclose(chances.transpose(*order, n), chances, rtol=0, atol=1e-9):
            raise InputError(f"{game!r} or its signals are not symmetric; see theory.public_monitoring")
    every = range(game.n_actions[0])
    own = np.array([[payoffs[(0, b, *[a] * (n - 1))] for a in every] for b in every])
    seen = np.array([[chances[(b, *[a] * (n - 1))] for a in every] for b in every])
    level, scale = float(own.min()), float(np.ptp(own)) or 1.0
    return (own - level) / scale, seen, level, scale
