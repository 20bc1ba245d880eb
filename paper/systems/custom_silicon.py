"""S7, custom silicon: what the paper says of the study ``custom_silicon``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.claim_texts import CLAIMS
from paper.claims import REJECTED, SUPPORTED, UNDECIDED, Verdict
from paper.figures.style import BLACK, BLUE, GREEN, GREY, VERMILION, light_grid, new_figure, panel, spoken
from paper.formats import in_words, listed, number, percent, percent_interval, trimmed
from paper.systems.section import Section

STUDY = "custom_silicon"

_ROWS = {
    "the market, own chips cheaper": (
        ("users' spending", "elasticities", "user spending"),
        ("capital spending", "elasticities", "capital spending"),
    ),
    "the race": (
        ("all cheaper, demand in GW", "race", "spending of the race, all, demand in GW"),
        ("all cheaper, plans in dollars", "race", "spending of the race, all, plans in dollars"),
        ("own chips cheaper", "race", "spending of the race, own chips, demand in GW"),
    ),
}
"""Elasticities of spending in the figure, by heading: label, table and name in the record."""


def write(numbers: Mapping[str, Any]) -> Section:
    """Section from the record's numbers."""
    return Section(
        system="S7",
        heading="Custom silicon",
        model="custom-silicon",
        card={
            "Players": "Merchant chip makers, and clouds, some of which can make chips for themselves.",
            "Choices": "Clouds decide to make or to buy; merchants choose how many GW of chips to sell; clouds "
            "choose how "
            "many GW of compute to offer.",
            "Timing": "Make or buy, then merchants' quantities and the chip price, then clouds' quantities.",
            "Equilibrium": "Solved backwards: clouds in closed form, merchants by certified best replies, and a "
            "number of "
            "makers that no maker and no buyer regrets.",
        },
        payoff=f"pi_i = {numbers['formula']}",
        paragraphs=tuple(
            part for part in (_ratio(numbers), _market(numbers), _shortage(numbers), _race(numbers)) if part
        ),
        caption="(a) Prices over today's and the share of compute on own chips, by the cost ratio of own to "
        "merchant chips "
        "(central values); dotted lines: the two sources of the ratio. (b) Elasticity of spending to the cost that "
        "falls: "
        "median, quartiles and 5th to 95th percentile over the draws; spending rises as cost falls left of zero.",
        alt="Left, the chip price falls as own chips get cheaper and they take part of the market below a ratio a "
        "little "
        "above one. Right, elasticities of spending by who gets cheaper chips.",
        cites=("salinger1988", "greenhut1979", "kreps1983"),
        verdicts=(judge(numbers),),
    )


def _share(value: float) -> str:
    return ("\N{MINUS SIGN}" if value < 0 else "") + percent(abs(value))


def _shares(spread: Mapping[str, float]) -> str:
    return f"{_share(spread['0.5'])} ({_share(spread['0.05'])} to {_share(spread['0.95'])})"


def _values(spread: Mapping[str, float]) -> str:
    return f"{number(spread['0.5'], 2)} ({number(spread['0.05'], 2)} to {number(spread['0.95'], 2)})"


def _ratio(numbers: Mapping[str, Any]) -> str:
    sources, claim = numbers["sources"], numbers["claim"]
    even = numbers["break-even ratio"]
    why = (
        "above one, because without own chips the merchants would ask more than today's price"
        if even["0.5"] > 1
        else "below one, because merchants would cut their price to keep the cloud as a buyer"
    )
    return (
        "The sources disagree about the sign of the edge: by one, racks with own chips bring the capital cost of a "
        "GW to "
        f"{number(sources['Bernstein'], 2)} of that with merchant chips; by the other, a rental benchmark in Nvidia's "
        f"favour, the same output costs {number(sources['benchmark'], 2)} times as much. With the prior that spans the "
        f"two, the ratio is below one in {percent_interval(claim['P(cost ratio below one)'])} of the draws: a "
        "measure of "
        f"the sources' spread, not of the chips. For a maker the test is another: own chips pay up to a ratio of "
        f"{_values(even)}, {why}; in {percent_interval(claim['P(cost ratio below break-even)'])} of the draws they do. "
        "That two clouds do make chips suggests that for their own loads the ratio is below that point; it does "
        "not say "
        "so for a customer."
    )


