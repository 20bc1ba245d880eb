"""S8, speed: preemption against waiting, and claim 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.claims import RARE
from paper.claim_texts import CLAIMS
from paper.claims import Verdict, by_bound_in_words, needed, only, turns_with_bound, verdict_of
from paper.figures.style import BLACK, BLUE, GREEN, GREY, VERMILION, light_grid, new_figure, panel, spoken
from paper.formats import chosen_percent, listed, number, percent, percent_interval, spread, trimmed
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
            "Timing": "Continuous; the price of a GW-year wanders, a shortage ends at a random time; a campus works "
            "some years after it is paid for.",
            "Equilibrium": "Preemption in Markov strategies: the follower's best time first, then the leader's; mixed "
            "where only one should go.",
        },
        payoff=numbers["formula"],
        paragraphs=(
            f"{_race(numbers)} {_why(numbers)}",
            _rents(numbers),
            _decisive(numbers),
            _duration(numbers) + " " + _lag(numbers),
        ),
        caption="(a) Central values: what a builder loses if it cannot build for a year while its rival does, and what "
        "a builder without a rival gains by waiting, against the price of a GW-year over the price at which a lone "
        "campus breaks even. Dotted: the preemption threshold and the threshold of a builder without a rival; "
        "triangle: contracts today; the loss drops where both build at once. (b) Share of the draws in which speed is "
        "decisive at the price of a shortage, by the years that it lasts on average and by the loss from which on a "
        "delay counts; bars are 95 per cent intervals of the share; below the grey line the claim is not supported.",
        alt="Lines: loss from delay and gain from waiting by price; share of draws in which speed is decisive, by the "
        "duration of the shortage",
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


WHY = {
    "price does not fade": "if the price did not fade with the hardware",
    "price is known": "if it were known",
    "price is fixed for ever": "if it were both known and constant",
    "price grows": "if it grew",
    "nothing is installed": "if nothing were installed whose price a campus lowers and which stands against its lead",
    "all of the prize is settled": "if the campus settled all of the prize",
    "a shortage that never ends": "if there were a shortage without end",
}


def _why(numbers: Numbers) -> str:
    """Which assumption keeps builders waiting, and what would make one build today."""
    why, needed, known = numbers["why"], numbers["needed"], numbers["known"]
    parts = [
        f"{percent(why[name]['P(somebody builds)']['value'])} {words}"
        + (f" by {percent(numbers['grows'])} a year" if name == "price grows" else "")
        for name, words in WHY.items()
    ]
    puzzle = numbers["prices"]["contract"]["P(nobody builds)"]["low"] > 0.5
    return (
        ("They do build, so that they must count on something else. " if puzzle else "")
        + "With one assumption changed at a time somebody "
        f"builds at contract prices in {listed(parts)}, instead of "
        f"{percent_interval(why['as calibrated']['P(somebody builds)'])}; a lone campus pays, lead included, in "
        f"{percent_interval(why['as calibrated']['P(pays)'])}. With the rest as drawn it takes a rent of US$ "
        f"{spread(needed['revenue'], 2)} bn a GW-year instead of {number(known['revenue'], 2)}, or a prize of US$ "
        f"{spread(needed['prize'], 2)} bn instead of {number(known['prize'], 2)}. A contract signed before the campus "
        "is built fixes the price, and a lab that earns more on compute than its rent is not here."
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
    lag, years = numbers["lag"], numbers["a year's longer lag"]
    longest = max(lag, key=float)
    year, head = years["shortage"]["0.5"], numbers["prices"]["shortage"]["head start"]["0.5"]
    verb = "raises" if lag[longest]["0.5"] > 1 else "lowers"
    rank = "more" if head > abs(year) else "less"
    return (
        f"A time to build that is common to both changes little: {trimmed(float(longest))} years {verb} every "
        f"threshold, where no shortage ends meanwhile, to {spread(lag[longest], 3)} of that without a lag, and a year "
        f"more costs the leader {number(years['contract']['0.5'], 2)} of the campus's cost in the median at contract "
        f"prices, since the bills come later too, and {number(year, 2)} in a shortage that may be over by then. Being "
        f"faster than the rival matters {rank}: a head start of a year, if both go in a shortage, is worth "
        f"{number(head, 2)}."
    )


def _duration(numbers: Numbers) -> str:
    lasts, endless = numbers["lasts, years"], numbers["prices"]["endless shortage"]
    shortage = numbers["prices"]["shortage"]
    less = shortage["P(decisive)"]["high"] < endless["P(decisive)"]["low"]
    middle = str(numbers["material"])
    return (
        f"A shortage that ends {'takes the edge off speed' if less else 'changes little'}. What is ordered in it works "
        f"after the time to build, and earns its prices only for as long as it lasts, here {spread(lasts, 2)} years on "
        f"average. At the price of a shortage speed is decisive in {percent_interval(shortage['P(decisive)'])} of the "
        f"draws if it ends at the rate of the draw, and in {percent_interval(endless['P(decisive)'])} if it never does "
        f"(with losses from {percent(float(middle))} of the campus's cost on). {_longest(numbers)}"
    )


def _longest(numbers: Numbers) -> str:
    """From which duration of the shortage on the claim is more than hardly ever true, by the loss that counts."""
    parts = []
    for share, row in numbers["by duration"].items():
        beyond = [years for years, estimate in row.items() if estimate["high"] > RARE]
        when = f"from {years_in_words(beyond[0])} on" if beyond else "at no duration"
        parts.append(f"{when} if losses count from {chosen_percent(share)}")
    return f"The share exceeds {percent(RARE)} {listed(parts)}."


def years_in_words(years: str) -> str:
    """Duration as in the numbers, for prose."""
    return "a shortage without end" if years == "inf" else f"{trimmed(float(years))} years"


def _verdict(numbers: Numbers) -> Verdict:
    """Claim 7, in a shortage: a delay loses more than waiting gains, and a tenth of the campus's cost."""
    found, shortage = numbers["claims"]["7"], numbers["prices"]["shortage"]
    verdict, condition = verdict_of(found)
    drivers = [spoken(name) for name in list(numbers["drivers"])[:3]]
    return Verdict(
        7,
        CLAIMS[7],
        verdict,
        f"At the price of a shortage, where somebody builds, {percent_interval(_built(shortage))} of the draws. "
        f"{needed(only(found))} Of all draws, whether "
        f"anybody builds or not: {_shares(numbers, 'shortage')} in a shortage, {_shares(numbers, 'contract')} at "
        f"contract prices. By price over break-even: {_bins_in_words(numbers)}.",
        "S8, preemption with time to build and a shortage that ends",
        f"{by_bound_in_words(found, 'If a loss counts from {} of the cost of the campus on', chosen_percent)} The "
        f"end of the shortage carries it: were there none, {_shares(numbers, 'endless shortage')}. Chief "
        f"drivers: {listed(drivers)}. Size is not speed: haste makes the first campus smaller "
        f"({number(numbers['sized']['size against full']['0.5'], 2)} of full size).",
        "No fact says which loss is material nor when the shortage ends; the rate is that of the grid's queue and of "
        "the time to build. The campus is kept for ever, so that a shortage is a part of what it earns.",
        condition,
        turns_with_bound(found),
    )


