"""What is printed: results to standard output, messages to standard error."""

from collections.abc import Iterable, Sequence
from typing import Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Justify = Literal["left", "right"]

PIPED_WIDTH = 160
"""Columns of text where there is no terminal to fit."""


def console() -> Console:
    """Give a console on standard output; wide where that is a file or a pipe."""
    screen = Console(highlight=False)
    return screen if screen.is_terminal else Console(highlight=False, width=PIPED_WIDTH)


def say(message: str) -> None:
    """Tell the user what happens, apart from results."""
    typer.echo(message, err=True)


def silent(_: str) -> None:
    """Tell nothing."""


def table(head: Sequence[str], rows: Iterable[Sequence[str | Text]], right: int = 0) -> Table:
    """Lay out a table.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : iterable of sequences
        Cells as text.
    right : int
        How many of the last columns stand on the right of their width.
    """
    layout = Table(box=None, pad_edge=False)
    first_right = len(head) - right
    for place, name in enumerate(head):
        justify: Justify = "right" if place >= first_right else "left"
        layout.add_column(name, justify=justify, overflow="fold", no_wrap=place == 0)
    for row in rows:
        # Text, not markup: brackets in values are brackets.
        layout.add_row(*(Text(c) if isinstance(c, str) else c for c in row))
    return layout
