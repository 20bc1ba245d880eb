"""Strategies of the repeated two-action race by their names in the literature, as automata.

Each is written as a rule: a starting state, the chance of restraint in a state, and the next state after the realised
(own, rival's) actions, 0 for restraint and 1 for racing. `from_rules` turns a rule into an automaton by visiting every
state that can be reached. `CLASSICS` holds all of them with their source and, where the `axelrod` library has the same
strategy, its class there (the tests compare the play move by move).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from theory import automata as base
from theory.arrays import number_between, whole_number
from theory.automata import Automaton, four_payoffs, from_own_view, memory_one
from theory.errors import InputError

MAX_STATES = 4096
"""States that a rule may reach before `from_rules` gives up: it is then no finite automaton, or a very large one."""


def from_rules(
    name: str,
    start: Hashable,
    restrain: Callable[[Any], float],
    following: Callable[[Any, int, int], Hashable],
    player: int,
) -> Automaton:
    """Automaton of a rule.

    Parameters
    ----------
    start
        State of the first round.
    restrain
        Chance of restraint in a state.
    following
        ``following(state, own, rival)``: the next state.
    player
        0 or 1: whose machine it is.

    Raises
    ------
    InputError
        If the rule reaches more than `MAX_STATES` states.

    Examples
    --------
    >>> from_rules("copycat", 0, lambda last: 1 - last, lambda last, own, rival: rival, player=0)
    Automaton('copycat', 2 states)
    """
    states: dict[Any, int] = {start: 0}
    queue = [start]
    table = []
    for state in queue:
        row = []
        for own in (0, 1):
            after = [following(state, own, rival) for rival in (0, 1)]
            for new in after:
                if new not in states:
                    states[new] = len(states)
                    queue.append(new)
            row.append([states[new] for new in after])
        table.append(row)
        if len(states) > MAX_STATES:
            raise InputError(f"{name} has reached {len(states)} states; at most {MAX_STATES} make an automaton")
    return from_own_view(name, [[restrain(s), 1 - restrain(s)] for s in queue], table, player)


@dataclass(frozen=True)
class Classic:
    """A strategy of the literature; called with a player it builds the automaton: ``CLASSICS["grim"](0)``.

    Attributes
    ----------
    build
        Makes the automaton of player 0 or 1.
    source
        Where it comes from.
    axelrod
        Class of the same strategy in the ``axelrod`` library, ``""`` if there is none. Where moves slip three are not
        the same: there `grim` does not count its own slips, `alternator` goes on from them, and
        `contrite_tit_for_tat` is contrite by another rule.
    arguments
        Arguments of that class.
    deterministic
        Whether it never draws.
    """

    build: Callable[[int], Automaton]
    source: str
    axelrod: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    deterministic: bool = True

    def __repr__(self) -> str:
        return f"Classic({self.build(0).name!r}; {self.source})"

    def __call__(self, player: int) -> Automaton:
        """Automaton of player 0 or 1."""
        return self.build(player)


def cycle(moves: str, player: int) -> Automaton:
    """Repeat a sequence of moves, ``C`` or ``D``, whatever the rival does."""
    if not isinstance(moves, str) or not moves or set(moves) - {"C", "D"}:
        raise InputError(f"moves is {moves!r}; it must be made of C and D")
    size = len(moves)
    return from_rules(
        f"cycle {moves}", 0, lambda t: float(moves[t] == "C"), lambda t, own, rival: (t + 1) % size, player
    )


def n_tits_for_m_tats(tits: int, tats: int, player: int) -> Automaton:
    """Answer ``tats`` races of the rival in a row with ``tits`` races."""
    tits, tats = whole_number(tits, "tits"), whole_number(tats, "tats")

    def following(state: tuple[int, int], own: int, rival: int) -> tuple[int, int]:
        owed, row = state
        row = min(row + 1, tats) if rival else 0
        return (tits, row) if row == tats else (max(owed - 1, 0), row)

    return from_rules(f"{tits} tits for {tats} tats", (0, 0), lambda state: float(state[0] == 0), following, player)


def zero_determinant(
    player: int,
    phi: float,
    slope: float,
    baseline: float,
    payoffs: tuple[float, float, float, float] = (3.0, 0.0, 5.0, 1.0),
    first: float = 1.0,
) -> Automaton:
    """Enforce ``rival's - l = (own - l) slope`` of the payoffs in the long run.

    Source: Press & Dyson 2012, PNAS 109:10409-10413, in the form of Stewart & Plotkin 2012, PNAS 109:10134-10135.

    Parameters
    ----------
    phi
        Scale: it changes the path, not the relation.
    slope, baseline
        Of the line; ``baseline`` is ``l``.
    payoffs
        ``(R, S, T, P)``.
    first
        Chance of restraint in the first round.

    Raises
    ------
    InputError
        If a chance is not in [0, 1].
    """
    reward, sucker, temptation, punishment = four_payoffs(payoffs, "R, S, T, P")
    phi, slope, baseline = (
        number_between(value, name, -np.inf)
        for name, value in {"phi": phi, "slope": slope, "baseline": baseline}.items()
    )
    after = (
        1 - phi * (1 - slope) * (reward - baseline),
        1 - phi * (slope * (baseline - sucker) + temptation - baseline),
        phi * (slope * (temptation - baseline) + baseline - sucker),
        phi * (1 - slope) * (baseline - punishment),
    )
    rounded = tuple(min(max(p, 0.0), 1.0) if -1e-12 < p < 1 + 1e-12 else p for p in after)
    return memory_one("zero-determinant", first, rounded, player)


def contrite_tit_for_tat(player: int) -> Automaton:
    """Tit for tat with standing: a race that answers a race without cause is no offence, and own slips are atoned."""

    def following(state: tuple[bool, bool], own: int, rival: int) -> tuple[bool, bool]:
        mine, theirs = state  # whether each is in good standing
        justified, answered = mine and not theirs, theirs and not mine
        return own == 0 or justified, rival == 0 or answered

    return from_rules(
        "contrite tit for tat", (True, True), lambda s: 0.0 if s[0] and not s[1] else 1.0, following, player
    )


def _count_races(name: str, most: int, player: int) -> Automaton:
    """Restrain until the rival has raced more than ``most`` times, then race for ever."""
    return from_rules(name, 0, lambda n: float(n <= most), lambda n, own, rival: min(n + rival, most + 1), player)


def _window(name: str, start: tuple[int, ...], restrain: Callable[[tuple[int, ...]], float], player: int) -> Automaton:
    """React to the rival's last moves."""
    return from_rules(name, start, restrain, lambda seen, own, rival: (*seen[1:], rival), player)


