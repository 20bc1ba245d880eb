"""S2, the compute arms race: asymmetric builders choose how many GW to commission in one vintage.

Players: five named builders (and average entrants beyond them). Timing: all choose ``k_i`` GW at once, then
demand and prize are drawn. Payoff (US$ billion, present value), with R, c, prize and standing from
`models.unit_economics`:

    pi_i = h V theta_V s_i + F standing_i + R min(k_i, theta D_i(k)) - c_i k_i
    s_i = k_i^r / sum_j k_j^r,     D_i(k) = (1 - beta) d_i + beta s_i sum_j d_j
    d_i = (a + (1 - a) l_i) S_i / (f_i kappa)

``theta``, ``theta_V`` are lognormal with mean one, so the expected sale has the closed form (limited expected
value of the lognormal)

    E min(k, theta D) = D Phi(l - sigma/2) + k (1 - Phi(l + sigma/2)),   l = ln(k / D) / sigma.

For r <= 1 the payoff is concave in the own choice: s_i and standing are, D_i is, and E min(k, theta D) is
jointly concave and increasing in (k, D). Turned off one by one (beta = 0, F = 0, V = 0) the race becomes n
separate newsvendors; with only the prize it is the contest of Tullock (1980) and Stein (2002). From the
literature: those, and business stealing (Mankiw and Whinston 1986). New: prize, market share and standing in
one payoff on facts, so that each can be seen to carry its part of the spending.

Plans are flows, the capital of what is commissioned in a year. A share a of companies' capital expenditure is AI
compute. A lab's plan is nothing else (l_i = 1); what it rents is a stock, of which only what it did not rent in the
year before is counted, at the capital cost of so many GW.
Non-race demand d_i is not observed. It is swept from last year's build, as though demand stood still, to this
year's guidance, as though all of the plan were demand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from models.base import Floats, Shock, Value, count, parameter, payoff_model
from models.links import Accounts, Sales
from models.prior import Prior, at_most, fact, fixed, mapped, swept
from models.shared_priors import own_chips
from models.symbolic import log, minimum, normal_cdf
from models.unit_economics import Stakes, UnitEconomics

BUILDERS = ("Amazon", "Alphabet", "Microsoft", "Meta", "OpenAI/Stargate")
"""The named builders, in the order of the per-player parameters."""


def plan_prior(low: float, high: float, *facts: str, reason: str) -> Prior:
    """Capital that demand without a race would justify in a year, between two ends that the reason explains."""
    return mapped(low, (low * high) ** 0.5, high, facts=facts, log=True, reason=f"{reason}; geometric mean (central)")


NEW_IN_A_YEAR = 1 - 1 / fact("F142")
"""Part of the compute that a lab uses in a year which it did not use in the year before, if it grows as training."""


def rented_as_capital(spending: float) -> Any:
    """Capital of as many GW as are rented for ``spending`` a year, at central revenue and cost of a GW, US$ bn."""
    unit = UnitEconomics()
    return spending / unit.revenue * unit.capital_cost


def market_cost() -> Prior:
    """A builder without chips of its own."""
    return fixed(1.0, reason="buys at the market's capital cost")


COST_FACTORS = (own_chips(), own_chips(), market_cost(), market_cost(), market_cost())
"""Priors of the named builders' relative capital cost: two make chips of their own."""

COMPANY = fixed(0.0, reason="capital expenditure of a company, of which a share is AI compute")
LAB = fixed(1.0, reason="compute rented or announced, as capital")
COMPUTE_ONLY = (COMPANY, COMPANY, COMPANY, COMPANY, LAB)
"""Whether the named builders' plans are AI compute and nothing else."""

_COMPUTE_2024 = fact("F035a") + fact("F035b")  # OpenAI's, training and inference

_GUIDED = "capital expenditure of 2024 (low), guidance for 2025 (high)"

PLANS = (
    plan_prior(fact("F003"), fact("F019"), "F003", "F019", reason=_GUIDED),
    plan_prior(fact("F007"), fact("F020", "high"), "F007", "F020", reason=_GUIDED),
    plan_prior(
        fact("F011"), 4 * fact("F022"), "F011", "F022",
        reason="capital expenditure of fiscal 2024 without leases (low), four times a quarter of 2025 (high)",
    ),
    plan_prior(fact("F017"), fact("F021", "high"), "F017", "F021", reason=_GUIDED),
    plan_prior(
        NEW_IN_A_YEAR * rented_as_capital(_COMPUTE_2024), at_most("F136") / 4,
        "F035a", "F035b", "F071a", "F071b", "F071c", "F120a", "F121", "F136", "F142",
        reason="capital of what the lab rented more in 2024 than in the year before, if its compute grows as training "
        "does (low); a year of Stargate, up to 500 in four of them and closed at it (high)",
    ),
)  # fmt: skip
"""Priors of the named builders' plans, in their order."""


