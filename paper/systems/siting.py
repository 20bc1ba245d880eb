"""S12, siting: what the paper says of the study ``siting``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLUE, GREEN, GREY, VERMILION, light_grid, new_figure, panel, spoken
from paper.formats import listed, number, percent, percent_interval, trimmed
from paper.systems.section import Section

STUDY = "siting"

Numbers = Mapping[str, Any]

_ROUNDING = 1e-9  # a share of the capital below which nothing is lost

RULES = {
    "known": (VERMILION, "-", "o", "values known"),
    "private": (BLUE, "--", "s", "values private"),
    "all pay": (GREEN, ":", "^", "all pay"),
}


def write(numbers: Numbers) -> Section:
    """Section on siting."""
    return Section(
        system="S12",
        heading="Siting",
        model="siting",
        card={
            "Players": "Regions that want a campus, and its builder.",
            "Choices": "Subsidies or terms for power; the site; whether to keep to an agreement that caps the bids.",
            "Timing": "Regions bid at once, the builder goes where the bid and its own advantage are largest together.",
            "Equilibrium": "Of the first-price auction with known and with private values, and of the all-pay "
            "auction in mixed strategies; of the repeated agreement under the threat of bidding for ever.",
        },
        payoff=numbers["formulas"]["host"],
        paragraphs=(_bid_away(numbers), _hosts(numbers), _agreement(numbers), _alignment(numbers)),
        caption="Siting. (a) Subsidy over what the campus brings to its host, by the number of regions. (b) What an "
        "agreement changes, over the capital of the campus, by the cap on bids as a share of what hosting is worth to "
        "the region; the two marks at a ban show all, where the builder's sites and the regions' gains align (filled) "
        "and where they are opposed (hollow). (c) Discount factor from campus to campus that a ban on bids needs: "
        "equal regions (dashes), and the median and the 5th to 95th percentile over the draws.",
        alt="Share bid away by number of regions, value of an agreement by its cap, and the patience it needs",
        cites=("baye1996", "black1989", "griesmer1967", "vickrey1961"),
    )


def _bid_away(numbers: Numbers) -> str:
    table = numbers["bid away"]
    fewest, most, base = min(table, key=int), max(table, key=int), str(numbers["regions"])
    rises = table[most]["known"]["share"]["low"] > table[fewest]["known"]["share"]["high"]
    shown = listed(
        [f"{percent_interval(table[base][rule]['share'])} where {words}" for rule, words in (
            ("known", "gains are spaced evenly and known, and the winner pays"),
            ("private", "gains are drawn at random and private"),
            ("all pay", "all prepare their sites before the choice"),
        )]
    )  # fmt: skip
    campus = max(numbers["campuses"], key=lambda name: float(numbers["campuses"][name]["capital"]))
    deal = numbers["campuses"][campus]
    return (
        f"Most of what a campus brings to its host is bid away. With {base} regions the share is {shown}. (It is the "
        "law of the gains that differs between the first two: with one law, known or private gains are bid away alike, "
        "by revenue equivalence.) "
        f"{'It rises' if rises else 'It does not rise'} with the number of regions: from "
        f"{percent(table[fewest]['known']['share']['value'])} with {fewest} to "
        f"{percent(table[most]['known']['share']['value'])} with {most} where gains are known. In terms of capital the "
        f"subsidy is {percent_interval(table[base]['known']['over capital'])}; for {campus}, with US$ "
        f"{number(deal['capital'])} bn of capital and all else at the centre, US$ {number(deal['subsidy'])} bn. Only "
        "the capital rests on facts. Taxes, jobs and harm are swept, and they scale what is at stake: the subsidy over "
        f"capital is driven by {_chief(numbers, 'subsidy')}; the share that is bid away is not theirs but that of "
        "rivalry."
        if table[base]["known"]["share"]["low"] > 1 / 2
        else f"Less than half of what a campus brings is bid away: with {base} regions {shown}."
    )


def _hosts(numbers: Numbers) -> str:
    hosts, unequal = numbers["hosts"], numbers["unequal"]
    ratio = max(unequal, key=lambda r: float(unequal[r]["weaker wins though worth less"]))
    worst = unequal[ratio]
    return (
        "Who wins depends on the rule. Where the winner pays and gains are known, the campus "
        f"goes where region and builder together gain most in {percent_interval(hosts['bids: all gain most'])} of the "
        f"cases, and to the region that gains most in {percent_interval(hosts['bids: host gains most'])}. If sites are "
        f"prepared in advance, that region wins in {percent_interval(hosts['all pay: host gains most'])} only, and the "
        "losers' outlays are spent as well. With private gains of unequal laws the weaker of two regions bids more "
        f"boldly: where the stronger may be worth {number(float(ratio), 2)} times as much, the weaker wins although "
        f"worth less with probability {percent(worst['weaker wins though worth less'])}, and bids are "
        f"{number(worst['bids over second values'])} times the second value."
    )


def _agreement(numbers: Numbers) -> str:
    table, patience = numbers["agreement"], numbers["patience"]
    ban = table["0"]
    partial = max((cap for cap in table if cap != "0"), key=lambda cap: float(table[cap]["society"]["value"]))
    best = table[partial]
    loses = ban["society"]["high"] < 0
    tempting = numbers["tempted"]["low"] > 1 / 2
    base = str(numbers["regions"])
    return (
        f"A ban on bids is worth {percent_interval(ban['regions'])} of the capital to the regions, and more with what "
        f"it costs to raise public money, {percent_interval(ban['public'])}; they gain in "
        f"{percent_interval(ban['P(regions gain)'])} of the draws. But it also sends the campus where the builder "
        f"gains most: {percent_interval(ban['misplaced'])} of the capital is lost by misplacing it, and taken together "
        f"all {'lose' if loses else 'do not lose'} in the mean, {_signed(ban['society'])} of the capital. A cap at "
        f"{percent(float(partial))} of what hosting is worth misplaces {percent_interval(best['misplaced'])} and is "
        f"worth {_signed(best['society'])} to all, {_signed(best['regions'])} to the regions: what matters is to keep "
        "the order of the bids, not their size. 'All' are regions and builder; wages that workers would earn elsewhere "
        f"are not taken off. {'No agreement keeps itself' if tempting else 'Many agreements keep themselves'}: a "
        f"region is tempted to bid alone in {percent_interval(numbers['tempted'])} of the draws, and from campus to "
        f"campus {base} regions need a discount factor of {number(patience[base]['critical']['0.5'])} in the median, "
        f"and {number(patience[base]['equal regions'])} if they are equal. Whether society gains by a ban is driven by "
        f"{_chief(numbers, 'society')}."
    )


def _alignment(numbers: Numbers) -> str:
    """The ban where private and social objectives point to the same site, and where they point apart."""
    table, gains = numbers["ban by alignment"], numbers["all gain by a ban"]
    order = sorted(table, key=float)
    apart, nearly, just, together = (table[key] for key in (order[0], order[1], order[-2], order[-1]))
    return (
        "What a ban does to all depends on whether private and social objectives align, here on whether the sites that "
        "suit the builder are those where hosting brings most (alignment one) or least (minus one). Without bids the "
        "builder chooses alone, so that the sign of the alignment places the campus, and its size only says how much "
        f"the choice is worth to the builder. All gain by a ban in {percent_interval(gains['all'])} of the draws: in "
        f"{percent_interval(gains['aligned'])} of those where the two align and in "
        f"{percent_interval(gains['opposed'])} of those where they are opposed. Where they align "
        f"fully the ban misplaces {_lost(together['misplaced'])} and all {_gain(together['society'])}, "
        f"{_signed(together['society'])} of the capital: the cost of raising the subsidy that is saved. Where they are "
        f"opposed it misplaces {_lost(apart['misplaced'])} and all {_gain(apart['society'])}, "
        f"{_signed(apart['society'])}. Between there is a jump: all {_gain(just['society'])}, "
        f"{_signed(just['society'])}, where the two hardly align ({trimmed(float(order[-2]))}), and "
        f"{_gain(nearly['society'])}, {_signed(nearly['society'])}, where they are hardly opposed. No fact tells the "
        f"alignment, so both are reported; the regions' own gain is {_signed(together['regions'])} in the one case and "
        f"{_signed(apart['regions'])} in the other. (A lab's exclusive contract is a ban of another kind; S6 judges "
        "it.)"
    )


def _lost(misplaced: Mapping[str, float]) -> str:
    if abs(misplaced["high"]) < _ROUNDING:
        return "nothing"
    return f"{percent_interval(misplaced)} of the capital"


def _gain(estimate: Mapping[str, float]) -> str:
    return "gain" if estimate["low"] > 0 else "lose" if estimate["high"] < 0 else "neither gain nor lose"


def _signed(estimate: Mapping[str, float]) -> str:
    """Share of either sign with its interval; `percent` is for probabilities."""
    value, low, high = (f"{number(100 * float(estimate[key]))}%" for key in ("value", "low", "high"))
    return value if low == high else f"{value} [{low}, {high}]"


def _chief(numbers: Numbers, output: str) -> str:
    indices = numbers["drivers"][output]
    order = sorted(indices, key=lambda name: -float(indices[name]["total"]["value"]))
    return listed([spoken(name) for name in order[:3]])


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Share bid away, value of the agreement, patience."""
    figure = new_figure(2.5)
    left, middle, right = figure.subplots(1, 3)
    _shares(left, numbers["bid away"])
    _caps(middle, numbers["agreement"])
    _extremes(middle, numbers["ban by alignment"])
    _patience(right, numbers["patience"])
    panel(left, "a", "bid away")
    panel(middle, "b", "worth of an agreement")
    panel(right, "c", "patience that a ban needs")
    return figure


