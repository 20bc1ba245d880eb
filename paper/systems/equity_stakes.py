"""S4 in the paper: what stakes do to sourcing, rivals and investment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.claim_texts import CLAIMS
from paper.claims import Verdict, by_bound_in_words, case_by_case, turns_with_bound, verdict_of
from paper.figures.style import BLACK, BLUE, GREEN, GREY, SKY, VERMILION, light_grid, new_figure, panel
from paper.formats import chosen_percent, listed, number, percent, percent_interval, signed_percent, spread
from paper.names import spoken
from paper.systems.section import Section

STUDY = "equity_stakes"

Numbers = Mapping[str, Any]

_SHARE = "share, Google"

_INDICES = {"HHI": "the Herfindahl index", "MHHI": "the one modified for ownership"}


def points(share: Any) -> str:
    """Difference of two shares, in percentage points, with its sign.

    Examples
    --------
    >>> points(0.0135), points(-0.004), points(0.0)
    ('+1.35', '−0.400', '0')
    """
    value = number(100 * share)
    return f"+{value}" if share > 0 else value


def points_spread(quantiles: Mapping[str, float]) -> str:
    """Median over the draws with the 5th and 95th percentile, in percentage points."""
    low, middle, high = (points(quantiles[q]) for q in ("0.05", "0.5", "0.95"))
    return f"{middle} points ({low} to {high})"


def write(numbers: Numbers) -> Section:
    """Section on equity for compute."""
    return Section(
        system="S4",
        heading="Equity for compute",
        model="equity-for-compute",
        card={
            "Players": "Google and Amazon, which hold stakes without votes in a lab; a third cloud without one; the "
            "lab; Google's own lab, its rival.",
            "Choices": "Stakes, for lump sums; prices of compute; the lab's orders from each cloud and the compute of "
            "Google's own lab.",
            "Timing": "Stakes, then prices, then orders; capacity is built to order. Solved backwards.",
            "Equilibrium": "Orders solve a complementarity problem with one solution; prices are held to every other "
            "price of every cloud; lump sums are Nash bargains of each pair given the other's.",
        },
        payoff=numbers["payoff"],
        paragraphs=(_sourcing(numbers), _rivals(numbers), _deal(numbers)),
        caption="Equity for compute. (a) Change of Google's share of the lab's compute: medians, halves and nine "
        "tenths of the draws. (b) Shares as Google's stake grows, at the central values; the vertical line is the "
        "stake of today.",
        alt="Bars of the effect of three changes of stakes on the TPU share, and lines of three clouds' shares over "
        "Google's stake.",
        cites=("greenlee2006", "horn1988", "obrien2000", "ordover1990", "reynolds1986"),
        verdicts=(judge(numbers),),
    )


def _sourcing(numbers: Numbers) -> str:
    forecast, effects = numbers["forecast"], numbers["effects"]
    today = effects["today's stake"]["change"][_SHARE]
    lower, upper = (points(x) for x in forecast["50% interval"])
    low, high = (points(x) for x in forecast["90% interval"])
    facts = numbers["facts on TPU share"]
    matched = effects["larger, matched by Amazon"]["change"][_SHARE]
    return (
        "A silent stake makes a cloud give up that part of its margin on the lab. Google's stake of today changes its "
        f"share of the lab's compute by {points_spread(today)}. A further stake of {percent(numbers['extra stake'])} "
        f"would change it by {points(forecast['median'])} points: half of the draws lie between {lower} and {upper}, "
        f"nine tenths between {low} and {high}. This is a forecast of {forecast['date']}, for capacity that is built "
        "to order; where capacity is already built, a stake moves money and no GW. If Amazon matches it, "
        f"{points_spread(matched)} remain. Of what the lab orders from Google and Amazon the model gives Google "
        f"{percent(numbers['two-chip share']['0.5'])} in the median; the facts allow {percent(facts['low'])} to "
        f"{percent(facts['high'])}. Left out are {percent(numbers['share not certified'])} of the draws, in which some "
        "price stage has no certified equilibrium."
    )


def _rivals(numbers: Numbers) -> str:
    effect = numbers["effects"]["larger stake"]
    change = effect["change"]
    refuses = numbers["P(Google refuses)"]["today"]
    labs, concentrated = numbers["centre"]["labs"], numbers["concentration"]
    investment = _signed(effect["P(rises)"]["investment"], "total investment")
    indices = listed([f"{spread(change)} points by {_INDICES[name]}" for name, change in concentrated.items()])
    own, lab = change["Google's own compute"]["0.5"], change["lab's compute"]["0.5"]
    return (
        f"The stake is also one in a rival of Google's own lab, which therefore builds {number(abs(own))} GW "
        f"{'less' if own < 0 else 'more'} in the median, while the lab orders {number(abs(lab))} GW "
        f"{'more' if lab > 0 else 'less'}: {investment}, with a median change of "
        f"{number(change['investment']['0.5'])} US$ bn. The stake of today changes the concentration of the two labs' "
        f"compute by {indices}; at the central values the latter is {number(labs['today']['MHHI'], 4)}, and without "
        f"the stake {number(labs['none']['MHHI'], 4)}. The second adds to the first what the owners share; what is "
        "ordered in reply to that is in both. Where the two labs sell nearly the same and Google's is large, Google "
        f"refuses to supply ({percent_interval(refuses)} of the draws), and more equity changes nothing."
    )


def _signed(estimate: Mapping[str, float], what: str) -> str:
    if estimate["low"] > 1 / 2:
        return f"{what} rises in {percent_interval(estimate)} of the draws"
    if estimate["high"] < 1 / 2:
        falls = {"value": 1 - estimate["value"], "low": 1 - estimate["high"], "high": 1 - estimate["low"]}
        return f"{what} falls or stands still in {percent_interval(falls)} of the draws"
    return f"{what} rises or falls about as often"


def _deal(numbers: Numbers) -> str:
    effect = numbers["effects"]["larger stake"]
    gain, chance = effect["change"]["pair's gain"], effect["P(rises)"]["pair's gain"]
    takes, worse = numbers["P(taking dominates)"], numbers["P(both stakes leave it worse off)"]
    paid = listed([f"{percent(takes[cloud]['value'])} of the draws for {cloud}" for cloud in takes])
    worse_off = listed([f"{cloud} worse off than none in {percent(worse[cloud]['value'])}" for cloud in worse])
    return (
        f"Google and the lab's other owners together gain from the larger stake in {percent_interval(chance)} of the "
        f"draws, {number(gain['0.5'], 2)} US$ bn in the median; the lump sum shares it by bargaining weight. Taking "
        f"today's stake pays a cloud whatever the other does in {paid}. Both stakes together leave {worse_off} of the "
        "draws: Amazon's cheaper compute feeds the rival of Google's own lab."
    )


def judge(numbers: Numbers) -> Verdict:
    """Claim 4: a larger stake raises the share, and less is lost for each dollar of a rival's lower price."""
    found, matched = numbers["claims"]["4"], numbers["effects"]["larger, matched by Amazon"]["P(rises)"][_SHARE]
    verdict, condition = verdict_of(found)
    lost, left = numbers["lost to a cheaper rival"], numbers["kept beside a cheaper rival"]
    with_stake, without = (points(-lost[title]["0.5"]) for title in ("larger stake", "no stake"))
    ends = [percent(left[title]["0.5"]) for title in ("larger stake", "no stake")]
    size = points_spread(numbers["effects"]["larger stake"]["change"][_SHARE])
    more, held = (numbers[f"GW {what}, with the stakes over without"] for what in ("lost per dollar", "held"))
    low, middle, high = (signed_percent(more[q] - 1) for q in ("0.05", "0.5", "0.95"))
    ratio = numbers["part of GW lost per dollar, with the stakes over without"]
    part = "{} ({} to {})".format(*(signed_percent(ratio[q] - 1) for q in ("0.5", "0.05", "0.95")))
    return Verdict(
        4,
        CLAIMS[4],
        verdict,
        f"{case_by_case(found)} The share rises by {size}, and in {percent_interval(matched)} of the draws if Amazon "
        f"matches the stake. If Amazon's capital gets {percent(numbers['cost cut'])} cheaper, the stakes "
        f"change what Google loses, in GW per dollar of Amazon's price, by {middle} ({low} to {high}), "
        f"and what it holds at the start by {signed_percent(held['0.5'] - 1)} (median): "
        "with linear demand both rise with the stake by construction.",
        "S4, stakes, prices and orders solved backwards",
        f"{by_bound_in_words(found, 'If the loss must be smaller by {}', chosen_percent)} The part of its GW that "
        f"Google loses for each dollar changes by {part}. By points of the share the loss is {with_stake} with the "
        f"stakes and {without} without (medians), and a share of {ends[0]} against {ends[1]} is left: both repeat that "
        "the stake raises the share. Chief drivers of the effect: "
        f"{listed([spoken(name) for name in list(numbers['drivers']['effect'])[:3]])}. No votes and no exclusive terms "
        "come with the stake in the facts; either would be another game.",
        condition=condition,
        turns=turns_with_bound(found),
    )


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Effects on the share, and shares over Google's stake."""
    figure = new_figure(2.5)
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    _effects(left, numbers["effects"])
    _curve(right, numbers["centre"])
    panel(left, "a", "effect on Google's share")
    panel(right, "b", "shares over the stake (central values)")
    return figure


