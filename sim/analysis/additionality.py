"""Additionality and its public price: of what a programme supports, what would not have been.

Shares and prices are ratios of sums over histories. A share that is 0 or 1 in every history has a
bound in place of an interval without width. A price divides by a difference that may be zero:
where that is not told from zero there is no price, and the two totals say so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.estimates import FloatArray, Interval, averaged
from sim.analysis.outcomes_table import Outcomes
from sim.analysis.ratios import exact_interval, fieller, is_exact, ratio_of_means
from sim.base.columns import TEXT, Column

CASES = "system.supported_firms"


@dataclass(frozen=True)
class Measure:
    """A ratio of sums: outcomes that are added, with their signs, over outcomes that are added.

    `label` names it for readers; `is_price` says that the whole may be zero or negative.
    """

    label: str
    part: Mapping[str, float]
    whole: str
    unit: str
    is_price: bool = False


_CREDIT, _COST = "system.supported_credit", "system.additional_public_cost"
MEASURES = {
    "firms": Measure("Additional firms", {"system.additional_firms": 1.0}, CASES, "share"),
    "loans": Measure(
        "Additional loans", {"system.additional_loans": 1.0}, "system.supported_loans", "share"
    ),
    "money": Measure("Additional money", {"system.additional_credit": 1.0}, _CREDIT, "share"),
    "deadweight": Measure(
        "Deadweight", {_CREDIT: 1.0, "system.additional_credit": -1.0}, _CREDIT, "share"
    ),
    "crowded_out": Measure(
        "Crowded out at supported firms", {"system.crowded_out_credit": 1.0}, _CREDIT, "share"
    ),
    "displacement": Measure("Displacement", {"system.displaced_credit": 1.0}, _CREDIT, "share"),
    "net": Measure("Net additional money", {"system.net_credit": 1.0}, _CREDIT, "share"),
    "per_survivor": Measure(
        "Public money per additional survivor", {_COST: 1.0}, "system.net_survivors",
        "CNY million", is_price=True,
    ),
    "per_credit": Measure(
        "Public money per additional yuan of credit", {_COST: 1.0},
        "system.additional_credit_years", "per year", is_price=True,
    ),
    "per_sales": Measure(
        "Public money per additional yuan of sales", {_COST: 1.0}, "system.additional_sales",
        "ratio", is_price=True,
    ),
}  # fmt: skip
"""What is told of a programme, in reading order."""
FRACTIONS = ("firms", "loans", "money", "deadweight", "crowded_out")
"""Shares that lie between 0 and 1, so that all or nothing is a limit."""
INTERVAL, EXACT, UNBOUNDED, EMPTY, FEWER, FREE = (
    "interval", "all or none", "no bounded interval", "nobody is supported", "fewer, not more",
    "no public money",
)  # fmt: skip
"""How the two ends of a row are to be read."""
ROUNDING = 1e-12
"""Part of the sum below the line up to which the one above it is rounding."""

COLUMNS = (
    Column("arrangement", TEXT, "arrangement that is compared with the baseline", TEXT),
    Column("measure", TEXT, "what is told of it", TEXT),
    Column("value", "that of the measure", "ratio of the two sums; empty where there is none"),
    Column("low", "that of the measure", "lower end of its interval"),
    Column("high", "that of the measure", "upper end of its interval"),
    Column("unit", TEXT, "unit of the measure", TEXT),
    Column("told", TEXT, "how the ends are to be read", TEXT),
    Column("numerator", "its own", "mean over histories of the sum above the line"),
    Column("denominator", "its own", "mean over histories of the sum below the line"),
)
"""Of ``additionality.csv``."""


def additionality(outcomes: Outcomes, confidence: float = 0.95) -> pd.DataFrame:
    """Tell every measure of every arrangement but the baseline, in columns `COLUMNS`.

    Empty where the outcomes that are needed are not there.
    """
    columns = [column.name for column in COLUMNS]
    needed = {name for one in MEASURES.values() for name in (*one.part, one.whole)}
    if not needed <= set(outcomes.marks):
        return pd.DataFrame(columns=columns)
    return pd.DataFrame(list(_rows(outcomes, confidence)), columns=columns)


def _rows(outcomes: Outcomes, confidence: float) -> Iterator[dict[str, Any]]:
    for name in (one for one in outcomes.arrangements if one != outcomes.baseline):
        for key, one in MEASURES.items():
            pairs, cases = _sums(outcomes, name, one)
            found, told = estimate(key, pairs, cases, confidence)
            whole, part = pairs.mean(axis=0) if pairs.size else (np.nan, np.nan)
            yield {
                "arrangement": name, "measure": key, **found.named("value", "low", "high"),
                "unit": one.unit, "told": told, "numerator": part, "denominator": whole,
            }  # fmt: skip


def _sums(outcomes: Outcomes, name: str, one: Measure) -> tuple[FloatArray, float]:
    """Whole and part of every independent history, and how many firms are supported in all."""
    whole = outcomes.table(one.whole)[name]
    part = whole * 0.0
    for of, sign in one.part.items():
        part = part + sign * outcomes.table(of)[name]
    # Sums over many firms that are the same in both worlds may differ in their last digits.
    part = part.where(part.abs() > ROUNDING * whole.abs(), 0.0)
    rows = pd.DataFrame({"whole": whole, "part": part})
    return averaged(rows, outcomes.unit), float(outcomes.table(CASES)[name].sum())


def estimate(
    key: str, pairs: FloatArray, cases: float, confidence: float = 0.95
) -> tuple[Interval, str]:
    """Give a measure of a programme with its interval, and how that is to be read.

    Parameters
    ----------
    key : str
        Of `MEASURES`.
    pairs : array, shape (n_histories, 2)
        The sum below the line and the one above it.
    cases : float
        Supported firms of all histories.
    """
    nothing = Interval(np.nan, np.nan, np.nan, np.nan, len(pairs))
    if not cases or not len(pairs):
        return nothing, EMPTY
    whole, part = pairs.T
    if MEASURES[key].is_price:
        if not part.any():
            return nothing, FREE
        found = fieller(pairs, confidence)
        if np.isnan(found.low):
            return nothing, UNBOUNDED
        return (found, INTERVAL) if whole.mean() > 0.0 else (nothing, FEWER)
    if key in FRACTIONS and is_exact(part, whole):
        return exact_interval(float(part.sum() / whole.sum()), cases, len(pairs)), EXACT
    # A history in which nobody is supported says nothing of a share.
    return ratio_of_means(pairs[pairs.any(axis=1)], confidence), INTERVAL
