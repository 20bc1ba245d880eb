"""Selection: supermodularity against brute force, risk and p-dominance against the literature, perfection."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Game, InputError, nash, pure_nash
from theory.refinements import p_dominance, payoff_dominant, perfect_equilibria, risk_dominance
from theory.supermodular import supermodularity


def aumann(safe=7.0):
    return Game.from_bimatrix([[9, 0], [8, safe]], [[9, 8], [0, safe]])


def pure_profiles(game):
    found = pure_nash(game)
    return [tuple(np.argwhere(d == 1)[0].tolist()) for d in found.distributions]


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 3), st.integers(2, 4), st.integers(0, 10**6), st.sampled_from([1e-9, 1.0, 1e12]))
def test_extremal_equilibria_bound_all_pure_ones(players, m, seed, scale):
    """Payoffs with positive cross effects: ``a_i sum_j b_ij a_j - cost(a_i)``, b > 0."""
    rng = np.random.default_rng(seed)
    index = np.indices((m,) * players).astype(float)
    pull = rng.uniform(0, 1, (players, players))
    costs = rng.uniform(-1, 2 * m, (players, m)).cumsum(axis=1)
    payoffs = [
        index[i] * sum(pull[i, j] * index[j] for j in range(players) if j != i) - costs[i][index[i].astype(int)]
        for i in range(players)
    ]
    game = Game(scale * np.stack(payoffs))
    found = supermodularity(game)
    assert found.is_supermodular and not found.reversed
    profiles = pure_profiles(game)
    assert found.smallest in profiles and found.largest in profiles
    for profile in profiles:
        assert all(low <= a <= high for low, a, high in zip(found.smallest, profile, found.largest, strict=True))
    assert found.is_unique == (len(profiles) == 1)


def test_substitutes_of_two_are_complements_with_one_order_turned_and_pennies_are_neither():
    q = np.arange(4.0)
    x, y = np.meshgrid(q, q, indexing="ij")
    duopoly = Game(np.stack([x * (4 - x - y), y * (4 - x - y)]))
    found = supermodularity(duopoly)
    assert found.reversed == (1,) and {found.smallest, found.largest} <= set(pure_profiles(duopoly))
    assert not supermodularity(Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])).is_supermodular
    with pytest.raises(InputError, match=r"game\[0\]"):
        supermodularity(Game(np.zeros((3, 2, 2, 2)), batch_ndim=1))


def test_payoff_and_risk_dominance_part_in_aumanns_game():
    game = aumann()
    assert payoff_dominant(game) == (0, 0)
    assert risk_dominance(game, (0, 0), (1, 1)) == -1
    assert risk_dominance(game, (1, 1), (0, 0)) == 1
    assert risk_dominance(aumann(safe=1.0), (0, 0), (1, 1)) == 0  # deviation losses 1 and 1: neither
    assert payoff_dominant(Game.from_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])) is None


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.1, 5), min_size=4, max_size=4), st.sampled_from([1e-9, 1e12]))
def test_two_by_two_is_the_product_of_deviation_losses(losses, scale):
    a, b, c, d = losses
    game = Game.from_bimatrix(scale * np.diag([a, b]), scale * np.diag([c, d]))
    gap = a * c - b * d
    expected = 0 if abs(gap) < 1e-6 * max(a * c, b * d) else np.sign(gap)
    if expected or gap == 0:
        assert risk_dominance(game, (0, 0), (1, 1)) == expected
    # both p below 1/2 implies risk dominance (Morris, Rob and Shin 1995)
    np.testing.assert_allclose(p_dominance(game, (0, 0)), [b / (a + b), d / (c + d)], rtol=1e-9)


def test_unanimity_among_three_by_potential_and_by_tracing():
    """All at 0 pays x_i, all at 1 pays y_i, else nothing: Harsanyi and Selten compare the products of payoffs.

    With equal payoffs there is a potential, which says x against y. With unequal ones the prior decides where it can.
    """

    def unanimity(zero, one):
        payoffs = np.zeros((3, 2, 2, 2))
        payoffs[:, 0, 0, 0], payoffs[:, 1, 1, 1] = zero, one
        return Game(payoffs)

    assert risk_dominance(unanimity(2.0, 1.0), (0, 0, 0), (1, 1, 1)) == 1
    assert risk_dominance(unanimity([3, 3, 2.5], [1, 1.2, 1]), (0, 0, 0), (1, 1, 1)) == 1
    assert risk_dominance(unanimity([1, 1.1, 1], [3, 3.1, 4]), (0, 0, 0), (1, 1, 1)) == -1


def symmetric(n, table):
    """Dense game of n players from what each action pays when so many others take action 1, ``table[a][m]``."""
    taken = np.indices((2,) * n)
    others = taken.sum(axis=0) - taken
    return Game(np.where(taken == 1, np.asarray(table[1])[others], np.asarray(table[0])[others]))


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 5), st.integers(0, 10**6), st.sampled_from([1e-9, 1.0, 1e12]))
def test_symmetric_games_of_n_are_decided_by_the_even_belief_over_how_many_join(n, seed, scale):
    """Morris and Shin (2003), section 2.3: the action that is better if every number of others is as likely."""
    table = np.random.default_rng(seed).normal(size=(2, n))
    table[0, 0], table[1, -1] = table[1, 0] + 1, table[0, -1] + 1  # both are strict equilibria
    advantage = table[0].sum() - table[1].sum()
    if abs(advantage) > 1e-6:
        game = symmetric(n, scale * table)
        assert risk_dominance(game, (0,) * n, (1,) * n) == np.sign(advantage)
        assert risk_dominance(game, (1,) * n, (0,) * n) == -np.sign(advantage)


def test_of_three_players_potential_and_bicentric_prior_may_part():
    """Restraint pays 5.8 if all three restrain and else nothing, racing 2 for certain: 5.8 < 3 x 2, so racing.

    The prior of Harsanyi and Selten, 3.8/5.8 on restraint, is for restraint: 5.8 (3.8/5.8)^2 > 2.
    """
    assert 5.8 * (3.8 / 5.8) ** 2 > 2
    game = symmetric(3, [[5.8, 0, 0], [2, 2, 2]])
    assert risk_dominance(game, (0, 0, 0), (1, 1, 1)) == -1
    assert risk_dominance(symmetric(3, [[6.2, 0, 0], [2, 2, 2]]), (0, 0, 0), (1, 1, 1)) == 1


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from([(1e-9, 0.0), (1.0, 0.0), (1e12, 0.0), (1.0, 1e9)]))
def test_other_actions_and_other_units_of_each_player_do_not_matter(seed, change):
    """Three players, three actions, potential times weights plus what one's own action does not move."""
    rng = np.random.default_rng(seed)
    phi = rng.normal(size=(3, 3, 3))
    phi[0, 0, 0], phi[2, 1, 2] = 9 + rng.normal(size=2)
    own = [rng.normal(size=[1 if j == i else 3 for j in range(3)]) for i in range(3)]
    game = Game(
        np.stack([w * phi + o for w, o in zip(rng.uniform(0.2, 5, 3), own, strict=True)]) * change[0] + change[1]
    )
    gap = phi[0, 0, 0] - phi[2, 1, 2]
    assert abs(gap) < 1e-5 or risk_dominance(game, (0, 0, 0), (2, 1, 2)) == np.sign(gap)


