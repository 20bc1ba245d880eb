"""R&D with spillovers: rivals, research partners, merged firms and the planner.

Players: two firms. Timing: first R&D ``x_i``, which lowers the own unit cost by ``x_i`` and, through spillovers, the
rival's by ``beta x_i``, at the expense ``gamma x_i^2 / 2``; then quantities, with inverse demand ``a - b Q``. Unit cost
``c_i = A - x_i - beta x_j`` (``A`` is taken to be large enough for costs to stay positive; only ``a - A`` matters).
Payoff: profit in the second stage's equilibrium, less the expense. Four regimes:

- noncooperative: both stages played by rivals; the registered model, solved by `theory.nash`;
- research: R&D maximises joint profit, output is rivals' (`RdSpillovers.research_cartel`);
- merged: both stages maximise joint profit (`full_cartel`);
- planner: both maximise users' surplus and profits (`planner`).

The last three are symmetric, as in the paper (unequal R&D is not looked at), and each is derived by sympy by backward
induction. What the paper finds: partners do more R&D than rivals if spillovers exceed one half, less otherwise; the
planner does most. Henriques (1990) adds that rivals' R&D is unstable at small spillovers (`stability_limit`) and less
than merged firms' only beyond a `crossing`.

Sources: d'Aspremont and Jacquemin (1988), Am. Econ. Rev. 78:1133-1137; Henriques (1990), Am. Econ. Rev. 80:638-640.
From the literature: all of it. Parameters are normalised; no fact sets them. Held to: the cases dj_*, henriques_*.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from models.base import PayoffModel, Value, parameter, payoff_model
from theory.errors import InputError, SolverError

Floats = NDArray[np.float64]


@payoff_model("rd-spillovers")
class RdSpillovers(PayoffModel):
    """Cost-reducing R&D of two firms before they compete in quantities."""

    margin: Value = parameter("m", default=10.0, unit="1", above=0, meaning="a - A, demand's intercept over unit cost")
    slope: Value = parameter("b", default=1.0, unit="1", above=0, meaning="slope of inverse demand")
    expense: Value = parameter("gamma", default=4.0, unit="1", above=0, meaning="slope of the marginal expense of R&D")
    spillover: Value = parameter(
        "beta", default=0.2, unit="1", low=0, high=1, meaning="part of a firm's cost cut that its rival gets for free"
    )

    action_unit = "1"
    payoff_unit = "1"
    rises_with: ClassVar[Mapping[str, int]] = {"margin": 1, "expense": -1}

    def __post_init__(self) -> None:
        super().__post_init__()
        strength = np.asarray(self.slope) * np.asarray(self.expense)
        if (strength < 1).any():
            raise InputError(
                f"expense (gamma) times slope (b) is {np.min(strength):g}; it must be at least 1, or a firm without a "
                "rival could do R&D without end"
            )

    @property
    def players(self) -> tuple[str, ...]:
        """Two firms."""
        return ("firm 1", "firm 2")

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Profit of firm ``i`` in the quantity stage, less the expense of its R&D."""
        symbols, profits = _quantity_stage()
        own, rival = (k[j] + self.spillover * k[1 - j] for j in (i, 1 - i))
        values = dict(zip(symbols, (self.margin + own, self.margin + rival, self.slope), strict=True))
        return profits[0].subs(values, simultaneous=True) - self.expense * k[i] ** 2 / 2

    def action_bounds(self) -> tuple[Any, Any]:
        """Up to well above any equilibrium, and to where a rival without R&D would just stop selling.

        The formula holds up to there; beyond, the firm would be alone, and gain less from R&D than that costs.
        """
        m, b, g, beta = (np.asarray(getattr(self, name), float) for name in _FIELDS)
        alone = np.where(beta < 0.5, m / np.where(beta < 0.5, 1 - 2 * beta, 1.0), np.inf)
        most = np.minimum(4 * m / (b * g), alone)[..., None]
        return 0.0 * most, most

    # -- the other regimes ---------------------------------------------------------------------------

    def research_cartel(self) -> Floats:
        """R&D per firm that maximises joint profit when output is rivals'."""
        return self._regime("research")

    def full_cartel(self) -> Floats:
        """R&D per firm that maximises joint profit, output doing so too."""
        return self._regime("merged")

    def planner(self) -> Floats:
        """R&D per firm that maximises users' surplus and profits, output doing so too."""
        return self._regime("planner")

    def _regime(self, name: str) -> Floats:
        choice, curvature = _regimes(name)
        values = [np.asarray(getattr(self, field), float) for field in _FIELDS]
        if not (np.asarray(curvature(*values)) < 0).all():
            raise SolverError(f"R&D of the regime {name!r} has no maximum: its returns do not diminish fast enough")
        return np.broadcast_to(np.asarray(choice(*values)), self.batch_shape)

    # -- results of Henriques ------------------------------------------------------------------------

    @staticmethod
    def stability_limit(strength: float = 1.0) -> float:
        """Spillover below which best replies in R&D, taken in turn, move away from equilibrium.

        Parameters
        ----------
        strength
            ``b gamma``: slope of demand times that of the marginal expense.
        """
        return _limit(lambda m: m.reply_slope() ** 2 - 1, strength)

    @staticmethod
    def crossing(strength: float = 1.0) -> float:
        """Spillover at which rivals do as much R&D as merged firms."""
        return _limit(lambda m: m.noncooperative_formula() - _symmetric(m, "merged")[0], strength)

    def reply_slope(self) -> Any:
        """Slope of a firm's best reply in the rival's R&D, from the payoff (a number, or a formula in symbols)."""
        import sympy

        x = sympy.symbols("x_1 x_2")
        rise = sympy.diff(self.payoff(0, x), x[0])
        return -sympy.diff(rise, x[1]) / sympy.diff(rise, x[0])

    def noncooperative_formula(self) -> Any:
        """R&D per firm in the noncooperative equilibrium, from the first-order condition."""
        import sympy

        x, y = sympy.symbols("x y")
        condition = sympy.diff(self.payoff(0, (x, y)), x).subs(y, x)
        return sympy.solve(condition, x)[0]


