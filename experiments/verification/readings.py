"""Expected values that a case states in words, put into data.

Only the expected side is read here; what the words are compared with is still computed by the library. A wording
that is not known is an error, so that an edited case cannot pass on an old reading.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from experiments.verification.cases import Case
from theory.errors import InputError

Expected = dict[str, Any]


def read_expected(case: Case) -> Any:
    """Expected values of a case, words put into data.

    Raises
    ------
    InputError
        If the words are not those that the reading was written for.
    """
    return _READINGS[case.id](case) if case.id in _READINGS else case.expected


def _require(case: Case, key: str, words: object) -> None:
    if case.expected[key] != words:
        raise InputError(f"{case.id}: {key} reads {case.expected[key]!r}; the reading was written for {words!r}")


def _without(expected: Mapping[str, Any], *keys: str) -> Expected:
    return {key: value for key, value in expected.items() if key not in keys}


def _coordination(case: Case) -> Expected:
    _require(case, "rule", "uniform on every non-empty subset of actions, same subset for both")
    n = len(case.inputs["A"])
    subsets = itertools.chain.from_iterable(itertools.combinations(range(n), size) for size in range(1, n + 1))
    uniform = [[str(Fraction(int(a in subset), len(subset))) for a in range(n)] for subset in subsets]
    return _without(case.expected, "rule") | {"equilibria": [[strategy, strategy] for strategy in uniform]}


def _three_player_coordination(case: Case) -> Expected:
    _require(case, "rule", "3 diagonal profiles + 6 profiles with all actions distinct")
    profiles = itertools.product(*(range(n) for n in case.inputs["n_actions"]))
    return _without(case.expected, "rule") | {"equilibria": [list(a) for a in profiles if len(set(a)) in (1, len(a))]}


def _unanimity(case: Case) -> Expected:
    _require(case, "equilibria", ["0000", "1111", "all profiles with exactly two zeros"])
    profiles = itertools.product(range(2), repeat=4)
    return _without(case.expected) | {"equilibria": [list(a) for a in profiles if a.count(0) in (0, 2, 4)]}


def _components(case: Case) -> Expected:
    _require(case, "components", "convex hull of the first two is a continuum; third is isolated")
    first, second, third = case.expected["extreme_equilibria"]
    return _without(case.expected) | {"components": [[first, second], [third]]}


def _risk_dominant(case: Case) -> Expected:
    _require(case, "limit", "risk-dominant (1,1)")
    return _without(case.expected) | {"limit": [1, 1]}


def _anticoordination(case: Case) -> Expected:
    _require(case, "closed_form", "p = v**(-1/(N-1))")
    return _without(case.expected, "closed_form")


def _cyclic(case: Case) -> Expected:
    _require(case, "closed_form", "(1+sqrt(65))/16")
    _require(case, "pure_nash_includes", [[0, 0, 0]])
    return _without(case.expected, "closed_form", "pure_nash_includes") | {"pure nash 0 0 0": True}


_READINGS: Mapping[str, Callable[[Case], Expected]] = {
    "nash2-coord-3x3": _coordination,
    "nash2-coord-4x4": _coordination,
    "pure-coord333": _three_player_coordination,
    "pure-unanimity-4": _unanimity,
    "nash2-vs2007-degenerate": _components,
    "qre-staghunt-selection": _risk_dominant,
    "nashN-anticoordination": _anticoordination,
    "nash3-symmetric-sqrt65": _cyclic,
}
