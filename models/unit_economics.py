"""What a GW of AI compute earns and costs, and what a lead in it is worth: the parts that the races share.

Present values are taken at the start of the useful life, in US$ billion per GW of capacity and in dollars of the base
year (`models.price_level`); what is earned and paid later is in current dollars, discounted at a nominal rate:

    revenue R = p (1 - exp(-(rho + g) T)) / (rho + g)      fully used, price falling at rate g
    cost    c = kappa + w (1 - exp(-rho T)) / rho          capital, then power

Stakes beyond the market (all present values, US$ billion):

    prize     h V k_i^r / sum_j k_j^r                      Tullock (1980) contest for the lead
    survival  F k_i^r / (k_i^r + omega m_i), m_i the mean of k_j^r over rivals

The survival term is the standing that a builder keeps, saturating in its own capacity relative to its rivals':
with ``omega`` below one, falling behind costs more than getting ahead gains. `decided` is the share h of the
prize that one year's vintage settles; no fact says how large it is, so it is swept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from models.base import PayoffModel, payoff_parts
from models.parameters import Value, parameter
from models.prior import at_least, derived, fact, mapped, swept
from models.shared_priors import DISCOUNT_RATE, cloud_margin, demand_volatility
from models.symbolic import exp

POWER_COST = (0.4, 0.7, 1.2)
"""Power and other running cost of a GW-year, US$ bn: 8.76 TWh at 46 to 137 US$/MWh."""


LOSS_ELASTICITY = fact("F140d") * fact("F140e") / (fact("F140d") + fact("F140e"))
"""Elasticity of reducible loss to compute that is split optimally between parameters and data."""


def _central_capital() -> float:
    return (fact("F120a") + fact("F121")) / 2


def _rent_at_margin(margin: float) -> float:
    """Rent of a GW-year, US$ bn, that leaves a gross margin at central capital, life and power cost."""
    return (_central_capital() / fact("F127b") + POWER_COST[1]) / (1 - margin)


def rent_at_reported_margin() -> float:
    """Rent that leaves Oracle's latest reported gross margin at central capital, life and power, US$ bn a year."""
    return _rent_at_margin(fact("F119a"))


def rent_in_backlog() -> float:
    """CoreWeave's backlog over contracted power and average term, US$ bn per GW-year: a lower end of rents."""
    return fact("F076a") / (fact("F076c") * fact("F077b"))


@payoff_parts
class UnitEconomics(PayoffModel):
    """Revenue and cost of a GW over its life. Base of the calibrated races; not a model by itself."""

    revenue: Value = parameter(
        "p",
        unit="US$ bn/GW/yr",
        low=0,
        meaning="revenue of a fully used GW in its first year",
        default=derived(
            _rent_at_margin(cloud_margin().low),
            fact("F071a") / (fact("F071c") * fact("F071b")),
            fact("F071a") / (fact("F071c") * (fact("F071b") - 1)),
            facts=("F071a", "F071b", "F071c", "F119c", "F120a", "F121", "F127b"),
            reason="rent that leaves a gross margin of 5% at the central cost: half of what Oracle's lowest quarter "
            "was below, where the range is closed (low); value of the OpenAI-Oracle contract over GW and term, at full "
            "power for five years (central) and for four of them, one being ramp (high). CoreWeave's backlog over "
            "contracted power, not all of it in service, is a scenario",
        ),
    )
    price_decline: Value = parameter(
        "g",
        unit="1/yr",
        low=0,
        high=2,
        meaning="rate at which revenue per GW falls",
        default=mapped(
            0.0,
            0.0,
            -math.log(1 - fact("F144")),
            facts=("F076b", "F144"),
            reason="none under take-or-pay (central); with hardware price-performance on the spot market (high)",
        ),
    )
    capital_cost: Value = parameter(
        "kappa",
        unit="US$ bn/GW",
        above=0,
        meaning="capital cost of a GW, chips and building",
        default=derived(
            fact("F120a"),
            _central_capital(),
            fact("F121", "high"),
            facts=("F120a", "F121"),
            reason="Bernstein (low), Nvidia's upper figure (high), the mean of the two estimates (central); "
            "OpenAI's commitments come to 47 per GW (F041), but are partly rent",
        ),
    )
    power_cost: Value = parameter(
        "w",
        unit="US$ bn/GW/yr",
        low=0,
        meaning="power and other running cost of a GW-year",
        default=swept(*POWER_COST, reason="8.76 TWh at 46 to 137 US$/MWh; the facts hold no electricity price"),
        facts=(
            "F137a",
            "F137b",
        ),
    )
    life: Value = parameter(
        "T",
        unit="years",
        above=0,
        meaning="useful life of the capacity",
        default=derived(
            fact("F129b"),
            fact("F127b"),
            fact("F128b"),
            facts=("F127b", "F128b", "F129b"),
            reason="depreciation lives in accounts: 4, 5 and 6 years",
        ),
    )
    discount_rate: Value = parameter(
        "rho",
        unit="1/yr",
        above=0,
        high=1,
        meaning="continuous discount rate of present values, nominal",
        default=swept(0.06, DISCOUNT_RATE, 0.15, reason="cost of capital; no fact"),
    )

    def revenue_per_gw(self) -> Any:
        """Present value that a fully used GW earns, R, US$ bn per GW."""
        fade = self.discount_rate + self.price_decline
        return self.revenue * (1 - exp(-fade * self.life)) / fade

    def margin_at_constant_price(self) -> Any:
        """Undiscounted margin of a fully used GW at a constant price: the figure that accounts report (fact F119)."""
        return 1 - (self.capital_cost + self.power_cost * self.life) / (self.revenue * self.life)

    def cost_per_gw(self) -> Any:
        """Present value that a GW costs, c, US$ bn per GW."""
        power = self.power_cost * (1 - exp(-self.discount_rate * self.life)) / self.discount_rate
        return self.capital_cost + power


