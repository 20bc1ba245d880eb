"""All extreme equilibria: published games, a brute-force check, parity, and exactness."""

import itertools
import re
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from theory import Game, InputError
from theory.bimatrix import lemke_howson_all, nashpy_vertex_enumeration, support_enumeration
from theory.equilibrium import METHODS
from theory.pure import pure_nash
from theory.vertices import maximal_components, vertex_enumeration, worst_case_bases

VS_ROW = [[3, 3], [2, 5], [0, 6]]
VS = [((1, 0, 0), (1, 0)), ((F(4, 5), F(1, 5), 0), (F(2, 3), F(1, 3))), ((0, F(1, 3), F(2, 3)), (F(1, 3), F(2, 3)))]
UNIFORM4 = (F(2, 5), F(1, 5), F(1, 5), F(1, 5))
ONEILL = np.array([[1, -1, -1, -1], [-1, -1, 1, 1], [-1, 1, -1, 1], [-1, 1, 1, -1]])
LONG_ROW = [
    [-180, 72, -333, 297, -153, 270],
    [-30, 17, -33, 42, -3, 20],
    [-81, 36, -126, 126, -36, 90],
    [90, -36, 126, -126, 36, -81],
    [20, -3, 42, -33, 17, -30],
    [270, -153, 297, -333, 72, -180],
]
LONG_COLUMN = [
    [72, 36, 17, -3, -36, -153],
    [-180, -81, -30, 20, 90, 270],
    [297, 126, 42, -33, -126, -333],
    [-333, -126, -33, 42, 126, 297],
    [270, 90, 20, -30, -81, -180],
    [-153, -36, -3, 17, 36, 72],
]

# id, row payoffs, column payoffs, extreme equilibria
PUBLISHED = {
    # von Stengel (2007), Algorithmic Game Theory, ch. 3; quantecon test_vertex_enumeration.py
    "nash2-vs2007-3x2": (VS_ROW, [[3, 2], [2, 6], [3, 1]], VS),
    "nash2-vs2007-degenerate": (
        VS_ROW,
        [[3, 3], [2, 6], [3, 1]],
        [((1, 0, 0), (1, 0)), ((1, 0, 0), (F(2, 3), F(1, 3))), ((0, F(1, 3), F(2, 3)), (F(1, 3), F(2, 3)))],
    ),
    # GameTheory.jl test_lrsnash.jl
    "nash2-degenerate-lrs": (
        [[1, -1], [-1, 1], [0, 0]],
        [[1, 0], [0, 0], [0, 0]],
        [
            ((1, 0, 0), (1, 0)),
            ((0, 1, 0), (0, 1)),
            ((0, 1, 0), (F(1, 2), F(1, 2))),
            ((0, 0, 1), (F(1, 2), F(1, 2))),
        ],
    ),
    # nashpy test_game.py
    "nash2-4x3-unique": (
        [[160, 205, 44], [175, 180, 45], [201, 204, 50], [120, 207, 49]],
        [[2, 2, 2], [1, 0, 0], [3, 4, 1], [4, 1, 2]],
        [((0, 0, F(3, 4), F(1, 4)), (F(1, 28), F(27, 28), 0))],
    ),
    # nashpy issue 82
    "nash2-3x5-nashpy82": (
        [[0, 0, -6, 0, 0], [0, 0, -3, -2, -1], [-4, -3, 0, 0, -1]],
        [[-3, 0, -2, -1, 0], [0, -2, 0, 0, -4], [-4, 0, -2, -4, -4]],
        [
            ((1, 0, 0), (0, 1, 0, 0, 0)),
            ((1, 0, 0), (0, 0, 0, 0, 1)),
            ((F(2, 3), F(1, 3), 0), (0, 1, 0, 0, 0)),
            ((F(1, 3), F(1, 2), F(1, 6)), (0, F(4, 9), F(2, 9), F(1, 3), 0)),
            ((0, 1, 0), (1, 0, 0, 0, 0)),
            ((0, 1, 0), (F(3, 7), 0, F(4, 7), 0, 0)),
            ((0, 1, 0), (F(3, 8), 0, F(1, 4), F(3, 8), 0)),
            ((0, F(1, 2), F(1, 2)), (0, F(1, 2), F(1, 2), 0, 0)),
        ],
    ),
    # gambit tests/games.py: long Lemke-Howson paths
    "nash2-6x6-long-LH": (
        LONG_ROW,
        LONG_COLUMN,
        [
            (
                tuple(F(k, 30) for k in (1, 5, 9, 9, 5, 1)),
                tuple(F(k, 30) for k in (5, 1, 9, 9, 1, 5)),
            )
        ],
    ),
    # gambit contrib/games/deg1.nfg
    "nash2-deg1": (
        [[1, 3, 2], [2, 2, 2], [3, 1, 2]],
        [[1, 2, 3], [3, 2, 1], [2, 2, 2]],
        [
            ((1, 0, 0), (0, 0, 1)),
            ((F(1, 2), F(1, 2), 0), (F(1, 2), F(1, 2), 0)),
            ((F(1, 2), F(1, 2), 0), (0, 0, 1)),
            ((0, 0, 1), (1, 0, 0)),
            ((0, 0, 1), (F(1, 2), F(1, 2), 0)),
            ((0, 0, 1), (0, 0, 1)),
        ],
    ),
    # Shapley (1974), figure 3
    "nash2-shapley1974-fig3": (
        [[0, 3, 0], [2, 2, 0], [3, 0, 1]],
        [[0, 2, 3], [3, 2, 0], [0, 0, 1]],
        [
            ((F(1, 3), F(2, 3), 0),) * 2,
            ((F(1, 6), F(1, 3), F(1, 2)),) * 2,
            ((0, 0, 1),) * 2,
        ],
    ),
    "zerosum-oneill": (ONEILL, -ONEILL, [(UNIFORM4, UNIFORM4)]),  # O'Neill (1987)
}


