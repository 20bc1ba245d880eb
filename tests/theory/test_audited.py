"""Games on which solvers once gave wrong answers: found by an audit, kept as they were found."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from theory import (
    ContinuousGame,
    Game,
    InputError,
    SharedLimit,
    SolverError,
    best_reply,
    continue_equilibria,
    continuous_nash,
    decompose,
    fit_logit,
    logit_equilibrium,
    nash,
    perfect_equilibria,
    pure_nash,
    supermodularity,
    support_regimes,
    symbolic_equilibria,
    to_nfg,
    tullock_contest,
    weighted_potential,
)
from theory.batches import batch_support_enumeration
from theory.bimatrix import lemke_howson, lemke_howson_all
from theory.polynomial_nash import polynomial_nash
from theory.symmetric_counts import symmetric_count_equilibria
from theory.variational import variational_equilibrium
from theory.vertices import maximal_components, vertex_enumeration


def scaled_columns(rng, draws, shape):
    """Rows and columns of payoffs in units that differ by up to nine powers of ten."""
    payoffs = rng.normal(size=(draws, 2, *shape))
    for axis in (2, 3):
        units = 10.0 ** rng.uniform(-9, 0, (draws, 2, *(shape[k - 2] if k == axis else 1 for k in (2, 3))))
        payoffs = payoffs * units
    return payoffs


@pytest.mark.parametrize("shape", [(3, 3), (4, 4)])
def test_a_complete_list_of_a_stack_is_complete(shape):
    """A mixture of which one weight is below rounding was neither listed nor called a tie."""
    payoffs = scaled_columns(np.random.default_rng(0), 1500, shape)
    found = batch_support_enumeration(Game(payoffs, batch_ndim=1))
    complete = np.flatnonzero(found.complete)
    assert len(complete) > 200
    assert (found.count[complete] % 2 == 1).all()
    for draw in complete[:150]:
        assert found.count[draw] == vertex_enumeration(Game(payoffs[draw])).count


def test_components_of_floats_are_those_of_rationals():
    """The same strategy differs in its last bits from one partner to the next."""
    rng = np.random.default_rng(4)
    games = [np.array([[[0, 2, 1], [1, 0, 2], [1, 1, 0]], [[1, 2, 1], [1, 0, 0], [1, 1, 1]]])]
    games += [rng.integers(0, 3, (2, 3, 3)) for _ in range(150)]
    for payoffs in games:
        floats, exact = (
            maximal_components(vertex_enumeration(Game.from_bimatrix(*tables)))
            for tables in (payoffs.astype(float), [[[Fraction(int(v)) for v in r] for r in t] for t in payoffs])
        )
        sizes = [sorted((len(rows), len(columns)) for rows, columns in found) for found in (floats, exact)]
        assert sizes[0] == sizes[1]


@pytest.mark.parametrize(("level", "size"), [(1e9, 1e-4), (1.0, 2.0**-43), (0.0, 1.0)])
def test_matching_pennies_has_no_complements_at_any_level(level, size):
    pennies = size * np.array([[1.0, -1], [-1, 1]])
    assert not supermodularity(Game.from_bimatrix(level + pennies, level - pennies)).is_supermodular


def test_complements_are_the_same_at_any_level():
    table = np.array([[0, 1.0], [0, 1 - 5e-4]])
    payoffs = np.stack([table, table.T])
    plain, high = supermodularity(Game(payoffs)), supermodularity(Game(payoffs + 1e9))
    assert (plain.reversed, plain.smallest, plain.largest) == (high.reversed, high.smallest, high.largest)


def test_a_potential_is_found_at_any_level():
    rng = np.random.default_rng(6)
    for _ in range(50):
        common = rng.integers(0, 9, (3, 3)).astype(float)
        own = np.stack([common + rng.integers(0, 9, (1, 3)), common + rng.integers(0, 9, (3, 1))])
        game = Game(own + 1e9)
        assert decompose(game).is_potential
        assert weighted_potential(game) is not None


def test_a_mixture_near_a_pure_equilibrium_is_another_equilibrium():
    found = symmetric_count_equilibria([[1.0, 0.0], [0.0, 5e-8]], 2, 2)
    assert len(found.strategies) == 3
    assert found.complete


def test_a_large_penalty_makes_no_pure_equilibria():
    rng = np.random.default_rng(1)
    for _ in range(20):
        payoffs = rng.integers(0, 10, (3, 2, 2, 2)).astype(float)
        payoffs[:, 1, 1, 1] = -1e13
        found, pure = nash(Game(payoffs)), pure_nash(Game(payoffs))
        listed = [p for p in np.asarray(found.distributions, float) if p.max() == 1]
        assert len(listed) == int(pure.count)


def test_a_limit_of_zero_has_its_price():
    game = ContinuousGame(
        [lambda x, i=i: (i + 1.0) * x[..., i] - x[..., i] ** 2 for i in range(2)], -1, 2, shared=[SharedLimit(0.0)]
    )
    solution = variational_equilibrium(game)
    np.testing.assert_allclose(solution.select(), [-0.25, 0.25], atol=1e-9)
    np.testing.assert_allclose(solution.shadow_prices[0], [1.5], atol=1e-9)


@pytest.mark.parametrize(("wide", "gain"), [(0.1, 3e-3), (0.1, 1e-3), (0.1, 1e-4), (0.15, 1e-4), (0.05, 1e-2)])
def test_a_hump_whose_top_lies_between_grid_points_is_seen(wide, gain):
    """At the lower hump of two the certificate said that there was nothing to gain."""
    low, high = 0.0625, (60.5 / 96) ** 2

    def payoff(i):
        return lambda x: (
            np.exp(-(((x[..., i] - low) / wide) ** 2)) + (1 + gain) * np.exp(-(((x[..., i] - high) / wide) ** 2))
        )

    solution = nash(ContinuousGame([payoff(0), payoff(1)], 0, 1))
    found = solution.actions[solution.certified]
    assert len(found)
    assert np.abs(found - high).max() < 0.01


@pytest.mark.parametrize("small", [Fraction(1, 10**9), Fraction(1, 10**12), 5e-9, 1e-10])
def test_perfection_does_not_depend_on_how_small_a_payoff_is(small):
    """The column that is used in one equilibrium is weakly dominated; the other equilibrium is strict for the row."""
    one = Fraction(1) if isinstance(small, Fraction) else 1.0
    game = Game.from_bimatrix([[0 * one, small], [one, 0 * one]], [[0 * one, one], [0 * one, 0 * one]])
    solution = vertex_enumeration(game)
    for p, perfect in zip(np.asarray(solution.distributions, float), perfect_equilibria(solution), strict=True):
        assert perfect == (p[0, 1] == 1)


def test_both_branches_reach_the_fold():
    """Near a fold the curve's points straddle it; what lies between them and the fold was lost."""

    def payoff(i):
        return lambda x, t: -((x[..., i] - (0.5 + 0.45 * np.tanh(6 * (x[..., 1 - i] - 0.5) + t))) ** 2)

    found = continue_equilibria(
        lambda t: ContinuousGame([payoff(0), payoff(1)], np.zeros((len(t), 2)), np.ones((len(t), 2)), parameters=[t]),
        -3,
        3,
    )
    fold = max(found.folds)
    assert min(found.folds) == pytest.approx(-fold)
    for value, count in ((0.0, 3), (fold - 1e-3, 3), (fold - 1e-5, 3), (fold + 1e-5, 1)):
        assert len(found.at(value)) == count
    ends = [regime.high for regime in found.regimes(4000)][:-1]
    assert ends == pytest.approx([-fold, fold], abs=1e-6)


