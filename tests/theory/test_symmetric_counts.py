"""Symmetric equilibria by counts with several actions, from two players to a thousand."""

import itertools

import numpy as np
import pytest
from scipy.special import gammaln

from theory import Game, InputError, symmetric_counts
from theory.count_proof import Budget
from theory.polynomial_nash import polynomial_nash
from theory.symmetric_counts import count_vectors, symmetric_count_equilibria
from theory.symmetric_games import symmetric_equilibria


def race(levels, value, decisiveness=1.0):
    """Tullock race: the prize goes in proportion to effort to a power; shared if nobody makes any."""
    levels = np.asarray(levels, float)

    def payoff(action, counts):
        total = counts @ levels**decisiveness + levels[action] ** decisiveness
        n = counts.sum(axis=-1) + 1
        share = np.where(total > 0, levels[action] ** decisiveness / np.where(total > 0, total, 1.0), 1.0 / n)
        return value * share - levels[action]

    return payoff


def dense(payoff, n, m):
    """The full table of player 0, own action first, and of everybody else by symmetry."""
    first = np.empty((m,) * n)
    for profile in itertools.product(range(m), repeat=n):
        first[profile] = payoff(profile[0], np.bincount(profile[1:], minlength=m)[None])[0]
    return Game(np.stack([np.moveaxis(first, 0, i) for i in range(n)]))


def mixed_payoffs(payoff, n, p):
    """Payoffs of every action against ``p``, by summing over the profiles of the others one by one."""
    m = len(p)
    values = np.zeros(m)
    for profile in itertools.product(range(m), repeat=n - 1):
        counts = np.bincount(profile, minlength=m)[None]
        values += np.prod(p[list(profile)]) * np.array([float(payoff(a, counts)[0]) for a in range(m)])
    return values


def random_payoff(n, m, seed):
    table = np.random.default_rng(seed).normal(size=(m, len(count_vectors(n - 1, m))))
    index = {tuple(c): k for k, c in enumerate(count_vectors(n - 1, m).tolist())}
    return table, lambda a, counts: np.array([table[a, index[tuple(c)]] for c in counts.tolist()])


@pytest.mark.parametrize(("total", "actions"), [(0, 3), (5, 1), (4, 2), (3, 4)])
def test_count_vectors_are_every_way_to_spread(total, actions):
    listed = [tuple(c) for c in count_vectors(total, actions).tolist()]
    every = {c for c in itertools.product(range(total + 1), repeat=actions) if sum(c) == total}
    assert len(listed) == len(set(listed))
    assert set(listed) == every


@pytest.mark.parametrize("n", [2, 3, 20, 200])
def test_two_actions_are_the_complete_solver(n):
    for seed in range(5):
        table = np.random.default_rng(seed).normal(size=(2, n))
        found, expected = symmetric_count_equilibria(table, n, 2), symmetric_equilibria(table)
        assert found.complete == expected.complete
        np.testing.assert_allclose(np.sort(found.strategies[:, 1]), expected.probabilities, atol=1e-12)


@pytest.mark.parametrize("seed", [0, 1, 2, 4, 6, 7])  # those that polynomial_nash proves to have no more
def test_three_players_agree_with_the_full_game(seed):
    table, payoff = random_payoff(3, 3, seed)
    found = symmetric_count_equilibria(table, 3, 3)
    every = polynomial_nash(dense(payoff, 3, 3))
    assert every.complete
    symmetric = [p[0] for p in every.profiles() if np.allclose(p[0], p[1], atol=1e-8) and np.allclose(p[0], p[2])]
    assert len(found.strategies) == len(symmetric)
    for p in symmetric:
        assert np.abs(found.strategies - np.array(p)).max(axis=1).min() < 1e-7


@pytest.mark.parametrize("n", [2, 4, 5])
def test_a_grid_of_the_simplex_finds_nothing_more(n):
    """Wherever on a fine grid the regret is small, an equilibrium that was listed is near."""
    for seed in range(4):
        table, payoff = random_payoff(n, 3, 100 * n + seed)
        found = symmetric_count_equilibria(table, n, 3)
        for p in found.strategies:
            values = mixed_payoffs(payoff, n, p)
            assert values.max() - p @ values < 1e-8
        counts = count_vectors(n - 1, 3)
        coefficient = np.exp(gammaln(n) - gammaln(counts + 1).sum(axis=1))
        grid = count_vectors(120, 3) / 120
        weights = coefficient * np.prod(grid[:, None, :] ** counts, axis=-1)
        values = weights @ table.T
        regret = values.max(axis=1) - (grid * values).sum(axis=1)
        level = np.linalg.norm(np.where(grid > 0.02, values.max(axis=1)[:, None] - values, 0.0), axis=1)
        for p in grid[(regret < 0.002) & (level < 0.01)]:
            assert np.abs(found.strategies - p).max(axis=1).min() < 0.15


def test_a_race_of_a_thousand():
    """Free entry: with a prize of 1500 nobody stays out, and about half make twice the effort of the others."""
    payoff = race([0.0, 1.0, 2.0], 1500.0)
    found = symmetric_count_equilibria(payoff, 1000, 3)
    assert found.complete
    assert (found.strategies[:, 0] == 0).all() and 0.4 < found.strategies[0, 1] < 0.6
    assert (found.regret <= 1e-9).all()
    rng = np.random.default_rng(0)
    for p in found.strategies:  # Monte Carlo knows nothing of the recursion
        draws = rng.multinomial(999, p, size=20_000)
        values = np.array([payoff(a, draws) for a in range(3)])
        mean, error = values.mean(axis=1), values.std(axis=1) / np.sqrt(20_000)
        used = p > 0
        best = mean[used].max()
        assert (mean <= best + 5 * error + 1e-9).all()
        assert (np.abs(mean[used] - best) <= 6 * error.max() + 1e-9).all()


