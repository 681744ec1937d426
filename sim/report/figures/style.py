"""One look for every figure: colours by arrangement, units on axes, no global state.

Figures are made without pyplot, so that drawing in a worker, a notebook and the report is
the same and leaves nothing behind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import count
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from sim.base.language import Language, current, gap, tr
from sim.base.wording import arrangement_text, plain_number
from sim.report.figures.letters import PLOT_FONT, fill, fonts, measured

INK = "#24292f"
MUTED = "#57606a"
GRID = "#d8dee4"
PAPER = "#ffffff"
BETTER_SIDE = "#eaf5ee"

# Okabe and Ito 2008 without yellow, which is too pale for lines; grey for the first
# arrangement, which usually is the baseline.
COLOURS = (
    "#4b5563", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#c98a00", "#3f9fd1", "#8a3b12",
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
LINES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1.5, 1.5, 1.5)))

# A name with a dollar sign is a name, not a formula.
STYLE: dict[Any, Any] = {
    "axes.axisbelow": True, "axes.edgecolor": MUTED, "axes.grid": True, "axes.labelcolor": INK,
    "axes.labelsize": 9.0, "axes.linewidth": 0.8, "axes.spines.right": False,
    "axes.spines.top": False, "axes.titlelocation": "left", "axes.titlesize": 9.5,
    "axes.titleweight": "bold", "axes.unicode_minus": True, "figure.dpi": 110.0,
    "figure.facecolor": PAPER, "font.family": [PLOT_FONT], "font.size": 9.0, "grid.color": GRID,
    "grid.linewidth": 0.6, "legend.fontsize": 8.5, "legend.frameon": False,
    "lines.linewidth": 1.7, "savefig.facecolor": PAPER, "svg.fonttype": "none",
    "svg.hashsalt": "crosscycle", "text.color": INK, "text.parse_math": False,
    "xtick.color": MUTED, "xtick.labelcolor": INK, "xtick.labelsize": 8.5, "ytick.color": MUTED,
    "ytick.labelcolor": INK, "ytick.labelsize": 8.5,
}  # fmt: skip

_LETTERS_OF_NOTE = 15.5
_LETTERS_OF_TITLE = 10.5
_INCHES_OF_ENTRY = 1.75
_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


@dataclass(frozen=True)
class Look:
    """How one arrangement is drawn everywhere, not by colour alone: marker, line style too."""

    label: str
    colour: str
    marker: str
    line: Any


OWN_PLACES = ("plain", "common_growth", "consortium", "loan_with_warrant", "revenue_swap")
"""Arrangements that look the same in every run, whichever others it has."""


def places(arrangements: Iterable[str]) -> dict[str, int]:
    """Give the place of every arrangement among the colours; others take those that are free.

    >>> places(["plain", "revenue_swap", "mine"])
    {'plain': 0, 'revenue_swap': 4, 'mine': 1}
    """
    names = list(arrangements)
    own = {name: OWN_PLACES.index(name) for name in names if name in OWN_PLACES}
    free = (place for place in count() if place not in own.values())
    return {name: (own[name] if name in own else next(free)) % len(COLOURS) for name in names}


def looks(arrangements: Iterable[str]) -> dict[str, Look]:
    """Give every arrangement of a scenario a look by its place.

    All are named whichever of them are drawn, so that a colour means one arrangement. Source:
    Okabe and Ito 2008, Color universal design.
    """
    return {
        name: Look(
            arrangement_text(name), COLOURS[place], MARKERS[place], LINES[place % len(LINES)]
        )
        for name, place in places(arrangements).items()
    }  # fmt: skip


@contextmanager
def style(written: Language | None = None) -> Iterator[None]:
    """Give the house style as a context or decorator, in a language; nothing outside changes."""
    with mpl.rc_context({**STYLE, "font.family": fonts(written or current())}):
        yield


@dataclass(frozen=True, eq=False)
class Picture:
    """A finished figure, rendered once: what files and pages show of a `Drawing`.

    `svg` is the text of an SVG file, `width` in inches; other fields are the drawing's.
    """

    svg: str
    width: float
    title: str
    note: str
    data: pd.DataFrame
    units: Mapping[str, str]
    heads: Mapping[str, str]
    written: Language


class Drawing(Figure):
    """A figure that knows the frame behind it and shows itself in a notebook.

    Width and height in inches. `title` says what is drawn, `note` what marks and bands are and
    from how many replications; `data` holds the numbers behind the marks, `units` the unit of
    those columns where it does not differ by row, `heads` what a column is where its name does
    not say so; `written` is the language of the words.
    """

    def __init__(self, width: float, height: float) -> None:
        with style():
            super().__init__(figsize=(width, height), layout="constrained")
            FigureCanvasAgg(self)
        self.written = current()
        self.title = ""
        self.note = ""
        self.data = pd.DataFrame()
        self.units: Mapping[str, str] = {}
        self.heads: Mapping[str, str] = {}

    def draw(self, renderer: Any) -> None:
        """Draw in the house style, wherever the call comes from."""
        with style(self.written), measured(renderer):
            super().draw(renderer)

    def savefig(self, *arguments: Any, **options: Any) -> None:
        """Save in the house style; arguments as in matplotlib."""
        with style(self.written):
            super().savefig(*arguments, **options)

    def svg(self) -> str:
        """Give the figure as the text of an SVG file, the same for the same figure."""
        text = StringIO()
        self.savefig(text, format="svg", metadata=_METADATA)
        return text.getvalue()

    def picture(self) -> Picture:
        """Render the figure, once for all that show it."""
        return Picture(
            self.svg(), self.get_figwidth(), self.title, self.note, self.data, self.units,
            self.heads, self.written,
        )  # fmt: skip

    def _repr_png_(self) -> bytes:
        picture = BytesIO()
        self.savefig(picture, format="png", dpi=self.dpi)
        return picture.getvalue()

    def finish(
        self, title: str, note: str, data: pd.DataFrame, handles: Sequence[Any] = ()
    ) -> "Drawing":
        """Write title, legend and note into margins kept free for them, and give the figure.

        The note says what the marks and bands are, and from how many replications; the data is
        the frame behind the figure; the handles are entries of the legend.
        """
        width, height = self.get_size_inches()
        heading = fill(title, int(width * _LETTERS_OF_TITLE))
        text = fill(note, int(width * _LETTERS_OF_NOTE))
        columns = max(1, min(len(handles), int(width / _INCHES_OF_ENTRY)))
        top = 0.10 + 0.20 * _lines(heading)
        deep = top + 0.05 + 0.22 * -(-len(handles) // columns)
        low = 0.12 + 0.145 * _lines(text)
        with style():
            left = 0.10 / width
            self.text(left, 1 - 0.06 / height, heading, va="top", weight="bold", size=11)
            self.text(left, 0.06 / height, text, va="bottom", size=8, color=MUTED)
            if handles:
                self.legend(
                    handles=list(handles), ncols=columns, borderpad=0.2, loc="upper left",
                    bbox_to_anchor=(0.0, 1 - top / height),
                )  # fmt: skip
        for artist in (*self.texts, *self.legends):
            artist.set_in_layout(False)
        free = (0.0, low / height, 1.0, 1.0 - (low + deep) / height)
        self.set_layout_engine(ConstrainedLayoutEngine(rect=free))
        # Placed once; otherwise every format that is saved would place it twice.
        self.draw_without_rendering()
        self.set_layout_engine("none")
        self.title, self.note, self.data = title, note, data
        return self


def _lines(text: str) -> int:
    return text.count("\n") + 1


def number_axis(axes: Axes, which: str, unit: str) -> None:
    """Put the unit on an axis, with its label, and thousands separators on its ticks."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_label_text(unit)
    axis.set_major_formatter(FuncFormatter(_tick))