@pytest.mark.parametrize("decisiveness", [1.6, 1.8, 2.0])
def test_two_compete_where_three_would_be_too_many(decisiveness):
    """All three at the first-order condition lose; with one out nobody gains by any other choice, tried on a grid."""
    found = tullock_contest([1.0, 1, 1], decisiveness=decisiveness)
    spending = np.sort(found.spending)
    assert spending == pytest.approx([0, decisiveness / 4, decisiveness / 4])
    own = np.linspace(0, 1, 10_001)
    others = (found.spending**decisiveness).sum() - found.spending**decisiveness
    for i in range(3):
        best = (own**decisiveness / np.maximum(own**decisiveness + others[i], 1e-300) - own).max()
        assert best <= found.payoff[i] + 1e-9


def test_contests_of_unequals_are_certified_by_brute_force():
    rng, solved = np.random.default_rng(2), 0
    for _ in range(40):
        value, r = rng.uniform(0.5, 1, 4), rng.uniform(1, 2)
        try:
            found = tullock_contest(value, decisiveness=r)
        except SolverError:
            continue
        solved += 1
        own = np.linspace(0, 1, 4001)
        others = (found.spending**r).sum() - found.spending**r
        for i in range(4):
            best = (value[i] * own**r / np.maximum(own**r + others[i], 1e-300) - own).max()
            assert best <= found.payoff[i] + 1e-7
    assert solved > 25


