"""Across the cycle: overtaking, profit by regime and vintage, firms saved, banks together.

All of it is read from the results of one run, so nothing is simulated for it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.outcomes.measure import ResultsView
from sim.scenario.model import Scenario
from sim.study.aims import ARRANGEMENTS, at_least_two, refused, together
from sim.study.cycle_view import YEARS, View
from sim.study.cycle_words import sentences
from sim.study.findings import Findings


@dataclass(frozen=True, eq=False)
class CrossCycle:
    """What a run says across the cycle.

    Parameters
    ----------
    baseline : str
    tables : dict of str to DataFrame
        "overtaking", "leads", "regimes", "vintages", "firms" and "banks".
    replications : int
    """

    baseline: str
    tables: dict[str, pd.DataFrame]
    replications: int

    def frame(self) -> pd.DataFrame:
        """Give the table of overtaking.

        Returns
        -------
        DataFrame
            Columns arrangement, measure, overtakes (share of histories), overtakes_low,
            overtakes_high, value (median year), low, high, unit, mean_overtakes,
            mean_earliest, mean_latest; infinite for never.
        """
        return self.tables["overtaking"].copy()

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        against = self.baseline.replace("_", " ")
        captions = {
            "overtaking": f"When cumulative profit overtakes {against} for good: share of"
            " histories, median year (∞: never), and the year in which the mean does",
            "leads": f"Lead over {against} in cumulative profit, year by year",
            "regimes": f"Profit and return by macro regime, and difference from {against}",
            "vintages": "Profit from the firms whose first loan is signed in a year, over"
            " their whole life",
            "firms": f"The same firms under each arrangement and under {against}: saved, lost,"
            " founders better and worse off",
            "banks": "Banks in distress alone and together: a loss within a year of the stated"
            " part of a desk's opening capital",
        }
        units = {
            "overtakes": "share", "overtakes_low": "share", "overtakes_high": "share",
            "mean_overtakes": YEARS, "mean_earliest": YEARS, "mean_latest": YEARS,
            "of_capital": "share", "independent": "share",
        }  # fmt: skip
        told = sentences(self.tables, self.baseline, self.replications)
        return Findings("cycle", "Across the cycle", tuple(told), self.tables, captions, units)


def check(scenario: Scenario) -> None:
    """Refuse a scenario of which a cycle study could tell nothing.

    Raises
    ------
    ScenarioError
        If it runs one arrangement, or one replication.
    """
    together(lambda: at_least_two(scenario), lambda: _several(scenario))


def _several(scenario: Scenario) -> None:
    run = scenario.experiment.arrangements
    if len(run) < 2:
        cure = "run two or more: experiment.arrangements"
        raise refused(ARRANGEMENTS, "must be at least two", ", ".join(run), cure)


def cycle(results: ResultsView, confidence: float = 0.95) -> CrossCycle:
    """Read from a run what happens across the cycle.

    Parameters
    ----------
    results : Results
        Effects on firms are told against the baseline of their scenario.
    confidence : float, in (0, 1)

    Raises
    ------
    ScenarioError
        If the run holds one arrangement only, or was made without the curves needed.
    """
    own = results.scenario.experiment.baseline
    _several(results.scenario)
    view = View(results, own, confidence)
    view.check()
    parts: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
        "overtaking": view.overtaking, "leads": view.leads, "vintages": view.vintages,
        "firms": view.firms, "banks": view.banks,
    }  # fmt: skip
    tables = {name: pd.DataFrame(list(rows())) for name, rows in parts.items()}
    order = ("overtaking", "leads", "regimes", "vintages", "firms", "banks")
    tables["regimes"] = view.regimes()
    count = int(results.outcomes["replication"].nunique())
    return CrossCycle(own, {name: tables[name] for name in order}, count)
