"""S9, compute scarcity: what the paper says of the study ``scarcity``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLACK, BLUE, GREEN, GREY, VERMILION, light_grid, new_figure, panel
from paper.formats import in_words, number, percent, percent_interval, signed_percent
from paper.systems.section import Section

STUDY = "scarcity"

Numbers = Mapping[str, Any]

DRAWN = {"1": (BLACK, "-"), "2": (BLUE, "--"), "5": (VERMILION, "-."), "8": (GREEN, ":")}
"""Numbers of suppliers of the left panel, with colour and dash."""


def write(numbers: Numbers) -> Section:
    """Section on scarcity."""
    return Section(
        system="S9",
        heading="Compute scarcity",
        model="capacity-race",
        card={
            "Players": "Suppliers of compute, alike; one of them is the newsvendor.",
            "Choices": "Capacity in GW.",
            "Timing": "Capacity first, then demand: it visits the suppliers in random order, and all that one cannot "
            "serve goes on to the next. G is the mean of what is sold with so much capacity.",
            "Equilibrium": "Nash: what a supplier would add lies idle with a probability equal to the critical ratio; "
            "solved for all draws at once, and the same as the general solver's.",
        },
        payoff=f"pi_1 = {numbers['formulas']['payoff']}",
        paragraphs=(_built(numbers), _herd(numbers), _too_little(numbers), _customers(numbers)),
        caption="Compute scarcity on unit margins alone. (a) Total capacity over mean demand by the critical ratio, at "
        "the central uncertainty of demand, for one supplier (the joint optimum, and any number without spill-over) "
        "and several with spill-over; shaded: 5th to 95th percentile of the ratio over the draws; thin line: the "
        "central values; level line: the median of demand. (b) By the number of suppliers, among draws in which "
        "something is built: what spill-over adds to capacity, median with 5th to 95th percentile, and the share of "
        "the joint profit that it takes away, mean over the draws.",
        alt="Left, capacity rises with the critical ratio and with the number of suppliers. Right, what herding adds "
        "to capacity and takes from profit, by the number of suppliers.",
        cites=("arrow1951", "lippman1997", "parlar1988"),
    )


def _range(spread: Mapping[str, float] | None) -> str:
    if spread is None:
        return "n/a"
    return f"{_share(spread['0.5'])} ({_share(spread['0.05'])} to {_share(spread['0.95'])})"


def _share(value: float) -> str:
    return percent(value) if 0 <= value <= 1 else signed_percent(value)


def _built(numbers: Numbers) -> str:
    ratio, one, centre = numbers["critical ratio"], numbers["by suppliers"]["1"], numbers["centre"]["1"]
    rarely = ratio["0.95"] < 1 / 2
    return (
        f"On unit margins alone {'little' if centre['capacity'] < 1 / 2 else 'most of mean demand'} is built: the "
        f"critical ratio is {_range(ratio)}, and at the central values one supplier builds for "
        f"{percent(centre['capacity'])} of mean demand. In {percent_interval(numbers['P(something is built)'])} of "
        f"the draws a used GW earns its cost at all; in these one supplier builds {_range(one['capacity'])} of mean "
        f"demand, and all demand is met with probability {_range(one['all met'])}. A ratio of one half, where too few "
        f"GW cost as much as too many, is {'beyond' if rarely else 'within'} the draws' 5th to 95th percentile."
    )


def _herd(numbers: Numbers) -> str:
    table, centre = numbers["by suppliers"], numbers["centre"]
    few, many = "2", "5"
    return (
        "Rivals who take over each other's unserved customers build more than the joint optimum, as each counts "
        "customers that all count. At the central values "
        + " ".join(
            f"{in_words(int(n))} suppliers build {number(centre[n]['capacity'])} of mean demand, "
            f"{_share(centre[n]['premium'])} more than one,"
            for n in (few, many)
        )
        + f" and over the draws the premium of herding is {_range(table[few]['premium'])} with {in_words(int(few))}, "
        f"{_range(table[many]['premium'])} with {in_words(int(many))}. Without spill-over, each with its part of the "
        "same demand, any number builds what one does. The extra capacity serves few and idles much: "
        f"{in_words(int(many))} suppliers keep {percent_interval(table[many]['profit kept'])} of the joint profit, "
        f"{in_words(int(few))} {percent_interval(table[few]['profit kept'])}, and mean capital that idles goes from "
        f"US$ {number(table['1']['mean idle']['value'])} bn to US$ {number(table[many]['mean idle']['value'])} bn per "
        "GW of mean demand. So a shortage is no sign that suppliers hold back: they build too much for their own good, "
        f"and at the central values {in_words(int(many))} of them still meet all demand with probability "
        f"{percent(centre[many]['all met'])} only."
        if table[many]["premium"] and table[many]["premium"]["0.05"] > 0
        else "Rivals who take over each other's unserved customers do not build more than the joint optimum in all "
        f"draws: with {in_words(int(many))} suppliers the premium of herding is {_range(table[many]['premium'])}."
    )


def _too_little(numbers: Numbers) -> str:
    needs, table = numbers["too little is worse"], numbers["by suppliers"]
    many = max(table, key=int)
    above = needs["P(ratio above half)"]
    holds = "rarely" if above["high"] < 0.1 else "mostly" if above["low"] > 0.5 else "sometimes"
    return (
        f"For too little to be worse than too much on unit margins alone a GW must earn "
        f"{number(needs['price over cost needed'], 2)} times its cost, where an idle one is worth nothing. It earns "
        f"{number(needs['price over cost']['0.5'])} times ({number(needs['price over cost']['0.05'])} to "
        f"{number(needs['price over cost']['0.95'])}), and the ratio is above one half in {percent_interval(above)} of "
        f"the draws: on margins alone the quoted attitude is {holds} rational. Otherwise a GW must bring something "
        f"beside its sales, US$ {number(numbers['centre']['1']['stakes needed'])} bn at the central values and "
        f"{_range(needs['stakes needed over cost'])} of its cost over the draws: a share of a prize, or standing that "
        "is kept (S2). Rivalry changes what is built and not this trade-off. It lowers the ratio at which suppliers "
        f"together meet all demand as often as not, from one half to {_range(table['2']['ratio needed'])} with two and "
        f"{_range(table[many]['ratio needed'])} with {in_words(int(many))}; that is reached in "
        f"{percent_interval(table['1']['margin reaches it'])}, {percent_interval(table['2']['margin reaches it'])} and "
        f"{percent_interval(table[many]['margin reaches it'])} of the draws."
    )


def _customers(numbers: Numbers) -> str:
    own = numbers["own customers"]
    over = own["spill"] / own["planner"] - 1
    return (
        "Where two suppliers have customers of their own, whose demands are independent, spill-over is also worth "
        f"something: a planner who pools both builds {number(own['planner'])} of mean demand at the central values, "
        f"two newsvendors {number(own['apart'])}. Rivals build {number(own['spill'])}, "
        f"{percent(abs(over))} {'more' if over > 0 else 'less'} than the planner: how much of the premium is waste "
        "depends on whether customers come to each supplier by themselves or to all at once, as in a boom. In both all "
        "unserved customers move and none waits, so that the premium is an upper bound of its kind."
    )


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Capacity by critical ratio; premium of herding by number of suppliers."""
    figure = new_figure(2.6)
    left, right = figure.subplots(1, 2)
    _capacity(left, numbers)
    _premium(right, numbers["by suppliers"])
    panel(left, "a", "capacity before demand")
    panel(right, "b", "herding")
    return figure


