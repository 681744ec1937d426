"""Limit cases: the shipped economy with all but a few causes shut off, and what it gives.

A closed form holds where cash, lending, setbacks and quality play no part. Such a limit is
a set of values laid over the shipped base, so the tests of theory run the same engine, the
same calendar and the same rules as any study.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.processes import run_world
from sim.engine.world import World, new_world
from sim.model.firms.record import ACQUIRED, EVENT_NAMES, FAILED_CASH, FAILED_TECHNICAL, LISTED
from sim.scenario.scenario import Scenario, load_scenario

Floats = NDArray[np.float64]
BASE = Path(__file__).parents[2] / "scenarios" / "base" / "china_technology.toml"
MOST = 4.0
"""Standard errors within which a simulated value must meet its closed form."""
NONE = [0.0] * 4
CODES = {name: code for code, name in EVENT_NAMES.items()}

NO_CAUSE = {
    "lifecycle.progress_hazard": NONE, "lifecycle.regress_hazard": NONE,
    "lifecycle.setback_hazard": NONE, "lifecycle.failure_hazard": NONE,
    "lifecycle.recovery_hazard": 0.0, "lifecycle.setback_failure_hazard": 0.0,
    "lifecycle.diversion_hazard": 0.0, "equity.round_hazard": NONE,
    "equity.listing_hazard": NONE, "equity.acquisition_hazard": NONE,
    "relationship.offer_hazard": NONE, "sme_register.departure_hazard": 0.0,
    "sme_register.large_departure_hazard": 0.0, "lifecycle.wind_up_hazard": 0.0,
}  # fmt: skip
NO_SPREAD = {
    "lifecycle.progress_quality_slope": 0.0, "lifecycle.failure_quality_slope": 0.0,
    "lifecycle.recovery_quality_slope": 0.0, "equity.exit_quality_slope": 0.0,
    "equity.venture_quality_slope": 0.0, "equity.non_venture_round_factor": 1.0,
    "equity.non_venture_listing_factor": 1.0, "equity.setback_round_factor": 1.0,
    "board.star_sales": {"age": 0.0, "value": 0.0, "sales": 0.0},
    "equity.non_venture_acquisition_factor": 1.0,
}  # fmt: skip
NO_MONEY = {
    "operations.opening_scale": 1.0, "operations.opening_scale_log_sd": 0.0,
    "operations.venture_scale_factor": 1.0, "operations.opening_cash": 1.0,
    "operations.venture_opening_cash": 1.0, "operations.opening_cash_log_sd": 0.0,
    "operations.burn": 0.0, "operations.venture_burn": 0.0,
    "operations.size_exponent": 0.0, "operations.venture_size_exponent": 0.0,
    "operations.startup_margin": 0.0, "operations.margin": NONE,
    "operations.margin_quality_slope": 0.0, "operations.research": NONE,
    "operations.venture_research": NONE, "operations.setback_margin": 0.0,
    "operations.setback_scale_factor": 1.0, "growth.growth_at_birth": 0.0,
    "growth.growth_of_old": 0.0, "growth.growth_quality_slope": 0.0,
    "growth.growth_of_venture": NONE, "growth.growth_size_slope": 0.0,
    "growth.growth_in_trouble": 0.0, "growth.project_share": 0.0, "growth.volatility": 0.0,
    "operations.working_capital": 0.0, "operations.arrears_saving_share": 0.0,
    "project.project_capex": 0.0,
}  # fmt: skip
NO_DEMAND = {
    "cash.target_cash_months": 0.0, "cash.burner_keeps_years": 1e9, "cash.payout_share": 0.0,
    "underwriting.policy_subsidy_rate": -10.0,
}  # fmt: skip
ONE_MARKET = {
    "macro.frailty_variance": 0.0, "macro.opening": "boom",
    "macro.regime.boom.setback": 1.0, "macro.regime.boom.drift": 0.0,
    "macro.path": [{"years_from_start": 0.0, "regime": "boom"}],
    "equity_market.opening_winter_share": 0.0,
    "equity_market.enter_winter_hazard": {"boom": 0.0, "bust": 0.0},
}  # fmt: skip
ONE_COHORT = {
    "population.initial_share": 1.0, "experiment.warm_up_years": 0.0,
    "experiment.run_off_years": 0.0,
}  # fmt: skip


@cache
def base() -> Scenario:
    """The shipped default economy, from an empty start."""
    bare = {"population.entry_rate": 0.0, "experiment.settling_years": 0.0}
    return load_scenario(BASE).with_values(bare)


def limit(sectors: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> Scenario:
    """The base with every cause shut off but those that `sectors` and `values` switch on.

    Parameters
    ----------
    sectors : mapping of name -> table
        Each with a share and the groups that it changes; several limits can so share one
        run. They take the place of the shipped sectors.
    values : mapping of dotted key -> value
    """
    shut = NO_CAUSE | NO_SPREAD | NO_MONEY | NO_DEMAND | ONE_MARKET | ONE_COHORT
    empty = {f"sector.{name}.share": 0.0 for name in base().sector}
    mine = {f"sector.{name}": dict(table) for name, table in sectors.items()}
    whole = base().with_values(shut | empty | mine | dict(values))
    # Values are checked by now; empty sectors would only cost time in each replication.
    return whole.model_copy(update={"sector": {name: whole.sector[name] for name in sectors}})


def causes(
    failure: Sequence[float], exits: Sequence[float], progress: Sequence[float] = NONE,
    regress: Sequence[float] = NONE, pace: float = 1.0,
) -> dict[str, dict[str, list[float]]]:  # fmt: skip
    """Parameter groups for hazards by stage, `pace` times as fast as given."""
    fast = [[pace * h for h in hazard] for hazard in (progress, regress, failure, exits)]
    return {
        "lifecycle": dict(
            zip(("progress_hazard", "regress_hazard", "failure_hazard"), fast[:3], strict=True)
        ),
        "equity": {"acquisition_hazard": fast[3]},
    }


def lived(scenario: Scenario, replication: int = 0, trace: bool = False) -> World:
    """A world that has lived from its first day to its horizon, without a loan."""
    w = new_world(scenario, replication, trace)
    start = -scenario.experiment.warm_up_years
    run_world(w, start, scenario.experiment.horizon_years, close=start)
    return w


@dataclass(frozen=True)
class Lives:
    """How firms ended; arrays of shape (n_firms,).

    Parameters
    ----------
    years : age at the end, infinite for firms that still live
    failed, left : whether the firm failed, or left by sale or listing
    """

    years: Floats
    failed: NDArray[np.bool_]
    left: NDArray[np.bool_]

    def failed_by(self, years: float) -> NDArray[np.bool_]:
        """Who has failed by that age."""
        return self.failed & (self.years <= years)

    def left_by(self, years: float) -> NDArray[np.bool_]:
        """Who has been sold or listed by that age."""
        return self.left & (self.years <= years)


def lives(w: World, sector: str, pace: float = 1.0) -> Lives:
    """Lives of one sector's firms, in years of the closed form: `pace` of them in one."""
    f = w.firms[w.firms.sector == list(w.scenario.sector).index(sector)]
    ended = f.status >= LISTED
    return Lives(
        years=np.where(ended, (f.end - f.birth) * pace, np.inf),
        failed=(f.status == FAILED_TECHNICAL) | (f.status == FAILED_CASH),
        left=(f.status == LISTED) | (f.status == ACQUIRED),
    )


