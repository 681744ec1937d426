"""Patterns: published regularities that nothing was fitted to, and what the model makes of them.

A miss is told and not tuned: these figures say how far the economy can be trusted where
nobody looked while it was calibrated.

References
----------
Grimm et al. 2005, Science 310, for patterns as tests of simulation models.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.scenario.model import Scenario
from sim.study.findings import Findings
from sim.study.pattern_moments import patterns_of
from sim.study.store import Store

ERRORS = 2.0
"""Standard errors that a value may lie outside a range and still count as near it."""


@dataclass(frozen=True)
class Pattern:
    """One published regularity.

    Parameters
    ----------
    key : str
        Name of the figure in `sim.study.pattern_moments`.
    meaning : str
    unit : str
    low, high : float
        Range in which the published figure lies; infinite where the source gives one end.
    source : str
        Fact ids, or a reference with its year.
    """

    key: str
    meaning: str
    unit: str
    low: float
    high: float
    source: str

    def verdict(self, value: float, error: float) -> str:
        """Inside, near (within two standard errors of), below or above the published range.

        Examples
        --------
        >>> one = Pattern("x", "x", "-", 1.0, 2.0, "LB01")
        >>> one.verdict(1.5, 0.1), one.verdict(2.1, 0.1), one.verdict(2.1, 0.01)
        ('inside', 'near', 'above')
        """
        slack = ERRORS * error if math.isfinite(error) else 0.0
        if not math.isfinite(value):
            return "undefined"
        if self.low <= value <= self.high:
            return "inside"
        if value > self.high:
            return "near" if value <= self.high + slack else "above"
        return "near" if value >= self.low - slack else "below"


PATTERNS = (
    Pattern("npl_ratio", "bad loans over loans, plain lending", "share", 0.0218, 0.0299, "LB43"),
    Pattern("default_rate", "defaults per loan-year, all stages", "per year", 0.02, 0.029, "LB44"),
    Pattern(
        "default_small_over_large", "default on lines below 10 million over larger lines",
        "ratio", 1.0, math.inf, "LB43: bad loans of small firms over those of all loans",
    ),
    Pattern(
        "default_bust_over_boom", "defaults per loan-year, bust over boom", "ratio", 2.0, 3.0,
        "LB85",
    ),
    Pattern("growth_sd_startup", "spread of yearly log growth, start-ups", "-", 0.45, 0.6, "LB74"),
    Pattern("growth_sd_growth", "spread of yearly log growth, growth", "-", 0.3, 0.45, "LB74"),
    Pattern(
        "growth_sd_expansion", "spread of yearly log growth, expansion",
        "-", 0.2, 0.3, "LB74",
    ),
    Pattern("growth_sd_mature", "spread of yearly log growth, mature", "-", 0.15, 0.25, "LB74"),
    Pattern(
        "growth_persistence", "correlation of growth with the year before",
        "-", -0.1, 0.15, "LB75",
    ),
    Pattern(
        "growth_kurtosis", "kurtosis of growth; a normal law has 3, a Laplace law 6",
        "-", 3.5, 8.0, "LB77",
    ),
    Pattern("stock_under_5", "living firms younger than five years", "share", 0.45, 0.54, "MK38"),
    Pattern("mean_life_of_closed", "mean life of firms that close", "years", 5.5, 6.7, "MK38"),
    Pattern("closed_within_5", "closings within five years of entry", "share", 0.55, 0.63, "MK38"),
    Pattern(
        "listed_with_rounds", "listed firms that had an equity round", "share", 0.5, 0.9,
        "assumed: most firms listed on boards for young firms have venture money",
    ),
    Pattern("listing_age", "age at listing", "years", 8.0, 18.0, "assumed: ST01, late stages"),
    Pattern(
        "large_multiples", "rounds that return more than five times",
        "share", 0.04, 0.10, "LB21; LB18",
    ),
    Pattern(
        "return_in_large", "part of all returns that these bring",
        "share", 0.45, 0.70, "LB21",
    ),
    Pattern("tail_index", "tail index of money multiples", "-", 1.4, 2.0, "LB25"),
    Pattern(
        "founders_with_nothing", "founders of venture-backed firms that ended, without proceeds",
        "share", 0.65, 0.85, "LB26",
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Patterns:
    """What the model makes of published regularities.

    Parameters
    ----------
    values : DataFrame
        Patterns (columns) by replication (rows).
    """

    values: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """One row a pattern.

        Returns
        -------
        DataFrame
            Columns pattern, unit, published_low, published_high, model, standard_error,
            verdict (inside, near, below, above, undefined), source.
        """
        rows = []
        for one in PATTERNS:
            known = self.values[one.key].dropna() if one.key in self.values else pd.Series([])
            value = float(known.mean()) if known.size else math.nan
            error = float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else math.nan
            rows.append(
                {
                    "pattern": one.meaning, "unit": one.unit, "published_low": one.low,
                    "published_high": one.high, "model": value, "standard_error": error,
                    "verdict": one.verdict(value, error), "source": one.source,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def findings(self) -> Findings:
        """What was found, for files and the report."""
        frame, met = self.frame(), ("inside", "near")
        inside, near = (int((frame["verdict"] == word).sum()) for word in ("inside", "near"))
        words = [
            f"{inside} of {len(frame)} patterns that nothing was fitted to lie in the"
            f" published range, and {near} within two standard errors of it.",
            *(_miss(row) for _, row in frame[~frame["verdict"].isin(met)].iterrows()),
        ]
        caption = "Published patterns that nothing was fitted to, and the model"
        return Findings(
            "patterns", "Patterns that were not fitted", tuple(words), {"patterns": frame},
            {"patterns": caption},
        )  # fmt: skip


def patterns(scenario: Scenario, store: Store, replications: int) -> Patterns:
    """Compare a scenario under plain lending with patterns that nothing was fitted to.

    Parameters
    ----------
    scenario : Scenario
    store : Store
        Where runs are kept; what it measures does not matter, since patterns are read on
        their own and kept in a folder beside.
    replications : int
    """
    with store.reading(patterns_of) as own:
        frame = own.outcomes(scenario, range(replications))
    store.simulated += own.simulated
    return Patterns(frame.pivot(index="replication", columns="outcome", values="value"))


def _miss(row: "pd.Series[float]") -> str:
    ends = f"{row['published_low']:.3g} to {row['published_high']:.3g}"
    return (
        f"Not met: {row['pattern']} is {row['model']:.3g} (standard error"
        f" {row['standard_error']:.2g}), {row['verdict']} {ends} ({row['source']})."
    )