def _capacity(axes: Axes, numbers: Numbers) -> None:
    curves, ratio = numbers["curves"], numbers["critical ratio"]
    axes.axvspan(100 * ratio["0.05"], 100 * ratio["0.95"], color="0.92", linewidth=0)
    axes.axvline(100 * numbers["centre"]["1"]["critical ratio"], color="0.3", linewidth=0.6)
    axes.axhline(100 * curves["median"], color="0.3", linewidth=0.6)
    for n, (colour, dash) in DRAWN.items():
        label = "1, or no spill-over" if n == "1" else n
        values = [100 * float(value) for value in curves["capacity"][n]]
        axes.plot([100 * r for r in curves["critical ratio"]], values, color=colour, linestyle=dash, label=label)
    axes.set_xlim(0, 60)
    axes.set_ylim(0, 150)
    axes.set_xlabel("critical ratio (%)")
    axes.set_ylabel("capacity (% of mean demand)")
    axes.legend(title="suppliers", loc="upper left", handlelength=2.4, labelspacing=0.3, frameon=False)
    light_grid(axes, "y")


def _premium(axes: Axes, table: Numbers) -> None:
    counts = [n for n in table if table[n]["premium"] is not None]
    places = [int(n) for n in counts]
    spreads = [table[n]["premium"] for n in counts]
    middle = [100 * float(s["0.5"]) for s in spreads]
    axes.vlines(places, [100 * s["0.05"] for s in spreads], [100 * s["0.95"] for s in spreads], color=VERMILION)
    axes.plot(places, middle, color=VERMILION, marker="o", markersize=4, label="capacity added")
    lost = [100 * (1 - float(table[n]["profit kept"]["value"])) for n in counts]
    axes.plot(places, lost, color=GREY, linestyle="--", marker="s", markersize=4, label="joint profit lost")
    axes.set_ylim(bottom=0)
    axes.set_xticks(places)
    axes.set_xlabel("number of suppliers (no unit)")
    axes.set_ylabel("share of the joint optimum's (%)")
    axes.legend(loc="upper left", handlelength=2.4, labelspacing=0.3, borderaxespad=0.1)
    light_grid(axes, "y")
