"""Moments of a history that calibration and validation compare with published figures.

Most targets are outcomes and are met under their own names. What stands here are figures
that only a comparison with data asks for: hazards at more ages, the funnel of equity
rounds, money multiples of investors, listings per firm and year, the lines of signed firms.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from sim.firms.record import ACQUIRED, LISTED, MATURE, ROUNDS_KEPT, STAGES, STARTUP
from sim.outcomes.columns import Floats, Mask, of_book, of_firms
from sim.outcomes.firm import exit_hazard
from sim.outcomes.groups import defaulted, ended, entered, failed, living, newborn, signed_in
from sim.outcomes.mark import evaluate
from sim.outcomes.reading import between, mean, of_all_stages, quarters, ratio, share
from sim.outcomes.reading import years_of_stage as stage_years
from sim.scenario.model import Scenario
from sim.state.history import History
from sim.study.store import numbers_of

FOLLOWED = 7.0
"""Years for which a venture-backed firm must be followed to count in the funnel."""

EARLY = 2.5
"""Years after the start at which lines of signed firms are read, as published: from the
launch of the plan in the middle of 2023 to the end of 2025."""

MULTIPLE_BOUNDS = (1.0, 5.0, 10.0, 20.0)
"""Ends of the classes of money multiples, as published."""


@dataclass(frozen=True)
class Moment:
    """One figure of a history: what it is in words, its unit, and the function."""

    meaning: str
    unit: str
    function: Callable[[History], float]


def moments() -> Mapping[str, Moment]:
    """Every named moment, by name.

    Returns
    -------
    mapping of str to Moment
        Read-only.

    Examples
    --------
    >>> moments()["round.second_share"].unit
    'share'
    """
    return MappingProxyType({**_firm_moments(), **_line_moments()})


def moments_of(scenario: Scenario, replication: int) -> pd.DataFrame:
    """All outcomes and all moments of one replication under each arrangement.

    Returns
    -------
    DataFrame
        Columns arrangement, replication, outcome, value. Moments stand among the outcomes
        under their own names.
    """
    return numbers_of(scenario, replication, _read)


def _read(history: History, baseline: History) -> dict[str, float]:
    own = {name: one.function(history) for name, one in moments().items()}
    return {**evaluate(history, baseline), **own}


def _firm_moments() -> dict[str, Moment]:
    hazard = "share of firms on the register whose closing is registered in year {} of life"
    classes = [*(f"below_{bound:g}" for bound in MULTIPLE_BOUNDS), "above_20"]
    named = {
        f"firm.exit_hazard_y{year}": Moment(hazard.format(year), "per year", _hazard(year))
        for year in (6, 7, 8)
    }
    for place, name in enumerate(classes):
        words = f"rounds of firms that ended, by money multiple of the investors: {name}"
        named[f"multiple.{name}"] = Moment(words, "share", _multiple_class(place))
    return named | {
        "round.second_share": Moment(
            "venture-backed firms followed for seven years that close a further round",
            "share", lambda history: _rounds_share(history, 1),
        ),
        "round.fourth_share": Moment(
            "venture-backed firms followed for seven years that close three further rounds",
            "share", lambda history: _rounds_share(history, 3),
        ),
        "listing.rate": Moment(
            "listings in the experiment over years that firms lived in it", "per year",
            listing_rate,
        ),
        "exit.share_7y": Moment(
            "venture-backed firms followed for seven years that are listed or sold in them",
            "share", exits_in_seven_years,
        ),
        "default.variation": Moment(
            "standard deviation over mean of defaults per loan-year, by calendar year", "-",
            default_variation,
        ),
    }  # fmt: skip


def _line_moments() -> dict[str, Moment]:
    line = "mean line of contracts of the arrangement signed early with a firm in stage {}"
    named = {
        f"signed.line_{name}": Moment(line.format(name), "CNY million", _signed_line(stage))
        for stage, name in enumerate(STAGES)
    }
    return named | {
        "signed.line": Moment(
            f"mean line of firms with a contract of the arrangement after {EARLY:g} years",
            "CNY million", line_after,
        ),
        "signed.line_late": Moment(
            "mean line of firms with a contract of the arrangement at the end of the run",
            "CNY million", lambda history: mean(of_firms(history)["limit"][_signed(history)]),
        ),
        "signed.drawn_share": Moment(
            "balance over line of firms with a contract of the arrangement, end of the run",
            "share", drawn_share,
        ),
        "signed.balance": Moment(
            f"line after {EARLY:g} years times the drawn share", "CNY million",
            lambda history: line_after(history) * drawn_share(history),
        ),
        "balance.mature_over_startup": Moment(
            "mean balance of mature borrowers over that of start-ups", "ratio", balance_ratio
        ),
    }  # fmt: skip


def _hazard(year: int) -> Callable[[History], float]:
    return lambda history: exit_hazard(history, year)


def _multiple_class(place: int) -> Callable[[History], float]:
    return lambda history: float(multiple_shares(history)[place])


def multiples(history: History) -> Floats:
    """Money multiple of each round of firms that ended in the experiment, shape (n,).

    The founders keep their shares, so the worth of these at the price of a round and at
    the exit gives the multiple of that round. A closed firm returns nothing.
    """
    gone = failed(history) | ended(history, LISTED, ACQUIRED)
    firms = of_firms(history).rows(gone)
    price = firms["round_price"]
    closed = np.arange(ROUNDS_KEPT) < firms["rounds"][:, None]
    back = np.broadcast_to(firms["founder_proceeds"][:, None], price.shape)
    return np.asarray(back[closed] / price[closed])


def multiple_shares(history: History) -> Floats:
    """Shares of rounds by class of money multiple, shape (5,); nan of no round."""
    found = multiples(history)
    if not found.size:
        return np.full(len(MULTIPLE_BOUNDS) + 1, math.nan)
    places = np.searchsorted(MULTIPLE_BOUNDS, found, side="right")
    counts = np.bincount(places, minlength=len(MULTIPLE_BOUNDS) + 1)
    return np.asarray(counts / found.size)


def _rounds_share(history: History, least: int) -> float:
    firms = of_firms(history)
    cohort = newborn(history, FOLLOWED) & (firms["venture"] == 1)
    return share(np.asarray(firms["rounds"] >= least), cohort)


def exits_in_seven_years(history: History) -> float:
    """Venture-backed firms that are listed or sold within seven years."""
    firms = of_firms(history)
    out = (firms["status"] == LISTED) | (firms["status"] == ACQUIRED)
    soon = firms["end"] - firms["birth"] <= FOLLOWED
    return share(np.asarray(out & soon), newborn(history, FOLLOWED) & (firms["venture"] == 1))


def lived_years(history: History) -> Floats:
    """Years of each firm inside the experiment, shape (n_firms,)."""
    firms = of_firms(history)
    first = np.maximum(firms["birth"], 0.0)
    last = np.minimum(firms["end"], history.horizon)
    return np.asarray(np.where(entered(history), np.maximum(last - first, 0.0), 0.0))


def listing_rate(history: History) -> float:
    """Listings per firm and year."""
    return ratio(float(ended(history, LISTED, LISTED).sum()), float(lived_years(history).sum()))


def default_variation(history: History) -> float:
    """Variation over calendar years of defaults per loan-year."""
    inside = np.flatnonzero(history.during())
    year = np.ceil(history.dates[inside] - 1e-9).astype(np.int64) - 1
    loans = between(history, of_all_stages(history, "borrowers")) * quarters(history)
    years = np.bincount(year, weights=loans)
    when = np.ceil(of_firms(history)["end"][defaulted(history)] - 1e-9).astype(np.int64) - 1
    rate = np.bincount(when, minlength=years.size)[: years.size] / np.maximum(years, 1e-9)
    return ratio(float(rate.std(ddof=1)), float(rate.mean())) if rate.size > 1 else math.nan


def _signed(history: History) -> Mask:
    """Living firms whose contract in force is one of the arrangement."""
    row = of_firms(history)["contract"]
    signed = np.append(of_book(history)["signed"], 0)
    return np.asarray(living(history) & (signed[row] == 1))


def line_after(history: History, years: float = EARLY) -> float:
    """Mean line of firms that hold a contract of the arrangement some years after the start."""
    book, firms = of_book(history), of_firms(history)
    rows = np.flatnonzero((book["date"] > 0.0) & (book["date"] <= years))
    # The book is in order of signing, so the last row of a firm is its contract.
    last = np.full(history.firms.shape[0], -1, dtype=np.int64)
    last[book["firm"][rows]] = rows
    held = last[(last >= 0) & (firms["end"] > years)]
    held = held[(book["signed"][held] == 1) & (book["maturity"][held] > years)]
    return mean(book["limit"][held])


def drawn_share(history: History) -> float:
    """Balance over line of signed firms."""
    chosen = _signed(history)
    firms = of_firms(history)
    return ratio(float(firms["balance"][chosen].sum()), float(firms["limit"][chosen].sum()))


def _signed_line(stage: int) -> Callable[[History], float]:
    def read(history: History) -> float:
        book = of_book(history)
        early = signed_in(history) & (book["date"] <= EARLY)
        return mean(book["limit"][early & (book["signed"] == 1) & (book["stage"] == stage)])

    return read


def balance_ratio(history: History) -> float:
    """Mean balance of mature borrowers over that of start-ups."""
    each = [
        ratio(stage_years(history, "credit", k), stage_years(history, "borrowers", k))
        for k in (MATURE, STARTUP)
    ]
    return ratio(each[0], each[1])
