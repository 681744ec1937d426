"""What rules of banks read of the arrangements on a menu: one record for each code.

Clauses are frozen data, each in a file of its own that says what rules read of it; here
they are put side by side, with what banks believe about the arrangement.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from sim.base.columns import Column, Rows, Table
from sim.model.banks.underwriting import Belief, Beliefs
from sim.model.contracts import (
    bond,
    commitment,
    fund_equity,
    funding,
    introduction,
    lease,
    limit,
    loss_sharing,
    pricing,
    screening,
    security,
    tenor,
    term_loan,
    trust_loan,
    upside,
)
from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.instruments import has_several
from sim.model.firms.loss_sharing import borne_by_protection, covered_share
from sim.model.firms.record import TERMS

_OFFER = (
    Column("open", "flag", "on offer at the date of the committee", "i1"),
    Column("reach", "share", "firms that it reaches at that date"),
    Column("address", "-", "address of the draws that say whom it reaches", "i8"),
    Column(
        "fund",
        "code",
        "first of the menu that is the same arrangement: its protection"
        " providers stand behind both",
        "i8",
    ),
    Column("side_by_side", "flag", "banks lend side by side without agreement", "i1"),
    Column("several", "flag", "debts or shares stand beside the line", "i1"),
)
_BELIEFS = (
    Column(
        "default_probability", "per year", "of a borrower of average quality, by stage", length=4
    ),
    Column("loss_secured", "share", "loss given default of what tangible assets secure"),
    Column("loss_unsecured", "share", "loss given default of the part beyond that"),
    Column("believed_business", "x", "banking business that comes, against the firm's of today"),
    Column("right_worth", "CNY per CNY of subscription amount", "by stage", length=4),
)
_OF_ONE_FIRM = {
    "limit", "rate", "later_rate", "step", "maturity", "review", "monitored", "secured",
    "refinanced", "terms", "right", "stake", "exercise_amount", "trigger", "expiry",
    "demanded_share", "granted_worth", "demanded_worth", "royalty_cap", "risk_weight",
    "defaulted_weight", "economic_capital", "vat_share",
    "guaranteed", "cover", "reguaranteed", "reguarantee_fee_rate",
}  # fmt: skip
"""Terms that the offer to a firm, or the day of signing, decides."""

FIXED = tuple(column for column in TERMS if column.name not in _OF_ONE_FIRM)
"""Terms of a contract that are the same for every firm that signs."""

CONDITIONS = Table(
    (
        *_OFFER, *_BELIEFS, *FIXED,
        *limit.CONDITIONS, *tenor.CONDITIONS, *pricing.CONDITIONS, *screening.CONDITIONS,
        *funding.CONDITIONS, *loss_sharing.CONDITIONS, *upside.CONDITIONS,
        *commitment.CONDITIONS, *security.CONDITIONS, *term_loan.CONDITIONS, *bond.CONDITIONS,
        *lease.CONDITIONS, *trust_loan.CONDITIONS, *fund_equity.CONDITIONS,
    )
)  # fmt: skip


def conditions_of(a: Arrangement, belief: Belief, scenario: Any) -> dict[str, Any]:
    """Everything that rules of banks read of one arrangement, by name.

    Parameters
    ----------
    a : Arrangement
    belief : Belief
        What banks believe about it.
    scenario : Scenario
    """
    thousands = scenario.population.stock / 1000.0
    found = {
        **limit.conditions(a.limit, scenario.underwriting.committed_sales_line),
        **tenor.conditions(
            a.tenor, scenario.capital.cancellable_conversion,
            scenario.capital.committed_conversion,
        ),
        **pricing.conditions(a.pricing), **screening.conditions(a.screening),
        **security.conditions(a.security), **loss_sharing.conditions(a.loss_sharing, thousands),
        **funding.conditions(a.funding, thousands),
        **introduction.conditions(a.introduction), **upside.conditions(a.upside),
        **commitment.conditions(a.commitment),
        **term_loan.conditions(a.term_loan), **bond.conditions(a.bond),
        **lease.conditions(a.lease), **trust_loan.conditions(a.trust_loan),
        **fund_equity.conditions(a.fund_equity), "several": int(has_several(a)),
        "open": 1, "reach": 1.0,
        "default_probability": belief.default_probability, "right_worth": belief.right_worth,
        "loss_secured": belief.loss_secured,
        "loss_unsecured": belief.loss_unsecured, "believed_business": belief.business,
    }  # fmt: skip
    side_by_side = not found["joint"] and not limit.goes_beyond_collateral(a.limit)
    return found | {"side_by_side": int(side_by_side)}


def belief_of(beliefs: Beliefs, arrangement: str) -> Belief:
    """The beliefs under one arrangement.

    Examples
    --------
    >>> level = Belief(default_probability=(0.04, 0.03, 0.02, 0.01), loss_secured=0.45,
    ...                loss_unsecured=0.7, business=1.0, right_worth=(0.3, 0.3, 0.2, 0.2))
    >>> rules = Beliefs(quality_slope=0.8, bust_factor=1.2, setback_factor=3.0,
    ...                 right_quality_slope=0.3, default=level)
    >>> belief_of(rules, "consortium").loss_secured
    0.45
    """
    return beliefs.by_arrangement.get(arrangement, beliefs.default)


def believed_loss(line: float, secured: float, k: Any) -> float:
    """Believed loss given default that lenders bear, share of exposure at default.

    Parameters
    ----------
    line : float, CNY million
    secured : float, CNY million
        What tangible assets support; a line no larger has the loss of plain lending.
    k : conditions of the arrangement

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> none = {"cover_shares": [0] * 4, "caps_per_firm": [1] * 4, "bears_rest": [0] * 4}
    >>> k = SimpleNamespace(loss_secured=0.5, loss_unsecured=0.7, security=0.0, first_loss=0.0,
    ...                     cap_per_default=1.0, **none)
    >>> [round(float(believed_loss(line, 10.0, k)), 6) for line in (5.0, 10.0, 20.0)]
    [0.5, 0.5, 0.6]
    """
    level = k.loss_secured
    if line > secured:
        beyond = (line - max(secured, 0.0)) / line
        level += beyond * (k.loss_unsecured - k.loss_secured)
    left = level * (1.0 - k.security)
    share = covered_share(line, k)
    return left - borne_by_protection(left, 1.0, share, k.first_loss, k.cap_per_default)


def filled(table: Table, rows: Iterable[dict[str, Any]]) -> Rows:
    """Records with values by name; what a row leaves out is neutral, lists may be short."""
    given = list(rows)
    out = table.empty(len(given))
    for column in table.columns:
        for n, row in enumerate(given):
            value = np.atleast_1d(row.get(column.name, column.neutral))
            if column.length == 1:
                out[column.name][n] = value[0]
            else:
                out[column.name][n, : value.size] = value
    return out
