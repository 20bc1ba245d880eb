"""Baye, Kovenock and de Vries (1996): equilibria of all-pay auctions."""

import numpy as np
import pytest

from theory import InputError
from theory.all_pay import all_pay_auction

VALUES = [[3, 2], [2, 3], [3, 2, 1], [1, 1, 1, 1], [3, 2, 2], [2, 5, 2, 2, 1], [7, 7, 1]]


@pytest.mark.parametrize("values", VALUES)
def test_nobody_gains_by_any_bid(values):
    found = all_pay_auction(values)
    assert found.regret() <= 1e-12
    grid = np.linspace(0, found.highest, 1001)
    for i in range(len(values)):
        law = found.distribution(i, grid)
        assert (np.diff(law) >= -1e-15).all()
        assert law[-1] == 1


@pytest.mark.parametrize("values", VALUES)
def test_accounts_add_up(values):
    found = all_pay_auction(values)
    assert found.winning.sum() == pytest.approx(1)
    assert found.winning @ np.array(values) - found.revenue == pytest.approx(found.payoffs.sum())
    assert found.payoffs.max() == pytest.approx(max(values) - sorted(values)[-2])


@pytest.mark.parametrize("values", [[3, 2], [3, 2, 2], [1, 1, 1, 1]])
def test_against_monte_carlo(values):
    found = all_pay_auction(values)
    bids = found.sample(200_000, np.random.default_rng(1))
    np.testing.assert_allclose(bids.mean(axis=0), found.bids, atol=0.01)
    assert bids.max(axis=1).mean() == pytest.approx(found.largest_bid, abs=0.01)
    wins = np.bincount(bids.argmax(axis=1), minlength=len(values)) / len(bids)
    np.testing.assert_allclose(wins, found.winning, atol=0.01)


def test_only_the_most_competitive_take_part():
    found = all_pay_auction([3, 2, 1.9])
    np.testing.assert_array_equal(found.active, [True, True, False])


def test_equals_dissipate_the_prize():
    for n in (2, 3, 8):
        assert all_pay_auction([5.0] * n).revenue == pytest.approx(5.0)


def test_an_unequal_rival_discourages():
    revenue = [all_pay_auction([v, 2]).revenue for v in (2, 3, 5, 50)]
    assert (np.diff(revenue) < 0).all()


def test_the_certificate_sees_other_play():
    found = all_pay_auction([3, 2])
    wrong = type(found)(found.values, found.active, 1.5, found.payoffs, found.bids, found.winning, found.largest_bid)
    assert wrong.regret() > 0.01


def test_refusals():
    for values in ([1], [1, -1], [1, np.inf], []):
        with pytest.raises(InputError, match="two or more"):
            all_pay_auction(values)