@payoff_model("compute-race")
class ComputeRace(Stakes, Accounts):
    """Asymmetric compute race of at least five builders; S2 of the paper."""

    n_builders: int = count("n", default=5, low=2, high=12, meaning="number of builders")
    plan: Value = parameter(
        "S",
        unit="US$ bn/yr",
        above=0,
        meaning="capital expenditure of a year that demand without a race would justify",
        default=PLANS,
    )
    cost_factor: Value = parameter(
        "f",
        unit="1",
        above=0,
        meaning="builder's capital cost relative to the market's",
        default=COST_FACTORS,
    )
    compute_only: Value = parameter(
        "ell",
        unit="1",
        low=0,
        high=1,
        meaning="one if the plan is AI compute and nothing else, as a lab's is; zero for a company's",
        default=COMPUTE_ONLY,
    )
    stealing: Value = parameter(
        "beta",
        unit="1",
        low=0,
        high=1,
        meaning="share of demand that follows relative capacity",
        default=swept(0.0, 0.25, 0.75, reason="from captive customers to mostly mobile ones; no fact"),
        facts=("F073a",),
    )
    user_surplus: Value = parameter(
        "u",
        unit="1",
        low=0,
        meaning="users' surplus per dollar of revenue served",
        default=swept(0.0, 0.5, 1.0, reason="half is a monopolist facing linear demand; no fact"),
    )
    external_cost: Value = parameter(
        "e",
        unit="US$ bn/GW",
        low=0,
        meaning="cost to others of a GW built: grid, water, emissions",
        default=swept(0.0, 2.0, 6.0, reason="up to about the power bill of its life; no fact"),
    )

    action_unit = "GW"
    outcome_units: ClassVar[Mapping[str, str]] = {"total compute": "GW"}
    shocks: ClassVar[Mapping[str, Shock]] = {
        "demand": Shock("theta", "demand_volatility"),
        "prize": Shock("theta_V", "prize_volatility"),
    }
    rises_with: ClassVar[Mapping[str, int]] = {"prize": 1, "survival": 1, "capital_cost": -1, "power_cost": -1}

    @property
    def players(self) -> tuple[str, ...]:
        """The named builders, then entrants."""
        entrants = tuple(f"entrant {j + 1}" for j in range(self.n_builders - len(BUILDERS)))
        return BUILDERS[: self.n_builders] + entrants

    def replace(self, **changes: Any) -> Self:
        """Copy with some parameters changed; a new number of builders takes or adds average ones."""
        n = self.parameters()["n_builders"].check(changes.get("n_builders", self.n_builders), self.name)
        if n != self.n_builders:
            for name in ("plan", "cost_factor", "compute_only"):
                changes.setdefault(name, _resize(np.asarray(getattr(self, name)), n))
        return super().replace(**changes)

    def demand(self) -> Any:
        """Mean demand of each builder without a race, GW: ``d_i = (a + (1 - a) l_i) S_i / (f_i kappa)``."""
        a = self.ai_share
        if isinstance(self.plan, tuple):  # symbols
            own = zip(self.plan, self.cost_factor, self.compute_only, strict=True)
            return tuple((a + (1 - a) * lab) * plan / (factor * self.capital_cost) for plan, factor, lab in own)
        share = np.asarray(a)[..., None] + (1 - np.asarray(a))[..., None] * np.asarray(self.compute_only)
        return share * np.asarray(self.plan) / (np.asarray(self.cost_factor) * np.asarray(self.capital_cost)[..., None])

    def cost(self, i: int) -> Any:
        """Present value that a GW costs builder ``i``: ``c_i = c + (f_i - 1) kappa``."""
        factor = self.cost_factor[i] if isinstance(self.cost_factor, tuple) else self.cost_factor[..., i]
        return self.cost_per_gw() + (factor - 1) * self.capital_cost

    def mean_demand(self, i: int, k: Sequence[Any]) -> Any:
        """Mean demand that builder ``i`` meets at choices ``k``, D_i."""
        d = self.demand()
        d = d if isinstance(d, tuple) else np.moveaxis(d, -1, 0)  # one entry per builder, of symbols or of draws
        return (1 - self.stealing) * d[i] + self.stealing * self.prize_share(i, k) * sum(d)

    def expected_sale(self, i: int, k: Sequence[Any], first: Any = None) -> Any:
        """``E min(x, theta D_i)``, GW, of the ``first`` x GW; of all that builder ``i`` has, if not given."""
        x = k[i] if first is None else first
        mean, s = self.mean_demand(i, k), self.demand_volatility
        relative = log(x / mean) / s
        return mean * normal_cdf(relative - s / 2) + x * (1 - normal_cdf(relative + s / 2))

    def account(self, i: int, k: Sequence[Any], sold: Sales, prize: Any = 1) -> Any:
        """Payoff of builder ``i`` once sales (GW) and prize are known: stakes, revenue, cost."""
        return self.stakes(i, k, prize) + self.revenue_per_gw() * sold(i, k[i]) - self.cost(i) * k[i]

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Expected payoff of builder ``i``, US$ bn: accounts are linear in sales, so expected sales are enough."""
        return self.account(i, k, lambda j, first: self.expected_sale(j, k, first))

    def realised(self, i: int, k: Sequence[Any], state: Mapping[str, Any]) -> Any:
        """Payoff of builder ``i`` once demand and prize are known."""
        demand = [state["demand"] * self.mean_demand(j, k) for j in range(len(k))]
        return self.account(i, k, lambda j, first: minimum(first, demand[j]), state["prize"])

    def critical_ratio(self, k: Floats) -> Floats:
        """What too little loses over that and what too much loses, at the margin of ``k``: a newsvendor's ratio.

        Capacity that would be sold adds ``R + s' - c`` per GW, capacity that stays idle takes away ``c - s' - R e``, by
        `at_the_margin`. So the ratio is ``(R + s' - c) / (R (1 - e))``: too little is the greater danger above one
        half, nothing is worth building below zero, and above one everything is, sold or not. Without stakes and
        stealing it is the unit margin, and in equilibrium, without stealing, the probability that demand is served in
        full.

        Parameters
        ----------
        k
            Shape ``(*batch, N)``, GW.

        Returns
        -------
        array of shape ``(*batch, N)``
        """
        stakes, elasticity = self.at_the_margin(k)
        revenue = np.asarray(self.revenue_per_gw())[..., None]
        return np.asarray((revenue + stakes - self._costs()) / (revenue * (1 - elasticity)))

    def stakes_needed(self, k: Floats) -> Floats:
        """What a GW would have to add to the stakes for a critical ratio of one half, US$ bn, shape ``(*batch, N)``."""
        _, elasticity = self.at_the_margin(k)
        return np.asarray(self._costs() - np.asarray(self.revenue_per_gw())[..., None] * (1 + elasticity) / 2)

    def at_the_margin(self, k: Floats) -> tuple[Floats, Floats]:
        """What a GW adds to each builder's stakes, US$ bn, and the elasticity of its own demand to its own build."""
        step = 1e-20  # a complex step has no rounding error (Squire and Trapp 1998)
        chosen, slopes = [np.asarray(k)[..., j] for j in range(self.n_players)], []
        for i, own in enumerate(chosen):
            moved = [own * (1 + step * 1j) if j == i else rival for j, rival in enumerate(chosen)]
            demand = self.mean_demand(i, moved)
            slopes.append((np.imag(self.stakes(i, moved)) / (step * own), np.imag(demand) / (step * np.real(demand))))
        stakes, elasticity = (np.stack(np.broadcast_arrays(*each), axis=-1) for each in zip(*slopes, strict=True))
        return stakes, elasticity

    def _costs(self) -> Floats:
        return np.stack([np.asarray(self.cost(i)) for i in range(self.n_builders)], axis=-1)

    def outcomes(self, k: Sequence[Any]) -> Mapping[str, Any]:
        """Total compute (GW) and, in US$ bn: spending, profit, users' surplus, external cost, welfare, and risk."""
        players = range(len(k))
        sold = [self.expected_sale(i, k) for i in players]
        served = self.revenue_per_gw() * sum(sold)
        profit = sum(ComputeRace.account(self, i, k, lambda j, _: sold[j]) for i in players)  # before flows
        surplus, external = self.user_surplus * served, self.external_cost * sum(k)
        return {
            "total compute": sum(k),
            "spending": sum(self.cost(i) * k[i] for i in players),
            "industry profit": profit,
            "user surplus": surplus,
            "external cost": external,
            "welfare": profit + surplus - external,
            "stranded capital": sum(self.cost(i) * (k[i] - sold[i]) for i in players),
            "unmet demand": self.revenue_per_gw() * sum(self.mean_demand(i, k) - sold[i] for i in players),
        }

    def action_bounds(self) -> tuple[Any, Any]:
        """From a hundredth of own demand to the build whose cost no stake and no sale could repay."""
        return self._bounds(1.0, 1.0, 1.0)

    def bounds_in(self, states: Mapping[str, Floats]) -> tuple[Any, Any]:
        """The same for whoever knows demand and prize, and never narrower than for who does not."""
        demand, prize = states["demand"], states["prize"]
        low, high = self._bounds(np.minimum(demand, 1.0), np.maximum(demand, 1.0), np.maximum(prize, 1.0))
        return low, np.minimum(high, np.finfo(float).max / 4)  # absurd numbers are for the solver to refuse

    def _bounds(self, least: Any, most: Any, prize: Any) -> tuple[Any, Any]:
        """Bounds at multiples of mean demand, least and most, and of the mean prize."""
        own, total = self.demand(), self.demand().sum(axis=-1)
        cost = self._costs()
        stakes = np.asarray(self.decided * self.prize * prize + self.survival + self.revenue_per_gw() * total * most)
        high = np.asarray(most)[..., None] * own + stakes[..., None] / cost
        return 0.01 * np.asarray(least)[..., None] * own, high


def _resize(values: np.ndarray[Any, Any], n: int) -> Any:
    """First ``n`` builders, or all of them and entrants that are their average."""
    extra = n - values.shape[-1]
    if extra <= 0:
        return values[..., :n]
    mean = np.repeat(values.mean(axis=-1, keepdims=True), extra, axis=-1)
    return np.concatenate([values, mean], axis=-1)
