"""How a question becomes a study: the decorator, and what a study returns.

::

    @experiment("dilemma_class", question="Which game do the labs play?", claims=(1, 2), replicates=16,
                quick={"draws": 4096})
    def study(*, draws: int = 100_000, rng: np.random.Generator) -> Columns:
        \"\"\"One replicate.\"\"\"

    @study.summary
    def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
        \"\"\"All replicates together.\"\"\"

A *replicate* is an independent unit of work with a generator of its own. Their number is fixed by the study, so
the result cannot depend on the number of workers. A study returns values and knows nothing of files: the runner
makes the record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from experiments import refuse_shadows
from experiments.parameters import StudyParameter, Value, declared, override
from theory.errors import InputError

refuse_shadows()

Columns: TypeAlias = Mapping[str, NDArray[Any]]
"""Columns of equal length: 1-d arrays of numbers, bools or strings, by name."""

Replicates: TypeAlias = Sequence[Columns]
"""What a summary gets: the columns of every replicate, in order."""

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Findings:
    """What a study found.

    Attributes
    ----------
    numbers
        Named results: numbers, strings, bools, None, lists and dicts of them, numpy scalars and arrays, and objects
        with ``to_dict()`` such as `theory.intervals.Estimate`. In a record NaN becomes null, and an infinity the
        string ``"inf"`` or ``"-inf"``, which ``float()`` reads.
    tables
        Named tables, for figures.
    """

    numbers: Mapping[str, Any]
    tables: Mapping[str, Columns] = field(default_factory=dict)


class Study:
    """A registered question: a function for one replicate, and one that sums up all of them.

    Attributes
    ----------
    name, question, claims
        Name on the command line; the question in words; numbers of the article's claims that it judges.
    replicates
        Number of independent replicates.
    module
        Module that defines the study; workers import it.
    parameters
        Parameters of the function, by name.
    quick
        What a quick run changes.
    """

    def __init__(
        self,
        function: Callable[..., Columns],
        name: str,
        question: str,
        claims: tuple[int, ...],
        replicates: int,
        quick: Mapping[str, Value],
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][\w-]*", name):
            raise InputError(f"a study is called {name!r}; use letters, digits, _ and -")
        if replicates < 1:
            raise InputError(f"the study {name!r} has {replicates} replicates; at least one is needed")
        self.name = name
        self.question = question
        self.claims = claims
        self.replicates = replicates
        self.module = function.__module__
        self.parameters: dict[str, StudyParameter] = declared(function, name)
        self.quick = dict(quick)
        self.description = (function.__doc__ or "").strip()
        self._function = function
        self._summary: Callable[..., Findings] | None = None
        override(self.parameters, self.quick, name)

    def __call__(self, *, rng: np.random.Generator, **parameters: Value) -> Columns:
        """Columns of one replicate."""
        return self._function(rng=rng, **parameters)

    def summary(self, function: Function) -> Function:
        """Decorate the function that sums up the replicates."""
        self._summary = function
        return function

    def summarise(self, replicates: Replicates, *, rng: np.random.Generator, **parameters: Value) -> Findings:
        """Findings from the columns of all replicates.

        Raises
        ------
        InputError
            If the study has no summary, or its summary returns something else.
        """
        if self._summary is None:
            raise InputError(f"the study {self.name!r} has no summary; decorate a function with @{self.name}.summary")
        findings = self._summary(replicates, rng=rng, **parameters)
        if not isinstance(findings, Findings):
            raise InputError(
                f"the summary of {self.name!r} returned {type(findings).__name__}; it must return Findings"
            )
        return findings

    def values(self, changes: Mapping[str, object] | None = None, *, quick: bool = False) -> dict[str, Value]:
        """All parameters of a run: the defaults, then what ``quick`` changes, then ``changes``.

        Raises
        ------
        InputError
            For a name that is no parameter, or a value of another kind.
        """
        return override(self.parameters, {**(self.quick if quick else {}), **(changes or {})}, self.name)

    def __repr__(self) -> str:
        return f"Study({self.name!r}, {self.replicates} replicates)"


_STUDIES: dict[str, Study] = {}


def experiment(
    name: str,
    *,
    question: str,
    claims: tuple[int, ...] = (),
    replicates: int = 16,
    quick: Mapping[str, Value] | None = None,
) -> Callable[[Callable[..., Columns]], Study]:
    """Register a function of parameters and ``rng`` as a study.

    Parameters
    ----------
    name
        Name on the command line.
    question
        The question it answers, in one sentence.
    claims
        Numbers of the article's claims that it judges.
    replicates
        Number of independent replicates; intervals come from them.
    quick
        Parameters that a quick run changes.

    Raises
    ------
    InputError
        If another module has a study of that name, or its arguments are not keywords with defaults.
    """

    def register(function: Callable[..., Columns]) -> Study:
        study = Study(function, name, question, claims, replicates, quick or {})
        other = _STUDIES.get(name)
        if other is not None and other.module != study.module:
            raise InputError(f"two studies are called {name!r}: in {other.module} and in {study.module}; rename one")
        _STUDIES[name] = study
        return study

    return register


def registered() -> dict[str, Study]:
    """Studies registered so far; `experiments.catalogue.studies` imports all there are first."""
    return dict(_STUDIES)


MOST_DRAWS = 2**22
"""Largest number of draws of one replicate: some gigabytes of payoffs."""


def share(draws: int, replicates: int) -> int:
    """Draws of one replicate, when all of them are to share ``draws`` equally (rounded down).

    Raises
    ------
    InputError
        If a replicate would have fewer than two draws, or more than `MOST_DRAWS`.

    Examples
    --------
    >>> share(131_072, 16)
    8192
    """
    if draws < 2 * replicates:
        raise InputError(
            f"draws is {draws}; it must be at least {2 * replicates}: two for each of {replicates} replicates"
        )
    if draws > MOST_DRAWS * replicates:
        raise InputError(f"draws is {draws:.3g}; it must be at most {MOST_DRAWS * replicates:,}, for the memory's sake")
    return draws // replicates
