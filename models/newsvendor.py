"""One supplier, or two with spill-over, before an uncertain demand: risk-averse, regret-averse and rival builders.

Players: one supplier (`cvar_capacity`, `regret_capacity`), or two with a demand of their own (`spill_capacities`).
Choice: capacity ``q``, at a unit cost ``c``, before demand ``D`` is known; a unit sold earns ``p``, an idle one
nothing. Payoff: ``p min(D, q) - c q``, judged by

    mean of the worst share eta     (CVaR; Gotoh and Takano 2007)        eta = 1 is the newsvendor
    largest regret over D           (Savage 1951; Perakis and Roels 2008)

With two suppliers what one cannot serve goes to the other (Parlar 1988): ``E min(q_i, D_i + (D_j - q_j)^+)``; the
planner serves both demands from one pool (Lippman and McCardle 1997).

These are functions of a distribution (a frozen one of `scipy.stats`) and not registered models: the payoffs are
integrals over a law that the user gives, not formulas in declared parameters. `models.CapacityRace` is the registered
model with one demand for all. Held to: the cases cvar_newsvendor, regret_newsvendor, parlar_iid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from scipy.optimize import brentq

from theory.distribution_risk import Distribution, integral, limited_mean, quantiles
from theory.errors import InputError


class Density(Distribution, Protocol):
    """Distribution with a density."""

    def pdf(self, x: float, /) -> float:
        """Density at ``x``."""


@dataclass(frozen=True)
class RegretCapacity:
    """Capacity that minimises the largest regret, and that regret."""

    capacity: float
    regret: float


@dataclass(frozen=True)
class SpillCapacities:
    """Capacities of two suppliers with spill-over: each in equilibrium, both together, and the planner's total."""

    each: float
    total: float
    central: float


def cvar_profit(demand: Distribution, capacity: float, *, price: float, cost: float, share: float = 1.0) -> float:
    """Mean profit over the worst ``share`` of demands, those up to the quantile at ``share``."""
    _check(price, cost)
    _check_share(share)
    return price * limited_mean(_Worst(demand, share), capacity) - cost * capacity


def cvar_capacity(demand: Distribution, *, price: float, cost: float, share: float = 1.0) -> float:
    """Capacity that maximises the mean profit over the worst ``share`` of demands.

    Profit rises with demand, so that the worst cases are the smallest demands, and the marginal profit of capacity
    is ``p P(D > q | worst) - c``: the root of that.

    Examples
    --------
    >>> from scipy import stats
    >>> round(cvar_capacity(stats.uniform(0, 1), price=10, cost=4), 6)
    0.6
    """
    _check(price, cost)
    _check_share(share)
    worst = _Worst(demand, share)
    return _root(lambda q: price * worst.sf(q) - cost, float(worst.ppf(0.0)), float(worst.ppf(1.0)))


def regret_capacity(low: float, high: float, *, price: float, cost: float) -> RegretCapacity:
    """Capacity with the smallest largest regret when nothing is known of demand but its ends.

    Examples
    --------
    >>> regret_capacity(0, 1, price=10, cost=4)
    RegretCapacity(capacity=0.6, regret=2.4)
    """
    _check(price, cost)
    if not 0 <= low < high < float("inf"):
        raise InputError(f"demand lies between {low} and {high}; two finite numbers with 0 <= low < high are needed")

    def regret(q: float, demand: float) -> float:
        return (price - cost) * demand - (price * min(demand, q) - cost * q)

    # regret is convex in demand, so largest at an end; the one end's falls with q and the other's rises
    capacity = _root(lambda q: regret(q, high) - regret(q, low), low, high)
    return RegretCapacity(capacity, max(regret(capacity, low), regret(capacity, high)))


def spill_capacities(demand: Density, *, price: float, cost: float) -> SpillCapacities:
    """Symmetric equilibrium of two suppliers with independent demands of one law and spill-over.

    Examples
    --------
    >>> from scipy import stats
    >>> found = spill_capacities(stats.uniform(0, 1), price=1, cost=0.4)
    >>> found.total > found.central  # competition builds more than the planner
    True
    """
    _check(price, cost)
    most = float(demand.ppf(1 - 1e-15))
    each = _root(lambda q: price * (1 - _reached(demand, q, q)) - cost, 0.0, 2 * most)
    central = _root(lambda total: price * (1 - _pooled(demand, total)) - cost, 0.0, 2 * most)
    return SpillCapacities(each, 2 * each, central)


def _reached(demand: Density, own: float, rival: float) -> float:
    """``P(D_i + (D_j - q_j)^+ <= own)``."""
    spilled = integral(
        lambda x: float(demand.pdf(x)) * float(demand.cdf(own - (x - rival))),
        rival,
        rival + own,
        _kinks(demand, rival + own),
    )
    return float(demand.cdf(own)) * float(demand.cdf(rival)) + spilled


def _pooled(demand: Density, total: float) -> float:
    """``P(D_1 + D_2 <= total)``."""
    return integral(lambda x: float(demand.pdf(x)) * float(demand.cdf(total - x)), 0.0, total, _kinks(demand, total))


def _kinks(demand: Distribution, end: float) -> tuple[float, ...]:
    """Points at which a density or its reflection at ``end`` may jump or bend."""
    points = quantiles(demand)
    return (*points, *(end - p for p in points))


@dataclass(frozen=True)
class _Worst:
    """The smallest ``share`` of a demand: its law given that it is below the quantile."""

    demand: Distribution
    share: float

    def cdf(self, x: float) -> float:
        return min(float(self.demand.cdf(x)) / self.share, 1.0)

    def sf(self, x: float) -> float:
        return 1.0 - self.cdf(x)

    def isf(self, q: float) -> float:
        return self.ppf(1.0 - q)

    def ppf(self, q: float) -> float:
        return float(self.demand.ppf(q * self.share))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Root of a falling (or rising) marginal value; infinite ends are widened until the sign changes."""
    if high == float("inf"):
        high = max(low, 1.0)
        while function(high) > 0 and high < 1e300:
            high *= 2
    return float(brentq(function, low, high, xtol=1e-300, rtol=1e-15))


def _check(price: float, cost: float) -> None:
    if not 0 < cost < price < float("inf"):
        raise InputError(f"price is {price} and cost {cost}; 0 < cost < price is needed, or nothing is built")


def _check_share(share: float) -> None:
    if not 0 < share <= 1:
        raise InputError(f"share is {share}; it must be above 0 and at most 1 (1 is the mean)")
