"""Sampling, sensitivity and intervals against what is known in closed form."""

import numpy as np
import pytest
from scipy import special, stats
from scipy.optimize import brentq

from models import ComputeRace, LabDilemma
from models.sampling import Priors, sobol_points
from theory import Game, InputError, cvar, from_replicates
from theory.copula import GaussianCopula
from theory.information import value_of_information
from theory.intervals import probability, probability_of, quantile, share_in_replicates, share_of_counts
from theory.quantal_response import logit_equilibrium
from theory.regional import regional_sensitivity
from theory.risk import cvar_estimate, cvar_of_replicate, value_at_risk
from theory.selection import RULES, over_equilibria, select_equilibrium
from theory.sensitivity import sobol_indices
from theory.shapley import shapley_effects
from theory.two_by_two import two_by_two

# -- sampling ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", ["sobol", "latin hypercube"])
def test_both_designs_are_even_in_every_parameter(design):
    """Every one of 64 equal slices of a prior holds one of 64 draws."""
    model = LabDilemma()
    sample = model.priors().sample(64, rng=np.random.default_rng(1), design=design)
    prior = LabDilemma.parameters()["prize"].prior
    grid = np.linspace(prior.low, prior.high, 100_001)
    edges = prior.ppf(np.arange(1, 64) / 64)
    assert sorted(np.searchsorted(edges, sample["prize"])) == list(range(64))
    assert grid[0] <= sample["prize"].min() <= sample["prize"].max() <= grid[-1]


def test_the_triangular_quantiles_are_those_of_scipy():
    u = np.linspace(0, 1, 1001)
    for name, spec in LabDilemma.parameters().items():
        prior = spec.prior
        if prior is None or isinstance(prior, tuple) or prior.low == prior.high:
            continue
        low, mode, high = (np.log(v) if prior.log else v for v in (prior.low, prior.central, prior.high))
        expected = stats.triang.ppf(u, (mode - low) / (high - low), loc=low, scale=high - low)
        np.testing.assert_allclose(prior.ppf(u), np.exp(expected) if prior.log else expected, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("design", ["sobol", "latin hypercube"])
def test_declared_rank_correlations_are_those_of_the_draws_and_marginals_stay(design):
    declared = {("prize", "decided"): 0.7, ("prize", "revenue"): -0.4}
    priors = LabDilemma().priors(declared)
    sample = priors.sample(2**14, rng=np.random.default_rng(2), design=design)
    for (first, second), value in declared.items():
        assert stats.spearmanr(sample[first], sample[second]).statistic == pytest.approx(value, abs=0.02)
    assert abs(stats.spearmanr(sample["decided"], sample["life"]).statistic) < 0.02
    free = LabDilemma().priors().sample(2**14, rng=np.random.default_rng(3), design=design)
    for name in ("prize", "decided", "revenue"):
        quantiles = (0.05, 0.5, 0.95)
        np.testing.assert_allclose(np.quantile(sample[name], quantiles), np.quantile(free[name], quantiles), rtol=0.02)


def test_a_model_declares_its_correlations(monkeypatch):
    monkeypatch.setattr(ComputeRace, "rank_correlations", {("prize", "survival"): 0.5})
    sample = ComputeRace().priors().sample(4096, rng=np.random.default_rng(4))
    assert stats.spearmanr(sample["prize"], sample["survival"]).statistic == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    "correlations",
    [
        {("prize", "prise"): 0.5},
        {("prize", "prize"): 0.5},
        {("prize", "decided"): 1.0},
        {("prize", "decided"): 0.5, ("decided", "prize"): 0.4},
        {("prize", "decided"): 0.9, ("decided", "life"): 0.9, ("prize", "life"): -0.9},
    ],
)
def test_correlations_that_cannot_be_are_refused(correlations):
    with pytest.raises(InputError):
        Priors(LabDilemma(), correlations)


# -- sensitivity -------------------------------------------------------------------------------------------


