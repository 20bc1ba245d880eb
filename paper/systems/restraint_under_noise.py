"""Restraint when the total is seen late and with noise: how fast it goes, and what verification is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLUE, VERMILION, light_grid, new_figure, panel
from paper.formats import interval, listed, number, percent, percent_interval
from paper.systems.section import Section

STUDY = "restraint_under_noise"

Numbers = Mapping[str, Any]


def write(numbers: Numbers) -> Section:
    """Section of restraint under noise."""
    return Section(
        system="S13",
        heading="Restraint under noise",
        model="lab-dilemma",
        card={
            "Players": "Like labs, two unless said otherwise.",
            "Choices": "GW to build, every year again.",
            "Timing": "A year's total is seen by all, with a relative error and after a lag.",
            "Equilibrium": "The best trigger on the total: amount, threshold, and length of the race after an alarm.",
        },
        payoff=None,
        payoff_in_words="The discounted sum of what a lab earns in a year, the payoff of S1 with a continuous amount.",
        paragraphs=(_centre(numbers), _drawn(numbers), _policies(numbers), _caveats(numbers)),
        caption="Two labs at the calibrated centre. (a) Share of the gain from holding back that the best trigger "
        "keeps, by discount factor from one answer to the next and by the standard deviation of the relative error "
        "with which the total is seen. (b) The same by noise, for a lag of one and of three years, with more labs.",
        alt="Map of sustainable restraint over discount factor and noise, and curves for two, three and five labs",
        cites=("abreu1986", "abreu1991", "green1984"),
    )


def _centre(numbers: Numbers) -> str:
    two = numbers["centre"]["2"]
    late = two["late"]
    start = (
        f"At the centre two labs build {number(two['equilibrium'])} GW a year each and would gain US$ "
        f"{number(two['gain'])} bn each by building {number(two['joint optimum'])}; they overspend US$ "
        f"{number(two['excess'])} bn a year together. "
    )
    parts = [
        f"{_keeps(two['noise'], found['kept'], numbers['reference noise'])} if it is seen after {name}"
        for name, found in late.items()
    ]
    ends = [f"{percent(found['critical noise'])} after {name}" for name, found in late.items()]
    by_labs = [each["late"]["three years"]["critical noise"] for each in numbers["centre"].values()]
    others = [f"{percent(e)} with {_labs(n)} labs" for n, e in zip(numbers["centre"], by_labs, strict=True) if n != "2"]
    reason = (
        ": the more labs, the less one lab's deviation shows in the total" if by_labs == sorted(by_labs)[::-1] else ""
    )
    return (
        f"{start}With the total seen exactly after a year, {percent(late['one year']['kept'][0])} of that gain lasts. "
        f"With an error the best trigger keeps {listed(parts)}. Restraint does not fade to nothing, it breaks: no "
        f"trigger keeps any beyond an error of {listed(ends)}. After three years that limit is "
        f"{listed(others)}{reason}."
    )


def _keeps(noise: list[float], kept: list[float], reference: float) -> str:
    """What lasts at half the reference noise, at it, and at twice it."""
    shown = [
        f"{percent(k) if k > 0 else 'nothing'} at {percent(e)}"
        for e, k in zip(noise, kept, strict=True)
        if any(abs(e - multiple * reference) < 1e-9 for multiple in (0.5, 1, 2))
    ]
    return ", ".join(shown)


def _labs(n: str) -> str:
    return {"3": "three", "5": "five"}.get(n, n)


def _drawn(numbers: Numbers) -> str:
    cells = numbers["drawn"]["three years"]
    noise = f"{numbers['reference noise']:g}"
    twice = f"{2 * numbers['reference noise']:g}"
    if cells[noise]["kept"] is None:
        return "Too few draws overbuild to say more."
    return (
        f"Over the priors, two labs overbuild in {percent_interval(numbers['P(overbuilds)'])} of the draws, by US$ "
        f"{interval(numbers['excess'])} bn a year on average. With a lag of three years and an error of "
        f"{percent(noise)} "
        f"they keep {percent_interval(cells[noise]['kept'])} of the gain from restraint and overspend US$ "
        f"{interval(cells[noise]['overspent'])} bn; at {percent(twice)} they keep "
        f"{percent_interval(cells[twice]['kept'])}, overspend US$ {interval(cells[twice]['overspent'])} bn, and "
        f"sustain any restraint in {percent_interval(cells[twice]['P(some)'])} of the draws."
    )


def _policies(numbers: Numbers) -> str:
    found = numbers["policies"]
    plain = found["as it is"]
    gains = {name: each["worth"] - plain["worth"] for name, each in found.items() if name != "as it is"}
    looking = (
        f"Verification that halves the error is worth US$ {number(gains['half the noise'])} bn per lab and year, an "
        f"answer after one year instead of three US$ {number(gains['seen after one year'])} bn, both US$ "
        f"{number(gains['both'])} bn, perfect sight US$ {number(gains['no noise'])} bn"
    )
    more = "more" if gains["half the noise"] > gains["seen after one year"] else "less"
    alone = found["tax"]["worth without restraint"]
    tax = (
        "adds less than it would in a race without restraint, because it also softens the race that punishes"
        if gains["tax"] < alone
        else "adds at least as much as in a race without restraint"
    )
    verb = "adds" if gains["fine above the cap"] >= 0 else "takes"
    return (
        f"From an error of {percent(numbers['reference noise'])}, three years late: {looking}; clearer sight is worth "
        f"{more} than faster sight. A tax on every GW, given back in equal parts, would be worth US$ "
        f"{number(alone)} bn to labs that never hold back; to labs that do it is worth US$ "
        f"{number(gains['tax'])} bn: it {tax}. A fine of the same size on GW beyond an agreed cap "
        f"{verb} US$ {number(abs(gains['fine above the cap']))} bn."
    )


def _caveats(numbers: Numbers) -> str:
    kept, bound = (np.array(numbers["map"][name]) for name in ("kept", "bound"))
    gap = float(np.max(bound - kept))
    return (
        "Only the total is seen, so nobody knows who deviated and punishments hit all alike, also when an error sets "
        "them off. Punishments harsher than the race itself, with a reward for bearing them, would add up to "
        f"{percent(gap)} of the gain (the largest difference in the map), by an agreement harder to "
        "keep in step. Each year's vintage is "
        "taken to have a prize of its own, and no fact says how well a rival's spending is seen: noise is swept."
    )


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Map of sustainable restraint, and curves by number of labs."""
    figure = new_figure(2.9)
    left, right = figure.subplots(1, 2)
    _map(figure, left, numbers["map"])
    _curves(right, numbers["centre"])
    panel(left, "a", "share of the gain kept (%)")
    panel(right, "b", "with more labs, and later")
    return figure


