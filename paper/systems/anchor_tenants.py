"""S5, anchor tenants: what the paper says of the study ``anchor_tenants``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.claim_texts import CLAIMS
from paper.claims import Verdict, by_bound_in_words, case_by_case, needed, only, turns_with_bound, verdict_of
from paper.figures.style import BLACK, BLUE, GREY, ORANGE, VERMILION, light_grid, new_figure, panel, spoken
from paper.formats import chosen_percent, interval, listed, number, percent, percent_interval, spread
from paper.systems.section import Section

STUDY = "anchor_tenants"

Numbers = Mapping[str, Any]

_LIKELY = 0.5


def write(numbers: Numbers) -> Section:
    """Section on anchor tenants."""
    return Section(
        system="S5",
        heading="Anchor tenants",
        model="anchor-tenant",
        card={
            "Players": "A cloud and a lab; other clouds and rival labs set what each can get elsewhere.",
            "Choices": "Quantity and price of a contract, with take-or-pay, term and exit fee given; what the cloud "
            "builds; what the lab uses, leaves or buys on the spot.",
            "Timing": "The two bargain, the cloud builds, demand and market are drawn, then they trade.",
            "Equilibrium": "Backward induction: a bargain over what no contract covers once capital is sunk, the "
            "cloud's best build given that, and the Nash bargain over the contract given both.",
        },
        payoff=numbers["formulas"]["cloud without contract"],
        paragraphs=(_built(numbers), _borne(numbers), _scarcity(numbers), _several(numbers)),
        caption="Anchor tenants. (a) Capacity at the calibrated centre by the probability that rival labs bid for it. "
        "(b) What a contract adds to both payoffs, by the fee for leaving it, as a share of what it adds without any "
        "exit; bars are 95 per cent intervals. (c) Mean "
        "loss on capacity that the tenant does not use, after re-letting, by who bears it.",
        alt="Capacity with and without a contract by tightness, value of the contract by exit fee, and burden shares",
        cites=("grout1984", "kreps1983", "masten1985", "nash1950"),
        verdicts=(judge_win(numbers), judge_scarcity(numbers)),
    )


def _built(numbers: Numbers) -> str:
    build, centre = numbers["build"], numbers["centre"]
    less = build["without over efficient"]["high"] < build["with over efficient"]["low"]
    verb = "builds more on a contract than on a lab's word" if less else "builds no more on a contract than without"
    above = centre["rent"] > centre["published rent"]
    return (
        f"A cloud {verb}. Without one it knows that the rent will be bargained over when its capital is sunk, and over "
        f"all draws builds {percent_interval(build['without over efficient'])} of the capacity that would serve the "
        f"two best; with the contract they would sign it builds {percent_interval(build['with over efficient'])}. "
        f"Nothing at all is built in {percent_interval(build['P(nothing without)'])} of the draws without a contract, "
        f"and in {percent_interval(build['P(nothing with)'])} with one: there the lab and the market together do not "
        f"repay the capital. At the centre {'a contract is' if centre['signed'] else 'no contract is'} signed; where "
        f"rivals bid with probability {number(centre['tight'], 2)} a contract takes the build from "
        f"{number(centre['GW without'])} to {number(centre['GW with'])} GW for a lab that needs "
        f"{number(centre['demand'])} GW on average, and the rent "
        f"they agree on, US$ {number(centre['rent'])} bn per GW and year, is {'above' if above else 'below'} the "
        f"{number(centre['published rent'])} of the largest published contract, which sets no part of the bargain "
        "directly: it enters as what the market pays."
    )


def _borne(numbers: Numbers) -> str:
    burden, fees, contracts = numbers["burden"], numbers["exit"], numbers["contracts"]
    free, first = fees["0"], next(fee for fee in fees if fee != "0")
    none = free["P(contract adds)"]["value"] == 0
    largest = max(contracts, key=lambda name: float(contracts[name]["capital"]))
    deal = contracts[largest]
    start = "A contract that can be left for nothing moves no capital" if none else "Even a free exit leaves some value"
    eased = burden["with"]["builder, US$ bn"]["high"] < burden["without"]["builder, US$ bn"]["low"]
    relief = "it builds more and bears less" if eased else "the contract does not relieve it, it lets it build more"
    return (
        f"{start}. A fee of {percent(float(first))} of the capital cost already keeps "
        f"{percent_interval(fees[first]['kept'])} of the value of a contract without exit. The tenant is expected to "
        f"leave {percent_interval(burden['with']['stranded over built'])} of the capital unused. Of what is lost after "
        f"re-letting, the builder bears {percent_interval(burden['with']['builder over lost'])} and the lab the rest; "
        f"in US$ bn per draw {number(burden['with']['builder, US$ bn']['value'])} and "
        f"{number(burden['with']['lab, US$ bn']['value'])}, against "
        f"{number(burden['without']['builder, US$ bn']['value'])} that the builder bears without a contract: {relief}. "
        "At the rent of published contracts and for mean demand, the builder bears "
        f"{_shares(numbers['unused cost share'])} of the capital cost of a GW without demand. {largest} at the centre: "
        f"of US$ {number(deal['capital'])} bn of capital, {number(deal['idle capital'])} are expected idle and "
        f"{number(deal['lost'])} lost after re-letting; the builder bears {number(deal['builder, no exit'])} of them "
        f"if the contract holds, and {number(deal['builder, free exit'])} if the lab can walk away. "
        f"Demand and the market are drawn apart. If others stay away when the lab does, the "
        f"loss is {number(deal['lost, slack market'])}, and with an exit fee of "
        f"{percent(numbers['centre']['exit fee'])} of the capital the builder bears "
        f"{number(deal['builder, exit fee, slack market'])} of it."
    )


def _shares(quantiles: Mapping[str, float]) -> str:
    low, middle, high = (percent(quantiles[q]) for q in ("0.05", "0.5", "0.95"))
    return f"{middle} ({low} to {high})"


def _scarcity(numbers: Numbers) -> str:
    slack, tight = numbers["scarcity"]["slack"], numbers["scarcity"]["tight"]
    path = numbers["centre"]["by tightness"]
    best = max(range(len(path["gain"])), key=lambda i: float(path["gain"][i]))
    inside = 0 < best < len(path["gain"]) - 1
    shape = (
        f"what the contract adds is largest at a probability of {number(path['tightness'][best], 2)} and nothing at "
        "either end: in a slack market capital is not repaid, in a starved one the cloud builds to its limit for "
        "whoever comes, and a contract only divides the rent"
        if inside and max(path["gain"][0], path["gain"][-1]) <= 0
        else "what the contract adds is largest at one end of the range of tightness"
    )
    more = numbers["scarcity"]["P(tight wants more)"]["low"] > _LIKELY
    refused = tight["P(accepted | wants)"] is not None and tight["P(accepted | wants)"]["high"] < _LIKELY
    return (
        f"Scarcity {'makes labs want' if more else 'does not make labs want'} larger commitments. At the rent of "
        f"published contracts, without exit, a lab would sign in {percent_interval(slack['P(wants)'])} of the draws "
        f"where rivals never bid, and in {percent_interval(tight['P(wants)'])} where they bid with probability "
        f"{number(tight['tightness'], 2)}; of those it prefers the long term to a short one in "
        f"{_maybe(slack['P(long beats short | wants)'])} and in {_maybe(tight['P(long beats short | wants)'])}. A "
        f"cloud without a rival {'mostly refuses that rent' if refused else 'often accepts it'} when the market is "
        f"tight: it accepts in {_maybe(tight['P(accepted | wants)'])}. A contract is agreed on in "
        f"{percent_interval(slack['P(agreed)'])} of the draws in the slack and {percent_interval(tight['P(agreed)'])} "
        f"in the tight market, at a median rent of US$ {_median(slack['rent'])} and {_median(tight['rent'])} bn per GW "
        f"and year. At the centre, {shape}."
    )


def _several(numbers: Numbers) -> str:
    option, sources = numbers["option"], numbers["sources"]
    forecast = sources["forecast"]
    rarely = sources["P(second source pays | build pays)"]["high"] < _LIKELY
    return (
        f"'Up to one million TPUs' is an option. For the {number(option['GW'])} GW it stands for, the right to use "
        f"them at the rent of published contracts is worth US$ {spread(option['option'])} bn to the lab, and the duty "
        f"to pay for them US$ {spread(option['commitment'])} bn: positive in "
        f"{percent_interval(option['P(commitment worth signing)'])} of the draws. A second cloud "
        f"{'rarely pays' if rarely else 'often pays'} for the competition that it brings after the term alone, since "
        "with binding capacity two posted prices do not lie below one bargain, while one cloud on its own chips saves "
        f"capital: {percent_interval(sources['P(second source pays | build pays)'])} of the draws in which building "
        "pays. Labs sign with several clouds where none can build all they want: "
        f"{percent_interval(sources['P(no cloud can build all | build pays)'])}. In the terms of "
        f"{forecast['recorded']}: {forecast['event']} where {forecast['condition']}. One of the two holds in "
        f"{percent_interval(forecast['share of draws'])} of the draws: a measure of the swept limit of one cloud, "
        "not a frequency. Outages and porting are the subject of S3, and would add to it."
    )


def _maybe(estimate: Mapping[str, float] | None) -> str:
    return percent_interval(estimate) if estimate else "none"


def _median(quantiles: Mapping[str, float] | None) -> str:
    return number(quantiles["0.5"] if quantiles else None)


def _chief(numbers: Numbers, output: str) -> str:
    indices = numbers["drivers"][output]
    order = sorted(indices, key=lambda name: -float(indices[name]["total"]["value"]))
    return listed([spoken(name) for name in order[:3]])


def judge_win(numbers: Numbers) -> Verdict:
    """Claim 6: whether the tenant is worth a material share of capital, by who else bids for it."""
    found, win = numbers["claims"]["6"], numbers["win"]
    verdict, condition = verdict_of(found)
    worth = listed([f"{interval(win[case]['mean'])} with {case}" for case in ("no rival", "dearer rival")])
    return Verdict(
        6,
        CLAIMS[6],
        verdict,
        f"The tenant is worth enough if what it adds is at least {chosen_percent(numbers['material'])} of the capital; "
        f"judged where building pays a cloud with own chips, {percent_interval(found['scope'])} of the draws. "
        f"{case_by_case(found)} Mean gain, US$ bn: {worth}; an equal rival bids all of it away. "
        + by_bound_in_words(found, "If what it adds counts from {} of the capital on", chosen_percent),
        "S5, bargained contract with and without another cloud that bids for the tenant",
        f"A free exit leaves {percent(numbers['exit']['0']['kept']['value'])} of the contract's value. Chief drivers "
        f"of signing: {_chief(numbers, 'contract signed')}.",
        "The two sides split what they gain.",
        condition,
        turns_with_bound(found),
    )


def judge_scarcity(numbers: Numbers) -> Verdict:
    """Claim 11: whether a tight market makes labs want larger and longer commitments, and gets them agreed on."""
    found, tight = numbers["claims"]["11"], numbers["scarcity"]["tight"]
    verdict, condition = verdict_of(found)
    return Verdict(
        11,
        CLAIMS[11],
        verdict,
        f"{needed(only(found))} Of the labs that want any, the long term is preferred in "
        f"{_maybe(tight['P(long beats short | wants)'])}.",
        "S5, lab at a given rent, and the bargained contract, in slack and tight markets",
        f"At the rent of published contracts a cloud without a rival accepts in {_maybe(tight['P(accepted | wants)'])} "
        f"of the tight draws. Chief drivers of signing: {_chief(numbers, 'contract signed')}.",
        condition=condition,
    )


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Capacity by tightness; value by exit fee; who bears what is not used."""
    figure = new_figure(2.5)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.25, 1, 0.9))
    _by_tightness(left, numbers["centre"])
    _by_fee(middle, numbers["exit"])
    _burden(right, numbers["burden"])
    panel(left, "a", "capacity (centre)")
    panel(middle, "b", "value of the contract")
    panel(right, "c", "loss on idle capacity")
    return figure


