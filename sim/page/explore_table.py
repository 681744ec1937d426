"""The numbers that a reader of the report can call up, as the table ``explore.csv``."""

import math
from typing import Any

import numpy as np
import pandas as pd

from sim.base.columns import TEXT, Column
from sim.outcomes.comparison import Comparison
from sim.outcomes.measure import Outcomes
from sim.outcomes.wins import count_wins
from sim.outcomes.wording import percent_text
from sim.show.distribution import LEVELS, distribution_data

_OWN = "that of the outcome"
EXPLORE = (
    Column("outcome", TEXT, "name of the outcome", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("arrangement", TEXT, "arrangement that was run", TEXT),
    *(
        Column(name, _OWN, f"{percent_text(share)} quantile over histories")
        for name, share in LEVELS.items()
    ),
    Column("replications", "count", "histories", "i8", low=0.0),
    Column("pairs", "count", "histories in which it and the baseline are defined", low=0.0),
    Column("median_difference", _OWN, "median difference from the baseline in a history"),
    Column("median_low", _OWN, "lower end of its interval"),
    Column("median_high", _OWN, "upper end of its interval"),
    Column("smallest", _OWN, "smallest difference in a history"),
    Column("largest", _OWN, "largest difference in a history"),
    Column("compared", "count", "histories in which the two were compared", low=0.0),
    Column("better", "count", "histories in which it does better", low=0.0),
    Column("equal", "count", "histories in which both are equal", low=0.0),
    Column("worse", "count", "histories in which it does worse", low=0.0),
    Column("share", "share", "chance to do better", low=0.0, high=1.0),
    Column("share_low", "share", "lower end of its interval", low=0.0, high=1.0),
    Column("share_high", "share", "upper end of its interval", low=0.0, high=1.0),
)
"""What `explored` and ``explore.csv`` hold; the baseline has nothing that compares."""
_PAIRED = ("pairs", "median_difference", "median_low", "median_high")


def explored(outcomes: Outcomes, comparison: Comparison) -> pd.DataFrame:
    """Give quantiles, differences by history and counts of who does better.

    Columns of `EXPLORE`, one row an outcome and arrangement; the comparison is of the same
    outcomes.
    """
    details = comparison.details().set_index(["outcome", "arrangement"])
    found = []
    for name in outcomes.names:
        compared = _compared(outcomes, comparison, name)
        for row in distribution_data(outcomes, name).to_dict("records"):
            one = str(row["arrangement"])
            own: dict[str, Any] = {str(key): value for key, value in row.items()}
            own |= {"outcome": name, **compared.get(one, {})}
            if (name, one) in details.index:
                paired = details.loc[(name, one), list(_PAIRED)]
                own |= dict(zip(_PAIRED, paired, strict=True))
            found.append(own)
    return pd.DataFrame(found).reindex(columns=[column.name for column in EXPLORE])


def _compared(outcomes: Outcomes, comparison: Comparison, name: str) -> dict[str, dict[str, Any]]:
    """Give by arrangement how far its histories lie from the baseline's, and who does better."""
    table, mark = outcomes.table(name), outcomes.mark(name)
    base = comparison.baseline
    wins = count_wins(table, base, mark.better, outcomes.unit, comparison.confidence)
    found = {}
    for one, counted in wins.items():
        steps = (table[one] - table[base]).dropna().to_numpy(np.float64)
        found[one] = {
            "smallest": steps.min() if steps.size else math.nan,
            "largest": steps.max() if steps.size else math.nan,
            "compared": counted.pairs,
            "better": counted.better, "equal": counted.equal, "worse": counted.worse,
            "share": counted.share, "share_low": counted.low, "share_high": counted.high,
        }  # fmt: skip
    return found
