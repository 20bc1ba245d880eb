"""Logit equilibrium: published curves and estimates, limits, folds, and independence of the unit of payoffs."""

import numpy as np
import pytest
from scipy.optimize import fsolve

from theory import Game, InputError, SolverError
from theory import quantal_response as module
from theory.quantal_response import fit_logit, logit_branch, logit_equilibrium

STAG_HUNT = Game.from_bimatrix([[10, 1], [8, 5]], [[10, 8], [1, 5]])
OCHS = Game.from_bimatrix([[1.1141, 0], [0, 0.2785]], [[0, 1.1141], [1.1141, 0]])
COUNTS = [[67.456, 60.544], [46.848, 81.152]]


@pytest.mark.parametrize(
    ("precision", "row", "column"),
    [(1, 0.6429793591, 0.5883190245), (2, 0.7726766072, 0.6117434792), (3, 0.8595367096, 0.603815786)],
)
def test_constant_sum_game(precision, row, column):  # qre-2x2-constsum: gambit test_nash.py LOGIT_LAMBDA_CASES
    found = logit_equilibrium(Game.from_bimatrix([[1, 1], [0, 1]], [[1, 1], [2, 1]]), precision)
    assert found.strategies[0][0] == pytest.approx(row, abs=1e-8)
    assert found.strategies[1][0] == pytest.approx(column, abs=1e-8)
    assert found.residual < 1e-10


@pytest.mark.parametrize(("precision", "p"), [(0.5, 0.1958460468), (1, 0.0202644786), (2, 0.0003367074)])
def test_stag_hunt_selects_the_risk_dominant_equilibrium(precision, p):  # qre-staghunt-selection: sgamesolver docs
    found = logit_equilibrium(STAG_HUNT, precision)
    for strategy in found.strategies:
        assert strategy[0] == pytest.approx(p, abs=1e-8)


def test_maximum_likelihood():  # qre-mle-ochs: McKelvey & Palfrey (1995); gambit quantal_response tutorial
    fit = fit_logit(OCHS, COUNTS)
    assert fit.response.precision == pytest.approx(1.8456097537, abs=1e-6)
    assert fit.response.strategies[0][0] == pytest.approx(0.6156513144, abs=1e-7)
    assert fit.response.strategies[1][0] == pytest.approx(0.38329094, abs=1e-7)
    assert fit.log_likelihood == pytest.approx(-174.7645319109, abs=1e-8)
    assert not fit.at_limit


def test_likelihood_is_largest_there():
    fit = fit_logit(OCHS, COUNTS)
    for factor in (0.2, 0.9, 0.99, 1.01, 1.1, 5):
        strategies = logit_equilibrium(OCHS, fit.response.precision * factor).strategies
        assert fit.log_likelihood > sum(np.dot(n, np.log(p)) for n, p in zip(COUNTS, strategies, strict=True))


def test_estimate_recovers_the_truth():
    for precision in (0.3, 2.0, 20.0):
        truth = logit_equilibrium(OCHS, precision).strategies
        assert fit_logit(OCHS, [1000 * p for p in truth]).response.precision == pytest.approx(precision, rel=1e-6)


def test_ends_of_the_branch():
    game = Game(np.random.default_rng(0).random((3, 2, 3, 2)))
    for strategy in logit_equilibrium(game, 0).strategies:
        np.testing.assert_allclose(strategy, 1 / strategy.size)
    x, y = logit_equilibrium(OCHS, 1e4).strategies  # the Nash equilibrium: 1/2, and 0.2785 / (1.1141 + 0.2785)
    np.testing.assert_allclose([x[0], y[0]], [0.5, 0.2785 / 1.3926], atol=1e-3)


@pytest.mark.parametrize("seed", range(8))
def test_random_games_end_near_a_nash_equilibrium(seed):
    rng = np.random.default_rng(seed)
    shape = [(2, 4, 4), (3, 2, 2, 2), (2, 3, 5), (3, 3, 2, 3)][seed % 4]
    game = Game(rng.random(shape))
    found = logit_equilibrium(game, 500.0)
    assert found.residual < 1e-8
    product = np.ones(())
    for strategy in found.strategies:
        product = np.multiply.outer(product, strategy)
    values = [game.deviation_payoffs(i, product[None])[0] for i in range(game.n_players)]
    # the regret of a logit reply is at most log(n) / lambda
    assert all(v.max() - p @ v <= np.log(v.size) / 500 for v, p in zip(values, found.strategies, strict=True))


@pytest.mark.parametrize("scale", [1e-9, 1e6, 1e12])
def test_unit_of_payoffs_does_not_matter(scale):
    rng = np.random.default_rng(3)
    payoffs = rng.random((2, 3, 3))
    before = payoffs.copy()
    plain = logit_equilibrium(Game(payoffs), 5.0).strategies
    scaled = logit_equilibrium(Game((payoffs - 3) * scale), 5.0 / scale).strategies
    np.testing.assert_allclose(np.concatenate(scaled), np.concatenate(plain), rtol=1e-6)
    np.testing.assert_array_equal(payoffs, before)
    game = Game(OCHS.payoffs * scale)
    assert fit_logit(game, COUNTS).response.precision * scale == pytest.approx(1.8456097537, abs=1e-6)


def test_flat_game_and_limits():
    flat = Game(np.full((2, 2, 3), 4.0))
    np.testing.assert_allclose(logit_equilibrium(flat, 7).strategies[1], 1 / 3)
    with pytest.raises(InputError, match="no effect"):
        fit_logit(flat, [[1, 2], [1, 2, 3]])
    fit = fit_logit(STAG_HUNT, [[0, 10], [0, 10]], max_precision=2.0)  # pure play: the likelihood rises for ever
    assert fit.at_limit


