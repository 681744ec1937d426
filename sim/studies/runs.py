"""Two runs side by side: in what scenario, program and results differ.

Where both runs had the same luck (the same seed, window, entrants and markets), an outcome's
difference is paired by replication; otherwise the two are independent samples.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.analysis.compare import TOO_FEW, is_ranking, verdict_words
from sim.analysis.estimates import Interval, averaged, finite, mean_interval, t_interval
from sim.base.wording import arrangement_text, percent_text
from sim.experiment.run import Run
from sim.outcomes.mark import Mark
from sim.scenario.toml_text import dump_model
from sim.studies.comparison import common_draw_values, leaves
from sim.studies.findings import Findings, step_row
from sim.studies.request import HEADLINES, refused

KEY = "runs"
WORDS = ("title", "question", "sources")
"""Tables of a scenario that change no number."""
PROGRAM = ("code_sha256", "facts_sha256", "python", "versions")
CONFIDENCE = 0.95
_NAMED = 5


@dataclass(frozen=True, eq=False)
class RunsCompared:
    """What differs between two runs.

    Parameters
    ----------
    scenario, program
        Columns key, first, second.
    results
        Columns outcome, arrangement, first, second, part (second less first), low, high, unit,
        verdict.
    is_paired
        Whether both had the same luck.
    alone
        Arrangements that only one of them ran.
    """

    scenario: pd.DataFrame
    program: pd.DataFrame
    results: pd.DataFrame
    is_paired: bool
    alone: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """One row an outcome and arrangement that both ran."""
        return self.results.copy()

    def sentences(self) -> tuple[str, ...]:
        """What differs, in words."""
        clear = self.results[self.results["verdict"].map(is_ranking)]
        pairing = (
            "Both had the same luck: differences are paired by replication."
            if self.is_paired
            else "Their luck differs: the two are compared as independent samples."
        )
        found = [
            _told("The scenarios", list(self.scenario["key"])),
            _told("The programs", list(self.program["key"])),
            pairing,
            f"{len(clear)} of {len(self.results)} differences are clear of zero at"
            f" {percent_text(CONFIDENCE)}, each by itself.",
        ]
        if self.alone:
            names = ", ".join(arrangement_text(name) for name in self.alone)
            found.append(f"Run by one of them only, and not compared: {names}.")
        return tuple(found)

    def findings(self) -> Findings:
        """The comparison in the form that all studies share."""
        clear = self.results["verdict"].map(is_ranking).to_numpy(bool)
        first = self.results["outcome"].isin(HEADLINES)
        captions = {
            "headlines": "Second run less first run, headlines",
            "clear": "Second run less first run, where clear of zero",
            "results": "Second run less first run",
            "scenario": "Values of the scenarios that differ",
            "program": "What differs between the programs",
        }
        tables = {
            "headlines": self.results[first], "clear": self.results[clear],
            "results": self.results, "scenario": self.scenario, "program": self.program,
        }  # fmt: skip
        tables = {name: table for name, table in tables.items() if len(table)}
        captions = {name: captions[name] for name in tables}
        return Findings(KEY, "Two runs compared", self.sentences(), tables, captions)


def compare_runs(first: Run, second: Run) -> RunsCompared:
    """Say in what scenario, program and results two runs differ.

    Raises ScenarioError if they share no arrangement.
    """
    one, two = first.outcomes, second.outcomes
    shared = [name for name in one.arrangements if name in two.arrangements]
    if not shared:
        names = f"{', '.join(one.arrangements)} and {', '.join(two.arrangements)}"
        raise refused("compare", "needs runs that share an arrangement", names)
    is_paired = _luck(first) == _luck(second)
    rows = [
        {"outcome": name, "arrangement": arm, **_row(mark, _pair(first, second, name, arm),
         is_paired, one.unit)}
        for name, mark in one.marks.items() if name in two.marks for arm in shared
    ]  # fmt: skip
    alone = {*one.arrangements, *two.arrangements} - set(shared)
    return RunsCompared(
        _differing(_values(first), _values(second)),
        _differing(_program(first.manifest), _program(second.manifest)),
        pd.DataFrame(rows), is_paired, tuple(sorted(alone)),
    )  # fmt: skip


def _pair(
    first: Run, second: Run, outcome: str, arrangement: str
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """Give the values of one outcome in both runs, by replication."""
    one, two = first.outcomes.table(outcome), second.outcomes.table(outcome)
    return one[arrangement], two[arrangement]


def _row(
    mark: Mark, pair: tuple["pd.Series[float]", "pd.Series[float]"], is_paired: bool, unit: int
) -> dict[str, Any]:
    """Compare one outcome of one arrangement."""
    one, two = pair
    levels = {"first": float(one.mean()), "second": float(two.mean())}
    if is_paired:
        return levels | step_row(mark, averaged((two - one).dropna(), unit), CONFIDENCE)
    found = independent_interval(averaged(one, unit), averaged(two, unit))
    words = TOO_FEW if math.isnan(found.low) else verdict_words(found.side, mark.better)
    return levels | found.named("part", "low", "high") | {"unit": mark.unit, "verdict": words}


def independent_interval(one: Any, two: Any, confidence: float = CONFIDENCE) -> Interval:
    """Give the mean of two less that of one, from independent samples of unequal variance.

    Values of shape (n,) each; undefined ones are left out. Source: Welch 1947, Biometrika 34.

    >>> found = independent_interval([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
    >>> found.estimate, round(found.low, 3), round(found.high, 3)
    (2.0, -2.155, 6.155)
    """
    ends = mean_interval(finite(one), confidence), mean_interval(finite(two), confidence)
    step = ends[1].estimate - ends[0].estimate
    squares = [end.standard_error**2 for end in ends]
    error, count = math.sqrt(sum(squares)), min(end.count for end in ends)
    if not error > 0.0:
        return Interval(step, *((step, step, 0.0) if error == 0.0 else (math.nan,) * 3), count)
    parts = [square**2 / (end.count - 1) for square, end in zip(squares, ends, strict=True)]
    freedom = sum(squares) ** 2 / sum(parts)
    return t_interval(step, error, count, freedom, confidence)  # type: ignore[arg-type]


def _luck(run: Run) -> dict[str, Any]:
    """Give what decides the draws of a run, and what reads them."""
    return common_draw_values(run.scenario)


def _values(run: Run) -> dict[str, Any]:
    """Give the values of a scenario by dotted key, without its words."""
    values = tomllib.loads(dump_model(run.scenario))
    return leaves({key: value for key, value in values.items() if key not in WORDS}, "")


def _program(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a run says of the program that made it."""
    return leaves({key: manifest.get(key, "unknown") for key in PROGRAM}, "")


def _differing(one: Mapping[str, Any], two: Mapping[str, Any]) -> pd.DataFrame:
    """Give the keys whose values differ; a key that is not there has none."""
    rows = [
        (key, str(one.get(key, "none")), str(two.get(key, "none")))
        for key in dict.fromkeys([*one, *two])
        if one.get(key) != two.get(key)
    ]
    return pd.DataFrame(rows, columns=["key", "first", "second"])


def _told(subject: str, keys: list[str]) -> str:
    """Say in what two things differ."""
    if not keys:
        return f"{subject} are the same."
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f"{subject} differ in {', '.join(keys[:_NAMED])}{more}."
