"""Adapters: matches and tournaments of the repeated prisoner's dilemma."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.comparison import Each
from experiments.verification.registry import adapter
from theory import Automaton, Game, play
from theory.automata import always_race, always_restrain, from_own_view, grim, memory_one, tit_for_tat
from theory.first_tournament import ENTRIES
from theory.game import Array
from theory.history_play import AutomatonStrategy, Strategy, match
from theory.repeated_play import expected_path

CONVENTION = {"T": 5.0, "R": 3.0, "P": 1.0, "S": 0.0}
"""Payoffs of Axelrod (1980) and of Press and Dyson (2012), for the cases that do not repeat them."""


def dilemma(payoffs: Mapping[str, float]) -> Game:
    """Two-action race with payoffs R, S, T, P."""
    row = np.array([[payoffs["R"], payoffs["S"]], [payoffs["T"], payoffs["P"]]])
    return Game.from_bimatrix(row, row.T)


def stated_payoffs(words: str) -> dict[str, float]:
    """Payoffs in words such as ``"R3 S0 T5 P1"`` or ``"T=5,R=3,P=1,S=0"``; the convention if there are none."""
    found = {name: float(value) for name, value in re.findall(r"\b([TRPS])=?(\d+)\b", words)}
    vector = re.search(r"\(T,R,P,S\)=\((\d+),(\d+),(\d+),(\d+)\)", words)
    if vector:
        found = dict(zip("TRPS", map(float, vector.groups()), strict=True))
    return found or CONVENTION


# -- finite matches --------------------------------------------------------------------------------


def go_by_majority(player: int, turns: int) -> Automaton:
    """Restrain unless the rival has raced more often than not, so far (a counter, for a match of so many turns)."""
    counts = range(-turns, turns + 1)  # restraint less races of the rival
    output = [[1.0, 0.0] if count >= 0 else [0.0, 1.0] for count in counts]
    following = [[[min(state + 1, 2 * turns), max(state - 1, 0)]] * 2 for state in range(len(counts))]
    machine = from_own_view("go by majority", output, following, player)
    return replace(machine, initial=turns)


_STRATEGIES: Mapping[str, Callable[[int, int], Automaton]] = {
    "C": lambda player, turns: always_restrain(player),
    "ALLD": lambda player, turns: always_race(player),
    "TFT": lambda player, turns: tit_for_tat(player),
    "Grudger": lambda player, turns: grim(player),
    "GoByMajority": go_by_majority,
}
"""Strategies by the names of the cases, for a player and a number of turns."""


def _scores(game: Game, names: list[str], turns: int) -> Array:
    """Total scores of a round robin without self-play."""
    total = np.zeros(len(names))
    for i, j in itertools.combinations(range(len(names)), 2):
        pair = [_STRATEGIES[names[i]](0, turns), _STRATEGIES[names[j]](1, turns)]
        total[[i, j]] += game.expected_payoffs(expected_path(game, pair, rounds=turns)).sum(axis=0)
    return total


@adapter("axl-sample-10turns")
def _round_robin(question: Question) -> dict[str, Any]:
    game, turns = dilemma(stated_payoffs(question.inputs["payoffs"])), question.inputs["turns"]
    return {names: _scores(game, names.split(","), turns) for names in question.asked}


@adapter("axl-memory-one")
def _matches(question: Question) -> dict[str, Any]:
    (vectors,) = (value for value in question.inputs.values() if isinstance(value, dict))
    game = dilemma(CONVENTION)  # payoffs have no part in how the machines play
    answers = {}
    for pair in question.asked:
        machines = [memory_one(name, 1, vectors[name], player) for player, name in enumerate(pair.split("-"))]
        path = expected_path(game, machines, rounds=question.inputs["turns"])
        answers[pair] = ["".join("CD"[action] for action in np.argwhere(profile == 1)[0]) for profile in path]
    return answers


_FIRST_TOURNAMENT: Mapping[str, str] = {
    "T&C": "tideman_chieruzzi", "Nydegger": "nydegger", "Grofman": "grofman", "Shubik": "shubik",
    "S&R": "stein_rapoport", "Davis": "davis", "Downing": "downing",
}  # fmt: skip
"""Entries that are no automata, by the names of the cases."""


@adapter("axelrod1980_tft_row")
def _row_of_tit_for_tat(question: Question) -> list[int]:
    turns, payoffs = question.inputs["turns"], np.asarray(dilemma(CONVENTION).payoffs, float)[0]
    automata: dict[str, Callable[[int], Automaton]] = {"TFT": tit_for_tat, "Friedman": grim}
    scores = []
    for rival in question.inputs["rivals"]:
        other: Strategy = (
            AutomatonStrategy(automata[rival](1)) if rival in automata else ENTRIES[_FIRST_TOURNAMENT[rival]](turns)
        )
        moves = match([AutomatonStrategy(tit_for_tat(0)), other], rounds=turns, rng=np.random.default_rng(0))
        scores.append(round(float(payoffs[moves[:, 0], moves[:, 1]].sum())))
    return scores


# -- zero-determinant strategies -------------------------------------------------------------------


def _long_run(question: Question, opponent: Automaton) -> Array:
    machine = memory_one("zero-determinant", 1, question.inputs["p"], 0)
    game = dilemma(stated_payoffs(question.model))
    return play(game, [machine, opponent], discount_factor=0.0).long_run_payoffs


def _opponents() -> list[Automaton]:
    """Memory-one opponents that sometimes restrain and sometimes race after everything."""
    grid = itertools.product((0.1, 0.5, 0.9), repeat=4)
    return [memory_one("opponent", 1, after, 1) for after in grid]


@adapter("zd_extort3")
def _extortion(question: Question) -> Array:
    return _long_run(question, always_restrain(1))


@adapter("zd_linear")
def _enforced_ratio(question: Question) -> Each:
    punishment = stated_payoffs(question.model)["P"]
    surplus = [_long_run(question, opponent) - punishment for opponent in _opponents()]
    return Each(tuple(own / rival for own, rival in surplus))


@adapter("zd_equalizer")
def _enforced_score(question: Question) -> Each:
    return Each(tuple(_long_run(question, opponent)[1] for opponent in _opponents()))
