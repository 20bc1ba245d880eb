"""One look for every figure: sizes, colours that survive grey and colour blindness, and files without a date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.names import spoken as spoken

WIDTH = 6.46
"""Width of the text block, inches; figures are placed at their own size, so that letters keep theirs."""

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#8C8C8C"
"""Colours of Okabe and Ito (2008), and a grey."""

_SETTINGS: Any = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.3,
    "hatch.linewidth": 0.5,
    "legend.frameon": True,  # without a frame, but in front of lines
    "legend.framealpha": 0.9,
    "legend.edgecolor": "none",
    "legend.facecolor": "white",
    "svg.hashsalt": "computerace",
    "svg.fonttype": "path",
    "figure.constrained_layout.use": True,
}


@contextmanager
def paper_style() -> Iterator[None]:
    """Settings of the paper's figures, from matplotlib's defaults and not from the user's."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def new_figure(height: float) -> Figure:
    """Empty figure of the text's width; needs no display."""
    return Figure(figsize=(WIDTH, height))


def save(figure: Figure, path: Path) -> None:
    """Write a figure as SVG: same figure, same bytes."""
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def light_grid(axes: Axes, axis: str) -> None:
    """Thin lines behind the marks along ``axis``, ``"x"`` or ``"y"``."""
    axes.set_axisbelow(True)
    (axes.xaxis if axis == "x" else axes.yaxis).grid(True, color="0.88", linewidth=0.5)


def panel(axes: Axes, letter: str, title: str) -> None:
    """Title of a panel, with its letter."""
    axes.set_title(f"({letter})  {title}")


_GREEK = {
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "eta",
    "nu",
    "tau",
    "theta",
    "kappa",
    "lambda",
    "mu",
    "rho",
    "sigma",
    "phi",
    "omega",
}


def math_label(typst_symbol: str) -> str:
    r"""Symbol of a record (Typst mathematics) as matplotlib's.

    Examples
    --------
    >>> math_label("sigma_(V)"), math_label("h")
    ('$\\sigma_{V}$', '$h$')
    """
    base, _, subscript = typst_symbol.replace(")", "").partition("_(")
    letters = "\\" + base if base in _GREEK else base
    return f"${letters}_{{{subscript}}}$" if subscript else f"${letters}$"
