"""The systems around the race, one file each: what the paper says of a study, and its figure.

A module of this folder is named as its study and has

    STUDY                   name of the study whose record it reads
    write(numbers)          a `Section`: heading, card, paragraphs, caption, verdicts
    draw(numbers, tables)   the figure

and is found by itself: nothing else is edited.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any, Protocol, cast

from matplotlib.figure import Figure

from paper.systems.section import Section


class System(Protocol):
    """What a module of this folder offers."""

    STUDY: str

    def write(self, numbers: Mapping[str, Any]) -> Section:
        """Section from the numbers of the record."""
        ...

    def draw(self, numbers: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]]) -> Figure:
        """Figure from the record."""
        ...


def systems() -> dict[str, System]:
    """Modules of this folder by the study that they read."""
    names = [module.name for module in pkgutil.iter_modules(__path__) if module.name != "section"]
    modules = [cast(System, importlib.import_module(f"{__name__}.{name}")) for name in names]
    return {module.STUDY: module for module in modules}