def _opening(name: str, moves: str, then: Callable[[tuple[int, ...]], str], player: int) -> Automaton:
    """Play an opening, then a rule that is chosen by what the rival did in it: ``C``, ``D`` or ``T`` (tit for tat)."""
    size = len(moves)

    def restrain(state: tuple[Any, ...]) -> float:
        kind, data = state
        if kind == "open":
            return float(moves[len(data)] == "C")
        return float(data == 0 if kind == "T" else kind == "C")

    def following(state: tuple[Any, ...], own: int, rival: int) -> tuple[Any, ...]:
        kind, data = state
        if kind == "T":
            return "T", rival
        if kind != "open":
            return state
        seen = (*data, rival)
        if len(seen) < size:
            return "open", seen
        chosen = then(seen)
        return chosen, rival if chosen == "T" else ()

    return from_rules(name, ("open", ()), restrain, following, player)


def _mealy(name: str, first: str, table: Mapping[tuple[int, str], tuple[int, str]], player: int) -> Automaton:
    """Automaton of a table ``(state, rival's move) -> (state, own move)``, beginning in state 1."""
    return from_rules(
        name,
        (1, first),
        lambda s: float(s[1] == "C"),
        lambda s, own, rival: table[s[0], "CD"[rival]],
        player,
    )