def _by_tightness(axes: Axes, centre: Numbers) -> None:
    path = centre["by tightness"]
    for key, colour, dash, label in (
        ("GW with", VERMILION, "-", "built with contract"),
        ("GW without", BLUE, "--", "built without"),
        ("GW wanted", BLACK, ":", "lab wants at\npublished rent"),
    ):
        axes.plot(path["tightness"], path[key], color=colour, linestyle=dash, label=label)
    axes.vlines(centre["tightness"], 0, max(path["GW with"]), color=GREY, linewidth=0.7)
    axes.annotate("centre ", (centre["tightness"], 0.88 * max(path["GW with"])), ha="right", color=GREY, fontsize=8.5)
    axes.set_ylim(0, 1.62 * max(path["GW with"]))
    axes.set_xlabel("P(rival labs bid) (no unit)")
    axes.set_ylabel("capacity (GW)")
    axes.legend(loc="upper left", handlelength=2.2, labelspacing=0.3, borderaxespad=0.1)
    light_grid(axes, "y")


def _by_fee(axes: Axes, fees: Numbers) -> None:
    names = [fee for fee in fees if "kept" in fees[fee]]
    x = [100 * float(fee) for fee in names]
    kept = [fees[fee]["kept"] for fee in names]
    y = [100 * float(e["value"]) for e in kept]
    below = [100 * max(float(e["value"]) - float(e["low"]), 0.0) for e in kept]
    above = [100 * max(float(e["high"]) - float(e["value"]), 0.0) for e in kept]
    axes.errorbar(x, y, yerr=[below, above], color=VERMILION, marker="o", markersize=4, capsize=2)
    axes.set_ylim(-4, 109)
    axes.set_xlabel("exit fee (% of capital cost)")
    axes.set_ylabel("kept (% of value without exit)")
    light_grid(axes, "y")


def _burden(axes: Axes, burden: Numbers) -> None:
    bottom = [0.0, 0.0]
    for part, colour, hatch, label in (("builder", BLUE, "", "builder bears"), ("lab", ORANGE, "///", "lab pays")):
        heights = [float(burden[case][f"{part}, US$ bn"]["value"]) for case in ("without", "with")]
        axes.bar((0, 1), heights, bottom=bottom, width=0.6, color=colour, hatch=hatch, edgecolor="white", label=label)
        bottom = [b + h for b, h in zip(bottom, heights, strict=True)]
    axes.set_xticks((0, 1), ("without\ncontract", "with\ncontract"))
    axes.set_ylim(0, 1.4 * max(bottom))
    axes.set_ylabel("mean loss (US$ bn)")
    axes.tick_params(axis="x", length=0)
    axes.legend(loc="upper left", handlelength=1.4, labelspacing=0.25, borderaxespad=0.1)
    light_grid(axes, "y")
