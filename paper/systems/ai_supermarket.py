"""S6 in the paper: serving both rivals, or a tie to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.claim_texts import CLAIMS
from paper.claims import Verdict, by_bound_in_words, case_by_case, turns_with_bound, verdict_of
from paper.figures.style import BLACK, BLUE, GREEN, GREY, VERMILION, light_grid, new_figure, panel
from paper.formats import chosen_percent, listed, number, percent, percent_interval, spread
from paper.systems.section import Section

STUDY = "ai_supermarket"

Numbers = Mapping[str, Any]

NAMES = {
    "both": "both labs, no stake",
    "only Anthropic": "only Anthropic",
    "only OpenAI": "only OpenAI",
    "both, stake": "both, stake in one",
    "only Anthropic, stake": "only Anthropic, stake",
}
"""Policies of the cloud, for readers."""

DONE = {
    "both": "serving both without a stake",
    "only Anthropic": "serving only Anthropic without a stake",
    "both, stake": "serving both with a stake in Anthropic",
    "only Anthropic, stake": "serving only Anthropic with a stake in it",
}
"""The policies that a cloud and one lab compare, as something done."""


def write(numbers: Numbers) -> Section:
    """Section on the AI supermarket."""
    return Section(
        system="S6",
        heading="The AI supermarket",
        model="ai-supermarket",
        card={
            "Players": "AWS and the other clouds, taken together; two rival labs, Anthropic and OpenAI.",
            "Choices": "Whom to serve, and stakes without votes; prices of compute to each lab; orders of each lab "
            "from each supplier.",
            "Timing": "Whom to serve; which lab is ahead; prices; orders. Solved backwards.",
            "Equilibrium": "Orders solve a complementarity problem with one solution; prices are held to every other "
            "price of a cloud and to the refusal of a lab. The other clouds act as one seller or sell at cost.",
        },
        payoff=numbers["payoff"],
        paragraphs=(_serving(numbers), _tie(numbers), _hedge(numbers), _sector(numbers)),
        caption="The AI supermarket. (a) What AWS earns by whom it serves, its claims on labs counted: medians, halves "
        "and nine tenths of the draws. (b) What AWS and the other owners of the lab gain together by a tie, over "
        "serving both without one, as the labs become closer rivals (central values).",
        alt="Bars of the cloud's earnings under five policies, and lines of joint gains of three ties over rivalry.",
        cites=("hart1990", "obrien2000", "rey2007", "salinger1988", "salop1983"),
        verdicts=(judge_indispensable(numbers),),
    )


def _serving(numbers: Numbers) -> str:
    earned = {name: numbers["policies"][name]["earned"] for name in ("both", "only Anthropic", "only OpenAI")}
    game, gains = numbers["serving"], numbers["gain of the rival"]
    pays = numbers["P(pair gains)"]
    dominant, split = game["serving both: dominant"], game["a split market: pays both"]
    return (
        f"AWS earns {spread(earned['both'])} US$ bn by serving both labs, {spread(earned['only Anthropic'])} by "
        f"serving only Anthropic and {spread(earned['only OpenAI'])} by serving only OpenAI (medians and 5th to 95th "
        "percentile). Serving both is its best choice whatever the others do in "
        f"{percent_interval(dominant)} of the draws. A refusal raises the rival's costs: OpenAI's is worth "
        f"{number(gains['OpenAI']['0.5'], 2)} US$ bn to Anthropic in the median. A fee for exclusivity can be agreed "
        f"where the pair gains: in {percent_interval(pays['only Anthropic'])} of the draws with Anthropic and in "
        f"{percent_interval(pays['only OpenAI'])} with OpenAI, before any counter-offer of the lab refused. A split "
        f"market, one lab for each supplier, would pay both suppliers in {percent_interval(split)} of the draws and is "
        f"an equilibrium in {percent_interval(game['a split market: equilibrium'])}. Left out are "
        f"{percent(numbers['share not certified'])} of the draws, in which some price stage has no certified "
        "equilibrium."
    )


def _tie(numbers: Numbers) -> str:
    best, gain = numbers["best for cloud and Anthropic"], numbers["gain of a pair"]
    first = max(best, key=lambda name: best[name]["value"])
    opening = "Equity and the supermarket go together. " if first == "both, stake" else ""
    pays = {name: numbers["P(pair gains)"][f"only {name}"]["value"] for name in ("Anthropic", "OpenAI")}
    larger = max(pays, key=lambda name: pays[name])
    rows = list(numbers["when OpenAI alone pays"].items())[:2]
    apart = listed(
        [f"{name.replace('_', ' ')} ({number(row['pays'])} against {number(row['not'])})" for name, row in rows]
    )
    odds = _by_substitution(numbers["by substitution"])
    return (
        f"{opening}Of serving both or Anthropic alone, with or without today's stake, AWS and Anthropic's other owners "
        f"together gain most by {DONE[first]} ({percent_interval(best[first])} of the draws). The stake by itself is "
        f"worth {spread(gain['both, stake'])} US$ bn to the pair, for it takes margin off one shelf; the refusal of "
        f"OpenAI is worth {spread(gain['only Anthropic'])}, for it closes the other. A tie that excludes wins more "
        f"often with {larger}; the draws where one with OpenAI pays differ most in the medians of {apart}."
        f"{_begins(numbers['centre'])} {odds}"
    )


def _by_substitution(thirds: Sequence[Numbers]) -> str:
    """Whether a deal with the second lab hangs on substitution, which is swept, and where draws are left out."""
    least, most = thirds[0], thirds[-1]
    first, last = (third["P(pair gains)"]["OpenAI"] for third in (least, most))
    if first is None or last is None:
        return "Nothing is certified at one end of substitution between suppliers."
    apart = first["low"] > last["high"] or last["low"] > first["high"]
    return (
        f"That deal {'hangs' if apart else 'does not clearly hang'} on how good a substitute one supplier is "
        f"for the other, which no fact tells: it pays in {percent_interval(first)} of the third of the draws with "
        f"least substitution and in {percent_interval(last)} of that with most (above {number(most['from'], 2)}); of "
        f"them {percent(least['not certified'])} and {percent(most['not certified'])} are left out."
    )


def _begins(centre: Numbers) -> str:
    """From which rivalry on an exclusive deal with OpenAI pays the pair, at the central values."""
    paying = [s for s, gain in zip(centre["rivalry"], centre["gains"]["only OpenAI"], strict=True) if gain > 0]
    if not paying:
        return " At the central values it pays at no rivalry."
    return f" At the central values it pays for a rivalry from {number(min(paying), 2)} to {number(max(paying), 2)}."


def _hedge(numbers: Numbers) -> str:
    policies = numbers["policies"]
    deviation = {
        name: policies[name]["spread of earnings"]["0.5"] for name in ("both", "only Anthropic", "only OpenAI")
    }
    softer = numbers["softening"]
    less = softer["P(less compute)"]
    softening = (
        f"compute falls in {percent_interval(less)} of the draws"
        if less["value"] > 1 / 2
        else f"compute rises, by {spread(softer['change of compute'])} GW, for lower margins outweigh softer rivalry"
    )
    return (
        "One lab's gain in standing is the other's loss here. Not knowing which gets ahead, AWS's earnings have a "
        f"standard deviation of {percent(deviation['both'])} of their mean if it serves both, "
        f"{percent(deviation['only Anthropic'])} with only Anthropic and "
        f"{percent(deviation['only OpenAI'])} with only OpenAI; serving both is the steadiest in "
        f"{percent_interval(numbers['P(hedge)'])} of the draws. With as large a stake in both labs, {softening}."
    )


def _sector(numbers: Numbers) -> str:
    labs, serving = numbers["centre"]["labs"], numbers["policies"]["both"]
    stake, refusal = numbers["concentration"]["both, stake"], numbers["concentration"]["only OpenAI"]
    sold, keys = serving["the cloud's share"]["0.5"], ("HHI of labs", "a lab drops out")
    index = [spread(move["change"][keys[0]]) for move in (stake, refusal)]
    exits = [number(move["mean"][keys[1]], 2) for move in (stake, refusal)]
    profits, rises = "the cloud's share of profits", stake["P(rises)"]
    cost = numbers["others at cost"]["P(rises)"][profits]
    return (
        f"AWS sells {percent(sold)} of all compute. The stake changes the Herfindahl index of the labs' compute by "
        f"{index[0]} points, refusing Anthropic by {index[1]}; the probability that a lab drops out changes by "
        f"{exits[0]} and {exits[1]}. The stake raises AWS's share of all profits in "
        f"{percent_interval(rises[profits])} of the draws, and in {percent_interval(cost)} with the others at cost: "
        "the claim on the lab is counted, and not what it cost. The index modified for ownership is "
        f"{number(labs['MHHI, silent'], 4)} with stakes in both labs, the plain one {number(labs['HHI'], 4)}: AWS has "
        "no lab of its own, as Google has (S4), and its shares without votes move no manager. With votes it would be "
        f"{number(labs['MHHI, voting'], 4)}."
    )


def judge_indispensable(numbers: Numbers) -> Verdict:
    """Claim 5: serving both pays, no exclusive deal undoes it, and a lab without the cloud loses more than half."""
    found, missed = numbers["claims"]["5"], numbers["lost without the cloud"]
    verdict, condition = verdict_of(found)
    shown = listed([f"{name} {percent(missed[name]['0.5'])}" for name in missed])
    return Verdict(
        5,
        CLAIMS[5],
        verdict,
        f"{case_by_case(found)} Median profit that a refused lab loses (indispensable: more than half): {shown}.",
        "S6, whom to serve, prices and orders solved backwards",
        f"{by_bound_in_words(found, 'If a lab must lose more than {} of its profit', chosen_percent)} Chief drivers of "
        f"the gain from exclusivity: {_chief(numbers, 'exclusive deal')}.",
        condition=condition,
        turns=turns_with_bound(found),
    )


def _chief(numbers: Numbers, output: str, most: int = 3) -> str:
    return listed([name.replace("_", " ") for name in list(numbers["drivers"][output])[:most]])


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Earnings by policy, and joint gains of ties over rivalry."""
    figure = new_figure(2.6)
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
    _earnings(left, numbers["policies"])
    _ties(right, numbers["centre"])
    panel(left, "a", "what AWS earns")
    panel(right, "b", "gain of AWS and the lab by a tie")
    return figure


