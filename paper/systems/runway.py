"""S10, valuations and runway: feedback, ruin, self-fulfilling fear, and claim 9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from paper.claim_texts import CLAIMS
from paper.claims import Verdict, by_bound_in_words, case_by_case, turns_with_bound, verdict_of
from paper.figures.style import BLACK, BLUE, ORANGE, SKY, VERMILION, light_grid, new_figure, panel, spoken
from paper.formats import chosen_percent, count, interval, listed, number, percent, percent_interval, spread
from paper.phrases import how_often
from paper.systems.section import Section

STUDY = "runway"

Numbers = Mapping[str, Any]

COLOURS = {
    "restraint": (SKY, ""),
    "either": (ORANGE, "xxx"),
    "one escalates": ("#FFFFFF", "..."),
    "escalation": (VERMILION, ""),
    "mixed": ("#FFFFFF", ""),
}
WORDS = {"either": "both are equilibria", "one escalates": "one lab escalates", "mixed": "no pure equilibrium"}


def write(numbers: Numbers) -> Section:
    """Section on valuations and runway."""
    return Section(
        system="S10",
        heading="Valuations and runway",
        model="runway",
        card={
            "Players": "OpenAI and Anthropic, the labs of which valuation and revenue are known.",
            "Choices": "A plan for all years: restrain, escalate, or match what the rival did in the year before.",
            "Timing": "Bills are committed yearly and part of them is owed again; equity is sold and revenue earned "
            "by the quarter; a lab without cash is ruined.",
            "Equilibrium": "Pure Nash of the game of plans, whose payoffs are means over common paths.",
        },
        payoff=None,
        payoff_in_words="Valuation and cash at the horizon, discounted, on the shares that are kept; nothing after "
        "ruin; a mean over simulated paths.",
        paragraphs=(_feedback(numbers), _ruin(numbers), _fear(numbers), _jump(numbers)),
        caption="(a) Probability that a lab's cash is gone within the horizon, by who escalates; bars: 95 per cent "
        "intervals. (b) Pure equilibria between two equal labs at the central values over twice the horizon, by the "
        "share of its valuation that a lab sells in a year and by the escalated commitment over the restrained one; "
        "cross: central values.",
        alt="Dots: probability of ruin of two labs under four pairs of plans; map of equilibria of two equal labs",
        cites=("harris1987", "tullock1980"),
        verdicts=(_verdict(numbers),),
    )


def _feedback(numbers: Numbers) -> str:
    loop = numbers["loop"]
    verb = "amplifies" if loop["0.05"] > 1 else "changes"
    return (
        "A dollar more of valuation today brings US$ "
        + f"{spread(numbers['spending per dollar'], 2)} more of compute spending over {count(numbers['years'])} years "
        "if both labs escalate (median, 5th to 95th percentile), and a shock of one per cent to all valuations moves "
        f"spending by {spread(numbers['elasticity'], 2)} per cent. The loop from spending through standing and size "
        f"back to funding {verb} the first round {spread(loop, 2)} times."
    )


def _ruin(numbers: Numbers) -> str:
    ruin = numbers["ruin"]
    first = next(iter(ruin))
    last = list(ruin)[-1]
    parts = [
        f"{lab} {percent_interval(ruin[last][lab])} instead of {percent_interval(ruin[first][lab])}"
        for lab in ruin[first]
    ]
    worst = max(ruin[last], key=lambda lab: ruin[last][lab]["value"])
    rival = next(lab for lab in ruin[last] if lab != worst)
    alone, together = ruin[f"{worst} escalates"][worst]["value"], ruin[last][worst]["value"]
    source = "its own plan, not the rival's," if together - alone < alone - ruin[first][worst]["value"] else "the rival"
    return (
        f"If {last}, the probability of ruin is: {listed(parts)} if {first}. For {worst} it is {source} that raises "
        f"it: {percent(alone)} if it escalates alone, {percent(together)} if {rival} does too. Chief drivers: "
        f"{listed([spoken(name) for name in list(numbers['drivers'])[:3]])}. Cash balances are not known; these are "
        "probabilities on the planned burn and the last round as cash."
    )


def _fear(numbers: Numbers) -> str:
    kinds, attitudes, far = numbers["kinds"], numbers["attitudes"], numbers["map"]["share either"]
    order = sorted(kinds, key=lambda kind: -kinds[kind]["value"])
    motives = [
        f"{lab} escalates out of greed (whatever the rival does) in {percent(each['greed']['value'])} of the draws and "
        f"only for fear (if the rival does) in {percent(each['fear']['value'])}"
        for lab, each in attitudes.items()
    ]
    laggard = numbers["P(laggard escalates | one does)"]
    race = numbers["staged race"]
    text = (
        f"The equilibrium is {_named(order[0])} in {percent_interval(kinds[order[0]])} of the draws and "
        f"{_named(order[1])} in {percent_interval(kinds[order[1]])}; fear of falling behind is self-fulfilling, with "
        f"restraint and escalation both in equilibrium, in {percent_interval(kinds['either'])}. "
        f"{'; '.join(motives)}. Between equal labs the self-fulfilling region takes "
        f"{percent_interval(far['near'])} of the map at the usual horizon and {percent_interval(far['far'])} at twice "
        "that: it needs time to answer, and strong funding."
    )
    if laggard is None:
        return text
    who = "the smaller lab" if laggard > 0.5 else "the larger lab"
    against = "the reverse of" if laggard > 0.5 else "as in"
    return text + (
        f" Where only one escalates it is {who} in {percent(max(laggard, 1 - laggard))} of the cases, {against} the "
        f"race of Harris and Vickers, where the leader works harder (rates {number(race['leader'], 2)} and "
        f"{number(race['follower'], 2)} a year one step apart)."
        + (" Standing bought with a share of income is cheap for whoever has little of it." if laggard > 0.5 else "")
    )


def _jump(numbers: Numbers) -> str:
    jump, values, material = numbers["jump"], numbers["valuations"], percent(numbers["material"])
    fearful = jump["fearful"]
    falls = fearful["rival"]["0.5"] < 0
    why = ": standing is shared out, and what one lab gains of it funds the other less" if falls else ""
    return (
        f"Anthropic's step from US$ {number(values['before'])} bn to US$ {number(values['talks'])} bn, the least that "
        "the talks were about, changes the two labs' spending in equilibrium by "
        f"{interval(_percent(fearful['mean']))} per cent on average; it rises by "
        f"{material} or more in {percent_interval(fearful['P(total rises)'])} of the draws. The rival's spending "
        f"{'falls' if falls else 'rises'} in the median, by {percent(abs(fearful['rival']['0.5']))}{why}; it rises by "
        f"{material} or more {how_often(fearful['P(rival rises)']['value'])}. The kind of equilibrium changes in "
        f"{percent_interval(numbers['kind changes'])}."
    )


def _named(kind: str) -> str:
    return {"one escalates": "escalation by one lab", "either": "either", "mixed": "mixed"}.get(kind, kind)


def _percent(estimate: Mapping[str, float]) -> dict[str, float]:
    return {name: 100 * value for name, value in estimate.items()}


def _verdict(numbers: Numbers) -> Verdict:
    """Claim 9: when one valuation jumps, spending of all must rise, or that of each lab: by either reading."""
    found = numbers["claims"]["9"]
    verdict, condition = verdict_of(found)
    least = [numbers["jump"]["trusting"][f"P({name} rises)"] for name in ("total", "rival")]
    both = [numbers["jump of all"]["fearful"][f"P({name} rises)"] for name in ("total", "rival")]
    return Verdict(
        9,
        CLAIMS[9],
        verdict,
        f"When Anthropic's valuation steps up. {case_by_case(found)} If all valuations rise alike, the two rise so in "
        f"{percent_interval(both[0])} and {percent_interval(both[1])}: another claim.",
        "S10, runway of two labs",
        f"{by_bound_in_words(found, 'If a rise counts from {} on', chosen_percent)} "
        f"With the equilibrium of least spending instead of most: {percent_interval(least[0])} and "
        f"{percent_interval(least[1])}. Elasticity of spending to all valuations: {spread(numbers['elasticity'], 2)}.",
        "A lab's bill is a share of its income, which falls with its standing: with plans as they are, the other's "
        "valuation can only lower it, and nothing but a change of plans makes it rise.",
        condition,
        turns_with_bound(found),
    )


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Ruin by plans; map of equilibria between equal labs."""
    figure = new_figure(2.6)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1))
    _probabilities(left, numbers["ruin"])
    _map(right, numbers["map"])
    panel(left, "a", f"ruin within {count(numbers['years'])} years")
    panel(right, "b", f"equal labs, {count(numbers['map']['years'])} years")
    return figure


