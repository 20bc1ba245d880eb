"""The mark-up of rented compute that the linked race takes from the model of sourcing."""

import numpy as np
import pytest

from experiments.studies.linked_race import solved_markup
from models.linked_race import LinkedRace


@pytest.fixture(scope="module")
def model():
    base = LinkedRace()
    return base.replace(**base.priors().sample(32, rng=np.random.default_rng(3)))


def test_it_is_a_mark_up_of_the_race_on_both_sides_of_the_markets_cost(model):
    found = solved_markup(model, np.random.default_rng(4))
    model.replace(markup=np.maximum(found, 0.0))
    assert (found < 0).any() and (found > 0).any() and (found > -1).all()


def test_the_margin_at_which_demand_was_planned_raises_it(model):
    low, high = (
        solved_markup(model.replace(markup=np.full(32, m)), np.random.default_rng(4)).mean() for m in (0.05, 0.6)
    )
    assert high > low