def _earnings(axes: Axes, policies: Numbers) -> None:
    for row, name in enumerate(NAMES):
        values = policies[name]["earned"]
        colour = VERMILION if name == "both" else BLUE if "stake" in name else GREY
        axes.hlines(row, values["0.05"], values["0.95"], color=colour, linewidth=1.4)
        axes.hlines(row, values["0.25"], values["0.75"], color=colour, linewidth=6)
        axes.plot(values["0.5"], row, marker="|", markersize=11, markeredgewidth=1.6, color=BLACK)
    axes.set_yticks(range(len(NAMES)), list(NAMES.values()))
    axes.set_ylim(len(NAMES) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=0)
    axes.set_xlabel("earnings of AWS (US\\$ bn)")
    light_grid(axes, "x")


def _ties(axes: Axes, centre: Numbers) -> None:
    styles = {
        "both, stake": (BLUE, "-", 6),
        "only Anthropic, stake": (GREEN, "-.", 8),
        "only Anthropic": (GREY, "--", -9),
        "only OpenAI": (VERMILION, ":", -7),
    }
    for name, (colour, dash, shift) in styles.items():
        values = centre["gains"][name]
        axes.plot(centre["rivalry"], values, color=colour, linestyle=dash)
        axes.annotate(
            NAMES[name],
            (centre["rivalry"][-1], values[-1]),
            (0, shift),
            textcoords="offset points",
            ha="right",
            va="bottom" if shift > 0 else "top",
            color=colour,
            fontsize=8.5,
        )
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.margins(y=0.18)
    axes.set_xlabel("rivalry of the labs, $s$ (no unit)")
    axes.set_ylabel("gain over serving both (US\\$ bn)")
    light_grid(axes, "y")