def _market(numbers: Mapping[str, Any]) -> str | None:
    made = numbers["where somebody makes"]
    if made["markup"] is None:
        return None
    price, spent = made["effect on chip price"], made["effect on user spending"]
    check = made["chip price over today's"]
    verb = "rises" if spent["0.5"] > 0 else "falls"
    power = "the merchants lose power over the price" if price["0.95"] < 0 else "the merchants' price may go either way"
    return (
        f"Where somebody makes chips, {power}: against the same market without own chips the "
        f"price of merchant chips changes by {_shares(price)}, that of compute by "
        f"{_shares(made['effect on compute price'])}, merchants' profit by "
        f"{_shares(made['effect on merchant profit'])}. "
        f"The cheapest merchant's margin over its price is {_shares(made['markup'])}, and without own chips "
        f"{_shares(numbers['markup without own chips'])}; own chips carry {_shares(made['own share'])} of the "
        "compute. The "
        f"chip price that the model finds is {_values(check)} times today's, to "
        f"which it was not fitted. Users buy {_shares(made['effect on total compute'])} more compute, and their "
        "spending "
        f"{verb}, by {_shares(spent)}; capital spending changes by {_shares(made['effect on capital spending'])}."
    )


def _shortage(numbers: Mapping[str, Any]) -> str:
    scarce, ample = (numbers["scarcity"][key] for key in sorted(numbers["scarcity"], key=float))
    clears = scarce["lowest"] == scarce["highest"]
    how = "clears the market at" if clears else f"varies from {number(scarce['lowest'], 2)} up to"
    price = "falls" if ample["highest"] < scarce["highest"] else "does not fall"
    spread = (
        f"no price is certain: each merchant mixes between {number(ample['lowest'], 2)} and "
        f"{number(ample['highest'], 2)}"
        if ample["lowest"] < ample["highest"]
        else f"it is {number(ample['lowest'], 2)}"
    )
    return (
        "Capacity decides how much of this is seen in prices. If two equal merchants can deliver only "
        f"{percent(scarce['capacity'])} of what they would choose to sell, the chip price {how} "
        f"{number(scarce['highest'], 2)} times today's, against {number(scarce['equilibrium'], 2)}. If they have built "
        f"{percent(ample['capacity'] - 1)} more than they would sell, it {price}, and {spread}."
    )


def _race(numbers: Mapping[str, Any]) -> str:
    race, rises = numbers["race"], numbers["P(spending of the race rises)"]
    dollars, gigawatts = "all, plans in dollars", "all, demand in GW"
    one, other = (race[f"spending of the race, {name}"] for name in (dollars, gigawatts))
    same = (one["0.5"] < 0) == (other["0.5"] < 0)
    turn = "Both ways say the same of the sign" if same else "The sign turns on this choice"
    return (
        "Does a cheaper chip save money? In the race, solved again with capital "
        f"{percent(numbers['cut'])} cheaper, the build has elasticity "
        f"{_values(race[f'build of the race, {gigawatts}'])} to "
        "capital cost if the demand for GW besides the race stands still, and spending "
        f"{_values(other)}: it rises in {percent_interval(rises[f'spending of the race, {gigawatts}'])} of the "
        "draws. If "
        "instead builders' plans are sums of dollars, so that they plan more GW as a GW gets cheaper, the "
        "elasticity of "
        f"spending is {_values(one)}, and it rises in {percent_interval(rises[f'spending of the race, {dollars}'])}. "
        f"{turn}. The saving is raced away in large part either way; a cheaper chip is more compute, hardly less "
        "spending."
        if other["0.95"] < 0.5
        else "In the race a cheaper chip saves money: the elasticity of spending to capital cost is "
        f"{_values(other)} with the demand for GW unchanged, and {_values(one)} with plans in dollars."
    )


