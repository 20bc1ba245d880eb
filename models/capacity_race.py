"""S9, compute scarcity: capacity is built before demand is known, and unserved customers go to rivals.

Players: n suppliers (one is the newsvendor). Timing: all choose capacity ``q_i`` GW, then demand D is drawn and
served. Payoff (US$ billion, present value), with p the revenue of a used GW, c its cost and s its value unused:

    pi_i = (p - s) E[sale_i(q, D)] - (c - s) q_i

Two rules say who serves whom, both with full spill-over (Lippman and McCardle 1997):

    herd    all of demand visits one supplier, what it cannot serve goes to the next, in random order;
            with G(x) = E min(D, x) and B the set of rivals visited before i,
            E sale_i = mean over orders of G(q_B + q_i) - G(q_B)
    equal   demand is split evenly, what one cannot serve goes to the other (one or two suppliers)

Each building ``q``, what a supplier adds lies idle with probability ``I(q)``, the mean over ``m = 1..n`` of
``P(D <= m q)`` (herd); in the symmetric equilibrium that is the critical ratio. As ``I(q) >= P(D <= n q) / n``, rivalry
can raise the probability that all demand is met at most n times.

From the literature: the newsvendor (Arrow, Harris and Marschak 1951) and its competitive versions (Parlar 1988;
Lippman and McCardle 1997). Held to: critical ratio (p - c)/(p - s); overinvestment 2n/(n + 1) under herd rule with
uniform demand; none under the equal split. Facts: `models.unit_economics` at its low, central and high values.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from scipy.optimize.elementwise import find_root
from scipy.special import ndtr, ndtri

from models.base import PayoffModel, Value, choice, count, parameter, payoff_model
from models.prior import Prior, derived
from models.shared_priors import demand_volatility
from models.symbolic import exp, log, minimum, normal_cdf
from models.unit_economics import UnitEconomics
from theory.errors import InputError


def _life_priors() -> tuple[Prior, Prior]:
    """Revenue and cost of a GW over its life, from the parts' priors (ends: every part at its worst or best)."""
    part = {name: spec.prior for name, spec in UnitEconomics.parameters().items()}
    better = {"revenue": 1, "price_decline": -1, "capital_cost": 0, "power_cost": 0, "life": 1, "discount_rate": -1}

    def unit(side: int) -> UnitEconomics:
        values = {}
        for name, prior in part.items():
            assert isinstance(prior, Prior)
            values[name] = (prior.low, prior.central, prior.high)[1 + side * better[name]]
        return UnitEconomics(**values)

    def end(name: str, which: str) -> Any:
        prior = part[name]
        assert isinstance(prior, Prior)
        return getattr(prior, which)

    facts = [f for p in part.values() if isinstance(p, Prior) for f in p.facts]
    revenue = derived(
        *(unit(side).revenue_per_gw() for side in (-1, 0, 1)),
        facts=facts,
        reason="revenue of a GW over its life, every part at its low, central and high value, closed as the parts are",
    )
    costs = [
        UnitEconomics(capital_cost=end("capital_cost", w), power_cost=end("power_cost", w)).cost_per_gw()
        for w in ("low", "central", "high")
    ]
    cost = derived(
        *costs,
        facts=("F120a", "F121", "F127b"),
        reason="capital and power of a GW over a life of five years at 10%",
    )
    return revenue, cost


_REVENUE, _COST = _life_priors()


