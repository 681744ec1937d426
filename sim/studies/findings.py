"""What a study found, in words and tidy tables, and the files that hold it.

Every study gives its result in this one form, so that one function writes the files,
one prints the table and one lays out the page of the report.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.compare import decide, is_ranking
from sim.analysis.estimates import (
    FloatArray,
    Interval,
    quantile_interval,
)
from sim.analysis.mean_rule import difference_interval, level_interval
from sim.base.columns import write_csv
from sim.base.wording import arrangement_text, level_text, range_text, step_text, unit_style
from sim.outcomes.mark import Mark, registry

FINDINGS = "findings.json"
FIGURES = "figures.json"


TOTAL = "all together"
"""What the sum of parts is called."""


@dataclass(frozen=True, eq=False)
class Findings:
    """What a study found.

    Parameters
    ----------
    key
        Names the study and its folder: letters, digits, ``_`` and ``-``.
    title
        Heading on the page.
    sentences
        What was found, with intervals, and how sure it is. No ranking where an interval covers
        zero.
    tables
        Tidy tables by name; the first is the one that is printed. A column ``unit`` says in which
        unit the estimates of a row stand; ``low`` and ``high`` are its interval.
    captions
        What each table is, by the table's name.
    units
        Unit of a column where it is the same in all rows of all tables.

    Examples
    --------
    >>> found = Findings("example", "An example", ("One is 1.",),
    ...                  {"ones": pd.DataFrame({"one": [1.0]})}, {"ones": "Ones"})
    >>> found
    Findings(example: 1 sentence, 1 table)
    """

    key: str
    title: str
    sentences: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    captions: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse names that cannot be files, before anything is written.

        Raises ValueError if a key is not a plain word, or a caption names no table.
        """
        for name in (self.key, *self.tables):
            if not name.replace("_", "").replace("-", "").isalnum():
                raise ValueError(f"{name!r} must be letters, digits, _ and -")
        if not set(self.captions) <= set(self.tables):
            raise ValueError(f"captions {sorted(set(self.captions) - set(self.tables))}: no table")

    def __repr__(self) -> str:
        """Say in one line what this is."""
        counts = (len(self.sentences), "sentence"), (len(self.tables), "table")
        return f"Findings({self.key}: {', '.join(_counted(*count) for count in counts)})"

    def frame(self) -> pd.DataFrame:
        """Give a copy of the first table; an empty one where there is none."""
        return next(iter(self.tables.values()), pd.DataFrame()).copy()


@dataclass(frozen=True, eq=False)
class Study:
    """Findings as they were read back, with what was written beside them.

    Parameters
    ----------
    about
        How it was made: the command, the scenario's hash, seed, replications.
    figures
        Figures as a page holds them: key, title, note and svg.
    """

    findings: Findings
    about: Mapping[str, Any]
    figures: Sequence[Mapping[str, str]] = ()