_FIELDS = ("margin", "slope", "expense", "spillover")


def _limit(gap: Any, strength: float) -> float:
    """The one spillover strictly between 0 and 1 at which a gap of the model in symbols vanishes."""
    import sympy

    model: Any = RdSpillovers.symbolic()
    at = {model.margin: 1, model.slope: 1, model.expense: sympy.Rational(str(strength))}
    numerator = sympy.numer(sympy.together(sympy.sympify(gap(model)).subs(at)))
    roots = sympy.Poly(numerator, model.spillover).nroots(n=30)
    inside = sorted({float(z) for z in roots if abs(sympy.im(z)) < 1e-20 and 1e-12 < sympy.re(z) < 1 - 1e-12})
    if len(inside) != 1:
        raise SolverError(
            f"there are {len(inside)} such spillovers between 0 and 1 at b gamma = {strength:g}: {inside}"
        )
    return inside[0]


@functools.cache
def _quantity_stage() -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Equilibrium profits of the quantity stage for margins ``m_1, m_2`` over unit cost; symbols and profits."""
    import sympy

    m = sympy.symbols("m_1 m_2")
    b = sympy.Symbol("b", positive=True)
    q = sympy.symbols("q_1 q_2")
    profits = [q[i] * (m[i] - b * sum(q)) for i in (0, 1)]
    solution = sympy.solve([sympy.diff(profits[i], q[i]) for i in (0, 1)], q, dict=True)[0]
    return (*m, b), tuple(sympy.factor(profit.subs(solution)) for profit in profits)


def _symmetric(model: Any, regime: str) -> tuple[Any, Any]:
    """R&D per firm at the regime's optimum, and the second derivative of its objective, as formulas."""
    import sympy

    x, q = sympy.symbols("x q")
    if regime == "research":
        objective = 2 * model.payoff(0, (x, x))
    else:
        total, margin = 2 * q, model.margin + (1 + model.spillover) * x
        shared = sympy.Rational(1, 2) if regime == "planner" else 1  # the planner counts what users keep
        gross = total * margin - shared * model.slope * total**2
        (best,) = sympy.solve(sympy.diff(gross, q), q)
        objective = gross.subs(q, best) - model.expense * x**2
    (found,) = sympy.solve(sympy.diff(objective, x), x)
    return sympy.factor(found), sympy.factor(sympy.diff(objective, x, 2))


@functools.cache
def _regimes(name: str) -> tuple[Any, ...]:
    import sympy

    model: Any = RdSpillovers.symbolic()
    arguments = [getattr(model, field) for field in _FIELDS]
    return tuple(sympy.lambdify(arguments, formula, "numpy") for formula in _symmetric(model, name))
