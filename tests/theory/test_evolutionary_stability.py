"""Stable strategies against the definition, and the examples of the literature."""

import numpy as np
import pytest

from theory.errors import InputError
from theory.evolutionary_stability import stable_strategies, strategy_stability

ZEEMAN = [[0, 6, -4], [-3, 0, 5], [-1, 3, 0]]


def by_definition(payoffs, x, rng, draws=4000):
    """The worst of ``x A y - y A y`` over many best replies ``y``, near and far, by the distance of ``y`` squared."""
    table = np.asarray(payoffs, float)
    best = np.flatnonzero(table @ x >= (table @ x).max() - 1e-9)
    if not set(np.flatnonzero(x > 1e-9)) <= set(best):
        return -np.inf
    if len(best) == 1:
        return np.inf
    y = np.zeros((draws, len(table)))
    y[:, best] = rng.dirichlet(np.full(len(best), 0.5), draws)
    faces = rng.random((draws, len(table))) < 0.4
    y = np.where(faces & (y.sum(axis=1, keepdims=True) > 0), 0, y)
    y = y[y.sum(axis=1) > 0]
    y /= y.sum(axis=1, keepdims=True)
    z = y - x
    far = (z**2).sum(axis=1)
    return float((-np.einsum("ki,ij,kj->k", z, table, y)[far > 1e-6] / far[far > 1e-6]).min())


@pytest.mark.parametrize(
    ("payoffs", "expected"),
    [
        ([[3, 0], [5, 1]], {(1,): True}),  # dilemma
        ([[-1, 2], [0, 1]], {(0, 1): True}),  # hawk and dove
        ([[4, 0], [3, 2]], {(0,): True, (1,): True}),  # coordination; the mixture is not
        ([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], {(0, 1, 2): False}),  # rock, paper, scissors: neutral
        ([[0, -1, 2], [2, 0, -1], [-1, 2, 0]], {(0, 1, 2): True}),  # winning pays more than losing costs
        ([[0, -2, 1], [1, 0, -2], [-2, 1, 0]], {}),  # and less
        ([[1, 1], [1, 1]], {(0,): False, (1,): False, (0, 1): False}),
        (ZEEMAN, {(0,): True}),  # Zeeman 1980: an attractor inside that is not stable by definition
    ],
)
def test_examples(payoffs, expected):
    found = {tuple(np.flatnonzero(s.shares)): s.evolutionarily for s in stable_strategies(payoffs)}
    assert {tuple(map(int, k)): v for k, v in found.items()} == expected
    shifted = stable_strategies(1e9 * np.array(payoffs) + np.array([1e9] * len(payoffs)))
    assert [s.shares for s in shifted] == [pytest.approx(s.shares, abs=1e-7) for s in stable_strategies(payoffs)]


@pytest.mark.parametrize("seed", range(40))
def test_what_is_found_is_stable_by_definition_and_the_rest_is_not(seed):
    """Random games, with whole numbers so that there are ties; every equilibrium that `stability` names or refuses."""
    rng = np.random.default_rng(seed)
    payoffs = rng.integers(-2, 3, (3, 3)) if seed % 2 else rng.normal(size=(4, 4))
    for strategy in stable_strategies(payoffs):
        worst = by_definition(payoffs, strategy.shares, rng)
        assert worst > (0 if strategy.evolutionarily else -1e-9)
    for k in range(len(payoffs)):
        pure = np.eye(len(payoffs))[k]
        worst, kind = by_definition(payoffs, pure, rng), strategy_stability(payoffs, pure)
        assert (worst < -1e-6) <= (kind == "none") and (worst > 1e-3) <= (kind == "evolutionary")


def test_other_best_replies_decide_through_the_free_directions():
    """Haigh 1975: a best reply outside the support, harmless alone, that unsettles the mixture together with it."""
    inside = np.array([[0.0, 2.0], [2.0, 0.0]])
    for self_payoff, kind in ((0.9, "evolutionary"), (1.0, "neutral"), (1.1, "none")):
        payoffs = np.block([[inside, np.array([[1.0], [1.0]])], [np.array([[1.0, 1.0]]), np.array([[self_payoff]])]])
        assert strategy_stability(payoffs, [0.5, 0.5, 0.0]) == kind
    tilted = np.array([[0.0, 2.0, 1.0], [2.0, 0.0, 1.0], [2.0, 0.0, 1.05]])  # met by a shift inside the mixture
    assert strategy_stability(tilted, [0.5, 0.5, 0.0]) == "none"
    assert by_definition(tilted, np.array([0.5, 0.5, 0.0]), np.random.default_rng(1)) < 0


def test_tit_for_tat_is_neutral_in_the_long_match():
    """Restrainers drift in (Nowak 2006, Evolutionary Dynamics, ch. 5)."""
    turns = 50
    payoffs = np.array([[3, 0, 3], [5, 1, 1 + 4 / turns], [3, 1 - 1 / turns, 3]])
    assert [strategy_stability(payoffs, x) for x in np.eye(3)] == ["none", "evolutionary", "neutral"]


def test_refusals():
    with pytest.raises(InputError, match="sum to one"):
        strategy_stability([[1, 0], [0, 1]], [0.5, 0.6])
    with pytest.raises(InputError, match="at most 10"):
        stable_strategies(np.eye(11))
    with pytest.raises(InputError, match="square table"):
        stable_strategies([[1, 2]])
