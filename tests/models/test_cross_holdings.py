"""Silent stakes soften competition; the concentration index says by how much."""

import numpy as np
import pytest

from models.cross_holdings import CrossHoldings, concentration, profit_weights
from theory import InputError, joint_optimum, nash


def solve(**parameters):
    game = CrossHoldings(**parameters).continuous_game()
    return game, nash(game).select()


@pytest.mark.parametrize("n", [2, 3, 5])
def test_output_falls_from_cournot_to_monopoly_as_stakes_rise(n):
    totals = [solve(n=n, stake=v)[1].sum() for v in np.linspace(0, 0.99 / n, 5)]
    assert totals[0] == pytest.approx(n / (n + 1))  # Cournot
    assert (np.diff(totals) < 0).all()
    game, _ = solve(n=n, stake=0.0)
    assert totals[-1] > joint_optimum(game).sum() - 1e-6
    assert solve(n=n, stake=0.99999 / n)[1].sum() == pytest.approx(0.5, abs=1e-4)  # equal claims on all: a cartel


def test_a_one_way_stake_makes_its_holder_retreat():
    """Reynolds and Snapp (1986): the holder sells less, the other more, the market less in all."""
    _, plain = solve(stake=0.0)
    _, held = solve(pattern="one-way", stake=0.2)
    assert held[0] < plain[0] and held[1] > plain[1] and held.sum() < plain.sum()


@pytest.mark.parametrize("stake", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("n", [2, 3])
def test_margins_follow_the_modified_index(n, stake):
    """O'Brien and Salop (2000): the share-weighted mean Lerner index is MHHI over the elasticity of demand."""
    model = CrossHoldings(n=n, stake=stake, cost=0.2)
    game, q = solve(n=n, stake=stake, cost=0.2)
    total, price = q.sum(), float(game.outcome("price", q))
    elasticity = price / (model.slope * total)
    lerner = (price - model.cost) / price
    assert concentration(q / total, model.weights).mhhi / 1e4 / elasticity == pytest.approx(lerner, rel=1e-9)


def test_full_common_ownership_is_a_monopoly_in_the_index():
    everything = [[1.0, 1.0]]
    assert concentration([0.5, 0.5], profit_weights(everything, everything)).mhhi == 10_000
    separate = concentration([0.5, 0.5], profit_weights(np.eye(2), np.eye(2)))
    assert (separate.hhi, separate.delta) == (5_000, 0)


def test_refusals():
    with pytest.raises(InputError, match=r"below 0\.5"):
        CrossHoldings(n=3, stake=0.5)
    with pytest.raises(InputError, match="two suppliers"):
        CrossHoldings(n=3, stake=0.1, pattern="one-way")
    with pytest.raises(InputError, match="no aim"):
        profit_weights([[0.0, 1.0], [1.0, 0.0]], np.eye(2))
    with pytest.raises(InputError, match="sum to one"):
        concentration([0.5, 0.6], np.eye(2))
