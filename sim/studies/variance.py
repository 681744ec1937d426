"""How much each method of variance reduction narrows a difference, measured.

A factor says how many replications with independent seeds are worth one replication of the
method: the variance of the mean difference had both arrangements seeds of their own, over
the variance that the method reaches with as many replications. Factors are estimates too;
the interval beside each is a jackknife over independent observations.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.controls import adjust, control_table
from sim.analysis.estimates import (
    FloatArray,
    averaged,
    complete_pairs,
    jackknife_error,
    t_quantile,
)
from sim.analysis.outcomes_table import Outcomes
from sim.base.variance_reduction import VarianceReduction
from sim.experiment.store import Store
from sim.scenario.scenario import Scenario
from sim.studies.comparison import align_scenarios
from sim.studies.findings import Findings
from sim.studies.request import keywords, study_store

FIRM_DRAWS = ("birth", "threshold", "shock", "trial", "exit", "workout", "signal")
DRAWS = (*FIRM_DRAWS, "macro", "frailty", "equity_market")
CONTROLS = VarianceReduction().controls
COMMON, CONTROLLED = "common random numbers", "controls"
METHODS: dict[str, dict[str, Any]] = {
    COMMON: {},
    CONTROLLED: {"controls": CONTROLS},
    "antithetic": {"antithetic": DRAWS},
    "stratified": {"stratified": ("birth", "threshold", "shock")},
}
"""Values of ``[variance_reduction]`` by method; common random numbers are in all."""
NAMED = (
    "firm.survival_5y", "firm.access_share", "firm.funding_gap", "bank.interest_income",
    "bank.credit_loss", "bank.profit", "bank.raroc",
)  # fmt: skip
_WIDEST = math.log(100.0)
"""Reach of a log factor beyond which one history decides, and no interval is given."""
COLUMNS = ("outcome", "arrangement", "method", "factor", "low", "high", "replications")


@dataclass(frozen=True, eq=False)
class VarianceFactors:
    """Factors against independent seeds, by outcome, arrangement and method.

    Parameters
    ----------
    rows
        Columns outcome, arrangement, method, factor, low, high, replications.
    """

    rows: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """One row an outcome, arrangement and method; `low` and `high` at 95 %."""
        return self.rows.copy()

    def sentences(self) -> tuple[str, ...]:
        """The range of factors of each method, in words."""
        found = []
        for method, part in self.rows.groupby("method", sort=False):
            least, most = part["factor"].min(), part["factor"].max()
            found.append(
                f"{method}: one replication is worth {least:,.1f} to {most:,.1f} replications"
                " with independent seeds."
            )
        return tuple(found)

    def findings(self) -> Findings:
        """The factors in the form that all studies share."""
        table = {"factors": self.frame()}
        captions = {"factors": "Replications with independent seeds that one is worth"}
        title = "What variance reduction saves"
        return Findings("variance_reduction", title, self.sentences(), table, captions)


@keywords(store=study_store)
def variance_factors(
    scenario: Scenario,
    outcomes: Sequence[str] = NAMED,
    methods: Sequence[str] = tuple(METHODS),
    *,
    store: Store,
) -> VarianceFactors:
    """Measure what each method of variance reduction saves for named outcomes.

    Parameters
    ----------
    scenario
        Its own ``[variance_reduction]`` is replaced by that of each method.
    methods
        Among ``METHODS``; common random numbers are always measured.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.
    """
    numbers = range(scenario.experiment.replications)
    rows: list[dict[str, Any]] = []
    for method in dict.fromkeys((COMMON, *methods)):
        # Controls change no draw, so one run serves with and without them.
        values = METHODS[CONTROLLED if method == COMMON else method]
        blank: dict[str, Any] = {"antithetic": (), "stratified": (), "controls": ()}
        changed = {f"variance_reduction.{k}": v for k, v in (blank | values).items()}
        aligned = align_scenarios({"scenario": scenario.with_values(changed)})
        found = aligned.outcomes(store, numbers)
        rows += _factors(found, aligned.baseline, outcomes, method)
    return VarianceFactors(pd.DataFrame(rows, columns=list(COLUMNS)))


def _factors(
    found: Outcomes, baseline: str, outcomes: Sequence[str], method: str
) -> list[dict[str, Any]]:
    rows = []
    for name in outcomes:
        for arrangement in found.arrangements:
            if arrangement == baseline:
                continue
            controls = found.controls if method != COMMON else None
            parts = _parts(found, name, (arrangement, baseline), controls)
            factor, low, high = jackknife_factor(*parts, unit=found.unit)
            rows.append({
                "outcome": name, "arrangement": arrangement, "method": method,
                "factor": factor, "low": low, "high": high,
                "replications": found.replications,
            })  # fmt: skip
    return rows


def _parts(
    found: Outcomes, name: str, pair: tuple[str, str], controls: pd.DataFrame | None
) -> tuple[float, FloatArray, FloatArray]:
    """Variance of independent seeds, observed differences, and their controls."""
    table = found.table(name)
    one, two = complete_pairs(table[pair[0]].to_numpy(), table[pair[1]].to_numpy())
    difference = (table[pair[0]] - table[pair[1]]).dropna()
    values = averaged(difference, found.unit)
    known = np.zeros((values.size, 0))
    if controls is not None:
        known = averaged(control_table(controls, *pair).loc[difference.index], found.unit)
    apart = float(one.var(ddof=1) + two.var(ddof=1)) if one.size > 1 else math.nan
    return apart, values, known


def jackknife_factor(
    apart: float, values: FloatArray, controls: FloatArray, unit: int = 1
) -> tuple[float, float, float]:
    """Factor against independent seeds, with a 95 % jackknife interval of its logarithm.

    Returns factor, low, high: nan where the difference is constant; an interval that would
        reach beyond a hundred times the factor is nan too.

    Parameters
    ----------
    apart
        Variance of the difference of two replications with independent seeds.
    values : shape (n,)
        Observed differences.
    controls : shape (n, n_controls)
    unit
        Replications behind one observation.
    """
    n = values.size
    if n < 3:
        return math.nan, math.nan, math.nan

    def log_factor(kept: NDArray[np.intp]) -> float:
        error = adjust(values[kept], controls[kept]).interval.standard_error
        return math.log(apart / (kept.size * unit * error**2)) if error > 0.0 else math.nan

    everything = np.arange(n)
    whole = log_factor(everything)
    without = np.array([log_factor(np.delete(everything, i)) for i in everything])
    error = jackknife_error(without)
    reach = t_quantile(0.95, n - 1) * error
    if not reach <= _WIDEST:
        return math.exp(whole), math.nan, math.nan
    return math.exp(whole), math.exp(whole - reach), math.exp(whole + reach)
