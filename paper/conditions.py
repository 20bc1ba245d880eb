"""Under which conditions a claim holds: shares of the recorded draws on both sides of the chief drivers' medians."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paper.figures.plane import CLASSES, chief_drivers
from paper.figures.style import spoken
from paper.formats import number, percent

Flags = NDArray[np.bool_]


def stated_conditions(dilemma: Mapping[str, Any], table: Mapping[str, NDArray[Any]]) -> dict[str, str]:
    """Sentences for the dilemma and for the loss asymmetry, by the two chief drivers that the table holds."""
    first, second = chief_drivers(dilemma, table)
    middle = {name: float(np.median(table[name])) for name in (first, second)}
    large = (table[first] > middle[first]) & (table[second] > middle[second])
    small = (table[first] <= middle[first]) & (table[second] <= middle[second])
    names = [f"{spoken(name)} {{}} {number(value, 2)}" for name, value in middle.items()]
    return {
        "dilemma": _sentence(table["class"] == CLASSES.index("prisoner's dilemma"), large, small, names),
        "asymmetry": _sentence(table["P - S"] > 0, large, small, names),
        "short": _short(table["P - S"] > 0, table, middle),
    }


def _short(event: Flags, table: Mapping[str, NDArray[Any]], middle: Mapping[str, float]) -> str:
    """On which side of its median each driver makes the event more frequent, in words."""
    large = {name: event[table[name] > value].mean() > event.mean() for name, value in middle.items()}
    words = [f"{spoken(name)} is {'large' if more else 'small'}" for name, more in large.items()]
    return " and ".join(words)


def _sentence(event: Flags, large: Flags, small: Flags, names: list[str]) -> str:
    above, below = (" and ".join(name.format(word) for name in names) for word in ("above", "below"))
    return (
        f"Condition: {_share(event, large)} of the draws with {above}; {_share(event, small)} with {below} (medians)."
    )


def _share(event: Flags, given: Flags) -> str:
    return percent(float(event[given].mean())) if given.any() else "none"
