"""S8, speed: preemption against waiting, and claim 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.claims import CLAIMS, Verdict, by_probability
from paper.figures.style import BLACK, BLUE, GREY, VERMILION, light_grid, new_figure, panel, spoken
from paper.formats import listed, number, percent, percent_interval, spread, trimmed
from paper.systems.section import Section

STUDY = "speed"

Numbers = Mapping[str, Any]


def write(numbers: Numbers) -> Section:
    """Section on speed."""
    return Section(
        system="S8",
        heading="Speed: being first against waiting",
        model="preemption",
        card={
            "Players": "Two builders with equal installed capacity.",
            "Choices": "When to add a campus of given size, once; in a variant also how large.",
            "Timing": "Continuous; the price of a GW-year wanders; a campus works some years after it is paid for.",
            "Equilibrium": "Preemption in Markov strategies: the follower's best time first, then the leader's; mixed "
            "where only one should go.",
        },
        payoff=numbers["formula"],
        paragraphs=(_race(numbers), _rents(numbers), _decisive(numbers), _lag(numbers)),
        caption="(a) Central values: what a builder loses if it cannot build for a year while its rival does, and what "
        "a builder without a rival gains by waiting, against the price of a GW-year over the price at which a lone "
        "campus breaks even. Dotted: the preemption threshold and the threshold of a builder without a rival; "
        "triangle: contracts today; the loss drops where both build at once. (b) Share of the draws in which speed is "
        "decisive, by that price; bars are 95 per cent intervals.",
        alt="Lines: loss from delay and gain from waiting by price; bars: share of draws in which speed is decisive",
        cites=("barilan1996", "dixit1994", "fudenberg1985", "grenadier1996", "huisman2015"),
        verdicts=(_verdict(numbers),),
    )


def _race(numbers: Numbers) -> str:
    prices, haste = numbers["prices"], numbers["haste"]
    contract, shortage = prices["contract"], prices["shortage"]
    return (
        f"Fear of coming second brings the first campus forward: it is built at {spread(haste, 2)} of the price at "
        "which a builder without a rival would go (median, 5th to 95th percentile) and "
        f"{spread(numbers['break-even to preemption'], 2)} times the price at which it breaks even. In "
        f"{percent_interval(numbers['P(below break-even)'])} of the draws it is built at a loss, only because coming "
        "second loses more. At the prices of long contracts nobody "
        f"should build yet in {percent_interval(contract['P(nobody builds)'])} of the draws; at the prices of a "
        f"shortage, {number(numbers['shortage'], 2)} times as high, in {percent_interval(shortage['P(nobody builds)'])}"
        f", and both build at once in {percent_interval(shortage['P(both build)'])}. "
        + _mistakes(shortage["mistake in the race"])
    )


def _mistakes(mistake: Mapping[str, float] | None) -> str:
    if mistake is None:
        return "In no draw is there room for just one."
    return (
        "Where there is room for just one, both still build in a single round with probability "
        f"{number(mistake['0.5'], 2)} (median): haste also makes mistakes."
    )


def _rents(numbers: Numbers) -> str:
    lost, sized = numbers["dissipation"], numbers["sized"]
    more = numbers["P(dissipation > 1)"]
    wait = numbers["P(can wait together), no lead"]
    small = sized["size against full"]
    return (
        f"Haste costs {spread(lost, 2)} of what two campuses could earn if they were timed jointly, and more than all "
        f"of it in {percent_interval(more)} of the draws. Were revenue alone at stake, waiting together would be an "
        f"equilibrium in {percent_interval(wait)} of the draws; with a lead to be won it never is, because each gains "
        "by going an instant earlier. Fast and large pull apart: with sizes of choice a threatened leader builds "
        f"{spread(small, 2)} of the capacity of a builder without a rival, because it goes at a lower price; given its "
        f"date it builds {spread(sized['size against given'], 2)} times what it would if its size could not delay the "
        "second."
    )


def _decisive(numbers: Numbers) -> str:
    prices = numbers["prices"]
    shortage, contract = prices["shortage"], prices["contract"]
    delay, wait, first = shortage["delay"]["0.5"], shortage["wait"]["0.5"], shortage["first over second"]
    order = "more" if delay > wait else "less"
    return (
        f"To be first rather than second is worth {spread(first, 2)} of the campus's cost in a shortage. "
        "A year in which a builder cannot start, while its rival does, costs it in a shortage "
        f"{spread(shortage['delay'], 2)} of the campus's cost, {order} in the median than the gain from waiting "
        f"without a rival ({spread(shortage['wait'], 2)}). At contract prices the order is "
        + ("the same" if (contract["delay"]["0.5"] > contract["wait"]["0.5"]) == (delay > wait) else "the reverse")
        + f": {spread(contract['delay'], 2)} against {spread(contract['wait'], 2)}; a negative loss means that the "
        "delay keeps the builder from going too early."
    )


def _lag(numbers: Numbers) -> str:
    lag, year = numbers["lag"], numbers["a year's longer lag"]["0.5"]
    longest = max(lag, key=float)
    head = numbers["prices"]["shortage"]["head start"]["0.5"]
    verb = "raises" if lag[longest]["0.5"] > 1 else "lowers"
    rank = "more" if head > abs(year) else "less"
    return (
        f"A time to build that is common to both changes little: {trimmed(float(longest))} years {verb} every "
        f"threshold to {spread(lag[longest], 3)} of that without a lag, and a year more costs the leader "
        f"{number(year, 2)} of the campus's cost in the median, since the bills come later too. Being faster than the "
        f"rival matters {rank}: a head start of a year, if both go in a shortage, is worth {number(head, 2)}."
    )


def _verdict(numbers: Numbers) -> Verdict:
    prices = numbers["prices"]
    estimates = [prices[case]["P(decisive)"] for case in ("contract", "shortage")]
    bins = [
        f"{percent(each['P(decisive)']['value'])} {_range(each)}"
        for each in numbers["by scarcity"]
        if each["P(decisive)"] is not None
    ]
    drivers = [spoken(name) for name in list(numbers["drivers"])[:3]]
    shortage = prices["shortage"]
    return Verdict(
        7,
        CLAIMS[7],
        by_probability(estimates[1:]),
        "Decisive: a year's delay loses more than waiting could gain, and more than "
        f"{percent(numbers['material'])} of the campus's cost. Probability {percent_interval(estimates[0])} at "
        f"contract prices, {percent_interval(estimates[1])} at those of a shortage. By price over break-even: "
        f"{listed(bins)}.",
        "S8, preemption with time to build",
        f"In a shortage a delay loses more than waiting gains in {percent_interval(shortage['P(delay > wait)'])} of "
        f"the draws, whether or not it is material. Chief drivers: {listed(drivers)}. Size is not speed: haste makes "
        f"the first campus smaller ({number(numbers['sized']['size against full']['0.5'], 2)} of full size).",
    )


def _range(each: Mapping[str, Any]) -> str:
    if each["to"] is None:
        return f"above {trimmed(each['from'])}"
    return (
        f"below {trimmed(each['to'])}"
        if each["from"] == 0
        else f"from {trimmed(each['from'])} to {trimmed(each['to'])}"
    )


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Delay against waiting at the centre; share of decisive draws by scarcity."""
    figure = new_figure(2.5)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _curves(left, numbers["centre"])
    _bins(right, numbers["by scarcity"])
    panel(left, "a", "a year's delay against waiting")
    panel(right, "b", "where speed is decisive")
    return figure


