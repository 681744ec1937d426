"""The book beside which one more loan would stand, and the firms that are like an applicant.

Both are read of the run of the very scenario: what all desks lose in each year of each history,
and the quality of the firms that live on the start date.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.engine.history import History
from sim.experiment.store import Floats, Store, numbers_of
from sim.model.banks.bank import venture_means
from sim.model.firms.record import STAGES
from sim.outcomes.reading import of_firms, yearly
from sim.scenario.scenario import Scenario
from sim.studies.applicant_world import Applicant

COUNT, SUM, SQUARES = "count", "sum", "squares"


def book_years(scenario: Scenario, replication: int) -> pd.DataFrame:
    """Give what banks lose by year, and the quality of firms at the start, as a tidy table."""
    return numbers_of(scenario, replication, read_book)


def read_book(history: History, _: History) -> dict[str, float]:
    """Read credit losses of all desks by year, CNY million, and moments of quality.

    Names are ``loss_1`` and so on, and ``count:growth:1`` and the like, of firms that live on the
    start date, by stage and venture backing.
    """
    lost = yearly(history, "loss").sum(axis=1)
    told = {f"loss_{year}": float(value) for year, value in enumerate(lost, 1)}
    first = next((page.state for page in history.pages if page.date == 0.0), np.zeros(0, np.int8))
    firms = of_firms(history)
    quality, backed = firms["quality"][: first.size], firms["venture"][: first.size]
    for stage, name in enumerate(STAGES):
        for venture in (0, 1):
            own = quality[(first == 1 + stage) & (backed == venture)]
            moments = (own.size, own.sum(), (own**2).sum())
            for what, value in zip((COUNT, SUM, SQUARES), moments, strict=True):
                told[f"{what}:{name}:{venture}"] = float(value)
    return told


@dataclass(frozen=True, eq=False)
class Book:
    """What the scenario's own firms tell of the book, from all of its histories.

    losses: CNY million by arrangement, each of shape (n_histories, n_years).
    moments: count, sum and sum of squares of quality by stage and venture backing.
    """

    losses: Mapping[str, Floats]
    moments: Mapping[tuple[int, bool], tuple[float, float, float]]

    @staticmethod
    def of(scenario: Scenario, replications: int, store: Store) -> "Book":
        """Run the scenario, or recall what was run, and read its book."""
        with store.reading(book_years) as own:
            found = own.outcome_array([scenario], range(replications))
            store.simulated += own.simulated
        years = [name for name in found.outcomes if name.startswith("loss_")]
        losses = {
            arm: np.column_stack([found.levels(arm, name)[0] for name in years])
            for arm in found.arrangements
        }
        first = found.arrangements[0]
        moments = {
            (stage, bool(venture)): _sums(found, first, f":{name}:{venture}")
            for stage, name in enumerate(STAGES)
            for venture in (0, 1)
        }
        return Book(losses, moments)


def _sums(found: Any, arm: str, key: str) -> tuple[float, float, float]:
    one, two, three = (float(found.levels(arm, w + key).sum()) for w in (COUNT, SUM, SQUARES))
    return one, two, three


FEWEST = 30
"""Living firms like the applicant from which its quality is told."""


def nature_of(scenario: Scenario, who: Applicant, book: Book | None) -> tuple[float, float]:
    """Give mean and standard deviation of the quality of firms like an applicant.

    As firms of its stage and backing have it that live at the start date; where too few do, or
    the book is not run, as firms of its backing have it when they enter.
    """
    count, total, squares = book.moments[who.stage, who.venture] if book else (0.0, 0.0, 0.0)
    if count < FEWEST:
        equity = scenario.equity
        backed, other = venture_means(equity.venture_logit, equity.venture_quality_slope)
        return (backed if who.venture else other), 1.0
    mean = total / count
    return mean, math.sqrt(max(squares / count - mean * mean, 0.0))
