"""The meter: run the adapters, compare, report."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from experiments.verification import (  # noqa: F401  (importing an adapter module registers its adapters)
    capacity,
    contests,
    criteria,
    evolution,
    file_formats,
    finite_games,
    mediated_play,
    n_players,
    oligopoly,
    ownership,
    payoff_sets,
    rd_races,
    real_options,
    repeated,
    safety,
    tournaments,
    two_stage,
)
from experiments.verification.cases import Case, Question, load_cases
from experiments.verification.comparison import mismatches, plain, shown, tolerance_of
from experiments.verification.readings import read_expected
from experiments.verification.registry import adapters
from experiments.verification.topics import topic_of
from theory.errors import InputError

DISAGREEMENTS = {
    "qre-mle-ochs": "all but one of its numbers agree; the printed lambda of the empirical payoff method is where "
    "pygambit's search stopped: the likelihood is larger at the computed one, 1.25e-6 away "
    "(at 40 digits the maximum is at 1.00681685781970803...), and the case allows 1e-6",
}
"""Failures that have been looked into: the case stays failed, and this is added to its detail."""

Status = Literal["passed", "failed", "not implemented"]


@dataclass(frozen=True)
class CaseResult:
    """What became of a case.

    Attributes
    ----------
    id, collection, family
        Which case; ``collection`` is ``"published results"`` or ``"solver cases"``.
    status
        ``"passed"``, ``"failed"`` or ``"not implemented"``.
    expected, computed
        As in the file, and what the library gave (None if nothing).
    tolerance, citation
        The case's own.
    detail
        Where the two differ, the error that was raised, or what is missing.
    """

    id: str
    collection: str
    family: str
    status: Status
    expected: Any
    computed: Any
    tolerance: str
    citation: str
    detail: str = ""


def verify_cases(only: Sequence[str] = (), progress: Callable[[str], None] | None = None) -> list[CaseResult]:
    """Hold the library to the published numbers.

    Parameters
    ----------
    only
        Ids of the cases to verify; all if empty.
    progress
        Called with the id of each case before it is computed.

    Returns
    -------
    list of CaseResult
        In the order of the files. An adapter that raises makes its case fail, and the message is in the detail.

    Raises
    ------
    InputError
        For an id that no case has.

    Examples
    --------
    >>> result, = verify_cases(["nti_2_1_1"])
    >>> result.status, result.computed
    ('passed', [0.444, 0.222, 0.667, 0.889, 0.111])
    """
    results = []
    for case in _chosen((only,) if isinstance(only, str) else only):
        if progress is not None:
            progress(case.id)
        results.append(verify(case))
    return results


def verify(case: Case) -> CaseResult:
    """Compute one case and compare."""
    if case.id not in adapters():
        return _result(case, "not implemented", None, topic_of(case.id).missing)
    try:
        computed = compute(case)
        differences = compare(case, computed)
    except Exception as error:  # whatever goes wrong is a failure of the case, to be seen and not to stop the others
        return _result(case, "failed", None, f"{type(error).__name__}: {error}")
    detail = "; ".join([*differences, *([DISAGREEMENTS[case.id]] if differences and case.id in DISAGREEMENTS else [])])
    return _result(case, "failed" if differences else "passed", shown(computed), detail)


def compute(case: Case) -> Any:
    """Give the library's answer to a case, from its inputs alone."""
    expected = read_expected(case)
    asked = tuple(expected) if isinstance(expected, dict) else ()
    return plain(adapters()[case.id].compute(Question(case.id, case.model, case.inputs, asked)))


def compare(case: Case, computed: Any) -> list[str]:
    """Where an answer differs from what the case expects, by more than its tolerance."""
    unordered = adapters()[case.id].unordered
    return mismatches(plain(read_expected(case)), computed, tolerance_of(case.tolerance), unordered)


def _result(case: Case, status: Status, computed: Any, detail: str) -> CaseResult:
    return CaseResult(
        id=case.id,
        collection=case.collection,
        family=topic_of(case.id).family,
        status=status,
        expected=case.expected,
        computed=computed,
        tolerance=str(case.tolerance),
        citation=case.citation,
        detail=detail,
    )


def _chosen(only: Sequence[str]) -> list[Case]:
    cases = load_cases()
    ids = [case.id for case in cases]
    for wanted in only:
        if wanted not in ids:
            nearest = difflib.get_close_matches(str(wanted), ids, n=1, cutoff=0.0)[0]
            raise InputError(
                f"there is no case {wanted!r}; the nearest is {nearest!r}. All of them: computerace verify --json"
            )
    return [case for case in cases if not only or case.id in only]
