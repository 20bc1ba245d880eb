"""Figure: what restraint needs: fast information, and little noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, light_grid, new_figure, panel

LABS = {"2": (VERMILION, "-", "o"), "3": (BLUE, "--", "s"), "5": (GREEN, ":", "D")}
AUTOMATA = {
    "always_race": (GREY, (0, (1, 1))),
    "grim": (VERMILION, "-"),
    "forgiving_grim": (ORANGE, (0, (5, 1, 1, 1))),
    "tit_for_tat": (BLUE, "--"),
    "win_stay_lose_shift": (PURPLE, (0, (4, 1, 1, 1, 1, 1))),
    "generous_tit_for_tat": (GREEN, ":"),
}


def draw(repeated: Mapping[str, Any]) -> Figure:
    """Share of dilemmas in which restraint can last, by lag; share of racing, by noise."""
    figure = new_figure(2.75)
    left, right = figure.subplots(1, 2)
    _lags(left, repeated["sustainable"])
    _noise(right, repeated["centre"]["automata"])
    panel(left, "a", "how late the answer may come")
    panel(right, "b", "how much noise it bears")
    return figure


def _lags(axes: Axes, sustainable: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    for n, by_lag in sustainable.items():
        colour, dash, marker = LABS.get(n, (BLACK, "-", "o"))
        lags = [float(lag) for lag in by_lag]
        values, low, high = (np.array([100 * e[k] for e in by_lag.values()], float) for k in ("value", "low", "high"))
        axes.plot(lags, values, color=colour, linestyle=dash, marker=marker, markersize=4, label=f"{n} labs")
        axes.fill_between(lags, low, np.minimum(high, 100), color=colour, alpha=0.2, linewidth=0)
    axes.legend(loc="lower left", handlelength=3)
    floor = min(e["low"] for by_lag in sustainable.values() for e in by_lag.values())
    axes.set_ylim(max(0, 10 * np.floor(10 * floor) - 10), 101)
    axes.set_xlim(left=0)
    axes.set_xlabel("lag until a rival's build is seen and answered (years)")
    axes.set_ylabel("dilemmas where restraint can last (%)")
    light_grid(axes, "y")


def _noise(axes: Axes, automata: Mapping[str, Mapping[str, Any]]) -> None:
    ends = {}
    for name, (colour, dash) in AUTOMATA.items():
        if name in automata:
            noise, share = np.array(automata[name]["noise"]), 100 * np.array(automata[name]["racing share"])
            axes.plot(100 * noise[1:], share[1:], color=colour, linestyle=dash)
            ends[name] = share[-1]
    for name, y in _spread(ends, gap=6.5).items():
        axes.annotate(
            name.replace("_", " "),
            (100 * noise[-1], y),
            (4, 0),
            textcoords="offset points",
            va="center",
            color=AUTOMATA[name][0],
            fontsize=8,
            annotation_clip=False,
        )
    axes.set_xscale("log")
    axes.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    axes.set_ylim(0, 102)
    axes.set_xlabel("noise: choices that slip (%, logarithmic)")
    axes.set_ylabel("racing, discounted share (%)")
    light_grid(axes, "y")


def _spread(ends: Mapping[str, float], gap: float) -> dict[str, float]:
    """Heights of labels, moved apart where their lines end close together."""
    placed: dict[str, float] = {}
    lowest = -np.inf
    for name in sorted(ends, key=lambda name: ends[name]):
        lowest = max(ends[name], lowest + gap)
        placed[name] = lowest
    shift = sum(placed[name] - ends[name] for name in placed) / max(len(placed), 1)
    return {name: y - shift for name, y in placed.items()}
