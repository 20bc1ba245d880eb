"""Policies on the compute race: what each would change, and which of them no other one beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
            "Players": "The six builders of the race with its ties; for ruin, the two labs of S10.",
            "Choices": "GW to commission, one vintage, under a policy that is given.",
            "Timing": "The policy is set and known, then the race is played; the same draws and states for all.",
            "Equilibrium": "Nash, certified, without a policy and under each.",
        },
        payoff=None,
        payoff_in_words="That of the race with its ties, and what the policy adds: a tax per GW, a limit, a smaller "
        "stake.",
        paragraphs=(
            _today(numbers),
            _welfare(numbers),
            _losses(numbers),
            _frontier(numbers),
            _ruin(numbers["ruin"]),
            _untouched(numbers["ruin"]),
        ),
        caption="Change of mean overspending and underinvestment in hindsight (a), and of overspending and mean "
        "welfare (b), against no policy; by policy, from a quarter of its strength (small mark) to all of it "
        "(large mark). Rings: no other policy is as good in all three means and better in one. (c, d) Where labs race "
        "for money, change of the probability of ruin of either, and of the compute of both in equilibrium at its "
        "price without a policy; of the policies that reach it. Bars: 95 per cent intervals over paired draws.",
        alt="Changes of overspending, underinvestment, welfare and ruin by policy and strength",
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
        "administration and evasion are not in the model, and ruin is in that of the labs alone, which follows."
    )


def _ruin(ruin: Numbers) -> str:
    """What the policies do to the labs' ruin."""
    none = ruin["no policy"]["fearful"]
    labs = [name for name in none if name.startswith("ruin, ")]
    before = listed([f"{percent_interval(none[lab])} for {lab.removeprefix('ruin, ')}" for lab in labs])
    full = {policy: list(by.values())[-1] for policy, by in ruin["effects"].items()}
    fearful = {policy: e["fearful"] for policy, e in full.items()}
    prices = [f"{number(price)} times as much with {name}" for name, price in ruin["price"].items() if price != 1]
    return (
        "Ruin is in the labs' race for money (S10). There, at full strength, a cap takes away all that escalation adds "
        f"to a bill, and builders pass on what capital costs them: at central values compute costs {listed(prices)}. "
        "Plans are of compute, so that a lab answers a price by another plan or not at all. Without a policy a lab's "
        f"cash is gone within {count(ruin['years'])} years in equilibrium with a probability of "
        f"{before} (means over {count(ruin['draws'])} draws). On the same draws and paths and at full strength it "
        f"{_changes(fearful, labs)} (points, in the same order). The compute of both in equilibrium "
        f"{_changes(fearful, ['compute'])} (US$ bn). {_dearer(fearful, labs)}{_least_spending(full, labs)}"
    )


def _way(change: Numbers) -> str:
    """Which way a mean goes, if that can be told."""
    return "rises" if change["low"] > 0 else "falls" if change["high"] < 0 else "does not change measurably"


def _changes(full: Mapping[str, Numbers], names: Sequence[str]) -> str:
    """Policies by the way in which some means go, with their changes."""
    groups: dict[str, list[str]] = {}
    for policy, e in full.items():
        ways = [_way(e[name]) for name in names]
        way = (
            ways[0]
            if len(set(ways)) == 1
            else listed([f"{way} for {name.removeprefix('ruin, ')}" for way, name in zip(ways, names, strict=True)])
        )
        scale = 1 if names == ["compute"] else 100
        sizes = [interval({end: scale * value for end, value in e[name].items()}) for name in names]
        groups.setdefault(way, []).append(f"{policy} ({'; '.join(sizes)})")
    return "; it ".join(f"{way} with {listed(policies)}" for way, policies in groups.items())


def _dearer(full: Mapping[str, Numbers], labs: Sequence[str]) -> str:
    """The policies under which labs buy less, pay more and are ruined more often."""
    wanted = {"compute": "falls", "bills": "rises"} | dict.fromkeys(labs, "rises")
    found = [
        f"{policy} (US$ {interval(e['bills'])} bn)"
        for policy, e in full.items()
        if all(_way(e[name]) == way for name, way in wanted.items())
    ]
    return f"Although less is bought, more is paid with {listed(found)}. " if found else ""


def _least_spending(full: Mapping[str, Numbers], labs: Sequence[str]) -> str:
    """Whether the choice among several equilibria matters for the directions."""
    differ = [
        policy
        for policy, e in full.items()
        if any(_way(e["fearful"][name]) != _way(e["trusting"][name]) for name in (*labs, "compute"))
    ]
    said = f"not all directions are the same with {listed(differ)}" if differ else "all directions are the same"
    return f"Of several equilibria this is the one with the most spending; in that with the least {said}."


def _untouched(ruin: Numbers) -> str:
    """Which policies leave the labs' ruin as it is, and why."""
    reasons = [f"{policy}, because {why}" for policy, why in ruin["untouched"].items()]
    return f"In that model the labs' ruin is left as it is by {'; by '.join(reasons)}."


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Paths of the policies in the planes of both losses, of overspending and welfare, and of compute and ruin."""
    figure = new_figure(5.6)
    losses, welfare, *ruins = figure.subplots(2, 2).flat
    kept = {(point["policy"], point["strength"]) for point in numbers["frontier"]}
    for axes, measure in ((losses, "underinvest"), (welfare, "welfare")):
        for policy, by_strength in numbers["effects"].items():
            _path(axes, policy, [(e["overspend"], e[measure]) for e in by_strength.values()])
            for strength, e in by_strength.items():
                if (policy, strength) in kept:
                    _ring(axes, e["overspend"]["value"], e[measure]["value"])
    _name(losses, "a", "the two losses", "overspending (US$ bn)", "underinvestment (US$ bn)")
    _name(welfare, "b", "overspending and welfare", "overspending (US$ bn)", "welfare (US$ bn)")
    names = [name for name in numbers["ruin"]["no policy"]["fearful"] if name.startswith("ruin, ")]
    for axes, letter, name in zip(ruins, "cd", names, strict=True):
        for policy, by_strength in numbers["ruin"]["effects"].items():
            found = [e["fearful"] for e in by_strength.values()]
            _path(axes, policy, [(e["compute"], {k: 100 * v for k, v in e[name].items()}) for e in found])
        _name(axes, letter, name.replace("ruin,", "ruin of"), "compute (US$ bn)", "P(ruin) (% points)")
    figure.legend(*losses.get_legend_handles_labels(), loc="outside lower center", ncols=3, columnspacing=1.4)
    return figure


def _name(axes: Axes, letter: str, title: str, across: str, up: str) -> None:
    """Axes and title of a panel of changes of means."""
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.axvline(0, color=BLACK, linewidth=0.6)
    axes.set_xlabel(f"change of mean {across}")
    axes.set_ylabel(f"change of mean {up}")
    light_grid(axes, "y")
    panel(axes, letter, title)


def _ring(axes: Axes, x: float, y: float) -> None:
    axes.plot(x, y, "o", markersize=12, markerfacecolor="none", markeredgecolor=BLACK)


def _path(axes: Axes, policy: str, points: Sequence[tuple[Numbers, Numbers]]) -> None:
    """One policy, from little strength to all of it."""
    colour, marker = LOOK[policy]
    axes.plot([0, *(x["value"] for x, _ in points)], [0, *(y["value"] for _, y in points)], color=colour)
    for size, (x, y) in enumerate(points):
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
