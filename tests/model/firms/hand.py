"""Firms set by hand: three records, parameters that are round, and calm market conditions."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine.world import firm_parameters
from sim.model.firms.population import set_blank
from sim.model.firms.record import ALIVE, EVENT_NAMES, FIRM, LOG, MARKET_CONDITIONS, NEVER, OUTSIDE
from sim.scenario.scenario import Scenario, load_scenario

BASE = Path(__file__).parents[3] / "scenarios" / "base" / "china_technology.toml"
NONE = [0.0] * 4
FACTORS = (
    "frailty", "setback", "progress", "recovery", "rounds", "listing", "acquisition",
    "valuation", "collateral",
)  # fmt: skip
QUIET: dict[str, Any] = {
    "progress_hazard": NONE, "regress_hazard": NONE, "setback_hazard": NONE,
    "failure_hazard": NONE, "setback_failure_hazard": 0.0, "recovery_hazard": 0.0,
    "diversion_hazard": 0.0, "round_hazard": NONE, "listing_hazard": NONE,
    "acquisition_hazard": NONE, "offer_hazard": NONE, "non_venture_acquisition_factor": 1.0,
    "departure_hazard": 0.0, "large_departure_hazard": 0.0,
}  # fmt: skip
STEADY: dict[str, Any] = {
    "startup_margin": 0.0, "burn": 0.0, "venture_burn": 0.0, "margin": NONE,
    "margin_quality_slope": 0.0, "research": NONE, "venture_research": NONE,
    "setback_margin": 0.0, "growth_at_birth": 0.0, "growth_of_old": 0.0,
    "growth_quality_slope": 0.0, "growth_of_venture": NONE, "growth_size_slope": 0.0,
    "growth_in_trouble": 0.0, "project_share": 0.0, "volatility": 0.0,
    "valuation_volatility": 0.0,
    "valuation_reversion": 0.0, "working_capital": 0.0, "arrears_saving_share": 0.0,
    "sales_share": [1.0] * 4, "wind_up_hazard": 0.0, "payout_share": 0.0,
    "project_capex": 0.0, "burner_keeps_years": 9.0,
}  # fmt: skip


@cache
def base() -> Scenario:
    """The shipped default economy."""
    return load_scenario(BASE)


def rules(**values: Any) -> Any:
    """Parameters of the first sector of the shipped economy, some of them changed."""
    rows = firm_parameters(base())[:1].copy()
    for name, value in values.items():
        rows[name] = value
    return rows[0]


def quiet(**values: Any) -> Any:
    """Parameters under which nothing happens by chance and no money moves."""
    return rules(**(QUIET | STEADY | values))


def market(**values: float) -> Any:
    """Market conditions in which every factor is one, or as given; the key is 1, 2."""
    rows = MARKET_CONDITIONS.empty(1)
    rows.k0, rows.k1 = 1, 2
    for name in FACTORS:
        rows[name] = 1.0
    for name, value in values.items():
        rows[name] = value
    return rows[0]


def three(**values: Any) -> Any:
    """Three living firms without debt, of average quality, born on day zero.

    Their basic accounts are outside.
    """
    p, rows = rules(), FIRM.empty(3)
    for row, f in enumerate(rows):
        set_blank(f, p, 0.0)
        f.firm = f.stream = row
    rows.status, rows.quarter, rows.founders = ALIVE, 1, 1.0
    rows.host = rows.old_host = OUTSIDE
    for name in (
        "quality_on_progress",
        "quality_on_failure",
        "quality_on_recovery",
        "quality_on_exit",
        "asset_factor",
        "means",
        "switching_cost_weight",
    ):
        rows[name] = 1.0
    # Thresholds that no hazard uses up.
    rows.left = 1e9
    for name, value in values.items():
        rows[name] = value
    return rows


def firm(**values: Any) -> Any:
    """One such firm."""
    return three(**values)[1]


def borrower(**values: Any) -> Any:
    """One such firm with a line of 10 million at 4 percent, half of it drawn."""
    line = {
        "contract": 0, "limit": 10.0, "balance": 5.0, "rate": 0.04, "later_rate": 0.04,
        "maturity": 50.0,
    }  # fmt: skip
    return firm(**(line | values))


class Diary:
    """An event log and its cursor, as the rules want them."""

    def __init__(self, rows: int = 64) -> None:
        self.log, self.cursor = LOG.empty(rows), np.array([0, 1, 0], dtype=np.int64)

    @property
    def told(self) -> list[str]:
        """Names of the events written so far."""
        return [EVENT_NAMES[int(row.event)] for row in self.log[: self.cursor[0]]]

    @property
    def both(self) -> tuple[Any, Any]:
        """Log and cursor, the last two arguments of most rules."""
        return self.log, self.cursor


def live(rows: Any, p: Any, c: Any, until: float, next_time: Any = None) -> Diary:
    """Let firms live to a date with a diary; `next_time` is written in place."""
    from sim.model.firms.advance import advance
    from sim.model.firms.clock import refresh

    if next_time is None:
        next_time = np.array([refresh(f, p, c) for f in rows])
    diary = Diary(4096)
    pending = np.zeros(rows.shape[0], np.uint8)
    done = advance(rows, next_time, pending, [p], [c], until, *diary.both)
    assert done == rows.shape[0]
    assert np.all((next_time > until) | (next_time == NEVER))
    return diary
