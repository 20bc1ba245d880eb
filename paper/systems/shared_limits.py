"""S2 under limits: what a scarce GW is worth, who gets it, and who gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLUE, GREEN, GREY, VERMILION, light_grid, new_figure, panel
from paper.formats import number, percent, percent_interval, spread
from paper.systems.section import Section

STUDY = "shared_limits"

Numbers = Mapping[str, Any]


def write(numbers: Numbers) -> Section:
    """Section on shared limits."""
    return Section(
        system="S2",
        heading="The race under limits, and what a scarce GW is worth",
        model="compute-race",
        card={
            "Players": "The five builders of S2.",
            "Choices": "GW to commission, one vintage, all of them together within a limit.",
            "Timing": "As in S2; the limit is known.",
            "Equilibrium": "Variational equilibrium: one shadow price for all, certified by global best replies at it.",
        },
        payoff=None,
        payoff_in_words="That of S2, each builder at most what the others leave of the limit.",
        paragraphs=(_price(numbers), _who(numbers), _gain(numbers)),
        caption="The race when chips and power allow only a share of what it would build. (a) Shadow price of a GW "
        "over its cost. (b) What builders together, and society, gain by the limit. Marks: medians over the draws; "
        "bars: quartiles.",
        alt="Shadow price, profit and welfare by the share of the free build that is allowed",
        cites=("rosen1965",),
    )


def _price(numbers: Numbers) -> str:
    levels = numbers["limits"]
    loose, tight = next(iter(levels)), list(levels)[-1]
    share = numbers["share of power"]
    return (
        "Chips and power are limited, and the limit binds all at once. If only "
        f"{percent(float(loose))} of the free build can be made, the next GW is worth US$ "
        f"{spread(levels[loose]['price'])} bn beyond its cost to any builder; if {percent(float(tight))}, US$ "
        f"{spread(levels[tight]['price'])} bn, or {number(levels[tight]['price over cost']['0.5'], 2)} times its cost "
        "in the median draw. This is what a seller of scarce chips could charge on top. The projected growth of the "
        f"power of all data centres comes to {number(numbers['power GW a year'])} GW a year; the race of these five "
        f"alone would take {percent(share['0.5'])} of it in the median draw ({percent(share['0.05'])} to "
        f"{percent(share['0.95'])})."
    )


def _who(numbers: Numbers) -> str:
    tight = list(numbers["limits"])[-1]
    level = numbers["limits"][tight]
    moved = {name: e["0.5"] for name, e in level["share moved"].items()}
    gains, loses = max(moved, key=lambda n: moved[n]), min(moved, key=lambda n: moved[n])
    out = max(e["value"] for e in level["P(out)"].values())
    return (
        f"Scarcity at one price for all levels the field: with {percent(float(tight))} of the free build, {loses} "
        f"gives up most of its share ({number(100 * moved[loses], 2)} points in the median draw) and {gains} gains "
        f"most ({number(100 * moved[gains], 2)} points). "
        + (
            "Nobody drops out in any draw: in a contest of this kind the first GW is always worth having."
            if out == 0
            else f"A builder drops out in up to {percent(out)} of the draws."
        )
    )


def _gain(numbers: Numbers) -> str:
    levels = numbers["limits"]
    half = min(levels, key=lambda level: abs(float(level) - 0.5))
    profit, welfare = levels[half]["P(profit rises)"], levels[half]["P(welfare rises)"]
    words = "a ceiling that none of them would choose alone" if profit["low"] > 0.5 else "no gift to them"
    return (
        f"For the builders the shortage is {words}: with {percent(float(half))} of the free build their joint profit "
        f"rises in {percent_interval(profit)} of the draws, by US$ {spread(levels[half]['profit gain'])} bn, before "
        "what the sellers of chips take of it. Welfare, users and outsiders included, rises in "
        f"{percent_interval(welfare)}."
    )


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Shadow price, and gains of profit and welfare, by limit."""
    figure = new_figure(2.2)
    left, right = figure.subplots(1, 2)
    limits = numbers["limits"]
    shares = [100 * float(level) for level in limits]
    _series(left, shares, [_percent(e["price over cost"]) for e in limits.values()], VERMILION, "o", "")
    left.set_ylabel("shadow price (% of cost)")
    left.set_ylim(bottom=0)
    right.axhline(0, color=GREY, linewidth=0.8)
    _series(right, shares, [e["profit gain"] for e in limits.values()], BLUE, "s", "joint profit")
    _series(right, [s + 2 for s in shares], [e["welfare gain"] for e in limits.values()], GREEN, "^", "welfare")
    right.set_ylabel("gain by the limit (US$ bn)")
    right.legend(loc="best")
    for axes in (left, right):
        axes.set_xlabel("limit (% of the free build)")
        axes.invert_xaxis()
    panel(left, "a", "what a GW is worth")
    panel(right, "b", "who gains")
    return figure


def _percent(e: Mapping[str, float]) -> dict[str, float]:
    return {q: 100 * v for q, v in e.items()}


def _series(
    axes: Axes, x: list[float], rows: Sequence[Mapping[str, float]], colour: str, marker: str, label: str
) -> None:
    for place, e in zip(x, rows, strict=True):
        axes.vlines(place, e["0.25"], e["0.75"], color=colour, linewidth=2.4, alpha=0.5)
    axes.plot(
        x, [e["0.5"] for e in rows], color=colour, marker=marker, markersize=4.5, linewidth=0.9, label=label or None
    )
    light_grid(axes, "y")
