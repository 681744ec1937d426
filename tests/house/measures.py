"""What the predictions speak of and no outcome of the house says: numbers of one history."""

import math
from collections.abc import Callable

import numpy as np

from sim.engine.history import History
from sim.model.firms.record import ACQUIRED, FAILED_CASH, LISTED
from sim.outcomes.bank_capital import living_rights
from sim.outcomes.bank_loss import bank_years
from sim.outcomes.bank_stage import client_income, irr_vintage_of
from sim.outcomes.cycle import years_in
from sim.outcomes.firm import ASSET_LIGHT, alive_after
from sim.outcomes.firm_wealth import founder_values
from sim.outcomes.quantiles_of_losses import sample_expected_shortfall, sample_quantile
from sim.outcomes.reading import (
    Floats,
    balance_years,
    between,
    closing,
    contract_years,
    defaulted,
    net_loss,
    new_borrowers,
    newborn,
    of_all_stages,
    of_book,
    of_firms,
    present,
    ratio,
    signed_in,
    total,
    yearly,
)
from tests.house.measures_of_signs import SIGNS, in_bust

EARLY = 3.0
"""Years that count as early."""
ROLL_OUT = 2.0
"""Years of a programme's first growth."""
MUCH = 20.0
"""Demand of projects, CNY million, from which a firm's plans are large."""
EQUITY_WEIGHT = 12.5
"""Risk weight of an equity claim that is not held as policy asks (1250 percent)."""


def shortfall(level: float) -> Callable[[History], float]:
    """Mean of the worst part of the loss rates of banks in years."""
    return lambda history: sample_expected_shortfall(bank_years(history), level)


def value_at_risk(level: float) -> Callable[[History], float]:
    """Quantile of the loss rates of banks in years."""
    return lambda history: sample_quantile(bank_years(history), level)


def joint_loss(history: History) -> float:
    """Mean correlation, over pairs of banks, of their loss rates by year."""
    loss, lent = yearly(history, "loss"), yearly(history, "balance_years")
    rate = np.divide(loss, lent, out=np.zeros_like(loss), where=lent > 0.0)
    moving = rate[:, rate.std(axis=0) > 0.0]
    if moving.shape[1] < 2:
        return math.nan
    table = np.corrcoef(moving, rowvar=False)
    return float(table[np.triu_indices_from(table, 1)].mean())


def same_worst_year(history: History) -> float:
    """Share of banks whose worst year, by loss per unit lent, is the commonest worst year."""
    loss, lent = yearly(history, "loss"), yearly(history, "balance_years")
    rate = np.divide(loss, lent, out=np.zeros_like(loss), where=lent > 0.0)
    worst = rate.argmax(axis=0)[rate.max(axis=0) > 0.0]
    return float(np.bincount(worst).max() / worst.size) if worst.size else math.nan


def profit_shortfall(history: History) -> float:
    """How far the worst tenth of bank-years lies below the mean, per unit lent."""
    profit, lent = yearly(history, "profit"), yearly(history, "balance_years")
    margin = profit[lent > 0.0] / lent[lent > 0.0]
    return sample_expected_shortfall(margin.mean() - margin, 0.9)


def bust_cash_defaults(history: History) -> float:
    """Borrowers who run out of cash and default in busts, per loan-year in busts."""
    firms = of_firms(history)
    gone = defaulted(history) & (firms["status"] == FAILED_CASH)
    bad = np.count_nonzero(in_bust(history, firms["end"][gone]))
    part = years_in(history, history.facts["regimes"].index("bust"))
    return ratio(float(bad), float(between(history, of_all_stages(history, "borrowers")) @ part))


def large_gap(history: History) -> float:
    """Mean share of project demand left unfunded, of firms with large plans."""
    firms = of_firms(history)
    large = present(history) & (firms["cum_demand"] > MUCH)
    shares = firms["cum_gap"][large] / firms["cum_demand"][large]
    return float(shares.mean()) if shares.size else float("nan")


def light_survival(history: History) -> float:
    """Survival to age five of all asset-light firms, older ones included."""
    light = present(history) & (of_firms(history)["tangible"] < ASSET_LIGHT)
    return alive_after(history, 5.0, light)


def client_returns(history: History) -> Floats:
    """Income less running cost and loss over the balance, of each new borrower."""
    rows = new_borrowers(history)
    lent = of_firms(history)["cum_balance"][rows]
    earned = (client_income(history) - net_loss(history))[rows]
    return np.asarray(earned[lent > 0.1] / lent[lent > 0.1])


def median_return(history: History) -> float:
    """Return on the median client."""
    return float(np.median(client_returns(history)))


def gain_skew(history: History) -> float:
    """Skewness over new borrowers of what a client's life brings the banks, in money."""
    rows = new_borrowers(history)
    worth = (client_income(history) - net_loss(history))[rows]
    return float(((worth - worth.mean()) ** 3).mean() / worth.std() ** 3)


def quiet_years(history: History) -> float:
    """Share of the years of lending banks in which no right pays them anything."""
    gain, lent = yearly(history, "gain"), yearly(history, "balance_years")
    return float((gain[lent > 0.0] <= 0.0).mean())


