"""What the study of scarcity must say whatever the draws are, and that its words follow its numbers."""

import copy

import numpy as np
import pytest

from experiments.runner import run
from experiments.studies.scarcity import SUPPLIERS, study
from models.capacity_race import CapacityRace
from paper.systems.scarcity import draw, write
from theory import continuous_nash


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    return run(study, {"draws": 1024}, workers=1, directory=tmp_path_factory.mktemp("records"), progress=False).numbers


def test_more_suppliers_build_more_and_earn_less(numbers):
    table = [numbers["by suppliers"][str(n)] for n in SUPPLIERS]
    premium = [row["mean premium"]["value"] for row in table]
    kept = [row["profit kept"]["value"] for row in table]
    idle = [row["mean idle"]["value"] for row in table]
    assert premium == sorted(premium) and premium[0] == 0 < premium[1]
    assert kept == sorted(kept, reverse=True) and kept[0] == 1 and kept[-1] > 0  # free entry takes all, never more
    assert idle == sorted(idle)


def test_rivalry_raises_the_chance_that_all_is_met_n_times_at_most(numbers):
    for n in SUPPLIERS:
        row = numbers["centre"][str(n)]
        assert row["critical ratio"] - 1e-9 <= row["all met"] <= n * row["critical ratio"] + 1e-9
        assert 1 / (2 * n) - 1e-9 <= row["ratio needed"] <= 0.5 + 1e-9


def test_the_ratio_needed_is_the_one_at_which_all_is_met_as_often_as_not(numbers):
    for n in SUPPLIERS:
        base = CapacityRace(n=n)
        model = base.replace(price=base.cost / (1 - numbers["centre"][str(n)]["ratio needed"]))
        assert float(model.met(n * model.each())) == pytest.approx(0.5, rel=1e-9)


def test_one_supplier_is_the_newsvendor_in_every_draw():
    base = CapacityRace(n=1)
    model = base.replace(**base.priors().sample(256, rng=np.random.default_rng(2)))
    columns = study(draws=256, rng=np.random.default_rng(5))
    assert columns["all met, 1"] == pytest.approx(columns["critical ratio"], rel=1e-9, abs=1e-12)
    assert model.met(model.each()) == pytest.approx(model.critical_ratio, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("law", ["lognormal", "uniform", "normal"])
def test_the_marginal_condition_is_the_general_solvers_equilibrium(n, law):
    base = CapacityRace(n=n, law=law)
    drawn = base.priors().sample(16, rng=np.random.default_rng(7))
    drawn["price"] = drawn["cost"] * np.linspace(1.4, 2.5, 16)  # with normal demand a small ratio builds nothing
    model = base.replace(**drawn, salvage=1.0)
    found = continuous_nash(model.continuous_game())
    assert found.certified.any(axis=-1).all()
    assert found.select() == pytest.approx(np.repeat(model.each()[:, None], n, axis=1), rel=1e-6, abs=2e-6)


@pytest.mark.parametrize("n", range(1, 9))
def test_lippman_and_mccardle(n):
    """Uniform demand above the total: 2n/(n + 1) of one supplier's under the herd rule, no more under an even split."""
    one = CapacityRace(n=1, law="uniform", price=10.0, cost=5.0)
    assert n * one.replace(n=n).each() == pytest.approx(2 * n / (n + 1) * one.each(), rel=1e-12)
    if n <= 2:
        assert n * one.replace(n=n, rule="equal").each() == pytest.approx(one.each(), rel=1e-12)


def test_parlar_rivals_with_own_customers_build_more_than_the_planner(numbers):
    own = numbers["own customers"]
    assert own["apart"] < own["planner"] < own["spill"]


def test_stakes_needed_make_one_too_few_as_bad_as_one_too_many():
    model = CapacityRace()
    stakes = model.stakes_for_too_little
    assert model.price - model.cost + stakes == pytest.approx(model.cost - model.salvage - stakes)


def test_words_turn_with_the_numbers(numbers):
    turned = copy.deepcopy(dict(numbers))
    turned["too little is worse"]["P(ratio above half)"] = {"value": 0.8, "low": 0.7, "high": 0.9}
    turned["by suppliers"]["5"]["premium"] = dict.fromkeys(turned["by suppliers"]["5"]["premium"], 0.0)
    before, after = write(numbers).paragraphs, write(turned).paragraphs
    assert "rarely rational" in before[2] and "mostly rational" in after[2]
    assert "build more than the joint" in before[1] and "do not build more" in after[1]


def test_figure_has_two_panels_with_units(numbers):
    figure = draw(numbers, {})
    assert len(figure.axes) == 2
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)
