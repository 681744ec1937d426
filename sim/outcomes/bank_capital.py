"""Banks' capital: what loans use of it, what it earns, when it is short, how it is spread."""

import math

import numpy as np

from sim.engine.history import History
from sim.model.firms.record import SWAP, WARRANT
from sim.outcomes.internal_rate import internal_rate_of_return
from sim.outcomes.mark import Members, family, outcome
from sim.outcomes.reading import (
    HOUSE,
    Floats,
    at_bank,
    balance_years,
    closing,
    living,
    of_firms,
    opening,
    quarters,
    quotient,
    ratio,
    time_average,
    total,
)

INCOME = (
    "interest",
    "commitment",
    "relationship",
    "gain",
    "royalty",
    "recovered",
    "guaranteed",
    "repaid",
)
OUTLAYS = (
    "drawn",
    "vat",
    "operating",
    "screening",
    "coordination",
    "calling",
    "monitoring",
    "fee",
)


@outcome("bank.raroc", unit="per year", better="higher", basis="flow",
    formula="profit after tax and before policy subsidy over the time integral of the capital"
    " that loans require",
    source="Zaik, Walter, Kelling and James 1996, Journal of Applied Corporate Finance 9(2)",
    label="RAROC")  # fmt: skip
def raroc(history: History) -> float:
    """Risk-adjusted return on required capital."""
    return ratio(total(history, "profit"), total(history, "capital_years"))


@outcome("bank.economic_return", unit="per year", better="higher", basis="flow",
    formula="profit after tax and before policy subsidy, with the transfer price credited on"
    " economic in place of required capital, over the time integral of economic capital (formula"
    " of internal ratings, default probability and loss given default as believed at signing)",
    source="Basel Committee, Calculation of RWA for credit risk, CRE31",
    label="Return on economic capital")  # fmt: skip
def economic_return(history: History) -> float:
    """Return on the capital that the loans' own risk asks for."""
    facts, names = history.facts, ("capital_benefit", "capital_years", "economic_years")
    benefit, required, economic = (history.bank(name)[history.during()] for name in names)
    # The transfer price of a quarter is what required capital was credited with.
    price = np.full_like(benefit, facts["funding_rate"])
    np.divide(benefit, required, out=price, where=required > 0.0)
    credited = float((price * economic - benefit).sum())
    profit = total(history, "profit") + (1.0 - facts["income_tax_rate"]) * credited
    return ratio(profit, float(economic.sum()))


@outcome("bank.economic_profit", unit="CNY million", better="higher", basis="flow",
    formula="profit after tax and before policy subsidy less the hurdle rate on the time integral"
    " of required capital",
    source="Stewart 1991, The Quest for Value")  # fmt: skip
def economic_profit(history: History) -> float:
    """What is left once capital has earned its hurdle."""
    hurdle = history.facts["hurdle_rate"]
    return total(history, "profit") - float(hurdle) * total(history, "capital_years")


@outcome("bank.capital_used", unit="CNY million", better="lower", basis="stock", low=0.0,
    formula="time average of the capital that loans require, all banks together",
    source="Basel Committee, Calculation of RWA for credit risk, CRE20")  # fmt: skip
def capital_used(history: History) -> float:
    """Capital that lending ties up."""
    return ratio(total(history, "capital_years"), float(quarters(history).sum()))


@outcome("bank.capital_intensity", unit="share", better="lower", basis="stock", low=0.0,
    formula="time integral of the capital that loans require over that of the balance lent",
    source="Basel Committee, Calculation of RWA for credit risk, CRE20",
    label="Capital per unit lent")  # fmt: skip
def capital_intensity(history: History) -> float:
    """Capital that one unit lent ties up, undrawn lines included."""
    return ratio(total(history, "capital_years"), balance_years(history))


@outcome("bank.rationed", unit="count", better="lower", basis="count", low=0.0,
    formula="loans on which firm and lenders agreed and which a desk without capital refused,"
    " over the experiment", source=HOUSE, label="Loans refused for want of capital")  # fmt: skip
def rationed(history: History) -> float:
    """How often a desk out of budget rations."""
    return total(history, "rationed")


@outcome("bank.capital_ratio_low", unit="share", better="higher", basis="stock", low=-math.inf,
    high=math.inf,
    formula="lowest capital ratio of any bank, its parent included, at any settlement of the"
    " experiment", source="Basel Committee, Risk-based capital requirements, RBC20",
    label="Lowest capital ratio")  # fmt: skip
def capital_ratio_low(history: History) -> float:
    """Lowest capital ratio."""
    inside = history.bank("capital_ratio")[history.during()]
    return float(inside.min()) if inside.size else float("nan")


FALLS: Members = {
    "minimum_ratio": {"name": "failure", "what": "the minimum", "label": "Failure of a bank"},
    "demanded_ratio": {"name": "buffer_breach", "label": "Breach of capital buffers",
        "what": "what the supervisor demands of it (minimum, conservation buffer and surcharge)"},
}  # fmt: skip


