"""Plain aligned columns, as results print themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_NEXT_TO_NONE = 5e-5  # probabilities below it are left out

MOST_LINES = 10
"""Equilibria, branches or rounds that a result lists when it prints itself."""


def aligned(rows: Sequence[Sequence[str]], right: Sequence[bool] | None = None) -> list[str]:
    """Lines with equally wide columns.

    Parameters
    ----------
    rows
        Cells as text, each row with as many; a header is a row.
    right
        Which columns are set to the right; all but the first, if not said.

    Examples
    --------
    >>> print(*aligned([["builder", "GW"], ["Meta", "1.5"], ["Amazon", "12"]]), sep="|")
    builder   GW|Meta     1.5|Amazon    12
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    sides = right if right is not None else [c > 0 for c in range(len(columns))]

    def line(row: Sequence[str]) -> str:
        placed = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, sides, strict=True))
        return "  ".join(placed).rstrip()

    return [line(row) for row in rows]


def mixture(probabilities: Iterable[float], labels: Sequence[str]) -> str:
    """Actions in use with their probabilities; a pure one by itself.

    Examples
    --------
    >>> mixture([0, 1], ["restrain", "race"]), mixture([0.25, 0.75], ["restrain", "race"])
    ('race', 'restrain: 0.25, race: 0.75')
    """
    used = [(label, float(p)) for label, p in zip(labels, probabilities, strict=True) if not abs(p) < _NEXT_TO_NONE]
    if len(used) == 1:
        return used[0][0]
    return ", ".join(f"{label}: {p:.4g}" for label, p in used)


def numbers(values: Iterable[float]) -> str:
    """Numbers in brackets.

    Examples
    --------
    >>> numbers([0.5, 0.25])
    '(0.5, 0.25)'
    """
    return "(" + ", ".join(f"{float(value):.4g}" for value in values) + ")"


def named(players: Sequence[str], player: int) -> str:
    """A player in an error: by the label given or, if none was, by the number that callers pass, counted from 0.

    Examples
    --------
    >>> named(["Meta", "Google"], 1), named(["1", "2"], 1)
    ('Google', 'player 1')
    """
    return f"player {player}" if players[player] == str(player + 1) else players[player]


def counted(number: int, what: str) -> str:
    """A number of things.

    Examples
    --------
    >>> counted(1, "fold"), counted(2, "fold"), counted(3, "equilibrium")
    ('1 fold', '2 folds', '3 equilibria')
    """
    plural = what.removesuffix("um") + "a" if what.endswith("um") else f"{what}s"
    return f"{number} {what if number == 1 else plural}"


def shortened(lines: Sequence[str], rest: str, most: int = MOST_LINES) -> list[str]:
    """The first lines, and how many are left out: ``rest`` says where they are.

    Examples
    --------
    >>> shortened(["a", "b", "c"], "profiles()", most=1)
    ['a', '  ... and 2 more: profiles()']
    """
    left_out = len(lines) - most
    return [*lines] if left_out <= 0 else [*lines[:most], f"  ... and {left_out} more: {rest}"]
