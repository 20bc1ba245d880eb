"""S7, custom silicon: merchant chips with a mark-up against chips that clouds make for themselves.

Players: M merchant chip makers and T clouds, of which ``o`` make their own chips. Timing: the clouds that can do so
decide whether to make or to buy; merchants choose quantities ``x_i`` in GW, and the chip price clears the market;
clouds choose how many GW to offer. Solved backwards (`models.chip_market`). Choice of the game written here: ``x_i``,
with X their sum. Amounts are US$ billion per GW of equal performance, over its life.

Users pay ``P = a - b Q``, a line through today's price ``P_0 = kappa / (1 - mu)`` and build ``Q_0`` with elasticity
``e`` there. A GW of merchant chips costs a cloud ``w + (1 - h) kappa``: the chip price, and the rest of the capital. A
GW of own chips costs its maker ``theta kappa``; ``theta`` is the effective cost ratio. The last stage is Cournot's:

    q_o = max(0, (a - theta kappa - b X) / (b (o + 1)))                 each maker of own chips
    P   = min((a - b X + o theta kappa) / (o + 1), a - b X),    w = P - b X / (T - o) - (1 - h) kappa

and a merchant earns ``pi_i = (w - m_i h kappa) x_i``. The derived demand is the lesser of two lines (makers in the
market or out of it), so profits are concave in the own quantity.

From the literature: oligopolies one after the other (Greenhut and Ohta 1979; Salinger 1988), which is the case without
makers and with chips alone: ``Q = M N / ((M + 1)(N + 1))``; why quantities upstream: capacity first, price later (Kreps
and Scheinkman 1983), with `models.chip_market.scarce_prices` for other capacities. New: makers of their own chips
beside buyers, and make or buy before. Facts set the capital cost, the chips' share of it, and the two ends of the cost
ratio; production costs and the elasticity are swept, as no fact tells them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

from models.base import PayoffModel, Value, count, parameter, payoff_model
from models.compute_race import COMPUTE_ONLY, PLANS
from models.prior import Prior, derived, fact, swept
from models.shared_priors import cloud_margin, own_chip_ratio
from models.symbolic import minimum
from models.unit_economics import Stakes, UnitEconomics
from theory.errors import InputError

Floats = NDArray[np.float64]

MERCHANTS = ("Nvidia", "AMD")
"""Merchants by name, in the order of the per-player parameters."""


def _build() -> Prior:
    """Yearly build of the five named builders, from last year's to this year's, GW."""
    share, cost = Stakes().ai_share, UnitEconomics().capital_cost
    parts = [(plan, (share + (1 - share) * lab.central) / cost) for plan, lab in zip(PLANS, COMPUTE_ONLY, strict=True)]
    low, central, high = (sum(each * getattr(plan, end) for plan, each in parts) for end in ("low", "central", "high"))
    facts = tuple(dict.fromkeys(f for plan in PLANS for f in plan.facts))
    return derived(
        low, central, high, facts=facts, log=True, reason="plans of the race, closed as there, at the central cost"
    )


@payoff_model("custom-silicon")
class CustomSilicon(PayoffModel):
    """Merchants' quantities with clouds that make their own chips beside those that buy; S7 of the paper."""

    n: int = count("M", default=2, low=1, high=6, meaning="number of merchant chip makers")
    clouds: int = count("T", default=6, low=2, high=50, meaning="number of clouds that offer compute")
    makers: int = count("o", default=2, low=0, high=49, meaning="number of clouds that make their own chips")
    capital_cost: Value = parameter(
        "kappa",
        unit="US$ bn/GW",
        above=0,
        meaning="capital cost of a GW with merchant chips at today's prices",
        default=cast(Prior, UnitEconomics.parameters()["capital_cost"].prior),
    )
    chip_share: Value = parameter(
        "h",
        unit="1",
        above=0,
        high=1,
        meaning="share of the chips in that cost",
        default=derived(
            fact("F120b"),
            fact("F120b"),
            fact("F093b") / fact("F093a"),
            facts=("F120b", "F093a", "F093b"),
            reason="GPUs in the cost of a GW (low, central); compute hardware in that of a rack (high)",
        ),
    )
    cost_ratio: Value = parameter(
        "theta",
        unit="1",
        above=0,
        meaning="capital cost of a GW of own chips over one of merchant chips at today's prices, at equal performance",
        default=own_chip_ratio(),
    )
    merchant_cost: Value = parameter(
        "m",
        unit="1",
        above=0,
        meaning="merchant's cost of producing a chip over today's chip price",
        default=(
            swept(0.2, 0.3, 0.6, reason="the facts hold no margin of a chip maker"),
            swept(0.3, 0.5, 0.9, reason="the same for the second source, whose chips do less for their cost"),
        ),
    )
    margin: Value = parameter(
        "mu",
        unit="1",
        low=0,
        high=0.9,
        meaning="cloud's gross margin at today's price of compute",
        default=cloud_margin(),
    )
    elasticity: Value = parameter(
        "e",
        unit="1",
        above=0,
        meaning="price elasticity of the demand for compute at today's price",
        default=swept(0.5, 1.0, 2.5, log=True, reason="from scarce to price-driven compute; no fact"),
    )
    build: Value = parameter("Q_0", unit="GW", above=0, meaning="build at today's price", default=_build())

    action_unit = "GW"
    outcome_units: ClassVar[Mapping[str, str]] = {
        "chip price": "US$ bn/GW",
        "compute price": "US$ bn/GW",
        "total compute": "GW",
        "own share": "1",
    }
    rises_with: ClassVar[Mapping[str, int]] = {"cost_ratio": 1, "merchant_cost": -1, "build": 1}
    special_cases: ClassVar[Mapping[str, Mapping[str, Any]]] = {"successive oligopoly": {"makers": 0, "chip_share": 1}}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.makers >= self.clouds:
            raise InputError(f"makers is {self.makers} of {self.clouds} clouds; at least one cloud must buy chips")
        cheapest = np.asarray(self.merchant_cost).min(axis=-1)
        cost = self.rest() + cheapest * self.chip_share * self.capital_cost
        if (np.asarray(self.demand_line()[0]) <= cost).any():
            raise InputError(
                f"merchant_cost (m) is {self.merchant_cost} and elasticity (e) {self.elasticity}: users would buy "
                "nothing even at the merchants' cost; lower one of them"
            )

    @property
    def players(self) -> tuple[str, ...]:
        """The merchants."""
        return MERCHANTS[: self.n] + tuple(f"merchant {i + 1}" for i in range(len(MERCHANTS), self.n))

    def replace(self, **changes: Any) -> Self:
        """Copy with some parameters changed; further merchants have the mean cost of those there are."""
        n, costs = self.parameters()["n"].check(changes.get("n", self.n), self.name), np.asarray(self.merchant_cost)
        if n != self.n:
            extra = np.repeat(costs.mean(axis=-1, keepdims=True), max(n - self.n, 0), axis=-1)
            changes.setdefault("merchant_cost", np.concatenate([costs[..., :n], extra], axis=-1))
        return super().replace(**changes)

    def demand_line(self) -> tuple[Any, Any]:
        """Intercept and slope of what users pay for a GW, ``a`` and ``b``."""
        price = self.capital_cost / (1 - self.margin)
        return price * (1 + 1 / self.elasticity), price / (self.elasticity * self.build)

    def rest(self) -> Any:
        """Capital of a GW besides the chips, US$ bn."""
        return (1 - self.chip_share) * self.capital_cost

    def own_cost(self) -> Any:
        """Capital of a GW of own chips, US$ bn."""
        return self.cost_ratio * self.capital_cost

    def production_cost(self, i: int) -> Any:
        """Merchant ``i``'s cost of the chips of a GW, US$ bn."""
        each = self.merchant_cost
        return (each[i] if isinstance(each, tuple) else each[..., i]) * self.chip_share * self.capital_cost

    def compute_price(self, bought: Any) -> Any:
        """What users pay for a GW if clouds buy the chips of ``bought`` GW, US$ bn."""
        a, b = self.demand_line()
        alone = a - b * bought
        return minimum((alone + self.makers * self.own_cost()) / (self.makers + 1), alone)

    def own_output(self, bought: Any) -> Any:
        """GW that each maker of own chips offers."""
        a, b = self.demand_line()
        return -minimum((self.own_cost() + b * bought - a) / (b * (self.makers + 1)), 0)

    def chip_price(self, bought: Any) -> Any:
        """Price of the chips of a GW that clears the market, US$ bn."""
        share = self.demand_line()[1] * bought / (self.clouds - self.makers)
        return self.compute_price(bought) - share - self.rest()

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Profit of merchant ``i``, US$ bn."""
        return (self.chip_price(sum(k)) - self.production_cost(i)) * k[i]

    def outcomes(self, k: Sequence[Any]) -> Mapping[str, Any]:
        """Prices (US$ bn per GW), GW, share of own chips, spending and profits (US$ bn) after the clouds' choices."""
        bought, own = sum(k), self.own_output(sum(k))
        price, chip = self.compute_price(bought), self.chip_price(bought)
        slope, total = self.demand_line()[1], bought + self.makers * own
        return {
            "chip price": chip,
            "compute price": price,
            "total compute": total,
            "own share": self.makers * own / total,
            "capital spending": bought * (chip + self.rest()) + self.makers * own * self.own_cost(),
            "user spending": price * total,
            "merchant profit": sum(self.payoff(i, k) for i in range(len(k))),
            "maker's profit": slope * own**2,
            "buyer's profit": slope * (bought / (self.clouds - self.makers)) ** 2,
        }

    def action_bounds(self) -> tuple[Any, Any]:
        """From nothing to what would take the price of compute to zero."""
        a, b = self.demand_line()
        most = np.asarray(a / b)[..., None]
        return 0.0 * most, most

    def derived_demand(self) -> tuple[Any, Any]:
        """Intercept and slope of the chip price in GW bought, while makers of own chips are in the market."""
        (a, b), o = self.demand_line(), self.makers
        return (a + o * self.own_cost()) / (o + 1) - self.rest(), b * (1 / (o + 1) + 1 / (self.clouds - o))