def as_floats(profiles):
    return np.array(sorted([float(p) for strategy in profile for p in strategy] for profile in profiles))


def exact_game(row, column):
    return Game.from_bimatrix(*([[F(int(v)) for v in line] for line in matrix] for matrix in (row, column)))


@pytest.mark.parametrize("case", PUBLISHED)
def test_published_equilibria(case):
    row, column, expected = PUBLISHED[case]
    exact = vertex_enumeration(exact_game(row, column))
    assert exact.profiles() == sorted(expected, reverse=True)
    assert np.all(exact.complete) and exact.regret.max() == 0  # in fractions: exactly
    rounded = vertex_enumeration(Game.from_bimatrix(row, column))
    np.testing.assert_allclose(as_floats(rounded.profiles()), as_floats(expected), atol=1e-12)


@pytest.mark.parametrize("n", [3, 4, 6])
def test_coordination_has_one_equilibrium_per_set_of_actions(n):  # nash2-coord-3x3, -4x4: gambit test_nash.py
    subsets = [s for k in range(1, n + 1) for s in itertools.combinations(range(n), k)]
    uniform = [tuple(F(int(i in s), len(s)) for i in range(n)) for s in subsets]
    found = vertex_enumeration(exact_game(np.eye(n), np.eye(n)))
    assert found.profiles() == sorted([(s, s) for s in uniform], reverse=True)


def hull_contains(points, target):
    """Whether ``target`` is a mixture of ``points``."""
    system = np.vstack([np.asarray(points, float).T, np.ones(len(points))])
    return linprog(np.zeros(len(points)), A_eq=system, b_eq=np.r_[np.asarray(target, float), 1.0]).success


def in_some_component(components, x, y):
    return any(hull_contains(rows, x) and hull_contains(columns, y) for rows, columns in components)


@pytest.mark.parametrize("seed", range(25))
def test_every_equilibrium_found_by_anyone_lies_in_a_component(seed):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, 4, 2)
    game = Game.from_bimatrix(*rng.integers(-1, 2, (2, m, n)))  # few values: most of these are degenerate
    solution = vertex_enumeration(game)
    assert solution.count > 0 and solution.certified.all()
    components = maximal_components(solution)
    for other in (support_enumeration, nashpy_vertex_enumeration, lemke_howson_all, pure_nash):
        for x, y in other(game).profiles():
            assert in_some_component(components, x, y), (other.__name__, x, y)


@pytest.mark.parametrize("seed", range(15))
def test_components_consist_of_equilibria(seed):
    rng = np.random.default_rng(100 + seed)
    game = exact_game(*rng.integers(0, 2, (2, 3, 3)))
    solution = vertex_enumeration(game)
    covered = set()
    for rows, columns in maximal_components(solution):
        x, y = rows.mean(axis=0), columns.mean(axis=0)  # exact: the mean of fractions
        row, column = game.bimatrix()
        assert (row @ y).max() == x @ row @ y and (x @ column).max() == x @ column @ y
        covered |= {(tuple(r), tuple(c)) for r in rows for c in columns}
    assert covered == set(solution.profiles())


def test_components_of_known_games():
    flat = vertex_enumeration(Game.from_bimatrix(np.zeros((3, 2)), np.zeros((3, 2))))
    assert [(len(r), len(c)) for r, c in maximal_components(flat)] == [(3, 2)]  # everything is an equilibrium
    isolated = vertex_enumeration(Game.from_bimatrix(VS_ROW, PUBLISHED["nash2-vs2007-3x2"][1]))
    assert [(len(r), len(c)) for r, c in maximal_components(isolated)] == [(1, 1)] * 3


