"""What the headlines of a page say when they are judged together.

An interval at 95 % misses one time in twenty; of the dozens of headlines on a page some miss by
chance alone. Holm's procedure says which of them hold together: the chance that even one of these
is told by luck is at most what a single interval allows.
"""

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.compare import Comparison, is_ranking
from sim.analysis.estimates import holm
from sim.base.language import tr
from sim.base.wording import arrangement_text, inside, percent_text
from sim.report.figures.selection import headlines

MOST_NAMED = 5
"""Headlines that a sentence names; all are marked in the tables."""

Rows = Set[tuple[str, str]]


class Joint(NamedTuple):
    """Headlines by outcome and arrangement: tested, clear by themselves, clear together."""

    tested: Rows
    alone: Rows
    together: Rows


def judged_together(comparison: Comparison) -> Joint:
    """Judge the differences of all headlines from the baseline together.

    Reference: Holm 1979, A simple sequentially rejective multiple test procedure, Scandinavian
    Journal of Statistics 6(2).
    """
    frame, behind = comparison.frame(), comparison.details()
    own = frame["outcome"].isin(headlines(list(comparison.marks)))
    own &= np.isfinite(behind["p_value"])
    rows, p_values = frame[own], behind.loc[own, "p_value"]
    keys = list(zip(rows["outcome"], rows["arrangement"], strict=True))
    clear = rows["verdict"].map(is_ranking).to_numpy(bool)
    held = clear & holm(p_values, 1.0 - comparison.confidence)
    return Joint(
        frozenset(keys),
        frozenset(key for key, is_clear in zip(keys, clear, strict=True) if is_clear),
        frozenset(key for key, holds in zip(keys, held, strict=True) if holds),
    )


def mark_joint(row: Mapping[str, Any], together: Rows) -> None:
    """Mark the cells of a row of a table, by arrangement, whose differences hold together."""
    for arrangement, cell in row["cells"].items():
        cell["joint"] = (row["name"], arrangement) in together


def joint_sentence(comparison: Comparison) -> str:
    """Say how many headlines hold together, and which are clear by themselves only.

    Empty where no headline was tested.
    """
    found = judged_together(comparison)
    if not found.tested:
        return ""
    level, count = percent_text(comparison.confidence), len(found.tested)
    if not found.alone:
        words = "None of the {count} differences in headlines is clear of zero at {level}."
        return tr(words, count=count, level=level)
    head = tr(
        "Of the {count} differences in headlines {alone} are clear of zero at {level} by"
        " themselves, and {together} hold together (‡, Holm): the chance that even one of these"
        " is luck of the histories is at most {chance}.",
        count=count, alone=len(found.alone), together=len(found.together), level=level,
        chance=percent_text(round(1.0 - comparison.confidence, 6)),
    )  # fmt: skip
    return f"{head} {_rest(comparison, found)}".strip()


def _rest(comparison: Comparison, found: Joint) -> str:
    """Name those that are clear by themselves only, in the order of the tables."""
    order = zip(comparison.rows["outcome"], comparison.rows["arrangement"], strict=True)
    only = [key for key in order if key in found.alone - found.together]
    if not only:
        return ""
    names = [
        tr(
            "{label} of {arrangement}", label=inside(tr(comparison.marks[name].label)),
            arrangement=inside(arrangement_text(arrangement)),
        )
        for name, arrangement in only[:MOST_NAMED]
    ]  # fmt: skip
    items = tr("; ").join(names)
    if len(only) > MOST_NAMED:
        return tr(
            "Clear by themselves only: {items}; and {count} more.",
            items=items, count=len(only) - MOST_NAMED,
        )  # fmt: skip
    return tr("Clear by themselves only: {items}.", items=items)
