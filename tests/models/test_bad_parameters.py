"""Values that each are in their bounds and cannot hold together: refused with field, value and bound."""

import pytest

from models.capacity_race import CapacityRace
from models.cloud_sourcing import CloudSourcing
from models.compute_race import ComputeRace
from models.dsair import Dsair
from models.siting import Siting
from theory import InputError, nash


@pytest.mark.parametrize(
    ("model", "values", "words"),
    [
        (CloudSourcing, {"prior_share": (0.9, 0.9)}, r"prior_share \(a\) is \[0.9 0.9\].*at most 1 in sum"),
        (CloudSourcing, {"prior_share": (1, 1)}, "at most 1 in sum over the clouds, not 2"),
        (CloudSourcing, {"ported": (0, 0)}, r"ported \(h\) is \[0. 0.\].*at least one cloud"),
        (CloudSourcing, {"ported": (0.5, 1)}, r"ported \(h\) is \[0.5 1. \].*0 or 1"),
        (CapacityRace, {"salvage": 60.0}, r"salvage \(s\) is 60.0; it must be below price \(p\), which is 52"),
        (CapacityRace, {"salvage": [1.0, 50.0]}, r"salvage \(s\) is 50.0; it must be below cost \(c\), which is 47"),
        (CapacityRace, {"price": 3.0, "cost": 9.0, "salvage": 4.0}, "salvage.*below price"),
        (Dsair, {"speed": 101.0}, r"speed \(s\) is 101.0; it must be at most length \(W\), 100"),
        (
            ComputeRace,
            {"capital_cost": 45e9},
            r"capital_cost \(kappa\) is 4.5e\+10, 1e\+09 times its default.*one unit",
        ),
        (ComputeRace, {"prize": 350e9}, r"prize \(V\) is 3.5e\+11.*one unit"),
        (Siting, {"nn": 1}, "'nn' is no parameter of siting.*Did you mean n?"),
    ],
)
def test_refused(model, values, words):
    with pytest.raises(InputError, match=words):
        model(**values)


def test_parameters_go_by_name():
    with pytest.raises(InputError, match=r"siting is given 3 without a name.*n=\.\.\."):
        Siting(3)


def test_all_money_in_dollars_is_as_good_as_all_in_billions():
    race = ComputeRace()
    money = {name: spec for name, spec in race.parameters().items() if spec.unit.startswith("US$ bn")}
    dollars = race.replace(**{name: 1e9 * getattr(race, name) for name in money})
    assert dollars.demand() == pytest.approx(race.demand())


def test_a_price_below_cost_builds_nothing():
    """Half of the calibrated draws are so; it is an answer and no mistake."""
    model = CapacityRace(price=10.0, cost=20.0)
    assert model.critical_ratio == 0 and model.each() == 0
    found = nash(model.continuous_game())
    assert found.select().sum() < 1e-5


def test_demand_that_is_new_ran_nowhere_before():
    assert CloudSourcing(prior_share=(0.5, 0.2)).prior_share.sum() == pytest.approx(0.7)
