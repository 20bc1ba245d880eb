"""Figure: what each builder commissions in equilibrium, for joint profit, and for welfare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLUE, GREEN, VERMILION, light_grid, new_figure, panel

LOOK = {
    "Nash": ("o", VERMILION, "race (Nash)"),
    "joint": ("s", BLUE, "joint profit"),
    "welfare": ("D", GREEN, "welfare"),
}


def draw(race: Mapping[str, Any]) -> Figure:
    """Dumbbells: medians, with lines from the 5th to the 95th percentile of the draws."""
    figure = new_figure(2.9)
    left, right = figure.subplots(1, 2, width_ratios=(2.3, 1))
    gigawatts = race["GW"]
    builders = [name for name in gigawatts["Nash"] if name != "total"]
    for axes, rows in ((left, builders), (right, ["total"])):
        _dumbbells(axes, gigawatts, rows)
        axes.set_xlabel("build of one vintage (GW)")
        axes.set_xlim(left=0)
        light_grid(axes, "x")
    _label_marks(right, gigawatts)
    panel(left, "a", "each builder")
    panel(right, "b", "all builders together")
    right.set_yticks([])
    return figure


def _dumbbells(axes: Axes, gigawatts: Mapping[str, Any], rows: list[str]) -> None:
    for offset, (title, (marker, colour, _)) in zip((-0.24, 0.0, 0.24), LOOK.items(), strict=True):
        y = np.arange(len(rows)) + offset
        spread = np.array([[gigawatts[title][row][q] for q in ("0.05", "0.5", "0.95")] for row in rows], float)
        low, middle, high = spread.T  # a missing number becomes NaN and draws nothing
        axes.hlines(y, low, high, color=colour, linewidth=1.1)
        axes.plot(middle, y, marker, color=colour, markeredgecolor="white", markeredgewidth=0.5, markersize=6)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)


def _label_marks(axes: Axes, gigawatts: Mapping[str, Any]) -> None:
    for offset, (title, (_, colour, label)) in zip((-0.24, 0.0, 0.24), LOOK.items(), strict=True):
        middle = gigawatts[title]["total"]["0.5"]
        text = f"{label}: {'not known' if middle is None else f'{middle:.2g} GW'}"
        axes.text(0.04, offset - 0.07, text, color=colour, fontsize=8.5, transform=axes.get_yaxis_transform())
