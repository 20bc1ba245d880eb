"""Which facts each prior is computed from: ``python -m tests.models.traced_facts`` prints them beside those it names.

The models are imported in a process of their own in which `models.prior.fact` and its like return numbers that
remember their facts, and arithmetic, logarithms and roots pass the memory on. What is printed is JSON: for each model
and parameter (``name[j]`` for the prior of player j) the list of facts named and the list of facts read.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import numpy as np

KEPT = ("models.facts", "models.fact_units", "models.price_level", "models.prior", "models.parameters")
"""Modules that hold no prior, and are patched or read by those that do."""

OPERATORS = ("add", "sub", "mul", "truediv", "pow")


class Traced(float):
    """A number and the ids of the facts that it was computed from."""

    ids: frozenset[str]

    def __new__(cls, value: float, ids: frozenset[str] = frozenset()) -> Traced:
        number = super().__new__(cls, value)
        number.ids = ids
        return number

    def __neg__(self) -> Traced:
        return Traced(-float(self), self.ids)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        result = getattr(ufunc, method)(*(float(v) if isinstance(v, Traced) else v for v in inputs), **options)
        return Traced(result, ids_of(inputs)) if np.ndim(result) == 0 and method == "__call__" else result


def ids_of(values: Any) -> frozenset[str]:
    """Facts behind any of some numbers."""
    return frozenset().union(*(value.ids for value in values if isinstance(value, Traced)))


def _operator(name: str) -> Any:
    plain = getattr(float, name)

    def traced(self: Traced, other: Any) -> Any:
        result = plain(self, other)
        return result if result is NotImplemented else Traced(result, ids_of((self, other)))

    return traced


for _name in (f"__{side}{word}__" for word in OPERATORS for side in ("", "r")):
    setattr(Traced, _name, _operator(_name))


def trace() -> dict[str, dict[str, tuple[list[str], list[str]]]]:
    """Import the models with facts that are traced; for a process in which they are not imported yet."""
    from models import parameters, prior

    plain_check = parameters.Parameter.check

    def remembers(function: Any) -> Any:
        return lambda fact_id, *args, **options: Traced(function(fact_id, *args, **options), frozenset({fact_id}))

    def check(self: Any, value: Any, model: str) -> Any:
        checked = plain_check(self, value, model)
        return Traced(checked, value.ids) if isinstance(value, Traced) else checked

    def passes_on(function: Any) -> Any:
        return lambda *values: Traced(function(*values), ids_of(values))

    parameters.Parameter.check = check
    for name in ("fact", "at_least", "at_most"):
        setattr(prior, name, remembers(getattr(prior, name)))
    for name in ("log", "exp", "sqrt"):
        setattr(math, name, passes_on(getattr(math, name)))
    for name in [name for name in sys.modules if name.startswith("models.") and name not in KEPT]:
        del sys.modules[name]  # what the package has imported already, without a trace
    from models.catalogue import catalogue

    found: dict[str, dict[str, tuple[list[str], list[str]]]] = {}
    for model, cls in catalogue().items():
        found[model] = {}
        for name, spec in cls.parameters().items():
            several = isinstance(spec.prior, tuple)
            for j, each in enumerate(spec.prior if several else [spec.prior] if spec.prior else []):
                read = ids_of((each.low, each.central, each.high))
                found[model][f"{name}[{j}]" if several else name] = (sorted(each.facts), sorted(read))
    return found


if __name__ == "__main__":
    json.dump(trace(), sys.stdout)
