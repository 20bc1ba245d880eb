"""Learning against what theory says it finds, and distances against the definitions."""

import itertools

import numpy as np
import pytest

from theory import Game, nash
from theory.distances import distances
from theory.errors import InputError
from theory.learning import empirical_distribution
from theory.quantal_response import logit_equilibrium
from theory.regret_learning import RULES, learn

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
CHICKEN = Game.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
PENNIES = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
SHAPLEY = Game.from_bimatrix([[0, 1, 0], [0, 0, 1], [1, 0, 0]], [[0, 0, 1], [1, 0, 0], [0, 1, 0]])


def assert_long_run(game, rule, exact, *, rate, rounds=5000, burn_in=500, paths=20):
    """Shares of play over independent paths agree with the long run to within six of their own standard errors."""
    streams = np.random.default_rng(5).spawn(paths)
    found = np.array([learn(game, rule, rounds=rounds, rng=r, rate=rate).distribution(burn_in) for r in streams])
    error = found.std(axis=0, ddof=1) / np.sqrt(paths)
    assert (np.abs(found.mean(axis=0) - exact) <= 6 * error).all()
    assert error.max() < 0.015  # else the check would have no power


def test_distances_are_those_of_the_definitions():
    """Every map of actions, and every single action, tried one by one."""
    rng = np.random.default_rng(2)
    for shape in ((3, 2), (2, 3, 2)):
        game = Game(rng.normal(size=(len(shape), *shape)))
        p = rng.dirichlet(np.ones(np.prod(shape))).reshape(shape)
        payoffs, correlated, coarse = np.asarray(game.payoffs, float), 0.0, 0.0
        scale = (payoffs - payoffs.min(axis=tuple(range(1, payoffs.ndim)), keepdims=True)).max()
        for i, n in enumerate(shape):
            for change in itertools.product(range(n), repeat=n):
                gain = sum(
                    p[a] * (payoffs[(i, *a[:i], change[a[i]], *a[i + 1 :])] - payoffs[(i, *a)])
                    for a in np.ndindex(*shape)
                )
                correlated = max(correlated, gain)
                coarse = max(coarse, gain) if len(set(change)) == 1 else coarse
        found = distances(game, p)
        assert found.correlated == pytest.approx(correlated / scale) and found.coarse == pytest.approx(coarse / scale)


def test_nash_equilibria_are_at_distance_zero():
    for game in (DILEMMA, CHICKEN, PENNIES, SHAPLEY):
        for p in nash(game).distributions:
            found = distances(game, p)
            assert max(found.nash, found.correlated, found.coarse) < 1e-9


@pytest.mark.parametrize("rule", sorted(RULES))
def test_racing_is_learned_where_it_dominates(rule):
    path = learn(DILEMMA, rule, rounds=4000, rng=np.random.default_rng(1))
    assert path.distribution(2000)[1, 1] > 0.9


@pytest.mark.parametrize("game", [CHICKEN, PENNIES, SHAPLEY])
@pytest.mark.parametrize("rounds", [300, 10_000])
def test_hedge_has_no_more_regret_than_its_bound(game, rounds):
    """Cesa-Bianchi & Lugosi 2006, Prediction, Learning, and Games, cor. 4.2: with chance 1 - c, for any play of others.

    ``sqrt(ln n / 2T) + sqrt(ln(1/c) / 2T)`` a round with the rate of ``learn``; c is 1e-9 here, so it always holds.
    """
    path = learn(game, "hedge", rounds=rounds, rng=np.random.default_rng(3))
    bound = np.sqrt(np.log(max(game.n_actions)) / (2 * rounds)) + np.sqrt(np.log(1e9) / (2 * rounds))
    assert distances(game, path.distribution()).coarse <= bound


@pytest.mark.parametrize("game", [CHICKEN, PENNIES, SHAPLEY])
def test_regret_matching_approaches_correlated_equilibria(game):
    """Hart & Mas-Colell 2000: a hundred times the rounds, and the mean distance over paths is below a third."""
    paths = [
        learn(game, "regret matching", rounds=10_000, rng=rng).actions for rng in np.random.default_rng(3).spawn(4)
    ]
    early, late = (
        np.mean([distances(game, empirical_distribution(game, actions[:n])).correlated for actions in paths])
        for n in (100, 10_000)
    )
    assert 0 < late < early / 3 and late < 0.12


@pytest.mark.parametrize("game", [PENNIES, SHAPLEY])
def test_regret_matching_switches_as_often_as_its_rule_says(game):
    """Hart & Mas-Colell 2000, (2.2): chances from the play so far, with ``mu`` of twice the range times ``n - 1``."""
    payoffs, rounds = np.asarray(game.payoffs, float), 60
    surprise, variance = np.zeros(2), np.zeros(2)
    for rng in np.random.default_rng(9).spawn(200):
        actions = learn(game, "regret matching", rounds=rounds, rng=rng).actions
        for i, n in enumerate(game.n_actions):
            table = np.moveaxis(payoffs[i], i, 0) / np.ptp(payoffs[i])
            regret = np.zeros((n, n))
            for t in range(1, rounds):
                now, rival, following = actions[t - 1, i], actions[t - 1, 1 - i], actions[t, i]
                regret[now] += table[:, rival] - table[now, rival]
                switch = np.maximum(regret[now], 0).sum() / (t * 2 * (n - 1))
                surprise[i] += (following != now) - switch
                variance[i] += switch * (1 - switch)
                assert following == now or regret[now, following] > 0  # only to what would have been better
    assert (variance > 250).all()  # else the check would have no power
    assert (np.abs(surprise) < 4 * np.sqrt(variance)).all()


