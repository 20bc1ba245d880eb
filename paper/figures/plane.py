"""Figure: where the dilemma is, in the plane of its two chief drivers, and the loss asymmetry by class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from paper.figures.classes import LOOK
from paper.figures.style import math_label, new_figure, panel, spoken

BINS = 9
BINS_A_SIDE = 13
"""Bins of the histogram on either side of a loss asymmetry of one."""

CLASSES = (
    "prisoner's dilemma",
    "deadlock",
    "harmony",
    "underinvestment dilemma",
    "stag hunt",
    "racing assurance",
    "chicken",
)
"""Order of the codes in the record's table."""

Table = Mapping[str, NDArray[Any]]


def chief_drivers(dilemma: Mapping[str, Any]) -> tuple[str, str]:
    """The two parameters with the largest total Sobol index for being a dilemma."""
    totals = {name: index["total"]["value"] for name, index in dilemma["drivers"]["dilemma"].items()}
    first, second, *_ = sorted(totals, key=lambda name: -totals[name])
    return first, second


def draw(
    dilemma: Mapping[str, Any], table: Table, boundary: Table, parameters: Mapping[str, Mapping[str, str]]
) -> Figure:
    """Map of P(dilemma) with the boundary in symbols, and the distribution of lambda by class."""
    figure = new_figure(2.85)
    left, right = figure.subplots(1, 2, width_ratios=(1.08, 1))
    _map(left, figure, table, *chief_drivers(dilemma), parameters)
    _boundary(left, boundary)
    _asymmetry(right, table)
    return figure


def _boundary(axes: Axes, boundary: Table) -> None:
    """Where the smallest of the three differences is zero, with the other parameters at their medians."""
    side = len(np.unique(boundary["x"]))
    x, y, margin = (boundary[name].reshape(side, side) for name in ("x", "y", "margin"))
    if margin.min() < 0 < margin.max():
        axes.contour(x, y, margin, levels=[0], colors="black", linewidths=3.2)
        axes.contour(x, y, margin, levels=[0], colors="white", linewidths=1.8, linestyles="dashed")


def _map(axes: Axes, figure: Figure, table: Table, x: str, y: str, parameters: Mapping[str, Mapping[str, str]]) -> None:
    flags = table["class"] == CLASSES.index("prisoner's dilemma")
    edges = [np.quantile(table[name], np.linspace(0, 1, BINS + 1)) for name in (x, y)]
    hits, *_ = np.histogram2d(table[x][flags], table[y][flags], bins=edges)
    every, *_ = np.histogram2d(table[x], table[y], bins=edges)
    share = 100 * hits / np.maximum(every, 1)
    mesh = axes.pcolormesh(*edges, share.T, cmap="cividis", vmin=0, vmax=100, edgecolors="white", linewidth=0.2)
    for name, setter in ((x, axes.set_xlabel), (y, axes.set_ylabel)):
        setter(f"{spoken(name)} {math_label(parameters[name]['symbol'])} ({_unit(parameters[name]['unit'])})")
    for scale, cuts in ((axes.set_xscale, edges[0]), (axes.set_yscale, edges[1])):
        if _even_in_logs(cuts):
            scale("log")
    for axis, ends in ((axes.xaxis, edges[0]), (axes.yaxis, edges[1])):
        if axis.get_scale() == "log":
            ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if 0.98 * ends[0] <= t <= ends[-1]]
            axis.set_ticks(ticks, [f"{t:g}" for t in ticks])
            axis.set_ticks([], minor=True)
    axes.set_xlim(edges[0][0], edges[0][-1])
    axes.set_ylim(edges[1][0], edges[1][-1])
    figure.colorbar(mesh, ax=axes, label="P(prisoner's dilemma), %", pad=0.02, aspect=30)
    panel(axes, "a", "where the dilemma is")


def _even_in_logs(cuts: NDArray[np.float64]) -> bool:
    """Whether quantiles lie more evenly on a logarithmic scale: their middle is nearer to the ends' geometric mean."""
    low, middle, high = cuts[0], np.median(cuts), cuts[-1]
    return bool(low > 0 and abs(middle - (low * high) ** 0.5) < abs(middle - (low + high) / 2))


def _unit(unit: str) -> str:
    return "no unit" if unit in ("", "1") else unit.replace("$", r"\$")


def _asymmetry(axes: Axes, table: Table) -> None:
    ends = 2.5
    with np.errstate(divide="ignore"):
        logs = np.clip(np.log10(table["lambda"]), -ends, ends)
    smallest = np.finfo(float).tiny  # the side of one is known exactly, from P - S; the size is an average over states
    logs = np.where(table["P - S"] > 0, np.maximum(logs, 0), np.minimum(logs, -smallest))
    edges = np.arange(-BINS_A_SIDE, BINS_A_SIDE + 1) * (ends / BINS_A_SIDE)  # one of them is zero, lambda = 1
    share = 100 / len(logs)
    present = [name for name in LOOK if name in CLASSES and (table["class"] == CLASSES.index(name)).mean() > 0.02]
    base = np.zeros(len(edges) - 1)
    for name in present:
        count, _ = np.histogram(logs[table["class"] == CLASSES.index(name)], edges)
        colour, hatch = LOOK[name]
        widths = np.diff(edges)
        axes.bar(
            edges[:-1],
            count * share,
            widths,
            base,
            align="edge",
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.3,
            label=name,
        )
        base = base + count * share
    axes.vlines(0, 0, 1.04 * base.max(), color="black", linewidth=0.9, linestyle="--")
    axes.set_xticks([-2, -1, 0, 1, 2], ["1/100", "1/10", "1", "10", "100"])
    axes.set_xlabel(r"loss asymmetry $\lambda$ (no unit, logarithmic)")
    axes.set_ylabel("share of draws per bin (%)")
    axes.legend(loc="upper right", handlelength=1.4, labelspacing=0.3)
    axes.set_ylim(0, 1.38 * base.max())
    panel(axes, "b", "loss asymmetry, by class")
