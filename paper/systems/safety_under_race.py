"""S11: safety under race pressure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLUE, GREY, SKY, VERMILION, light_grid, new_figure, panel
from paper.formats import listed, number, percent, percent_interval, spread
from paper.systems.section import Section

STUDY = "safety_under_race"

Numbers = Mapping[str, Any]


def write(numbers: Numbers) -> Section:
    """Section on safety."""
    return Section(
        system="S11",
        heading="Safety under race pressure",
        model="racing-to-precipice",
        card={
            "Players": "Teams that race for a machine; two developers; users, creators and regulators; identical labs "
            "that buy compute.",
            "Choices": "How safe to be: a level; safe or unsafe; to trust, to build safely, to check; compute for "
            "safety and for performance.",
            "Timing": "One shot, with private or public knowledge of abilities; a race of many rounds; one shot.",
            "Equilibrium": "Bayesian Nash and Nash in closed form with a check of every deviation; risk dominance; "
            "symmetric Nash, certified against all pairs of choices.",
        },
        payoff=None,
        payoff_in_words="What the winner gets if no disaster comes, less the enmity to a rival that wins, or less the "
        "cost of being safe; for compute, the value of winning safely less the price of what is bought.",
        paragraphs=(_risk(numbers), _zone(numbers), _regulators(numbers), _price(numbers), _ranges(numbers)),
        caption="(a) Probability of disaster by number of teams and by what they know of each other. Marks: medians "
        "over the draws; bars: quartiles. (b) Shares of the draws, by the probability that an unsafe winner loses "
        "everything, in which both developers prefer to be unsafe, in which safety is better for both and yet "
        "risk-dominated (the dilemma), and in which it prevails.",
        alt="Points of the risk by number of teams; stacked areas of three states by the risk of unsafe development",
        cites=("alalawi2026", "armstrong2016", "han2020", "jensen2023", "stafford2022"),
    )


def _risk(numbers: Numbers) -> str:
    private, public = (numbers["risk"][know] for know in ("private", "public"))
    few, *_, many = private
    more = numbers["P(more teams, more risk)"]
    open_worse = [e["value"] for e in numbers["P(public riskier)"].values()]
    say = "mostly lowers the risk" if max(open_worse) < 0.5 else "raises the risk in many draws"
    return (
        f"What a lab in the calibrated race loses by lagging is {spread(numbers['enmity'], 2)} of what it has when it "
        "leads (median, 5th to 95th percentile). With this enmity between racing teams, the median probability of "
        f"disaster goes from {percent(private[few]['0.5'])} with {few} teams to {percent(private[many]['0.5'])} with "
        f"{many} if they know only their own ability, and from {percent(public[few]['0.5'])} to "
        f"{percent(public[many]['0.5'])} if all abilities are public; more teams are more dangerous in "
        f"{percent_interval(more['private'])} and {percent_interval(more['public'])} of the draws. That openness is "
        f"dangerous is not general: it {say}, and is worse than secrecy in {percent(min(open_worse))} to "
        f"{percent(max(open_worse))} of the draws, depending on the number of teams."
    )


def _zone(numbers: Numbers) -> str:
    dilemma, unsafe, safe = (
        percent_interval(numbers["states"][name]) for name in ("dilemma", "unsafe is better for both", "safe prevails")
    )
    return (
        "In a race of two developers, safe development is better for both and yet risk-dominated in "
        f"{dilemma} of the draws; in {unsafe} both would rather be unsafe, because its private risk is small, and in "
        f"{safe} safety prevails by itself. (No fact sets the ranges drawn from: the shares say how wide the zone "
        "is, not how likely.) The dilemma lies between a risk that is too small to matter to the developers and one "
        "that deters them: what is dangerous to others only does not enter it."
    )


def _regulators(numbers: Numbers) -> str:
    """Detection in the race of two developers, and what makes regulators check."""
    table, trust = numbers["states by detection"], numbers["trust"]
    least, *_, most = sorted(table, key=float)
    before, after = (table[key]["dilemma"] for key in (least, most))
    narrows = after["high"] < before["low"]
    none = trust[min(trust, key=float)]
    alone = none["mixed"] is None and none["pure"] == [["abstain", "unsafe", "lax"]]
    paid = [reward for reward in sorted(trust, key=float) if trust[reward]["mixed"] is not None]
    text = (
        f"Detection {'narrows' if narrows else 'does not narrow'} the dilemma: where unsafe development is found out "
        f"with a probability of {percent(float(most))}, it is left in {percent_interval(after)} of the draws, safety "
        f"prevails in {percent_interval(table[most]['safe prevails'])} instead of "
        f"{percent_interval(table[least]['safe prevails'])}, and both would rather be unsafe in "
        f"{percent_interval(table[most]['unsafe is better for both'])} instead of "
        f"{percent_interval(table[least]['unsafe is better for both'])}, as what detection takes is the benefit of a "
        "round and not the prize at the end. Whether anybody looks is another question. In "
        "the trust game of users, creators and regulators, at its source's values, "
        + ("nobody trusts, builds safely or checks" if alone else "more than distrust is an equilibrium")
        + " if a finding brings the regulator no reward"
    )
    if not paid:
        return f"{text}, and no reward that was tried makes another one."
    found = trust[paid[0]]
    shares = [percent(share) for share in found["mixed"]]
    return (
        f"{text}. With a reward of {number(float(paid[0]), 2)} there is another, in which {shares[0]} of the users "
        f"trust, {shares[1]} of the creators are safe and {shares[2]} of the regulators check"
        + (", from which large populations that adapt move away" if found["mixed repels"] else "")
        + f"; it exists for {len(paid)} of the {len(trust)} rewards tried, as one that is too large makes so few users "
        "enough for regulators to check that creators do not fear it."
    )


def _price(numbers: Numbers) -> str:
    safer = numbers["P(dearer is safer)"]
    verdict = (
        "would make AI safer in most draws"
        if safer["low"] > 0.5
        else "would make AI less safe in most draws"
        if safer["high"] < 0.5
        else "could go either way"
    )
    lost = f", {numbers['not solved']} could not be solved" if numbers["not solved"] else ""
    checks = listed([f"{numbers['solutions that agree']} of {numbers['solved']} solved equilibria agree{lost}"])
    return (
        f"A tax that makes compute dearer {verdict}: it is safer in {percent_interval(safer)} of the draws, where "
        "the drag of performance on safety, times the returns of performance to compute, exceeds the returns of safety "
        f"to compute ({checks}). No fact bears on two of these three numbers; the third, "
        f"{number(numbers['ranges']['performance returns'][0], 2)} to "
        f"{number(numbers['ranges']['performance returns'][2], 2)}, is that of the scaling exponents."
    )


def _ranges(numbers: Numbers) -> str:
    """What is drawn beside enmity, for the models of the literature have no priors of their own on the card."""
    drawn = [
        f"{name} {number(low, 2)} to {number(high, 2)} ({number(centre, 2)})"
        for name, (low, centre, high) in numbers["ranges"].items()
    ]
    return (
        "Drawn, from low to high (mode), beside the enmity of the calibrated race: "
        f"{listed(drawn)}. Capability is the spread of ability over the cost of full safety, speed how much faster "
        "the careless are, risk the probability that an unsafe winner loses everything, prize that over all benefits "
        "on the way, care its cost over a round's benefit, drag how much harder performance makes safety."
    )


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Risk by teams and knowledge; states by the risk of unsafe development."""
    figure = new_figure(2.35)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    _by_teams(left, numbers["risk"])
    _by_risk(right, numbers["states by risk"])
    panel(left, "a", "teams and knowledge")
    panel(right, "b", "the dilemma zone of two developers")
    return figure