def test_introspection_has_the_stationary_distribution_of_its_chain():
    """Couto, Giaimo & Hilbe 2022: the exact chain over the four profiles of chicken; one revises at a time."""
    strength, scaled = 2.0, np.asarray(CHICKEN.payoffs, float) / 7
    switch = {}
    for a, b in np.ndindex(2, 2):
        gains = scaled[0, 1 - a, b] - scaled[0, a, b], scaled[1, a, 1 - b] - scaled[1, a, b]
        switch[a, b] = [1 / (1 + np.exp(-strength * g)) for g in gains]
    chain = np.zeros((4, 4))
    for (a, b), (p, q) in switch.items():
        chain[2 * a + b, 2 * (1 - a) + b] += p / 2
        chain[2 * a + b, 2 * a + 1 - b] += q / 2
        chain[2 * a + b, 2 * a + b] += 1 - (p + q) / 2
    exact = np.linalg.matrix_power(chain, 200)[0]
    assert_long_run(CHICKEN, "introspection", exact.reshape(2, 2), rate=strength)


def test_introspection_with_much_selection_only_improves():
    """The limit of the Fermi rule: no step down, and no overflow on the way there."""
    with np.errstate(over="raise", invalid="raise"):
        path = learn(CHICKEN, "introspection", rounds=200, rng=np.random.default_rng(5), rate=1e6).actions
    payoffs, moves = np.asarray(CHICKEN.payoffs, float), np.diff(path, axis=0).any(axis=1)
    for before, after in zip(path[:-1][moves], path[1:][moves], strict=True):
        (mover,) = np.flatnonzero(before != after)
        assert payoffs[(mover, *after)] > payoffs[(mover, *before)]
    assert path[-1].sum() == 1  # an equilibrium of chicken: one yields


@pytest.mark.parametrize("rule", ["introspection", "logit"])
def test_revisions_one_at_a_time_have_the_gibbs_measure_in_a_potential_game(rule):
    """Where one revises at a time, by the logistic rule, detailed balance holds with the potential."""
    game = Game.from_bimatrix([[1, 0], [0, 0.6]], [[1, 0], [0, 0.6]])
    gibbs = np.exp(3.0 * np.array([1, 0, 0, 0.6]))
    assert_long_run(game, rule, (gibbs / gibbs.sum()).reshape(2, 2), rate=3.0)


def test_logit_selects_the_potential_maximiser_of_three_players():
    """Blume 1993: Gibbs measure of the potential, over all profiles of a congestion game of three players."""
    busy = np.indices((2, 2, 2)).sum(axis=0)
    potential = -np.cumsum([0, 0.1, 0.2, 0.3])[busy] - 0.25 * np.cumsum([0, 1, 1, 1])[3 - busy]
    payoffs = [np.where(np.indices((2, 2, 2))[i] == 1, -0.1 * busy, -0.25) for i in range(3)]
    scale = np.ptp(payoffs[0])
    gibbs = np.exp(4.0 * potential / scale)
    assert_long_run(Game(np.stack(payoffs)), "logit", gibbs / gibbs.sum(), rate=4.0)


def test_smooth_fictitious_play_settles_in_the_logit_equilibrium():
    """Matching pennies with an unequal prize (Ochs 1995), where logit and Nash equilibrium are far apart."""
    game = Game.from_bimatrix([[9, 0], [0, 1]], [[0, 1], [1, 0]])
    precision = 3.0
    scaled = Game(np.asarray(game.payoffs, float) / np.array([9.0, 1.0]).reshape(2, 1, 1))
    expected = logit_equilibrium(scaled, precision).strategies
    shares = []
    for stream in np.random.default_rng(1).spawn(12):
        path = learn(game, "smooth fictitious play", rounds=6000, rng=stream, rate=precision).distribution(2000)
        shares.append([path.sum(axis=1)[0], path.sum(axis=0)[0]])
    found, error = np.mean(shares, axis=0), np.std(shares, axis=0, ddof=1) / np.sqrt(len(shares))
    exact = np.array([float(mixture[0]) for mixture in expected])
    assert (np.abs(found - exact) <= 6 * error + 2e-3).all() and error.max() < 0.01  # bias of the rounds it starts with
    assert abs(found[0] - 0.5) > 0.05  # Nash


def test_best_replies_with_inertia_settle_in_potential_games():
    rng = np.random.default_rng(8)
    for seed in range(10):
        common = rng.normal(size=(4, 3, 3))
        game = Game(np.stack([common] * 3))
        path = learn(game, "best reply", rounds=300, rng=np.random.default_rng(seed))
        last = path.actions[-50:]
        assert (last == last[-1]).all()
        assert distances(game, path.distribution(250)).nash < 1e-12
    cycling = learn(PENNIES, "best reply", rounds=300, rng=np.random.default_rng(1), rate=1.0).actions
    assert len({tuple(a) for a in cycling[-4:].tolist()}) == 4


def test_solution_carries_the_distances():
    solution = learn(PENNIES, "hedge", rounds=2000, rng=np.random.default_rng(1)).solution()
    assert "coarse" in solution.note and solution.distributions.shape == (1, 2, 2)


def test_units_do_not_matter():
    other = Game(1e9 * np.asarray(SHAPLEY.payoffs, float) + 1e9)
    paths = [learn(game, "regret matching", rounds=500, rng=np.random.default_rng(7)) for game in (SHAPLEY, other)]
    np.testing.assert_array_equal(paths[0].actions, paths[1].actions)


def test_bad_input():
    with pytest.raises(InputError, match="it must be one of"):
        learn(DILEMMA, "magic", rounds=5, rng=np.random.default_rng(1))
    with pytest.raises(InputError, match="single game"):
        distances(DILEMMA, np.ones((2, 3)) / 6)
