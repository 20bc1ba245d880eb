"""Stacks of small two-player games: against exact enumeration draw by draw, ties, units, and identity along draws."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from theory import Game, InputError, nash, pure_nash
from theory.batches import MOST_PAIRS, batch_support_enumeration, support_pairs
from theory.certificate import _by_products, payoffs_and_regret
from theory.two_by_two import two_by_two
from theory.vertices import vertex_enumeration


def listed(solution, draw=None):
    """Distributions over profiles of one draw, sorted, to nine digits."""
    found = solution.distributions[solution.mask] if draw is None else solution.distributions[draw][solution.mask[draw]]
    return sorted(tuple(np.round(d.ravel().astype(float), 9) + 0.0) for d in found)


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 2), (3, 3), (1, 4), (4, 1), (4, 4), (2, 6), (5, 3)])
def test_generic_stack_equals_exact_enumeration_draw_by_draw(shape):
    game = Game(np.random.default_rng(sum(shape)).standard_normal((40, 2, *shape)), batch_ndim=1)
    solution = batch_support_enumeration(game)
    assert solution.complete.all() and solution.certified[solution.mask].all()
    assert (solution.count % 2 == 1).all()  # Wilson (1971): a game without ties has an odd number
    for k, draw in enumerate(game):
        np.testing.assert_allclose(listed(solution, k), listed(vertex_enumeration(draw)), atol=2e-9)


@settings(deadline=None, max_examples=40)
@given(arrays.arrays(int, st.sampled_from([(12, 2, 2, 3), (8, 2, 3, 3), (5, 2, 3, 4)]), elements=st.integers(0, 3)))
def test_games_with_ties_are_kept_and_never_called_complete_wrongly(payoffs):
    game = Game(payoffs, batch_ndim=1)
    solution = batch_support_enumeration(game)
    assert solution.certified[solution.mask].all()
    assert (solution.count > 0)[solution.complete].all()
    for k in np.flatnonzero(solution.complete):
        np.testing.assert_allclose(listed(solution, k), listed(vertex_enumeration(game[int(k)])), atol=2e-9)


def test_ties_of_every_kind_are_flagged():
    """Duplicate rows, flat games, and the degenerate game of von Stengel (2007), beside a generic one."""
    degenerate = [[[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]]]
    generic = [[[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]]]
    twins = [[[3, 3], [3, 3], [0, 6]], [[3, 2], [3, 2], [3, 1]]]
    solution = batch_support_enumeration(Game([degenerate, generic, twins, np.zeros((2, 3, 2))], batch_ndim=1))
    assert solution.complete.tolist() == [False, True, False, False]
    assert (solution.count > 0).all()
    assert "3 of 4" in solution.note


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([1e-9, 1e-3, 1e6, 1e12]), st.sampled_from([0.0, 1e9]))
def test_scale_and_shift_of_payoffs_do_not_matter(seed, scale, shift):
    payoffs = np.random.default_rng(seed).integers(0, 10**6, (20, 2, 3, 3)) / 1024  # a shift of 1e9 keeps all digits
    plain = batch_support_enumeration(Game(payoffs, batch_ndim=1))
    moved = batch_support_enumeration(Game((payoffs + shift) * scale, batch_ndim=1))
    assert plain.supports == moved.supports
    np.testing.assert_array_equal(plain.mask, moved.mask)
    # products with the scale round, and the shifted numbers hold that many digits fewer
    np.testing.assert_allclose(plain.distributions, moved.distributions, atol=1e-4 if shift else 1e-9)


def test_identity_follows_an_equilibrium_along_a_path_of_draws():
    """Hawk-dove with a growing cost: the mixed equilibrium plays hawk with V / C, until C < V, then hawk alone."""
    cost, value = np.linspace(1, 8, 141), 4.0
    lose = (value - cost) / 2
    row = np.stack([lose, np.full(141, value), np.zeros(141), np.full(141, value / 2)], -1).reshape(-1, 2, 2)
    solution = batch_support_enumeration(Game.from_bimatrix(row, row.swapaxes(-1, -2)))
    mixed, pure = solution.place((0, 1), (0, 1)), solution.place((0,), (0,))
    np.testing.assert_array_equal(solution.mask[:, mixed], cost > value)
    np.testing.assert_array_equal(solution.mask[:, pure], cost <= value)
    hawk = solution.strategies(0)[cost > value, mixed, 0]
    np.testing.assert_allclose(hawk, value / cost[cost > value], rtol=1e-12)
    assert solution.place((1,), (1,)) is None
    assert solution.frequencies()[(0, 1), (0, 1)] == np.mean(cost > value)


def test_several_batch_axes_exact_rationals_and_the_callers_array():
    payoffs = np.random.default_rng(3).standard_normal((3, 4, 2, 3, 2))
    before = payoffs.copy()
    solution = nash(Game(payoffs, batch_ndim=2))
    assert solution.distributions.shape == (3, 4, len(solution.supports), 3, 2)
    flat = nash(Game(payoffs.reshape(12, 2, 3, 2), batch_ndim=1))
    np.testing.assert_array_equal(solution.mask.reshape(12, -1), flat.mask)
    np.testing.assert_array_equal(payoffs, before)
    exact = Game(np.vectorize(Fraction)(np.round(payoffs[0] * 64).astype(int)), batch_ndim=1)
    rounded = Game(np.round(payoffs[0] * 64), batch_ndim=1)
    np.testing.assert_array_equal(nash(exact).count, nash(rounded).count)


def test_one_game_is_a_stack_of_one():
    game = Game(np.random.default_rng(8).standard_normal((2, 4, 4)))
    np.testing.assert_allclose(listed(batch_support_enumeration(game)), listed(vertex_enumeration(game)), atol=2e-9)


def test_a_mixture_lost_to_rounding_is_not_listed():
    """Matching pennies for one part in 1e13, on top of a common large term: at the edge of what floats can hold."""
    tiny = 1e-13 * np.array([[1.0, -1.0], [-1.0, 1.0]])
    block = np.zeros((3, 3))
    block[2, 2] = 1
    row, column = block.copy(), block.copy()
    row[:2, :2] += tiny
    column[:2, :2] -= tiny
    solution = batch_support_enumeration(Game.from_bimatrix([row], [column]))
    assert solution.certified[solution.mask].all()


@pytest.mark.parametrize(("m", "n"), [(1, 1), (2, 2), (3, 2), (4, 4), (5, 5)])
def test_number_of_support_pairs(m, n):
    from math import comb

    assert len(support_pairs(m, n)) == comb(m + n, m) - 1
    assert comb(10, 5) - 1 <= MOST_PAIRS < comb(12, 6) - 1


@pytest.mark.parametrize(("shape", "advice"), [((4, 3, 2, 2, 2), "pure_nash"), ((4, 2, 6, 6), "loop over the draws")])
def test_other_games_are_refused_with_advice(shape, advice):
    with pytest.raises(InputError, match=advice):
        batch_support_enumeration(Game(np.zeros(shape), batch_ndim=1))


def test_a_result_too_large_for_memory_is_refused():
    game = Game(np.zeros((2, 2, 2)))
    huge = Game(np.broadcast_to(game.payoffs, (4, 2, 2, 2)), batch_ndim=1)
    import theory.batches

    original, theory.batches.MOST_NUMBERS = theory.batches.MOST_NUMBERS, 10
    try:
        with pytest.raises(InputError, match="in parts of"):
            batch_support_enumeration(huge)
    finally:
        theory.batches.MOST_NUMBERS = original


@pytest.mark.parametrize("shape", [(50, 2, 2, 2), (20, 2, 3, 4), (10, 3, 2, 3, 2), (6, 4, 2, 2, 2, 2)])
def test_certificate_of_a_stack_equals_matrix_products(shape):
    """Also for correlated distributions, and for payoffs on top of a large common level."""
    rng = np.random.default_rng(5)
    game = Game(rng.standard_normal(shape) + 1e6, batch_ndim=1)
    distributions = rng.dirichlet(np.ones(np.prod(shape[2:])), (shape[0], 7)).reshape(shape[0], 7, *shape[2:])
    for ours, reference in zip(payoffs_and_regret(game, distributions), _by_products(game, distributions), strict=True):
        np.testing.assert_allclose(ours, reference, atol=1e-9)
        assert (ours[1:] >= 0).all()


def test_many_players_with_two_actions_in_one_call():
    """All pure equilibria of 5,000 five-player games: the first draws against a loop."""
    game = Game(np.random.default_rng(2).standard_normal((5000, 5, 2, 2, 2, 2, 2)), batch_ndim=1)
    solution = pure_nash(game)
    assert solution.certified[solution.mask].all()
    for k in range(20):
        assert listed(solution, k) == listed(pure_nash(game[k]))


def test_two_by_two_and_supports_say_the_same():
    game = Game(np.random.default_rng(12).standard_normal((3000, 2, 2, 2)), batch_ndim=1)
    closed, general = two_by_two(game), batch_support_enumeration(game)
    np.testing.assert_array_equal(closed.mask, general.mask)
    np.testing.assert_allclose(closed.distributions, general.distributions, atol=1e-13)


def test_every_draw_has_an_equilibrium_however_many_ties(monkeypatch):
    """Ties so bad that no pair of supports of one size has a single mixture: the extreme equilibria are listed."""
    rng, hard = np.random.default_rng(1), 0
    for shape in ((2, 3), (3, 3), (4, 4)):
        payoffs = rng.integers(0, 4, (4000, 2, *shape)).astype(float)
        solution = batch_support_enumeration(Game(payoffs, batch_ndim=1))
        assert solution.certified.any(axis=-1).all()
        with monkeypatch.context() as patch:
            patch.setattr("theory.batches._with_extreme", lambda payoffs, *found: found)
            plain = batch_support_enumeration(Game(payoffs, batch_ndim=1))
        for draw in np.flatnonzero(plain.count == 0):
            exact, found = vertex_enumeration(Game(payoffs[draw])), solution.distributions[draw][solution.mask[draw]]
            assert len(found) == exact.count and not solution.complete[draw]
            gaps = np.abs(found[:, None] - exact.distributions[None]).max(axis=(2, 3))
            assert (gaps.min(axis=1) < 1e-12).all()
            hard += 1
    assert hard == 10
