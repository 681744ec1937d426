"""Tables for people: comparisons by party, assumptions, and what a run was made of."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from sim.base.language import tr
from sim.outcomes.comparison import Comparison
from sim.outcomes.measure import Outcomes
from sim.outcomes.verdict import UNDEFINED, warning_words
from sim.outcomes.wording import (
    error_of,
    level_text,
    range_text,
    step_text,
    unit_style,
    verdict_word,
)

_TONES = {
    "better": "good", "worse": "bad", "higher": "moved", "lower": "moved",
}  # fmt: skip
_KINDS = ("assumption", "fitted", "design choice", "reference", "fact")


def outcome_cells(comparison: Comparison, name: str) -> dict[str, dict[str, Any]]:
    """Give the texts of one outcome, by arrangement.

    Keys value, baseline, difference, interval, verdict (str); tone ("good", "bad", "moved",
    "none"), clear_of_all, defined (bool), warning.
    """
    behind = comparison.details()
    cells = {}
    for place, row in enumerate(comparison.frame().to_dict("records")):
        if row["outcome"] == name:
            told = behind.iloc[place].to_dict()
            warning = warning_words(told, comparison.marks[name], comparison.confidence)
            cells[str(row["arrangement"])] = _cell(row, told) | {"warning": warning}
    return cells


def _cell(row: Mapping[Any, Any], behind: Mapping[Any, Any]) -> dict[str, Any]:
    """Write one row of a comparison as text."""
    unit, error, verdict = str(row["unit"]), behind["standard_error"], str(row["verdict"])
    return {
        "value": level_text(row["mean"], unit, error),
        "baseline": level_text(row["baseline_mean"], unit, error),
        "difference": step_text(row["difference"], unit, error),
        "interval": range_text(row["low"], row["high"], unit, error),
        "verdict": verdict,
        "tone": tone(verdict),
        "clear_of_all": bool(behind["clear_of_all"]),
        "defined": bool(pd.notna(row["difference"])),
    }


def tone(verdict: str) -> str:
    """Give the tone in which a verdict is shown; words carry the same meaning.

    Examples
    --------
    >>> tone("better (higher)"), tone("worse (lower)"), tone("higher"), tone("not resolved")
    ('good', 'bad', 'moved', 'none')
    """
    return _TONES.get(verdict_word(verdict), "none")


def standalone(outcomes: Outcomes, comparison: Comparison) -> pd.DataFrame:
    """Give the outcomes that exist only against a baseline, with their own intervals.

    The year in which an arrangement overtakes the baseline, for example, has no value under the
    baseline, so there is no difference to test; it has a median. Columns outcome, label, unit,
    unit_text, arrangement, median (text), interval (text), defined, replications.
    """
    frame = comparison.frame()
    names = set(frame.loc[frame["verdict"] == UNDEFINED, "outcome"])
    rows = []
    for row in outcomes.summary(comparison.confidence).to_dict("records"):
        if row["outcome"] in names and row["arrangement"] != comparison.baseline:
            ends = row["median_low"], row["median_high"]
            width = error_of(*ends)
            rows.append(
                {
                    "outcome": row["outcome"],
                    "label": tr(outcomes.marks[str(row["outcome"])].label),
                    "unit": row["unit"],
                    "unit_text": unit_style(str(row["unit"])).axis,
                    "arrangement": row["arrangement"],
                    "median": level_text(row["median"], str(row["unit"]), width),
                    "interval": range_text(*ends, str(row["unit"]), width),
                    "defined": row["defined"],
                    "replications": row["replications"],
                }
            )
    return pd.DataFrame(rows)


def definitions(comparison: Comparison) -> pd.DataFrame:
    """Give what every outcome means: unit, direction, basis, formula, interval, source."""
    return pd.DataFrame(
        [
            {
                "outcome": tr(mark.label),
                "name": mark.name,
                "unit": tr(mark.unit),
                "better": tr(mark.better),
                "basis": tr(mark.basis),
                "formula": tr(mark.formula),
                "interval": tr(mark.interval_method),
                "source": tr(mark.source),
            }
            for mark in comparison.marks.values()
        ]
    )


def sources_table(sources: Mapping[str, str]) -> pd.DataFrame:
    """Give where every number of the scenario comes from, by dotted key, assumptions first.

    Columns key, kind ("assumption", "fitted", "design choice", "reference", "fact"), source.

    Examples
    --------
    >>> sources_table({"macro.boom_years": "reference: Hamilton 1989",
    ...                "credit_line.rate": "assumption 0.02 to 0.05"})["kind"].tolist()
    ['assumption', 'reference']
    """
    rows = [{"key": key, "kind": _kind(text), "source": text} for key, text in sources.items()]
    rows.sort(key=lambda row: (_KINDS.index(row["kind"]), row["key"]))
    return pd.DataFrame(rows, columns=["key", "kind", "source"])


def _kind(text: str) -> str:
    """Say what stands behind a number."""
    word = text.strip().lower()
    return next((kind for kind in _KINDS if word.startswith(kind)), "fact")


def manifest_table(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Give a manifest as lines of key and value, nested keys joined by dots.

    Returns
    -------
    DataFrame
        Columns key, value, way (the nested keys as a tuple).

    Examples
    --------
    >>> manifest_table({"seed": 7, "versions": {"numpy": "2.4"}})["key"].tolist()
    ['seed', 'versions.numpy']
    """
    return pd.DataFrame(list(_leaves(manifest, ())), columns=["key", "value", "way"])


def _leaves(
    part: Mapping[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Walk through a nested mapping."""
    for key, value in part.items():
        way = (*above, key)
        if isinstance(value, Mapping):
            yield from _leaves(value, way)
        elif isinstance(value, list | tuple):
            yield ".".join(way), ", ".join(str(one) for one in value), way
        else:
            yield ".".join(way), str(value), way