@payoff_parts
class Stakes(UnitEconomics):
    """Unit economics with the prize of the lead and the loss of falling behind. Base of S1 and S2."""

    prize: Value = parameter(
        "V",
        unit="US$ bn",
        low=0,
        meaning="present value of the lead",
        default=mapped(
            fact("F060a"),
            at_least("S03"),
            fact("F068c") / fact("F068a"),
            facts=("F060a", "S03", "F068a", "F068c"),
            reason="valuations of a leading lab: Anthropic in September 2025 (low) and, at the least, in the talks "
            "(central); open above, and closed at OpenAI's from Microsoft's stake (high)",
        ),
    )
    decided: Value = parameter(
        "h",
        unit="1",
        low=0,
        high=1,
        meaning="share of the prize that one year's vintage settles",
        default=swept(0.1, 0.3, 1.0, log=True, reason="from a tenth to all; no fact"),
        facts=("F130",),
    )
    decisiveness: Value = parameter(
        "r",
        unit="1",
        above=0,
        high=1,
        meaning="exponent of the contest success function",
        default=mapped(
            LOSS_ELASTICITY,
            (LOSS_ELASTICITY + fact("F148b")) / 2,
            1.0,
            facts=("F140d", "F140e", "F148b"),
            reason="elasticity of reducible loss to compute (low), as if standing followed loss; halfway to that of "
            "task length, an upper bound, for it holds algorithmic progress as well (central); a lottery (high)",
        ),
    )
    survival: Value = parameter(
        "F",
        unit="US$ bn",
        low=0,
        meaning="standing that a builder can lose by falling behind",
        default=swept(
            0.0,
            fact("F156") / 2,
            fact("F156"),
            reason="from nothing to 'a couple hundred billion' (200) that a chief executive would rather misspend: "
            "a scale, not a measurement",
        ),
        facts=("F156",),
    )
    parity: Value = parameter(
        "omega",
        unit="1",
        above=0,
        meaning="rivals' relative weight at which half the standing is kept",
        default=swept(
            0.1, 0.3, 1.0, log=True, reason="1 treats lead and lag alike; below 1 lagging weighs more; no fact"
        ),
    )

    ai_share: Value = parameter(
        "a",
        unit="1",
        above=0,
        high=1,
        meaning="share of capital expenditure that is AI compute",
        default=swept(0.5, 0.75, 1.0, reason="accounts do not split it; Amazon's includes logistics"),
        facts=("F003",),
    )
    demand_volatility: Value = parameter(
        "sigma",
        unit="1",
        above=0,
        meaning="standard deviation of the logarithm of demand",
        default=demand_volatility(),
        facts=("F155a", "F155b", "F130"),
    )
    prize_volatility: Value = parameter(
        "sigma_V",
        unit="1",
        above=0,
        meaning="standard deviation of the logarithm of the prize",
        default=swept(0.3, 0.8, 1.5, reason="from a known prize to one of unknown order of magnitude; no fact"),
    )

    def prize_share(self, i: int, k: Sequence[Any]) -> Any:
        """Share of the prize that player ``i`` wins, Tullock (1980)."""
        return k[i] ** self.decisiveness / sum(x**self.decisiveness for x in k)

    def standing(self, i: int, k: Sequence[Any]) -> Any:
        """Share of its standing that player ``i`` keeps."""
        rivals = [x**self.decisiveness for j, x in enumerate(k) if j != i]
        own = k[i] ** self.decisiveness
        return own / (own + self.parity * sum(rivals) / len(rivals))

    def stakes(self, i: int, k: Sequence[Any], prize_state: Any = 1) -> Any:
        """Expected value of prize and standing to player ``i``, US$ bn."""
        won = self.decided * self.prize * prize_state * self.prize_share(i, k)
        return won + self.survival * self.standing(i, k)