def test_sobol_indices_of_the_g_function():
    """Saltelli and Sobol (1995): V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1; a = 0, 1, 4.5, 9, 99."""
    a = np.array([0, 1, 4.5, 9, 99])

    def g(u):
        return ((np.abs(4 * u - 2) + a) / (1 + a)).prod(axis=1)[None]

    part = 1 / (3 * (1 + a) ** 2)
    whole = (1 + part).prod() - 1
    first, total = part / whole, part * (1 + part).prod() / (1 + part) / whole
    names = [f"x{i}" for i in range(5)]
    (found,) = sobol_indices(g, names, points=2048, rng=np.random.default_rng(5))
    for i, name in enumerate(names):
        assert found[name]["first"].value == pytest.approx(first[i], abs=0.01)
        assert found[name]["total"].value == pytest.approx(total[i], abs=0.01)
    assert list(found) == names


@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.8])
def test_shapley_effects_of_correlated_normals(rho):
    """Owen and Prieur (2017), section 4: two correlated normal inputs of a linear function."""
    beta = np.array([1.0, 2.0])
    variance = beta @ beta + 2 * rho * beta.prod()
    shared = rho * beta.prod()
    exact = [beta[0] ** 2 * (1 - rho**2 / 2) + shared + beta[1] ** 2 * rho**2 / 2]
    exact.append(variance - exact[0])
    ranks = 6 / np.pi * np.arcsin(rho / 2)
    copula = GaussianCopula([[1, ranks], [ranks, 1]])

    def linear(u):
        return (special.ndtri(u) @ beta)[None]

    (found,) = shapley_effects(linear, ["a", "b"], copula, orders=4000, rng=np.random.default_rng(6))
    for name, value in zip("ab", exact, strict=True):
        assert found[name].value == pytest.approx(value / variance, abs=0.03)
        assert found[name].low - 0.01 <= value / variance <= found[name].high + 0.01
    assert sum(estimate.value for estimate in found.values()) == pytest.approx(1)


def test_inputs_drawn_afresh_have_the_conditional_law_of_the_normal_scores():
    normal = np.array([[1, 0.8, 0.3], [0.8, 1, 0.5], [0.3, 0.5, 1]])
    copula = GaussianCopula(6 / np.pi * np.arcsin(normal / 2) * (1 - np.eye(3)) + np.eye(3))
    orders = np.array([[0, 1, 2], [2, 0, 1]])
    outer = special.ndtr(np.array([[0.1, 1.0, -0.5], [0.7, -1.2, 0.4]]))
    u = np.random.default_rng(8).random((2, 2, 200_000, 3))
    z = special.ndtri(copula.resampled(orders, outer, u))
    for m, order in enumerate(orders):
        for k in (1, 2):
            new, kept = order[:k], order[k:]
            np.testing.assert_allclose(z[m, k - 1][:, kept], special.ndtri(outer[m, kept])[None].repeat(200_000, 0))
            weights = normal[np.ix_(new, kept)] @ np.linalg.inv(normal[np.ix_(kept, kept)])
            mean = weights @ special.ndtri(outer[m, kept])
            cov = normal[np.ix_(new, new)] - weights @ normal[np.ix_(kept, new)]
            np.testing.assert_allclose(z[m, k - 1][:, new].mean(axis=0), mean, atol=0.01)
            np.testing.assert_allclose(np.cov(z[m, k - 1][:, new].T), cov.squeeze(), atol=0.01)


def test_an_unused_input_has_a_shapley_effect_only_through_its_correlation():
    copula = GaussianCopula([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]])
    rng = np.random.default_rng(7)
    (found,) = shapley_effects(lambda u: u[None, :, 0], ["used", "twin", "other"], copula, orders=2000, rng=rng)
    assert found["twin"].low > 0.2
    assert abs(found["other"].value) < 0.05
    (constant,) = shapley_effects(lambda u: 0 * u[None, :, 0], ["a", "b", "c"], copula, orders=10, rng=rng)
    assert [estimate.value for estimate in constant.values()] == [0, 0, 0]


