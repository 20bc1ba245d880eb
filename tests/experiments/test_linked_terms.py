"""Terms of rents and contracts that the linked race takes from the models of sourcing and of anchor tenants."""

import numpy as np
import pytest

from experiments.studies.linked_race import share_of, solved_terms
from models.linked_race import LinkedRace


@pytest.fixture(scope="module")
def model():
    base = LinkedRace()
    return base.replace(**base.priors().sample(32, rng=np.random.default_rng(3)))


def test_solved_terms_are_terms_of_the_race(model):
    found = solved_terms(model, np.random.default_rng(4))
    model.replace(markup=found["markup"], take_or_pay=found["take_or_pay"])  # in their bounds, one per draw
    assert (found["with re-letting"] <= found["take_or_pay"] + 1e-12).all()  # a market that takes it over lets off


def test_dearer_plans_and_tighter_contracts_show_in_them(model):
    """The margin at which demand was planned raises the price; a larger take-or-pay share what the tenant pays."""

    def terms(**changes):
        return solved_terms(model.replace(**changes), np.random.default_rng(4))

    assert terms(markup=np.full(32, 0.6))["markup"].mean() > terms(markup=np.full(32, 0.05))["markup"].mean()
    assert (
        terms(take_or_pay=np.ones(32))["with re-letting"]
        >= terms(take_or_pay=np.full(32, 0.5))["with re-letting"] - 1e-12
    ).all()


def test_share_of_nothing_is_all():
    assert share_of(np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist() == [0.25, 1.0]