def _map(figure: Figure, axes: Axes, found: Mapping[str, Any]) -> None:
    factors, noise = np.array(found["factors"]), 100 * np.array(found["noise"])
    kept = 100 * np.array(found["kept"])
    levels = [0.5, 20, 40, 60, 80, 90, 95, 100.001]
    axes.contourf(factors, noise, kept, levels=levels, cmap="Blues", vmin=-30, vmax=125)
    lines = axes.contour(factors, noise, kept, levels=levels[:-1], colors="black", linewidths=0.6)
    axes.clabel(lines, levels=[40, 60, 80, 90, 95], fmt="%g", fontsize=8)
    axes.text(0.34, 0.8 * noise.max(), "no restraint", fontsize=8.5)
    axes.set_xlabel("discount factor between answers (no unit)")
    axes.set_ylabel("error of the total seen (%, s.d.)")


def _curves(axes: Axes, centre: Mapping[str, Mapping[str, Any]]) -> None:
    for n, dash, marker in (("2", "-", "o"), ("3", "--", "s"), ("5", ":", "D")):
        for late, colour in (("one year", BLUE), ("three years", VERMILION)):
            each = centre[n]
            noise, kept = 100 * np.array(each["noise"]), 100 * np.array(each["late"][late]["kept"])
            axes.plot(noise, kept, dash, color=colour, marker=marker, markersize=3.5, label=f"{n} labs, {late}")
    axes.set_ylim(-2, 102)
    most = max(100 * max(each["noise"]) for each in centre.values())
    axes.set_xlim(0, 1.45 * most)  # room for the legend beside the curves
    axes.set_xticks(np.arange(0, most + 1, 10))
    axes.set_xlabel("error of the total seen (%, s.d.)")
    axes.set_ylabel("gain kept (%)")
    axes.legend(loc="upper right", fontsize=8, handlelength=2.5)
    light_grid(axes, "y")