def _effects(axes: Axes, effects: Numbers) -> None:
    names = {
        "today's stake": "stake of today",
        "larger stake": "larger stake",
        "larger, matched by Amazon": "matched by\nAmazon",
    }
    for row, (effect, colour) in enumerate(zip(names, (GREY, VERMILION, BLUE), strict=True)):
        spread = {q: 100 * value for q, value in effects[effect]["change"][_SHARE].items()}
        axes.hlines(row, spread["0.05"], spread["0.95"], color=colour, linewidth=1.4)
        axes.hlines(row, spread["0.25"], spread["0.75"], color=colour, linewidth=7)
        axes.plot(spread["0.5"], row, marker="|", markersize=13, markeredgewidth=1.6, color=BLACK)
        axes.annotate(
            points(spread["0.5"] / 100),
            (spread["0.5"], row),
            (0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
        )
    axes.axvline(0, color=BLACK, linewidth=0.6)
    axes.set_yticks(range(len(names)), list(names.values()))
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("change of share (% points)")
    light_grid(axes, "x")


def _curve(axes: Axes, centre: Numbers) -> None:
    curve = centre["curve"]
    stakes = [100 * stake for stake in curve["stake"]]
    styles = {"Google": (VERMILION, "-", "o"), "Amazon": (BLUE, "--", "s"), "third cloud": (GREEN, ":", "^")}
    heights = {"Google": -6, "Amazon": 6, "third cloud": 0}
    for cloud, (colour, dash, marker) in styles.items():
        values = [100 * share for share in curve[f"share, {cloud}"]]
        axes.plot(stakes, values, color=colour, linestyle=dash, marker=marker, markersize=3.5)
        axes.annotate(
            cloud,
            (stakes[-1], values[-1]),
            (5, heights[cloud]),
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize=8.5,
        )
    axes.axvline(100 * centre["stakes"]["Google"], color=SKY, linewidth=1, zorder=0)
    axes.set_xlim(0, 1.32 * stakes[-1])
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= stakes[-1]])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("Google's stake (%)")
    axes.set_ylabel("share of the lab's compute (%)")
    light_grid(axes, "y")
