"""Lemke-Howson always ends at an equilibrium; nashpy's results are passed on only with a certificate."""

from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Game, InputError, SolverError
from theory.bimatrix import (
    EXACT_ACTIONS,
    lemke_howson,
    lemke_howson_all,
    nashpy_vertex_enumeration,
    support_enumeration,
)
from theory.vertices import vertex_enumeration

VS2007 = ([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]])
DEGENERATE = ([[1, 3, 3], [3, 1, 3], [1, 3, 3]], [[3, 3, 1], [1, 1, 3], [3, 1, 3]])


def exact(matrices):
    return Game.from_bimatrix(*([[F(int(v)) for v in row] for row in matrix] for matrix in matrices))


@pytest.mark.parametrize("label", range(5))
def test_equilibrium_by_label(label):  # lh-vs2007-3x2-labels: nashpy and quantecon test_lemke_howson.py
    ends = {True: ((1, 0, 0), (1, 0)), False: ((0, F(1, 3), F(2, 3)), (F(1, 3), F(2, 3)))}
    assert lemke_howson(exact(VS2007), label).profiles() == [ends[label in (0, 2, 3)]]


@pytest.mark.parametrize("label", range(6))
@pytest.mark.parametrize("make", [exact, lambda matrices: Game.from_bimatrix(*matrices)])
def test_degenerate_game_by_label(make, label):  # lh-degenerate-lexicographic: nashpy test_lemke_howson.py
    solution = lemke_howson(make(DEGENERATE), label)
    assert solution.profiles() == [((F(1, 2), F(1, 2), 0), (0, 0, 1))]
    assert solution.certified.all() and solution.iterations > 0


def test_six_extreme_equilibria():  # the same case, counted with pygambit 16.7.0 enummixed
    assert vertex_enumeration(exact(DEGENERATE)).count == 6


def degenerate_family(name, rng):
    m, n = rng.integers(2, 7, 2)
    base = rng.integers(-2, 3, (2, m, n))
    return {
        "zero": np.zeros((2, m, n)),
        "identical payoffs": np.stack([base[0], base[0]]),
        "duplicate rows": np.concatenate([base, base], axis=1),
        "duplicate columns": np.concatenate([base, base], axis=2),
        "few values": rng.integers(0, 2, (2, m, n)),
        "coordination": np.stack([np.eye(m, n)] * 2),
        "constant sum": np.stack([base[0], -base[0]]),
    }[name]


@pytest.mark.parametrize(
    "name",
    ["zero", "identical payoffs", "duplicate rows", "duplicate columns", "few values", "coordination", "constant sum"],
)
def test_every_label_ends_at_an_equilibrium_of_degenerate_games(name):
    rng = np.random.default_rng(0)
    for _ in range(5):
        game = Game.from_bimatrix(*degenerate_family(name, rng))
        for label in range(sum(game.n_actions)):
            solution = lemke_howson(game, label)
            assert solution.count == 1 and solution.certified.all()


@pytest.mark.parametrize("size", [5, 20, 60, 80])
def test_every_random_game_is_solved(size):  # the sizes on which a floating-point peer did not return
    rng = np.random.default_rng(size)
    for _ in range(2):
        solution = lemke_howson(Game.from_bimatrix(*rng.standard_normal((2, size, size))), int(rng.integers(2 * size)))
        assert solution.certified.all()


@pytest.mark.parametrize("values", [2, 3])
def test_large_degenerate_games_are_solved_in_floating_point(values):
    rng = np.random.default_rng(values)
    game = Game.from_bimatrix(*rng.integers(0, values, (2, 35, 35)))
    assert sum(game.n_actions) > EXACT_ACTIONS
    for label in (0, 17, 40, 69):
        assert lemke_howson(game, label).certified.all()


def test_all_labels_find_a_subset_of_all_equilibria():
    rng = np.random.default_rng(7)
    for _ in range(10):
        game = exact(rng.integers(-20, 21, (2, 4, 4)))
        found = lemke_howson_all(game)
        assert found.certified.all() and len(set(found.profiles())) == found.count
        assert set(found.profiles()) <= set(vertex_enumeration(game).profiles())


def test_inaccessible_equilibria():  # nash2-shapley1974-fig3: two of three are not reached from any label
    game = exact(([[0, 3, 0], [2, 2, 0], [3, 0, 1]], [[0, 2, 3], [3, 2, 0], [0, 0, 1]]))
    assert lemke_howson_all(game).profiles() == [((0, 0, 1), (0, 0, 1))]


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), exponent=st.integers(-30, 40), shift=st.integers(-5, 5))
def test_unit_of_payoffs_does_not_matter(seed, exponent, shift):
    rng = np.random.default_rng(seed)
    payoffs = rng.integers(-3, 4, (2, 3, 4)).astype(float)
    before = payoffs.copy()
    label = int(rng.integers(7))
    plain = lemke_howson(Game(payoffs), label)
    scaled = lemke_howson(Game((payoffs + shift) * 2.0**exponent), label)
    np.testing.assert_array_equal(plain.distributions, scaled.distributions)
    np.testing.assert_array_equal(payoffs, before)


@pytest.mark.parametrize("label", [-1, 5, 1.5, "0", None, True])
def test_bad_labels(label):
    with pytest.raises(InputError, match=r"0 \.\. 4"):
        lemke_howson(Game.from_bimatrix(*VS2007), label)


def test_limits_are_said():
    rng = np.random.default_rng(1)
    game = Game.from_bimatrix(*rng.random((2, 20, 20)))
    with pytest.raises(SolverError, match="2 pivots"):
        lemke_howson(game, 0, max_pivots=2)
    for size in (6, 40):  # walked in integers and in floating point
        cut = lemke_howson_all(Game.from_bimatrix(*rng.random((2, size, size))), max_pivots=1)
        assert cut.count == 0 and f"{2 * size} of {2 * size} labels not finished" in cut.note
    for wrapper in (support_enumeration, nashpy_vertex_enumeration):
        with pytest.raises(InputError, match="vertex_enumeration"):
            wrapper(game)


@pytest.mark.parametrize("wrapper", [support_enumeration, nashpy_vertex_enumeration])
def test_nashpy_is_certified_and_never_called_complete(wrapper):
    rng = np.random.default_rng(2)
    for k in range(12):
        values = rng.integers(0, 2, (2, 3, 3)) if k % 2 else rng.standard_normal((2, 3, 3)) * 10.0 ** (k - 6)
        solution = wrapper(Game(values))
        assert not np.any(solution.complete) and solution.certified.all()
    generic = Game(rng.standard_normal((2, 3, 3)))
    assert wrapper(generic).count <= vertex_enumeration(generic).count


def test_wrong_results_of_nashpy_are_dropped_and_counted(monkeypatch):
    import nashpy

    right, wrong = (np.array([0.5, 0.5]),) * 2, (np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    monkeypatch.setattr(
        nashpy.Game, "support_enumeration", lambda self: iter([wrong, right, (np.full(2, np.nan),) * 2])
    )
    solution = support_enumeration(Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]))
    assert solution.profiles() == [((0.5, 0.5), (0.5, 0.5))]
    assert solution.note.startswith("2 results")
