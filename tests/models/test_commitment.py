"""Moving first, keeping rivals out, and moving rivals."""

import numpy as np
import pytest

from models.commitment import CostCommitment, lead
from theory import InputError, nash


def test_leading_pays_and_following_costs():
    found = lead(intercept=1, cost=0.1)
    cournot = (0.9 / 3) ** 2
    assert found.leader_profit > cournot > found.follower_profit
    assert found.leader == pytest.approx(2 * found.follower)  # Stackelberg with a line


def test_deterrence_beats_accommodation_only_where_entry_is_dear():
    regimes = [lead(intercept=1, cost=0.1, fixed_cost=f).entry for f in (0.0, 1e-4, 0.02, 0.2)]
    assert regimes == ["accommodated", "accommodated", "deterred", "blockaded"]
    profits = [lead(intercept=1, cost=0.1, fixed_cost=f).leader_profit for f in np.linspace(0, 0.3, 40)]
    assert (np.diff(profits) >= -1e-12).all()  # entry costs protect the leader
    assert max(profits) == pytest.approx(0.9**2 / 4)  # and never more than a monopoly


def test_deterrence_leaves_the_entrant_just_nothing():
    found = lead(intercept=1, cost=0.1, fixed_cost=0.02)
    reply = (0.9 - found.leader) / 2
    assert reply**2 == pytest.approx(0.02)
    no_other = [q * (1 - q - (0.9 - q) / 2 - 0.1) for q in np.linspace(0, found.leader, 200)]
    assert found.leader_profit >= max(no_other)


def test_units_change_nothing():
    plain, scaled = lead(intercept=1, cost=0.1, fixed_cost=0.02), lead(intercept=1e6, cost=1e5, fixed_cost=0.02e12)
    assert scaled.leader == pytest.approx(plain.leader * 1e6)
    assert scaled.entry == plain.entry


@pytest.mark.parametrize("n", [2, 3, 5])
def test_top_dog_and_puppy_dog(n):
    """Fudenberg and Tirole (1984): overinvest against quantities, underinvest against prices."""
    assert CostCommitment(n=n, cost=0.1).strategic_factor() == pytest.approx(2 * n / (n + 1))
    assert CostCommitment(n=n, cost=0.1, rivalry="price").strategic_factor() < 1
    alone = CostCommitment(n=n, cost=0.1, rivalry="price", substitution=0.0).strategic_factor()
    assert alone == pytest.approx(1.0)  # nobody to move


def test_labs_cut_more_than_for_their_own_costs_sake():
    model = CostCommitment(n=2)
    game = model.continuous_game()
    cut = nash(game).select()
    output = np.sqrt(game.payoff(cut) + model.expense * cut**2 / 2)  # Cournot profit is output squared
    own_sake = output / model.expense  # marginal cut worth its expense on the output that it cheapens
    np.testing.assert_allclose(cut, 4 / 3 * own_sake, rtol=1e-8)


def test_refusals():
    with pytest.raises(InputError, match="intercept"):
        lead(intercept=1, cost=2)
    with pytest.raises(InputError, match="driven"):
        CostCommitment(cost=0.6)