def test_the_input_that_decides_separates():
    u = sobol_points(0, 4096, 3, np.random.default_rng(8))
    found = regional_sensitivity({"x": u[:, 0], "y": u[:, 1], "idle": u[:, 2]}, 3 * u[:, 0] - u[:, 1] > 1)
    assert list(found) == ["x", "y", "idle"]
    assert [found[name]["sign"] for name in ("x", "y")] == [1, -1]
    assert found["idle"]["distance"] < 0.05
    assert found["x"]["p-value"] < 1e-9


def test_the_value_of_information_of_a_normal_gamble():
    """Act for m + s1 x1 + s2 x2 or not: s phi(m/s) - |m| Phi(-|m|/s), with the s of what is learnt."""
    rng = np.random.default_rng(9)
    mean, scale = -0.5, {"x1": 2.0, "x2": 0.7}

    def sample():
        x = {name: rng.normal(size=8192) for name in scale}
        gamble = mean + sum(scale[name] * x[name] for name in scale)
        return np.stack([0 * gamble, gamble], axis=-1), x

    def exact(s):
        return s * stats.norm.pdf(mean / s) - abs(mean) * stats.norm.cdf(-abs(mean) / s)

    found = value_of_information([sample() for _ in range(8)])
    assert list(found) == ["everything", "x1", "x2"]
    for name, s in {**scale, "everything": np.hypot(2.0, 0.7)}.items():
        assert found[name].value == pytest.approx(exact(s), rel=0.05)


# -- several equilibria ------------------------------------------------------------------------------------


def games_with_several(rng, number=40):
    games = Game(rng.normal(size=(400, 2, 2, 2)), batch_ndim=1)
    several = np.flatnonzero(two_by_two(games).mask.sum(axis=-1) == 3)
    return games[several[:number]]


def test_the_logit_branch_of_symmetric_games_ends_at_the_risk_dominant_equilibrium():
    """Both strategies move together along it; so it ends where p > 1/2 is a best reply to even play, or mixed."""
    row = np.random.default_rng(10).normal(size=(200, 2, 2))
    games = Game.from_bimatrix(row, np.swapaxes(row, -1, -2))
    games = games[np.flatnonzero(two_by_two(games).mask.sum(axis=-1) == 3)]
    selected = select_equilibrium(games, "logit limit")
    np.testing.assert_array_equal(selected, select_equilibrium(games, "risk-dominant"))
    kinds = set()
    for game, expected in zip(games[:60], selected[:60], strict=True):
        precision = 2000.0 / float(game.payoff_range)
        coordination = float(expected.max()) == 1
        if coordination:
            first, second = logit_equilibrium(game, precision).strategies
        else:  # the reply falls in the other's probability: there is one symmetric fixed point, at any noise
            gain = game.payoff(0)[0] - game.payoff(0)[1]
            p = brentq(lambda p, g=gain, n=precision: special.expit(n * (g @ [p, 1 - p])) - p, 0, 1)
            first = second = np.array([p, 1 - p])
        np.testing.assert_allclose(np.outer(first, second), expected, atol=0.03)
        kinds.add(coordination)
    assert kinds == {True, False}


def test_the_logit_limit_of_asymmetric_games_is_not_risk_dominance():
    """Ten times a player's payoffs: risk dominance is the same, the branch is not. Read off logit dynamics."""
    row, column = np.array([[0.6, -0.279], [-1.538, 0.686]]), np.array([[1.146, 1.075], [1.046, 1.527]])
    games = Game.from_bimatrix([row, row], [column, 10 * column])
    np.testing.assert_array_equal(select_equilibrium(games, "risk-dominant"), [[[0, 0], [0, 1]]] * 2)
    np.testing.assert_array_equal(select_equilibrium(games, "logit limit"), [[[1, 0], [0, 0]], [[0, 0], [0, 1]]])
    for game, end in zip(games, (0, 1), strict=True):  # noise falls slowly, play follows: an independent path
        p = q = 0.5
        for precision in np.linspace(0, 60, 6001):
            for _ in range(20):
                gain = (game.payoff(0)[0] - game.payoff(0)[1]) @ [q, 1 - q]
                other = [p, 1 - p] @ (game.payoff(1)[:, 0] - game.payoff(1)[:, 1])
                p, q = special.expit(precision * gain), special.expit(precision * other)
        assert (round(p), round(q)) == (1 - end, 1 - end)


