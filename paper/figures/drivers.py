"""Figure: what drives the dilemma: Sobol indices, and a tornado of its probability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLUE, VERMILION, light_grid, math_label, new_figure, panel, spoken

SHOWN = 0.02
"""A parameter whose total index is below this is left out."""

Indices = Mapping[str, Mapping[str, Mapping[str, float]]]


def draw(dilemma: Mapping[str, Any], parameters: Mapping[str, Mapping[str, str]]) -> Figure:
    """Two panels with one order of parameters: that of the dilemma."""
    drivers = dilemma["drivers"]
    names = drivers_shown(drivers)
    labels = [f"{spoken(name)}  {math_label(parameters[name]['symbol'])}" for name in names]
    figure = new_figure(0.9 + 0.185 * len(names))
    left, right = figure.subplots(1, 2, sharey=True)
    _indices(left, drivers["dilemma"], names)
    _tornado(right, dilemma["tornado"], names, dilemma["classes"]["prisoner's dilemma"]["value"])
    left.set_yticks(range(len(names)), labels)
    left.invert_yaxis()
    panel(left, "a", "share of the variance")
    panel(right, "b", "one parameter held")
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), handletextpad=0.3)
    return figure


def drivers_shown(drivers: Mapping[str, Indices]) -> list[str]:
    """Parameters worth a row, in the order of their total index for the dilemma."""
    return [name for name, index in drivers["dilemma"].items() if index["total"]["value"] >= SHOWN]


def drivers_hidden(drivers: Mapping[str, Indices]) -> list[str]:
    """Parameters without a row, by the names that readers see."""
    shown = drivers_shown(drivers)
    return sorted(spoken(name) for name in drivers["dilemma"] if name not in shown)


def _tornado(axes: Axes, held: Mapping[str, Any], names: list[str], middle: float) -> None:
    """P(dilemma) at the ends of one parameter at a time."""
    rows = np.arange(len(names))
    low, high = (np.array([100 * held[name][end]["value"] for name in names]) for end in ("low", "high"))
    axes.barh(rows, high - low, left=low, color=BLUE, alpha=0.55, edgecolor="white", height=0.5)
    axes.plot(low, rows, "o", color="white", markeredgecolor="black", markersize=4.2, label="5th percentile")
    axes.plot(high, rows, "o", color=BLUE, markeredgecolor="black", markersize=4.2, label="95th percentile")
    axes.axvline(100 * middle, color="black", linewidth=0.8)
    axes.set_xlabel("P(prisoner's dilemma), %")
    axes.tick_params(axis="y", length=0)
    both = np.concatenate([low, high])
    axes.set_xlim(both.min() - 4, both.max() + 4)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, handletextpad=0.3)
    light_grid(axes, "x")


def _indices(axes: Axes, indices: Indices, names: list[str]) -> None:
    rows = np.arange(len(names))
    total = np.array([[indices[name]["total"][k] for k in ("value", "low", "high")] for name in names]).reshape(-1, 3)
    first = [indices[name]["first"]["value"] for name in names]
    axes.barh(rows, total[:, 0], color=VERMILION, alpha=0.75, edgecolor="white", height=0.66)
    errors = np.maximum(0, [total[:, 0] - total[:, 1], total[:, 2] - total[:, 0]])
    axes.errorbar(total[:, 0], rows, xerr=errors, fmt="none", ecolor="black", elinewidth=0.8, capsize=1.8)
    axes.plot(first, rows, "o", color="white", markeredgecolor="black", markersize=3.8, label="first-order index")
    axes.axvline(0, color="black", linewidth=0.6)
    axes.set_xlabel("total Sobol index (share of variance, no unit)")
    axes.tick_params(axis="y", length=0)
    light_grid(axes, "x")