def _curves(axes: Axes, centre: Numbers) -> None:
    price = centre["price"]
    axes.axhline(0, color=GREY, linewidth=0.8)
    for name, colour, dash, label in (
        ("delay", VERMILION, "-", "lost by a year's delay"),
        ("wait", BLUE, "--", "gained by waiting, no rival"),
    ):
        axes.plot(price, centre["curves"][name], color=colour, linestyle=dash, label=label)
    top = max(max(centre["curves"]["delay"]), max(centre["curves"]["wait"]))
    for name, word in (("preemption", "rival"), ("unthreatened", "no rival")):
        at = centre["thresholds"][name]
        axes.axvline(at, color=BLACK, linewidth=0.8, linestyle=":")
        axes.annotate(word, (at, top), (2, -2), textcoords="offset points", fontsize=8, va="top")
    axes.plot(centre["today"], 0, marker="^", color=BLACK, markersize=6, clip_on=False)
    axes.set_xlabel("price of compute over break-even (no unit)")
    axes.set_ylabel("share of a campus's cost (no unit)")
    axes.legend(loc="lower right")
    light_grid(axes, "y")


def _bins(axes: Axes, bins: list[Mapping[str, Any]]) -> None:
    shown = [each for each in bins if each["P(decisive)"] is not None]
    for row, each in enumerate(shown):
        share = each["P(decisive)"]
        axes.bar(row, 100 * share["value"], color=VERMILION, alpha=0.75, width=0.65)
        axes.vlines(row, 100 * share["low"], 100 * share["high"], color=BLACK, linewidth=1.2)
    labels = [
        f"< {trimmed(e['to'])}" if e["from"] == 0 else f"> {trimmed(e['from'])}" if e["to"] is None
        else f"{trimmed(e['from'])} to {trimmed(e['to'])}"
        for e in shown
    ]  # fmt: skip
    axes.set_xticks(range(len(shown)), labels)
    axes.set_ylim(0, 100)
    axes.set_xlabel("price of compute over break-even (no unit)")
    axes.set_ylabel("draws (%)")
    light_grid(axes, "y")