_AXELROD = "Axelrod 1980, J. Confl. Resolut. 24:3-25 and 379-403"
_ARENA = "Knight et al. 2016, J. Open Res. Softw. 4:e35 (library axelrod)"
_PROBERS = "Mathieu, Beaufils & Delahaye 1999 (PRISON project)"
_ASHLOCK = "Ashlock & Ashlock 2006, IEEE Trans. Evol. Comput. 10:519-536 (fortress strategies)"
_PRESS = "Press & Dyson 2012, PNAS 109:10409-10413; Stewart & Plotkin 2012, PNAS 109:10134-10135"

CLASSICS: Mapping[str, Classic] = MappingProxyType(
    {
        "always_restrain": Classic(base.always_restrain, "ALLC", "Cooperator"),
        "always_race": Classic(base.always_race, "ALLD", "Defector"),
        "grim": Classic(base.grim, "Friedman 1971, Rev. Econ. Stud. 38:1-12", "Grudger"),
        "tit_for_tat": Classic(base.tit_for_tat, f"Rapoport in {_AXELROD}", "TitForTat"),
        "suspicious_tit_for_tat": Classic(
            base.suspicious_tit_for_tat, "Boyd & Lorberbaum 1987, Nature 327:58-59", "SuspiciousTitForTat"
        ),
        "tit_for_two_tats": Classic(base.tit_for_two_tats, "Axelrod 1984, ch. 2", "TitFor2Tats"),
        "two_tits_for_tat": Classic(base.two_tits_for_tat, _ARENA, "TwoTitsForTat"),
        "win_stay_lose_shift": Classic(
            base.win_stay_lose_shift, "Nowak & Sigmund 1993, Nature 364:56-58", "WinStayLoseShift"
        ),
        "alternator": Classic(base.alternator, _ARENA, "Alternator"),
        "forgiving_grim": Classic(base.forgiving_grim, "Green & Porter 1984, Econometrica 52:87-100, actions seen"),
        "contrite_tit_for_tat": Classic(
            contrite_tit_for_tat, "Sugden 1986; Boyd 1989, J. Theor. Biol. 136:47-56", "ContriteTitForTat"
        ),
        "anti_tit_for_tat": Classic(
            lambda i: _window("anti tit for tat", (1,), lambda s: float(s[0] == 1), i), _ARENA, "AntiTitForTat"
        ),
        "bully": Classic(
            lambda i: _window("bully", (0,), lambda s: float(s[0] == 1), i),
            "Nachbar 1992, J. Econ. Behav. Organ. 19:307-326",
            "Bully",
        ),
        "hard_tit_for_tat": Classic(
            lambda i: _window("hard tit for tat", (0, 0, 0), lambda s: float(not any(s)), i), _PROBERS, "HardTitForTat"
        ),
        "hard_tit_for_two_tats": Classic(
            lambda i: _window(
                "hard tit for two tats", (0, 0, 0), lambda s: float(s not in ((1, 1, 0), (0, 1, 1), (1, 1, 1))), i
            ),
            _ARENA,
            "HardTitFor2Tats",
        ),
        "two_tits_for_three_tats": Classic(
            lambda i: n_tits_for_m_tats(2, 3, i), _ARENA, "NTitsForMTats", {"N": 2, "M": 3}
        ),
        "three_tits_for_two_tats": Classic(
            lambda i: n_tits_for_m_tats(3, 2, i), _ARENA, "NTitsForMTats", {"N": 3, "M": 2}
        ),
        "fool_me_once": Classic(lambda i: _count_races("fool me once", 1, i), _ARENA, "FoolMeOnce"),
        "easy_go": Classic(
            lambda i: from_rules("easy go", 0, float, lambda s, own, rival: max(s, rival), i), _PROBERS, "EasyGo"
        ),
        "opposite_grudger": Classic(
            lambda i: from_rules("opposite grudger", 0, float, lambda s, own, rival: max(s, 1 - rival), i),
            _ARENA,
            "OppositeGrudger",
        ),
        "prober": Classic(
            lambda i: _opening("prober", "DCC", lambda seen: "D" if seen[1:] == (0, 0) else "T", i),
            _PROBERS,
            "Prober",
        ),
        "prober_2": Classic(
            lambda i: _opening("prober 2", "DCC", lambda seen: "C" if seen[1:] == (1, 0) else "T", i),
            _PROBERS,
            "Prober2",
        ),
        "prober_3": Classic(
            lambda i: _opening("prober 3", "DC", lambda seen: "D" if seen[1] == 0 else "T", i), _PROBERS, "Prober3"
        ),
        "handshake": Classic(
            lambda i: _opening("handshake", "CD", lambda seen: "C" if seen == (0, 1) else "D", i),
            "Robson 1990, J. Theor. Biol. 144:379-396",
            "Handshake",
        ),
        "fortress_3": Classic(
            lambda i: _mealy(
                "fortress 3",
                "D",
                {
                    (1, "C"): (1, "D"),
                    (1, "D"): (2, "D"),
                    (2, "C"): (1, "D"),
                    (2, "D"): (3, "C"),
                    (3, "C"): (3, "C"),
                    (3, "D"): (1, "D"),
                },
                i,
            ),
            _ASHLOCK,
            "Fortress3",
        ),
        "fortress_4": Classic(
            lambda i: _mealy(
                "fortress 4",
                "D",
                {
                    (1, "C"): (1, "D"),
                    (1, "D"): (2, "D"),
                    (2, "C"): (1, "D"),
                    (2, "D"): (3, "D"),
                    (3, "C"): (1, "D"),
                    (3, "D"): (4, "C"),
                    (4, "C"): (4, "C"),
                    (4, "D"): (1, "D"),
                },
                i,
            ),
            _ASHLOCK,
            "Fortress4",
        ),
        **{
            f"cycle_{moves.lower()}": Classic(partial(cycle, moves), f"periodic players: {_ARENA}", f"Cycler{moves}")
            for moves in ("DC", "CCD", "DDC", "CCCD", "CCCCCD", "CCCDCD")
        },
        "random": Classic(base.random_action, f"last in {_AXELROD}", "Random", deterministic=False),
        "generous_tit_for_tat": Classic(
            base.generous_tit_for_tat, "Nowak & Sigmund 1992, Nature 355:250-253", "GTFT", deterministic=False
        ),
        "firm_but_fair": Classic(
            lambda i: memory_one("firm but fair", 1, (1, 0, 1, 2 / 3), i),
            "Frean 1994, Proc. R. Soc. B 257:75-79",
            "FirmButFair",
            deterministic=False,
        ),
        "joss": Classic(
            lambda i: memory_one("Joss", 1, (0.9, 0, 0.9, 0), i),
            f"Joss in {_AXELROD}",
            "FirstByJoss",
            deterministic=False,
        ),
        "soft_joss": Classic(
            lambda i: memory_one("soft Joss", 1, (1, 0.1, 1, 0.1), i), _PROBERS, "SoftJoss", deterministic=False
        ),
        "stochastic_win_stay_lose_shift": Classic(
            lambda i: memory_one("stochastic win stay, lose shift", 1, (0.95, 0.05, 0.05, 0.95), i),
            "Nowak & Sigmund 1993, Nature 364:56-58",
            "StochasticWSLS",
            deterministic=False,
        ),
        "extortion": Classic(base.extortion, _PRESS, deterministic=False),
        "extort_2": Classic(lambda i: zero_determinant(i, 1 / 9, 0.5, 1.0), _PRESS, "ZDExtort2", deterministic=False),
        "generous_zero_determinant": Classic(
            lambda i: zero_determinant(i, 0.25, 0.5, 3.0), _PRESS, "ZDGTFT2", deterministic=False
        ),
        "set_2": Classic(lambda i: zero_determinant(i, 0.25, 0.0, 2.0), _PRESS, "ZDSet2", deterministic=False),
    }
)
"""The strategies by name; each is a builder, ``CLASSICS["grim"](player)``, for matches and tournaments."""
