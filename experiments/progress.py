"""What a run says while it works, on standard error: a bar on a terminal, else a line every half minute."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[], None]
"""To be called when a chunk is done."""

EVERY = 30.0
"""Seconds between two lines where there is no terminal, as in the log of a batch job."""


def note(text: str) -> None:
    """Say something in one line on standard error."""
    print(f"computerace: {text}", file=sys.stderr, flush=True)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on a terminal that one piece of work is going on; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def progress_of(study: str, piece: str, total: int, kept: int, show: bool) -> Iterator[Advance]:
    """Progress with rate and time left.

    Parameters
    ----------
    piece
        What is counted: replicates or chunks.
    total, kept
        How many there are, and how many are done already.
    show
        Whether to say anything.
    """
    if not show:
        yield lambda: None
    elif sys.stderr.isatty():
        with _bar(study, piece, total, kept) as advance:
            yield advance
    else:
        yield Lines(study, piece, total, kept).advance


class Lines:
    """Progress in lines.

    Parameters
    ----------
    clock
        Seconds since any fixed moment.

    Examples
    --------
    >>> times = iter([0.0, 10.0, 40.0])
    >>> lines = Lines("a_study", "chunk", 10, 2, clock=lambda: next(times), say=print)
    >>> lines.advance(), lines.advance()
    a_study: 4 of 10 chunks, 0.05 chunks/s, 2 min left
    (None, None)
    """

    def __init__(
        self,
        study: str,
        piece: str,
        total: int,
        kept: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = note,
    ) -> None:
        self.study, self.piece, self.total, self.kept = study, piece, total, kept
        self.done, self.clock, self.say = kept, clock, say
        self.began = self.said = clock()

    def advance(self) -> None:
        """Count one more; say so if the last line is old enough and there is something left to do."""
        self.done += 1
        now = self.clock()
        if now - self.said < EVERY or self.done == self.total:
            return
        self.said = now
        rate = (self.done - self.kept) / (now - self.began)
        self.say(
            f"{self.study}: {self.done} of {self.total} {self.piece}s, {rate:.2g} {self.piece}s/s, "
            f"{_duration((self.total - self.done) / rate)} left"
        )


def _duration(seconds: float) -> str:
    """Duration in the largest unit in which it is at least two.

    >>> _duration(95), _duration(200), _duration(20_000)
    ('95 s', '3 min', '6 h')
    """
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


@contextmanager
def _bar(study: str, piece: str, total: int, kept: int) -> Iterator[Advance]:
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
        TextColumn(f"{piece}s"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(study, total=total, completed=kept)
        yield lambda: progress.advance(task)