def _by_teams(axes: Axes, risk: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    for know, shift, colour, marker in (("private", -0.12, VERMILION, "o"), ("public", 0.12, BLUE, "s")):
        for place, e in enumerate(risk[know].values()):
            axes.vlines(place + shift, 100 * e["0.25"], 100 * e["0.75"], color=colour, linewidth=2.4, alpha=0.5)
        medians = [100 * e["0.5"] for e in risk[know].values()]
        places = [place + shift for place in range(len(medians))]
        axes.plot(places, medians, color=colour, marker=marker, markersize=4.5, linewidth=0.8, label=f"{know} ability")
    axes.set_xticks(range(len(risk["private"])), list(risk["private"]))
    axes.set_ylim(0, 100)
    axes.set_xlabel("number of teams (no unit)")
    axes.set_ylabel("probability of disaster (%)")
    axes.legend(loc="upper left")
    light_grid(axes, "y")


def _by_risk(axes: Axes, table: Mapping[str, list[float]]) -> None:
    edges = [100 * edge for edge in table["edges"]]
    middle = [(low + high) / 2 for low, high in itertools.pairwise(edges)]
    names = [name for name in table if name != "edges"]
    shares = [[100 * (share or 0.0) for share in table[name]] for name in names]
    areas = axes.stackplot(middle, *shares, colors=(GREY, VERMILION, SKY), edgecolor="white", linewidth=0.6)
    for area, hatch in zip(areas, ("", "///", ""), strict=True):
        area.set_hatch(hatch)
    for name, x, y in zip(names, (0.04, 0.44, 0.99), (0.25, 0.55, 0.93), strict=True):
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
        side = {0.04: "left", 0.44: "center", 0.99: "right"}[x]
        axes.text(x, y, name, transform=axes.transAxes, ha=side, fontsize=8.5, bbox=box)
    axes.set_xlim(middle[0], middle[-1])
    axes.set_ylim(0, 100)
    axes.set_xlabel("probability that an unsafe winner loses all (%)")
    axes.set_ylabel("share of draws (%)")
