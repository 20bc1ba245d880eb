"""Thresholds of any cycle against automata, known formulas, and the closed forms of the literature."""

import numpy as np
import pytest
import sympy

from theory import (
    ContinuousGame,
    Game,
    continuous_nash,
    grim_trigger,
    is_subgame_perfect,
    reversion_thresholds,
    stick_and_carrot,
    symbolic_critical_discount_factor,
    turn_taking,
)
from theory.automata import Automaton
from theory.cycle_thresholds import cournot_threshold, keeps_to_path, path_thresholds, tullock_threshold
from theory.errors import InputError

QUANTITY = np.array([0, 1 / 4, 1 / 3, 1 / 2])
PROFIT = QUANTITY[:, None] * (1 - QUANTITY[:, None] - QUANTITY)
COURNOT = Game.from_bimatrix(PROFIT, PROFIT.T)
DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
A = np.indices((2, 2, 2))
PUBLIC = Game(np.stack([(0.6 + 0.1 * i) * (1 - A).sum(axis=0) + A[i] for i in range(3)]))


def cycle_automata(game, cycle, punish):
    """Go round the cycle; after any other profile, punish for ever."""
    size, shape = len(cycle), game.n_actions
    machines = []
    for i in range(game.n_players):
        output, transition = np.zeros((size + 1, shape[i])), np.full((size + 1, *shape), size)
        for t, profile in enumerate(cycle):
            output[t, profile[i]] = 1
            transition[(t, *profile)] = (t + 1) % size
        output[size, punish[i]] = 1
        machines.append(Automaton("cycle", output, transition))
    return machines


@pytest.mark.parametrize(
    ("game", "cycle"),
    [
        (DILEMMA, [(0, 0)]),
        (DILEMMA, [(1, 0), (0, 1)]),
        (DILEMMA, [(0, 0), (0, 0), (1, 0), (0, 1)]),
        (DILEMMA, [(0, 0), (1, 0), (0, 1)]),
        (COURNOT, [(3, 0), (0, 3)]),  # whose turn it is replies best, and would lose by leaving before the other's turn
        (PUBLIC, [(0, 0, 0)]),
        (PUBLIC, [(0, 0, 1), (1, 0, 0), (0, 1, 0)]),
    ],
)
def test_thresholds_are_those_of_the_automata(game, cycle):
    """Just above the largest threshold the exact one-shot-deviation test passes, just below it fails."""
    punish = (2, 2) if game is COURNOT else (1,) * game.n_players
    needed = float(path_thresholds(game, cycle, punish).max())
    machines = cycle_automata(game, cycle, punish)
    assert 0 < needed < 1
    assert is_subgame_perfect(game, machines, discount_factor=needed + 1e-6)
    assert not is_subgame_perfect(game, machines, discount_factor=needed - 1e-6)


