"""The figures of the paper: functions of records, one per file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from experiments.records import Record
from paper.figures import builders, classes, drivers, losses, plane, restraint, style, terms, verdicts
from paper.joined import found_claims
from paper.systems import systems


def draw_figures(records: Mapping[str, Record], parameters: Mapping[str, Mapping[str, str]]) -> dict[str, Figure]:
    """All figures by name; the caller sets the style with `style.paper_style`.

    Parameters
    ----------
    records
        Records by study.
    parameters
        Symbol and unit of every parameter, by name.
    """
    dilemma, race, repeated = (records[name] for name in ("dilemma_class", "overspend_underinvest", "repeated_race"))
    main = {
        "classes": classes.draw(dilemma.numbers),
        "plane": plane.draw(dilemma.numbers, dilemma.tables["map"], dilemma.tables["boundary"], parameters),
        "drivers": drivers.draw(dilemma.numbers, parameters),
        "builders": builders.draw(race.numbers),
        "losses": losses.draw(race.numbers, race.tables["losses"]),
        "terms": terms.draw(race.numbers),
        "restraint": restraint.draw(repeated.numbers),
        "verdicts": verdicts.draw(found_claims(record.numbers for record in records.values())),
    }
    return main | {name: each.draw(records[name].numbers, records[name].tables) for name, each in systems().items()}


def save_figures(records: Mapping[str, Record], parameters: Mapping[str, Any], folder: Path) -> None:
    """Draw all figures and write them as SVG into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with style.paper_style():
        for name, figure in draw_figures(records, parameters).items():
            style.save(figure, folder / f"{name}.svg")
