"""Every registered model keeps the contract; and the contract notices a model that breaks it."""

import numpy as np
import pytest

from models import PayoffModel, Value, count, parameter
from models.base import Shock, payoff_parts
from models.catalogue import catalogue, model
from models.compute_race import ComputeRace
from models.contract import _power, check_model
from theory import InputError


@pytest.mark.parametrize("name", catalogue())
def test_every_model_keeps_the_contract(name):
    failed = {check: detail for check, passed, detail in check_model(catalogue()[name]) if not passed}
    assert not failed


@payoff_parts
class Lottery(PayoffModel):
    """A well-behaved little contest that the broken ones below derive from."""

    name = "lottery"
    n: int = count("n", default=2, low=2)
    prize: Value = parameter("V", default=9.0, low=0, unit="US$ bn", meaning="prize")
    price: Value = parameter("c", default=1.0, above=0, unit="US$ bn/GW", meaning="unit cost")
    action_unit = "GW"

    def payoff(self, i, k):
        return self.prize * k[i] / sum(k) - self.price * k[i]

    def action_bounds(self):
        return 1e-3, np.asarray(self.prize / self.price)[..., None]


@payoff_parts
class FalseMonotonicity(Lottery):
    rises_with = {"price": 1}


@payoff_parts
class OtherMean(Lottery):
    volatility: Value = parameter("s", default=0.5, above=0, unit="1", meaning="volatility")
    shocks = {"prize": Shock("theta", "volatility")}

    def realised(self, i, k, state):
        return self.prize * state["prize"] ** 2 * k[i] / sum(k) - self.price * k[i]


@payoff_parts
class DependsOnTheLabel(Lottery):
    skill: Value = parameter("a", default=(1.0, 2.0), above=0, per_player=True, unit="1", meaning="skill")

    def payoff(self, i, k):
        return (1 + i) * self.prize * self.skill[i] * k[i] / sum(k) - self.price * k[i]


@payoff_parts
class TwoWithOneSymbol(Lottery):
    tax: Value = parameter("V", default=0.0, unit="1", meaning="a second V")


@payoff_parts
class InventedFact(Lottery):
    tax: Value = parameter("t", default=0.0, unit="1", meaning="tax", facts=("F999",))


@payoff_parts
class NoMeaning(Lottery):
    tax: Value = parameter("t", default=0.0)


@pytest.mark.parametrize(
    ("cls", "contract"),
    [
        (FalseMonotonicity, "declared monotonicity holds"),
        (OtherMean, "expected payoff is the mean of realised ones"),
        (DependsOnTheLabel, "relabelling players relabels the equilibrium"),
        (TwoWithOneSymbol, "declares every parameter"),
        (InventedFact, "sources exist"),
        (NoMeaning, "declares every parameter"),
    ],
)
def test_a_broken_promise_is_noticed(cls, contract):
    assert contract in {name for name, passed, _ in check_model(cls) if not passed}


def test_a_good_model_passes():
    assert all(passed for _, passed, _ in check_model(Lottery))


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(InputError, match="Did you mean compute-race"):
        model("compute-rase")
    with pytest.raises(InputError, match="Did you mean prize"):
        Lottery().replace(prise=3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prize": -3}, r"prize \(V\) is -3.0; it must be finite, and at least 0"),
        ({"price": 0}, r"price \(c\) is 0.0.*above 0"),
        ({"prize": np.nan}, "finite"),
        ({"prize": "much"}, "number"),
        ({"n": 2.5}, "whole number"),
        ({"n": 1}, "at least 2"),
        ({"prize": [1.0, 2.0], "price": [1.0, 2.0, 3.0]}, "different shapes"),
    ],
)
def test_bad_values_are_refused_in_words(changes, words):
    with pytest.raises(InputError, match=words):
        Lottery().replace(**changes)


def test_a_models_arrays_are_copies():
    prize = np.array([1.0, 2.0])
    lottery = Lottery().replace(prize=prize)
    prize[0] = 77
    assert lottery.prize[0] == 1.0


def test_a_constant_without_a_unit_of_its_own_breaks_the_units():
    """One dollar typed into the formula: in another currency the payoff is another."""

    @payoff_parts
    class TypedDollar(ComputeRace):
        def account(self, i, k, sold, prize=1):
            return super().account(i, k, sold, prize) - k[i] * 1.0

    results = {name: (passed, detail) for name, passed, detail in check_model(TypedDollar)}
    passed, detail = results["units are consistent"]
    assert not passed and "US$" in detail


def test_an_outcome_in_another_unit_than_declared_breaks_the_units():
    """Installed power is in GW; without a word it would be shown in US$ bn."""

    @payoff_parts
    class PowerIsNoMoney(Lottery):
        def outcomes(self, k):
            return {"power": sum(k)}

    @payoff_parts
    class PowerInItsUnit(PowerIsNoMoney):
        outcome_units = {"power": "GW"}

    @payoff_parts
    class UnitOfNothing(Lottery):
        outcome_units = {"powr": "GW"}

    found = {
        cls: {name: (passed, detail) for name, passed, detail in check_model(cls)}["units are consistent"]
        for cls in (PowerIsNoMoney, PowerInItsUnit, UnitOfNothing)
    }
    assert not found[PowerIsNoMoney][0] and "outcome 'power' in US$ bn" in found[PowerIsNoMoney][1]
    assert found[PowerInItsUnit][0]
    assert not found[UnitOfNothing][0] and "'powr'" in found[UnitOfNothing][1]


@pytest.mark.parametrize(
    ("unit", "money", "capacity"),
    [("US$ bn/GW/yr", 1, -1), ("US$ bn", 1, 0), ("US$ bn/GW^2", 1, -2), ("1/yr", 0, 0), ("GW", 0, 1)],
)
def test_powers_of_units(unit, money, capacity):
    assert (_power(unit, "US$"), _power(unit, "GW")) == (money, capacity)