def test_bad_input(monkeypatch):
    for precision in (-1, np.nan, np.inf, "1"):
        with pytest.raises(InputError, match="precision"):
            logit_equilibrium(OCHS, precision)
    with pytest.raises(InputError, match="single game"):
        logit_equilibrium(Game(np.zeros((3, 2, 2, 2)), batch_ndim=1), 1)
    for counts in ([[1, 2]], [[1, 2], [1, -2]], [[0, 0], [0, 0]], [[1, 2], ["a", "b"]], [[1, 2, 3], [1, 2]]):
        with pytest.raises(InputError, match="counts"):
            fit_logit(OCHS, counts)
    monkeypatch.setattr(module, "MAX_STEPS", 2)
    with pytest.raises(SolverError, match="did not reach"):
        logit_equilibrium(OCHS, 100)


def replies_off(game: Game, precision: float, z: np.ndarray) -> np.ndarray:
    """What logit replies to the mixtures that ``z`` stands for differ from them, in logs of ratios."""
    p, q = (np.exp(np.append(part, 0.0)) for part in np.split(z, 2))
    p, q = p / p.sum(), q / q.sum()
    gains = game.payoff(0) @ q, p @ game.payoff(1)
    return np.concatenate([precision * (g[:-1] - g[-1]) - part for g, part in zip(gains, np.split(z, 2), strict=True)])


def count_equilibria(game: Game, precision: float) -> int:
    """Logit equilibria found from many starts."""
    rng, found = np.random.default_rng(1), []
    for _ in range(400):
        z, _, ended, _ = fsolve(
            lambda z: replies_off(game, precision, z), rng.normal(scale=4, size=4), full_output=True, xtol=1e-13
        )
        settled = ended == 1 and np.abs(replies_off(game, precision, z)).max() < 1e-9
        if settled and all(np.abs(z - other).max() > 1e-4 for other in found):
            found.append(z)
    return len(found)


@pytest.mark.filterwarnings("ignore")
def test_turning_points_are_where_equilibria_appear_and_vanish() -> None:
    """A game of three by three whose principal branch turns twice: two equilibria vanish, or come, at each turn."""
    game = Game(np.random.default_rng(110).integers(0, 10, (2, 3, 3)).astype(float))
    branch = logit_branch(game, 5.0)
    back, ahead = (point.precision for point in branch.turning_points)
    assert ahead < back
    steps = np.sign(np.diff(branch.precisions))
    assert (np.flatnonzero(np.diff(steps)) > 0).sum() == 2
    assert branch.precisions[: int(np.argmin(steps)) + 1].max() <= back
    for point, sign in zip(branch.turning_points, (1, -1), strict=True):
        below, above = (count_equilibria(game, point.precision + gap) for gap in (-0.01, 0.01))
        assert below - above == 2 * sign
    between = (back + ahead) / 2
    assert (np.diff(np.sign(branch.precisions - between)) != 0).sum() == 3
    for part in branch.strategies:
        assert part.sum(axis=1) == pytest.approx(np.ones(len(branch.precisions)))


@pytest.mark.parametrize("limit", [0, -1, np.nan, "a"])
def test_a_branch_ends_at_a_precision(limit: object) -> None:
    game = Game.from_bimatrix([[10, 1], [8, 5]], [[10, 8], [1, 5]])
    with pytest.raises(InputError, match="max_precision"):
        logit_branch(game, limit)  # type: ignore[arg-type]


RARE = [[2, 8], [3, 7]]
NEVER = [[0, 10], [0, 10]]


@pytest.mark.parametrize(
    ("counts", "most", "at_limit"), [(NEVER, None, True), (NEVER, 10.0, True), (RARE, 0.5, True), (RARE, None, False)]
)
def test_a_likelihood_that_keeps_rising_ends_at_the_limit_and_not_beyond(counts, most, at_limit):
    dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    fit = fit_logit(dilemma, counts, most)
    assert fit.at_limit == at_limit and fit.log_likelihood <= 0
    if at_limit:
        assert fit.response.precision == pytest.approx(most or 1000 / 5, rel=1e-12)
    assert logit_branch(dilemma, 2.0).precisions[-1] == pytest.approx(2.0, rel=1e-12)


CHICKEN = np.array([[6.0, 2.0], [7.0, 0.0]])


def symmetric_games():
    """Games with a symmetric branch that others cross, or do not."""
    rng = np.random.default_rng(0)
    drawn = [np.sort(rng.random(3) * 10)[::-1] for _ in range(15)]
    return [CHICKEN, *([[r, s], [t, 0]] for t, r, s in drawn), *(rng.normal(size=(3, 3)) for _ in range(15))]


def test_of_a_symmetric_game_the_branch_stays_symmetric_where_others_cross_it():
    for own in map(np.asarray, symmetric_games()):
        branch = logit_branch(Game.from_bimatrix(own, own.T))
        np.testing.assert_allclose(branch.strategies[0], branch.strategies[1], atol=1e-6)
        assert branch.precisions[-1] == pytest.approx(1000 / np.ptp(own))


@pytest.mark.parametrize("more", [1e-2, 1e-6, 1e-9, -1e-2, -1e-6, -1e-9])
def test_of_a_game_that_is_nearly_symmetric_it_turns_to_the_side_that_pays_more(more):
    """Where nothing crosses, the branch bends away just before; a step must not slip over the gap."""
    own = CHICKEN.copy()
    own[1, 0] += more
    branch = logit_branch(Game.from_bimatrix(own, CHICKEN.T))
    assert branch.strategies[0][-1].argmax() == (1 if more > 0 else 0)
    assert branch.strategies[1][-1].argmax() == (0 if more > 0 else 1)