def test_games_over_quantities():
    """For ever the same is Friedman's threshold; turns are those of finer and finer grids; a bound is no choice."""
    profits = [lambda x, i=i: x[..., i] * (1 - 0.1 * i - x.sum(-1)) for i in range(3)]
    oligopoly = ContinuousGame(profits, lower=0, upper=1)
    nash, restrained = continuous_nash(oligopoly).select(), [0.2, 0.15, 0.08]
    constant = path_thresholds(oligopoly, [restrained], nash)
    np.testing.assert_allclose(constant, reversion_thresholds(oligopoly, restrained, nash), atol=1e-9)
    assert keeps_to_path(oligopoly, [restrained], nash, constant + 1e-6)
    assert not keeps_to_path(oligopoly, [restrained], nash, constant - 1e-6)
    duopoly = ContinuousGame([lambda x, i=i: x[..., i] * (1 - x.sum(-1)) for i in range(2)], lower=0, upper=1)
    exact = path_thresholds(duopoly, [(1 / 2, 0), (0, 1 / 2)], (1 / 3, 1 / 3))
    assert exact == pytest.approx([0.8, 0.8], abs=1e-6)
    for steps in (12, 96):
        grid = duopoly.discretise([np.linspace(0, 1, steps + 1)] * 2)
        cycle, threat = [(steps // 2, 0), (0, steps // 2)], (steps // 3, steps // 3)
        near = path_thresholds(grid, cycle, threat)
        assert (near < exact).all() and (near > exact - 4 / steps).all()
    for cycle, punish in (([(1 / 2, 2)], nash[:2]), ([(1 / 4, 1 / 4)], (1 / 2, 1 / 2)), ([], (0, 0)), ("ab", (0, 0))):
        with pytest.raises(InputError):
            path_thresholds(duopoly, cycle, punish)


def test_unequal_patience():
    thresholds = path_thresholds(PUBLIC, [(0, 0, 0)], (1, 1, 1))
    assert len(set(thresholds.round(9))) == 3  # who gains more from the public good needs less patience
    assert keeps_to_path(PUBLIC, [(0, 0, 0)], (1, 1, 1), thresholds + 1e-9)
    for i in range(3):
        impatient = thresholds + 1e-3 * np.where(np.arange(3) == i, -1, 1)
        assert not keeps_to_path(PUBLIC, [(0, 0, 0)], (1, 1, 1), impatient)


def test_known_cases():
    assert path_thresholds(DILEMMA, [(0, 0)], (1, 1)).max() == pytest.approx(float(grim_trigger(DILEMMA)))
    assert path_thresholds(DILEMMA, [(1, 0), (0, 1)], (1, 1)).max() == pytest.approx(float(turn_taking(DILEMMA)))
    np.testing.assert_array_equal(path_thresholds(DILEMMA, [(1, 1)], (1, 1)), 0)
    assert np.isnan(path_thresholds(DILEMMA, [(1, 0)], (1, 1))).tolist() == [False, True]  # the sucker never stays


@pytest.mark.parametrize(("scale", "shift"), [(1e9, 0.0), (1e-9, 0.0), (2.0, 1e6)])
def test_units_do_not_matter(scale, shift):
    cycle = [(0, 0), (1, 0), (0, 1)]
    other = Game(scale * np.asarray(DILEMMA.payoffs, float) + shift)
    np.testing.assert_allclose(
        path_thresholds(other, cycle, (1, 1)), path_thresholds(DILEMMA, cycle, (1, 1)), rtol=1e-7
    )


def test_cournot_in_symbols():
    n = sympy.Symbol("n", positive=True)
    assert sympy.simplify(cournot_threshold() - (n + 1) ** 2 / ((n + 1) ** 2 + 4 * n)) == 0
    assert cournot_threshold(2) == sympy.Rational(9, 17)


@pytest.mark.parametrize(("n", "effort"), [(2, 0.05), (3, 0.1), (5, 0.02)])
def test_tullock_in_symbols_against_the_payoffs(n, effort):
    """Deviation found on a grid, threshold by its definition; near zero effort n / (n + 1)."""
    x = np.linspace(1e-6, 1, 200_001)
    deviation = float((x / (x + (n - 1) * effort) - x).max())
    expected = (deviation - (1 / n - effort)) / (deviation - 1 / n**2)
    assert float(tullock_threshold(effort, n)) == pytest.approx(expected, rel=1e-6)
    k = sympy.Symbol("k", positive=True)
    assert sympy.limit(tullock_threshold(k, n), k, 0) == sympy.Rational(n, n + 1)


def test_bad_input():
    with pytest.raises(InputError, match="credible"):
        path_thresholds(DILEMMA, [(0, 0)], (0, 0))
    with pytest.raises(InputError, match="one action for each player"):
        path_thresholds(DILEMMA, [(0, 2)], (1, 1))
    with pytest.raises(InputError, match="discount_factors"):
        keeps_to_path(DILEMMA, [(0, 0)], (1, 1), [1.0, 0.5])


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_stick_and_carrot_of_cournot_is_that_of_the_search(n):
    found = stick_and_carrot(
        lambda q: q * (1 - n * q),
        lambda q: max(1 - (n - 1) * q, 0) ** 2 / 4,
        target=1 / (2 * n),
        nash=1 / (n + 1),
        worst=1,
    )
    closed = cournot_threshold(n, threat="stick and carrot")
    assert float(closed) == pytest.approx(found.discount_factor, abs=1e-12)
    assert closed == sympy.Rational((n + 1) ** 2, 16 * n) < cournot_threshold(n)


@pytest.mark.parametrize(("effort", "n"), [(0.01, 2), (0.1, 2), (0.15, 3), (0.1, 4)])
def test_stick_and_carrot_of_tullock_is_that_of_the_search(effort, n):
    found = stick_and_carrot(
        lambda x: 1 / n - x,
        lambda x: max(1 - np.sqrt((n - 1) * x), 0) ** 2,
        target=effort,
        nash=(n - 1) / n**2,
        worst=1.0,
    )
    closed = float(tullock_threshold(effort, n, threat="stick and carrot"))
    assert closed == pytest.approx(found.discount_factor, abs=1e-9) and closed < float(tullock_threshold(effort, n))


def test_the_closed_form_of_tullock_is_derived():
    """Both phases tempt alike, and the loss of a round of the stick outweighs that: with roots as symbols."""
    s, w = sympy.symbols("s w", positive=True)  # roots of the effort, and of n - 1
    n = w**2 + 1
    gain = lambda root: (1 - w * root) ** 2 - (1 / n - root**2)  # noqa: E731
    stick = 2 * w / n - s
    assert sympy.simplify(gain(stick) - gain(s)) == 0
    derived = sympy.simplify(gain(s) / (stick**2 - s**2))
    closed = tullock_threshold(s**2, threat="stick and carrot").subs(sympy.Symbol("n", positive=True), n)
    assert sympy.simplify(derived - closed) == 0


def test_closed_forms_are_refused_where_they_do_not_hold():
    for call in (
        lambda: cournot_threshold(6, threat="stick and carrot"),
        lambda: tullock_threshold(0.001, 3, threat="stick and carrot"),
        lambda: cournot_threshold(2, threat="stick"),
        lambda: tullock_threshold(threat=None),
    ):
        with pytest.raises(InputError):
            call()


def test_taking_turns_in_symbols_is_taking_turns():
    R, S, T, P = 3, 0, 5, 1
    closed = symbolic_critical_discount_factor({"R": R, "S": S, "T": T, "P": P}, path="turns")
    assert float(closed) == float(turn_taking(Game.from_bimatrix([[R, S], [T, P]], [[R, T], [S, P]])))
    with pytest.raises(InputError, match="path"):
        symbolic_critical_discount_factor(path="both")
