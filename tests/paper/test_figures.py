"""Every axis of every figure says what it shows, in which unit; the files hold no date."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.assemble import load_records
from paper.content import parameter_symbols
from paper.figures import draw_figures, style
from paper.figures.plane import _even_in_logs
from paper.systems import systems

UNITS = ("%", "GW", "bn", "years", "no unit", "share of variance")
NAMES = ("classes", "plane", "drivers", "builders", "losses", "terms", "restraint", *systems())


@pytest.fixture(scope="module")
def figures(tiny: pytest.MonkeyPatch, records: Path) -> dict[str, Figure]:
    loaded = load_records(records, quick=True)
    with style.paper_style():
        drawn = draw_figures(loaded, parameter_symbols(loaded["calibration"].numbers))
        for figure in drawn.values():
            figure.draw_without_rendering()
    return drawn


def numeric(axes: Axes, axis: str) -> bool:
    """Whether an axis shows numbers: not names of rows, not nothing."""
    which = axes.xaxis if axis == "x" else axes.yaxis
    texts = [label.get_text() for label in which.get_ticklabels() if label.get_text()]
    return bool(texts) and not any(text[0].isalpha() or text[0] == "+" or "labs" in text for text in texts)


def label(figure: Figure, axes: Axes, axis: str) -> str:
    shared = figure.get_supxlabel() if axis == "x" else ""
    first = figure.axes[0] if axes.get_shared_y_axes().joined(axes, figure.axes[0]) and axis == "y" else axes
    return axes.xaxis.get_label_text() or shared if axis == "x" else first.yaxis.get_label_text()


@pytest.mark.parametrize("name", NAMES)
def test_axes_have_labels_with_units(figures: dict[str, Figure], name: str) -> None:
    for axes in figures[name].axes:
        for axis in "xy":
            if numeric(axes, axis):
                assert any(unit in label(figures[name], axes, axis) for unit in UNITS), (name, axis)


@pytest.mark.parametrize("name", NAMES)
def test_no_letters_smaller_than_eight_points(figures: dict[str, Figure], name: str) -> None:
    texts = [text for axes in figures[name].axes for text in axes.texts]
    assert all(text.get_fontsize() >= 8 for text in texts)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_holds_no_date(figures: dict[str, Figure], name: str, tmp_path: Path) -> None:
    with style.paper_style():
        style.save(figures[name], tmp_path / "figure.svg")
    assert b"<dc:date>" not in (tmp_path / "figure.svg").read_bytes()


def test_the_map_has_a_logarithmic_scale_where_that_spreads_its_quantiles_more_evenly():
    assert _even_in_logs(np.geomspace(0.1, 200, 10))
    assert not _even_in_logs(np.linspace(0.01, 200, 10)) and not _even_in_logs(np.linspace(0.0, 1.0, 10))