def upside_variation(history: History) -> float:
    """Standard deviation over mean, over bank-years, of gains per unit lent."""
    gain, lent = yearly(history, "gain"), yearly(history, "balance_years")
    rate = gain[lent > 0.0] / lent[lent > 0.0]
    return ratio(float(rate.std(ddof=1)), float(rate.mean()))


def early_interest(history: History) -> float:
    """Interest per unit lent in the first years."""
    early = history.during() & (history.dates <= EARLY + 1e-9)
    paid = history.bank("interest")[early].sum()
    return ratio(float(paid), float(history.bank("balance_years")[early].sum()))


def late_profit(history: History) -> float:
    """Profit a year over the whole experiment less that of the first years, CNY million."""
    early = history.during() & (history.dates <= EARLY + 1e-9)
    first = float(history.bank("profit")[early].sum()) / EARLY
    return total(history, "profit") / history.horizon - first


def late_margin(history: History) -> float:
    """The same per unit lent: margin over the whole experiment less margin of the first years."""
    early = history.during() & (history.dates <= EARLY + 1e-9)
    first = ratio(
        float(history.bank("profit")[early].sum()),
        float(history.bank("balance_years")[early].sum()),
    )
    return ratio(total(history, "profit"), balance_years(history)) - first


def bust_premium(history: History) -> float:
    """Return of bust vintages less that of boom vintages."""
    return irr_vintage_of(history, "bust") - irr_vintage_of(history, "boom")


def wealth_given_exit(history: History) -> float:
    """Founders' mean wealth in firms that were listed or sold, CNY million."""
    wealth = _exit_wealth(history)
    return float(wealth.mean()) if wealth.size else math.nan


def median_given_exit(history: History) -> float:
    """Their median wealth, CNY million."""
    wealth = _exit_wealth(history)
    return float(np.median(wealth)) if wealth.size else math.nan


def _exit_wealth(history: History) -> Floats:
    status = of_firms(history).rows(newborn(history))["status"]
    return founder_values(history)[(status == LISTED) | (status == ACQUIRED)]


def signer_quality(history: History) -> float:
    """Mean quality of the firms that sign the arrangement."""
    signed = of_firms(history)["signed"] > 0
    return float(of_firms(history)["quality"][signed].mean()) if signed.any() else math.nan


def early_npl(history: History) -> float:
    """NPL ratio over the first years of the programme."""
    rows = history.during() & (history.dates <= ROLL_OUT + 1e-9)
    npl = history.bank("npl")[rows].sum()
    return ratio(float(npl), float(npl + history.bank("loans")[rows].sum()))


def monitored(history: History) -> float:
    """Share of the years of the arrangement's contracts in which the lender monitors."""
    mine = signed_in(history) & (of_book(history)["signed"] == 1)
    years = contract_years(history)[mine]
    watched = of_book(history)["monitored"][mine] == 1
    return ratio(float(years[watched].sum()), float(years.sum()))


def bust_lending(history: History) -> float:
    """Share of the lines opened, in money, that were opened in busts."""
    book = of_book(history)
    opened = signed_in(history) & (book["first"] == 1)
    bad = opened & (book["regime"] == history.facts["regimes"].index("bust"))
    return ratio(float(book["limit"][bad].sum()), float(book["limit"][opened].sum()))


def weight_of_rights(history: History) -> float:
    """Risk-weighted assets per unit lent that living rights would add as equity claims."""
    loans = closing(history, history.bank("loans").sum(axis=1))
    return ratio(EQUITY_WEIGHT * living_rights(history), loans)


def cost_of_money(history: History) -> float:
    """Cost of funds per unit lent and year, as if the desks had no capital of their own."""
    paid = total(history, "funding") - total(history, "relending")
    return ratio(paid, balance_years(history))


def repaid_on_call(history: History) -> float:
    """What firms repaid of loans, or parts of them, that had been called, CNY million."""
    return float(of_firms(history)["cum_due_paid"].sum())


OF_UNIT: dict[str, tuple[Callable[[History], float], ...]] = {
    "per year": (
        profit_shortfall, bust_cash_defaults, median_return, early_interest, late_margin,
        bust_premium, cost_of_money,
    ),
    "share": (
        same_worst_year, large_gap, light_survival, quiet_years, early_npl, monitored,
        bust_lending, weight_of_rights,
    ),
    "CNY million": (late_profit, wealth_given_exit, median_given_exit, repaid_on_call),
    "correlation": (joint_loss,),
    "skewness": (gain_skew,),
    "ratio": (upside_variation,),
    "standard deviations": (signer_quality,),
}  # fmt: skip
"""Rules of this file by their unit."""
TAILS = {
    **{f"var{level}": value_at_risk(level / 100) for level in (60, 75, 90, 95)},
    **{f"es{level}": shortfall(level / 100) for level in (75, 90, 95)},
}
_KNOWN: dict[str, tuple[str, Callable[[History], float]]] = {
    **{name: ("per year", rule) for name, rule in TAILS.items()},
    **{rule.__name__: (unit, rule) for unit, rules in OF_UNIT.items() for rule in rules},
    **SIGNS,
}
MEASURES = {name: rule for name, (_, rule) in _KNOWN.items()}
"""By the name under which a prediction asks for them."""
UNITS = {name: unit for name, (unit, _) in _KNOWN.items()}
"""Their units."""