def test_the_sign_of_an_even_power_is_not_known_where_it_may_be_zero():
    a = sympy.Symbol("a", real=True)
    mixed = symbolic_equilibria([[1, 0], [0, 1]], [[(a - 1) ** 3 + 5, 0], [0, 5]])[-1]
    assert mixed.sign(0, a) is None


@pytest.mark.parametrize("value", [sympy.nan, sympy.oo, sympy.I])
def test_symbolic_payoffs_are_real_and_finite(value):
    with pytest.raises(InputError, match="real and finite"):
        symbolic_equilibria([[value, 0], [0, 1]], [[1, 0], [0, 1]])


@pytest.mark.parametrize("precision", [0, -1, np.nan, "a"])
def test_regimes_are_not_looked_for_without_end(precision):
    with pytest.raises(InputError, match="precision"):
        support_regimes(lambda v: Game(np.zeros((len(v), 2, 2, 2)), batch_ndim=1), 0, 1, precision=precision)


def test_who_keeps_the_other_out_is_found_on_both_sides():
    """Started from choices that are alike, the search saw one of the two, and the equilibrium between them."""
    game = ContinuousGame(
        [lambda x, i=i: x[..., i] * (1 - 1.8 * x[..., 1 - i] - 0.1 * x[..., i]) for i in (0, 1)], 0, 1
    )
    solution = nash(game)
    found = sorted(tuple(point) for point in solution.actions[solution.certified].round(6))
    assert found == [(0, 1), (0.5, 0.5), (1, 0)]


GAME = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
OVER = ContinuousGame([lambda x, i=i: x[..., i] * (1 - x.sum(-1)) for i in range(2)], 0, 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: vertex_enumeration(GAME, limit="a"),
        lambda: lemke_howson(GAME, max_pivots="a"),
        lambda: lemke_howson_all(GAME, max_pivots=None),
        lambda: polynomial_nash(GAME, max_cells=np.nan),
        lambda: logit_equilibrium("game", 1.0),
        lambda: fit_logit(None, [[1, 2], [1, 2]]),
        lambda: fit_logit(GAME, [[1, 2], [1, 2]], max_precision="a"),
        lambda: maximal_components("solution"),
        lambda: to_nfg(3),
        lambda: best_reply("game", [1, 2], 0),
        lambda: best_reply(OVER, [0.1, 0.2], 0, levels=1),
        lambda: continuous_nash(OVER, tolerance=np.nan),
        lambda: continuous_nash(OVER, tolerance=-1),
        lambda: continuous_nash(OVER, max_iterations=1.5),
        lambda: continuous_nash(OVER, starts=0.5),
        lambda: continuous_nash(OVER, starts=np.zeros((2, 3))),
        lambda: ContinuousGame(5, 0, 1),
        lambda: ContinuousGame([1, 2], 0, 1),
        lambda: ContinuousGame(OVER.payoffs, 0, 1, parameters=["a"]),
        lambda: ContinuousGame(OVER.payoffs, 0, 1, parameters=[np.nan]),
        lambda: ContinuousGame(OVER.payoffs, 0, 1, shared=[1]),
    ],
)
def test_what_is_of_the_wrong_kind_is_refused(call):
    with pytest.raises(InputError) as caught:
        call()
    assert len(str(caught.value)) > 20


def test_a_game_keeps_its_bounds_when_the_caller_changes_them():
    upper = np.ones(2)
    game = ContinuousGame(OVER.payoffs, 0, upper)
    upper[:] = 0.1
    assert (game.upper == 1).all()
