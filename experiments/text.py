"""Plain text for people: aligned tables and numbers. No colours, so that piping changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from theory.display import aligned


def table(header: Sequence[str], rows: Sequence[Sequence[object]], *, units: Sequence[str] | None = None) -> list[str]:
    """Lines of a table; columns of numbers are aligned right; a line of units may follow the header.

    Examples
    --------
    >>> print(*table(["builder", "GW"], [["Meta", 1.5], ["Amazon", 12]]), sep="|")
    builder   GW|Meta     1.5|Amazon    12
    >>> print(*table(["builder", "build"], [["Meta", 1.5]], units=["", "GW"]), sep="|")
    builder  build|            GW|Meta       1.5
    """
    cells = [[show(cell) for cell in row] for row in rows]
    if not cells:
        return ["  ".join(header)]
    head = [list(header)] if units is None else [list(header), list(units)]
    right = [all(isinstance(row[c], int | float | None) for row in rows) for c in range(len(header))]
    return aligned([*head, *cells], right)


def show(value: object) -> str:
    """Short text of a value: numbers to four digits (from ten million with an exponent), a dash for nothing.

    An interval is shown as ``0.25 [0.2, 0.3]``.

    Examples
    --------
    >>> show(0.123456), show({"value": 0.25, "low": 0.2, "high": 0.3}), show(None), show(100_000)
    ('0.1235', '0.25 [0.2, 0.3]', '-', '100000')
    >>> show(12345.6), show(1e30)
    ('12,346', '1e+30')
    """
    if is_interval(value):
        assert isinstance(value, Mapping)
        return f"{show(value['value'])} [{show(value['low'])}, {show(value['high'])}]"
    if isinstance(value, float):
        return f"{value:,.0f}" if 1e4 <= abs(value) < 1e7 else f"{value:.4g}"
    if isinstance(value, list | tuple):
        return " ".join(show(item) for item in value) or "-"
    return "-" if value is None or value == "" else str(value)


def is_interval(value: object) -> bool:
    """Whether a value is an estimate with its interval, as records hold it."""
    return isinstance(value, Mapping) and set(value) == {"value", "low", "high"}


def flatten(numbers: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Names and short texts of nested numbers.

    Examples
    --------
    >>> list(flatten({"P": {"chicken": 0.5}, "draws": 10}))
    [('P / chicken', '0.5'), ('draws', '10')]
    """
    for name, value in numbers.items():
        if isinstance(value, Mapping) and not is_interval(value):
            yield from flatten(value, f"{prefix}{name} / ")
        else:
            text = show(value)
            yield f"{prefix}{name}", text if len(text) <= 90 else text[:87] + "..."
