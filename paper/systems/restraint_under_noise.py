"""S13 under noise: how much restraint survives when rivals' compute is seen badly and late, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from paper.figures.style import BLACK, BLUE, GREY, VERMILION, light_grid, new_figure, panel
from paper.formats import number, percent, percent_interval, spread, trimmed
from paper.systems.section import Section

STUDY = "restraint_under_noise"

Numbers = Mapping[str, Any]


def write(numbers: Numbers) -> Section:
    """Section on restraint under noise."""
    return Section(
        system="S13",
        heading="Restraint under noise",
        model="lab-dilemma",
        card={
            "Players": "Two identical labs.",
            "Choices": "GW each year, from last year's build upwards.",
            "Timing": "Year after year; the total is seen with a proportional error and answered after a delay.",
            "Equilibrium": "Perfect public: trigger strategies with the best threshold and length, certified against "
            "all deviations tried; beside them the bound on every strongly symmetric equilibrium.",
        },
        payoff=None,
        paragraphs=(_noise(numbers), _delay(numbers), _worth(numbers), _limits(numbers)),
        caption="What noise leaves of restraint. (a) Share of the gain from joint restraint that trigger strategies "
        "keep at the calibrated centre, by discount factor between a build and the answer to it, and by the error with "
        "which the total is seen; dashed: where no strongly symmetric equilibrium can keep half. Lines across: the "
        "errors of published spending and of GW inferred from it. (b) The same over the draws, answered after a year, "
        "each draw with its own discount rate: medians, quartiles, and the 5th and 95th percentile.",
        alt="Map of the restraint that lasts over discount factor and noise, and its spread over the draws by noise",
        cites=("green1984", "abreu1991", "ellison1994"),
    )


def _noise(numbers: Numbers) -> str:
    centre, inferred, published = numbers["centre"], numbers["inferred error"], numbers["published error"]
    none = centre["policies"]["none"]
    half, gone = centre["half lost at"], centre["all lost at"]
    fate = (
        f"half of it is lost at an error of {percent(half)}, and all of it at {percent(gone)}"
        if half is not None and gone is not None
        else "no error on the map destroys all of it"
    )
    return (
        "Punishment must be set off by a noisy total, and is then set off by mistake. At the calibrated centre two "
        f"labs that hold to last year's build gain US$ {number(centre['gain'])} bn a vintage over the race. Answered "
        f"after a year, {fate}. Spending is published to {percent(published)}, but what it buys is not: the AI "
        f"share and the cost of a GW leave an error of {percent(inferred)}. With that error {percent(none['kept'])} "
        f"of the gain is kept, alarms are false once in {number(1 / none['alarm'], 2)} years, and the expected "
        f"spending beyond restraint is US$ {number(none['overspend'])} bn a year, against "
        f"{number(centre['race overspend'])} in the race."
    )


def _delay(numbers: Numbers) -> str:
    delays, noise = numbers["delay"], numbers["noise"]
    first, last = next(iter(delays)), list(delays)[-1]
    best, worst = next(iter(noise)), list(noise)[-1]
    lost = delays[first]["0.5"] - delays[last]["0.5"]
    spoiled = noise[best]["mean kept"]["value"] - noise[worst]["mean kept"]["value"]
    comparison = "Noise does more harm than delay" if spoiled > lost else "Delay does more harm than noise"
    return (
        f"{comparison} over the ranges tried. In the median draw the share kept at that error falls from "
        f"{percent(delays[first]['0.5'])} if labs answer after {trimmed(float(first))} years to "
        f"{percent(delays[last]['0.5'])} after {trimmed(float(last))}; answered after a year, the mean share falls "
        f"from {percent(noise[best]['mean kept']['value'])} at an error of {percent(float(best))} to "
        f"{percent(noise[worst]['mean kept']['value'])} at {percent(float(worst))}, where no restraint at all lasts in "
        f"{percent_interval(noise[worst]['P(none)'])} of the draws. Expected spending beyond restraint is then US$ "
        f"{spread(noise[worst]['overspend'])} bn a year."
    )


def _worth(numbers: Numbers) -> str:
    cases = numbers["centre"]["policies"]
    full, half, soon = (cases[name] for name in ("full verification", "error halved", "seen after a quarter"))
    fine, tax = _strongest(cases, "fine"), _strongest(cases, "tax")
    better = "is worth more than" if full["worth"] > soon["worth"] else "is worth no more than"
    return (
        "Verification that shows GW as well as spending is published would be worth US$ "
        f"{number(full['worth'])} bn a vintage to the two labs; halving the error, US$ {number(half['worth'])} bn. "
        f"Seeing better {better} seeing sooner: an answer after a quarter of a year adds US$ {number(soon['worth'])} "
        f"bn. An expected fine of {percent(float(fine[0]))} of the cost of each GW beyond the agreed build "
        f"{_changes(fine[1]['worth'])}, and a tax of as much on every GW, refunded to all alike, "
        f"{_changes(tax[1]['worth'])}: money that makes cheating dear does what punishment need then not do."
    )


def _limits(numbers: Numbers) -> str:
    cases = numbers["centre"]["policies"]
    lengths = {name.split()[-1]: case for name, case in cases.items() if name.startswith("punishment")}
    vain = [length for length, case in lengths.items() if case["kept"] <= 0]
    words = (
        f"If the race after an alarm must end within {trimmed(float(vain[-1]))} years, nothing is sustained; "
        if vain
        else "Even the shortest race after an alarm sustains something; "
    )
    longest, last = list(lengths.items())[-1]
    return (
        f"What deters is a rare and long race, which labs may not believe in. {words}with at most "
        f"{trimmed(float(longest))} years {percent(last['kept'])} of the gain is kept, and without a limit "
        f"{percent(cases['none']['kept'])}. These are equilibria in which all punish together, since a total does not "
        "tell who built too much; reports by name would allow more, and private doubts about what rivals saw less."
    )


def _strongest(cases: Numbers, kind: str) -> tuple[str, Numbers]:
    name = [name for name in cases if name.startswith(kind)][-1]
    return name.split()[-1], cases[name]


def _changes(worth: float) -> str:
    return f"adds US$ {number(worth)} bn" if worth > 0 else f"takes away US$ {number(-worth)} bn"


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Map over discount factor and noise, and the spread over the draws."""
    figure = new_figure(2.7)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _map(figure, left, numbers)
    _spread(right, numbers["noise"])
    panel(left, "a", "gain kept at the centre")
    panel(right, "b", "over the draws")
    return figure


