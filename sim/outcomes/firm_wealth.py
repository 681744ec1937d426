"""What founders get: dilution, wealth, its spread, and what it is worth to them."""

import numpy as np

from sim.engine.history import History
from sim.outcomes.mark import outcome
from sim.outcomes.reading import (
    HOUSE,
    Floats,
    Mask,
    living,
    mean,
    newborn,
    of_firms,
    remembered,
)

WEALTH = (
    "present value at entry of the founders' part of exit proceeds, of payments to owners"
    " (from the firm's last date, at the founders' last share), and, for firms alive at the"
    " end of the run, of half their part of the private value"
)
NOTHING = 0.01


@remembered
def founder_values(history: History) -> Floats:
    """Founders' wealth in each firm that enters in the experiment, CNY million, (n,)."""
    return wealth_of_founders(history, newborn(history))


def wealth_of_founders(history: History, chosen: Mask) -> Floats:
    """Founders' wealth in some firms that have entered, as of their entry, CNY million, (n,).

    Half of the private value of a living firm is counted, since founders cannot sell it
    and many such firms will still close.
    """
    a, alive = of_firms(history).rows(chosen), living(history)[chosen]
    last = np.where(alive, history.end, a["end"])
    kept = history.facts["private_value_share"]
    unsold = np.where(alive, kept * a["founders"] * a["value"], 0.0)
    amount = a["founder_proceeds"] + unsold + a["founders"] * a["cum_dividend"]
    discount = (1.0 + history.facts["discount_rate"]) ** (a["birth"] - last)
    return np.asarray(amount * discount)


def certainty_equivalent(wealth: Floats, aversion: float, outside: float) -> float:
    """Sure wealth, CNY million, that a founder with constant relative risk aversion holds equal.

    Wealth, shape (n,), is not negative, and `outside` is what founders hold outside the firm,
    above zero, both in CNY million; the result is nan of no wealth. Source: Pratt (1964),
    Econometrica 32; Hall and Woodward (2010), American Economic Review 100.

    >>> round(certainty_equivalent(np.array([0.5, 1.5]), 2.0, 0.5), 6)
    0.833333
    """
    if not wealth.size:
        return float("nan")
    whole = wealth + outside
    if aversion == 1.0:
        return float(np.exp(np.log(whole).mean())) - outside
    power = 1.0 - aversion
    return float((whole**power).mean() ** (1.0 / power)) - outside


@outcome("firm.dilution", unit="share", better="lower", basis="vintage",
    formula="mean share that founders have sold in rounds and given to holders of rights by the"
    " end of the run or of the firm, of firms that enter in the experiment",
    source=HOUSE)  # fmt: skip
def dilution(history: History) -> float:
    """Share that founders gave away."""
    return mean(1.0 - of_firms(history)["founders"][newborn(history)])


@outcome("firm.founder_wealth", unit="CNY million", better="higher", basis="vintage", low=0.0,
    formula=f"mean over firms that enter in the experiment of the {WEALTH}",
    source="Hall and Woodward 2010, American Economic Review 100(3)",
    heavy_tailed=True)  # fmt: skip
def founder_wealth(history: History) -> float:
    """Mean wealth of founders."""
    return mean(founder_values(history))


@outcome("firm.founder_wealth_median", unit="CNY million", better="higher", basis="vintage",
    low=0.0, formula=f"median over firms that enter in the experiment of the {WEALTH}",
    source="Hall and Woodward 2010, American Economic Review 100(3)",
    label="Median founder wealth")  # fmt: skip
def founder_wealth_median(history: History) -> float:
    """Median wealth of founders."""
    values = founder_values(history)
    return float(np.median(values)) if values.size else float("nan")


@outcome("firm.founder_zero_share", unit="share", better="lower", basis="vintage",
    formula="share of firms that enter in the experiment whose founders' wealth is below CNY"
    " 10,000", source="Hall and Woodward 2010, American Economic Review 100(3)",
    label="Founders left with nothing")  # fmt: skip
def founder_zero_share(history: History) -> float:
    """Founders who get nothing."""
    return mean((founder_values(history) < NOTHING).astype(np.float64))


@outcome("firm.founder_certainty_equivalent", unit="CNY million", better="higher", basis="vintage",
    formula="sure wealth that a founder with constant relative risk aversion and some wealth"
    " outside the firm holds equal to the lottery over firms that enter in the experiment",
    source="Pratt 1964, Econometrica 32; outside wealth: assumption 0.1 to 2")  # fmt: skip
def founder_certainty_equivalent(history: History) -> float:
    """What the lottery is worth to a founder."""
    facts = history.facts
    aversion, outside = facts["relative_risk_aversion"], facts["outside_wealth"]
    return certainty_equivalent(founder_values(history), float(aversion), float(outside))
