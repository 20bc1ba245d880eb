"""S7, capacity first, prices later: two suppliers build, then compete in prices within what they built.

Players: two suppliers. Timing: both choose capacity ``K_i`` (GW) at unit cost ``k``; both see it; both name prices;
buyers take the cheaper supplier first, those who value compute most being served first (efficient rationing). Demand is
a line, ``D(p) = (a - p) / b``, unit production cost ``c``. With ``m = p - c``, the supplier with the lower price earns
``m min(K_i, D(p))`` and the other ``m min(K_i, (D(p) - K_j)^+)``; at equal prices demand is split by capacity, what one
cannot serve going to the other.

The price stage has (Kreps and Scheinkman 1983; Deneckere and Kovenock 1996 for unequal capacities)

- both price at cost, if each could serve everybody at cost;
- both price at ``P(K_1 + K_2)``, if neither would rather sell less than its capacity against the other's;
- else mixed prices on ``[p_low, p_high]``: ``p_high`` is the best price for what the smaller supplier leaves over, the
  larger one earns that profit at every price in the support, ``p_low`` is the price at which it earns it being the
  cheaper one, and each distribution keeps the other supplier indifferent (``min(K, D)`` in it: a large supplier cannot
  sell more than is asked for).

`PriceStage.regret` holds the result against every price. The capacity stage is then a game over quantities, solved by
`theory.nash`. This is no registered model: its payoff is the value of a subgame with regimes, not one formula.
Held to: the cases kreps_scheinkman, bertrand_edgeworth, bertrand_edgeworth_asym.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.continuous import ContinuousGame, Payoff
from theory.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PriceStage:
    """Equilibrium of the price stage, given the capacities.

    Attributes
    ----------
    intercept, slope, cost
        Demand ``(intercept - p) / slope`` and the unit cost of production.
    capacities, profits
        Of the two suppliers.
    lowest, highest
        Ends of the support of both prices; equal if prices are pure.
    """

    intercept: float
    slope: float
    cost: float
    capacities: tuple[float, float]
    profits: tuple[float, float]
    lowest: float
    highest: float

    @property
    def pure(self) -> bool:
        """Whether both suppliers name one price for sure."""
        return self.lowest == self.highest

    def demand(self, price: ArrayLike) -> Floats:
        """Quantity asked for at a price."""
        return np.maximum((self.intercept - np.asarray(price, float)) / self.slope, 0.0)

    def distribution(self, supplier: int, price: ArrayLike) -> Floats:
        """Probability that a supplier's price is at most ``price``; the larger one's jumps to 1 at `highest`.

        It keeps the other supplier indifferent over the support.
        """
        p = np.asarray(price, float)
        if self.pure:
            return np.where(p >= self.highest, 1.0, 0.0)
        inside = np.clip(p, self.lowest, self.highest)
        cheap, dear = self._revenues(1 - supplier, inside)
        share = (cheap - self.profits[1 - supplier]) / (cheap - dear)
        return np.where(p >= self.highest, 1.0, np.where(p < self.lowest, 0.0, np.clip(share, 0.0, 1.0)))

    def profit_at(self, supplier: int, price: ArrayLike) -> Floats:
        """Expected profit of a supplier at a price, against the other's equilibrium prices (a tie is undercut)."""
        p = np.asarray(price, float)
        cheap, dear = self._revenues(supplier, p)
        share = self.distribution(1 - supplier, p)
        at_atom = p == self.highest  # just below the other's atom
        share = np.where(at_atom, self.distribution(1 - supplier, np.nextafter(p, -np.inf)), share)
        return np.asarray(cheap * (1 - share) + dear * share)

    def regret(self, prices: int = 2001) -> float:
        """Largest gain of any supplier from any price on a grid, over the monopoly profit."""
        grid = np.linspace(self.cost, self.intercept, prices)
        scale = (self.intercept - self.cost) ** 2 / (4 * self.slope)
        gains = [self.profit_at(i, grid).max() - self.profits[i] for i in (0, 1)]
        return max(float(max(gains)) / scale, 0.0)

    def _revenues(self, supplier: int, price: Floats) -> tuple[Floats, Floats]:
        """Profit of a supplier as the cheaper one and as the dearer one."""
        own, rival = self.capacities[supplier], self.capacities[1 - supplier]
        asked = self.demand(price)
        margin = price - self.cost
        return margin * np.minimum(own, asked), margin * np.minimum(own, np.maximum(asked - rival, 0.0))