@payoff_model("capacity-race")
class CapacityRace(PayoffModel):
    """Capacity before uncertain demand with spill-over; S9 of the paper."""

    n: int = count("n", default=2, low=1, high=8, meaning="number of suppliers")
    rule: str = choice("rule", default="herd", options=("herd", "equal"), meaning="who serves whom")
    law: str = choice(
        "F_D", default="lognormal", options=("lognormal", "uniform", "normal"), meaning="distribution of demand"
    )
    price: Value = parameter(
        "p", unit="US$ bn/GW", above=0, meaning="revenue of a fully used GW over its life", default=_REVENUE
    )
    cost: Value = parameter("c", unit="US$ bn/GW", above=0, meaning="cost of a GW over its life", default=_COST)
    salvage: Value = parameter("s", default=0.0, unit="US$ bn/GW", low=0, meaning="value of a GW left unused")
    demand: Value = parameter(
        "mu", default=1.0, unit="GW", above=0, meaning="mean of demand (uniform demand is spread from zero to twice it)"
    )
    volatility: Value = parameter(
        "sigma",
        unit="1",
        above=0,
        meaning="standard deviation of log demand (lognormal), or over the mean (normal); uniform ignores it",
        default=demand_volatility(),
    )

    action_unit = "GW"
    outcome_units: ClassVar[Mapping[str, str]] = {"total compute": "GW"}
    rises_with: ClassVar[Mapping[str, int]] = {"price": 1, "cost": -1}
    special_cases: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "newsvendor": {"n": 1},
        "Lippman and McCardle 1997": {"law": "uniform"},
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rule == "equal" and self.n > 2:
            raise InputError(f"the equal split is written for one or two suppliers; n is {self.n}. Use rule=herd")
        for name in ("price", "cost"):
            worth, bound = np.broadcast_arrays(self.salvage, getattr(self, name))
            bad = worth >= bound
            if bad.any():
                most = f"below {name} ({self.parameters()[name].symbol}), which is {bound[bad][0]:g}"
                raise self.refused("salvage", float(worth[bad][0]), most)

    @property
    def players(self) -> tuple[str, ...]:
        """Suppliers by number."""
        return tuple(f"supplier {i + 1}" for i in range(self.n))

    @property
    def critical_ratio(self) -> Any:
        """Probability of meeting all demand at which one supplier stops building, (p - c)/(p - s).

        Zero where a used GW does not earn its cost: nothing is built there.
        """
        return np.maximum((self.price - self.cost) / (self.price - self.salvage), 0.0)

    @property
    def stakes_for_too_little(self) -> Any:
        """What a GW must bring beside its sales for too little to be worse than too much, ``c - (p + s)/2``, US$ bn.

        Then what is lost by a GW too few, ``p - c`` and the stakes, is what is lost by one too many, ``c - s`` without
        them. At or below zero no stakes are needed.
        """
        return self.cost - (self.price + self.salvage) / 2

    def met(self, x: Any) -> Any:
        """Probability that demand is at most ``x``."""
        return self._met(np.asarray(x, float) / self.demand, self.volatility)

    def _met(self, relative: Any, volatility: Any) -> Any:
        """The same by ``x`` over mean demand: elementwise, as a root finder wants it."""
        if self.law == "uniform":
            return np.clip(relative / 2, 0.0, 1.0)
        if self.law == "normal":
            return ndtr((relative - 1) / volatility)
        with np.errstate(divide="ignore"):
            return ndtr(np.log(relative) / volatility + volatility / 2)

    def level(self, share: Any) -> Any:
        """Demand that is not exceeded with probability ``share``, GW; never below zero."""
        share = np.asarray(share, float)
        if self.law == "uniform":
            return 2 * self.demand * share
        if self.law == "normal":
            return self.demand * np.maximum(1 + self.volatility * ndtri(share), 0.0)
        return self.demand * np.exp(self.volatility * ndtri(share) - np.asarray(self.volatility) ** 2 / 2)

    def idle(self, q: Any) -> Any:
        """Probability that what a supplier adds lies idle if each builds ``q``; in equilibrium the critical ratio."""
        return self._idle(np.asarray(q, float) / self.demand, self.volatility)

    def _idle(self, relative: Any, volatility: Any) -> Any:
        sizes = range(1, self.n + 1) if self.rule == "herd" else (self.n,)
        return sum(self._met(m * relative, volatility) for m in sizes) / len(sizes)

    def each(self) -> Any:
        """Capacity of each supplier in the symmetric equilibrium, GW.

        Examples
        --------
        >>> race = CapacityRace(n=2, law="uniform", price=10.0, cost=4.0)
        >>> round(float(2 * race.each() / race.replace(n=1).each()), 9)  # Lippman and McCardle (1997): 2n/(n + 1)
        1.333333333
        """
        ratio = self.critical_ratio
        most = self.level(ratio)  # P(D <= n q) >= idle(q) >= P(D <= q): one supplier's capacity, and its n-th part
        if self.n == 1 or self.rule == "equal":
            return most / self.n
        values: Any = np.broadcast_arrays(most / self.demand, ratio, self.volatility)

        def idle_beyond(relative: Any, *given: Any) -> Any:
            share, volatility = given
            return self._idle(relative, volatility) - share

        found = find_root(idle_beyond, (values[0] / self.n, values[0]), args=tuple(values[1:]))
        return self.demand * np.where(values[0] > 0, found.x, 0.0)

    def limited(self, x: Any) -> Any:
        """``G(x) = E min(D, x)``, the limited expected value of demand."""
        mean, s = self.demand, self.volatility
        if self.law == "uniform":
            y = minimum(x, 2 * mean)
            return y - y**2 / (4 * mean)
        if self.law == "normal":
            z = (x - mean) / (s * mean)
            density = exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
            return mean * normal_cdf(z) - s * mean * density + x * (1 - normal_cdf(z))
        relative = log(x / mean) / s
        return mean * normal_cdf(relative - s / 2) + x * (1 - normal_cdf(relative + s / 2))

    def expected_sale(self, i: int, q: Sequence[Any]) -> Any:
        """Expected sale of supplier ``i``, GW."""
        rivals = [x for j, x in enumerate(q) if j != i]
        if self.rule == "equal" and rivals:
            smaller = minimum(q[i], rivals[0])
            spill = self.limited(q[i] + rivals[0]) - self.limited(rivals[0] + smaller)
            return self.limited(2 * smaller) / 2 + spill
        sale = self.limited(q[i])
        for size in range(1, len(rivals) + 1):
            sets = list(itertools.combinations(rivals, size))
            sale += sum(self.limited(sum(b) + q[i]) - self.limited(sum(b)) for b in sets) / len(sets)
        return sale / len(q)

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Expected profit of supplier ``i``, US$ bn."""
        return (self.price - self.salvage) * self.expected_sale(i, k) - (self.cost - self.salvage) * k[i]

    def outcomes(self, k: Sequence[Any]) -> Mapping[str, Any]:
        """Total capacity (GW); stranded capital and unmet demand (US$ bn)."""
        total, served = sum(k), self.limited(sum(k))
        return {
            "total compute": total,
            "industry profit": sum(self.payoff(i, k) for i in range(len(k))),
            "stranded capital": self.cost * (total - served),
            "unmet demand": self.price * (self.demand - served),
        }

    def action_bounds(self) -> tuple[Any, Any]:
        """From almost nothing to ten times mean demand (twice it, where demand cannot be larger)."""
        mean = np.asarray(self.demand)[..., None]
        most = 2.0 if self.law == "uniform" else 10.0
        return 1e-6 * mean, most * mean
