"""Symbolic equilibria against the numbers of `two_by_two`, signs against derivatives, and known games."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Game, InputError, pure_nash
from theory.symbolic_equilibria import symbolic_counts, symbolic_equilibria
from theory.two_by_two import two_by_two
from theory.vertices import vertex_enumeration

SYMBOLS = sympy.symbols("a:8", real=True)


def table(values):
    return [list(values[:2]), list(values[2:])]


GENERAL = symbolic_equilibria(table(SYMBOLS[:4]), table(SYMBOLS[4:]))


def test_all_kinds_are_listed_for_general_payoffs():
    assert [equilibrium.name for equilibrium in GENERAL] == [
        "(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)", "mixed, matching", "mixed, differing",
        "mixed, cycle: row matches", "mixed, cycle: column matches",
    ]  # fmt: skip


def test_numbers_of_the_symbols_are_the_numerical_equilibria():
    """Every draw of 5,000: the same equilibria exist, and the same mixtures are played."""
    payoffs = np.random.default_rng(0).standard_normal((5000, 8))
    solution = two_by_two(Game(payoffs.reshape(-1, 2, 2, 2), batch_ndim=1))
    results = [equilibrium.lambdify(SYMBOLS)(*payoffs.T) for equilibrium in GENERAL]
    for place in range(4):
        np.testing.assert_array_equal(results[place][0], solution.mask[:, place])
    exists = np.array([here for here, _, _ in results[4:]])
    np.testing.assert_array_equal(exists.any(axis=0), solution.mask[:, 4])
    assert exists.sum(axis=0).max() == 1
    for here, x, y in results[4:]:
        np.testing.assert_allclose(x[here], solution.strategies(0)[here, 4, 0], rtol=1e-9)
        np.testing.assert_allclose(y[here], solution.strategies(1)[here, 4, 0], rtol=1e-9)


V, c, s = sympy.symbols("V c s", positive=True)
HAWK_DOVE = symbolic_equilibria([[(V - c) / 2, V], [0, V / 2]], [[(V - c) / 2, 0], [V, V / 2]])


def test_hawk_dove():
    names = [equilibrium.name for equilibrium in HAWK_DOVE]
    assert names == ["(0, 0)", "(0, 1)", "(1, 0)", "mixed, differing"]
    mixed = HAWK_DOVE[-1]
    assert mixed.probabilities == (V / c, V / c)
    assert (mixed.sign(0, V), mixed.sign(0, c), mixed.sign(1, s)) == (1, -1, 0)
    assert HAWK_DOVE[0].sign(0, c) == 0


def test_inspection_game_moves_the_other_player():
    """The inspector's cost c moves how often the inspected cheat, not how often there is inspection; and conversely."""
    f, g = sympy.symbols("f g", positive=True)  # fine, and gain from cheating
    inspector = [[f - c, -c], [-s, 0]]  # rows: inspect or not; columns: cheat or not; s: loss from cheating
    inspected = [[g - f, 0], [g, 0]]
    (mixed,) = [q for q in symbolic_equilibria(inspector, inspected) if q.name.startswith("mixed")]
    assert (mixed.sign(0, c), mixed.sign(1, c)) == (0, 1)
    assert (mixed.sign(0, g), mixed.sign(1, g)) == (1, 0)
    assert sympy.simplify(mixed.probabilities[0] - g / f) == 0


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6))
def test_a_sign_that_is_given_is_that_of_the_derivative(seed):
    """On draws at which the equilibrium exists, by differences; for payoffs that mix the parameters at random."""
    rng = np.random.default_rng(seed)
    terms = [V, c, s, sympy.Integer(1)]
    row, column = ([[sum(int(k) * t for k, t in zip(rng.integers(-2, 3, 4), terms, strict=True)) for _ in range(2)]
                    for _ in range(2)] for _ in range(2))  # fmt: skip
    draws = rng.uniform(0.1, 3, (3, 400))
    for equilibrium in symbolic_equilibria(row, column):
        evaluate = equilibrium.lambdify((V, c, s))
        here, *_ = evaluate(*draws)
        for player in range(2):
            given_sign = equilibrium.sign(player, c)
            if given_sign is None or not here.any():
                continue
            slope = sympy.lambdify((V, c, s), equilibrium.derivative(player, c))(*draws[:, here])
            assert np.all(np.sign(np.broadcast_to(slope, here.sum())) == given_sign)


