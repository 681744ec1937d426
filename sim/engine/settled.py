"""A long history from an empty start, and the cross-section of firms and loans that it leaves.

Firms that enter into an empty economy take decades to reach a steady state: the mean time that a
firm is followed sets the clock. So a world first lives for the years of settling, at the first
values of what is dated and under regimes and winters that no path states. What is left of it are
the firms that live, or whose workout is open, with their loans and the books of banks. It depends
on nothing that comes later, and so is the same whatever is compared, and for how long.

References
----------
Law (2015), Simulation Modeling and Analysis, chapter 9, for initial transients.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Records, Rows
from sim.engine.kernel import Kernel
from sim.engine.ledger import PAYMENTS, Ledger
from sim.engine.processes import run_world
from sim.engine.quarter import AUDIT, exits_of, result_of_buyers, result_of_holders
from sim.engine.world import OF_FIRMS, World, new_world, paths_of
from sim.model.banks.bank import BANK_BOOKS
from sim.model.contracts.loan_book import CONTRACT, Book
from sim.model.economy.macro import regime_names
from sim.model.firms import flows as f
from sim.model.firms.record import FIRM, MARKET_CONDITIONS
from sim.scenario.scenario import AS_OFFERED, Scenario

Arrays = dict[str, NDArray[Any]]
"""An opening: its arrays by name."""

RECORDS = {
    "firms": FIRM, "book": CONTRACT, "banks": BANK_BOOKS, "parties": PAYMENTS, "left": AUDIT,
    "market_conditions": MARKET_CONDITIONS,
}  # fmt: skip
"""Those that are records."""
OF_ALL = ("banks", "market_conditions", "by_bank", "total", "by_terms", "tally", "left",
          "left_unpaid")  # fmt: skip
"""Arrays of a world that have no row for each firm, and go on as they are."""


# --- What a settled history reads ----------------------------------------------------------------


def plain_past(scenario: Scenario, replication: int) -> Scenario:
    """The scenario without all that the years of settling do not read.

    Only it is simulated, so that an opening cannot depend on anything else.
    """
    scenario = scenario.on_clock()
    given, names = scenario.experiment, regime_names(scenario.macro)
    opening = scenario.macro.opening
    if scenario.macro.path or scenario.macro.spell:
        macro, _ = paths_of(scenario, replication)
        opening = names[[code for date, code in macro if date <= -given.warm_up_years][-1]]
    macro_rules = {"path": (), "spell": (), "opening": opening}
    experiment = {
        "arrangements": ("plain",), "neighbours": (), "baseline": "plain", "replications": 1,
        "horizon_years": 1.0, "run_off_years": 0.0, "footing": AS_OFFERED,
        "half_width_share": 0.05, "start_date": type(given).model_fields["start_date"].default,
    }  # fmt: skip
    return scenario.model_copy(update={
        "title": "", "question": "", "sources": {}, "arrangement": {}, "policy": (), "dated": {},
        "experiment": given.model_copy(update=experiment),
        "macro": scenario.macro.model_copy(update=macro_rules),
        "equity_market": scenario.equity_market.model_copy(update={"path": ()}),
        "variance_reduction": scenario.variance_reduction.model_copy(update={"controls": ()}),
        "belief": scenario.belief.model_copy(update={"by_arrangement": _of_plain(scenario)}),
    })  # fmt: skip


def _of_plain(scenario: Scenario) -> dict[str, Any]:
    return {k: b for k, b in scenario.belief.by_arrangement.items() if k == "plain"}


# --- Making an opening, and going on from it -----------------------------------------------------


def settle_down(past: Scenario, replication: int, rules: Kernel | None = None) -> World:
    """The world at the end of the years of settling of a `plain_past`, every firm in it."""
    given = past.experiment
    span = (given.first_day, -given.warm_up_years)
    w = new_world(past, replication, rules=rules, span=span)
    w.keeps_decisions = False
    run_world(w, *span)
    return w


def opening_of(w: World) -> Arrays:
    """What of a settled world goes on: firms with open accounts, their loans, banks' books."""
    stay = np.flatnonzero(w.posted[:, f.OPERATING] >= 0.0)
    arrays = {name: getattr(w, name)[stay] for name in OF_FIRMS}
    arrays |= {name: getattr(w, name).copy() for name in OF_ALL}
    _leave(arrays, w, np.flatnonzero(w.posted[:, f.OPERATING] < 0.0))
    arrays["book"] = _loans(arrays["firms"], w.book.rows, stay, w.firms.shape[0])
    arrays["firms"]["firm"] = np.arange(stay.size)
    arrays |= {"paid": w.ledger.paid, "parties": w.ledger.parties}
    return arrays | {"checks": np.array([w.ledger.checks, w.ledger.residual])}


def _leave(arrays: Arrays, w: World, gone: NDArray[np.int64]) -> None:
    """Add what firms had that have ended, and been resolved, to what those before them had."""
    left, posted = arrays["left"], w.posted[gone]
    owed = w.firms["exposure_at_default"][gone] - w.firms["recovery"][gone]
    for name, amounts in (
        ("cash", posted[:, f.CASH]), ("business", posted[:, f.BUSINESS]),
        ("exposure_at_default", posted[:, f.EXPOSURE_AT_DEFAULT]),
        ("resolved", posted[:, f.RESOLVED]),
        ("exits", exits_of(posted.T)), ("holders", result_of_holders(posted.T)),
        ("buyers", result_of_buyers(posted.T)),
        ("promised", posted[:, f.COVERED] - posted[:, f.GUARANTEED]), ("unpaid", owed),
    ):  # fmt: skip
        left[name] += amounts.sum()
    unpaid = arrays["left_unpaid"]
    np.add.at(unpaid, w.lender[gone], owed[:, None] * w.share[gone])


def _loans(firms: Rows, book: Rows, stay: NDArray[np.int64], count: int) -> Rows:
    """All contracts of the firms that stay, which are told where these and their firms stand."""
    place = np.full(count, -1)
    place[stay] = np.arange(stay.size)
    kept = np.flatnonzero(place[book["firm"]] >= 0)
    rows = book[kept].copy()
    rows["firm"] = place[book["firm"][kept]]
    held = firms["contract"] >= 0
    firms["contract"][held] = np.searchsorted(kept, firms["contract"][held])
    return rows


def world_from(
    opening: Arrays, scenario: Scenario, replication: int, trace: bool = False,
    rules: Kernel | None = None,
) -> World:  # fmt: skip
    """The world that goes on from an opening, with those who enter from then on."""
    given = scenario.experiment
    span = (-given.warm_up_years, given.horizon_years)
    w = new_world(scenario, replication, trace, rules, span, opens=False)
    arrays: dict[str, Any] = {n: _joined(opening[n], getattr(w, n)) for n in OF_FIRMS}
    arrays["firms"]["firm"] = np.arange(arrays["firms"].shape[0])
    arrays |= {name: opening[name].copy() for name in OF_ALL}
    checks, residual = opening["checks"].tolist()
    ledger = Ledger(opening["paid"].copy(), opening["parties"].copy(), residual, int(checks))
    book, loans = Book(), opening["book"]
    book.reserve(loans.shape[0])
    book.store[: loans.shape[0]], book.used = loans, loans.shape[0]
    return replace(w, **arrays, ledger=ledger, book=book, settled=span[0])


def _joined(first: NDArray[Any], then: NDArray[Any]) -> NDArray[Any]:
    rows = np.concatenate([first, then], dtype=then.dtype)
    return rows.view(Records) if isinstance(then, Records) else rows