def _probabilities(axes: Axes, ruin: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    labs = list(next(iter(ruin.values())))
    for lab, colour, marker, shift in zip(labs, (VERMILION, BLUE), ("o", "s"), (-0.12, 0.12), strict=True):
        for row, each in enumerate(ruin.values()):
            estimate = each[lab]
            axes.hlines(row + shift, 100 * estimate["low"], 100 * estimate["high"], color=BLACK, linewidth=1.6)
            label = lab if row == 0 else None
            axes.plot(100 * estimate["value"], row + shift, marker, color=colour, markersize=5, label=label, ls="none")
    axes.set_yticks(range(len(ruin)), list(ruin))
    axes.set_ylim(len(ruin) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("probability of ruin (%)")
    axes.legend(loc="upper right")
    light_grid(axes, "x")


def _map(axes: Axes, found: Numbers) -> None:
    sold, intensity = found["sold"], found["intensity"]
    high, wide = 100 * (sold[1] - sold[0]), intensity[1] - intensity[0]
    for y, row in zip(sold, found["kinds"], strict=True):
        for x, kind in zip(intensity, row, strict=True):
            colour, hatch = COLOURS[kind]
            axes.bar(
                x, high, wide, 100 * y - high / 2, color=colour, hatch=hatch, edgecolor="0.35" if hatch else colour,
                linewidth=0, alpha=0.8,
            )  # fmt: skip
    centre = found["centre"]
    axes.plot(centre["intensity"], 100 * centre["sold"], "+", color=BLACK, markersize=9, markeredgewidth=1.6)
    axes.set_xlim(intensity[0] - wide / 2, intensity[-1] + wide / 2)
    axes.set_ylim(100 * sold[0] - high / 2, 100 * sold[-1] + high / 2)
    axes.set_xlabel("escalated over restrained bill (no unit)")
    axes.set_ylabel("equity sold (% a year)")
    seen = [kind for kind in COLOURS if any(kind in row for row in found["kinds"])]
    axes.legend(
        handles=[
            Patch(facecolor=COLOURS[k][0], hatch=COLOURS[k][1], edgecolor="0.35", label=WORDS.get(k, k)) for k in seen
        ],
        loc="lower right",
        frameon=True,
        framealpha=0.95,
    )
