"""Plain aligned columns, as results print themselves."""

from __future__ import annotations

from collections.abc import Sequence


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