@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 5), (4, 3), (5, 5), (6, 6)])
def test_generic_games_have_an_odd_number(shape):  # Wilson (1971); Lemke & Howson (1964)
    rng = np.random.default_rng(3)
    for _ in range(8):
        solution = vertex_enumeration(Game.from_bimatrix(*rng.standard_normal((2, *shape))))
        assert solution.count % 2 == 1 and solution.certified.all()


def test_agrees_with_quantecon_on_generic_games():
    from quantecon.game_theory import vertex_enumeration as peer

    rng = np.random.default_rng(4)
    for _ in range(5):
        game = Game.from_bimatrix(*rng.random((2, 4, 4)))
        np.testing.assert_allclose(as_floats(vertex_enumeration(game).profiles()), as_floats(peer(game.to_quantecon())))


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    scale=st.sampled_from([1e-9, 1e-3, 7.0, 1e6, 1e12]),
    shift=st.sampled_from([-3.0, 0.0, 5.0]),
)
def test_unit_of_payoffs_does_not_matter(seed, scale, shift):
    payoffs = np.random.default_rng(seed).integers(-3, 4, (2, 3, 3)).astype(float)
    before = payoffs.copy()
    scaled = exact_game(*payoffs)
    scaled = Game(scaled.payoffs * F(scale) + F(shift))
    assert vertex_enumeration(scaled).profiles() == vertex_enumeration(exact_game(*payoffs)).profiles()
    rounded = vertex_enumeration(Game((payoffs + shift) * 2.0 ** round(np.log2(scale))))
    np.testing.assert_array_equal(rounded.distributions, vertex_enumeration(Game(payoffs)).distributions)
    assert rounded.certified.all()
    np.testing.assert_array_equal(payoffs, before)


def test_size_bound_is_refused_clearly():
    rng = np.random.default_rng(5)
    with pytest.raises(InputError, match=r"more than 50 bases.*vertex_enumeration\(game, limit=500\)") as caught:
        vertex_enumeration(Game.from_bimatrix(*rng.random((2, 7, 7))), limit=50)
    advised = re.findall(r'nash\(game, "(\w+)"\)', str(caught.value))
    assert advised and set(advised) <= set(METHODS)
    assert worst_case_bases(6, 6) == 112 and worst_case_bases(10, 10) == 4004 and worst_case_bases(1, 5) == 6


def test_wrong_games_are_refused():
    with pytest.raises(InputError, match="two-player"):
        vertex_enumeration(Game(np.zeros((3, 2, 2, 2))))
    with pytest.raises(InputError, match="draw"):
        vertex_enumeration(Game(np.zeros((4, 2, 2, 2)), batch_ndim=1))


def test_one_action_each():
    assert vertex_enumeration(Game.from_bimatrix([[7]], [[-2]])).profiles() == [((1.0,), (1.0,))]


@pytest.mark.parametrize(("scale", "shift"), [(0.1, 0.0), (1e-9 / 3, 0.0), (0.7e12, 0.0), (1.0, 0.1), (0.3, 1e3 / 3)])
def test_ties_survive_a_change_of_units(scale, shift):
    """0.1 + 0.2 is not 0.3 in floating point, so that a tie of sums of payoffs is lost unless it is recognised."""
    rng, degenerate = np.random.default_rng(3), 0
    for _ in range(60):
        shape = rng.integers(2, 5, 2)
        row, column = rng.integers(0, 4, (2, *shape))
        plain = vertex_enumeration(Game.from_bimatrix(row, column))
        other = vertex_enumeration(Game.from_bimatrix(scale * row + shift, scale * column + shift))
        assert other.count == plain.count and other.certified.all()
        np.testing.assert_allclose(
            np.sort(other.distributions, axis=0), np.sort(plain.distributions, axis=0), atol=1e-9
        )
        degenerate += int(plain.count) % 2 == 0
    assert degenerate > 5


def test_payoffs_that_are_no_small_rationals_are_taken_as_they_are():
    """Nine digits that are nearly a third must not become one: the third row is then never a best reply."""
    row = [[3.0, 0.0], [0.0, 3.0], [1.5 - 1e-9, 1.5 - 1e-9]]
    assert vertex_enumeration(Game.from_bimatrix(row, [[1, 0], [0, 1], [0, 0]])).count == 3
    row[2] = [1.5, 1.5]
    assert vertex_enumeration(Game.from_bimatrix(row, [[1, 0], [0, 1], [0, 0]])).count > 3
