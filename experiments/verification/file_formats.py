"""Adapters: games as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.registry import adapter
from theory import Game
from theory.game import Array
from theory.nfg import from_gam, to_gam

_PAYOFFS: Mapping[str, Callable[[int, Array], Array]] = {
    "player i gets 8*i + (a0 + 2*a1 + 4*a2)": lambda i, a: 8 * i + np.tensordot([1, 2, 4], a, axes=1)
}
"""Payoffs that the case states in words, by player and actions."""


@adapter("gam-format")
def _write(question: Question) -> dict[str, Any]:
    sizes, payoff = question.inputs["nums_actions"], _PAYOFFS[question.inputs["payoffs"]]
    return {"text": to_gam(Game([payoff(i, np.indices(sizes)) for i in range(len(sizes))]))}


@adapter("gam-read")
def _read(question: Question) -> dict[str, Any]:
    row, column = from_gam(question.inputs["text"]).bimatrix()
    return {"A": row, "B": column}
