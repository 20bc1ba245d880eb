"""Critical discount factors: published numbers, and what they must not depend on."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from theory.automata import grim
from theory.discounting import (
    critical_discount_factor,
    grim_trigger,
    nash_reversion,
    stick_and_carrot,
    symbolic_critical_discount_factor,
    turn_taking,
)
from theory.errors import InputError
from theory.game import Game
from theory.subgame_perfection import is_subgame_perfect


def race(R: float, S: float, T: float, P: float) -> Game:
    row = np.array([[R, S], [T, P]], dtype=float)
    return Game.from_bimatrix(row, row.T)


@pytest.mark.parametrize(
    ("payoffs", "grim_factor", "turns_factor"),
    [
        ((3, 0, 5, 1), 0.5, 0.25),  # Friedman 1971
        ((4, 0, 6, 2), 0.5, 0.5),  # Judd, Yeltekin & Conklin 2003
        ((9, 1, 10, 3), 1 / 7, 2 / 7),
        ((3, 1, 2, 0), 0.0, np.nan),  # harmony: no threat needed, and nobody wants a turn
        ((3, 1, 4, 0), np.nan, 0.0),  # chicken: (race, race) is no equilibrium, each turn is one
        ((1, 0, 3, 2), np.nan, np.nan),  # deadlock: racing is better for both
        ((3, 0, 2, 1), 0.0, np.nan),  # stag hunt
        ((3, 0.5, 2.9, 1), 0.0, (0.5 + np.sqrt(0.25 + 0.8)) / 4),  # one in which turns can be kept, to no gain
    ],
)
def test_two_action_races(payoffs: tuple[float, ...], grim_factor: float, turns_factor: float) -> None:
    game = race(*payoffs)
    assert float(grim_trigger(game)) == pytest.approx(grim_factor, abs=1e-15, nan_ok=True)
    assert float(turn_taking(game)) == pytest.approx(turns_factor, abs=1e-15, nan_ok=True)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_cournot_and_bertrand(n: int) -> None:
    """Linear demand 1 - Q without costs: (n+1)^2/(n^2+6n+1); Bertrand 1 - 1/n."""
    share, nash = 1 / (4 * n), 1 / (n + 1) ** 2
    deviation = ((1 - (n - 1) / (2 * n)) / 2) ** 2
    expected = (n + 1) ** 2 / (n * n + 6 * n + 1)
    assert nash_reversion([share] * n, [deviation] * n, [nash] * n) == pytest.approx(expected, rel=1e-13)
    assert nash_reversion([0.25 / n] * n, [0.25] * n, [0.0] * n) == pytest.approx(1 - 1 / n, rel=1e-14)


@given(
    payoffs=st.tuples(*[st.integers(-20, 20)] * 3),
    scale=st.floats(1e-9, 1e12),
    shift=st.sampled_from([0.0, 1e9, -1e6, 3.5]),
)
@settings(max_examples=200, deadline=None)
def test_units_and_origin_of_payoffs_do_not_matter(payoffs: tuple[int, int, int], scale: float, shift: float) -> None:
    c, d, p = (float(v) for v in payoffs)
    plain = critical_discount_factor(cooperation=c, deviation=d, punishment=p)
    scaled = critical_discount_factor(cooperation=scale * c, deviation=scale * d, punishment=scale * p)
    shifted = critical_discount_factor(cooperation=c + shift, deviation=d + shift, punishment=p + shift)
    assert float(scaled) == pytest.approx(float(plain), rel=1e-12, nan_ok=True)
    assert float(shifted) == pytest.approx(float(plain), rel=1e-12, nan_ok=True)


@given(c=st.integers(-9, 9), d=st.integers(-9, 9), p=st.integers(-9, 9))
@settings(max_examples=200, deadline=None)
def test_definition_holds_at_the_factor_and_fails_below_it(c: int, d: int, p: int) -> None:
    factor = float(critical_discount_factor(cooperation=c, deviation=d, punishment=p))

    def kept(delta: Fraction) -> bool:
        return (1 - delta) * d + delta * p <= c

    grid = [Fraction(k, 1000) for k in range(1000)]
    smallest = next((delta for delta in grid if kept(delta)), None)
    if np.isnan(factor):
        assert smallest is None
    else:
        assert smallest is not None and smallest - Fraction(1, 1000) < factor <= smallest + Fraction(1, 10**12)


@given(payoffs=st.lists(st.integers(-9, 9), min_size=4, max_size=4, unique=True))
@settings(max_examples=60, deadline=None)
def test_grim_trigger_is_where_the_one_shot_deviation_check_turns(payoffs: list[int]) -> None:
    P, S, R, T = sorted(payoffs)
    P, S = S, P  # a prisoner's dilemma: T > R > P > S
    factor = float(grim_trigger(race(R, S, T, P)))
    assume(0.01 < factor < 0.99)
    for step in (-1e-3, 1e-3):
        verdict = is_subgame_perfect(race(R, S, T, P), [grim(0), grim(1)], discount_factor=factor + step)
        assert bool(verdict) is (step > 0)


def test_turn_taking_pays_exactly_at_its_factor() -> None:
    """At (P-S)/(T-P) whoever restrains is indifferent between the path and racing for ever."""
    R, S, T, P = 3.0, -1.0, 7.0, 1.5
    d = float(turn_taking(race(R, S, T, P)))
    assert (S + d * T) / (1 + d) == pytest.approx(P, rel=1e-14)
    assert (T + d * S) / (1 + d) >= (1 - d) * R + d * P


def test_batches_players_and_chosen_profiles() -> None:
    payoffs = np.stack([race(3, 0, 5, 1).payoffs, race(3, 1, 4, 0).payoffs])
    batch = Game(payoffs, batch_ndim=1)
    assert grim_trigger(batch) == pytest.approx([0.5, np.nan], nan_ok=True)
    assert turn_taking(batch).tolist() == [0.25, 0.0]
    # the least patient player decides: factors 1/2 and (6-3)/(6-1)
    uneven = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 6], [0, 1]])
    assert float(grim_trigger(uneven)) == pytest.approx(3 / 5)
    relabelled = Game.from_bimatrix([[1, 5], [0, 3]], [[1, 0], [5, 3]])
    assert float(grim_trigger(relabelled, cooperate=(1, 1), punish=(0, 0))) == 0.5
    actions = np.indices((2, 2, 2))
    public = Game(np.stack([0.6 * (1 - actions).sum(axis=0) + actions[i] for i in range(3)]))
    assert float(grim_trigger(public)) == pytest.approx(1 / 3)


def test_symbolic_formula_agrees_with_the_numeric_one() -> None:
    R, S, T, P = 3, 0, 5, 1
    formula = symbolic_critical_discount_factor()
    names = {symbol.name: symbol for symbol in formula.free_symbols}
    assert set(names) == set("RTP")
    assert float(formula.subs({names["R"]: R, names["T"]: T, names["P"]: P})) == float(grim_trigger(race(R, S, T, P)))
    b, c = sympy.symbols("b c", positive=True)  # donation game: c/b
    donation = symbolic_critical_discount_factor({"R": b - c, "S": -c, "T": b, "P": 0})
    assert sympy.simplify(donation - c / b) == 0
    with pytest.raises(InputError, match="names"):
        symbolic_critical_discount_factor({"X": 1})


# -- stick and carrot ------------------------------------------------------------------------------


def cournot(scale: float = 1.0, shift: float = 0.0) -> dict[str, Callable[[float], float]]:
    return {
        "payoff": lambda q: scale * q * (1 - 2 * q) + shift,
        "best_deviation_payoff": lambda q: scale * (1 - q) ** 2 / 4 + shift,
    }


@pytest.mark.parametrize(("scale", "shift"), [(1, 0), (1e-9, 0), (1e12, 0), (1, 1e3)])
def test_abreu_linear_cournot_duopoly(scale: float, shift: float) -> None:
    """Abreu 1986: 9/32 and 5/12 support the monopoly; Nash reversion needs 9/17."""
    found = stick_and_carrot(**cournot(scale, shift), target=1 / 4, nash=1 / 3, worst=1 / 2)
    assert found.discount_factor == pytest.approx(9 / 32, rel=1e-10)
    assert found.punishment == pytest.approx(5 / 12, rel=1e-10)


def test_softer_targets_need_less_patience_and_milder_sticks() -> None:
    targets = [0.25, 0.27, 0.29, 0.31]
    found = [stick_and_carrot(**cournot(), target=q, nash=1 / 3, worst=1 / 2) for q in targets]
    factors, sticks = [f.discount_factor for f in found], [f.punishment for f in found]
    assert factors == sorted(factors, reverse=True) and sticks == sorted(sticks, reverse=True)
    at_nash = stick_and_carrot(**cournot(), target=1 / 3, nash=1 / 3, worst=1 / 2)
    assert (at_nash.discount_factor, at_nash.punishment) == (0.0, 1 / 3)


def worst_gain(d: float, target: float, action: float, rounds: int) -> float:
    """Largest gain of one deviation, from the target or in any round of the punishment, in values of the game."""

    def pay(q: float) -> float:
        return q * (1 - 2 * q)

    def best(q: float) -> float:
        return (1 - q) ** 2 / 4

    values = [pay(target)]  # with so many rounds of punishment left
    for _ in range(rounds):
        values.append((1 - d) * pay(action) + d * values[-1])
    gains = [(1 - d) * best(target) + d * values[-1] - values[0]]
    gains += [(1 - d) * best(action) + d * values[-1] - values[left] for left in range(1, rounds + 1)]
    return max(gains)


@pytest.mark.parametrize("worst", [0.334, 0.34, 0.36, 0.40])
def test_a_limit_on_punishment_asks_for_more_rounds_and_more_patience(worst: float) -> None:
    limited = stick_and_carrot(**cournot(), target=1 / 4, nash=1 / 3, worst=worst)
    d = limited.discount_factor
    assert 9 / 32 < d <= 9 / 17 + 1e-12  # between the unlimited stick and reversion to the equilibrium
    if np.isfinite(limited.rounds):
        assert limited.rounds >= 1 and limited.punishment <= worst
        assert worst_gain(d + 1e-9, 1 / 4, limited.punishment, int(limited.rounds)) <= 1e-9
    for rounds in (1, 2, 3, 5, 10, 40):  # nothing shorter, longer or milder does with less
        for action in np.linspace(1 / 3, worst, 30):
            assert worst_gain(0.99 * d, 1 / 4, action, rounds) > 0


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize("huge", [1.5e308, 10**400])
def test_payoffs_whose_differences_are_no_floats_are_refused(huge: float) -> None:
    with pytest.raises(InputError, match=r"deviation is 1.*(size up to 1e\+300|real numbers)"):
        critical_discount_factor(cooperation=0, deviation=huge, punishment=-1.5e308)


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="deviation"):
        critical_discount_factor(cooperation=1, deviation=[np.nan], punishment=0)
    with pytest.raises(InputError, match="broadcast"):
        critical_discount_factor(cooperation=[1, 2], deviation=[1, 2, 3], punishment=0)
    with pytest.raises(InputError, match="per player"):
        nash_reversion(3, 5, 1)
    with pytest.raises(InputError, match="profile"):
        grim_trigger(race(3, 0, 5, 1), cooperate=(0, 2))
    with pytest.raises(InputError, match="profile"):
        grim_trigger(race(3, 0, 5, 1), punish=(1,))
    with pytest.raises(InputError, match="symmetric"):
        turn_taking(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 0], [5, 1]]))
    with pytest.raises(InputError, match="two actions"):
        turn_taking(Game(np.zeros((2, 2, 3))))
    with pytest.raises(InputError, match="nash"):
        stick_and_carrot(**cournot(), target=1 / 4, nash=0.45, worst=1 / 2)
    with pytest.raises(InputError, match="nash"):
        stick_and_carrot(lambda q: float("nan"), lambda q: float("nan"), target=1 / 4, nash=1 / 3, worst=1 / 2)
