"""Figure: which term carries the build, and what more rivals do to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLACK, BLUE, GREY, VERMILION, light_grid, new_figure, panel


def draw(race: Mapping[str, Any]) -> Figure:
    """Bars by term (median and percentiles over the draws); lines by number of builders (calibrated centre)."""
    figure = new_figure(2.45)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _terms(left, race["terms"])
    _rivals(right, race["rivals"])
    panel(left, "a", "terms switched on")
    panel(right, "b", "number of builders (central values)")
    return figure


def _terms(axes: Axes, terms: Mapping[str, Mapping[str, float]]) -> None:
    names = list(terms)
    base = terms[names[0]]["0.5"]
    for row, name in enumerate(names):
        spread = terms[name]
        outer = row in (0, len(names) - 1)
        colour, hatch = (GREY, "") if row == 0 else (VERMILION, "") if outer else (BLUE, "///")
        axes.barh(row, spread["0.5"], color=colour, hatch=hatch, edgecolor="white", height=0.6, alpha=0.8)
        axes.hlines(row, spread["0.05"], spread["0.95"], color=BLACK, linewidth=0.8)
        axes.hlines(row, spread["0.25"], spread["0.75"], color=BLACK, linewidth=2.4)
        label = f" {spread['0.5']:.2f}" + (f" ({spread['0.5'] - base:+.2f})" if row else "")
        axes.text(spread["0.95"], row, label, va="center", ha="left", fontsize=8.5)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.28 * max(spread["0.95"] for spread in terms.values()))
    axes.set_xlabel("total build in equilibrium (GW)")
    axes.tick_params(axis="y", length=0)
    light_grid(axes, "x")


def _rivals(axes: Axes, rivals: Mapping[str, Mapping[str, float]]) -> None:
    counts = [int(n) for n in rivals]
    for key, colour, dash, marker, label in (
        ("total GW", VERMILION, "-", "o", "race (Nash)"),
        ("joint GW", BLUE, "--", "s", "joint profit"),
    ):
        values = [rivals[str(n)][key] for n in counts]
        axes.plot(counts, values, color=colour, linestyle=dash, marker=marker, markersize=4)
        rising = values[-1] >= values[len(values) // 2]
        axes.annotate(
            label,
            (counts[-1], values[-1]),
            (0, 7 if rising else -7),  # on the side from which the line does not come
            textcoords="offset points",
            ha="right",
            va="bottom" if rising else "top",
            color=colour,
            fontsize=8.5,
        )
    axes.set_xticks(counts)
    axes.set_ylim(0, 1.2 * max(table["total GW"] for table in rivals.values()))
    axes.set_xlabel("number of builders (no unit)")
    axes.set_ylabel("total build (GW)")
    light_grid(axes, "y")
