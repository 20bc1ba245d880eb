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