def test_printing_and_other_printers():
    mixed = HAWK_DOVE[-1]
    assert mixed.typeset() == r"(\frac{V}{c}, \frac{V}{c}): - \frac{V}{2} + \frac{c}{2} > 0"
    assert mixed.typeset(str) == "(V/c, V/c): -V/2 + c/2 > 0"


@pytest.mark.parametrize(("n", "threshold"), [(3, 2), (5, 3), (4, 1)])
def test_threshold_public_goods_by_counts(n, threshold):
    """Exactly the threshold contributes if b > c; nobody does if one alone is not enough."""
    gains = [V - c if k == threshold - 1 else -c for k in range(n)]
    found = symbolic_counts(gains)
    assert set(found) == ({threshold} | {0})
    assert found[threshold] == (V - c > 0)
    # and by numbers: every pure equilibrium of the table has such a count
    for b in (0.5, 2.0):
        acts = np.indices((2,) * n)
        payoffs = b * (acts.sum(axis=0) >= threshold) - acts * 1.0
        counts = {int(np.argwhere(d == 1)[0].sum()) for d in pure_nash(Game(payoffs)).distributions}
        expected = {k for k, condition in found.items() if bool(sympy.sympify(condition).subs({V: b, c: 1.0}))}
        assert expected <= counts


def test_misuse_is_refused():
    for wrong in ([[1, 2]], [[1, 2, 3], [1, 2, 3]], 5, [["(", 1], [1, 1]]):
        with pytest.raises(InputError, match="two by two"):
            symbolic_equilibria(wrong, [[1, 2], [3, 4]])
    with pytest.raises(InputError, match="empty"):
        symbolic_counts([])


TIED = {
    "a safe action": ([[V, V], [0, c]], [[V, c], [0, s]]),
    "row indifferent against column 0": ([[V, 0], [V, c]], [[1, 0], [0, 1]]),
    "row always indifferent": ([[V, 0], [V, 0]], [[V - c, 0], [0, V - s]]),
    "column indifferent against row 1": ([[V, 0], [0, c]], [[1, 0], [2, 2]]),
    "nobody cares": ([[V, V], [V, V]], [[c, c], [c, c]]),
    "equal but written differently": ([[sympy.sin(V) ** 2 + sympy.cos(V) ** 2, 0], [1, c]], [[1, 2], [2, 1]]),
}


@pytest.mark.parametrize("name", TIED)
def test_games_with_ties_have_the_corners_of_their_equilibria(name):
    """At random rational parameters: the very list of the exact enumeration, and ties where it has continua."""
    row, column = TIED[name]
    found = symbolic_equilibria(row, column)
    rng = np.random.default_rng(5)
    for numbers in (rng.choice(np.arange(1, 40), 3, replace=False) for _ in range(8)):
        at = {symbol: sympy.Rational(int(k), 7) for symbol, k in zip((V, c, s), numbers, strict=True)}
        game = [[[Fraction(str(sympy.simplify(sympy.sympify(v).subs(at)))) for v in line] for line in table]
                for table in (row, column)]  # fmt: skip
        exact = {(x[0], y[0]) for x, y in vertex_enumeration(Game.from_bimatrix(*game)).profiles()}
        here = [q for q in found if sympy.sympify(q.exists).subs(at) == True]  # noqa: E712 - a sympy truth value
        played = {tuple(Fraction(str(sympy.sympify(p).subs(at))) for p in q.probabilities) for q in here}
        assert played == exact
        assert len(here) == len(played)


def test_what_is_tied_is_said():
    """With a weakly dominant action 0 for the row player the other action stays an equilibrium, and is labelled."""
    found = {q.name: q.tied for q in symbolic_equilibria([[V, V], [V, 0]], [[c, 0], [c, 0]])}
    assert found == {"(0, 0)": (0,), "(1, 0)": (0,)}
    assert symbolic_counts([-c, 0, V - c]) == {0: True, 2: c - V > 0, 3: V - c > 0}  # two or none, the second is tied


def test_parameters_are_known_by_their_names():
    """Hawk and dove: the share of hawks, V over c, falls with the cost of a fight, however its symbol is given."""
    mixed = HAWK_DOVE[-1]
    for same in (c, "c", sympy.Symbol("c")):
        assert mixed.sign(0, same) == -1
        assert sympy.simplify(mixed.derivative(0, same) + V / c**2) == 0
