"""d'Aspremont and Jacquemin (1988), Henriques (1990): rivals, partners, merged firms and the planner."""

import numpy as np
import pytest

from models.rd_spillovers import RdSpillovers
from theory import InputError, nash

SPILL = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])


def noncooperative(model):
    return nash(model.continuous_game()).select()[..., 0]


def test_partners_do_more_exactly_if_spillovers_exceed_one_half():
    model = RdSpillovers(spillover=SPILL)
    more = model.research_cartel() > noncooperative(model)
    np.testing.assert_array_equal(more, SPILL > 0.5)


def test_the_planner_does_most():
    model = RdSpillovers(spillover=SPILL)
    others = np.stack([noncooperative(model), model.research_cartel(), model.full_cartel()])
    assert (model.planner() > others).all()
    assert (model.full_cartel() > model.research_cartel()).all()


def test_formula_of_the_first_order_condition_is_the_solvers_answer():
    model = RdSpillovers(spillover=SPILL)
    symbols = RdSpillovers.symbolic()
    formula = symbols.noncooperative_formula()
    at = {symbols.margin: 10, symbols.slope: 1, symbols.expense: 4}
    values = [float(formula.subs(at | {symbols.spillover: b})) for b in SPILL]
    np.testing.assert_allclose(noncooperative(model), values, rtol=1e-9)


@pytest.mark.parametrize("regime", ["research_cartel", "full_cartel", "planner"])
def test_each_regime_is_a_maximum_of_its_objective(regime):
    b, g, beta, m = 1.0, 4.0, 0.3, 10.0
    best = float(getattr(RdSpillovers(spillover=beta), regime)())

    def objective(x):
        margin = m + (1 + beta) * x
        q = {"research_cartel": 2 / 3, "full_cartel": 1 / 2, "planner": 1}[regime] * margin / b
        users = b * q**2 / 2 if regime == "planner" else 0
        return q * (margin - b * q) + users - g * x**2

    grid = np.linspace(0, 3 * best, 30_001)
    assert grid[np.argmax(objective(grid))] == pytest.approx(best, abs=1e-3)


def test_best_replies_cross_where_henriques_says():
    limit, crossing = RdSpillovers.stability_limit(), RdSpillovers.crossing()
    assert (round(limit, 2), round(crossing, 2)) == (0.18, 0.41)
    for beta, stable in ((limit - 0.01, False), (limit + 0.01, True)):
        model = RdSpillovers(expense=1.0, spillover=beta)
        assert (abs(float(model.reply_slope())) < 1) == stable
    for beta, rivals_more in ((crossing - 0.01, True), (crossing + 0.01, False)):
        model = RdSpillovers(expense=1.0, spillover=beta)
        assert (noncooperative(model) > model.full_cartel()) == rivals_more


def test_refusals():
    with pytest.raises(InputError, match="at least 1"):
        RdSpillovers(expense=0.5)