def test_a_race_in_which_high_effort_never_pays_is_complete():
    """An effort beyond the prize is dominated: every support with it is excluded by proof."""
    found = symmetric_count_equilibria(race([0.0, 1.0, 30.0], 20.0), 50, 3)
    assert found.complete
    assert (found.strategies[:, 2] == 0).all()
    pair = symmetric_equilibria(
        np.array([race([0.0, 1.0], 20.0)(a, count_vectors(49, 2)) for a in range(2)]),
    )
    np.testing.assert_allclose(np.sort(found.strategies[:, 1]), pair.probabilities, atol=1e-12)


def test_dominance_by_a_mixture_is_a_proof():
    """No action beats the third at every count, but half of each of the others does."""
    table, _ = random_payoff(6, 3, 3)
    table[2] = (table[0] + table[1]) / 2 - 0.1
    assert not (table[2] < table[0]).all()
    assert not (table[2] < table[1]).all()
    found = symmetric_count_equilibria(table, 6, 3)
    assert found.complete
    assert (found.strategies[:, 2] == 0).all()


def test_an_interior_equilibrium_is_proved_to_be_the_only_one():
    found = symmetric_count_equilibria(lambda a, c: -1.0 * c[..., a], 10, 4)  # avoid the crowd
    assert found.complete
    np.testing.assert_allclose(found.strategies, np.full((1, 4), 0.25), atol=1e-12)


def test_without_the_work_of_a_proof_it_is_not_called_complete(monkeypatch):
    monkeypatch.setattr(Budget, "take", lambda *_: False)
    found = symmetric_count_equilibria(lambda a, c: -1.0 * c[..., a], 10, 4)
    assert not found.complete
    assert "not proved" in found.note
    assert np.abs(found.strategies - 0.25).max(axis=1).min() < 1e-9


def test_three_actions_in_use_among_a_thousand_are_proved():
    """Each action pays its own amount less the share of the others who take it: indifference is linear, and one."""
    pays = np.array([1.0, 1.2, 0.9])
    found = symmetric_count_equilibria(lambda a, c: pays[a] - c[..., a] / 999, 1000, 3)
    assert found.complete
    np.testing.assert_allclose(found.strategies, [[0.3, 0.5, 0.2]], atol=1e-9)


@pytest.mark.parametrize(("scale", "shift"), [(1e-9, 0.0), (1e12, 0.0), (1.0, 1e4)])
def test_units_change_nothing(scale, shift):
    table, _ = random_payoff(5, 3, 6)
    plain, moved = symmetric_count_equilibria(table, 5, 3), symmetric_count_equilibria(table * scale + shift, 5, 3)
    assert plain.complete == moved.complete
    np.testing.assert_allclose(plain.strategies, moved.strategies, atol=1e-9)


def test_indifference_everywhere_is_said():
    found = symmetric_count_equilibria(lambda a, c: np.zeros(c.shape[:-1]), 4, 3)
    assert not found.complete
    assert "indifferent" in found.note


def test_bad_input():
    with pytest.raises(InputError, match="2 or more"):
        symmetric_count_equilibria(lambda a, c: c[..., a], 1, 3)
    with pytest.raises(InputError, match="2 or more"):
        symmetric_count_equilibria(lambda a, c: c[..., a], 3, 1.5)
    with pytest.raises(InputError, match="count_vectors"):
        symmetric_count_equilibria(np.zeros((3, 5)), 3, 3)
    with pytest.raises(InputError, match="finite"):
        symmetric_count_equilibria(lambda a, c: np.full(c.shape[:-1], np.nan), 3, 3)
    with pytest.raises(InputError, match="one number per row"):
        symmetric_count_equilibria(lambda a, c: np.zeros(7), 3, 3)
    with pytest.raises(InputError, match="table of numbers"):
        symmetric_count_equilibria("x", 3, 3)
    with pytest.raises(InputError, match="whole numbers"):
        count_vectors(-1, 2)


@pytest.mark.parametrize(
    ("payoff", "says"),
    [
        (lambda a, c: 1j * c[..., 0], r"payoff\(0, counts\) is .*real numbers"),
        (lambda a, c: 1.0, r"payoff\(0, counts\) has shape \(\); of counts of shape \(6, 3\).*6 of them"),
        (lambda a, c: None, "real numbers"),
        (lambda a, c: "much", "real numbers"),
    ],
)
def test_functions_that_give_no_number_per_row_are_refused(payoff, says):
    with pytest.raises(InputError, match=says):
        symmetric_count_equilibria(payoff, 3, 3)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: count_vectors(10**6, 10),
            "total is 1000000 and actions 10: some 10\\^49 entries; 50,000,000 are the most",
        ),
        (lambda: symmetric_count_equilibria(lambda a, c: 0.0 * c[..., a], 10**6, 1000), "499,500 pairs of actions"),
    ],
)
def test_what_no_memory_holds_is_refused_with_numbers(call, says):
    with pytest.raises(InputError, match=says):
        call()


def test_many_supports_end_by_a_limit_of_work_which_is_told(monkeypatch):
    """Each action pays the less the more take it, and a bit more than the one before: all of the first are in use."""
    monkeypatch.setattr(symmetric_counts, "MOST_WORK", 3e6)
    found = symmetric_count_equilibria(lambda a, c: a / 5 - c[..., a], 8, 7)
    assert not found.complete
    assert "supports of 3 actions left out: the limit of work" in found.note
    assert "1 support of 7 actions left out" in found.note
