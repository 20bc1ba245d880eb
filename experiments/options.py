"""Options and arguments of the command line: what they take, how a wrong value is refused, what the shell completes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer


def count(text: str | int) -> int:
    """Whole number of at least 1."""
    if isinstance(text, int):  # the default
        return text
    if not text.isdecimal() or int(text) < 1:
        raise typer.BadParameter(f"{text!r} is not a whole number of at least 1")
    return int(text)


def positive(text: str) -> float:
    """Number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise typer.BadParameter(f"{text!r} is not a number above 0")
    return value


def address(text: str) -> str:
    """Address of a Dask scheduler."""
    if not re.fullmatch(r"(tcp|tls|ucx|wss?)://\S+:\d+", text):
        raise typer.BadParameter(f"{text!r}; it must be the address of a Dask scheduler, e.g. tcp://10.0.0.5:8786")
    return text


def folder(text: str | Path) -> Path:
    """Folder that exists or can be made."""
    from experiments.folders import require_folder

    try:
        return require_folder(text, "folder of the records")
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def model_names() -> list[str]:
    """Names of the models, for the shell's completion."""
    from models.catalogue import catalogue

    return list(catalogue())


def study_names() -> list[str]:
    """Names of the studies, for the shell's completion."""
    from experiments.catalogue import studies

    return list(studies())


Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; may be repeated.")]
Quick = Annotated[bool, typer.Option("--quick", help="The study's quick parameters: smaller samples.")]
Workers = Annotated[
    int | None, typer.Option(parser=count, metavar="N", help="Worker processes. [default: one per processor]")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        parser=address, metavar="ADDRESS", help="Dask scheduler, tcp://host:port. [default: processes of this machine]"
    ),
]
Records = Annotated[Path, typer.Option(parser=folder, metavar="DIR", help="Folder of the records.")]
