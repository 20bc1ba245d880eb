"""The cases: what is asked, what is expected, how closely, and who said so.

Two files ship with the package: ``published_results.json`` (models of the literature) and ``solver_cases.json`` (public
test suites and documentation of other libraries). They are copies and are never edited here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

PUBLISHED, SOLVER = "published results", "solver cases"
FILES = {PUBLISHED: "published_results.json", SOLVER: "solver_cases.json"}
"""File of each collection, in the order in which they are verified."""


@dataclass(frozen=True)
class Question:
    """What an adapter is told of a case: everything but the values that are expected.

    Attributes
    ----------
    id
        The case's id.
    model
        The model (published results) or the kind of solver (solver cases), as the file words it.
    inputs
        Parameters of the model, or input of the solver.
    asked
        Names of the expected values, where they have names.
    """

    id: str
    model: str
    inputs: Mapping[str, Any]
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One case of a collection, as its file has it."""

    id: str
    collection: str
    model: str
    inputs: Mapping[str, Any]
    expected: Any
    tolerance: float | str
    citation: str


@cache
def load_cases() -> tuple[Case, ...]:
    """All cases, in the order of the files."""
    return tuple(_case(collection, entry) for collection, name in FILES.items() for entry in _read(name))


def _read(name: str) -> list[dict[str, Any]]:
    text = (files("experiments.verification") / "data" / name).read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = json.loads(text)
    return entries


def _case(collection: str, entry: Mapping[str, Any]) -> Case:
    published = collection == PUBLISHED
    return Case(
        id=entry["id"],
        collection=collection,
        model=entry["model"] if published else entry["kind"],
        inputs=entry["parameters"] if published else entry["input"],
        expected=entry["expected"],
        tolerance=entry["tolerance"],
        citation=entry["citation"] if published else entry["source_file"],
    )
