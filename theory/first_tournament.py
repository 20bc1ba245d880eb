"""Entries of Axelrod's first computer tournament that are no finite automata.

R. Axelrod (1980), *Effective Choice in the Prisoner's Dilemma*, J. Confl. Resolut. 24:3-25, describes each entry in a
few sentences; these are rules of the history that do what the sentences say (what they leave open is read as in the
`axelrod` library). Restrain is 0 and race is 1; payoffs are the tournament's 5, 3, 1, 0. The entries that are automata
(tit for tat, Friedman's grim, Joss, random) are in `theory.strategies`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from theory.automata import RACE, RESTRAIN
from theory.history_play import FunctionStrategy

History = list[tuple[int, ...]]

_NYDEGGER = frozenset({1, 6, 7, 17, 22, 23, 26, 29, 30, 31, 33, 38, 39, 45, 49, 54, 55, 58, 61})
_RANDOM = 3.841458820694124  # chi-squared with one degree of freedom: exceeded with probability 0.05


def tideman_chieruzzi(past: History, player: int, rng: np.random.Generator, *, rounds: int) -> int:
    """Answer the k-th run of races by k races; a fresh start for who is well behind and not random; race twice last.

    The fresh start is two restraints, given when the rival is 10 points behind, has just restrained, at least 20 rounds
    after the last one and 10 before the end, and if its races are three standard errors from a coin's.
    """
    if len(past) >= rounds - 2:
        return RACE
    punishments = owed = raced = lead = last = 0
    action, second = RESTRAIN, False
    for turn, profile in enumerate(past, start=2):  # the round that is decided on
        own, other = profile[player], profile[1 - player]
        raced, lead = raced + other, lead + 5 * (own - other)
        if second:
            action, second = RESTRAIN, False
            continue
        allowed = (last == 0 or turn - last >= 20) and rounds - turn >= 10
        if allowed and lead >= 10 and other == RESTRAIN and abs(raced - (turn - 1) / 2) >= 1.5 * (turn - 1) ** 0.5:
            action, second, last, punishments, owed, raced = RESTRAIN, True, turn, 0, 0, 0
            continue
        if owed == 0 and other == RACE:
            punishments += 1
            owed = punishments
        action, owed = (RACE, owed - 1) if owed else (RESTRAIN, 0)
    return action


def nydegger(past: History, player: int, rng: np.random.Generator) -> int:
    """Tit for tat for three rounds (with an exception), then by a table of the last three outcomes."""
    codes = [2 * profile[1 - player] + profile[player] for profile in past[-3:]]
    if len(past) < 2:
        return past[-1][1 - player] if past else RESTRAIN
    if len(past) == 2:  # alone in restraint, then alone in racing: race
        return RACE if codes == [2, 1] else past[-1][1 - player]
    return RACE if codes[2] * 16 + codes[1] * 4 + codes[0] in _NYDEGGER else RESTRAIN


def grofman(past: History, player: int, rng: np.random.Generator) -> int:
    """Restrain; after different moves only with probability 2/7."""
    if past and past[-1][0] != past[-1][1]:
        return RESTRAIN if rng.random() < 2 / 7 else RACE
    return RESTRAIN


def shubik(past: History, player: int, rng: np.random.Generator) -> int:
    """Answer the k-th race that meets restraint by k races."""
    punishments = owed = 0
    for profile in past:
        if owed:
            owed -= 1
        elif profile[1 - player] == RACE and profile[player] == RESTRAIN:
            punishments += 1
            owed = punishments
    return RACE if owed else RESTRAIN


def stein_rapoport(past: History, player: int, rng: np.random.Generator, *, rounds: int) -> int:
    """Restrain four times, then tit for tat, but race against who seems random at the last 15th round; race twice last.

    Random is a rival whose restraints and races do not differ from a coin's by a chi-squared test at 5 per cent.
    """
    turn = len(past) + 1
    if turn > rounds - 2:
        return RACE
    if turn < 5:
        return RESTRAIN
    checked = turn - turn % 15
    if checked:
        raced = sum(profile[1 - player] for profile in past[: checked - 1])
        if (checked - 1 - 2 * raced) ** 2 / (checked - 1) <= _RANDOM:
            return RACE
    return past[-1][1 - player]


def davis(past: History, player: int, rng: np.random.Generator) -> int:
    """Restrain for ten rounds, then race for ever if the rival ever raced."""
    return RACE if len(past) >= 10 and any(profile[1 - player] for profile in past) else RESTRAIN


def downing(past: History, player: int, rng: np.random.Generator) -> int:
    """Estimate how often restraint and racing are answered by restraint, and take what pays more in the long run.

    Both estimates start from one half, which makes it race twice; the first answer counts as one to restraint.
    """
    if len(past) < 2:
        return RACE
    own, other = ([profile[i] for profile in past] for i in (player, 1 - player))
    kind = [int(answer == RESTRAIN) for answer in other]
    after_restraint = kind[0] + sum(k for k, move in zip(kind[1:], own, strict=False) if move == RESTRAIN)
    after_race = sum(k for k, move in zip(kind[1:], own, strict=False) if move == RACE)
    raced = sum(own)
    restrain = 3 * after_restraint / (len(own) - raced + 1)
    race = 1 + 4 * after_race / max(raced, 2)
    if restrain == race:
        return 1 - own[-1]
    return RESTRAIN if restrain > race else RACE


ENTRIES: Mapping[str, Callable[[int], FunctionStrategy]] = MappingProxyType(
    {
        "tideman_chieruzzi": lambda rounds: FunctionStrategy(
            partial(tideman_chieruzzi, rounds=rounds), name=f"tideman_chieruzzi of {rounds} rounds"
        ),
        "nydegger": lambda rounds: FunctionStrategy(nydegger),
        "grofman": lambda rounds: FunctionStrategy(grofman),
        "shubik": lambda rounds: FunctionStrategy(shubik),
        "stein_rapoport": lambda rounds: FunctionStrategy(
            partial(stein_rapoport, rounds=rounds), name=f"stein_rapoport of {rounds} rounds"
        ),
        "davis": lambda rounds: FunctionStrategy(davis),
        "downing": lambda rounds: FunctionStrategy(downing),
    }
)
"""Builders by name, for matches of so many rounds: ``ENTRIES["nydegger"](200)``."""