def _shares(axes: Axes, table: Numbers) -> None:
    counts = [int(n) for n in table]
    for rule, (colour, dash, marker, name) in RULES.items():
        values = [100 * float(table[str(n)][rule]["share"]["value"]) for n in counts]
        axes.plot(counts, values, color=colour, linestyle=dash, marker=marker, markersize=4, label=name)
    axes.set_ylim(0, 100)
    axes.set_xticks(counts)
    axes.set_xlabel("number of regions (no unit)")
    axes.set_ylabel("share of host's gain (%)")
    axes.legend(loc="lower right", handlelength=2.2, labelspacing=0.3, borderaxespad=0.1)
    light_grid(axes, "y")


def _caps(axes: Axes, table: Numbers) -> None:
    caps = [100 * float(cap) for cap in table]
    for party, colour, dash, marker, name in (
        ("regions", BLUE, "--", "s", "regions"),
        ("society", VERMILION, "-", "o", "all, with cost of funds"),
        ("builder", GREY, ":", "^", "builder"),
    ):
        values = [100 * float(table[cap][party]["value"]) for cap in table]
        axes.plot([*caps, 100.0], [*values, 0.0], color=colour, linestyle=dash, marker=marker, markersize=4, label=name)
    axes.axhline(0, color="0.3", linewidth=0.6)
    axes.margins(y=0.12)
    axes.set_ylim(top=2.2 * max(100 * float(row["regions"]["value"]) for row in table.values()))
    axes.set_xlabel("cap on bids (% of worth)")
    axes.set_ylabel("gain (% of capital)")
    axes.legend(loc="upper right", handlelength=2.2, labelspacing=0.3, borderaxespad=0.1)
    light_grid(axes, "y")


def _extremes(axes: Axes, table: Numbers) -> None:
    for key, face in ((max(table, key=float), VERMILION), (min(table, key=float), "white")):
        value = 100 * float(table[key]["society"]["value"])
        axes.plot(0, value, "D", color=VERMILION, markerfacecolor=face, markersize=5, clip_on=False, zorder=3)


def _patience(axes: Axes, table: Numbers) -> None:
    counts = [int(n) for n in table]
    known = [table[str(n)]["critical"] for n in counts]
    axes.vlines(counts, [k["0.05"] for k in known], [k["0.95"] for k in known], color=BLUE, linewidth=0.8)
    axes.vlines(counts, [k["0.25"] for k in known], [k["0.75"] for k in known], color=BLUE, linewidth=2.4)
    axes.plot(counts, [k["0.5"] for k in known], color=BLUE, linestyle="", marker="o", markersize=4)
    axes.plot(counts, [table[str(n)]["equal regions"] for n in counts], color=GREY, linestyle="--")
    axes.set_ylim(0.4, 1.0)
    axes.set_xticks(counts)
    axes.set_xlabel("number of regions (no unit)")
    axes.set_ylabel("critical discount factor (no unit)")
    light_grid(axes, "y")
