"""Figure: the distribution of hindsight losses of each builder, overspending against underinvesting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from paper.figures.style import BLUE, VERMILION, light_grid, new_figure

LOOK = {"overspend": (VERMILION, "-", "v"), "underinvest": (BLUE, "--", "^")}


def draw(race: Mapping[str, Any], table: Mapping[str, NDArray[Any]]) -> Figure:
    """Exceedance curves: how often a loss is larger than x; the mean of the worst twentieth as a mark."""
    builders = list(race["split"])
    figure = new_figure(2.35)
    panels = figure.subplots(1, len(builders), sharey=True, sharex=True, squeeze=False)[0]
    for axes, name in zip(panels, builders, strict=True):
        for title, (colour, dash, marker) in LOOK.items():
            _curve(
                axes, table[f"{title}, {name}"], race["split"][name][f"CVaR95[{title}]"]["value"], colour, dash, marker
            )
        axes.set_title(name, loc="center", fontsize=9)
        light_grid(axes, "y")
    panels[0].set_ylabel("larger losses (% of states)")
    figure.supxlabel(r"hindsight loss of one vintage (US\$ bn, logarithmic)", fontsize=9)
    handles = [
        panels[0].plot([], [], color=c, linestyle=d, marker=m, markersize=5, label=f"{title} (mark: mean of worst 5%)")[
            0
        ]
        for title, (c, d, m) in LOOK.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    return figure


def _curve(axes: Axes, losses: NDArray[Any], tail: float, colour: str, dash: str, marker: str) -> None:
    grid = np.geomspace(0.1, 1000, 200)
    ordered = np.sort(np.asarray(losses, float))
    share = 100 * (1 - np.searchsorted(ordered, grid, side="right") / len(ordered))
    axes.plot(grid, share, color=colour, linestyle=dash)
    if tail > grid[0]:
        axes.plot(
            [tail],
            [np.interp(tail, grid, share)],
            marker,
            color=colour,
            markersize=5,
            markeredgecolor="white",
            markeredgewidth=0.4,
        )
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    axes.set_xlim(0.1, 1000)
    axes.set_yscale("log")
    axes.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    axes.set_ylim(0.1, 100)
