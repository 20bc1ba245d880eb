"""The dilemma's boundary in symbols: the three inequalities of S1 in reduced form, and where they hold in a plane.

The contest depends on the ratio of builds alone, so with ``z = x^r`` its part of a difference of payoffs is rational in
z and omega. With R, c the life revenue and cost of a GW and ``b = k_L (x - 1)`` the extra build, the rest is linear in
R b and c b.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.lab_dilemma import LabDilemma
from models.symbolic import choice_symbols
from models.typeset import typst

Floats = NDArray[np.float64]

PAIRS = {"greed": ((1, 0), (0, 0)), "fear": ((1, 1), (0, 1)), "burnt": ((0, 0), (1, 1))}
"""Profiles of levels whose payoffs to the first lab are compared: T > R, P > S, R > P."""


def chief_pair(drivers: Mapping[str, Any]) -> tuple[str, str]:
    """The two parameters with the largest total Sobol index."""
    first, second, *_ = sorted(drivers, key=lambda n: -drivers[n]["total"].value)
    return first, second


def boundary_plane(pair: tuple[str, str], points: int = 81) -> dict[str, Floats]:
    """Smallest of the three differences over two parameters, the others at their medians, US$ bn.

    Positive where the game is a prisoner's dilemma; its zero is the boundary, from the formulas of `boundaries`.

    Returns
    -------
    Columns ``x``, ``y`` (values of the two parameters) and ``margin``, a row per point of a grid.
    """
    model = LabDilemma()
    priors = model.priors()
    middle = priors.ppf(np.full(len(priors.names), 0.5))
    axes = [np.linspace(*_ends(model, name), points) for name in pair]
    x, y = (values.ravel() for values in np.meshgrid(*axes, indexing="ij"))
    return {"x": x, "y": y, "margin": margin(model.replace(**(middle | {pair[0]: x, pair[1]: y})))}


def _ends(model: LabDilemma, name: str) -> tuple[float, float]:
    prior: Any = model.parameters()[name].prior
    return prior.low, prior.high


def margin(model: LabDilemma) -> Floats:
    """Smallest of T - R, P - S and R - P of two labs, by the reduced formulas, US$ bn; shape of the batch."""
    import sympy

    names = ("S_V", "R", "c", "b", "z")
    given = (
        model.decided * model.prize,
        model.revenue_per_gw(),
        model.cost_per_gw(),
        model.restrained() * (model.intensity - 1),
        model.intensity**model.decisiveness,
    )
    symbolic = LabDilemma.symbolic(n=2)
    own = {name: getattr(symbolic, name) for name in ("survival", "parity", "glut", "intensity")}
    arguments = [*sympy.symbols(" ".join(names), positive=True), *own.values()]
    values = [*given, *(getattr(model, name) for name in own)]
    differences = [sympy.lambdify(arguments, _difference(*PAIRS[name]))(*values) for name in PAIRS]
    return np.asarray(np.min(np.broadcast_arrays(*differences), axis=0), float)


def boundaries() -> dict[str, str]:
    """The three differences of the prisoner's dilemma in reduced form, as Typst."""
    return {name: typst(_difference(*PAIRS[name])) for name in PAIRS}


def _difference(left: tuple[int, int], right: tuple[int, int]) -> Any:
    """Payoff of the first lab at one profile of levels less that at another, in the reduced symbols."""
    import sympy

    model, k = LabDilemma.symbolic(n=2), choice_symbols(2)
    stake, revenue, cost, build, z = sympy.symbols("S_V R c b z", positive=True)
    levels = [level for _, level in model.levels()]
    short = {model.revenue_per_gw(): revenue, model.cost_per_gw(): cost}
    market = model.payoff(0, k).subs({model.prize: 0, model.survival: 0}).subs(short)

    def contest(formula: Any) -> Any:
        there, here = (
            sympy.simplify(formula.subs({k[i]: model.intensity ** p[i] for i in range(2)})) for p in (left, right)
        )
        return sympy.factor((there - here).subs(model.intensity**model.decisiveness, z))

    there, here = (market.subs({k[i]: levels[p[i]] for i in range(2)}) for p in (left, right))
    extra = model.restrained() * (model.intensity - 1)
    per_gw = sympy.expand(sympy.simplify((there - here) / extra))
    rest = sum(build * symbol * sympy.factor(per_gw.coeff(symbol)) for symbol in (revenue, cost))
    return stake * contest(model.prize_share(0, k)) + model.survival * contest(model.standing(0, k)) + rest
