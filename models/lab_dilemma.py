"""S1, the AI prisoner's dilemma: n labs that restrain or race.

Players: n identical labs (two by default). Timing: one shot. Choice: compute ``k_i`` in GW; restrained,
``k_L = a B / kappa``, last year's build; racing, ``k_H = x k_L``; in between for levels and for the continuous
game. Payoff (US$ billion, present value):

    pi_i = h V k_i^r / sum_j k_j^r                              prize, Tullock (1980)
         + F k_i^r / (k_i^r + omega mean_{j != i} k_j^r)        standing kept
         + R k_i (1 - gamma (K / (n k_L) - 1)) - c k_i          revenue in a market that may glut, less cost

with R, c from `models.unit_economics`. With s(z) = z / (1 + z), z = x^r and two labs the four payoffs are

    T - R* = hV (s(z) - 1/2) + F (z / (z + omega) - 1 / (1 + omega)) + R k_L (x - 1)(1 - gamma x / 2) - c k_L (x - 1)

and so on: every boundary between games is linear in the stakes, the revenue and the cost
(`theory.taxonomy.symbolic_boundaries`). From the literature: the contest success function (Tullock 1980;
Skaperdas 1996), the social dilemma by counts (Dawes 1980). New: restraint and racing are two levels of one
contest, so the dilemma is derived and not assumed.
Facts: capital expenditure of 2024 and guidance for 2025 set B and x; see the fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from models.base import Shock, Value, count, parameter, payoff_model
from models.prior import at_most, derived, fact, mapped
from models.unit_economics import Stakes

_CAPEX_2024 = ("F003", "F007", "F011", "F016")


@payoff_model("lab-dilemma")
class LabDilemma(Stakes):
    """n identical labs that restrain or race; S1 of the paper."""

    n: int = count("n", default=2, low=2, high=12, meaning="number of labs")
    base_spending: Value = parameter(
        "B",
        unit="US$ bn/yr",
        above=0,
        meaning="capital expenditure of a restrained year",
        default=derived(
            min(fact(f) for f in _CAPEX_2024),
            sum(fact(f) for f in _CAPEX_2024) / len(_CAPEX_2024),
            max(fact(f) for f in _CAPEX_2024),
            facts=_CAPEX_2024,
            reason="capital expenditure of 2024: smallest, mean and largest of four builders",
        ),
    )
    intensity: Value = parameter(
        "x",
        unit="1",
        above=1,
        meaning="racing build as a multiple of the restrained one",
        default=derived(
            fact("F012") / fact("F011"),
            fact("F020") / fact("F007"),
            fact("F021", "high") / fact("F017"),
            facts=("F007", "F011", "F012", "F017", "F020", "F021"),
            reason="growth of capital expenditure in one definition: Microsoft FY2025 over FY2024 (low), Alphabet "
            "2025 over 2024 (central), Meta 2025 over 2024, leases included (high)",
        ),
    )
    glut: Value = parameter(
        "gamma",
        unit="1",
        low=0,
        high=1,
        meaning="fall of revenue per GW when total build doubles",
        default=mapped(
            0.0,
            at_most("F117") / 2,
            at_most("F117"),
            facts=("F117",),
            reason="from none to the price cut of a large cloud in June 2025, up to 45% and closed at it, as if build "
            "had doubled; central half",
        ),
    )

    action_unit = "GW"
    outcome_units: ClassVar[Mapping[str, str]] = {"total compute": "GW"}
    shocks: ClassVar[Mapping[str, Shock]] = {
        "prize": Shock("theta_V", "prize_volatility"),
        "demand": Shock("theta", "demand_volatility"),
    }
    rises_with: ClassVar[Mapping[str, int]] = {
        "prize": 1,
        "survival": 1,
        "capital_cost": -1,
        "power_cost": -1,
        "revenue": 1,
    }
    special_cases: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Tullock 1980": {"survival": 0.0, "revenue": 0.0, "power_cost": 0.0, "decided": 1.0}
    }

    def restrained(self) -> Any:
        """Restrained build, GW."""
        return self.ai_share * self.base_spending / self.capital_cost

    def realised(self, i: int, k: Sequence[Any], state: Mapping[str, Any]) -> Any:
        """Payoff at prize and demand states with mean one; linear in both."""
        crowding = 1 - self.glut * (sum(k) / (len(k) * self.restrained()) - 1)
        market = self.revenue_per_gw() * state["demand"] * k[i] * crowding
        return self.stakes(i, k, state["prize"]) + market - self.cost_per_gw() * k[i]

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Expected payoff: the states have mean one and enter linearly."""
        return self.realised(i, k, {"prize": 1, "demand": 1})

    def outcomes(self, k: Sequence[Any]) -> Mapping[str, Any]:
        """Total compute (GW), its cost and industry profit (US$ bn)."""
        total = sum(k)
        profit = sum(self.payoff(i, k) for i in range(len(k)))
        return {"total compute": total, "spending": self.cost_per_gw() * total, "industry profit": profit}

    def levels(self) -> tuple[tuple[str, Any], ...]:
        """Restrain and race."""
        return (("restrain", self.restrained()), ("race", self.intensity * self.restrained()))

    def payoffs_by_count(self) -> Any:
        """Payoff of restraint and of racing when m = 0 .. n-1 rivals race, shape ``(*batch, 2, n)``."""
        low, high = (np.broadcast_to(level, self.batch_shape) for _, level in self.levels())
        others = [[high] * m + [low] * (self.n - 1 - m) for m in range(self.n)]
        rows = [np.stack([self.payoff(0, [own, *rivals]) for rivals in others], axis=-1) for own in (low, high)]
        return np.stack(rows, axis=-2)

    def action_bounds(self) -> tuple[Any, Any]:
        """From a tenth of the restrained build to the build at which stakes and sales cannot cover the cost."""
        restrained = np.asarray(self.restrained())
        most = (self.decided * self.prize + self.survival) / self.cost_per_gw()
        most = most + restrained * (1 + self.n * (1 + 1 / np.maximum(self.glut, 0.05)))
        return restrained[..., None] * 0.1, np.asarray(most + self.intensity * restrained)[..., None]
