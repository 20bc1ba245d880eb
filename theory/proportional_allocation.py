"""Capacity shared in proportion to bids: what is left of the best surplus when bidders know that they move the price.

Users bid for parts of one unit of capacity; each gets its share of all bids, and the price is the total of bids. With
linear utilities this is Tullock's contest with exponent one, whose prizes are the users' valuations. Capacity may be
built at a marginal cost that rises in proportion to the amount, up to the last unit.

With many small users who value a unit at the price ``v``, beside one who values it at 1, the large user holds back
until its share is ``1 - v``. At marginal cost ``a <= v`` of the last unit the efficiency is

    (1 - v + v^2 - a/2) / (1 - a/2).

No utilities that are concave and no marginal cost that rises do worse: ``a = 0`` and the worst ``v`` give the bound 3/4
of Johari and Tsitsiklis (2004, Mathematics of Operations Research 29:407-435), ``a = v`` the bound 4 sqrt 2 - 5 of
Johari, Mannor and Tsitsiklis (2005, IEEE Transactions on Automatic Control 50:1712-1724) for elastic supply.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import ArrayLike, NDArray

from theory.contest import tullock_contest
from theory.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ProportionalAllocation:
    """Bids and shares, shape ``(*batch, N)``, and price and efficiency, shape ``batch``."""

    bids: Floats
    shares: Floats
    price: Floats
    efficiency: Floats


def proportional_allocation(valuations: ArrayLike, marginal_cost: ArrayLike = 0.0) -> ProportionalAllocation:
    """Equilibrium of users with linear utilities that bid for one unit of capacity.

    Parameters
    ----------
    valuations
        Worth of all the capacity to each user, shape ``(*batch, N)``; positive.
    marginal_cost
        Of the last unit, shape ``batch`` or one number; the first costs nothing. At most the price that comes about, so
        that all capacity is built.

    Raises
    ------
    InputError
        For valuations that are not positive, fewer than two users, or a marginal cost above the price.

    Examples
    --------
    >>> proportional_allocation([1, 0.5, 0.5]).efficiency.round(6)
    np.float64(0.8)
    """
    found = tullock_contest(valuations)
    v, cost = np.asarray(valuations, float), np.asarray(marginal_cost, float)
    price = found.spending.sum(axis=-1)
    if not ((cost >= 0) & (cost <= price * (1 + 1e-12))).all():
        raise InputError(
            f"marginal_cost is {cost}; it must lie between 0 and the price at full capacity, {price}, "
            "or part of the capacity stays unbuilt"
        )
    surplus = (v * found.share).sum(axis=-1) - cost / 2
    return ProportionalAllocation(found.spending, found.share, price, surplus / (v.max(axis=-1) - cost / 2))


def worst_case_efficiency(*, elastic: bool = False) -> sympy.Expr:
    """Least efficiency over all utilities and numbers of users, as an exact number.

    Parameters
    ----------
    elastic
        Whether capacity is built at a rising marginal cost; otherwise it is given.

    Examples
    --------
    >>> worst_case_efficiency(), worst_case_efficiency(elastic=True)
    (3/4, -5 + 4*sqrt(2))
    """
    v = sympy.Symbol("v", positive=True)
    cost = v if elastic else sympy.Integer(0)
    efficiency = (1 - v + v**2 - cost / 2) / (1 - cost / 2)
    turning = [point for point in sympy.solve(sympy.diff(efficiency, v), v) if 0 < point < 1]
    values = [sympy.simplify(efficiency.subs(v, point)) for point in [*turning, sympy.Integer(0), sympy.Integer(1)]]
    return sympy.Min(*values)
