"""The forecast of 2026, and what the backcast of 2025 says of the calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from paper.figures.style import BLACK, BLUE, GREEN, GREY, VERMILION, light_grid, new_figure, spoken
from paper.formats import count, listed, number, percent, percent_interval, spread
from paper.phrases.verdicts import explained_phrase
from paper.systems.section import Section

STUDY = "forecast"

Numbers = Mapping[str, Any]

_BELOW = 0.95  # a median backcast under this share of the guidance meets it from below
_WIDER = 1.1  # a range this many times another is called wider

FOUR = "the four with accounts"

_DEFINED = (
    "capital expenditure in cash: of the calendar year for Amazon and Alphabet, of the fiscal year to June for "
    "Microsoft, and with the principal of finance leases for Meta, whose spending of 2023 is raised as that of 2024 is "
    "by them; both years are to be scored by this"
)
"""What is forecast of each company, in the definition of its own guidance."""


def write(numbers: Numbers) -> Section:
    """Section of the forecast."""
    return Section(
        system="Forecast",
        heading="2026, from facts up to November 2025",
        model="compute-race",
        card={
            "Players": "The five builders of S2.",
            "Choices": "GW to commission, one vintage.",
            "Timing": "S2, with demand without a race rolled forward by one year; the same draws a year earlier.",
            "Equilibrium": "Nash, certified, in every draw of both years.",
        },
        payoff=None,
        payoff_in_words="That of S2, with the demand of the year in it.",
        paragraphs=(
            _backcast(numbers),
            f"{_forecast(numbers)} {_waves(numbers)}",
            f"{_true(numbers)} {explained_phrase(numbers)} {_tolerated(numbers)}",
        ),
        caption="Capital expenditure in 2026. Marks: medians; thick and thin lines: 50 and 90 per cent intervals, "
        "over all draws (circles), over those whose backcast of 2025 meets the guidance (diamonds), and if each "
        "builder's guidance grows as in these (squares). Crosses: the guidance for 2025, or no change; triangles: the "
        "growth of 2025 once more.",
        alt="Intervals of capital expenditure by builder, with the guidance of 2025 and a trend beside them",
        cites=("rubin1984",),
    )


def _backcast(numbers: Numbers) -> str:
    total, guidance = numbers["backcast"]["total"], numbers["guidance total"]
    inside = total["0.05"] <= guidance <= total["0.95"]
    verdict = (
        "inside the range: the race can explain it"
        if inside
        else "outside the range: as calibrated, the race explains a part of what is spent, and not all of it"
    )
    return (
        "A model that is fitted to nothing can be held against the year before. Given the spending of 2023 and 2024, "
        "and the facts of 2025 on all else, "
        f"the race puts the capital expenditure of 2025 of the four builders with accounts at US$ {spread(total)} bn "
        f"(median, 5th to 95th percentile). They guide to, or report, US$ {number(guidance)} bn "
        f"({_DEFINED}), {verdict}. In "
        f"{percent_interval(numbers['P(meets guidance)'])} of the draws the two differ by less than a factor of "
        f"{number(numbers['tolerance'])}."
    )


def _forecast(numbers: Numbers) -> str:
    free, met, grown = (numbers[f"forecast{which}"] for which in ("", ", guidance met", ", from guidance"))
    rules = (
        f"No change would be US$ {number(sum(numbers['no change'].values()))} bn, the growth of 2025 once more US$ "
        f"{number(sum(numbers['same growth'].values()))} bn."
    )
    if met is None:
        return (
            f"For 2026, made with facts up to {numbers['made on']}, the four together: US$ {spread(free[FOUR])} bn "
            f"over all {count(numbers['draws'])} draws; too few of them meet the guidance for a forecast from these. "
            f"{rules}"
        )
    level, among = (
        listed([f"{name} {spread(e)}" for name, e in each.items() if name != FOUR]) for each in (met, grown)
    )
    growth = numbers["growth, guidance met"]
    return (
        f"For 2026, made with facts up to {numbers['made on']}, two forecasts from the "
        f"{count(numbers['draws that meet'])} draws that meet the guidance of 2025. If the race hits the level, in US$ "
        f"bn: {level}; the four with accounts together {spread(met[FOUR])}. These draws "
        + (
            f"meet the guidance from below, at {spread(growth['backcast over guidance'])} of it, "
            if growth["backcast over guidance"]["0.5"] < _BELOW
            else "do not meet the guidance from below, "
        )
        + "and if it misses by as much again, each company's guidance grows as its spending does in them (who gives "
        "none is as before): "
        f"{among}; the four {spread(grown[FOUR])}. The first takes it that the miss does not last, the second that it "
        f"does, though demand of 2026 starts from the guidance already; {_order(met, grown)}. Their intervals hold "
        f"what differs between the draws, and neither that choice nor a break. {_beside(numbers)} Over all "
        f"{count(numbers['draws'])} draws the four spend US$ {spread(free[FOUR])} bn"
        + (
            ", known to be low, for so was the backcast"
            if numbers["backcast"]["total"]["0.95"] < numbers["guidance total"]
            else ""
        )
        + f". {rules}"
    )


def _order(level: Numbers, grown: Numbers) -> str:
    """Which of the two forecasts is the lower, for all together, and for whom it is the other."""
    lower = {name: level[name]["0.5"] < grown[name]["0.5"] for name in grown if level[name] != grown[name]}
    first, second = ("first", "second") if lower[FOUR] else ("second", "first")
    others = [name for name in lower if lower[name] != lower[FOUR]]
    return f"for the four together the {first} is the lower" + (
        f", for {listed(others)} the {second}" if others else ""
    )


def _beside(numbers: Numbers) -> str:
    """What one company said of 2026 already, and what each forecast makes of it."""
    chances = numbers["P(more than guided)"]["Amazon"]
    return (
        "Amazon's guidance for 2025 came “with more planned for 2026” (F019): by the level it spends more in "
        f"{percent_interval(chances['guidance met'])} of the draws that meet the guidance, and in "
        f"{percent_interval(chances['all draws'])} of all; from the guidance it does by the rule."
    )


def _tolerated(numbers: Numbers) -> str:
    """What hangs on how far a backcast may be off."""
    rows = numbers["by tolerance"]
    often = listed([f"{percent(row['P(meets guidance)']['value'])} at {factor}" for factor, row in rows.items()])
    told = [f"{percent(row['P(dilemma)']['value'])} at {factor}" for factor, row in rows.items() if row["P(dilemma)"]]
    little = [
        f"by the demand of {year} in " + listed([percent(row[key]["value"]) for row in rows.values() if row[key]])
        for year in (2025, 2026)
        if (key := f"P(too little) {year}") in next(iter(rows.values()))
    ]
    return f"By the factor allowed, the draws that explain it are {often}" + (
        f"; of these, two labs are in a dilemma in {listed(told)}, and too little is the greater danger for every "
        f"builder {listed(little)}, in the same order: how much of the third claim holds turns with that factor."
        if told
        else "."
    )


def _waves(numbers: Numbers) -> str:
    """Whether growth that is common to all builders widens what is said of their total."""
    table = numbers["total by common growth"]
    if len(table) < len(("own", "common")):
        return "Growth is in part common to all builders; too few draws tell how much that matters."
    width = {name: e["0.95"] - e["0.05"] for name, e in table.items()}
    wider = width["common"] > _WIDER * width["own"]
    return (
        "Growth without the race is in part common to all builders, in part their own; no fact tells the parts, so the "
        f"correlation is drawn. Where it is mostly common the total spans US$ {spread(table['common'])} bn, where it "
        f"is mostly their own US$ {spread(table['own'])} bn: "
        + ("a common wave widens the total" if wider else "it matters little for the total")
        + "."
    )


def _true(numbers: Numbers) -> str:
    apart = numbers["sets apart"]
    if not apart:
        return "Too few draws meet the guidance to say what sets them apart."
    shown = [
        f"{spoken(name)} (median {number(e['median, met'], 2)} against {number(e['median, not met'], 2)})"
        for name, e in list(apart.items())[:4]
    ]
    stakes = {"decided", "decisiveness", "survival", "prize"} & set(list(apart)[:3])
    return (
        f"What would have to be true for the race to explain the spending of 2025? The draws that do differ most in "
        f"{listed(shown)}."
        + (
            " It takes a contest for large stakes of which one vintage settles much, more than a better margin: that "
            "could make the spending an equilibrium of this game."
            if len(stakes) == 3
            else ""
        )
    )


_RULES = {"no change": "no change", "same growth": "same growth again"}
"""Rules of thumb that the forecast is held against, and their names in the figure."""


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Intervals by builder, over all draws and over those that meet the guidance, and two rules of thumb."""
    figure = new_figure(3.4)
    axes = figure.subplots()
    names = [name for name in numbers["forecast"] if name != FOUR]
    for row, name in enumerate(names):
        first = row == 0
        _interval(axes, row - 0.33, numbers["forecast"][name], BLUE, "o", "all draws" if first else None)
        if numbers["forecast, guidance met"]:
            met, grown = ("guidance of 2025 met", "from that guidance") if first else (None, None)
            _interval(axes, row - 0.11, numbers["forecast, guidance met"][name], GREEN, "D", met)
            _interval(axes, row + 0.11, numbers["forecast, from guidance"][name], VERMILION, "s", grown)
        for rule, colour, marker in (("no change", BLACK, "x"), ("same growth", GREY, "^")):
            if name in numbers[rule]:  # a line of its own, so that no mark hides another
                axes.plot(numbers[rule][name], row + 0.33, marker, color=colour, label=_RULES[rule] if first else None)
    axes.set_yticks(range(len(names)), names)
    axes.set_yticks([row + 0.5 for row in range(len(names) - 1)], minor=True)
    axes.grid(True, axis="y", which="minor", color="0.8", linewidth=0.5)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", which="both", length=0)
    axes.set_xlabel("capital expenditure in 2026 (US$ bn)")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    light_grid(axes, "x")
    return figure


def _interval(axes: Any, row: float, e: Mapping[str, float], colour: str, marker: str, label: str | None) -> None:
    axes.hlines(row, e["0.05"], e["0.95"], color=colour, linewidth=0.9)
    axes.hlines(row, e["0.25"], e["0.75"], color=colour, linewidth=2.8)
    axes.plot(e["0.5"], row, marker, color=colour, markersize=6, markeredgecolor="white", label=label)