def test_every_rule_selects_an_equilibrium_and_lies_within_the_bounds():
    games = games_with_several(np.random.default_rng(11))
    found = two_by_two(games)
    joint = games.payoff(0) + games.payoff(1)
    low, high = over_equilibria(found, joint)
    values = {}
    for rule in RULES:
        played = select_equilibrium(games, rule, found)
        assert (found.distributions == played[:, None]).all(axis=(-2, -1)).any(axis=-1).all()
        values[rule] = (played * joint).sum(axis=(-2, -1))
        assert (values[rule] >= low - 1e-12).all()
        assert (values[rule] <= high + 1e-12).all()
    np.testing.assert_allclose(values["payoff-dominant"], high)
    np.testing.assert_allclose(values["worst"], low)
    assert (low < high).all()


def test_a_symmetric_chicken_is_mixed_and_a_game_with_one_equilibrium_leaves_no_choice():
    chicken = Game.from_bimatrix([[3, 1], [4, 0]], [[3, 4], [1, 0]])
    np.testing.assert_allclose(select_equilibrium(chicken, "risk-dominant"), np.full((2, 2), 0.25))
    dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    for rule in RULES:
        np.testing.assert_array_equal(select_equilibrium(dilemma, rule), [[0, 0], [0, 1]])
    with pytest.raises(InputError, match="payoff-dominant"):
        select_equilibrium(dilemma, "best")


# -- coverage ----------------------------------------------------------------------------------------------

REPLICATIONS = 1000


def coverage(estimate, truth):
    hits = [
        e.low <= truth <= e.high for e in (estimate(stream) for stream in np.random.default_rng(12).spawn(REPLICATIONS))
    ]
    return np.mean(hits)


def sobol_replicates(rng, function, points=64, replicates=16):
    return [function(sobol_points(0, points, 2, stream)) for stream in rng.spawn(replicates)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("estimate", "truth"),
    [
        pytest.param(
            lambda rng: from_replicates([v.mean() for v in sobol_replicates(rng, lambda u: np.exp(u.sum(axis=1)))]),
            (np.e - 1) ** 2,
            id="mean, scrambled Sobol",
        ),
        pytest.param(
            lambda rng: share_in_replicates(sobol_replicates(rng, lambda u: u.sum(axis=1) < 0.7)),
            0.245,
            id="probability, scrambled Sobol",
        ),
        pytest.param(
            lambda rng: from_replicates(
                [cvar(v, 0.9) for v in sobol_replicates(rng, lambda u: -np.log1p(-u[:, 0]), points=4096)]
            ),
            1 - np.log(0.1),
            id="CVaR of an exponential loss, scrambled Sobol",
        ),
        pytest.param(
            lambda rng: quantile(rng.exponential(size=2000), 0.95), -np.log(0.05), id="quantile, order statistics"
        ),
        pytest.param(
            lambda rng: cvar_estimate(rng.exponential(size=10_000)), 1 - np.log(0.05), id="CVaR, order statistics"
        ),
        pytest.param(lambda rng: probability(rng.random(400) < 0.3), 0.3, id="probability, Wilson"),
    ],
)
def test_intervals_cover_the_truth_as_often_as_they_say(estimate, truth):
    """95% intervals hold the true value in 93 to 97% of a thousand replications."""
    assert 0.93 <= coverage(estimate, truth) <= 0.97


