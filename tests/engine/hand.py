"""Worlds of three firms set by hand, few banks, a quiet climate, and interpreted rules."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine.kernel import interpreted
from sim.engine.processes import set_climate
from sim.engine.world import World, new_world
from sim.model.firms.clock import refresh
from sim.model.firms.sector import GROUPS
from sim.scenario.scenario import Scenario, load_scenario
from tests.model.firms.hand import QUIET, STEADY, three

FILE = Path(__file__).parents[2] / "scenarios" / "three_arrangements.toml"
ONE_CLIMATE = {
    "macro.frailty_variance": 0.0, "macro.opening": "boom",
    "macro.path": [{"from_years": -99.0, "regime": "boom"}],
    "equity_market.opening_winter_share": 0.0,
    "equity_market.enter_winter_hazard": {"boom": 0.0, "bust": 0.0},
}  # fmt: skip
ROUND_BANK = {
    "desk_capital": 1000.0, "parent_capital": 60000.0, "parent_income": 0.0,
    "parent_risk_assets": 0.0, "parent_equity": 0.0, "appetite": 1.0, "signal_precision": 1.0,
    "cap_factor": 1.0,
}  # fmt: skip


@cache
def shipped() -> Scenario:
    """The shipped comparison of all arrangements."""
    return load_scenario(FILE)


def quiet_values(**values: Any) -> dict[str, Any]:
    """Dotted keys of quiet parameters of firms; `values` by name, without their table."""
    named = QUIET | STEADY | values
    return {
        f"{table}.{name}": value
        for name, value in named.items()
        for table, group in GROUPS.items()
        if name in group.model_fields
    }


def economy(banks: int = 1, values: dict[str, Any] | None = None, **firms: Any) -> Scenario:
    """Three quiet firms of one sector and a few equal banks.

    Parameters
    ----------
    banks : int
        Banks named a, b, c; each has 3 million of capital for the three firms.
    values : dict of dotted key -> value
    **firms
        Parameters of firms by name.
    """
    small = {"population.firms": 3, "experiment.warm_up_years": 0.0}
    changed = shipped().with_values(ONE_CLIMATE | quiet_values(**firms) | small | (values or {}))
    data = changed.model_dump(mode="python")
    data["bank"] = {name: ROUND_BANK | {"market_share": 1.0 / banks} for name in "abcdef"[:banks]}
    data["sector"] = {"one": {"share": 1.0}}
    kept = ["plain", "common_growth", "loan_with_warrant", "revenue_swap"]
    kept += ["consortium"] if banks >= 3 else []
    data["arrangement"] = {name: data["arrangement"][name] for name in kept}
    data["experiment"] |= {"arrangements": tuple(kept)}
    data["sources"] = {}
    return Scenario.model_validate(data)


def world(scenario: Scenario, name: str = "plain", **fields: Any) -> World:
    """A world on day zero under one arrangement, its three firms as given.

    Cash counts as opening capital unless it is told where else it came from.
    """
    w = new_world(scenario, 0, trace=True, rules=interpreted())
    w = w.branch(name)
    w.firms = three(**({"cum_equity": fields.get("cash", 0.0)} | fields))
    if w.menu and "terms" not in fields:
        w.firms.terms = 1
    set_climate(w, 0.0)
    w.next_time = np.array([refresh(f, w.params[f.sector], w.climate[0]) for f in w.firms])
    w.pending = w.firms.request.astype(np.uint8)
    return w


def lent(w: World, lenders: dict[int, dict[int, float]]) -> World:
    """Give firms lenders with their shares, lead first."""
    for firm, parts in lenders.items():
        for place, (bank, share) in enumerate(parts.items()):
            w.lender[firm, place], w.share[firm, place] = bank, share
    return w


def told(w: World) -> list[str]:
    """Names of the events of all firms, in the order in which they were written."""
    from sim.model.firms.record import EVENT_NAMES

    return [EVENT_NAMES[int(row["event"])] for part in w.events for row in part]
