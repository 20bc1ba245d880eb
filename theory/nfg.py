"""Reading and writing games as text: Gambit's strategic form (.nfg), and GAMUT's (.gam).

Formats
-------
``.nfg``: ``NFG 1 R "title" { "player" ... }``, then the actions, either as numbers ``{ 3 2 }`` or as names
``{ { "up" "down" } { "left" "right" } }``, an optional quoted comment, and then either all payoffs, profile by
profile, or a list of outcomes ``{ { "name" 1, 2 } ... }`` and the number of an outcome for every profile (0 is
the outcome that pays nothing). See the Gambit manual, "Game representation formats". ``.gam``: the number of
players, the numbers of actions, then all payoffs of player 0, of player 1, and so on; ``#`` starts a comment.
In both, **the first player's action varies fastest**.

Numbers are integers, fractions or decimals, and stay exact: what is read is a game of exact rationals.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from theory.arrays import LARGEST
from theory.errors import InputError
from theory.game import Game, require_game

_TOKEN = re.compile(r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<brace>[{}])|(?P<word>[^\s{}",]+)|(?P<comma>,))', re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)", re.ASCII)
_LONGEST_NUMBER = 2000  # characters; Python itself refuses to read integers of more than 4300 digits
_MOST_PAYOFFS = 10_000_000
_FORM = f"(of size up to {LARGEST:g}, like 3, -1/2 or 0.25)"


def from_nfg(source: str | os.PathLike[str]) -> Game:
    """Read a game in Gambit's .nfg format, payoff or outcome version.

    Parameters
    ----------
    source
        The text itself (it starts with ``NFG``), or the path of a file.

    Returns
    -------
    Game
        With exact rational payoffs, and the file's labels where they are different from each other.

    Raises
    ------
    InputError
        If the file cannot be read or the text is not such a game; the message says what was found and where.

    Examples
    --------
    >>> game = from_nfg('NFG 1 R "" { "lab" "cloud" } { 2 2 }  1 1/3  0 2  0.1 2  3 4')
    >>> game.payoff(1)[0, 0], game.payoff(0)[1, 0], game.payoff(0)[0, 1]
    (Fraction(1, 3), Fraction(0, 1), Fraction(1, 10))
    """
    tokens = _Tokens(_text(source, "NFG"))
    tokens.expect("NFG")
    tokens.expect("1")
    kind = tokens.next()
    if kind not in ("R", "D"):
        raise tokens.error("R (or D)", kind)
    tokens.quoted("the title in quotes")
    players = tokens.labels("the players")
    shape, actions = tokens.actions(len(players))
    if tokens.peek().startswith('"'):
        tokens.next()  # comment
    n_profiles = _count(shape, len(players))
    if tokens.peek() == "{":
        outcomes = [[Fraction(0)] * len(players), *tokens.outcomes(len(players))]
        indices = tokens.numbers(n_profiles, "outcome numbers, one for each profile")
        wrong = [index for index in indices if index.denominator != 1 or not 0 <= index < len(outcomes)]
        if wrong:
            raise InputError(f"the .nfg text refers to outcome {wrong[0]}; there are outcomes 0 to {len(outcomes) - 1}")
        values = [value for index in indices for value in outcomes[int(index)]]
    else:
        values = tokens.numbers(n_profiles * len(players), "payoffs, for each profile one per player")
    # profiles in Fortran order (first action fastest), players fastest of all
    payoffs = np.array(values, dtype=object).reshape((len(players), *shape), order="F")
    return Game(
        payoffs, players=_distinct(players), actions=[_distinct(names) or _numbered(names) for names in actions]
    )


def to_nfg(game: Game, title: str = "") -> str:
    """Write a single game in Gambit's .nfg format, payoff version.

    Parameters
    ----------
    game
        A single game. Exact rationals are written as fractions, floats with the digits that give them back.
    title
        Title in the file.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If the game is a batch.

    Examples
    --------
    >>> print(to_nfg(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]), "dilemma"))
    NFG 1 R "dilemma" { "1" "2" }
    { { "1" "2" } { "1" "2" } }
    <BLANKLINE>
    3 3
    5 0
    0 5
    1 1
    <BLANKLINE>
    """
    require_game(game, "to_nfg")
    _require_single(game, "to_nfg")
    names = " ".join("{ " + " ".join(map(_quote, labels)) + " }" for labels in game.actions)
    players = " ".join(map(_quote, game.players))
    profiles = game.payoffs.reshape(game.n_players, -1, order="F").T
    lines = (" ".join(_nfg_number(value) for value in profile) for profile in profiles)
    return "\n".join([f"NFG 1 R {_quote(title)} {{ {players} }}", f"{{ {names} }}", "", *lines, ""])


def from_gam(source: str | os.PathLike[str]) -> Game:
    r"""Read a game in GAMUT's .gam format (as in quantecon).

    Parameters
    ----------
    source
        The text itself (it has more than one line), or the path of a file.

    Returns
    -------
    Game
        With exact rational payoffs.

    Raises
    ------
    InputError
        If the file cannot be read or the text is not such a game.

    Examples
    --------
    >>> print(from_gam("2\n3 2\n\n3 2 0 3 5 6 3 2 3 2 6 1").payoff(0).astype(int))
    [[3 3]
     [2 5]
     [0 6]]
    """
    text = re.sub(r"#[^\n]*", "", _text(source, None))
    words = text.split()
    n_players = _whole(words[0] if words else "nothing", "the number of players")
    if len(words) < 1 + n_players:
        raise InputError(f"the .gam text ends before the numbers of actions of its {n_players} players")
    shape = [_whole(word, "a number of actions") for word in words[1 : 1 + n_players]]
    expected = _count(shape, n_players) * n_players
    found = words[1 + n_players :]
    if len(found) != expected:
        raise InputError(
            f"the .gam text has {len(found)} payoffs; {n_players} players with {shape} actions have {expected}"
        )
    values = np.array([_number(word, f"payoff {i + 1} of the .gam text") for i, word in enumerate(found)], dtype=object)
    return Game(np.stack([block.reshape(shape, order="F") for block in values.reshape(n_players, -1)]))


def to_gam(game: Game) -> str:
    r"""Write a single game in GAMUT's .gam format (as in quantecon).

    Parameters
    ----------
    game
        A single game; labels are not kept by the format. A rational that no float holds is written as a
        fraction, which `from_gam` reads but other programs may not.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If the game is a batch.

    Examples
    --------
    >>> to_gam(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 0.5]]))
    '2\n2 2\n\n3. 5. 0. 1. 3. 0. 5. 0.5'
    """
    _require_single(game, "to_gam")
    values = (_gam_number(value) for player in range(game.n_players) for value in game.payoff(player).ravel(order="F"))
    return f"{game.n_players}\n{' '.join(map(str, game.n_actions))}\n\n{' '.join(values)}"


# -- reading -----------------------------------------------------------------------------------


class _Tokens:
    """The words, braces and quoted texts of an .nfg text, with their lines, and errors that say where."""

    def __init__(self, text: str) -> None:
        self.items: list[tuple[str, int]] = []
        self.position = 0
        at, line = 0, 1
        end = len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                raise InputError(f"the .nfg text has a quotation mark on line {line} that is not closed")
            kind = match.lastgroup or "word"
            line += text.count("\n", at, match.start(kind))
            if kind != "comma":  # commas between payoffs mean nothing
                self.items.append((match[kind], line))
            line += match[kind].count("\n")
            at = match.end()

    def peek(self) -> str:
        return self.items[self.position][0] if self.position < len(self.items) else ""

    def next(self) -> str:
        token = self.peek()
        self.position += 1
        return token

    def error(self, wanted: str, found: str) -> InputError:
        if self.position > len(self.items):
            return InputError(f"the .nfg text ends where {wanted} should be")
        line = self.items[self.position - 1][1]
        return InputError(f"line {line} of the .nfg text has {found[:40]!r} where {wanted} should be")

    def expect(self, wanted: str) -> None:
        found = self.next()
        if found != wanted:
            raise self.error(wanted, found)

    def quoted(self, what: str) -> str:
        found = self.next()
        if not found.startswith('"'):
            raise self.error(what, found)
        return re.sub(r'\\(["\\])', r"\1", found[1:-1])

    def labels(self, what: str) -> list[str]:
        self.expect("{")
        result = []
        while self.peek() != "}":
            result.append(self.quoted(f"{what}, in quotes"))
        self.expect("}")
        if not result:
            raise self.error(f"{what}, at least one,", "}")
        return result

    def actions(self, n_players: int) -> tuple[list[int], list[list[str]]]:
        self.expect("{")
        actions: list[list[str]] = []
        while self.peek() != "}":
            if self.peek() == "{":
                actions.append(self.labels("actions"))
                continue
            size = _whole(found := self.next(), "a number of actions", self.error("a number of actions", found))
            if size > _MOST_PAYOFFS:
                raise self.error(f"a number of actions up to {_MOST_PAYOFFS}", found)
            actions.append([""] * size)  # no names: they will be numbered
        self.expect("}")
        if len(actions) != n_players:
            raise InputError(f"the .nfg text has {n_players} players and actions for {len(actions)}")
        return [len(names) for names in actions], actions

    def outcomes(self, n_players: int) -> list[list[Fraction]]:
        self.expect("{")
        result: list[list[Fraction]] = []
        while self.peek() != "}":
            self.expect("{")
            if self.peek().startswith('"'):
                self.next()
            values = []
            while self.peek() != "}":
                values.append(self.number("a payoff"))
            self.expect("}")
            if len(values) != n_players:
                raise InputError(
                    f"outcome {len(result) + 1} of the .nfg text has {len(values)} payoffs for {n_players} players"
                )
            result.append(values)
        self.expect("}")
        return result

    def number(self, what: str) -> Fraction:
        found = self.next()
        return _number(found, what, self.error(f"{what} {_FORM}", found))

    def numbers(self, count: int, what: str) -> list[Fraction]:
        left = len(self.items) - self.position
        if left != count:
            raise InputError(f"the .nfg text has {left} entries at its end; {count} are needed: {what}")
        return [self.number("a number") for _ in range(count)]


def _text(source: str | os.PathLike[str], magic: str | None) -> str:
    """The text given, or that of the file named."""
    if isinstance(source, str) and (source.lstrip("\ufeff \t\r\n").startswith(magic) if magic else "\n" in source):
        return source.lstrip("\ufeff")
    if isinstance(source, str) and not source.strip():
        raise InputError(f"source is {source[:40]!r}, which is empty; give the text of a game or the path of a file")
    try:
        return Path(source).read_text(encoding="utf-8-sig")
    except (OSError, ValueError, TypeError) as error:  # ValueError: not UTF-8, or a NUL in the path
        shown = repr(os.fspath(source)) if isinstance(source, os.PathLike) else repr(source)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        raise InputError(f"{shown} is neither the text of a game nor a readable text file ({error})") from error


def _number(word: str, what: str, error: InputError | None = None) -> Fraction:
    if len(word) <= _LONGEST_NUMBER and _NUMBER.fullmatch(word):
        _, _, bottom = word.partition("/")
        if not bottom or int(bottom):
            value = Fraction(word)
            if abs(value) <= LARGEST:
                return value
    raise error or InputError(f"{what} is {word[:40]!r}; it must be a number {_FORM}")


def _whole(word: str, what: str, error: InputError | None = None) -> int:
    if len(word) > 9 or not (word.isascii() and word.isdigit()) or int(word) < 1:
        raise error or InputError(f"{what} is {word[:40]!r}; it must be a whole number, 1 or more")
    return int(word)


def _count(shape: Sequence[int], n_players: int) -> int:
    profiles = math.prod(shape)
    if profiles * n_players > _MOST_PAYOFFS:
        raise InputError(
            f"the text announces {profiles} profiles of {n_players} players; {_MOST_PAYOFFS} payoffs are the limit"
        )
    return profiles


def _distinct(labels: list[str]) -> list[str] | None:
    """The labels, or None (number them) if some are equal: Gambit allows that, and often leaves them empty."""
    return labels if len(set(labels)) == len(labels) else None


def _numbered(labels: list[str]) -> list[str]:
    return [str(i + 1) for i in range(len(labels))]


# -- writing -----------------------------------------------------------------------------------


def _require_single(game: Game, what: str) -> None:
    if game.batch_ndim:
        raise InputError(f"{what} writes a single game, not {game!r}; pick one draw of it: game[0]")


def _quote(label: str) -> str:
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _nfg_number(value: float | Fraction) -> str:
    if isinstance(value, Fraction):
        return str(value)
    text = repr(float(value))
    return text.removesuffix(".0")


def _gam_number(value: float | Fraction) -> str:
    if isinstance(value, Fraction) and Fraction(repr(float(value))) != value:
        return str(value)
    text = repr(float(value))
    return text[:-1] if text.endswith(".0") else text
