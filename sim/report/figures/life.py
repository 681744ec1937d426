"""One firm's life as a strip: a lane for each arrangement, over the same economy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from sim.base.errors import OutcomeError
from sim.base.language import gap, tr
from sim.base.wording import arrangement_text
from sim.report.figures.style import INK, MUTED, Drawing, Look, looks, number_axis, style

if TYPE_CHECKING:
    # Stories are drawn, not told here: a figure loads no engine.
    from sim.studies.story import Story

COLUMNS = ("arrangement", "kind", "what", "start", "end", "value")
STAGES = {
    "startup": ("Start-up", 0.10), "growth": ("Growth", 0.28), "expansion": ("Expansion", 0.46),
    "mature": ("Mature", 0.64),
}  # fmt: skip
"""How a stage is called and how dark its band is."""
_SETBACK = "setback"
_ROWS = {"stage": 0.19, "loan": 0.45, "trouble": 0.66, "equity": 0.87}
"""Height of each row below the top of its lane, which is one high."""
_SHADES = (0.0, 0.16, 0.08, 0.24)
_WIDTH = 9.2
_INCHES_OF_LETTER = 0.075


class Sign(NamedTuple):
    """How an event is marked: its label, row of a lane, marker, size in points and fill."""

    label: str
    row: str
    marker: str
    size: float = 6.0
    is_filled: bool = True


SIGNS = {
    "loan signed": Sign("Loan signed", "loan", "^", 5.5),
    "loan refused": Sign("Loan refused", "loan", "x"),
    "loan called": Sign("Loan called", "loan", "<", 6.0, False),
    "setback": Sign("Setback", "trouble", "v"),
    "trial failed": Sign("Trial failed", "trouble", "v", 6.0, False),
    "cash exhausted": Sign("Cash exhausted", "trouble", "s", 6.0, False),
    "loan default": Sign("Loan default", "trouble", "X", 10.0),
    "equity round": Sign("Equity round", "equity", "o"),
    "right exercised": Sign("Right exercised", "equity", "D"),
    "right waived": Sign("Right waived", "equity", "D", 6.0, False),
    "listing": Sign("Listing", "stage", "*", 12.0),
    "acquisition": Sign("Sale", "stage", "*", 12.0, False),
    "closed": Sign("Closed", "stage", "|", 17.0),
}
"""What is marked; other events stand in the table of the story."""


def life_data(story: Story) -> pd.DataFrame:
    """Give the frame behind `life`.

    Columns arrangement (empty for the macro regime), kind (regime, stage, setback or event),
    what, start, end (years from the start date), value (CNY million, of events).
    """
    rows: list[tuple[Any, ...]] = [
        ("", "regime", one.what, one.start, one.end, None) for one in story.regimes.itertuples()
    ]
    for name, events in story.events.items():
        for one in story.spells.get(name, story.regimes.iloc[:0]).itertuples():
            kind = _SETBACK if one.what == _SETBACK else "stage"
            rows.append((name, kind, one.what, one.start, one.end, None))
        for date, event, value in events[["date", "event", "value"]].itertuples(index=False):
            if event in SIGNS:
                rows.append((name, "event", event, date, date, value))
        if story.endings[name].startswith("closed"):
            last = float(story.spells[name]["end"].max())
            rows.append((name, "event", "closed", last, last, None))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"value": "float64"})


@style()
def life(story: Story, arrangements: Iterable[str] | None = None) -> Drawing:
    """Draw the life of one firm, one lane an arrangement.

    The places of the arrangements, those of the story by default, give the colours. Raises
    OutcomeError if the firm enters under no arrangement.
    """
    if not story.enters:
        raise OutcomeError(f"firm {story.firm}", "never enters", "choose another firm")
    data = life_data(story)
    lives = data[data["kind"] == "stage"]
    known = looks(arrangements or story.events)
    drawn = {name: known[name] for name in story.events}
    figure = Drawing(_WIDTH, 1.9 + 0.78 * len(drawn))
    axes = figure.subplots()
    start, end = float(lives["start"].min()), float(data["end"].max())
    axes.set_xlim(start - 0.01 * (end - start), end + 0.01 * (end - start))
    axes.set_ylim(len(drawn), 0.0)
    shown = _background(axes, story.regimes[story.regimes["end"] > start])
    for place, (name, look) in enumerate(drawn.items()):
        _lane(axes, place, data[data["arrangement"] == name], look)
    if start < 0.0:
        axes.axvline(0.0, color=INK, lw=1.0, ls=":")
    axes.set_yticks([n + 0.5 for n in range(len(drawn))], [one.label for one in drawn.values()])
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)
    number_axis(axes, "x", tr("Time from the start date (years)"))
    seen = set(data.loc[data["kind"] == "event", "what"])
    signs = [
        Line2D([], [], label=tr(sign.label), **_mark(sign, INK))
        for event, sign in SIGNS.items()
        if event in seen
    ]
    title = tr(
        "The life of firm {firm} in replication {replication}, by arrangement",
        firm=story.firm, replication=story.replication,
    )  # fmt: skip
    return figure.finish(title, _note(story, start), data, [*signs, *shown])


def _background(axes: Axes, regimes: pd.DataFrame) -> list[Any]:
    """Shade all macro regimes but the first; give an entry of the legend for each."""
    handles = []
    names = regimes["what"].astype("category").cat.categories
    for name, shade in zip(names, _SHADES, strict=False):
        spells = regimes[regimes["what"] == name]
        if not shade or spells.empty:
            continue
        for one in spells.to_dict("records"):
            axes.axvspan(one["start"], one["end"], color=MUTED, alpha=shade, lw=0, zorder=0)
        label = arrangement_text(name)
        handles.append(Patch(color=MUTED, alpha=shade, lw=0, label=tr(label)))
    return handles


def _lane(axes: Axes, place: int, rows: pd.DataFrame, look: Look) -> None:
    axes.axhline(place, color=MUTED, lw=0.6)
    for one in rows.to_dict("records"):
        what, ends = str(one["what"]), (one["start"], one["end"])
        if one["kind"] == "stage":
            _band(axes, place, ends, what, look)
        elif one["kind"] == _SETBACK:
            height = place + _ROWS["trouble"]
            axes.plot(ends, [height, height], color=look.colour, lw=1.6, alpha=0.6)
        else:
            sign = SIGNS[what]
            axes.plot(ends[0], place + _ROWS[sign.row], **_mark(sign, look.colour))


def _band(axes: Axes, place: int, ends: tuple[float, float], stage: str, look: Look) -> None:
    """Draw a stage, with its name where there is room for it."""
    label, dark = STAGES[stage]
    (start, end), text = ends, tr(label)
    top = place + _ROWS["stage"] - 0.13
    band = Rectangle((start, top), end - start, 0.26, lw=0.8, edgecolor=look.colour, zorder=2)
    band.set_facecolor((*to_rgb(look.colour), dark))
    axes.add_patch(band)
    span = axes.get_xlim()[1] - axes.get_xlim()[0]
    width = 0.8 * _WIDTH * (end - start) / span
    if width > _INCHES_OF_LETTER * len(text):
        middle = place + _ROWS["stage"]
        axes.text(
            0.5 * (start + end), middle, text, ha="center", va="center", fontsize=7, zorder=3
        )


def _mark(sign: Sign, colour: str) -> dict[str, Any]:
    face = colour if sign.is_filled else "none"
    wide = 3.0 if sign.marker == "|" else 1.3
    look = {"mfc": face, "mec": colour, "mew": wide, "ls": "", "zorder": 4}
    return {"marker": sign.marker, "ms": sign.size, **look}


def _note(story: Story, start: float) -> str:
    note = tr(
        "Band: stage of life, darker the further on; line below: time in a setback. Grey"
        " background: macro regime. All lanes use common random numbers."
    )
    if start < 0.0:
        note += gap() + tr("Dotted: the start date, from which arrangements differ.")
    ends = tr("; ").join(
        f"{arrangement_text(name)}: {text}" for name, text in story.endings.items()
    )
    note += gap() + tr(
        "One firm in replication {replication}: an account of what happened, with no interval.",
        replication=story.replication,
    )
    return f"{note} {ends}."
