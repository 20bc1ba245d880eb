"""What a GW is worth to a tenant, to others and on the spot: the parts of anchor tenants without a contract.

``v`` is what a GW of this cloud is worth to the lab: in a slack market the rent of idle capacity elsewhere and the cost
of moving there, in a tight one all that it earns. ``r`` is what others pay for an idle GW; in a tight market they bid
for it. On the spot, with capital sunk, the two bargain: ``s = r + beta (v - r)``. With ``M(x) = E min(D, x)`` a cloud
that builds K earns ``s M(K) + r (K - M(K)) - kappa K``, and cloud and lab together ``v M(K) + r (K - M(K)) - kappa K``,
v and r being means over the two states of the market. All values are per GW over the useful life, net of power, in
US$ billion.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.base import Value, choice, parameter, payoff_parts
from models.capacity_race import CapacityRace
from models.prior import at_least, at_most, derived, fact, mapped, swept
from models.shared_priors import bargaining_weight, demand_volatility, switching_cost
from models.unit_economics import UnitEconomics

Floats = NDArray[np.float64]


def trade(value: Any, relet: Any, weight: Any, cost: Any, capacity: Any, used: Any) -> Any:
    """Party's payoff from ``capacity`` without a contract: its share of what the tenant uses, the market for the rest.

    With ``weight`` beta it is the cloud's; with weight one it is what both earn together.

    Examples
    --------
    >>> trade(value=60, relet=20, weight=0.5, cost=45, capacity=1.0, used=1.0)
    -5.0
    """
    return (relet + weight * (value - relet)) * used + relet * (capacity - used) - cost * capacity


_EARNED_LATER = fact("F039a") / (fact("F035a") + fact("F035b"))
"""OpenAI's revenue of 2025 over its compute of 2024."""


