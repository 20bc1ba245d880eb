"""Best and worst correlated equilibria: published games, the set they are in, and brute force."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from theory import Game, InputError, correlated_equilibrium, nash
from theory.correlated import correlated_gap

CHICKEN = Game.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])


def test_chicken_of_aumann():
    """Sums of payoffs over all correlated equilibria reach from 7.2 to 10.5 (Aumann 1974; checked on a grid below)."""
    best, worst = correlated_equilibrium(CHICKEN), correlated_equilibrium(CHICKEN, smallest=True)
    assert best.value == pytest.approx(10.5) and worst.value == pytest.approx(7.2)
    np.testing.assert_allclose(best.distribution, [[0.5, 0.25], [0.25, 0]], atol=1e-9)
    steps = np.linspace(0, 1, 41)
    seen = []
    for a, b, c in itertools.product(steps, repeat=3):
        if a + b + c <= 1:
            mu = np.array([[a, b], [c, 1 - a - b - c]])
            if correlated_gap(CHICKEN, mu)[0] <= 1e-9:
                seen.append(float((mu * (CHICKEN.payoff(0) + CHICKEN.payoff(1))).sum()))
    assert worst.value - 1e-9 <= min(seen) <= worst.value + 0.2
    assert best.value - 0.2 <= max(seen) <= best.value + 1e-9


def test_every_nash_equilibrium_lies_between_and_coarse_is_wider():
    rng = np.random.default_rng(5)
    for _ in range(15):
        game = Game.from_bimatrix(*rng.normal(size=(2, 3, 4)))
        found = nash(game)
        sums = [float(found.payoffs[k].sum()) for k in np.flatnonzero(found.mask)]
        low, high = (correlated_equilibrium(game, smallest=s).value for s in (True, False))
        wide = [correlated_equilibrium(game, smallest=s, coarse=True).value for s in (True, False)]
        assert wide[0] - 1e-9 <= low <= min(sums) + 1e-9 and max(sums) - 1e-9 <= high <= wide[1] + 1e-9


def test_a_coarse_equilibrium_may_beat_every_correlated_one():
    """Rock, paper, scissors with a small loss from meeting (Moulin and Vial 1978): a mediator that all precommit to."""
    game = np.array([[0.0, 1, -1], [-1, 0, 1], [1, -1, 0]]) - 0.5 * np.eye(3)
    rps = Game.from_bimatrix(game, game.T)
    assert correlated_equilibrium(rps, coarse=True).value > correlated_equilibrium(rps).value - 1e-9
    assert correlated_equilibrium(rps, coarse=True).value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("scale", [1e-9, 1e12])
def test_units_and_other_outcomes(scale):
    payoffs = scale * np.stack([CHICKEN.payoff(0), CHICKEN.payoff(1)])
    scaled = Game(payoffs, outcomes={"crash": np.array([[0, 0], [0, 1]])})
    assert correlated_equilibrium(scaled).value == pytest.approx(10.5 * scale)
    assert correlated_equilibrium(scaled, "crash").value == pytest.approx(0.2)
    assert correlated_equilibrium(scaled, [[0, 0], [0, 1]], smallest=True).value == pytest.approx(0)


@pytest.mark.parametrize("level", [0, 10**9, -(10**15)])
def test_differences_are_not_lost_against_a_common_level(level):
    """Exact payoffs at a level that floats cannot tell from its neighbours: the mediator of chicken all the same."""
    payoffs = [[level + Fraction(int(entry), 10**6) for entry in CHICKEN.payoff(i).flat] for i in range(2)]
    game = Game(np.array(payoffs, dtype=object).reshape(2, 2, 2))
    found = correlated_equilibrium(game)
    np.testing.assert_allclose(found.distribution, correlated_equilibrium(CHICKEN).distribution, atol=1e-9)
    assert found.gap <= 1e-14 and found.value == pytest.approx(2 * level + 10.5e-6)
    told = correlated_gap(game, np.full((2, 2), Fraction(1, 4)))[0]
    assert float(told) == pytest.approx(1e-6 * correlated_gap(CHICKEN, np.full((2, 2), 0.25))[0])


def test_three_players_and_one_action():
    payoffs = np.zeros((3, 2, 2, 2))
    payoffs[:, 1, 1, 1] = 1
    assert correlated_equilibrium(Game(payoffs)).value == pytest.approx(3)
    assert correlated_equilibrium(Game(np.ones((2, 1, 1)))).value == 2


def test_bad_input():
    for objective in ("profit", [[1, 2]], [["a", "b"], ["c", "d"]], [[np.nan, 0], [0, 0]]):
        with pytest.raises(InputError):
            correlated_equilibrium(CHICKEN, objective)
    with pytest.raises(InputError, match="single game"):
        correlated_equilibrium(Game(np.zeros((3, 2, 2, 2)), batch_ndim=1))
    with pytest.raises(InputError):
        correlated_equilibrium([[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"coarse": "yes"}, "coarse is 'yes'; it must be True or False"),
        ({"smallest": 1}, "smallest is 1; it must be True or False"),
        ({"objective": [[1, np.nan], [0, 0]]}, r"objective is \[\[1, nan\], \[0, 0\]\]; every entry must be a finite"),
        ({"objective": [[1, 2]]}, r"objective has shape \(1, 2\); it must be \(2, 2\)"),
        ({"objective": "profit"}, "no outcome 'profit'; it has none: give some by outcomes="),
    ],
)
def test_arguments_are_refused_in_words(arguments, says):
    with pytest.raises(InputError, match=says):
        correlated_equilibrium(CHICKEN, **arguments)