def test_p_dominance_against_brute_force_over_beliefs():
    rng = np.random.default_rng(3)
    games = rng.standard_normal((30, 2, 3, 3))
    batch = p_dominance(Game(games, batch_ndim=1), (1, 2))
    for k, payoffs in enumerate(games):
        for i, (own, part) in enumerate([(payoffs[0], 2), (payoffs[1].T, 1)]):
            action = (1, 2)[i]
            least = np.nan
            for p in np.linspace(0, 1, 401):
                # the worst belief puts the rest on one action
                beliefs = [p * np.eye(3)[part] + (1 - p) * np.eye(3)[b] for b in range(3)]
                if all((own @ belief)[action] >= (own @ belief).max() - 1e-12 for belief in beliefs):
                    least = p
                    break
            assert np.isnan(least) == np.isnan(batch[k, i])
            if np.isfinite(least):
                assert batch[k, i] <= least + 1e-9 and least <= batch[k, i] + 1 / 400


def test_perfect_equilibria_are_the_undominated_ones():
    """Myerson (1978), figure 1: of (0, 0), (1, 1) and, with a third action, (2, 2) only the undominated are perfect."""
    payoff = np.array([[1, 0, -9], [0, 0, -7], [-9, -7, -7]], float)
    solution = nash(Game.from_bimatrix(payoff, payoff.T))
    pure = {
        tuple(np.argmax(s) for s in profile): k
        for k, profile in enumerate(
            [(solution.strategies(0)[k], solution.strategies(1)[k]) for k in range(int(solution.count))]
        )
    }
    perfect = perfect_equilibria(solution)
    assert [bool(perfect[pure[a, a]]) for a in range(3)] == [True, True, False]


@pytest.mark.parametrize("scale", [1e-9, 1e12])
def test_generic_equilibria_are_perfect_whatever_the_unit(scale):
    for seed in range(5):
        solution = nash(Game(scale * np.random.default_rng(seed).standard_normal((2, 3, 3))))
        assert perfect_equilibria(solution).all()


def test_misuse_is_refused():
    with pytest.raises(InputError, match="no strict equilibrium"):
        risk_dominance(aumann(), (0, 1), (1, 1))
    with pytest.raises(InputError, match="same action in both"):
        meet = Game(np.stack([np.eye(3)] * 2))
        risk_dominance(meet, (0, 0), (0, 0))
    for wrong in ((0,), (0, 5), (0.5, 1), "ab"):
        with pytest.raises(InputError, match="one action index per player"):
            p_dominance(aumann(), wrong)
    with pytest.raises(InputError, match="single"):
        payoff_dominant(Game(np.zeros((3, 2, 2, 2)), batch_ndim=1))
    assert list(itertools.chain(perfect_equilibria(nash(aumann())))) == [True, True, True]
