"""Worlds of three firms set by hand, few banks, calm market conditions, and interpreted rules."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.columns import Rows
from sim.engine.committee import desk_of, open_menu, with_desk
from sim.engine.kernel import interpreted
from sim.engine.ledger import ACCOUNTS, Account, Ledger, post
from sim.engine.processes import set_market_conditions
from sim.engine.world import World, conditions_on, new_world, no_flows
from sim.model.banks.application import read_application
from sim.model.banks.desk import OFFER, Desk
from sim.model.banks.signing import sign
from sim.model.contracts.arrangement import Arrangement
from sim.model.firms.clock import refresh
from sim.model.firms.sector import GROUPS
from sim.scenario.scenario import Item, Scenario, load_scenario
from tests.capital import NO_TAXES, with_one_weight
from tests.house.small import undated
from tests.model.firms.hand import QUIET, STEADY, three

FILE = Path(__file__).parents[2] / "scenarios" / "three_arrangements.toml"
ONE_MARKET = {
    "macro.frailty_variance": 0.0, "macro.opening": "boom",
    "macro.regime.boom.setback": 1.0, "macro.regime.boom.drift": 0.0,
    "macro.path": [{"years_from_start": -99.0, "regime": "boom"}],
    "equity_market.opening_winter_share": 0.0,
    "equity_market.enter_winter_hazard": {"boom": 0.0, "bust": 0.0},
}  # fmt: skip
# Each desk has what its loans require: a tenth of what is lent, on nothing but plant.
ROUND_RULES = with_one_weight() | NO_TAXES | {
    "capital.endowment_multiple": 1.0, "underwriting.sales_line": [0.0] * 4,
    "underwriting.round_line": 0.0, "underwriting.least_runway": 0.0,
}  # fmt: skip
ROUND_BANK = {
    "desk_risk_assets": 10000.0, "parent_capital": 60000.0, "parent_income": 0.0,
    "parent_risk_assets": 0.0, "parent_equity": 0.0, "appetite": 1.0, "signal_precision": 1.0,
    "cap_factor": 1.0, "surcharge": 0.0,
}  # fmt: skip


@cache
def shipped() -> Scenario:
    """The shipped comparison of all arrangements, at prices that do not change on dates."""
    return undated(load_scenario(FILE))


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
    known = ONE_MARKET | ROUND_RULES | quiet_values(**firms) | small
    changed = shipped().with_values(known | (values or {}))
    data = changed.model_dump(mode="python")
    data["bank"] = {name: ROUND_BANK | {"market_share": 1.0 / banks} for name in "abcdef"[:banks]}
    data["sector"] = {"one": {"share": 1.0}}
    kept = ["plain", "common_growth", "loan_with_warrant", "revenue_swap"]
    kept += ["consortium"] if banks >= 3 else []
    data["arrangement"] = {name: data["arrangement"][name] for name in kept}
    data["experiment"] |= {"arrangements": tuple(kept), "neighbours": ()}
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
    set_market_conditions(w, 0.0)
    w.next_time = np.array(
        [refresh(f, w.params[f.sector], w.market_conditions[0]) for f in w.firms]
    )
    w.pending = w.firms.request.astype(np.uint8)
    return w


def pay(ledger: Ledger, account: Account, payer: int, payee: int, amount: float) -> None:
    """Post one payment by hand."""
    post(ledger.paid, ledger.parties, ACCOUNTS.index(account), payer, payee, amount)


def lent(w: World, lenders: dict[int, dict[int, float]]) -> World:
    """Give firms lenders with their shares, lead first."""
    for firm, parts in lenders.items():
        for place, (bank, share) in enumerate(parts.items()):
            w.lender[firm, place], w.share[firm, place] = bank, share
    return w


def desk(w: World, date: float) -> Desk:
    """The desk of a committee at a date, with room for every firm."""
    open_menu(w, date)
    return desk_of(w, w.firms.shape[0])


def applicant(w: World, i: int, date: float) -> Any:
    """What a committee reads of one firm."""
    d = desk(w, date)
    read_application(d.applications[0], i, d, date)
    return d.applications[0].copy()


def offering(w: World, arrangement: Arrangement) -> World:
    """The world with this arrangement alone on its menu, under code 1."""
    w.menu = (Item("any", arrangement),)
    w.terms, w.admission = conditions_on(w.menu, w.scenario)
    w.by_terms = no_flows(w.menu)
    return w


def offered(**columns: Any) -> Any:
    """Offers to three firms of a line of 8 at 3 percent from bank 0, or as given."""
    offers = OFFER.empty(3)
    known = {"made": 1, "line": 8.0, "rate": 0.03, "later_rate": 0.03, "lenders": 1}
    for name, value in (known | columns).items():
        offers[name] = value
    if "share" not in columns:
        offers.share[:, 0] = 1.0
    return offers


def sign_offers(
    w: World, offers: Any, who: Any = (0, 1, 2), code: int = 0, date: float = 0.25
) -> None:  # fmt: skip
    """Let firms sign what they are offered, as a committee would."""

    def rule(d: Desk, date: float) -> None:
        for i in who:
            read_application(d.applications[0], i, d, date)
            sign(offers[i], d.applications[0], code, d)

    open_menu(w, date)
    with_desk(w, w.firms.shape[0], rule, date)


def told(w: World) -> list[str]:
    """Names of the events of all firms, in the order in which they were written."""
    from sim.model.firms.record import EVENT_NAMES

    return [EVENT_NAMES[int(row["event"])] for part in w.events for row in part]


def desks(w: World) -> Rows:
    """Books of a world's desks, without corporate banking, which comes last."""
    return w.banks[: w.scenario.n_banks]