def write_files(folder: Path, findings: Findings, about: Mapping[str, Any]) -> None:
    """Write every table as CSV, and the words as JSON.

    Parameters
    ----------
    folder
        Of this study; it is made.
    about
        What JSON can hold.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in findings.tables.items():
        write_csv(table, folder / f"{name}.csv")
    words = {
        "key": findings.key, "title": findings.title, "sentences": list(findings.sentences),
        "tables": {name: f"{name}.csv" for name in findings.tables},
        "captions": dict(findings.captions), "units": dict(findings.units), "about": dict(about),
    }  # fmt: skip
    text = json.dumps(words, indent=2, ensure_ascii=False)
    (folder / FINDINGS).write_text(text + "\n", encoding="utf-8")


def read_study(folder: Path) -> Study:
    """Read what `write_files` has written.

    Raises OSError, ValueError, KeyError if a file is not there or is not what was written.
    """
    words = dict(json.loads((folder / FINDINGS).read_text(encoding="utf-8")))
    if any(Path(file).name != file for file in words["tables"].values()):
        raise ValueError("a study has its tables in its own folder")
    # "None" and "NA" are words in the columns of a study, not gaps.
    tables = {
        name: pd.read_csv(folder / file, keep_default_na=False, na_values=[""])
        for name, file in words["tables"].items()
    }
    found = Findings(
        words["key"], words["title"], tuple(words["sentences"]), tables, words["captions"],
        words["units"],
    )  # fmt: skip
    drawn = folder / FIGURES
    figures = json.loads(drawn.read_text(encoding="utf-8")) if drawn.is_file() else []
    return Study(found, words["about"], figures)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


# --- Sentences of studies: a gap, its parts, and what is not ranked ------------------------------

MOST_NAMED = 3
"""Parts that a sentence names; the table has all."""


def estimate_text(row: Any, column: str = "part") -> str:
    """Write an estimate with its interval, for example ``"+1.20 pp (0.80 to 1.60)"``.

    A mean that may have no interval (`sim.analysis.mean_rule`) is said to have none.

    Parameters
    ----------
    row
        Keys `column`, low, high, unit.
    column
        Differences carry a sign: ``"part"``, ``"difference"``, ``"gap"``; levels do not.

    Examples
    --------
    >>> estimate_text({"part": 0.012, "low": 0.008, "high": 0.016, "unit": "share"})
    '+1.20 pp (0.80 to 1.60)'
    """
    unit, error = str(row["unit"]), (row["high"] - row["low"]) / 4.0
    write = level_text if column in ("value", "mean", "median", "estimate") else step_text
    spoken = "" if unit_style(unit).step else f" {unit}"
    has_ends = math.isfinite(error)
    ends = range_text(row["low"], row["high"], unit, error) if has_ends else "no interval"
    return f"{write(row[column], unit, error)}{spoken} ({ends})"


def label_of(outcome: str, marks: Mapping[str, Mark] | None = None) -> str:
    """Give the name of an outcome for readers: that of a run's marks, where it is among them.

    A run with too few bank-years calls a tail measure by a humbler name (`Mark.of_run`).
    """
    known = (marks or {}).get(outcome) or registry().get(outcome)
    return known.label if known else outcome


def less_text(arrangements: Sequence[str]) -> str:
    """Name the gap between two arrangements in a sentence: the second less the first.

    >>> less_text(("plain", "revenue_swap"))
    'revenue swap less plain'
    """
    first, second = (arrangement_text(name).lower() for name in arrangements)
    return f"{second} less {first}"


def gap_sentences(
    frame: pd.DataFrame, column: str, total: str, arrangements: Sequence[str]
) -> list[str]:
    """Say for each outcome how large a gap is, and which parts are clear of zero.

    Parameters
    ----------
    frame
        Columns outcome, `column`, part, low, high, unit, verdict.
    column
        Names the parts.
    total
        Name of the row that holds the whole gap.
    arrangements
        The gap is the second less the first.
    """
    sentences = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        whole = rows[rows[column] == total].iloc[0]
        parts = rows[rows[column] != total]
        gap = f"{label_of(str(outcome))}, {less_text(arrangements)}: {estimate_text(whole)}."
        sentences.append(f"{gap} {_parts_text(parts, column)}")
    return sentences


def _parts_text(parts: pd.DataFrame, column: str) -> str:
    """Name the largest parts that are clear of zero, and those that are not."""
    clear = parts[parts["verdict"].map(is_ranking)]
    clear = clear.reindex(clear["part"].abs().sort_values(ascending=False).index)
    named = [f"{row[column]} {estimate_text(row)}" for _, row in clear.head(MOST_NAMED).iterrows()]
    unclear = list(parts[column][~parts["verdict"].map(is_ranking)])
    text = f"Clear of zero: {'; '.join(named)}." if named else "No part is clear of zero."
    if len(clear) > MOST_NAMED:
        text += f" {len(clear) - MOST_NAMED} smaller parts are clear of zero too."
    if named and unclear:
        text += f" Not told from zero: {', '.join(unclear)}."
    return text


# --- Estimates of a study: an interval over replications by the method of the outcome ------------


def observations(values: FloatArray, unit: int) -> FloatArray:
    """Give independent observations: replications that belong together become their mean.

    Returns shape (n_observations, ...): without those in which no replication is defined in every
        column.

    Parameters
    ----------
    values : shape (n_replications, ...)
        In the order of the replications, from number 0 on.
    unit
        How many belong together; 2 for antithetic pairs.

    Examples
    --------
    >>> observations(np.array([1.0, 3.0, float("nan"), 4.0]), 2)
    array([2., 4.])
    """
    flat = values.reshape(values.shape[0], -1)
    whole = np.isfinite(flat).all(axis=1)
    groups = np.arange(values.shape[0]) // unit
    kept = [values[whole & (groups == g)] for g in np.unique(groups)]
    means = [rows.mean(axis=0) for rows in kept if rows.shape[0]]
    return np.array(means).reshape(-1, *values.shape[1:])


def by_replication(frame: pd.DataFrame, arrangement: str, outcome: str) -> FloatArray:
    """One outcome of one arrangement, in the order of the replications.

    Returns shape (n_replications,).

    Parameters
    ----------
    frame
        Columns arrangement, replication, outcome, value.
    """
    rows = frame[(frame["arrangement"] == arrangement) & (frame["outcome"] == outcome)]
    return np.asarray(rows.sort_values("replication")["value"], dtype=np.float64)


def interval_of(mark: Mark, values: FloatArray, confidence: float = 0.95) -> Interval:
    """Give the mean over replications with its interval, as a comparison would.

    Parameters
    ----------
    mark
        Of a yes/no the interval is Wilson's, otherwise Student's; none where it is heavy-tailed.
    values : shape (n_replications,)
        In the unit of the mark.
    confidence : in (0, 1)
    """
    return level_interval(mark, values, confidence)


def level_row(found: Interval, unit: str) -> dict[str, Any]:
    """Give an estimate as columns of a table: value, low, high, unit."""
    return {"value": found.estimate, "low": found.low, "high": found.high, "unit": unit}


def step_row(mark: Mark, values: FloatArray, confidence: float = 0.95) -> dict[str, Any]:
    """Give a part of a difference with interval and verdict, as columns of a table.

    Keys part, low, high, unit, verdict. The verdict says nothing where the interval covers zero.

    Parameters
    ----------
    values : shape (n_replications,)
        One value of the part for each replication.
    """
    found = difference_interval(mark, values, confidence)
    median = quantile_interval(values, 0.5, confidence)
    words = decide(mark, (values, np.zeros_like(values)), found, median)
    return {**found.named("part", "low", "high"), "unit": mark.unit, "verdict": words}


def parts_frame(
    marks: Mapping[str, Mark],
    parts: Mapping[str, FloatArray],
    column: str,
    names: Sequence[str],
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Give the parts of a gap in each outcome, and their sum.

    Columns outcome, `column`, part, low, high, unit, verdict.

    Parameters
    ----------
    parts : shape (n_observations, n_parts)
    column
        Holds the names of the parts.
    """
    rows = []
    for outcome, mark in marks.items():
        values = parts[outcome]
        for name, one in zip((*names, TOTAL), (*values.T, values.sum(axis=1)), strict=True):
            rows.append({"outcome": outcome, column: name, **step_row(mark, one, confidence)})
    return pd.DataFrame(rows)
