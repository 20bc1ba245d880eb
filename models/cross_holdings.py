"""S4, stakes in rivals: suppliers of compute that own silent shares of each other, and the concentration index for it.

Players: n suppliers. Timing: one shot. Choice: output ``q_i`` (GW). Profit before stakes, with inverse demand
``a - b Q`` and unit cost ``c_i``:

    Pi_i = q_i (a - b Q - c_i)

A silent stake (no votes) of ``v`` in each rival leaves the owners of firm i with ``1 - (n - 1) v`` of their own firm
and ``v`` of every other. Payoff of the manager, who acts for those owners (Reynolds and Snapp 1986):

    pi_i = (1 - (n - 1) v) Pi_i + v sum_{j != i} Pi_j        each in each other ("mutual")
    pi_1 = Pi_1 + v Pi_2,  pi_2 = (1 - v) Pi_2               the first in the second only ("one-way")

In general, owner k holds the share ``beta_kj`` of firm j's profit and the share ``gamma_ki`` of control over firm i,
and the manager of i weighs the profit of j by (O'Brien and Salop 2000)

    lambda_ij = sum_k gamma_ki beta_kj / sum_k gamma_ki beta_ki,    MHHI = 10^4 sum_ij lambda_ij s_i s_j.

From the literature: all of it. Held to: the cases crossholding_*, oneway_stake, mhhi_*. Parameters are normalised
(a = b = 1, c = 0): no fact of the file sets the demand for compute as a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import PayoffModel, Value, choice, count, parameter, payoff_model
from theory.errors import InputError

Floats = NDArray[np.float64]


@payoff_model("cross-holdings")
class CrossHoldings(PayoffModel):
    """Output competition of suppliers with silent stakes in each other (Reynolds and Snapp 1986)."""

    n: int = count("n", default=2, low=2, high=12, meaning="number of suppliers")
    pattern: str = choice("pattern", default="mutual", options=("mutual", "one-way"), meaning="who holds stakes")
    stake: Value = parameter("v", default=0.25, unit="1", low=0, high=1, meaning="share held in a rival, without votes")
    intercept: Value = parameter("a", default=1.0, unit="US$ bn/GW", above=0, meaning="price at which nothing is sold")
    slope: Value = parameter("b", default=1.0, unit="US$ bn/GW^2", above=0, meaning="fall of the price per GW sold")
    cost: Value = parameter("c", default=0.0, unit="US$ bn/GW", low=0, meaning="cost of a GW")

    action_unit = "GW"
    outcome_units: ClassVar[Mapping[str, str]] = {"total compute": "GW", "price": "US$ bn/GW"}
    rises_with: ClassVar[Mapping[str, int]] = {"stake": -1, "intercept": 1, "slope": -1, "cost": -1}
    special_cases: ClassVar[Mapping[str, Mapping[str, Any]]] = {"Cournot": {"stake": 0.0}}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pattern == "one-way" and self.n != 2:
            raise InputError(f"a one-way stake is written for two suppliers; n is {self.n}. Use pattern=mutual")
        own = 1 - (self.n - 1) * np.asarray(self.stake)
        if self.pattern == "mutual" and (own <= 0).any():
            raise InputError(
                f"stake (v) is {self.stake} in each of {self.n - 1} rivals: the owners of a firm keep nothing of it; "
                f"it must be below {1 / (self.n - 1):g}"
            )

    @property
    def players(self) -> tuple[str, ...]:
        """Suppliers by number."""
        return tuple(f"supplier {i + 1}" for i in range(self.n))

    def shares(self, i: int, j: int) -> Any:
        """Share of the profit of firm ``j`` that the controlling owners of firm ``i`` have."""
        if self.pattern == "one-way":
            return ((1, self.stake), (0, 1 - self.stake))[i][j]
        return 1 - (self.n - 1) * self.stake if i == j else self.stake

    @property
    def weights(self) -> Floats:
        """Weights ``lambda_ij`` of a single model's managers on all firms' profits, shape ``(n, n)``."""
        held = [[self.shares(i, j) for j in range(self.n)] for i in range(self.n)]
        return profit_weights(np.array(held, float), np.eye(self.n))

    def profit(self, i: int, k: Sequence[Any]) -> Any:
        """Profit of firm ``i`` before stakes."""
        return k[i] * (self.intercept - self.slope * sum(k) - self.cost)

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """What the owners of firm ``i`` earn from all they hold, US$ bn."""
        return sum(self.shares(i, j) * self.profit(j, k) for j in range(len(k)))

    def outcomes(self, k: Sequence[Any]) -> Mapping[str, Any]:
        """Total output (GW), price, industry profit and welfare (US$ bn)."""
        total = sum(k)
        profit = sum(self.profit(i, k) for i in range(len(k)))
        return {
            "total compute": total,
            "price": self.intercept - self.slope * total,
            "industry profit": profit,
            "welfare": profit + self.slope * total**2 / 2,
        }

    def action_bounds(self) -> tuple[Any, Any]:
        """From nothing to the output at which the price is zero."""
        most = np.asarray(self.intercept / self.slope)[..., None]
        return 0.0 * most, most


@dataclass(frozen=True)
class Concentration:
    """Herfindahl index, what common ownership adds to it, and the sum, in points (a monopoly has 10,000)."""

    hhi: float
    delta: float

    @property
    def mhhi(self) -> float:
        """Modified index."""
        return self.hhi + self.delta


def profit_weights(financial: ArrayLike, control: ArrayLike) -> Floats:
    """Weights that managers put on all firms' profits.

    Parameters
    ----------
    financial, control
        Shape ``(owners, firms)``: shares of profit, and shares of control, of each owner in each firm.

    Returns
    -------
    array of shape ``(firms, firms)``, with ones on the diagonal

    Raises
    ------
    InputError
        For shapes that differ, negative shares, more than all of a firm, or a firm whose controllers own nothing of it.
    """
    beta, gamma = np.asarray(financial, float), np.asarray(control, float)
    if beta.ndim != 2 or beta.shape != gamma.shape:
        raise InputError(f"financial has shape {beta.shape} and control {gamma.shape}; both must be (owners, firms)")
    if not ((beta >= 0).all() and (gamma >= 0).all() and (beta.sum(axis=0) <= 1 + 1e-9).all()):
        raise InputError("shares must not be negative, and no firm's profit can be given away more than once")
    influence = gamma.T @ beta
    own = np.diagonal(influence)
    if not (own > 0).all():
        raise InputError("a firm is controlled by owners that hold none of its profit: its manager has no aim")
    return np.asarray(influence / own[:, None])


def concentration(market_shares: ArrayLike, weights: ArrayLike) -> Concentration:
    """Modified Herfindahl-Hirschman index of market shares under weights of `profit_weights`.

    Examples
    --------
    >>> everyone_owns_everything = profit_weights([[1, 1]], [[1, 1]])
    >>> concentration([0.5, 0.5], everyone_owns_everything).mhhi
    10000.0
    """
    s, w = np.asarray(market_shares, float), np.asarray(weights, float)
    if s.ndim != 1 or w.shape != (s.size, s.size) or (s < 0).any() or not np.isclose(s.sum(), 1):
        raise InputError(f"shares {s} must be non-negative and sum to one, with weights of shape {(s.size, s.size)}")
    return Concentration(float(1e4 * s @ s), float(1e4 * (s @ w @ s - s * np.diagonal(w) @ s)))