def events(w: World) -> pd.DataFrame:
    """The event log, one row for each event, in the order of each firm's life."""
    rows = pd.DataFrame(np.concatenate(w.events))
    return rows.sort_values(["firm", "date"], kind="stable", ignore_index=True)


@dataclass(frozen=True)
class Estimate:
    """What a sample says, with the standard error that the same sample implies."""

    value: float
    error: float


def estimate(statistic: Callable[..., Any], *columns: Any) -> Estimate:
    """A smooth function of means, by the jackknife.

    Parameters
    ----------
    statistic : function of one mean for each column, elementwise on arrays
    columns : array_like, each of shape (n,)
        One row for each independent unit: a firm, or a replication where the firms of one
        replication share random numbers.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 11. For a single
    mean the error is the sample's standard deviation over the root of its size.
    """
    table = np.array([np.asarray(column, float) for column in columns])
    n = table.shape[1]
    whole = statistic(*table.mean(axis=1))
    without = statistic(*((table.sum(axis=1, keepdims=True) - table) / (n - 1)))
    spread = ((without - without.mean()) ** 2).sum()
    value = n * whole - (n - 1) * without.mean()
    return Estimate(float(value), float(np.sqrt((n - 1) / n * spread)))


def mean(column: Any) -> Estimate:
    """The mean of independent units."""
    return estimate(lambda m: m, column)


def assert_meets(found: Estimate, expected: float, precision: float) -> None:
    """A simulated value lies within `MOST` standard errors of its closed form.

    `precision` bounds the standard error, as a share of the value: a sample that is too
    small to tell right from wrong does not pass either.
    """
    assert 0.0 < found.error <= precision * abs(expected), (
        f"standard error {found.error:.3g} against a value of {expected:.6g}: enlarge the run"
    )
    z = (found.value - expected) / found.error
    assert abs(z) <= MOST, (
        f"simulated {found.value:.6g}, closed form {expected:.6g}: {z:+.1f} standard errors"
    )