def _built(price: Numbers) -> dict[str, float]:
    """Probability that somebody builds: one less that of nobody."""
    nobody = price["P(nobody builds)"]
    return {"value": 1 - nobody["value"], "low": 1 - nobody["high"], "high": 1 - nobody["low"]}


def _judged(numbers: Numbers) -> list[str]:
    return [f"{share:g}" for share in numbers["judged"]]


def _shares(numbers: Numbers, case: str, table: str = "P(decisive) by threshold") -> str:
    found = numbers["prices"][case][table]
    shown = [
        f"{percent_interval(found[share])} from {chosen_percent(share)} on"
        for share in _judged(numbers)
        if found[share]
    ]
    return listed(shown or ["no draw"])


def _bins_in_words(numbers: Numbers) -> str:
    shown = [
        f"{percent_interval(each['P(decisive)'])} {_range(each)}"
        for each in numbers["by scarcity"]
        if each["P(decisive)"] is not None
    ]
    return listed(shown)


def _range(each: Mapping[str, Any]) -> str:
    if each["to"] is None:
        return f"above {trimmed(each['from'])}"
    return (
        f"below {trimmed(each['to'])}"
        if each["from"] == 0
        else f"from {trimmed(each['from'])} to {trimmed(each['to'])}"
    )


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Delay against waiting at the centre; share of decisive draws by the duration of the shortage."""
    figure = new_figure(2.5)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _curves(left, numbers["centre"])
    _durations(right, numbers["by duration"])
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


def _durations(axes: Axes, table: Mapping[str, Mapping[str, Any]]) -> None:
    for (share, row), (colour, dash, marker) in zip(
        table.items(), ((BLUE, "--", "s"), (VERMILION, "-", "o"), (GREEN, ":", "^")), strict=True
    ):
        estimates = list(row.values())
        places = range(len(estimates))
        values = [100 * each["value"] for each in estimates]
        axes.vlines(places, [100 * e["low"] for e in estimates], [100 * e["high"] for e in estimates], color=colour)
        axes.plot(
            places, values, color=colour, linestyle=dash, marker=marker, markersize=4, label=percent(float(share))
        )
    axes.axhline(100 * RARE, color=GREY, linewidth=0.8)
    axes.set_xticks(places, ["\N{INFINITY}" if years == "inf" else trimmed(float(years)) for years in row])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("mean duration of the shortage (years)")
    axes.set_ylabel("draws (%)")
    axes.legend(loc="upper left", title="loss counts from")
    light_grid(axes, "y")