def _map(figure: Figure, axes: Axes, numbers: Numbers) -> None:
    table = numbers["centre"]["map"]
    x, y = np.asarray(table["discount factor"], float), 100 * np.asarray(table["noise"], float)
    kept = 100 * np.asarray(table["kept"], float)
    filled = axes.contourf(x, y, kept, levels=np.linspace(0, 100, 11), cmap="cividis", vmin=0, vmax=100)
    axes.contour(x, y, kept, levels=[50], colors=[BLACK], linewidths=1.2)
    axes.contour(x, y, 100 * np.asarray(table["bound"], float), levels=[50], colors=[BLACK], linestyles="--")
    for name, error in (("GW inferred", "inferred error"), ("spending published", "published error")):
        colour = "white" if np.interp(100 * numbers[error], y, kept[:, 0]) < 50 else BLACK  # as the map is there
        axes.axhline(100 * numbers[error], color=GREY, linewidth=0.9, linestyle=":")
        axes.text(x[0] + 0.01, 105 * numbers[error], name, color=colour, fontsize=8, va="bottom")
    axes.set_yscale("log")
    axes.set_yticks([1, 10, 100], ["1", "10", "100"])
    axes.set_xlabel("discount factor until the answer")
    axes.set_ylabel("error of the total (%)")
    figure.colorbar(filled, ax=axes, label="gain kept (%)", ticks=[0, 25, 50, 75, 100])


def _spread(axes: Axes, levels: Numbers) -> None:
    x = [100 * float(level) for level in levels]
    kept: dict[str, NDArray[np.float64]] = {
        q: 100 * np.array([e["kept"][q] for e in levels.values()]) for q in ("0.05", "0.25", "0.5", "0.75", "0.95")
    }
    axes.fill_between(x, kept["0.05"], kept["0.95"], color=GREY, alpha=0.25, linewidth=0)
    axes.fill_between(x, kept["0.25"], kept["0.75"], color=BLUE, alpha=0.35, linewidth=0)
    axes.plot(x, kept["0.5"], color=VERMILION, marker="o", markersize=4)
    axes.set_ylim(-2, 102)
    axes.set_xlabel("error of the total (%)")
    axes.set_ylabel("gain kept (%)")
    light_grid(axes, "y")
