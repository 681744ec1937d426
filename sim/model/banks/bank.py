"""A bank: the technology desk inside a parent bank.

The parent has capital and exposures of its own; the desk has a capital budget, an appetite
and its own caps. Money is for 1,000 firms of the population, so that a scenario can change
the number of firms without changing how tight capital is.
"""

from functools import lru_cache
from typing import Any

from sim.base.columns import Column, Rows, Table, pack
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, param
from sim.model.banks.conditions import filled

# --- A bank: the technology desk inside a parent bank --------------------------------------------


class Bank(Frozen):
    """One bank of the scenario."""

    desk_capital: NonNegative = param(
        unit="CNY million per 1,000 firms", meaning="opening capital budget of the desk"
    )
    parent_capital: PositiveFloat = param(
        unit="CNY million", meaning="net capital of the parent, for the single-name limit"
    )
    parent_income: float = param(
        unit="CNY million a year per 1,000 firms",
        meaning="the parent's other income, from which the budget is replenished",
    )
    parent_risk_assets: NonNegative = param(
        unit="CNY million per 1,000 firms",
        meaning="the parent's other risk-weighted assets",
    )
    parent_equity: NonNegative = param(
        unit="CNY million per 1,000 firms", meaning="the parent's capital outside the desk"
    )
    appetite: NonNegative = param(
        unit="x", meaning="factor on the policy subsidy, 1 is the common level"
    )
    signal_precision: NonNegative = param(
        unit="x", meaning="precision of the bank's own signals, 1 is the common level"
    )
    market_share: Share = param(unit="share", meaning="firms that turn to this bank first")
    cap_factor: PositiveFloat = param(unit="x", meaning="factor on the caps on one line")


class Capital(Frozen):
    """What a bank must hold and what the desk is given."""

    risk_weight: NonNegative = param(
        unit="share", meaning="risk weight of a technology loan", high=12.5
    )
    defaulted_risk_weight: NonNegative = param(
        unit="share", meaning="risk weight of the part in default that is not provided for"
    )
    required_ratio: PositiveFloat = param(
        unit="share", meaning="capital over risk-weighted assets", high=1
    )
    hurdle_rate: NonNegative = param(unit="per year", meaning="return that capital must earn")
    replenish_share: Share = param(
        unit="share", meaning="part of the gap to the opening budget refilled each year"
    )
    single_name_share: Share = param(
        unit="share of parent capital", meaning="most lent to one firm by one bank"
    )
    failure_ratio: NonNegative = param(
        unit="share", meaning="capital ratio below which a bank counts as failed"
    )


# --- Parameters that rules of banks read: those common to all banks, and those of each -----------


BANK_RULES = Table(
    (
        Column("appetite", "x", "factor on the policy subsidy"),
        Column("signal_precision", "x", "precision of the bank's own signals"),
        Column("cap_factor", "x", "factor on the caps on one line"),
        Column("single_name", "CNY million", "most lent to one firm"),
        Column("parent_income", "CNY million a year", "other income of the parent"),
        Column("parent_risk_assets", "CNY million", "other risk-weighted assets of the parent"),
    )
)
BANK_BOOKS = Table(
    (
        Column("loans", "CNY million", "performing loans"),
        Column("npl", "CNY million", "loans in default that are not resolved"),
        Column("allowance", "CNY million", "set aside for losses"),
        Column("funding", "CNY million", "funding less cash"),
        Column("equity", "CNY million", "capital of the desk"),
        Column("parent_equity", "CNY million", "capital of the parent outside the desk"),
        Column("screening", "CNY million", "cost of judging since the last settlement"),
        Column("coordination", "CNY million", "cost of bringing lenders together since then"),
        Column("transfer", "CNY million", "balances taken over less handed over since then"),
        Column("budget", "CNY million", "capital that the parent gives the desk"),
        Column("promised", "CNY million", "lending granted since the last settlement"),
        Column("lost", "CNY million", "losses borne on all defaults so far"),
        Column(
            "covered", "CNY million", "losses that protection providers bear, paid or not, so far"
        ),
    )
)
"""State of each bank."""


def common_rules(scenario: Any) -> Rows:
    """Parameters common to all banks, shape (1,)."""
    s = scenario
    backed, other = venture_means(s.equity.venture_logit, s.equity.venture_quality_slope)
    groups = [s.loan_prime_rate, s.underwriting, s.capital, s.choice, s.provisions]
    beliefs = s.belief.model_dump(exclude={"default", "by_arrangement"})
    return pack(
        [
            *(group.model_dump() for group in groups), beliefs,
            {"prior_backed": backed, "prior_other": other},
            {"drawn_at_signing": s.credit_line.drawn_at_signing},
            s.lifecycle.model_dump(include={"diversion_hazard", "monitoring_effect"}),
            s.relationship.model_dump(include={"delivery_cost"}),
            s.right.model_dump(include={"right_volatility", "right_discount"}),
        ]
    )  # fmt: skip


def bank_rules(scenario: Any) -> Rows:
    """Parameters of each bank, shape (n_banks,)."""
    thousands = scenario.population.firms / 1000.0
    single = scenario.capital.single_name_share
    return filled(
        BANK_RULES,
        (
            {
                "appetite": bank.appetite, "signal_precision": bank.signal_precision,
                "cap_factor": bank.cap_factor, "single_name": bank.parent_capital * single,
                "parent_income": bank.parent_income * thousands,
                "parent_risk_assets": bank.parent_risk_assets * thousands,
            }
            for bank in scenario.bank.values()
        ),
    )  # fmt: skip


@lru_cache(maxsize=64)
def venture_means(logit: float, slope: float) -> tuple[float, float]:
    """Mean quality of venture-backed and of other firms, standard deviations.

    Parameters
    ----------
    logit, slope : float
        Odds of venture backing, see `sim.model.firms.equity.Equity`.

    Examples
    --------
    >>> [round(mean, 3) for mean in venture_means(-1.1, 0.5)]
    [0.353, -0.124]
    """
    # Checking a scenario reads this file, and need not wait for SciPy.
    from scipy.special import expit, roots_hermitenorm

    nodes, weights = roots_hermitenorm(40)
    backed = expit(logit + slope * nodes)
    total = float(weights.sum())
    share = float((weights * backed).sum()) / total
    mean = float((weights * backed * nodes).sum()) / total
    return mean / share, -mean / (1.0 - share)