@family("bank.{name}", over=FALLS, unit="share", better="lower", basis="count", binary=True,
    formula="1 where core capital of a bank, its parent included, over risk-weighted assets falls"
    " below {what} at a settlement of the experiment, else 0; its mean is a probability",
    source="Basel Committee, Risk-based capital requirements, RBC20 and RBC30",
    label="{label}")  # fmt: skip
def fall(history: History, level: str) -> float:
    """Whether the capital ratio of any bank falls below a level."""
    ratios = history.bank("capital_ratio")
    below = (ratios < np.asarray(history.facts[level]))[history.during()]
    return float(below.any()) if below.size else math.nan


@outcome("bank.capital_shortfall", unit="CNY million", better="lower", basis="stock", low=0.0,
    formula="largest sum over banks, at any settlement, of what a desk's required capital exceeds"
    " its own capital by", source=HOUSE, label="Largest capital shortfall",
    heavy_tailed=True)  # fmt: skip
def capital_shortfall(history: History) -> float:
    """Capital that the desks lacked at the worst date."""
    required = np.asarray(history.facts["required_ratio"]) * history.bank("risk_assets")
    short = np.maximum(required - history.bank("equity"), 0.0)
    inside = short.sum(axis=1)[history.during()]
    return float(inside.max()) if inside.size else float("nan")


@outcome("bank.concentration", unit="share", better="lower", basis="stock",
    formula="Herfindahl index of a bank's exposures to single firms at the end of the run,"
    " averaged over banks by exposure", source="Hirschman 1964, American Economic Review 54(5)",
    label="Concentration on single firms")  # fmt: skip
def concentration(history: History) -> float:
    """How much of a bank's book stands on few firms."""
    balance = np.where(living(history), of_firms(history)["balance"], 0.0)
    held = at_bank(history, balance)
    book = held.sum(axis=1)
    squares = quotient((held**2).sum(axis=1), book, 0.0)
    return ratio(float(squares.sum()), float(book.sum()))


@outcome("bank.market_concentration", unit="share", better="neither", basis="stock",
    formula="time average of the Herfindahl index of banks' shares of all loans",
    source="Hirschman 1964, American Economic Review 54(5)")  # fmt: skip
def market_concentration(history: History) -> float:
    """How unevenly lending is spread over banks."""
    loans = history.bank("loans")
    whole = loans.sum(axis=1)
    return time_average(history, quotient((loans**2).sum(axis=1), whole**2))


def carrying_value(history: History) -> Floats:
    """Loans and defaulted loans less allowance, all banks, shape (n_dates,)."""
    gross = history.bank("loans") + history.bank("npl")
    return np.asarray((gross - history.bank("allowance")).sum(axis=1))


@outcome("bank.residual_book", unit="CNY million", better="neither", basis="stock",
    formula="loans and defaulted loans less allowance at the horizon, all banks together",
    source=HOUSE, label="Loan book at the end")  # fmt: skip
def residual_book(history: History) -> float:
    """What the book that remains is carried at."""
    return closing(history, carrying_value(history))


@outcome("bank.living_rights", unit="CNY million", better="higher", basis="stock", low=0.0,
    formula="what living rights and shares held would pass on to banks at the end of the run if"
    " they were exercised and sold at private value, those that sleep left out; not part of any"
    " profit", source=HOUSE,
    heavy_tailed=True, label="Worth of living rights")  # fmt: skip
def living_rights(history: History) -> float:
    """Intrinsic value of rights that still live."""
    a = of_firms(history).rows(living(history))
    asleep = (a["right"] == SWAP) & ((a["deliver"] == 1) | (a["compliant"] >= 4))
    right = np.isin(a["right"], (WARRANT, SWAP)) & (a["value"] >= a["trigger"]) & ~asleep
    open_gain = np.where(
        right, a["stake"] * (a["value"] + a["exercise_amount"]) - a["exercise_amount"], 0.0
    )
    held = np.where(a["holder"] > 0.0, a["holder"] * a["value"] - a["cum_exercise_amount"], 0.0)
    gain = np.maximum(open_gain, 0.0) + np.maximum(held, 0.0)
    return float((a["lender_gain_share"] * gain).sum())


@outcome("bank.irr", unit="per year", better="higher", basis="flow",
    formula="internal rate of return of all quarterly flows between banks and firms, operating"
    " cost and fees included and funding left out; the opening book is bought and the closing"
    " book sold at carrying value", source="Hazen 2003, Engineering Economist 48(1)",
    label="Internal rate of return")  # fmt: skip
def irr(history: History) -> float:
    """Internal rate of return of the whole book."""
    inside = history.during()
    if not inside.any():
        return float("nan")
    received = np.sum([history.bank(name) for name in INCOME], axis=(0, 2))
    paid = np.sum([history.bank(name) for name in OUTLAYS], axis=(0, 2))
    value = carrying_value(history)
    flows = np.append(-opening(history, value), (received - paid)[inside])
    flows[-1] += value[inside][-1]
    times = np.append(0.0, history.dates[inside])
    return internal_rate_of_return(flows, times, near=history.facts["funding_rate"])
