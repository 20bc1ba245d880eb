"""Commitment to a quantity: closed forms, draws, corners, many followers, and brute force."""

import numpy as np
import pytest

from theory import ContinuousGame, InputError, SharedLimit, nash
from theory.continuous_commitment import continuous_commitment


def cournot(n, a=1.0, b=1.0, c=0.0, upper=None):
    """Inverse demand ``a - b Q``, unit cost ``c``; parameters may be draws."""

    def profit(i):
        return lambda x, a, b, c: x[..., i] * (a - b * x.sum(axis=-1) - c)

    a, b, c = np.broadcast_arrays(*(np.asarray(v, float) for v in (a, b, c)))
    top = (a / b)[..., None] if upper is None else upper
    return ContinuousGame([profit(i) for i in range(n)], lower=0.0, upper=top, parameters=(a, b, c))


@pytest.mark.parametrize(("a", "b", "c"), [(1.0, 1.0, 0.0), (10.0, 2.0, 1.0), (1e6, 1e-3, 1e5)])
@pytest.mark.parametrize("leader", [0, 1])
def test_stackelberg_duopoly(a, b, c, leader):
    """von Stackelberg (1934): the leader (a - c) / 2b, the follower (a - c) / 4b."""
    found = continuous_commitment(cournot(2, a, b, c), leader)
    assert found.certified
    assert found.choices[leader] == pytest.approx((a - c) / (2 * b), rel=1e-7)
    assert found.choices[1 - leader] == pytest.approx((a - c) / (4 * b), rel=1e-7)
    assert found.payoffs[leader] == pytest.approx((a - c) ** 2 / (8 * b), rel=1e-9)
    assert abs(found.slope) < 1e-6


def test_marginal_payoffs_make_it_as_precise_as_numbers_are():
    def marginal(i):
        return lambda x, a, b, c: a - b * x.sum(axis=-1) - c - b * x[..., i]

    found = continuous_commitment(cournot(2, 10.0, 2.0, 1.0).replace(gradients=[marginal(0), marginal(1)]))
    np.testing.assert_allclose(found.choices, [9 / 4, 9 / 8], rtol=1e-10)
    np.testing.assert_allclose(found.payoffs, [81 / 16, 81 / 32], rtol=1e-12)


def test_draws_are_solved_at_once_as_one_by_one():
    rng = np.random.default_rng(1)
    a, b, c = rng.uniform(5, 20, 6), rng.uniform(0.5, 2, 6), rng.uniform(0, 4, 6)
    together = continuous_commitment(cournot(2, a, b, c), points=33)
    assert together.certified.all()
    np.testing.assert_allclose(together.choices[:, 0], (a - c) / (2 * b), rtol=1e-7)
    alone = continuous_commitment(cournot(2, a[3], b[3], c[3]), points=33)
    np.testing.assert_allclose(together.choices[3], alone.choices, rtol=1e-8)


@pytest.mark.parametrize("n", [3, 5])
def test_one_leader_and_many_followers(n):
    """With linear demand the leader still makes (a - c) / 2b; the followers share the rest as in Cournot."""
    found = continuous_commitment(cournot(n, 12.0, 1.0, 2.0), points=33)
    assert found.certified
    np.testing.assert_allclose(found.choices, [5.0, *[5.0 / n] * (n - 1)], rtol=1e-6)


def test_a_leader_at_its_bound():
    """Capacity 0.3 is below the half that would be best: all of it is used, and the slope still points up."""
    found = continuous_commitment(cournot(2, upper=np.array([0.3, 1.0])))
    assert found.certified
    np.testing.assert_allclose(found.choices, [0.3, 0.35], rtol=1e-9)
    # V = t (1 - t) / 2 with slope 0.2 at 0.3; its range over [0, 0.3] is 0.105
    assert found.slope == pytest.approx(0.2 * 0.3 / 0.105, rel=1e-6)


def test_deterrence_is_found_though_the_first_order_condition_holds_elsewhere():
    """Dixit (1980) in short: the follower needs a least profit; from some output on it stays out, and V jumps up."""
    fixed = 0.04  # it stays out if (1 - t)^2 / 4 < fixed: from t = 0.6

    def leader(x):
        return x[..., 0] * (1 - x.sum(axis=-1))

    def follower(x):
        own = x[..., 1]
        return own * (1 - x.sum(axis=-1)) - np.where(own > 1e-9, fixed, 0.0)

    found = continuous_commitment(ContinuousGame((leader, follower), lower=0.0, upper=1.0))
    assert found.choices[0] == pytest.approx(0.6, abs=1e-4)
    assert found.choices[1] == pytest.approx(0.0, abs=1e-8)
    assert found.certified
    assert found.payoffs[0] == pytest.approx(0.24, abs=1e-4)  # accommodation would pay 0.125


def test_followers_without_an_equilibrium_are_said():
    """One follower flees from the other, who pursues: no pure equilibrium, whatever the leader does."""
    payoffs = (
        lambda x: x[..., 0],
        lambda x: (x[..., 1] - x[..., 2]) ** 2,
        lambda x: -((x[..., 1] - x[..., 2]) ** 2),
    )
    found = continuous_commitment(ContinuousGame(payoffs, lower=0.0, upper=1.0), points=5)
    assert not found.certified
    assert np.isnan(found.choices).all()
    assert "none was certified" in found.note


def test_contest_against_brute_force():
    """Lottery with unequal prizes: the leader's choice against every pair on a fine grid."""
    prizes = 2.0, 1.5

    def payoff(i):
        return lambda x: prizes[i] * x[..., i] / x.sum(axis=-1) - x[..., i]

    game = ContinuousGame((payoff(0), payoff(1)), lower=1e-4, upper=2.0)
    found = continuous_commitment(game)
    t = np.linspace(1e-4, 2.0, 4001)
    reply = np.clip(np.sqrt(prizes[1] * t) - t, 1e-4, 2.0)
    value = prizes[0] * t / (t + reply) - t
    assert found.payoffs[0] >= value.max() - 1e-12
    assert found.choices[0] == pytest.approx(t[value.argmax()], abs=1e-3)
    assert found.payoffs[0] >= game.payoff(nash(game).select())[0]  # moving first does not hurt


def test_units_change_nothing():
    plain = continuous_commitment(cournot(2, 10.0, 1.0, 1.0))
    large = continuous_commitment(cournot(2, 10.0e9, 1.0e3, 1.0e9))  # quantities in 1e-6, prices in 1e-9
    np.testing.assert_allclose(large.choices, plain.choices * 1e6, rtol=1e-7)


def test_bad_input():
    game = cournot(2)
    for call in (
        lambda: continuous_commitment([1, 2]),
        lambda: continuous_commitment(game, 2),
        lambda: continuous_commitment(game, True),
        lambda: continuous_commitment(cournot(1)),
        lambda: continuous_commitment(game, points=2),
        lambda: continuous_commitment(game, tolerance=0.0),
        lambda: continuous_commitment(game.replace(shared=[SharedLimit(np.ones(2), 1.0)])),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert len(str(caught.value)) > 20
