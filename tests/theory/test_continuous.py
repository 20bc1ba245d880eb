"""Games over quantities: equilibria against closed forms and brute force, certificates, batches, units."""

import numpy as np
import pytest

from theory import ContinuousGame, InputError, best_reply, continuous_nash, joint_optimum, pure_nash


def cournot(n, a=1.0, c=0.1, scale=1.0):
    def profit(i):
        return lambda q: scale * q[..., i] * (a - q.sum(-1) - c)

    return ContinuousGame([profit(i) for i in range(n)], lower=0, upper=a)


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_cournot_and_cartel(n):
    game = cournot(n)
    np.testing.assert_allclose(continuous_nash(game).select(), 0.9 / (n + 1), rtol=1e-8)
    np.testing.assert_allclose(joint_optimum(game).sum(), 0.45, rtol=1e-5)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e12])
def test_units_do_not_matter(scale):
    solution = continuous_nash(cournot(2, scale=scale))
    assert solution.certified[0]
    np.testing.assert_allclose(solution.select(), 0.3, rtol=1e-8)


def test_a_local_maximum_that_is_no_best_reply_is_rejected():
    """A bump of height 1 at 0.2 and a higher one at 0.8: the lower one is stationary, and no equilibrium."""

    def payoff(x):
        own = x[..., 0]
        return np.exp(-(((own - 0.2) / 0.05) ** 2)) + 1.5 * np.exp(-(((own - 0.8) / 0.05) ** 2))

    game = ContinuousGame([payoff], lower=0, upper=1)
    solution = continuous_nash(game, starts=np.array([[0.2], [0.8]]))
    np.testing.assert_allclose(solution.select(), 0.8, atol=1e-6)
    assert int(solution.count) == 1


def test_several_equilibria_are_all_listed():
    """Coordination: each wants to match the other's side; (0, 0), (1, 1) and the unstable middle."""
    pull = [lambda x, i=i: x[..., i] * (x[..., 1 - i] - 0.5) for i in range(2)]
    game = ContinuousGame(pull, lower=0, upper=1)
    starts = np.array([[0.1, 0.1], [0.9, 0.9], [0.5, 0.5]])
    found = continuous_nash(game, starts=starts)
    ends = {tuple(np.round(x, 6)) for x in found.actions[found.certified]}
    assert {(0.0, 0.0), (1.0, 1.0)} <= ends


def test_no_equilibrium_gives_an_empty_labelled_answer():
    """Matching pennies on the quantities {near, far}: concave in nothing, no pure equilibrium."""
    game = ContinuousGame(
        [lambda x: (x[..., 0] - x[..., 1]) ** 2, lambda x: -((x[..., 0] - x[..., 1]) ** 2)], lower=0, upper=1
    )
    solution = continuous_nash(game)
    assert int(solution.count) == 0
    assert "no candidate could be certified" in solution.note
    assert np.isnan(solution.select()).all()


def test_best_reply_finds_the_kink():
    """min(k, D) less cost peaks exactly at demand."""
    game = ContinuousGame([lambda x: 2 * np.minimum(x[..., 0], 0.37) - x[..., 0]], lower=0, upper=1)
    reply, value, _ = best_reply(game, np.array([0.0]), 0)
    assert float(reply) == pytest.approx(0.37, abs=1e-12)
    assert float(value) == pytest.approx(0.37, abs=1e-12)


def test_draws_are_batch_axes_and_parts_of_the_batch_can_be_taken():
    a = np.linspace(0.5, 2.0, 7)
    profit = [lambda q, a, i=i: q[..., i] * (a - q.sum(-1)) for i in range(2)]
    game = ContinuousGame(profit, lower=0, upper=a[:, None], parameters=(a,))
    np.testing.assert_allclose(continuous_nash(game).select(), (a / 3)[:, None] * np.ones(2), rtol=1e-8)
    np.testing.assert_allclose(continuous_nash(game[a > 1]).select(), (a[a > 1] / 3)[:, None] * np.ones(2), rtol=1e-8)


def test_discretised_game_has_the_equilibrium_on_its_grid():
    levels = np.linspace(0, 0.9, 10)  # holds 0.3
    game = cournot(2).discretise([levels, levels])
    found = pure_nash(game)
    grid = {tuple(int(np.argmax(m)) for m in profile) for profile in found.profiles()}
    assert (3, 3) in {tuple(i for i in profile) for profile in grid} or any("0.3" in labels for labels in game.actions)
    q = float(levels[3])
    np.testing.assert_allclose(game.payoffs[0, 3, 3], q * (1 - 2 * q - 0.1))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: ContinuousGame([], 0, 1), "0 payoffs"),
        (lambda: ContinuousGame([lambda x: x[..., 0]], 1, 0), "lower < upper"),
        (lambda: ContinuousGame([lambda x: x[..., 0]], 0, np.inf), "finite bounds"),
        (lambda: cournot(2).outcome("welfare", np.zeros(2)), "no outcome"),
        (lambda: cournot(2)[0], "no batch axes"),
        (lambda: cournot(2).discretise([[0.1]]), "one list of choices per player"),
        (lambda: cournot(2).discretise([[0.1], [7.0]]), "outside the bounds"),
        (lambda: cournot(6).discretise([np.linspace(0, 1, 40)] * 6), "fewer levels"),
    ],
)
def test_bad_input_is_refused_in_words(build, words):
    with pytest.raises(InputError, match=words):
        build()


