"""Policies on the compute race: what each would change, and which of them no other one beats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, light_grid, new_figure, panel
from paper.formats import count, interval, listed, number, percent_interval
from paper.systems.section import Section

STUDY = "policies"

Numbers = Mapping[str, Any]

LOOK = {
    "cap on GW": (VERMILION, "s"),
    "compute tax": (BLUE, "o"),
    "reporting": (GREEN, "^"),
    "shared infrastructure": (ORANGE, "D"),
    "stake limit": (PURPLE, "v"),
    "exclusivity ban": (GREY, "P"),
}


def write(numbers: Numbers) -> Section:
    """Section of the policies."""
    return Section(
        system="Policies",
        heading="What a policy would change",
        model="linked-race",
        card={
            "Players": "The six builders of the race with its ties.",
            "Choices": "GW to commission, one vintage, under a policy that is given.",
            "Timing": "The policy is set and known, then the race is played; the same draws and states for all.",
            "Equilibrium": "Nash, certified, without a policy and under each.",
        },
        payoff=None,
        payoff_in_words="That of the race with its ties, and what the policy adds: a tax per GW, a limit, a smaller "
        "stake.",
        paragraphs=(_today(numbers), _welfare(numbers), _losses(numbers), _frontier(numbers)),
        caption="Change of mean overspending and underinvestment in hindsight (a), and of overspending and mean "
        "welfare (b), against no policy; by policy, from a quarter of its strength (small mark) to all of it "
        "(large mark). "
        "Bars: 95 per cent intervals over paired draws. Rings: no other policy is as good in all three and better in "
        "one.",
        alt="Changes of overspending, underinvestment and welfare by policy and strength",
        cites=(),
    )


def _today(numbers: Numbers) -> str:
    none = numbers["no policy"]
    return (
        f"Without a policy the six builders overspend US$ {interval(none['overspend'])} bn in hindsight and "
        f"underinvest US$ {interval(none['underinvest'])} bn (means over {count(numbers['draws'])} draws, "
        "with 95 per cent "
        "intervals). Each policy is a transform of that race, on the same draws and states: a cap on every builder's "
        "GW in multiples of the demand it would have without a race, a tax on every GW, common reporting that makes "
        "demand less uncertain, access to the cheapest infrastructure, smaller stakes of clouds in labs, and customers "
        "who may leave. A tax is a transfer. Losses are measured in payoffs before tax and without the cap, so that "
        "what a rule forbids counts as underinvestment."
    )


def _full(numbers: Numbers) -> dict[str, Mapping[str, Any]]:
    """Effects at full strength."""
    return {policy: list(by.values())[-1] for policy, by in numbers["effects"].items()}


def _welfare(numbers: Numbers) -> str:
    full = _full(numbers)
    rises = {name: e["welfare"] for name, e in full.items() if e["welfare"]["low"] > 0}
    falls = {name: e["welfare"] for name, e in full.items() if e["welfare"]["high"] < 0}
    unclear = [name for name in full if name not in rises and name not in falls]
    parts = [
        f"welfare {word} with {listed([f'{name} ({interval(e)})' for name, e in group.items()])}"
        for word, group in (("rises", rises), ("falls", falls))
        if group
    ]
    if unclear:
        parts.append(f"its change cannot be told from nothing with {listed(unclear)}")
    best = max(full, key=lambda name: full[name]["welfare"]["value"])
    return (
        f"At full strength, in US$ bn, {'; '.join(parts)}. The largest mean is that of {best}, where welfare rises in "
        f"{percent_interval(full[best]['P(welfare rises)'])} of the draws."
    )


def _losses(numbers: Numbers) -> str:
    full = _full(numbers)
    traded = [n for n, e in full.items() if e["overspend"]["high"] < 0 and e["underinvest"]["low"] > 0]
    both = [n for n, e in full.items() if e["overspend"]["high"] < 0 and e["underinvest"]["high"] < 0]
    worse = [n for n, e in full.items() if e["overspend"]["low"] > 0]
    said = []
    if traded:
        changes = [
            f"{n} ({number(full[n]['overspend']['value'])} against {number(full[n]['underinvest']['value'])})"
            for n in traded
        ]
        said.append(f"Less overspending is bought with more underinvestment, in US$ bn, by {listed(changes)}")
    if both:
        said.append(f"Both losses fall with {listed(both)}")
    if worse:
        said.append(f"Overspending rises with {listed(worse)}")
    return ". ".join(said) + "." if said else "No policy changes the losses by more than the sampling error."


def _frontier(numbers: Numbers) -> str:
    kept = [f"{point['policy']} at strength {point['strength']}" for point in numbers["frontier"]]
    return (
        f"Not dominated in means of overspending, underinvestment and welfare are {listed(kept)}: no other policy is "
        "at least as good in all three and better in one. Strengths of different policies are not comparable in cost: "
        "administration and evasion are not in the model, nor is the ruin of a builder."
    )


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Paths of the policies in the planes of both losses, and of overspending and welfare."""
    figure = new_figure(3.0)
    left, right = figure.subplots(1, 2)
    kept = {(point["policy"], point["strength"]) for point in numbers["frontier"]}
    for axes, measure, title in (
        (left, "underinvest", "the two losses"),
        (right, "welfare", "overspending and welfare"),
    ):
        for policy, by_strength in numbers["effects"].items():
            _path(axes, policy, by_strength, measure, kept)
        axes.axhline(0, color=BLACK, linewidth=0.6)
        axes.axvline(0, color=BLACK, linewidth=0.6)
        axes.set_xlabel("change of mean overspending (US$ bn)")
        light_grid(axes, "y")
        panel(axes, "a" if axes is left else "b", title)
    left.set_ylabel("change of mean underinvestment (US$ bn)")
    right.set_ylabel("change of mean welfare (US$ bn)")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, columnspacing=1.4)
    return figure


def _path(axes: Axes, policy: str, by_strength: Numbers, measure: str, kept: set[tuple[str, str]]) -> None:
    """One policy, from little strength to all of it."""
    colour, marker = LOOK[policy]
    points = [(e["overspend"], e[measure]) for e in by_strength.values()]
    axes.plot([0, *(x["value"] for x, _ in points)], [0, *(y["value"] for _, y in points)], color=colour)
    for size, (strength, (x, y)) in enumerate(zip(by_strength, points, strict=True)):
        axes.errorbar(
            x["value"],
            y["value"],
            xerr=[[x["value"] - x["low"]], [x["high"] - x["value"]]],
            yerr=[[y["value"] - y["low"]], [y["high"] - y["value"]]],
            color=colour,
            marker=marker,
            markersize=3.5 + 1.8 * size,
            markeredgecolor="white",
            markeredgewidth=0.5,
            elinewidth=0.6,
            label=policy if size == len(points) - 1 else None,
        )
        if (policy, strength) in kept:
            axes.plot(x["value"], y["value"], "o", markersize=12, markerfacecolor="none", markeredgecolor=BLACK)
