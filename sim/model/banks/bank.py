"""A bank: the technology desk inside a parent bank.

The parent has capital and exposures of its own; the desk has a capital budget, an appetite
and its own caps. Money is for 1,000 firms of the population, so that a scenario can change
the number of firms without changing how tight capital is.

Beside the desks there is corporate banking, one department for all banks, whose row comes last.
Firms that have outgrown the register borrow there and nowhere else, once the loan from a desk
that they have ends; so what a few large firms owe is in no desk's books and takes no desk's
capital. Its own is as much as they want, and it is reported only where large firms are.
"""

from functools import lru_cache
from typing import Any

from sim.base.columns import Column, Rows, Table, pack
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, param
from sim.model.banks.capital import Capital, required_ratio
from sim.model.banks.conditions import filled

# --- A bank: the technology desk inside a parent bank --------------------------------------------


class Bank(Frozen):
    """One bank of the scenario."""

    desk_risk_assets: NonNegative = param(
        unit="CNY million per 1,000 firms",
        meaning="risk-weighted loans that the desk is endowed for",
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
    surcharge: Share = param(
        0.0, unit="share", meaning="capital demanded of a systemically important bank"
    )


def endowment(bank: Bank, capital: Capital) -> float:
    """Opening capital budget of a desk, CNY million per 1,000 firms.

    Parameters
    ----------
    bank : Bank
    capital : sim.model.banks.capital.Capital
    """
    required = required_ratio(capital, bank.surcharge) * bank.desk_risk_assets
    return capital.endowment_multiple * required


# --- Parameters that rules of banks read: those common to all banks, and those of each -----------


BANK_RULES = Table(
    (
        Column("appetite", "x", "factor on the policy subsidy"),
        Column("signal_precision", "x", "precision of the bank's own signals"),
        Column("cap_factor", "x", "factor on the caps on one line"),
        Column("account_share", "share", "of moves of basic accounts, those that end here"),
        Column("single_name", "CNY million", "most lent to one firm"),
        Column("required_ratio", "share", "capital that it holds against weighted exposure"),
        Column("unlimited", "flag", "lends whatever its capital", "i1"),
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
        Column("risk_assets", "CNY million", "risk-weighted assets at the last settlement"),
        Column("parent_equity", "CNY million", "capital of the parent outside the desk"),
        Column("screening", "CNY million", "cost of judging since the last settlement"),
        Column("coordination", "CNY million", "cost of bringing lenders together since then"),
        Column("calling", "CNY million", "cost of calling loans since then"),
        Column("transfer", "CNY million", "balances taken over less handed over since then"),
        Column("budget", "CNY million", "capital that the parent gives the desk"),
        Column("promised", "CNY million", "risk-weighted assets granted since then"),
        Column("rationed", "loans", "agreed on, and refused for want of capital, since then"),
        Column("earned", "CNY million", "profit of the desk before tax so far"),
        Column("free_income", "CNY million", "income of the parent on free capital so far"),
        Column("hosted", "CNY million", "business of firms that it does not lend to so far"),
        Column("lost", "CNY million", "losses borne on all defaults so far"),
        Column(
            "covered", "CNY million", "losses that protection providers bear, paid or not, so far"
        ),
    )
)
"""State of each bank."""


CORPORATE = "corporate banking"
"""Name of the department to which large firms turn, in messages and tables of contracts."""
CORPORATE_BANK = Bank(
    desk_risk_assets=0.0, parent_capital=1e12, parent_income=0.0, parent_risk_assets=0.0,
    parent_equity=0.0, appetite=1.0, signal_precision=1.0, market_share=0.0, cap_factor=1e9,
)  # fmt: skip
"""It judges like another bank; nobody turns to it first, and no cap on one line binds it."""


def all_banks(scenario: Any) -> tuple[Bank, ...]:
    """Banks of a scenario in order, and corporate banking after them."""
    return (*scenario.bank.values(), CORPORATE_BANK)


def common_rules(scenario: Any) -> Rows:
    """Parameters common to all banks, shape (1,)."""
    s = scenario
    of_banks = {
        "single_name_share", "minimum_ratio", "conservation_buffer", "own_buffer",
        "endowment_multiple",
    }  # fmt: skip
    of_accounts = {
        "delivery_cost", "guarantee_fee_rate", "loan_account_turns", "loan_account_cap",
        "account_move_hazard", "main_bank_hazard", "switching_cost_weight_log_sd",
        "follows_lender_share",
    }  # fmt: skip
    backed, other = venture_means(s.equity.venture_logit, s.equity.venture_quality_slope)
    groups = [
        s.hold_or_call,
        s.loan_prime_rate,
        s.underwriting,
        s.taxation,
        s.choice,
        s.provisions,
    ]
    beliefs = s.belief.model_dump(exclude={"default", "by_arrangement"})
    return pack(
        [
            *(group.model_dump() for group in groups), beliefs,
            s.capital.model_dump(exclude=of_banks),
            {"prior_backed": backed, "prior_other": other},
            s.lifecycle.model_dump(include={"diversion_hazard", "monitoring_effect"}),
            s.relationship.model_dump(include=of_accounts),
            s.right.model_dump(include={"right_volatility", "right_discount"}),
        ]
    )  # fmt: skip


def bank_rules(scenario: Any) -> Rows:
    """Parameters of each bank and, last, of corporate banking; shape (n_banks + 1,)."""
    thousands = scenario.population.stock / 1000.0
    capital, outside = scenario.capital, scenario.relationship.outside_share
    whole = sum(bank.market_share for bank in scenario.bank.values())
    return filled(
        BANK_RULES,
        (
            {
                "appetite": bank.appetite, "signal_precision": bank.signal_precision,
                "cap_factor": bank.cap_factor,
                "account_share": bank.market_share / whole * (1.0 - outside),
                "single_name": bank.parent_capital * capital.single_name_share,
                "required_ratio": required_ratio(capital, bank.surcharge),
                "unlimited": int(bank is CORPORATE_BANK),
                "parent_income": bank.parent_income * thousands,
                "parent_risk_assets": bank.parent_risk_assets * thousands,
            }
            for bank in all_banks(scenario)
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
