"""Proof that all symmetric equilibria on some actions are known, by subdivision of the simplex of their mixtures.

Over the counts of the ``d`` others, payoff differences are the Bernstein coefficients of the difference of expected
payoffs: at a mixture ``p`` it is ``sum_c d! / prod_a c_a!  prod_a p_a^{c_a}  f(c)``. Two facts settle a simplex of
mixtures, given the coefficients on it:

- A polynomial lies between its least and its largest coefficient. If the coefficients of some difference of two actions
  in use, or of a combination of such differences, are of one sign, there is no point of indifference; nor an
  equilibrium if an action outside the support pays more than one inside at all of them.
- If the coefficients of the derivative, each multiplied by one matrix, are near the unit matrix, the map is one-to-one
  on the simplex: there is at most one point of indifference, which Newton's method finds.

A simplex that neither settles is cut in two at its longest edge, with new coefficients by de Casteljau's rule. A cut
costs some ``(d + 1)^k`` multiplications for ``k`` actions, so that there is a limit, beyond which nothing is proved;
nor is it where points of indifference are not isolated, or lie on the simplex's edge. The arithmetic is in floating
point, with margins far above its rounding: a proof up to rounding, as elsewhere here.

Sources: Farouki (2012), CAGD 29:379-419, on subdivision and bounds by Bernstein coefficients; Neumaier (1990),
*Interval Methods for Systems of Equations*, chapter 5, on preconditioned tests of one-to-one maps.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MOST_WORK = 2e10
"""Multiplications that all proofs of a game may take together: some seconds."""

_LEAST_WORK = 2e6  # what a cut takes at least, counted in multiplications
_MOST_ENTRIES = 2e7  # of a table of coefficients, for the memory's sake
_MARGIN = 1e-11  # of the range of payoffs: coefficients within it may be zero
_NEAR = 0.75  # distance from the unit matrix below which the map is one-to-one for certain, rounding included
_EDGE = 1e-9  # barycentric coordinates down to minus this belong to the simplex
_APART = 1e-9  # closer points are one
_SMALLEST = 2.0**-40  # longest edge of a simplex that is still cut


@dataclass
class Budget:
    """Multiplications that are left for proofs."""

    left: float = MOST_WORK

    def take(self, work: float) -> bool:
        """Take some, if there are so many left."""
        if work > self.left:
            return False
        self.left -= work
        return True


def points_of_indifference(
    counts: Counts, gaps: Floats, outside: Floats, budget: Budget | None = None
) -> list[Floats] | None:
    """All mixtures at which the actions of a support pay the same and no other more, or None if that is not proved.

    Parameters
    ----------
    counts
        Counts of the others over the ``k`` actions of the support, shape ``(L, k)``: all that there are.
    gaps
        What each action after the first pays beyond it there, shape ``(k - 1, L)``, in units of the range of payoffs.
    outside
        The same for the actions outside the support, shape ``(q, L)``.
    budget
        Work that it may take, `MOST_WORK` if not given; what it takes is taken off.

    Returns
    -------
    list of probabilities of the ``k`` actions, or None

    Examples
    --------
    Rock, paper, scissors against one other:

    >>> gaps = np.array([[1.0, 1.0, -2.0], [-1.0, 2.0, -1.0]])
    >>> point, = points_of_indifference(np.eye(3, dtype=int), gaps, np.empty((0, 3)))
    >>> point.round(6)
    array([0.333333, 0.333333, 0.333333])
    """
    k, size = len(gaps) + 1, float(counts[0].sum() + 1)
    rows = len(gaps) + len(outside)
    budget, cost = budget or Budget(), max(2 * rows * size**k, _LEAST_WORK)
    if rows * size ** (k - 1) > _MOST_ENTRIES or not budget.take(cost):
        return None
    form = _Form(counts, k)
    left = [(np.eye(k), form.table(np.concatenate([gaps, outside])))]
    found: list[Floats] = []
    while left:
        corners, values = left.pop()
        if form.excluded(values):
            continue
        point = form.only_point(values)
        if point is None:
            if np.abs(corners[:, None] - corners).max() < _SMALLEST or not budget.take(cost):
                return None
            left += form.halves(corners, values)
        elif point.size:
            mixture = point @ corners
            if all(np.abs(mixture - other).max() > _APART for other in found):
                found.append(mixture)
    return found


class _Form:
    """Polynomials in Bernstein form on a simplex: tables of coefficients by the counts of all corners but the first."""

    def __init__(self, counts: Counts, k: int) -> None:
        self.counts, self.k, self.degree = counts, k, int(counts[0].sum())
        self.at = tuple(counts[:, 1:].T)
        self.lower = counts[counts[:, 0] > 0] - np.eye(1, k, dtype=np.int64)  # all counts of one less
        self.logs = np.append(0.0, np.cumsum(np.log(np.arange(1, self.degree + 1))))
        self.halving = np.zeros((self.degree + 1, self.degree + 1))  # row i: binomial coefficients over 2^i
        self.halving[0, 0] = 1.0
        for i in range(1, self.degree + 1):
            self.halving[i] = (self.halving[i - 1] + np.append(0.0, self.halving[i - 1, :-1])) / 2

    def table(self, values: Floats) -> Floats:
        """Coefficients ``(q, L)`` as tables ``(q, d + 1, ..., d + 1)``, zero where there are no such counts."""
        table = np.zeros((len(values), *(self.degree + 1,) * (self.k - 1)))
        table[:, *self.at] = values
        return table

    def excluded(self, rows: Floats) -> bool:
        """Whether no mixture of the simplex is an equilibrium, by differences of two actions."""
        values = rows[:, *self.at]
        inside = np.concatenate([np.zeros((1, values.shape[1])), values[: self.k - 1]])
        if any((other - own).min() > _MARGIN for other in values[self.k - 1 :] for own in inside):
            return True
        return any(_one_sign(one - other, _MARGIN) for one, other in itertools.combinations(inside, 2))

    def only_point(self, rows: Floats) -> Floats | None:
        """Barycentric coordinates of the one point of indifference, nothing if there is none; None if not settled."""
        pair = rows[: self.k - 1]
        base = tuple(self.lower[:, 1:].T)
        steps = np.eye(self.k - 1, dtype=np.int64)
        slopes = np.stack([pair[:, *np.add(base, step[:, None])] - pair[:, *base] for step in steps], axis=1)
        slopes *= self.degree
        centre = slopes.mean(axis=-1)  # (function, direction)
        if not np.abs(centre).max() > 0 or np.linalg.cond(centre) > 1e8:
            return None
        inverse = np.linalg.inv(centre)
        values = inverse @ pair[:, *self.at]
        margins = _MARGIN * np.abs(inverse).sum(axis=1)
        if any(_one_sign(row, margin) for row, margin in zip(values, margins, strict=True)):
            return np.empty(0)
        off = np.einsum("ij,jkl->ikl", inverse, slopes) - np.eye(self.k - 1)[:, :, None]
        if np.abs(off).sum(axis=1).max() > _NEAR:
            return None
        return self._solved(pair[:, *self.at], slopes)

    def _solved(self, values: Floats, slopes: Floats) -> Floats | None:
        """Root by Newton's method; None if it is not in the simplex, for its place is up to rounding."""
        point = np.full(self.k, 1 / self.k)
        for _ in range(60):
            step = np.linalg.solve(
                slopes @ self._weights(self.lower, point), values @ self._weights(self.counts, point)
            )
            point = point - np.append(-step.sum(), step)
            if not np.abs(point).max() < 2:
                return None
            if np.abs(step).max() < 1e-15:
                break
        return point if point.min() >= -_EDGE else None

    def _weights(self, counts: Counts, point: Floats) -> Floats:
        """Bernstein polynomials at barycentric coordinates, which may lie a little outside."""
        sizes = self.logs[int(counts[0].sum())] - self.logs[counts].sum(axis=1)
        sizes = sizes + counts @ np.log(np.maximum(np.abs(point), 1e-300))
        signs = np.where(point < 0, 1 - 2 * (counts % 2), 1).prod(axis=1)
        return np.asarray(signs * np.exp(sizes))

    def halves(self, corners: Floats, rows: Floats) -> list[tuple[Floats, Floats]]:
        """The simplex cut in two at the middle of its longest edge."""
        pairs = itertools.combinations(range(self.k), 2)
        a, b = max(pairs, key=lambda pair: float(np.abs(corners[pair[0]] - corners[pair[1]]).max()))
        rest = [c for c in range(self.k) if c not in (a, b)]
        middle = (corners[a] + corners[b]) / 2
        return [
            (np.stack([corners[kept], middle, *corners[rest]]), self._half(rows, [kept, lost, *rest]))
            for kept, lost in ((a, b), (b, a))
        ]

    def _half(self, rows: Floats, order: list[int]) -> Floats:
        """Coefficients where the second corner of the order moves half the way to the first (de Casteljau)."""
        relabelled = np.zeros_like(rows)
        relabelled[:, *self.counts[:, order][:, 1:].T] = rows[:, *self.at]
        half = np.moveaxis(np.tensordot(self.halving, relabelled, axes=(1, 1)), 0, 1)
        return self.table(half[:, *self.at])


def _one_sign(values: Floats, margin: float) -> bool:
    return bool(values.min() > margin or values.max() < -margin)
