"""Symmetric equilibria of symmetric games with two actions and any number of players, by counts.

Definitions
-----------
``payoffs[a, k]`` is what action ``a`` pays when ``k`` of the ``n - 1`` others take action 1. If every player takes
action 1 with probability ``p``, its advantage is a polynomial in Bernstein form whose coefficients are payoff
differences:

    D(p) = sum_k C(n-1, k) p^k (1-p)^{n-1-k} d_k,        d_k = payoffs[1, k] - payoffs[0, k].

``p`` is a symmetric equilibrium if ``D(p) = 0``, or ``p = 0`` and ``D(0) <= 0``, or ``p = 1`` and ``D(1) >= 0``.
``D`` has at most as many roots inside an interval as its coefficients there change sign, and the same parity
(variation diminishing), so that halving by de Casteljau's rule isolates every simple root. All sums are convex
combinations: a bound of the rounding error is carried along, and signs are read only where they are certain.

Sources: Lane and Riesenfeld (1981), *Bounds on a polynomial*, BIT 21:112-117; Farouki (2012), *The Bernstein
polynomial basis: a centennial retrospective*, CAGD 29:379-419; Peña, Lehmann and Nöldeke (2014), *Gains from switching
and evolutionary stability in multi-player matrix games*, J. Theor. Biol. 346:23-33.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from theory.arrays import finite_floats
from theory.errors import InputError
from theory.game import Array

Floats = NDArray[np.float64]

MAX_CELLS = 2_000
"""Intervals examined before the search stops and says so."""

_NARROWEST = 2.0**-44
_CLUSTER = 1e-5  # a double root is known to the square root of rounding
_REGRET = 1e-9  # of the range of the payoffs


@dataclass(frozen=True)
class SymmetricEquilibria:
    """Symmetric equilibria of a symmetric two-action game.

    Attributes
    ----------
    probabilities
        Probability of action 1 in each equilibrium, ascending, shape ``(K,)``.
    regret
        Gain of the best deviation in each, over the range of the payoffs.
    complete
        Whether the list is proved to hold every symmetric equilibrium.
    note
        What is not proved.
    """

    probabilities: Floats
    regret: Floats
    complete: bool
    note: str = ""

    @property
    def interior(self) -> Floats:
        """Probabilities strictly between 0 and 1."""
        p = self.probabilities
        return p[(p > 0) & (p < 1)]


def symmetric_equilibria(payoffs: ArrayLike) -> SymmetricEquilibria:
    """All symmetric equilibria, pure and mixed, of a symmetric game with two actions.

    Parameters
    ----------
    payoffs
        Shape ``(2, n)``: payoff of each own action when k = 0 .. n-1 others take action 1 (`by_counts` makes it from
        a dense table). Two to a thousand players are meant.

    Returns
    -------
    SymmetricEquilibria

    Raises
    ------
    InputError
        For a wrong shape or entries that are not finite.

    Examples
    --------
    A volunteer is needed (action 1 costs 1, everybody gains 3 if anyone acts); with more players each acts less.

    >>> game = lambda n: [[0] + [3] * (n - 1), [2] * n]
    >>> symmetric_equilibria(game(2)).probabilities
    array([0.66666667])
    >>> symmetric_equilibria(game(1000)).probabilities.round(6)
    array([0.001099])
    """
    table = finite_floats(payoffs, "payoffs")
    if table.ndim != 2 or table.shape[0] != 2 or table.shape[1] < 2:
        raise InputError(
            f"payoffs has shape {table.shape}; it must be (2, n) finite numbers: own action by how many of the "
            "n - 1 others take action 1"
        )
    scale = float(table.max() - table.min()) or 1.0
    gains = (table[1] - table[0]) / scale
    if not gains.any():
        return SymmetricEquilibria(np.array([0.0, 1.0]), np.zeros(2), False, "every probability is an equilibrium")
    roots, settled = _roots(gains)
    ends = [p for p, stable in ((0.0, gains[0] <= 0), (1.0, gains[-1] >= 0)) if stable]
    found = np.unique(np.array([*ends, *roots]))
    regret = np.array([_regret(gains, p) for p in found])
    certain = regret <= _REGRET
    note = "" if settled else "roots that touch zero, or lie too close together, could not be told apart"
    return SymmetricEquilibria(found[certain], regret[certain], settled and bool(certain.all()), note)


def by_counts(table: ArrayLike) -> Floats:
    """Payoffs by counts of a dense table of one player's payoffs, own action first.

    Parameters
    ----------
    table
        Shape ``(2,) * n``. Where the others' places matter (a game with cyclic symmetry), payoffs are averaged
        over the profiles with the same count, which is all that symmetric play depends on.

    Returns
    -------
    array of shape ``(2, n)``

    Examples
    --------
    >>> by_counts([[[3, 6], [4, 2]], [[1, 0], [5, 7]]])
    array([[3. , 5. , 2. ],
           [1. , 2.5, 7. ]])
    """
    array: Array = np.asarray(table, float)
    n = array.ndim
    if array.shape != (2,) * n or n < 2:
        raise InputError(f"the table has shape {array.shape}; it must be (2,) * n for n players")
    counts = np.indices((2,) * (n - 1)).sum(axis=0).ravel()
    flat = array.reshape(2, -1)
    return np.stack([flat[:, counts == k].mean(axis=1) for k in range(n)], axis=-1)


def gain(gains: ArrayLike, p: float) -> float:
    """Advantage ``D(p)`` of action 1 when all others take it with probability ``p``: a binomial average."""
    from scipy.stats import binom

    d = np.asarray(gains, float)
    return float(binom.pmf(np.arange(d.size), d.size - 1, p) @ d)


def _regret(gains: Floats, p: float) -> float:
    advantage = gain(gains, p)
    return float(max(advantage, 0.0) - p * advantage)


def _roots(gains: Floats) -> tuple[list[float], bool]:
    """Roots of ``D`` inside (0, 1), and whether they are proved to be all."""
    stack = [(0.0, 1.0, gains, np.zeros_like(gains))]
    roots: list[float] = []
    doubtful: list[float] = []
    cells = 0
    while stack:
        low, high, values, error = stack.pop()
        cells += 1
        changes = _sign_changes(values, error)
        if changes == 0:
            continue
        if changes == 1 and _certain(values, error, 0) and _certain(values, error, -1):
            roots.append(float(brentq(lambda p: gain(gains, p), low, high, xtol=1e-300, rtol=1e-15)))
            continue
        if high - low < _NARROWEST or cells > MAX_CELLS:
            doubtful.append((low + high) / 2)
            continue
        # not the middle: a root of a symmetric game at one half is then not at the end of a cell
        left, right = _halve(values, error, 0.4375)
        cut = low + 0.4375 * (high - low)
        stack += [(cut, high, *right), (low, cut, *left)]
    return roots + _middles(doubtful), not doubtful


def _middles(points: list[float]) -> list[float]:
    """Middle of each cluster of points."""
    if not points:
        return []
    ordered = np.sort(points)
    clusters = np.split(ordered, np.flatnonzero(np.diff(ordered) > _CLUSTER) + 1)
    return [float(cluster[0] + cluster[-1]) / 2 for cluster in clusters]


def _certain(values: Floats, error: Floats, place: int) -> bool:
    return bool(abs(values[place]) > error[place])


def _sign_changes(values: Floats, error: Floats) -> int:
    """Sign changes of the coefficients, at most; two more for every stretch in which signs are not certain."""
    exact_zero = (values == 0) & (error == 0)
    signs = np.where(np.abs(values) > error, np.sign(values), 2)[~exact_zero]
    known = signs[signs != 2]
    changes = int((known[1:] != known[:-1]).sum())
    return changes + 2 * int((signs == 2).any())


def _halve(values: Floats, error: Floats, share: float) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Coefficients on both parts of the interval, with bounds of their rounding errors (de Casteljau)."""
    n = values.size
    rows = np.stack([values, np.abs(values), error])
    left, right = np.empty((3, n)), np.empty((3, n))
    for k in range(n):
        left[:, k], right[:, n - 1 - k] = rows[:, 0], rows[:, -1]
        rows = (1 - share) * rows[:, :-1] + share * rows[:, 1:]
    unit = 4 * n * np.finfo(float).eps

    def part(side: Floats) -> tuple[Floats, Floats]:
        return side[0], side[2] + unit * side[1]

    return part(left), part(right)
