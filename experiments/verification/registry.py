"""Adapters: who computes which case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from experiments.verification.cases import Question

Compute = Callable[[Question], Any]


@dataclass(frozen=True)
class Adapter:
    """How a case is computed, and which lists of its answer are sets.

    ``unordered`` holds places as `comparison.mismatches` writes them: a name, with ``[]`` for each list above.
    """

    compute: Compute
    unordered: frozenset[str]


_ADAPTERS: dict[str, Adapter] = {}


def adapter(*ids: str, unordered: tuple[str, ...] = ()) -> Callable[[Compute], Compute]:
    """Enter a function as the adapter of the cases ``ids``.

    Parameters
    ----------
    unordered
        Places of the answer whose lists are compared as sets.
    """

    def register(compute: Compute) -> Compute:
        for case_id in ids:
            if case_id in _ADAPTERS:
                raise ValueError(f"case {case_id} has two adapters")
            _ADAPTERS[case_id] = Adapter(compute, frozenset(unordered))
        return compute

    return register


def adapters() -> dict[str, Adapter]:
    """Adapters by case id; their modules must have been imported (`meter` does)."""
    return dict(_ADAPTERS)
