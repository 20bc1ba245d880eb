"""What a run says while it works, on standard error: a bar on a terminal, else one line per study."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[], None]
"""To be called when a replicate is done."""


def note(text: str) -> None:
    """Say something in one line on standard error."""
    print(f"computerace: {text}", file=sys.stderr, flush=True)


@contextmanager
def replicate_bar(study: str, total: int, kept: int, show: bool) -> Iterator[Advance]:
    """Bar of replicates with rate and time left; nothing if not wanted, or standard error is no terminal."""
    if not show or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        MofNCompleteColumn(),
        TextColumn("replicates"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(study, total=total, completed=kept)
        yield lambda: progress.advance(task)
