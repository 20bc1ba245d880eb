"""Automata: what the classics do, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from theory import CLASSICS, Game, Simulator, is_subgame_perfect, match, play, round_robin, simulate
from theory.automata import (
    Automaton,
    extortion,
    forgiving_grim,
    from_own_view,
    generous_tit_for_tat,
    grim_trigger,
    memory_one,
    tit_for_tat,
    tit_for_two_tats,
    two_tits_for_tat,
)
from theory.errors import InputError

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])


def answers(automaton: Automaton, rival: list[int], player: int) -> list[int]:
    """Moves of a deterministic automaton against a fixed list of the rival's moves."""
    state, moves = automaton.initial, []
    for other in rival:
        own = int(automaton.output[state].argmax())
        moves.append(own)
        state = int(automaton.transition[(state, own, other) if player == 0 else (state, other, own)])
    return moves


@pytest.mark.parametrize("player", [0, 1])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("always_restrain", "00000000"),
        ("always_race", "11111111"),
        ("grim", "00111111"),
        ("tit_for_tat", "00100110"),
        ("suspicious_tit_for_tat", "10100110"),
        ("tit_for_two_tats", "00000010"),
        ("two_tits_for_tat", "00110111"),
        ("win_stay_lose_shift", "00111011"),
        ("alternator", "01010101"),
        ("forgiving_grim", "00111011"),
    ],
)
def test_the_classics_answer_as_the_literature_says(name: str, expected: str, player: int) -> None:
    rival = [0, 1, 0, 0, 1, 1, 0, 0]
    assert "".join(map(str, answers(CLASSICS[name](player), rival, player))) == expected


@pytest.mark.parametrize("name", CLASSICS)
def test_player_one_is_player_zero_seen_from_the_other_side(name: str) -> None:
    first, second = (CLASSICS[name](player) for player in (0, 1))
    assert np.array_equal(first.output, second.output)
    assert np.array_equal(first.transition, second.transition.swapaxes(1, 2))
    assert not first.output.flags.writeable and not first.transition.flags.writeable


def test_press_and_dyson_example_of_extortion() -> None:
    """PNAS 2012: chi = 3 with payoffs 5, 3, 1, 0 gives (11/13, 1/2, 7/26, 0)."""
    machine = extortion(0)
    after = [machine.output[machine.transition[0, own, rival], 0] for own in (0, 1) for rival in (0, 1)]
    assert after == pytest.approx([11 / 13, 1 / 2, 7 / 26, 0], abs=1e-15)


def test_extortion_with_the_largest_phi_is_still_a_strategy_and_chi_one_is_tit_for_tat() -> None:
    assert extortion(0, chi=1, phi=1 / 5).output.tolist() == tit_for_tat(0).output.tolist()
    assert extortion(0, chi=3, phi=1 / 13).output.min() == 0


def test_memory_one_keeps_one_state_per_probability() -> None:
    assert memory_one("x", 0.5, (0.5, 0.1, 0.5, 0.1), player=0).n_states == 2
    assert memory_one("x", 0.3, (0.5, 0.1, 0.6, 0.2), player=0).n_states == 5


def test_generosity_and_length_of_punishment_are_parameters() -> None:
    assert generous_tit_for_tat(0, generosity=0.25).output[:, 0].tolist() == [1, 0.25]
    assert forgiving_grim(0, rounds=1).n_states == 2
    assert tit_for_two_tats(0).n_states == two_tits_for_tat(1).n_states == 3


SAME = np.zeros((1, 2, 2), dtype=int)


@pytest.mark.parametrize(
    ("output", "transition", "initial"),
    [
        ([[0.5, 0.4]], SAME, 0),  # not a distribution
        ([[1.5, -0.5]], SAME, 0),
        ([[np.nan, 1.0]], SAME, 0),
        ([0.5, 0.5], SAME, 0),  # wrong shape
        ([[1.0, 0.0]], SAME + 1, 0),  # no such state
        ([[1.0, 0.0]], SAME - 1, 0),
        ([[1.0, 0.0]], SAME.astype(float), 0),  # states are integers
        ([[1.0, 0.0]] * 2, SAME, 0),  # one row of transition for two states
        ([[1.0, 0.0, 0.0]], SAME, 0),  # nobody has three actions
        ([[1.0, 0.0]], np.zeros(1, dtype=int), 0),
        ([[1.0, 0.0]], SAME, 1),
        ([[1.0, 0.0]], SAME, -1),
    ],
)
def test_malformed_automata_are_refused(output: list[list[float]], transition: np.ndarray, initial: int) -> None:
    with pytest.raises(InputError):
        Automaton("bad", np.array(output), transition, initial)


def test_bad_arguments_are_refused() -> None:
    for player in (-1, 2):
        for build in CLASSICS.values():
            with pytest.raises(InputError, match="player"):
                build(player)
    with pytest.raises(InputError, match="probabilities"):
        memory_one("bad", 1, (1, 0, 1), player=0)
    with pytest.raises(InputError, match="probabilities"):
        memory_one("bad", float("nan"), (1, 0, 1, 0), player=0)
    with pytest.raises(InputError, match="one action for each"):
        grim_trigger(0, (2, 2), (0, 2), (1, 1))
    with pytest.raises(InputError, match="rounds"):
        forgiving_grim(0, rounds=0)
    with pytest.raises(InputError, match="phi"):
        extortion(0, phi=0.1)
    with pytest.raises(InputError, match="chi"):
        extortion(0, chi=0.5)
    with pytest.raises(InputError, match="T > R"):
        extortion(0, payoffs=(3, 5, 1, 0))
    with pytest.raises(InputError):
        from_own_view("bad", [[1, 0]], [[[0, 0], [0, 1]]], player=0)


@pytest.mark.parametrize(
    "sit",
    [
        lambda pair: play(DILEMMA, pair, discount_factor=0.9),
        lambda pair: is_subgame_perfect(DILEMMA, pair, discount_factor=0.9),
        lambda pair: simulate(DILEMMA, pair, rounds=3, rng=np.random.default_rng(1)),
        lambda pair: Simulator(DILEMMA, [[pair[0]], [pair[1]]], rounds=3),
        lambda pair: match(pair, rounds=3, rng=np.random.default_rng(1)),
    ],
)
def test_a_machine_in_the_seat_of_another_player_is_refused(sit) -> None:
    """There it would take its own moves for the rival's: tit for tat would repeat itself, and nobody would notice."""
    assert sit([tit_for_tat(0), tit_for_tat(1)]) is not None
    with pytest.raises(InputError, match="built for player 1 and sits in the seat of player 0"):
        sit([tit_for_tat(1), tit_for_tat(1)])


def test_every_classic_is_a_builder_for_tournaments() -> None:
    """Called with a seat, so that all of them together make a round robin."""
    some = {name: CLASSICS[name] for name in ("grim", "tit_for_tat", "always_race")}
    assert round_robin(DILEMMA, some, rounds=4, repetitions=2, seed=1).scores[0, 1, 2] == 3 / 4
    with pytest.raises(InputError, match="mapping from names to builders"):
        round_robin(DILEMMA, {"grim": CLASSICS["grim"](0)}, rounds=4, repetitions=2, seed=1)