def test_a_narrow_peak_that_the_certificate_sees_is_found():
    """A local maximum that is no best reply is rejected, and the search goes on from the reply that beats it."""

    def first(x):
        return -((x[..., 0] - 0.2) ** 2) + 2 * np.exp(-(((x[..., 0] - 0.737) / 0.01) ** 2))

    def second(x):
        return -((x[..., 1] - 0.5 * x[..., 0]) ** 2)

    solution = continuous_nash(ContinuousGame([first, second], [0, 0], [1, 1]))
    assert solution.count == 1
    np.testing.assert_allclose(solution.select(), [0.737, 0.3685], atol=1e-4)
    assert "grid of 97" in solution.note


@pytest.mark.parametrize("level", [1e6, 1e9, -1e9])
def test_a_common_level_of_payoffs_changes_nothing_that_the_numbers_hold(level):
    """Cournot with 1e9 added: choices to the square root of the lost digits, one equilibrium, not several."""
    rng = np.random.default_rng(2)
    costs = rng.uniform(0, 0.3, (20, 3))

    def profit(i):
        return lambda q, *cost: level + q[..., i] * (1 - q.sum(-1) - cost[i])

    game = ContinuousGame([profit(i) for i in range(3)], lower=np.zeros((20, 3)), upper=1, parameters=list(costs.T))
    found = continuous_nash(game)
    assert (found.count == 1).all()
    exact = (1 - 4 * costs + costs.sum(-1, keepdims=True)) / 4
    np.testing.assert_allclose(found.select(), exact, atol=5e-4)


@pytest.mark.parametrize("best", [1e-9, 3e-5, 0.0005, 0.37, 1 - 1e-6])
def test_a_best_reply_beside_a_bound_is_found_wherever_the_grid_s_points_are(best):
    """A smooth maximum within the first or the last cell of the grid, and a kink there."""
    smooth = ContinuousGame([lambda x: -((x[..., 0] - best) ** 2)], lower=0, upper=1)
    kinked = ContinuousGame([lambda x: -np.abs(x[..., 0] - best)], lower=0, upper=1)
    for game, tolerance in ((smooth, 1e-7), (kinked, 1e-11)):
        reply, value, _ = best_reply(game, np.zeros(1), 0)
        assert abs(reply - best) <= tolerance
        assert value >= -1e-11


def test_newton_from_many_starts_is_newton_from_each_of_them():
    """Draws and starts that arrive early are left alone, and change nothing for the others."""
    slopes = np.array([0.5, 1.0, 3.0])

    def profit(i):
        return lambda x, slope: x[..., i] * (1 - slope * x.sum(axis=-1)) - 0.1 * x[..., i] ** 2

    game = ContinuousGame([profit(0), profit(1)], lower=0, upper=1, parameters=[slopes])
    together = continuous_nash(game).select()
    for k, slope in enumerate(slopes):
        np.testing.assert_allclose(together[k], continuous_nash(game[k]).select(), rtol=1e-12)
        np.testing.assert_allclose(together[k], 1 / (3 * slope + 0.2), rtol=1e-9)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_a_joint_optimum_far_below_the_upper_bounds(unit):
    """Two markets that saturate at one unit: the best build of each is ``sqrt(v / c) - 1`` units, in any unit."""
    value, cost = np.array([4.0, 9.0]), np.array([1.0, 4.0])

    def profit(i):
        return lambda x: value[i] * x[..., i] / (x[..., i] + unit) - cost[i] * x[..., i] / unit

    game = ContinuousGame([profit(0), profit(1)], lower=1e-3 * unit, upper=1e4 * unit)
    np.testing.assert_allclose(joint_optimum(game), (np.sqrt(value / cost) - 1) * unit, rtol=1e-4)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_cartel_of_linear_cournot_to_the_last_digits(n):
    """Its divisions form a ridge; its total is one half, and deviations from it are paid at first order."""
    game = ContinuousGame([lambda x, i=i: x[..., i] * (1 - x.sum(axis=-1)) for i in range(n)], lower=0, upper=1)
    assert joint_optimum(game).sum() == pytest.approx(0.5, abs=1e-12)


def test_a_smooth_maximum_is_found_beyond_the_square_root_of_rounding():
    game = ContinuousGame([lambda x: np.log1p(x[..., 0]) - 0.7 * x[..., 0]], lower=0, upper=1)
    reply, value, _ = best_reply(game, np.zeros(1), 0)
    assert reply == pytest.approx(3 / 7, abs=3e-10) and value == pytest.approx(np.log(10 / 7) - 0.3, rel=1e-14)


def test_newton_settles_where_marginal_payoffs_have_a_kink():
    """Each wants half, and punishes with another curvature on the other side of the rival's choice."""

    def bend(gap):
        return np.where(gap > 0, 3.0, 0.5)

    def payoff(i):
        return lambda x: -((x[..., i] - 0.5) ** 2) - bend(x[..., i] - x[..., 1 - i]) * (x[..., i] - x[..., 1 - i]) ** 2

    def marginal(i):
        return lambda x: -2 * (x[..., i] - 0.5) - 2 * bend(x[..., i] - x[..., 1 - i]) * (x[..., i] - x[..., 1 - i])

    game = ContinuousGame([payoff(0), payoff(1)], lower=0, upper=1, gradients=[marginal(0), marginal(1)])
    found = continuous_nash(game)
    assert found.count == 1
    np.testing.assert_allclose(found.select(), 0.5, atol=1e-12)


def test_one_of_several_equilibria_is_not_taken_for_the_one():
    """Two that want to be alike: every solver of a risk asks which equilibrium is meant."""

    def payoff(i):
        return lambda x: -((x[..., i] - x[..., 1 - i] ** 3 / 0.25) ** 2)

    found = continuous_nash(ContinuousGame([payoff(0), payoff(1)], lower=0, upper=1))
    assert found.count > 1
    with pytest.raises(InputError, match="select"):
        found.only()
