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

A study that says ``chunk=16_384`` has its replicates cut into *chunks* of at most so many draws, which bound its memory
and are what is computed, written and resumed. Its function takes ``part`` as well, a `Part`; its summary gets
replicates that are read from their files when they are asked for, so it should go through them once, best with
`each_replicate`. A summary that computes much besides hands it to `at_once`.
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
from theory.arrays import mapping_of
from theory.errors import InputError

refuse_shadows()

Columns: TypeAlias = Mapping[str, NDArray[Any]]
"""Columns of equal length: 1-d arrays of numbers, bools or strings, by name."""

Replicates: TypeAlias = Sequence[Columns]
"""What a summary gets: the columns of every replicate, in order."""

Function = TypeVar("Function", bound=Callable[..., Any])
Result = TypeVar("Result")


def each_replicate(replicates: Replicates, function: Callable[[Columns], Result]) -> list[Result]:
    """A module's function of every replicate, in order; of many chunks, the run's workers share them out."""
    return at_once(replicates, function, {})[0]


def at_once(
    replicates: Replicates, function: Callable[[Columns], Result], calls: Mapping[str, Callable[[], Any]]
) -> tuple[list[Result], dict[str, Any]]:
    """`each_replicate`, and independent calls by name, which the run's workers share out as well.

    A call is a module's function with its arguments (`functools.partial`), the longest first; one that draws gets a
    generator of its own, so that the number of workers changes no bit.
    """
    share_out = getattr(replicates, "share_out", None)
    if share_out:
        found, made = share_out(function, calls)
        return found, made
    return [function(part) for part in replicates], {name: call() for name, call in calls.items()}


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


@dataclass(frozen=True)
class Part:
    """One chunk of a replicate.

    Attributes
    ----------
    start, stop
        Which of the replicate's draws.
    common
        Generator in the same state for all chunks of the replicate: what scrambles their common point set.
    """

    start: int
    stop: int
    common: np.random.Generator

    @property
    def draws(self) -> int:
        """How many draws."""
        return self.stop - self.start


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
    chunk
        Largest number of draws of a chunk; None if a replicate is one piece of work.
    """

    def __init__(
        self,
        function: Callable[..., Columns],
        name: str,
        question: str,
        claims: tuple[int, ...],
        replicates: int,
        quick: Mapping[str, Value],
        chunk: int | None = None,
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
        self.chunk = chunk
        self.description = (function.__doc__ or "").strip()
        self._function = function
        self._summary: Callable[..., Findings] | None = None
        override(self.parameters, self.quick, name)
        if chunk is not None and (chunk < 2 or "draws" not in self.parameters):
            raise InputError(
                f"the study {name!r} has chunks of {chunk} draws; it needs a parameter draws, and at least 2"
            )

    def __call__(self, *, rng: np.random.Generator, part: Part | None = None, **parameters: Value) -> Columns:
        """Columns of one replicate or, of a study with chunks, of one chunk (by default all of it)."""
        if self.chunk is None:
            return self._function(rng=rng, **parameters)
        whole = Part(0, self.draws_of_replicate(parameters), rng)
        return self._function(rng=rng, part=part or whole, **parameters)

    def draws_of_replicate(self, values: Mapping[str, Value]) -> int:
        """Draws of each replicate of a study with chunks."""
        return share(int(values["draws"]), self.replicates, most=MOST_POINTS)

    def chunks(self, values: Mapping[str, Value]) -> int:
        """Into how many chunks each replicate is cut."""
        return 1 if self.chunk is None else -(-self.draws_of_replicate(values) // self.chunk)

    @property
    def piece(self) -> str:
        """What a piece of its work is called: a chunk, or a replicate."""
        return "replicate" if self.chunk is None else "chunk"

    def part(self, values: Mapping[str, Value], chunk: int, common: np.random.Generator) -> Part | None:
        """Which draws a chunk has; the chunks are of one size, to one draw."""
        if self.chunk is None:
            return None
        draws, count = self.draws_of_replicate(values), self.chunks(values)
        return Part(draws * chunk // count, draws * (chunk + 1) // count, common)

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
            For changes that are no mapping, a name that is no parameter, or a value of another kind.
        """
        given = mapping_of({} if changes is None else changes, "parameters", "{'draws': 16384}")
        return override(self.parameters, {**(self.quick if quick else {}), **given}, self.name)

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
    chunk: int | None = None,
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
    chunk
        Largest number of draws of one chunk: see the module's text.

    Raises
    ------
    InputError
        If another module has a study of that name, or its arguments are not keywords with defaults.
    """

    def register(function: Callable[..., Columns]) -> Study:
        study = Study(function, name, question, claims, replicates, quick or {}, chunk)
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

MOST_POINTS = 2**30
"""Largest number of draws of one replicate that is cut into chunks: the length of a Sobol sequence."""


def share(draws: int, replicates: int, *, most: int = MOST_DRAWS) -> int:
    """Draws of one replicate, when all of them are to share ``draws`` equally (rounded down).

    Raises
    ------
    InputError
        If a replicate would have fewer than two draws, or more than ``most``.

    Examples
    --------
    >>> share(131_072, 16)
    8192
    """
    if draws < 2 * replicates:
        raise InputError(
            f"draws is {draws}; it must be at least {2 * replicates}: two for each of {replicates} replicates"
        )
    if draws > most * replicates:
        raise InputError(f"draws is {draws}; it must be at most {most * replicates:,}, for the memory's sake")
    return draws // replicates