@payoff_parts
class Tenancy(UnitEconomics):
    """A cloud with one large tenant and a market for the rest. Base of anchor tenants; not a model by itself."""

    law: str = choice("F_D", default="lognormal", options=("lognormal", "uniform"), meaning="distribution of demand")
    demand: Value = parameter(
        "d",
        unit="GW",
        above=0,
        meaning="mean of the lab's demand (uniform demand is spread from zero to twice it)",
        default=derived(
            at_least("F078b"),
            fact("F107a"),
            fact("F071c"),
            facts=("F078b", "F107a", "F071c"),
            reason="capacity of three contracts: Anthropic-Google, more than a GW and closed at it (low), Rainier "
            "(central), OpenAI-Oracle (high)",
        ),
    )
    demand_volatility: Value = parameter(
        "sigma",
        unit="1",
        above=0,
        meaning="standard deviation of the logarithm of demand",
        default=demand_volatility(),
    )
    earning: Value = parameter(
        "m",
        unit="1",
        above=0,
        meaning="lab's revenue from a used GW over the market rent of it",
        default=mapped(
            1.0,
            (1 + _EARNED_LATER) / 2,
            _EARNED_LATER,
            facts=("F039a", "F035a", "F035b"),
            reason="a lab that just pays its rent (low); OpenAI's revenue of 2025 over its compute of 2024, which "
            "growth between the years inflates (high); halfway (central)",
        ),
    )
    relet_discount: Value = parameter(
        "delta",
        unit="1",
        low=0,
        high=1,
        meaning="discount at which idle capacity is let to others",
        default=mapped(
            0.0,
            1 - fact("F115a") / fact("F116a"),
            at_most("F117"),
            facts=("F117", "F115a", "F116a"),
            reason="none in a starved market (low); posted to break-even rent (central); a price "
            "cut of 2025, up to 45% and closed at it (high)",
        ),
    )
    specificity: Value = parameter(
        "zeta",
        unit="1",
        low=0,
        high=1,
        meaning="share of the value to others that is lost because capacity is made for one tenant",
        default=swept(0.0, 0.2, 0.6, reason="from common chips to chips and site of one tenant only; no fact"),
        facts=("S29",),
    )
    tightness: Value = parameter(
        "pi",
        unit="1",
        low=0,
        high=1,
        meaning="probability that rival labs bid for the capacity",
        default=swept(0.0, 0.3, 0.8, reason="from a slack to a starved market; no fact"),
        facts=("S35", "S52", "S53", "F161"),
    )
    rival_bid: Value = parameter(
        "chi",
        unit="1",
        low=0,
        high=1,
        meaning="rivals' bid in a tight market over the lab's own value",
        default=swept(0.5, 0.8, 1.0, reason="from a weaker lab to an equal one; no fact"),
    )
    switching: Value = parameter(
        "y",
        unit="years",
        low=0,
        meaning="cost of moving to another cloud when idle capacity is elsewhere, over a year's rent",
        default=switching_cost(),
        facts=("S18", "S36"),
    )
    bargaining: Value = parameter(
        "beta",
        unit="1",
        above=0,
        high=1,
        meaning="cloud's bargaining weight",
        default=bargaining_weight(),
    )
    limit: Value = parameter(
        "K_max",
        unit="1",
        above=0,
        meaning="capacity that chips and power allow, over the lab's mean demand",
        default=swept(0.75, 1.5, 3.0, log=True, reason="from less than the lab's mean demand to thrice it; no fact"),
    )

    # -- values of a GW over its life, net of power, US$ bn ------------------------------------------

    def power(self) -> Any:
        """Power of a used GW."""
        return self.cost_per_gw() - self.capital_cost

    def earned(self) -> Any:
        """What a used GW earns the lab."""
        return self.earning * self.revenue_per_gw() - self.power()

    def market_price(self) -> Any:
        """What a GW costs at the rent of published contracts."""
        return self.revenue_per_gw() - self.power()

    def idle_price(self) -> Any:
        """What an idle GW that suits everybody costs in a slack market."""
        return np.maximum((1 - self.relet_discount) * self.revenue_per_gw() - self.power(), 0.0)

    def worth(self) -> tuple[Any, Any]:
        """What a GW of this cloud is worth to the lab, v, in a slack and in a tight market."""
        elsewhere = self.idle_price() + self.switching * self.revenue
        return np.minimum(self.earned(), elsewhere), self.earned()

    def relet(self) -> tuple[Any, Any]:
        """What others pay for an idle GW in a slack and in a tight market."""
        slack = np.minimum(self.idle_price(), self.earned())
        tight = np.maximum(slack, self.rival_bid * self.earned())
        return (1 - self.specificity) * slack, (1 - self.specificity) * tight

    def mean(self, slack: Any, tight: Any) -> Any:
        """Mean over the states of the market."""
        return (1 - self.tightness) * slack + self.tightness * tight

    def worth_mean(self) -> Any:
        """What a GW of this cloud is expected to be worth to the lab, v."""
        return self.mean(*self.worth())

    def relet_mean(self) -> Any:
        """What an idle GW is expected to bring, r."""
        return self.mean(*self.relet())

    def spot(self) -> tuple[Any, Any]:
        """Price of a GW without a contract in a slack and in a tight market: bargained when the capital is sunk."""
        slack, tight = (r + self.bargaining * (v - r) for v, r in zip(self.worth(), self.relet(), strict=True))
        return slack, tight

    # -- quantities ----------------------------------------------------------------------------------

    @functools.cached_property
    def _law(self) -> CapacityRace:
        return CapacityRace(n=1, law=self.law, demand=self.demand, volatility=self.demand_volatility)

    def used(self, capacity: Any) -> Any:
        """``M(x) = E min(D, x)``, GW."""
        law = self._law
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(np.asarray(capacity) > 0, law.limited(np.maximum(capacity, 1e-300)), 0.0)

    def exceeded(self, probability: Any) -> Any:
        """Capacity that demand exceeds with a probability; zero from one on, the limit down to nought."""
        inside = np.clip(probability, 1e-300, 1.0)
        if self.law == "uniform":
            quantile = 2 * self.demand * (1 - inside)
        else:
            s = self.demand_volatility
            quantile = self.demand * np.exp(-s * special.ndtri(inside) - s**2 / 2)
        quantile = np.where(np.asarray(probability) >= 1, 0.0, quantile)
        return np.minimum(quantile, self.limit * self.demand)

    def capacity_for(self, weight: Any) -> Any:
        """Capacity built for this share of the tenant's value: ``P(D > K) = (kappa - r) / (weight (v - r))``.

        One gives the efficient capacity, the cloud's bargaining weight the one it builds without a contract.
        """
        short = self.capital_cost - self.relet_mean()
        worth = weight * (self.worth_mean() - self.relet_mean())
        ratio = np.divide(short, worth, out=np.full(np.broadcast(short, worth).shape, 2.0), where=np.asarray(worth) > 0)
        return self.exceeded(np.where(np.asarray(short) <= 0, 0.0, ratio))

    def surplus(self, capacity: Any) -> Any:
        """What cloud and lab earn together from a capacity, US$ bn."""
        return trade(self.worth_mean(), self.relet_mean(), 1.0, self.capital_cost, capacity, self.used(capacity))

    def cloud_on_spot(self, capacity: Any) -> Any:
        """What the cloud earns from a capacity without a contract, US$ bn."""
        v, r = self.worth_mean(), self.relet_mean()
        return trade(v, r, self.bargaining, self.capital_cost, capacity, self.used(capacity))
