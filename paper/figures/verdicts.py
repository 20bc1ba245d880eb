"""The claims at a glance: how probable each is, by case and reading, and what would decide it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.claims import RARE, SURE
from paper.claim_texts import CLAIMS
from paper.claims import REJECTED, SUPPORTED, ruling, verdict_of
from paper.figures.style import BLACK, BLUE, GREY, VERMILION, light_grid, new_figure

_LOOKS = {SUPPORTED: (BLUE, BLUE), REJECTED: (VERMILION, "white")}
"""Edge and face of a mark by what the case comes to; grey if it is open."""

Found = Mapping[str, Any]


def draw(claims: Mapping[int, Found]) -> Figure:
    """Draw the claims that studies judge by probabilities.

    Parameters
    ----------
    claims
        What the records say of claims, by number; a claim that is judged otherwise is only named.
    """
    figure = new_figure(5.2)
    axes = figure.subplots()
    axes.axvspan(-2, 100 * RARE, color="0.93", linewidth=0)
    axes.axvspan(100 * SURE, 102, color="0.93", linewidth=0)
    for row, number in enumerate(CLAIMS):
        axes.axhline(row + 0.5, color="0.88", linewidth=0.5)
        if number in claims:
            _row(axes, row, claims[number])
        else:
            axes.text(50, row, "judged by its sources, not by a probability", color="0.35", ha="center", va="center")
    axes.set_yticks(range(len(CLAIMS)), [textwrap.fill(f"{n}. {text}", 42) for n, text in CLAIMS.items()])
    right = axes.secondary_yaxis("right")
    words = [verdict_of(claims[n])[0] if n in claims else "" for n in CLAIMS]
    right.set_yticks(range(len(CLAIMS)), [textwrap.fill(word, 20) for word in words])
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)
    axes.set_xlim(-2, 102)
    axes.set_ylim(len(CLAIMS) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("probability over the draws (%)")
    light_grid(axes, "x")
    axes.legend(
        handles=_legend(), loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, fontsize=8, handletextpad=0.2
    )
    return figure


def _row(axes: Axes, row: int, found: Found) -> None:
    """Cases side by side within the row, then what decides the claim, if anything does, at its foot."""
    cases = list(found["cases"].values())
    for shift, case in zip(np.linspace(-0.3, 0.1, len(cases)) if len(cases) > 1 else [-0.1], cases, strict=True):
        if case["together"] is None:
            continue
        edge, face = _LOOKS.get(ruling(case), (GREY, GREY))
        _mark(axes, row + shift, case["together"], "o", edge, face)
        if case["condition"] and not found["readings"]:
            _mark(axes, row + 0.3, case["condition"]["holds"], "^", BLUE, BLUE)
    if found["every case"]["condition"]:
        _mark(axes, row + 0.3, found["every case"]["condition"]["holds"], "^", BLUE, BLUE)
    if found["ruled out"]:
        fails = found["ruled out"]["holds"]
        holds = {"value": 1 - fails["value"], "low": 1 - fails["high"], "high": 1 - fails["low"]}
        _mark(axes, row + 0.3, holds, "v", VERMILION, "white")


def _mark(axes: Axes, height: float, estimate: Found, marker: str, edge: str, face: str) -> None:
    axes.hlines(height, 100 * estimate["low"], 100 * estimate["high"], color=edge, linewidth=1)
    axes.plot(100 * estimate["value"], height, marker, markeredgecolor=edge, markerfacecolor=face, markersize=4.2)


def _legend() -> list[Line2D]:
    looks = {
        "supported": ("o", BLUE, BLUE),
        "open": ("o", GREY, GREY),
        "not supported": ("o", VERMILION, "white"),
        "if bounds are met": ("^", BLACK, "white"),
    }
    return [
        Line2D([], [], ls="none", marker=marker, markeredgecolor=edge, markerfacecolor=face, markersize=4.2, label=name)
        for name, (marker, edge, face) in looks.items()
    ]