@pytest.mark.parametrize("expected", [2, 3.5, 5, 8, 20])
@pytest.mark.parametrize("misses", [False, True])
def test_shares_with_few_hits_or_misses_are_covered(expected, misses):
    """By the t interval alone a share with 3.5 to 8 expected hits is covered 87 to 92 times in a hundred."""
    rare, sizes = expected / (16 * 1024), np.full(16, 1024)

    def estimate(rng):
        hits = rng.binomial(sizes, rare)
        return share_of_counts(sizes - hits if misses else hits, sizes)

    covered = [estimate(stream) for stream in np.random.default_rng(14).spawn(400)]
    assert np.mean([e.low <= (1 - rare if misses else rare) <= e.high for e in covered]) >= 0.94


def test_equal_shares_of_few_hits_are_no_certainty():
    """One hit in each of sixteen replicates has no spread; a seldom event's upper end grows with its hits from none."""
    sizes = np.full(16, 1024)
    even = share_of_counts(np.ones(16), sizes)
    assert (even.low, even.high) == (probability_of(16, sizes.sum()).low, probability_of(16, sizes.sum()).high)
    ends = [share_of_counts(np.arange(16) < hits, sizes).high for hits in range(5)]
    assert ends == sorted(ends) and ends[0] == probability_of(0, sizes.sum()).high
    assert share_of_counts([3], [10]) == probability_of(3, 10)
    many = share_of_counts(np.arange(16) + 20, sizes)
    assert many == from_replicates((np.arange(16) + 20) / 1024)


@pytest.mark.parametrize(
    ("draw", "truth"),
    [
        pytest.param(lambda rng: rng.random(2000) < 0.03, 0.6, id="quantile on the atom at zero"),
        pytest.param(
            lambda rng: np.digitize(rng.random(2000), [0.5, 0.97]), (2 * 0.03 + 0.02) / 0.05, id="atom in the tail"
        ),
    ],
)
def test_the_tail_splits_an_atom_in_the_interval_too(draw, truth):
    """With every tie in the tail the first is covered 87 times in a hundred."""
    found = [cvar_estimate(draw(stream)) for stream in np.random.default_rng(15).spawn(600)]
    assert 0.925 <= np.mean([e.low <= truth <= e.high for e in found]) <= 0.975


@pytest.mark.parametrize("replicates", [8, 16])
def test_the_tail_of_small_replicates_is_not_biased(replicates):
    """Sixty-four exponential losses in each: `cvar` is 4% too low, and covered 85 times in a hundred."""
    truth = 1 + np.log(20)
    losses = np.random.default_rng(16).exponential(size=(1000, replicates, 64))
    found = [from_replicates(each) for each in cvar_of_replicate(losses)]
    assert np.mean([e.value for e in found]) == pytest.approx(truth, rel=0.01)
    assert np.mean(cvar(losses)) < 0.97 * truth
    assert 0.92 <= np.mean([e.low <= truth <= e.high for e in found]) <= 0.98


def test_bias_is_taken_off_along_any_axis_and_not_from_one_loss():
    losses = np.random.default_rng(17).exponential(size=(5, 33))
    np.testing.assert_allclose(cvar_of_replicate(losses.T, 0.9, axis=0), cvar_of_replicate(losses, 0.9))
    assert (cvar_of_replicate(losses, 0.9) >= cvar(losses, 0.9)).all()  # the tail of a mixture is worse than its parts'
    assert cvar_of_replicate([3.0]) == 3.0


def test_the_quantile_of_a_sample_is_the_value_at_risk():
    losses = np.random.default_rng(13).normal(size=999)
    estimate = quantile(losses, 0.95)
    assert estimate.value == float(value_at_risk(losses, 0.95))
    assert estimate.low < estimate.value < estimate.high
    assert np.isinf(quantile([1.0, 2.0], 0.99).high)


def test_lost_outputs_are_no_lack_of_influence():
    def some_lost(u):
        return np.where(u[:, 0] > 0.99, np.nan, u.sum(axis=1))[None]

    with pytest.raises(InputError, match="no finite numbers"):
        sobol_indices(some_lost, ["a", "b"], points=256, rng=np.random.default_rng(0))


def test_shares_are_of_true_and_false():
    with pytest.raises(InputError, match="true or false"):
        share_in_replicates([[0.3, 2], [1, 5]])