def judge(numbers: Mapping[str, Any]) -> Verdict:
    """Claim 8: where the sources put the cost ratio against the value at which an edge begins, one.

    The ratio is a parameter: the share of the draws below one repeats the prior and decides nothing.
    """
    claim, sources, even = numbers["claim"], numbers["sources"], numbers["break-even ratio"]
    below = [ratio < EVEN for ratio in sources.values()]
    others = [ratio for name, ratio in sources.items() if name != _BENCHMARK]
    placed = listed([f"{number(ratio, 2)} by {_source(name)}" for name, ratio in sources.items()])
    where = (
        "below it by every source"
        if all(below)
        else "on both sides of it"
        if any(below)
        else "not below it by any source"
    )
    pays = [ratio for ratio in sources.values() if ratio < even["0.05"]]
    chief = ", ".join(spoken(name) for name in list(numbers["drivers"]["break-even ratio"])[:1])
    return Verdict(
        8,
        CLAIMS[8],
        _ruled(sources.values()),
        f"Needed: the same compute costs less with own chips than with merchant chips, a ratio below "
        f"{trimmed(EVEN)}. The facts put it at {placed}, {where}: one counts the maker's capital per GW, the other a "
        "customer's output per rental dollar.",
        "S7, make or buy, merchants' and clouds' quantities",
        f"For its maker an own chip pays up to another value, the ratio {_values(even)}: "
        f"{in_words(len(pays))} of the {in_words(len(below))} sources {'lies' if len(pays) == 1 else 'lie'} below all "
        f"of that range. Chief driver of that point: {chief}.",
        f"A probability would repeat the prior that spans the sources: {percent_interval(claim[_BELOW])} of its draws "
        f"are below one, {percent_interval(claim[_PAYS])} below the maker's point, by the shape that was given to it, "
        f"and by its high end. That, and what speaks against the claim, is the benchmark alone, one number of grade "
        f"{numbers['grade of the benchmark']}: without it the claim would be {_ruled(others)} by the other source. "
        f"{_by_high_end(numbers['by high end'])}",
    )


def _ruled(ratios: Collection[float]) -> str:
    """Verdict by where the sources put the ratio."""
    below = [ratio < EVEN for ratio in ratios]
    return SUPPORTED if all(below) else UNDECIDED if any(below) else REJECTED


def _by_high_end(table: Mapping[str, Any]) -> str:
    """Share of the prior below one, and below the maker's point, by other high ends than its own, the first."""
    shown = [
        f"{percent(row['below one'])} and {percent(row['below break-even']['value'])} with one of {trimmed(float(end))}"
        for end, row in list(table.items())[1:]
    ]
    return f"With other high ends the two are {listed(shown)}."


EVEN = 1.0
"""Cost ratio below which own chips have an edge."""

_BENCHMARK = "benchmark"
"""The source of the ratio that sets the high end of its prior."""

_BELOW, _PAYS = "P(cost ratio below one)", "P(cost ratio below break-even)"


def _source(name: str) -> str:
    return {"Bernstein": "Bernstein's racks", "benchmark": "a rental benchmark"}.get(name, name)


def draw(numbers: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Prices and share by the cost ratio; elasticities of spending."""
    figure = new_figure(2.6)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.05))
    _by_ratio(left, tables["ratio"], numbers["sources"])
    _elasticities(right, numbers)
    panel(left, "a", "cost ratio (central values)")
    panel(right, "b", "elasticity of spending")
    return figure


def _by_ratio(axes: Axes, table: Mapping[str, Any], sources: Mapping[str, float]) -> None:
    for name, colour, dash, label in (
        ("chip price", VERMILION, "-", "chip price"),
        ("compute price", BLUE, "--", "compute price"),
        ("own share", GREEN, "-.", "share on own chips"),
    ):
        axes.plot(table["ratio"], table[name], color=colour, linestyle=dash, label=label)
    for value in sources.values():
        axes.axvline(value, color=GREY, linestyle=":", linewidth=1)
    axes.set_xscale("log")
    ticks = [0.5, 1, 2, 5]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(0, 1.5 * float(max(table["chip price"])))
    axes.set_xlabel("cost of own over merchant chips (no unit)")
    axes.set_ylabel("price over today's; share (no unit)")
    axes.legend(loc="upper left")
    light_grid(axes, "y")


def _elasticities(axes: Axes, numbers: Mapping[str, Any]) -> None:
    labels: list[str] = []
    for (heading, rows), colour, marker in zip(_ROWS.items(), (VERMILION, BLUE), "os", strict=True):
        axes.text(0.01, len(labels), heading, transform=axes.get_yaxis_transform(), va="center", style="italic")
        labels.append("")
        for label, table, name in rows:
            row, spread = len(labels), numbers[table][name]
            labels.append(label)
            if spread is not None:
                axes.hlines(row, spread["0.05"], spread["0.95"], color=colour, linewidth=0.9)
                axes.hlines(row, spread["0.25"], spread["0.75"], color=colour, linewidth=2.6)
                axes.plot(spread["0.5"], row, marker=marker, color=colour, markersize=4.5)
    axes.axvline(0, color=BLACK, linewidth=0.6)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("change of spending per change of cost (no unit)")
    light_grid(axes, "x")
