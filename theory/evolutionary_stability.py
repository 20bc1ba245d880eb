"""Evolutionarily and neutrally stable strategies of a symmetric two-player game.

Definitions
-----------
``A`` are the payoffs of the row strategy. A mixed strategy ``x`` is *evolutionarily stable* (Maynard Smith & Price
1973, Nature 246:15-18) if it is a best reply to itself and does better than every other best reply ``y`` against
``y``: ``x A y > y A y``; *neutrally stable* (Maynard Smith 1982, Evolution and the Theory of Games) if it does at
least as well. With ``z = y - x``, both ask for the sign of ``z A z`` on the cone of directions from ``x`` into the
mixtures of its best replies: coordinates of used strategies are free, those of the other best replies not negative,
and all add up to zero. Free coordinates are eliminated, which leaves a form on an orthant: stable where it is
(strictly) copositive (Haigh 1975, Adv. Appl. Probab. 7:8-11; Bomze 1986, Int. J. Game Theory 15:31-57).

Signs are read with a tolerance of 1e-10 of the payoff range; a form that vanishes within it is neutral.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, square_table
from theory.errors import InputError, SolverError

Floats = NDArray[np.float64]

MAX_STRATEGIES = 10
"""Strategies of a game all of whose supports are searched (1023 linear programs)."""

_TOLERANCE = 1e-10  # of the payoff range


@dataclass(frozen=True, eq=False)
class StableStrategy:
    """A neutrally stable strategy.

    Attributes
    ----------
    shares
        Shape ``(S,)``.
    evolutionarily
        Whether it is evolutionarily stable as well.
    """

    shares: Floats
    evolutionarily: bool


def strategy_stability(payoffs: ArrayLike, shares: ArrayLike) -> str:
    """``"evolutionary"``, ``"neutral"`` or ``"none"``: how stable a mixed strategy is.

    Parameters
    ----------
    payoffs
        Shape ``(S, S)``: what the row strategy gets against the column strategy.
    shares
        Shape ``(S,)``.

    Raises
    ------
    InputError
        For wrong shapes, payoffs that are not finite, or shares that are no distribution.

    Examples
    --------
    >>> strategy_stability([[-1, 2], [0, 1]], [0.5, 0.5])  # hawk and dove
    'evolutionary'
    >>> strategy_stability([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], [1 / 3] * 3)  # rock, paper, scissors
    'neutral'
    """
    table, x = _scaled(payoffs), finite_floats(shares, "shares")
    if x.shape != (len(table),) or not (x >= 0).all() or abs(x.sum() - 1) > 1e-9:
        raise InputError(f"shares are {x.tolist()}; {len(table)} non-negative numbers that sum to one are needed")
    against = table @ x
    best = against >= against.max() - _TOLERANCE * 10
    used = x > _TOLERANCE
    if (used & ~best).any():
        return "none"
    return _sign_on_cone(-(table + table.T) / 2, np.flatnonzero(used), np.flatnonzero(best & ~used))


def stable_strategies(payoffs: ArrayLike) -> tuple[StableStrategy, ...]:
    """Every evolutionarily stable strategy, and one neutrally stable one for each support that has any.

    Parameters
    ----------
    payoffs
        Shape ``(S, S)`` with at most `MAX_STRATEGIES` strategies.

    Raises
    ------
    InputError
        For wrong shapes, payoffs that are not finite, or too many strategies.
    SolverError
        If a linear program fails.

    Notes
    -----
    An evolutionarily stable strategy is the only equilibrium with its support. Of the equilibria with a given support,
    those in the middle have the fewest other best replies, so if any is neutrally stable they are; the linear program
    finds one of them.

    Examples
    --------
    Among always restrain, always race and tit for tat in a long match nothing is evolutionarily stable but racing; tit
    for tat is neutrally stable, with or without some who always restrain:

    >>> found = stable_strategies([[3, 0, 3], [5, 1, 1.4], [3, 0.9, 3]])
    >>> [(np.flatnonzero(s.shares).tolist(), s.evolutionarily) for s in found]
    [([1], True), ([2], False), ([0, 2], False)]
    """
    table = _scaled(payoffs)
    n = len(table)
    if n > MAX_STRATEGIES:
        raise InputError(f"{n} strategies; at most {MAX_STRATEGIES} are searched; give strategy_stability() yours")
    found = []
    for size in range(1, n + 1):
        for support in combinations(range(n), size):
            x = _middle_equilibrium(table, np.array(support))
            kind = "none" if x is None else strategy_stability(table, x)
            if x is not None and kind != "none":
                found.append(StableStrategy(x, kind == "evolutionary"))
    return tuple(found)


def _middle_equilibrium(table: Floats, support: NDArray[np.int64]) -> Floats | None:
    """Symmetric equilibrium with this support and as few other best replies as possible; None without one.

    Unknowns are a multiple ``y`` of the shares, a multiple ``v`` of the value, and what each inequality has to spare,
    up to one: the multiple can be as large as that takes.
    """
    from scipy import optimize

    n = len(table)
    if len(support) == 1:
        (k,) = support
        return np.eye(n)[k] if table[k, k] >= table[:, k].max() - _TOLERANCE else None
    inside = np.isin(np.arange(n), support)
    columns = np.hstack([table, -np.ones((n, 1)), np.zeros((n, n))])  # A y - v
    spare = np.hstack([-np.diag(inside.astype(float)), np.zeros((n, 1)), np.eye(n)])[inside]  # s <= y
    waste = columns + np.hstack([np.zeros((n, n + 1)), np.eye(n)])  # A y - v + s <= 0
    limit = [(0, None if member else 0) for member in inside]
    result = optimize.linprog(
        np.concatenate([np.zeros(n + 1), -np.ones(n)]),
        A_ub=np.vstack([spare, waste[~inside]]),
        b_ub=np.zeros(n),
        A_eq=columns[inside],
        b_eq=np.zeros(len(support)),
        bounds=[*limit, (None, None), *[(0, 1)] * n],
        method="highs",
    )
    if result.status not in (0, 2):
        raise SolverError(f"a linear program ended with status {result.status} of HiGHS: {result.message}")
    if result.x is None or (result.x[n + 1 :][inside] < 1 - 1e-6).any():
        return None
    y = np.where(inside, result.x[:n], 0.0)
    return np.asarray(y / y.sum())


def _sign_on_cone(form: Floats, free: NDArray[np.int64], others: NDArray[np.int64]) -> str:
    """Sign of ``z form z`` for all ``z`` that add up to zero and are not negative on ``others``."""
    basis = np.zeros((len(form), len(free) - 1 + len(others)))
    last = free[-1]
    for column, k in enumerate((*free[:-1], *others)):
        basis[k, column], basis[last, column] = 1, -1
    m = basis.T @ form @ basis
    f = len(free) - 1
    values, vectors = np.linalg.eigh(m[:f, :f])
    if (values < -_TOLERANCE).any():
        return "none"
    strict = bool((values > _TOLERANCE).all())
    coupling = vectors.T @ m[:f, f:]
    flat = values <= _TOLERANCE
    if (np.abs(coupling[flat]) > _TOLERANCE * 10).any():  # a flat direction that another one turns down
        return "none"
    rest = m[f:, f:] - coupling[~flat].T @ (coupling[~flat] / values[~flat, np.newaxis])
    sign = _copositive(rest)
    if sign < 0:
        return "none"
    return "evolutionary" if strict and sign > 0 else "neutral"


def _copositive(m: Floats) -> int:
    """1 if ``y m y > 0`` for all ``y >= 0`` but zero, 0 if only ``>= 0``, -1 if neither (Kaplan 2000, LAA 313).

    A symmetric matrix is (strictly) copositive if and only if no principal submatrix has a positive eigenvector with a
    negative (non-positive) eigenvalue.
    """
    sign = 1
    for size in range(1, len(m) + 1):
        for rows in combinations(range(len(m)), size):
            part = m[np.ix_(rows, rows)]
            values, vectors = np.linalg.eigh(part)
            for value in values[values <= _TOLERANCE]:
                space = vectors[:, np.abs(values - value) <= _TOLERANCE * 10]
                if _has_positive(space):
                    if value < -_TOLERANCE:
                        return -1
                    sign = 0
    return sign


def _has_positive(space: Floats) -> bool:
    """Whether a linear space, given by a basis, contains a vector all of whose entries are positive."""
    if space.shape[1] == 1:
        v = space[:, 0]
        return bool((v > 1e-9).all() or (v < -1e-9).all())
    from scipy import optimize

    k = space.shape[1]
    result = optimize.linprog(
        np.append(np.zeros(k), -1.0),
        A_ub=np.hstack([-space, np.ones((len(space), 1))]),
        b_ub=np.zeros(len(space)),
        bounds=[*[(-1, 1)] * k, (None, 1)],
        method="highs",
    )
    return result.x is not None and bool(result.x[-1] > 1e-9)


def _scaled(payoffs: ArrayLike) -> Floats:
    """Payoffs with a range of one."""
    table = square_table(payoffs)
    moved = table - table.min()
    return np.asarray(moved / (float(moved.max()) or 1.0))
