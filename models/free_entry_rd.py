"""Free entry into an industry that does R&D: few firms, and R&D in proportion to sales.

Players: firms that may enter. Choices, at once: R&D ``x``, which gives the unit cost ``kappa x^-alpha``, and output
``q``. Inverse demand ``p = sigma Q^-epsilon``. Payoff:

    pi_i = (p(Q) - kappa x_i^-alpha) q_i - x_i

Firms enter until profit is zero (their number may be a fraction, as in the paper). The number of firms and the share of
R&D in sales are solved by sympy from the payoff's two first-order conditions and the zero of profit; `deviation_gain`
holds a firm against every other output, with the R&D that is best for it.

Source: Dasgupta and Stiglitz (1980), Econ. J. 90:266-293. From the literature: all of it. A firm chooses two numbers
and the number of firms is solved for, so this is no registered model. Parameters are normalised; no fact sets them.
Held to: the cases dasgupta_stiglitz, dasgupta_stiglitz2.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.errors import InputError


@dataclass(frozen=True)
class FreeEntry:
    """Symmetric equilibrium with free entry: firms, and per firm output, R&D and price; R&D over sales."""

    firms: float
    output: float
    research: float
    price: float

    @property
    def research_share(self) -> float:
        """R&D over sales."""
        return self.research / (self.price * self.output)


@dataclass(frozen=True, kw_only=True)
class FreeEntryRd:
    """Industry with R&D and free entry.

    Parameters
    ----------
    inelasticity
        ``epsilon``, the inverse of the elasticity of demand.
    returns
        ``alpha``, the elasticity of unit cost in R&D.
    demand, cost
        ``sigma`` and ``kappa``, the scales of demand and of unit cost.
    """

    inelasticity: float = 1.0
    returns: float = 0.5
    demand: float = 1.0
    cost: float = 1.0

    def __post_init__(self) -> None:
        for name in ("inelasticity", "returns", "demand", "cost"):
            value = getattr(self, name)
            if not 0 < value < np.inf:
                raise InputError(f"{name} is {value}; it must be positive and finite")
        if self.inelasticity * (1 + self.returns) <= self.returns:
            raise InputError(
                f"inelasticity is {self.inelasticity}: R&D lowers cost so much that demand grows faster, and there is "
                f"no equilibrium; it must exceed returns / (1 + returns) = {self.returns / (1 + self.returns):g}"
            )

    def profit(self, output: Any, research: Any, rivals: Any) -> Any:
        """Payoff of a firm at its output and R&D when its rivals produce ``rivals``."""
        price = self.demand * (output + rivals) ** -self.inelasticity
        return (price - self.cost * research**-self.returns) * output - research

    def equilibrium(self) -> FreeEntry:
        """Symmetric equilibrium with free entry.

        Examples
        --------
        >>> found = FreeEntryRd(inelasticity=1.0, returns=0.5).equilibrium()
        >>> round(found.firms, 9), round(found.research_share, 9)
        (3.0, 0.333333333)
        """
        values = (self.inelasticity, self.returns, self.demand, self.cost)
        return FreeEntry(*(float(formula(*values)) for formula in _solved()))

    def deviation_gain(self, points: int = 4001) -> float:
        """Most that a firm gains by any other output, with its best R&D, as a share of its sales."""
        found = self.equilibrium()
        outputs = found.output * np.geomspace(1e-6, 1e4, points)
        # the best R&D for an output: the marginal cut of its cost is worth one
        research = (self.returns * self.cost * outputs) ** (1 / (1 + self.returns))
        profits = self.profit(outputs, research, (found.firms - 1) * found.output)
        base = self.profit(found.output, found.research, (found.firms - 1) * found.output)
        return max(float(profits.max() - base), 0.0) / (found.price * found.output)


@functools.cache
def _solved() -> tuple[Any, ...]:
    """Firms, output, R&D and price as functions of the parameters, from the three conditions.

    With price and unit cost for unknowns the conditions are: marginal revenue is unit cost, R&D pays its marginal unit,
    profit is zero. They hold at any scale; demand and the technology then give the scale.
    """
    import sympy

    names = sympy.symbols("epsilon alpha sigma kappa", positive=True)
    epsilon, alpha, sigma, kappa = names
    q, x, n, share, markup = sympy.symbols("q x n share markup", positive=True)
    rivals = sympy.Symbol("R", nonnegative=True)
    price = sigma * (q + rivals) ** -epsilon
    unit = kappa * x**-alpha
    profit = (price - unit) * q - x
    at_equal = {rivals: (n - 1) * q}
    elasticity = sympy.simplify((sympy.diff(price * q, q) / price).subs(at_equal))  # marginal revenue over price
    worth = sympy.simplify((sympy.diff(profit, x) + 1) * x / (unit * q))  # of a unit of R&D: this times unit cost q / x
    (cost_share,) = sympy.solve(1 - markup - share, markup)  # zero profit: unit cost and R&D make up the price
    firms = sympy.solve([elasticity - cost_share, worth * cost_share - share], [n, share], dict=True)[0]
    over_price = sympy.simplify(cost_share.subs(firms))  # unit cost over price
    # x = share p q and kappa x^-alpha = over_price p, with p = sigma (n q)^-epsilon, give x and q
    logs = sympy.symbols("ln_x ln_q ln_p")
    scale = sympy.solve(
        [
            logs[0] - sympy.log(firms[share]) - logs[2] - logs[1],
            sympy.log(kappa) - alpha * logs[0] - sympy.log(over_price) - logs[2],
            logs[2] - sympy.log(sigma) + epsilon * (sympy.log(firms[n]) + logs[1]),
        ],
        logs,
        dict=True,
    )[0]
    formulas = (firms[n], sympy.exp(scale[logs[1]]), sympy.exp(scale[logs[0]]), sympy.exp(scale[logs[2]]))
    return tuple(sympy.lambdify(names, formula, "numpy") for formula in formulas)
