"""Patent races: n labs race for one prize; spending buys the chance of being first.

Players: n labs (Loury; Lee and Wilde), or an incumbent and a challenger (Reinganum). Timing: all choose once, at the
start. Choice: the hazard ``h_i`` of succeeding, which costs ``x_i = h_i^(1/eta)`` (so that ``h = x^eta``; the papers'
examples have ``h = sqrt x``). Success is exponential, interest is ``r``, the prize ``R`` a present value at the date of
success. Payoffs (present values, in units of the spending that buys a hazard of one a year):

    Loury 1979 (cost paid at once)        pi_i = R h_i / (r + sum_j h_j) - x_i
    Lee and Wilde 1980 (cost while racing) pi_i = (R h_i - x_i) / (r + sum_j h_j)
    Reinganum 1983 (drastic innovation)   as Lee and Wilde, but player 1, the incumbent, also earns a flow ``R_0`` until
                                          somebody succeeds: pi_1 = (R_0 + P h_1 - x_1) / (r + h_1 + h_2)

Sources: Loury (1979), Q. J. Econ. 93:395-410; Lee and Wilde (1980), Q. J. Econ. 94:429-436; Reinganum (1983), Am. Econ.
Rev. 73:741-748. From the literature: all of it. What the papers find: every lab races more than the planner would have
it; more rivals mean less effort of each if costs are sunk (Loury) and more if they stop with the race (Lee and Wilde);
the challenger races harder than the incumbent, whose success replaces its own rent. Parameters are normalised; no fact
sets them. Held to: the cases loury, loury_social, leewilde, reinganum_drastic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from models.base import PayoffModel, Value, count, parameter, payoff_model, payoff_parts

_LEAST = 1e-6  # of the largest hazard: a race in which somebody stays out altogether has no interior condition


@payoff_parts
class HazardRace(PayoffModel):
    """What the races share: interest, and a hazard that costs ``h^(1/eta)``."""

    interest: Value = parameter("r", default=0.1, unit="1/yr", above=0, meaning="interest")
    elasticity: Value = parameter(
        "eta", default=0.5, unit="1", above=0, high=0.9, meaning="elasticity of the hazard in spending"
    )

    action_unit = "1/yr"
    payoff_unit = "1"
    outcome_units: ClassVar[Mapping[str, str]] = {"hazard": "1/yr"}

    def spending(self, hazard: Any) -> Any:
        """Spending that a hazard takes, ``h^(1/eta)``."""
        return hazard ** (1 / self.elasticity)

    def discounting(self, hazards: Sequence[Any]) -> Any:
        """Rate at which a payment in the race is discounted: interest, and the chance that somebody succeeds."""
        return self.interest + sum(hazards)

    def outcomes(self, k: Sequence[Any]) -> Mapping[str, Any]:
        """Chance per year that somebody succeeds, spending of all labs, and their joint profit."""
        return {
            "hazard": sum(k),
            "spending": sum(self.spending(h) for h in k),
            "industry profit": sum(self.payoff(i, k) for i in range(len(k))),
        }


@payoff_model("patent-race-lump-sum")
class LumpSumRace(HazardRace):
    """Race in which all is spent at the start (Loury 1979)."""

    n: int = count("n", default=2, low=1, high=50, meaning="number of labs")
    prize: Value = parameter("R", default=10.0, unit="1", above=0, meaning="value of the prize on success")

    rises_with: ClassVar[Mapping[str, int]] = {"prize": 1}

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Prize in expected present value, less what was spent."""
        return self.prize * k[i] / self.discounting(k) - self.spending(k[i])

    def action_bounds(self) -> tuple[Any, Any]:
        """Up to the hazard that costs as much as the prize is worth."""
        most = np.asarray(np.asarray(self.prize) ** np.asarray(self.elasticity))[..., None]
        return _LEAST * most, most


@payoff_model("patent-race-flow-cost")
class FlowCostRace(HazardRace):
    """Race in which spending stops when somebody succeeds (Lee and Wilde 1980)."""

    n: int = count("n", default=2, low=1, high=50, meaning="number of labs")
    prize: Value = parameter("R", default=10.0, unit="1", above=0, meaning="value of the prize on success")

    rises_with: ClassVar[Mapping[str, int]] = {"prize": 1}

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Expected present value of the prize and of spending until the race ends."""
        return (self.prize * k[i] - self.spending(k[i])) / self.discounting(k)

    def action_bounds(self) -> tuple[Any, Any]:
        """Up to the hazard at which a year of racing costs what it is expected to win."""
        eta = np.asarray(self.elasticity)
        most = np.asarray(np.asarray(self.prize) ** (eta / (1 - eta)))[..., None]
        return _LEAST * most, most


@payoff_model("incumbent-and-challenger")
class IncumbentRace(HazardRace):
    """Incumbent against challenger for a drastic innovation, with flow costs (Reinganum 1983)."""

    prize: Value = parameter("P", default=1.0, unit="1", above=0, meaning="value of the innovation on success")
    rent: Value = parameter(
        "R_0", default=0.05, unit="1/yr", low=0, meaning="what the incumbent earns until somebody succeeds"
    )

    @property
    def players(self) -> tuple[str, ...]:
        """The incumbent first."""
        return ("incumbent", "challenger")

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """As with flow costs; the incumbent's rent lasts as long as the race."""
        rent = self.rent if i == 0 else 0
        return (rent + self.prize * k[i] - self.spending(k[i])) / self.discounting(k)

    def action_bounds(self) -> tuple[Any, Any]:
        """Up to a hazard that costs more per year than the prize and the rent together bring."""
        eta, prize, rent = (np.asarray(v, float) for v in (self.elasticity, self.prize, self.rent))
        most = np.asarray((2 * prize) ** (eta / (1 - eta)) + (2 * rent) ** eta)[..., None]
        return _LEAST * most, most
