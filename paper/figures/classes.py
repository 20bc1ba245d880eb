"""Figure: probability of every class of game, by number of labs and by the terms switched on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, new_figure, panel

SHOWN = 0.02
"""A class that is nowhere more probable than this is counted under 'other'."""

LOOK = {
    "prisoner's dilemma": (VERMILION, ""),
    "deadlock": (PURPLE, "\\\\\\"),
    "stag hunt": (BLUE, "..."),
    "chicken": (ORANGE, "///"),
    "harmony": (SKY, ""),
    "racing assurance": (GREEN, "xxx"),
    "underinvestment dilemma": (GREY, "+++"),
    "other": ("0.85", ""),
}


def draw(dilemma: Mapping[str, Any]) -> Figure:
    """Stacked bars from the record of ``dilemma_class``."""
    by_labs, by_terms = dilemma["classes by labs"], dilemma["classes by terms"]
    names = classes_shown([*by_labs.values(), *by_terms.values()])
    figure = new_figure(2.6)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    _bars(left, [f"{n} labs" for n in by_labs], list(by_labs.values()), names)
    _bars(right, list(by_terms), list(by_terms.values()), names)
    panel(left, "a", "all terms, by number of labs")
    panel(right, "b", "two labs, by terms switched on")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(names), handlelength=1.6, columnspacing=1.4)
    return figure


def classes_shown(probabilities: Sequence[Mapping[str, Mapping[str, float]]]) -> list[str]:
    """Classes with a bar of their own, then 'other' for the rest."""
    often = {name for bar in probabilities for name, p in bar.items() if p["value"] >= SHOWN}
    return [name for name in LOOK if name in often] + ["other"]


def _bars(axes: Axes, rows: list[str], bars: list[Mapping[str, Mapping[str, float]]], names: list[str]) -> None:
    start = [0.0] * len(rows)
    for name in names:
        colour, hatch = LOOK[name]
        wide = [_share(bar, name, names) for bar in bars]
        axes.barh(rows, wide, left=start, color=colour, hatch=hatch, edgecolor="white", height=0.72, label=name)
        for row, (at, width) in enumerate(zip(start, wide, strict=True)):
            if width >= 0.06:
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85}
                axes.text(at + width / 2, row, f"{100 * width:.0f}", ha="center", va="center", fontsize=8, bbox=box)
        start = [at + width for at, width in zip(start, wide, strict=True)]
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_xlabel("probability over calibrated draws (%)")
    axes.tick_params(axis="y", length=0)


def _share(bar: Mapping[str, Mapping[str, float]], name: str, names: list[str]) -> float:
    if name != "other":
        return bar[name]["value"]
    return max(0.0, 1 - sum(bar[shown]["value"] for shown in names if shown != "other"))
