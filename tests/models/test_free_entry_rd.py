"""Dasgupta and Stiglitz (1980): how many firms, and how much R&D."""

import numpy as np
import pytest

from models.free_entry_rd import FreeEntryRd
from theory import InputError

GRID = [(1.0, 0.5), (0.8, 0.2), (2.0, 1.5), (0.5, 0.3)]


@pytest.mark.parametrize(("inelasticity", "returns"), GRID)
def test_zero_profit_and_no_better_output(inelasticity, returns):
    model = FreeEntryRd(inelasticity=inelasticity, returns=returns, demand=3.0, cost=0.7)
    found = model.equilibrium()
    rivals = (found.firms - 1) * found.output
    assert model.profit(found.output, found.research, rivals) == pytest.approx(
        0, abs=1e-12 * found.price * found.output
    )
    assert found.price == pytest.approx(3.0 * (found.firms * found.output) ** -inelasticity)
    assert model.deviation_gain() <= 1e-12


@pytest.mark.parametrize(("inelasticity", "returns"), GRID)
def test_first_order_conditions(inelasticity, returns):
    model = FreeEntryRd(inelasticity=inelasticity, returns=returns)
    found = model.equilibrium()
    rivals = (found.firms - 1) * found.output
    for place in (0, 1):
        h = 1e-5 * np.eye(2)[place] * (found.output, found.research)
        up, down = (model.profit(found.output + s * h[0], found.research + s * h[1], rivals) for s in (1, -1))
        assert abs(up - down) <= 1e-8 * found.price * found.output


def test_more_productive_research_means_fewer_firms_and_more_research():
    found = [FreeEntryRd(returns=a).equilibrium() for a in (0.1, 0.3, 0.6, 1.0)]
    assert (np.diff([f.firms for f in found]) < 0).all()
    assert (np.diff([f.research_share for f in found]) > 0).all()


def test_the_size_of_the_market_changes_neither_firms_nor_the_share():
    small, large = (FreeEntryRd(demand=d).equilibrium() for d in (1.0, 50.0))
    assert large.firms == pytest.approx(small.firms)
    assert large.research_share == pytest.approx(small.research_share)
    assert large.research > small.research


def test_refusals():
    with pytest.raises(InputError, match="must exceed"):
        FreeEntryRd(inelasticity=0.3, returns=0.9)
    with pytest.raises(InputError, match="positive"):
        FreeEntryRd(cost=0)
