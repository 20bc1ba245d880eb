"""Penal codes of unlike players over quantities: bounds that hold for any punishment, fine deviations, finite grids."""

import numpy as np
import pytest

from theory import (
    ContinuousGame,
    continuous_penal_threshold,
    nash,
    penal_threshold,
    reversion_thresholds,
    symmetric_stick_and_carrot,
)
from theory.errors import InputError


def cournot(costs, upper, scale=1.0, shift=0.0):
    return ContinuousGame(
        [lambda x, i=i, c=c: scale * x[..., i] * (1 - c - x.sum(-1)) + shift for i, c in enumerate(costs)],
        0,
        upper,
    )


def contest(values, upper):
    return ContinuousGame(
        [lambda x, i=i, v=v: v * x[..., i] / x.sum(-1) - x[..., i] for i, v in enumerate(values)], 1e-3, upper
    )


NOTHING_FOR_NOTHING = ContinuousGame([lambda x, i=i: x[..., i] / x.sum(-1) - x[..., i] for i in range(2)], 0, 0.5)


@pytest.mark.parametrize(
    ("costs", "upper", "path"),
    [
        ((0, 0), 0.5, (0.25, 0.25)),
        ((0, 0.1), 0.5, (0.25, 0.2)),
        ((0, 0.2), 0.4, (0.25, 0.15)),
        ((0, 0.05, 0.1), 0.3, (0.17, 0.16, 0.14)),
    ],
)
@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (1e9, 1e9)])
def test_punished_down_to_the_minmax_nothing_needs_less_patience(costs, upper, path, scale, shift):
    """No punishment is worth less than its minmax, so ``max (D - C)/(D - minmax)`` bounds the threshold from below."""
    least = 0.0
    for q, c in zip(path, costs, strict=True):
        others = sum(path) - q
        reply = min((1 - c - others) / 2, upper)
        kept, left = q * (1 - c - others - q), reply * (1 - c - others - reply)
        minmax = max(1 - c - (len(costs) - 1) * upper, 0) ** 2 / 4
        least = max(least, (left - kept) / (left - minmax))
    found = continuous_penal_threshold(cournot(costs, upper, scale, shift), path, refinements=10)
    assert found.discount_factor == pytest.approx(least, abs=1e-8)
    assert found.discount_factor >= least - 1e-10 and found.accuracy < 1e-8


GAMES = [
    (cournot((0, 0.1), 0.42), (0.26, 0.19)),
    (contest((1, 0.7), 0.6), (0.15, 0.12)),
    (contest((1, 0.9, 0.8), 0.5), (0.1, 0.08, 0.07)),
]


@pytest.mark.parametrize(("game", "path"), GAMES)
def test_no_deviation_over_the_whole_interval_pays(game, path):
    """Values from linear equations, deviations on a grid of 20001 choices; less patience than for reversion."""
    found = continuous_penal_threshold(game, path, refinements=10)
    d, p = found.discount_factor, found.returns
    on_path = game.payoff(found.path)
    sticks = game.payoff(found.sticks)
    value = ((1 - d) * sticks + d * p[:, None] * on_path) / (1 - d * (1 - p[:, None]))
    np.testing.assert_allclose(np.diag(value), found.values, rtol=1e-9)
    own = np.linspace(game.lower, game.upper, 20_001)
    for i in range(game.n_players):
        for profile, now in [(found.path, on_path), *zip(found.sticks, value, strict=True)]:
            tried = np.broadcast_to(profile, (len(own), game.n_players)).copy()
            tried[:, i] = own[:, i]
            assert (1 - d) * game.payoff_of(i, tried).max() + d * value[i, i] <= now[i] + 1e-9
    assert d <= reversion_thresholds(game, path, nash(game)).max() + 1e-9


def test_grids_come_near_it_and_the_accuracy_says_how_near():
    """Against the finite game, which limits deviations too; a coarse first grid ends near the same factor."""
    game, path = contest((1, 0.7), 0.6), (0.15, 0.12)
    found = continuous_penal_threshold(game, path)
    coarse = continuous_penal_threshold(game, path, levels=8)
    assert 0 < found.accuracy < 2e-4
    assert coarse.discount_factor == pytest.approx(found.discount_factor, abs=3e-4)
    levels = [np.union1d(np.linspace(low, 0.6, 61), at) for low, at in zip((1e-3, 1e-3), path, strict=True)]
    at = [int(np.searchsorted(own, choice)) for own, choice in zip(levels, path, strict=True)]
    finite = penal_threshold(game.discretise(levels), at)
    assert found.discount_factor == pytest.approx(finite.discount_factors[0], abs=5e-3)
    rough = continuous_penal_threshold(game, path, levels=8, refinements=0)
    assert rough.discount_factor >= coarse.discount_factor - 1e-10  # refinements only lower it


def test_alike_players_need_no_more_than_by_equal_sticks():
    game = contest((1, 1), 0.6)
    equal = symmetric_stick_and_carrot(game, 0.15).discount_factor
    assert 0 < continuous_penal_threshold(game, [0.15, 0.15]).discount_factor <= equal + 1e-9


def test_equilibria_need_no_patience_and_some_choices_none_suffices():
    game = cournot((0, 0), 0.5)
    assert continuous_penal_threshold(game, [1 / 3, 1 / 3]).discount_factor == pytest.approx(0, abs=1e-9)
    never = continuous_penal_threshold(game, [0.02, 0.5])  # gets less than by its minmax
    assert np.isnan(never.discount_factor) and np.isnan(never.accuracy) and np.isnan(never.sticks).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: continuous_penal_threshold("game", [0.2, 0.2]), "ContinuousGame"),
        (lambda: continuous_penal_threshold(cournot((0, 0), 0.5), [0.2]), "choices"),
        (lambda: continuous_penal_threshold(NOTHING_FOR_NOTHING, [0.1, 0.1]), "not finite at the choices"),
        (lambda: continuous_penal_threshold(cournot((0, 0), 0.5), [0.2, 0.7]), "between 0 and 0.5"),
        (lambda: continuous_penal_threshold(cournot((0, 0), 0.5), [0.2, np.nan]), "finite"),
        (lambda: continuous_penal_threshold(cournot((0, 0), 0.5), [[0.2, 0.2]]), "one choice for each"),
        (lambda: continuous_penal_threshold(cournot((0, 0), 0.5), [0.2, 0.2], levels=1), "levels"),
        (lambda: continuous_penal_threshold(cournot((0, 0), 0.5), [0.2, 0.2], refinements=-1), "refinements"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(InputError, match=words):
        call()