def price_stage(intercept: float, slope: float, capacities: tuple[float, float], *, cost: float = 0.0) -> PriceStage:
    """Solve the price stage for given capacities.

    Parameters
    ----------
    intercept, slope
        Inverse demand ``intercept - slope Q``.
    capacities
        Of the two suppliers, positive.
    cost
        Unit cost of production, below the intercept.

    Examples
    --------
    >>> stage = price_stage(1, 1, (0.5, 0.5))
    >>> stage.profits, stage.lowest, stage.highest
    ((0.0625, 0.0625), 0.125, 0.25)
    >>> stage.regret() < 1e-12
    True
    """
    pair = np.array(capacities, float)
    if pair.shape != (2,) or not np.isfinite(pair).all() or (pair <= 0).any():
        raise InputError(f"capacities are {capacities}; two positive numbers are needed")
    if not (slope > 0 and 0 <= cost < intercept < np.inf):
        raise InputError(
            f"demand {intercept} - {slope} Q at cost {cost}: slope > 0 and 0 <= cost < intercept are needed"
        )
    profits, low, high = _solve(pair, float(intercept - cost), float(slope))
    return PriceStage(
        intercept,
        slope,
        cost,
        (float(pair[0]), float(pair[1])),
        (float(profits[0]), float(profits[1])),
        float(low) + cost,
        float(high) + cost,
    )


def capacity_game(*, intercept: float, slope: float, capacity_cost: float, cost: float = 0.0) -> ContinuousGame:
    """Game over capacities in which payoffs are those of the price stage, less the cost of capacity.

    Examples
    --------
    Kreps and Scheinkman (1983): capacities are Cournot quantities.

    >>> from theory import nash
    >>> nash(capacity_game(intercept=1, slope=1, capacity_cost=0.1)).select().round(6)
    array([0.3, 0.3])
    """
    margin = intercept - cost
    if not (slope > 0 and 0 < capacity_cost < margin):
        raise InputError(
            f"capacity_cost is {capacity_cost}; it must be positive and below {margin:g}, or nobody builds"
        )

    def payoff(i: int) -> Payoff:
        return lambda x: _solve(x, margin, slope)[0][..., i] - capacity_cost * x[..., i]

    def price(x: Floats) -> Floats:  # the highest price in the support: the price, where it is pure
        return np.asarray(_solve(x, margin, slope)[2] + cost)

    return ContinuousGame(
        [payoff(0), payoff(1)],
        lower=1e-6 * margin / slope,
        upper=margin / slope,
        players=("supplier 1", "supplier 2"),
        outcomes={"price": price},
        action_unit="GW",
        payoff_unit="US$ bn",
    )


def _solve(capacities: Floats, margin: float, slope: float) -> tuple[Floats, Floats, Floats]:
    """Profits ``(..., 2)``, lowest and highest margins of price over cost, for capacities ``(..., 2)``."""
    small, large = capacities.min(axis=-1), capacities.max(axis=-1)
    total = small + large
    clearing = margin - slope * total
    # what the smaller one leaves over is a line again: its best price and quantity
    residual = np.maximum(margin - slope * small, 0.0)
    sold = residual / (2 * slope)
    mixed = large > sold  # else the larger one sells all it has at the clearing price
    high = np.where(mixed, residual / 2, clearing)
    secure = np.where(mixed, sold * residual / 2, clearing * large)
    low = np.where(mixed, _cheapest(secure, large, margin, slope), clearing)
    smaller_profit = low * np.minimum(small, (margin - low) / slope)
    first_is_large = capacities[..., 0] >= capacities[..., 1]
    profits = np.stack(
        [np.where(first_is_large, secure, smaller_profit), np.where(first_is_large, smaller_profit, secure)], axis=-1
    )
    return profits, low, high


def _cheapest(secure: Floats, large: Floats, margin: float, slope: float) -> Floats:
    """Smallest margin at which the larger supplier, serving first, earns it: ``m min(K, D(m)) = secure``."""
    all_sold = secure / large
    root = np.sqrt(np.maximum(margin**2 - 4 * slope * secure, 0.0))
    demand_met = 2 * slope * secure / (margin + root)  # smaller root of m (margin - m) / slope = secure
    return np.where(all_sold <= margin - slope * large, all_sold, demand_met)
