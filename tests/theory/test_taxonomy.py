"""Classes of two-action games: against brute force, the literature's games, scale, and the loss asymmetry."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from theory import CLASSES, Game, InputError, dilemma_class, ordinal_name, symbolic_boundaries


def symmetric(r, s, t, p):
    return Game.from_bimatrix([[r, s], [t, p]], [[r, t], [s, p]])


@pytest.mark.parametrize(
    ("rstp", "name"),
    [
        ((3, 0, 5, 1), "prisoner's dilemma"),
        ((1, 0, 5, 3), "deadlock"),
        ((5, 3, 4, 1), "harmony"),
        ((1, 5, 0, 3), "underinvestment dilemma"),
        ((5, 0, 3, 1), "stag hunt"),
        ((3, 0, 1, 5), "racing assurance"),
        ((3, 1, 5, 0), "chicken"),
        ((3, 0, 3, 1), "boundary"),
    ],
)
def test_known_games(rstp, name):
    assert str(dilemma_class(symmetric(*rstp)).names) == name


def test_every_strict_ordering_has_a_class_and_a_name():
    names = [ordinal_name(*order) for order in itertools.permutations([1, 2, 3, 4])]
    assert len({name for name in names if "relabelled" not in name}) == 12
    assert len(set(names)) == 24
    for order in itertools.permutations([1, 2, 3, 4]):
        r, t, s, p = order
        assert str(dilemma_class(symmetric(r, s, t, p)).names) in set(CLASSES) - {"mixed", "boundary"}


def test_ordinal_name_agrees_with_class():
    for r, t, s, p in itertools.permutations([1, 2, 3, 4]):
        if ordinal_name(r, t, s, p) == "prisoner's dilemma":
            assert str(dilemma_class(symmetric(r, s, t, p)).names) == "prisoner's dilemma"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-50, 50), min_size=4, max_size=4, unique=True), st.sampled_from([1e-9, 1e6, 1e12]))
def test_class_and_strengths_are_free_of_units(values, scale):
    plain = dilemma_class(symmetric(*values))
    moved = dilemma_class(symmetric(*(scale * v + 1e3 * scale for v in values)))
    assert plain.codes == moved.codes
    np.testing.assert_allclose(plain.fear, moved.fear, rtol=1e-9)


def test_public_goods_with_n_players_is_a_social_dilemma_where_theory_says():
    """Contribution 1, multiplied by m and shared by n: a dilemma if and only if 1 < m < n (Dawes 1980)."""
    for n, m in itertools.product((2, 3, 5), (0.5, 1.5, 2.5, 4.5, 6.0)):
        contributes = 1 - np.indices((2,) * n)  # action 0 contributes
        payoffs = m * contributes.sum(axis=0) / n - contributes
        name = str(dilemma_class(Game(payoffs)).names)
        expected = "prisoner's dilemma" if 1 < m < n else "deadlock" if m < 1 else "harmony"
        assert name == expected, (n, m)


def test_players_that_differ_make_a_mixed_game():
    game = Game.from_bimatrix([[3, 0], [5, 1]], [[5, 3], [4, 1]])
    assert str(dilemma_class(game).names) == "mixed"


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-10, 10), min_size=4, max_size=4))
def test_symbolic_boundaries_say_the_same_as_numbers(values):
    import sympy

    r, s, t, p = values
    assume(min(abs(a - b) for a, b in itertools.combinations(values, 2)) > 1e-6)
    names = sympy.symbols("R T S P", real=True)
    conditions = symbolic_boundaries(dict(zip("RTSP", names, strict=True)))
    number = dict(zip(names, (r, t, s, p), strict=True))
    true = [name for name, condition in conditions.items() if condition.subs(number) == sympy.true]
    assert true == [str(dilemma_class(symmetric(r, s, t, p)).names)]


def test_loss_asymmetry_is_neither_the_dilemma_nor_its_absence():
    """With payoff S + D theta in the race, E[U] - E[O] = P - S: a stag hunt has lambda > 1 and is no dilemma."""
    rng = np.random.default_rng(6)
    gain = rng.normal(1.0, 2.0, 200_000)  # racing against holding back while the rival races; mean is P - S = 1
    inaction, overspending = np.maximum(gain, 0).mean(), np.maximum(-gain, 0).mean()
    assert inaction - overspending == pytest.approx(gain.mean())
    stag_hunt = dilemma_class(symmetric(5, 0, 3, 1))  # P - S = 1 here too
    assert inaction / overspending > 1
    assert not stag_hunt.is_prisoners_dilemma


@pytest.mark.parametrize("game", [Game(np.zeros((2, 3, 2))), Game(np.zeros((1, 2)))])
def test_other_games_are_refused(game):
    with pytest.raises(InputError, match="two actions each"):
        dilemma_class(game)


def test_boundaries_that_contradict_one_another_are_false():
    """Racing gains V/4 - c whatever the rival does: only harmony and the dilemma are left of the seven classes."""
    import sympy

    V, c = sympy.symbols("V c", positive=True)
    found = symbolic_boundaries({"R": V / 2, "T": 3 * V / 4 - c, "S": V / 4, "P": V / 2 - c})
    assert {name for name, condition in found.items() if condition != sympy.false} == {"prisoner's dilemma", "harmony"}
    assert (found["prisoner's dilemma"], found["harmony"]) == (V / 4 - c > 0, c - V / 4 > 0)


def test_what_follows_from_another_condition_is_left_out():
    """Punishment c beyond the sucker's payoff makes fear certain, and R > P + c > T makes racing alone no gain."""
    import sympy

    a, b, c = sympy.symbols("a b c", positive=True)
    found = symbolic_boundaries({"R": 2 * a, "T": c, "S": b, "P": b + c})
    assert found["stag hunt"] == (2 * a - b - c > 0)
    assert found["racing assurance"] == sympy.And(2 * a - c > 0, -2 * a + b + c > 0)
    assert found["prisoner's dilemma"] == found["chicken"] == sympy.false


def test_a_contradiction_of_three_is_seen():
    """Greed x > y, fear y > z and joint restraint z > x cannot be had at once, though any two of them can."""
    import sympy

    x, y, z = sympy.symbols("x y z", real=True)
    found = symbolic_boundaries({"R": 0, "T": x - y, "S": x - y, "P": x - z})
    assert found["prisoner's dilemma"] == sympy.false
    assert found["deadlock"] != sympy.false


@pytest.mark.parametrize(
    "payoffs", [3, {"R": 1}, {"R": "a b", "T": 1, "S": 1, "P": 1}, {"R": [], "T": 1, "S": 1, "P": 1}]
)
def test_boundaries_of_no_expressions_are_refused(payoffs):
    with pytest.raises(InputError, match="payoff"):
        symbolic_boundaries(payoffs)
