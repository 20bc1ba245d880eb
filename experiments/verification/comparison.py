"""Compare a computed answer with the expected one, within the case's tolerance and never more loosely.

Numbers are JSON numbers or strings such as ``"1/3"``. With an exact tolerance both are compared as rationals, so a
float that is merely close is not equal. Names, text and truth values have to agree in any case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from theory.errors import InputError

_NUMBER = re.compile(r"[+-]?\d+(/\d+|\.\d*)?([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class Tolerance:
    """Largest difference accepted: the larger of ``absolute`` and ``relative * |expected|``; none if both are 0.

    ``at`` holds other tolerances for named values.
    """

    absolute: float = 0.0
    relative: float = 0.0
    at: Mapping[str, Tolerance] = field(default_factory=dict)

    def inside(self, name: str) -> Tolerance:
        """Tolerance of the value of this name."""
        return self.at.get(name, self)

    def accepts(self, expected: Fraction, computed: Fraction) -> bool:
        """Whether the two numbers agree."""
        return abs(expected - computed) <= self.allowance(expected)

    def allowance(self, expected: Fraction) -> Fraction:
        """Largest difference accepted from this number."""
        return max(Fraction(self.absolute), Fraction(self.relative) * abs(expected))


EXACT = Tolerance()

TOLERANCES: Mapping[str, Tolerance] = {
    "exact": EXACT,
    "exact string": EXACT,
    "exact (rational) or 1e-10": EXACT,  # the stricter of the two
    "n/a": EXACT,  # which actions are dominated: whole numbers
    "1e-3": Tolerance(absolute=1e-3),
    "1e-5": Tolerance(absolute=1e-5),
    "1e-6": Tolerance(absolute=1e-6),
    "1e-8": Tolerance(absolute=1e-8),
    "1e-9": Tolerance(absolute=1e-9),
    "1e-10": Tolerance(absolute=1e-10),
    "1e-12": Tolerance(absolute=1e-12),
    "1e-5 relative": Tolerance(relative=1e-5),
    "1e-3 in the test; 1e-8 against these digits": Tolerance(absolute=1e-8),
    "1e-5 relative in test (np.isclose); 1e-12 in closed form": Tolerance(relative=1e-12),
    # 1e-7 relative for the vertices as the test prints them (a zero coordinate: 1e-8), 1e-8 for more_digits
    "1e-7 relative (test), 1e-8 against more_digits": Tolerance(
        absolute=1e-8, at={"vertices": Tolerance(absolute=1e-8, relative=1e-7)}
    ),
    "exact (scores); 1e-7": Tolerance(
        absolute=1e-7, at=dict.fromkeys(("total_scores", "pair_scores", "ranking"), EXACT)
    ),
    "abs: eps/((N-1)(v^{1/(N-1)}-1)) below, eps/(N-1) above with eps=1e-5": Tolerance(absolute=1e-9),  # stricter
}
"""What each wording of a tolerance in ``solver_cases.json`` means; the strictest where it names several."""


def tolerance_of(tolerance: float | str) -> Tolerance:
    """Tolerance of a case: a number is absolute, 0 is exact, words are looked up in `TOLERANCES`.

    Raises
    ------
    InputError
        For words that are not in the table: nothing is guessed.
    """
    if not isinstance(tolerance, str):
        return Tolerance(absolute=float(tolerance))
    if tolerance not in TOLERANCES:
        raise InputError(f"the tolerance {tolerance!r} is not in experiments.verification.comparison.TOLERANCES")
    return TOLERANCES[tolerance]


@dataclass(frozen=True)
class Each:
    """An answer that must hold every time (for every label, against every opponent): each is compared."""

    values: tuple[Any, ...]


def plain(value: Any) -> Any:
    """Lists, numbers, strings and truth values; rationals as ``"1/3"``."""
    if isinstance(value, Each):
        return Each(tuple(plain(one) for one in value.values))
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one) for one in value]
    return value


def shown(value: Any) -> Any:
    """A plain answer with `Each` written out, for reports."""
    if isinstance(value, Each):
        return {"each of": [shown(one) for one in value.values]}
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shown(one) for one in value]
    return value


def number(value: Any) -> Fraction | None:
    """Rational that a JSON value stands for; None if it is no finite number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return Fraction(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, int | float) and np.isfinite(value):
        return Fraction(value)
    return None


def mismatches(
    expected: Any, computed: Any, tolerance: Tolerance, unordered: frozenset[str] = frozenset(), place: str = ""
) -> list[str]:
    """Where two plain values differ; an empty list if nowhere.

    Parameters
    ----------
    unordered
        Places whose lists are sets.
    place
        Where we are: names, with ``[]`` for each list above.
    """

    def inside(wanted: Any, found: Any, step: str) -> list[str]:
        return mismatches(wanted, found, tolerance.inside(step), unordered, step)

    if isinstance(computed, Each):
        found = [difference for one in computed.values for difference in inside(expected, one, place)]
        return found if computed.values else [f"{place or 'value'}: nothing was computed"]
    if isinstance(expected, dict) and isinstance(computed, dict):
        if expected.keys() != computed.keys():
            return [f"{place or 'value'}: {sorted(computed)} were computed, {sorted(expected)} are asked"]
        return [difference for key in expected for difference in inside(expected[key], computed[key], str(key))]
    if isinstance(expected, list) and isinstance(computed, list):
        if len(expected) != len(computed):
            return [f"{place or 'value'}: {len(computed)} values, {len(expected)} expected"]
        if place in unordered:
            return _unmatched(expected, computed, lambda wanted, found: not inside(wanted, found, place + "[]"), place)
        pairs = zip(expected, computed, strict=True)
        return [difference for wanted, found in pairs for difference in inside(wanted, found, place + "[]")]
    return [] if _agree(expected, computed, tolerance) else [f"{place or 'value'}: {computed!r}, expected {expected!r}"]


def _agree(expected: Any, computed: Any, tolerance: Tolerance) -> bool:
    wanted, found = number(expected), number(computed)
    if wanted is None or found is None:
        return type(expected) is type(computed) and bool(expected == computed)
    return tolerance.accepts(wanted, found)


def _unmatched(expected: list[Any], computed: list[Any], agree: Callable[[Any, Any], bool], place: str) -> list[str]:
    left = list(computed)
    for wanted in expected:
        partner = next((k for k, found in enumerate(left) if agree(wanted, found)), None)
        if partner is None:
            return [f"{place or 'value'}: {wanted} was not found among {computed}"]
        left.pop(partner)
    return []
