"""Which figures a report shows, and which of them a run has the data for."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from sim.analysis.compare import UNRESOLVED, Comparison
from sim.analysis.outcomes_table import Outcomes, ResultsView
from sim.base.language import tr
from sim.outcomes.bank_loss import BORNE, LEAD
from sim.report.figures import figures
from sim.report.figures.curves import has_series
from sim.report.figures.lifecycle import PREFIX, STAY
from sim.report.figures.losses import SERIES
from sim.report.figures.payments import SALES
from sim.report.figures.regimes import regime_names
from sim.report.figures.selection import (
    DISTRIBUTIONS,
    GROUP_LABELS,
    SIDES,
    Side,
    asked,
    drawn,
    group_label,
)
from sim.report.figures.style import Drawing

_OF_RESULTS: tuple[tuple[str, str, Callable[..., Drawing]], ...] = (
    ("survival", "survival", figures.survival),
    ("j-curve", "cumulative_value_by_age", figures.profit_by_age),
    ("vintage", "vintage_default", figures.vintage),
    ("cumulative-profit", "cumulative_profit", figures.cumulative_profit),
    ("credit", "credit_outstanding", figures.credit),
    ("lifecycle", PREFIX + "startup", figures.lifecycle),
    ("lifecycle-flow", STAY, figures.lifecycle_flow),
    ("losses", SERIES, figures.loss_distribution),
    ("loss-split", BORNE + LEAD, figures.loss_split),
    ("payments", SALES, figures.payments),
)
HISTORIES = "histories-"
"""What the keys of figures of histories begin with."""

_OF_NO_BASELINE = (figures.loss_distribution, figures.loss_split)


class Planned(NamedTuple):
    """A figure that can be drawn: its key on the page and the call that draws it."""

    key: str
    draw: Callable[[], Drawing]


def planned(outcomes: Outcomes, comparison: Comparison, results: ResultsView) -> Iterator[Planned]:
    """Give the figures for which the data are there, in reading order.

    Differences within histories by side, differences by party, distributions of some outcomes,
    then curves.
    """
    yield from _histories(outcomes, comparison)
    for group in groups(comparison):
        if _drawable(comparison, group):
            yield Planned(f"difference-{_slug(group)}", _difference(comparison, group))
    for name in DISTRIBUTIONS:
        if name in outcomes.marks and outcomes.table(name).notna().any(axis=None):
            draw = partial(figures.distribution, outcomes, name)
            yield Planned(f"distribution-{_slug(name)}", draw)
    if regime_names(outcomes):
        yield Planned("regimes", partial(figures.profit_by_regime, outcomes))
    for key, series, of_results in _OF_RESULTS:
        if has_series(results, series):
            told = () if of_results in _OF_NO_BASELINE else (comparison.baseline,)
            yield Planned(key, partial(of_results, results, *told))


def history_key(outcomes: Outcomes, comparison: Comparison, side: Side) -> str:
    """Give the key of the figure of a side's histories; empty where nothing is compared."""
    names = asked(side, outcomes.names)
    rows = comparison.frame()
    if not names or rows.loc[rows["outcome"] == names[0], "difference"].isna().all():
        return ""
    return f"{HISTORIES}{side.key}"


def _histories(outcomes: Outcomes, comparison: Comparison) -> Iterator[Planned]:
    """Give the one figure of the first screen, a panel a side."""
    for side in SIDES:
        if key := history_key(outcomes, comparison, side):
            name = asked(side, outcomes.names)[0]
            yield Planned(key, partial(figures.histories, outcomes, comparison, name))


def missing(results: ResultsView) -> list[str]:
    """Give the series for which a figure exists and this run has no data."""
    return [series for _, series, _ in _OF_RESULTS if not has_series(results, series)]


def groups(comparison: Comparison) -> list[str]:
    """Give the parties that outcomes belong to, in reading order."""
    present = dict.fromkeys(mark.group for mark in comparison.marks.values())
    return [group for group in GROUP_LABELS if group in present] + [
        group for group in present if group not in GROUP_LABELS
    ]


def _drawable(comparison: Comparison, group: str) -> list[str]:
    """Give the outcomes of a party that differ somewhere; those that are there, if none."""
    frame = comparison.frame()
    there = frame[np.isfinite(frame["difference"])]
    own = [name for name, mark in comparison.marks.items() if mark.group == group]
    for rows in (there[there["verdict"] != UNRESOLVED], there):
        found = set(rows["outcome"])
        if names := [name for name in own if name in found]:
            return names
    return []


def _slug(name: str) -> str:
    """Turn a dotted name into a key of the page."""
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower())


def _difference(comparison: Comparison, group: str) -> Callable[[], Drawing]:
    """Plan the forest plot of one party, of a selection where there are many outcomes."""
    names = drawn(group, _drawable(comparison, group))
    every = sum(mark.group == group for mark in comparison.marks.values())
    subject = group_label(group)
    if len(names) < every:
        words = "{party}, {count} of {total} outcomes"
        subject = tr(words, party=subject, count=len(names), total=every)
    return partial(figures.difference, comparison, names, subject)
