"""How far differences move over what published figures leave open, under the same luck.

A scenario is run at draws of the posterior with common random numbers. The mean difference at a
draw differs from that at another because of the parameters, and because of the luck that answers
to them; the luck that all draws share shifts all of them alike, and is what the interval over
luck tells. By the law of total variance the part of luck is taken off: the table of draws by
histories has additive parts of both and a rest, whose variance over the number of histories is
what luck adds to the spread of the means. Means are drawn towards their centre until so much
variance is gone, and the interval lies between 2.5 and 97.5 % of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.base.columns import TEXT, Column, write_csv
from sim.base.wording import plain_number
from sim.experiment.store import Floats, OutcomeArray, Store, means
from sim.outcomes.mark import Mark, registry
from sim.scenario.scenario import Scenario
from sim.studies.draws import Draws, load_draws
from sim.studies.findings import Findings
from sim.studies.kept import keep, kept
from sim.studies.request import REPLICATIONS, arms_alone, at_least, keywords, study_store

KEY = "over_parameters"
TABLE, EACH = "over_parameters.csv", "over_parameters.parquet"
"""Names of the files of a run: the intervals, and the difference at every draw."""
DRAWS, HISTORIES = 40, 8
ENDS = (0.025, 0.975)
_OF_OUTCOME = "that of the outcome"
COLUMNS = (
    Column("outcome", TEXT, "name of the outcome", TEXT),
    Column("arrangement", TEXT, "arrangement that is compared with the baseline", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("difference", _OF_OUTCOME, "mean difference from the baseline over the draws"),
    Column("low", _OF_OUTCOME, "2.5 % of the draws, without the part of luck"),
    Column("high", _OF_OUTCOME, "97.5 % of the draws, without the part of luck"),
    Column("of_parameters", "share", "part of the variance of means that is not luck"),
    Column("same_sign", "share", "draws with the sign of the difference, luck not taken off"),
    Column("draws", "count", "draws at which it is defined", low=0.0),
    Column("replications", "count", "histories of each draw", low=0.0),
)
"""What ``over_parameters.csv`` holds."""


@dataclass(frozen=True, eq=False)
class OverParameters:
    """Differences over the draws.

    Parameters
    ----------
    table
        One row for each outcome and arrangement, in `COLUMNS`.
    each
        Columns arrangement, outcome, draw, difference, standard_error (over luck), replications.
    left
        What the draws leave as the file has it, in sentences.
    """

    scenario: Scenario
    draws: Draws
    table: pd.DataFrame
    each: pd.DataFrame
    left: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """Give the intervals, one row for each outcome and arrangement."""
        return self.table.copy()

    def findings(self) -> Findings:
        """The intervals in the form that all studies share."""
        return Findings(
            KEY, "Differences over the posterior of the fitted numbers", tuple(self.sentences()),
            {"intervals": self.table, "draws": self.each},
            {"intervals": "Difference from the baseline over what published figures leave open",
             "draws": "Mean difference at every draw"},
        )  # fmt: skip

    def sentences(self) -> list[str]:
        """Say what was run, and what the draws did not move."""
        row = self.table[["draws", "replications"]].max()
        said = [
            f"{plain_number(row['draws'], 0)} draws of the posterior, each with"
            f" {plain_number(row['replications'], 0)} histories of the same luck.",
        ]
        if self.draws.stale:
            said.append(f"{self.draws.notice()}.")
        if self.left:
            said.append(f"Not moved: {'; '.join(self.left)}.")
        return said

    def write(self, folder: Path) -> None:
        """Write the intervals and the difference at every draw into a folder."""
        write_csv(self.table, folder / TABLE)
        self.each.to_parquet(folder / EACH, index=False)

    def store(self, file: Path) -> None:
        """Write the intervals with the digests of what they rest on, for `stored` to find."""
        more = {"draws_sha256": self.draws.digest}
        keep(file, KEY, self.table, self.scenario, more)


@keywords(store=study_store)
def over_parameters(
    scenario: Scenario,
    draws: Draws | Path | str | None = None,
    count: int = DRAWS,
    replications: int | None = None,
    *,
    store: Store,
) -> OverParameters:
    """Run a scenario at draws of the posterior, under the same luck.

    Parameters
    ----------
    draws
        As `sim.studies.draws.load_draws` gives them, or their file; by default those that come
        with the program.
    count
        Draws that are run, evenly taken.
    replications
        Histories of each, with the seed of the scenario; by default those of the scenario, at
        most 8.
    workers, folder, executor, progress
        As in `sim.studies.sweep.sweep`.

    Raises
    ------
    ScenarioError
        If there are no draws, or too few are asked for, or a draw is not legal for the scenario.
    """
    at_least("--over-parameters", count)
    known = draws if isinstance(draws, Draws) else load_draws(draws)
    own = arms_alone(scenario)
    size = at_least(REPLICATIONS, replications or histories_of(scenario))
    moves = known.moves(own)
    found = store.outcome_array(moves.scenarios(own, known.some(count)), range(size))
    table, each = _tables(found, own.experiment.baseline)
    return OverParameters(scenario, known, table, each, tuple(moves.sentences()))


def histories_of(scenario: Scenario) -> int:
    """Give the histories of each draw where none are asked for."""
    return min(HISTORIES, scenario.experiment.replications)


def _tables(found: OutcomeArray, baseline: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    marks = registry()
    rows: list[dict[str, Any]] = []
    parts: list[pd.DataFrame] = []
    for outcome in (name for name in found.outcomes if name in marks):
        for arm in (name for name in found.arrangements if name != baseline):
            gaps = _gaps(found, marks[outcome], arm, baseline)
            if not np.isfinite(gaps).any():
                continue
            head = {"outcome": outcome, "arrangement": arm, "unit": marks[outcome].unit}
            rows.append(head | interval_over(gaps))
            parts.append(_each(head, gaps))
    table = pd.DataFrame(rows, columns=[one.name for one in COLUMNS])
    empty = pd.DataFrame(columns=["arrangement", "outcome", "draw", "difference"])
    return table, pd.concat(parts, ignore_index=True) if parts else empty


def _gaps(found: OutcomeArray, mark: Mark, arm: str, baseline: str) -> Floats:
    """Give differences by draw and history; what refers to the baseline is one already."""
    if mark.paired:
        return found.levels(arm, mark.name)
    return found.differences(arm, baseline, mark.name)


def _each(head: Mapping[str, Any], gaps: Floats) -> pd.DataFrame:
    mean, error, count = means(gaps)
    return pd.DataFrame(
        {"arrangement": head["arrangement"], "outcome": head["outcome"],
         "draw": np.arange(len(gaps)), "difference": mean, "standard_error": error,
         "replications": count}
    )  # fmt: skip


def interval_over(gaps: Floats) -> dict[str, Any]:
    """Give the interval of the mean difference over draws, the part of luck taken off.

    The columns of `COLUMNS` that follow the unit.

    Parameters
    ----------
    gaps : shape (n_draws, n_histories)
        Nan where undefined.

    Examples
    --------
    >>> told = interval_over(np.array([[1.0, 2.0], [3.0, 4.0]]))  # luck answers to nothing
    >>> told["difference"], round(told["low"], 3), round(told["high"], 3), told["of_parameters"]
    (2.5, 1.55, 3.45, 1.0)
    """
    mean, _, _ = means(gaps)
    known = np.isfinite(mean)
    mean, centre = mean[known], float(mean[known].mean())
    share = _of_parameters(gaps[known], mean)
    low, high = centre + np.sqrt(share) * (np.quantile(mean, ENDS) - centre)
    return {
        "difference": centre, "low": float(low), "high": float(high), "of_parameters": share,
        "same_sign": float((np.sign(mean) == np.sign(centre)).mean()),
        "draws": int(known.sum()), "replications": gaps.shape[1],
    }  # fmt: skip


def _of_parameters(gaps: Floats, mean: Floats) -> float:
    """Give the part of the variance of means over draws that luck has not made.

    All of it where no two histories are defined at all draws, so that luck cannot be told.
    """
    whole = gaps[:, np.isfinite(gaps).all(axis=0)]
    draws, histories = whole.shape
    variance = float(mean.var(ddof=1)) if draws > 1 else 0.0
    if histories < 2 or not variance > 0.0:
        return 1.0
    centred = whole - whole.mean(axis=1, keepdims=True) - whole.mean(axis=0) + whole.mean()
    rest = float((centred**2).sum()) / ((draws - 1) * (histories - 1))
    return float(max(0.0, 1.0 - rest / gaps.shape[1] / variance))


# --- Intervals of shipped files, kept with the scenarios -----------------------------------------


def stored(scenario: Scenario, folder: Path | None = None) -> pd.DataFrame | None:
    """Give the intervals that are kept for a scenario; None where none has its digests."""
    return kept(KEY, scenario, folder)


def command_of(name: str) -> str:
    """Give the command that computes the intervals of a file."""
    return f"python -m sim run {name} --over-parameters {DRAWS}"


def named(rows: pd.DataFrame | None) -> dict[tuple[str, str], dict[str, Any]]:
    """Give rows by outcome and arrangement; empty where there are none."""
    every = [] if rows is None else rows.to_dict("records")
    return {
        (str(one["outcome"]), str(one["arrangement"])): {str(k): v for k, v in one.items()}
        for one in every
    }