def largest_size(values: Any) -> float:
    """Give the size of the largest number among some, whatever their shape; 0 where none is.

    >>> largest_size([[1.0, -3.0], [float("nan"), 2.0]]), largest_size([float("nan")])
    (3.0, 0.0)
    """
    return float(np.fmax.reduce(np.abs(np.asarray(values, np.float64)).ravel(), initial=0.0))


def _tick(value: float, position: int | None = None) -> str:
    """Write a tick without needless decimals."""
    places = 0 if abs(value) >= 1000 or value == int(value) else 4
    text = plain_number(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def named_rows(axes: Axes, labels: Sequence[str]) -> None:
    """Name the rows of a panel, the first on top, with no grid across them."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")


def undefined_row(axes: Axes, place: float) -> Text:
    """Write into a row that it has no value, so that it does not vanish without a word."""
    return axes.text(0.0, place, " " + tr("not defined"), va="center", fontsize=7.5, color=MUTED)


def undrawn_words(
    rows: pd.DataFrame, values: Sequence[str], ends: Sequence[str] = ("low", "high")
) -> str:
    """Say how many rows of a figure lack a value or an interval, to be put behind a note.

    >>> rows = pd.DataFrame({"part": [1.0, float("nan")], "low": [0.5, 0.1], "high": [2.0, 3.0]})
    >>> undrawn_words(rows, ["part"]), undrawn_words(rows[:1], ["part"])
    (' Not drawn, as not defined: 1 of 2.', '')
    """
    absent = rows[list(values)].isna().any(axis=1)
    bare = rows[list(ends)].isna().any(axis=1) & ~absent
    told = [
        (int(absent.sum()), "Not drawn, as not defined: {count} of {total}."),
        (int(bare.sum()), "Drawn without an interval: {count} of {total}."),
    ]
    return "".join(gap() + tr(words, count=n, total=len(rows)) for n, words in told if n)


def grid_of(count: int, most: int) -> tuple[int, int]:
    """Give how many panels stand across and down, at most so many across."""
    across = min(most, max(1, count))
    return across, max(1, -(-count // across))


def panel_grid(
    count: int, most: int, wide: tuple[float, float], high: tuple[float, float], **shared: Any
) -> tuple[Drawing, Any]:
    """Give a figure with so many panels that share their rows, and the array of all panels.

    At most so many stand across. Width and height, in inches: of all together and of each.
    """
    across, down = grid_of(count, most)
    figure = Drawing(wide[0] + wide[1] * across, high[0] + down * high[1])
    panels = figure.subplots(down, across, squeeze=False, sharey=True, **shared)
    for axes in list(panels.flat)[count:]:
        axes.set_visible(False)
    return figure, panels


def banded(axes: Axes, x: Any, ends: Sequence[Any], look: Look, alpha: float, **line: Any) -> Any:
    """Draw a line in its band, and give the line.

    Of shape (n,): x, and as `ends` lower end, middle and upper end, in the unit of the axis.
    `alpha`, in (0, 1), is the band's opacity; further options are of the line.
    """
    low, middle, high = ends
    axes.fill_between(x, low, high, color=look.colour, alpha=alpha, lw=0)
    (drawn,) = axes.plot(x, middle, color=look.colour, ls=look.line, **line)
    return drawn
