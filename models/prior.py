"""What is known about a parameter: a low, a central and a high value, and the facts behind them.

A prior is a triangular distribution on [low, high] with its mode at the central value, or the same on the
logarithm of the parameter. Where the facts give the three values, the prior carries their ids and the worst
grade among them; where no fact exists the parameter is *swept*: the range is stated with its reason, and
every result that depends on it says so through the sensitivity indices. Between the two, a parameter is *mapped* if
its numbers are those of facts about something else, taken for it by an assumption that the reason states. A fact with
an open end ("more than", "up to") is no number: `fact` refuses it, `at_least` and `at_most` give its one end by name,
and the prior's reason says where the range is closed. A fact dated or published after November 2025 is refused wherever
it would set something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.fact_units import FACT_UNITS
from models.facts import Fact, load_facts, require_in_time
from models.price_level import to_base_year
from theory.errors import InputError

Floats = NDArray[np.float64]

GRADES = ("A", "B", "C", "article", "mapped", "swept", "fixed")
"""From best to worst; a prior has the worst grade of the facts behind it."""


@dataclass(frozen=True)
class Prior:
    """Triangular (or log-triangular) prior of one number.

    Parameters
    ----------
    low, central, high
        Smallest, most plausible and largest value, in the parameter's unit.
    facts
        Ids of the facts that set the three values; empty if the parameter is swept.
    grade
        Worst grade of those facts, ``"mapped"`` or ``"swept"``.
    log
        Triangular in the logarithm; for positive parameters that span factors rather than differences.
    reason
        How the facts give the values, or why the range is swept.

    Examples
    --------
    >>> Prior(1.0, 2.0, 4.0, log=True).ppf(np.array([0.0, 0.5, 1.0])).round(6)
    array([1., 2., 4.])
    """

    low: float
    central: float
    high: float
    facts: tuple[str, ...] = ()
    grade: str = "swept"
    log: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.low <= self.central <= self.high or not np.isfinite([self.low, self.high]).all():
            raise InputError(
                f"a prior needs finite low <= central <= high; got {self.low}, {self.central}, {self.high}"
                + (f" from the facts {', '.join(self.facts)} (models/data/facts.csv)" if self.facts else "")
                + (f": {self.reason}" if self.reason else "")
            )
        if self.log and self.low <= 0:
            raise InputError(f"a log-triangular prior needs low > 0; got {self.low}")
        require_all_in_time(self.facts)

    def ppf(self, u: Floats) -> Floats:
        """Quantiles at ``u`` in [0, 1], any shape; the triangular law's inverse is written out, for speed."""
        u = np.asarray(u, float)
        low, central, high = (np.log(v) if self.log else v for v in (self.low, self.central, self.high))
        if high == low:
            return np.full(np.shape(u), self.central)
        mode = (central - low) / (high - low)
        rising = np.sqrt(mode * np.minimum(u, mode))  # the inverse of u = z^2 / mode, and of its mirror image
        falling = 1 - np.sqrt((1 - mode) * np.minimum(1 - u, 1 - mode))
        values = low + (high - low) * np.where(u <= mode, rising, falling)
        return np.asarray(np.clip(np.exp(values) if self.log else values, self.low, self.high))


def fact(fact_id: str, side: str = "central", *, as_reported: bool = False) -> float:
    """Number of a fact: its ``central`` value, or the ``low`` or ``high`` one.

    Money is in dollars of the base year (`models.price_level`), or of its own date if ``as_reported``.

    Raises
    ------
    InputError
        For a fact that is not there, is too late, has no such value, or has an end that its source leaves open.

    Examples
    --------
    >>> fact("S26"), fact("F003", as_reported=True), round(fact("F003"), 3)
    (8.0, 82.999, 85.939)
    """
    found = _found(fact_id)
    if found.open_end:
        function = {"above": "at_least", "below": "at_most"}[found.open_end]
        raise InputError(
            f"fact {fact_id} ({found.row}) is open {found.open_end}: its one end is no value. Take that end with "
            f"{function}({fact_id!r}), and say in the prior's reason where the range is closed"
        )
    return _value(found, side, as_reported=as_reported)


def at_least(fact_id: str) -> float:
    """Lower end of a fact that is open above: what it is more than.

    Examples
    --------
    >>> at_least("S03")  # "could exceed $350 billion"
    350.0
    """
    return _end(fact_id, "low", "above")


def at_most(fact_id: str) -> float:
    """Upper end of a fact that is open below: what it is up to.

    Examples
    --------
    >>> at_most("F136")  # "up to $500 billion"
    500.0
    """
    return _end(fact_id, "high", "below")


def _end(fact_id: str, side: str, open_end: str) -> float:
    found = _found(fact_id)
    if found.open_end != open_end:
        raise InputError(f"fact {fact_id} ({found.row}) is not open {open_end}; take its number with fact()")
    return _value(found, side)


def _found(fact_id: str) -> Fact:
    facts = load_facts()
    if fact_id not in facts:
        raise InputError(
            f"there is no fact {fact_id!r} in models/data/facts.csv, on which a prior rests; put the row back, or give "
            "the prior another fact"
        )
    return require_in_time(facts[fact_id])


def _value(found: Fact, side: str, *, as_reported: bool = False) -> float:
    value: float | None = getattr(found, side)
    where, unit = f"fact {found.id} ({found.row})", FACT_UNITS.get(found.id, found.unit)
    if value is None:
        raise InputError(f"{where} has no {side} value; name another fact, or sweep a range")
    if found.id in FACT_UNITS and value <= 0:
        raise InputError(f"{where}: {side} is {value:g}; a number that sets a parameter must be above 0")
    if found.unit != unit:
        raise InputError(
            f"{where}: unit is {found.unit!r}; the models take it in {unit!r}: correct the row, or the models that use "
            "it and models/fact_units.py"
        )
    return value if as_reported else value * to_base_year(found)


def derived(low: float, central: float, high: float, *, facts: Sequence[str], reason: str, log: bool = False) -> Prior:
    """Prior computed from several facts; ``reason`` says how."""
    return Prior(low, central, high, tuple(facts), worst_grade(facts), log, reason)


def mapped(low: float, central: float, high: float, *, facts: Sequence[str], reason: str, log: bool = False) -> Prior:
    """Prior from facts about something else; ``reason`` says what is assumed to make them bear on the parameter."""
    return Prior(low, central, high, tuple(facts), "mapped", log, reason)


def swept(low: float, central: float, high: float, *, reason: str, log: bool = False) -> Prior:
    """Range of a parameter for which no fact exists; ``reason`` says what bounds it."""
    return Prior(low, central, high, log=log, reason=reason)


def fixed(value: float, *, reason: str) -> Prior:
    """A value that the model takes as given, such as a numeraire; it is no dimension of the samples."""
    return Prior(value, value, value, grade="fixed", reason=reason)


def require_all_in_time(fact_ids: Sequence[str]) -> None:
    """Refuse facts of the file that are too late to set a parameter; others are for the contract test to name."""
    facts = load_facts()
    for fact_id in fact_ids:
        if fact_id in facts:
            require_in_time(facts[fact_id])


def worst_grade(fact_ids: Sequence[str]) -> str:
    """Worst grade among the facts with these ids."""
    facts = load_facts()
    grades: list[str] = [facts[fact_id].grade for fact_id in fact_ids]
    return max(grades, key=GRADES.index)
