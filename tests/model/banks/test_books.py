"""The account of a desk, line by line: three loans over two quarters, by hand.

Loan 1 is a small one, a cancellable line of 8 at 3.6 percent to a firm with sales of EUR 5
million. Loan 2 goes to a medium-sized firm with EUR 12 million: a committed line of 30 at 3.4
percent, with a fee of 0.2 percent on what is not drawn; four tenths of it are covered by someone
who weighs a fifth. Loan 3 is a cancellable line of 8 at 3.8 percent to a large firm with EUR 45
million; it defaults at the start of the second quarter, and 3.2 of 5 come back at its end.
"""

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.base.columns import Rows
from sim.engine.quarter import QUARTER
from sim.model.banks import capital
from sim.model.banks.bank import BANK_BOOKS, BANK_RULES
from sim.model.banks.books import close_books, earn, replenish
from sim.model.banks.conditions import filled
from sim.model.banks.taxation import vat_share
from sim.model.firms import flows as f
from tests.model.banks.three import rules
from tests.oracles.values import oracle_values
from tests.outcomes import tiny

YEARS = 0.25
ENDOWMENT = 5.0
TRANSFER_PRICE = (0.0165, 0.016)
COMMON = {
    "small_weight": 0.75, "medium_weight": 0.85, "large_weight": 1.0, "small_line": 10.0,
    "small_sales": 40.0, "medium_sales": 300.0, "recognised_cover_share": 1.0,
    "protector_weight": 0.2, "provided_weight": 1.0, "unprovided_weight": 1.5,
    "large_provision_share": 0.2, "eur_per_cny": 0.125, "income_tax_rate": 0.25,
    "vat_rate": 0.06, "exempt_line": 10.0, "exempt_rate_multiple": 1.5, "one_year_rate": 0.03,
    "policy_subsidy_rate": 0.0,
}  # fmt: skip


@dataclass(frozen=True)
class Loan:
    """A loan and what its lender believes of it."""

    line: float
    rate: float
    sales: float
    default: float
    loss: float
    conversion: float
    cover: float = 0.0
    fee: float = 0.0

    def flow(self, drawn: float, u: Any) -> Any:
        """What it brings in a quarter in which `drawn` is lent."""
        row = np.zeros(f.N_ACCOUNTS)
        own = capital.class_weight(self.line, self.sales, u)
        counted = capital.exposure(drawn, self.line, self.conversion) * YEARS
        row[f.INTEREST] = self.rate * drawn * YEARS
        row[f.COMMITMENT] = self.fee * (self.line - drawn) * YEARS
        row[f.VAT] = vat_share(self.line, self.sales, self.rate, u) * row[f.INTEREST]
        row[f.BALANCE_YEARS] = drawn * YEARS
        row[f.RISK_WEIGHTED] = capital.covered_weight(own, self.cover, u) * counted
        size = self.sales * u.eur_per_cny
        row[f.ECONOMIC] = capital.economic_capital(self.default, self.loss, size) * counted
        row[f.OPERATING] = 0.009 * drawn * YEARS
        return row

    def expected(self, drawn: float) -> float:
        """What is set aside for it, CNY million."""
        return self.default * self.loss * drawn


# Loss is net of cover.
SMALL = Loan(8.0, 0.036, 40.0, 0.02, 0.45, 0.1)
MEDIUM = Loan(30.0, 0.034, 96.0, 0.03, 0.5 * 0.6, 0.4, cover=0.4, fee=0.002)
LARGE = Loan(8.0, 0.038, 360.0, 0.05, 0.4, 0.1)


def in_default(u: Any) -> Any:
    """What the third loan brings in the quarter of its default and workout."""
    row = np.zeros(f.N_ACCOUNTS)
    row[f.EXPOSURE_AT_DEFAULT] = row[f.RESOLVED] = 5.0
    row[f.RECOVERED], row[f.LOSS], row[f.NPL_YEARS] = 3.2, 1.8, 5.0 * YEARS
    row[f.RISK_WEIGHTED] = capital.defaulted_weight(LARGE.loss, u) * row[f.NPL_YEARS]
    row[f.OPERATING] = 0.009 * row[f.NPL_YEARS]
    row[f.GAIN] = 1.9
    return row


def closed(quarter: int, b: Any, endowment: float) -> Any:
    """The first or the second quarter, closed by the rules that the model runs."""
    u = rules(funding_rate=TRANSFER_PRICE[quarter], **COMMON)
    k = filled(BANK_RULES, [{"required_ratio": 0.085}])[0]
    q = QUARTER.empty(1)[0]
    drawn = ((SMALL, 6.0), (MEDIUM, 12.0), (LARGE, 5.0)) if quarter == 0 else (
        (SMALL, 7.0), (MEDIUM, 18.0)
    )  # fmt: skip
    flow = sum((loan.flow(amount, u) for loan, amount in drawn), np.zeros(f.N_ACCOUNTS))
    flow = flow + (in_default(u) if quarter == 1 else 0.0)
    flow[f.RELATION] = (0.012, 0.015)[quarter]
    flow[f.DRAWN] = (0.0, 7.0)[quarter]
    b.screening, b.coordination, b.equity = (0.06, 0.0)[quarter], 0.01, endowment
    q.expected_loss = sum(loan.expected(amount) for loan, amount in drawn)
    close_books(b, q, k, u, flow, YEARS)
    return q


@cache
def two_quarters(endowment: float = ENDOWMENT) -> tuple[list[Rows], list[float]]:
    """Both quarters, and the allowance at the end of each."""
    b = BANK_BOOKS.empty(1)[0]
    b.loans, b.allowance = 23.0, 0.3
    quarters, allowances = [], []
    for quarter in (0, 1):
        quarters.append(closed(quarter, b, endowment))
        allowances.append(float(b.allowance))
    return quarters, allowances


LINES = {
    "interest": "interest", "commitment": "commitment", "business": "relationship",
    "gain": "gain", "ftp": "funding", "capital_benefit": "capital_benefit", "vat": "vat",
    "operating": "operating", "screening": "screening", "coordination": "coordination",
    "cover_fee": "fee", "provision": "provision", "profit_before_tax": "profit_before_tax",
    "tax": "tax", "profit": "profit",
}  # fmt: skip


@pytest.mark.parametrize("quarter", [0, 1])
def test_every_line_of_a_desks_account(quarter: int) -> None:
    value = oracle_values()[f"desk.lines.q{quarter + 1}"]["value"]
    quarters, allowances = two_quarters()
    q = quarters[quarter]
    found = {name: float(q[own]) for name, own in LINES.items()}
    found |= {
        "K": q.capital_years / YEARS, "EC": q.economic_years / YEARS,
        "balance": q.balance_years / YEARS, "allowance": allowances[quarter],
    }  # fmt: skip
    credited = TRANSFER_PRICE[quarter] * q.economic_years - q.capital_benefit
    found["profit_ec"] = q.profit + 0.75 * credited
    assert set(found) == set(value)
    # The reference is rounded to ten digits.
    assert found == pytest.approx(value, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("endowment", [5.0, 15.0])
def test_income_of_free_capital_is_a_line_of_the_parent_and_no_other_line_knows_it(
    endowment: float,
) -> None:
    value = oracle_values()[f"desk.free_funds_income.{endowment}"]["value"]
    quarters, _ = two_quarters(endowment)
    assert [float(q.free_income) for q in quarters] == pytest.approx(value, rel=1e-9)
    usual, _ = two_quarters()
    for q, other in zip(quarters, usual, strict=True):
        for name in LINES.values():
            assert q[name] == other[name], name


def test_returns_on_three_loans() -> None:
    """Two quarters of bank A; neither bank does anything in the rest of the year."""
    quarters, _ = two_quarters()
    columns = {
        name: [(0.0, 0.0), *((float(q[name]), 0.0) for q in quarters), (0.0, 0.0), (0.0, 0.0)]
        for name in (
            "profit", "profit_before_tax", "capital_benefit", "balance_years", "capital_years",
            "economic_years",
        )
    }  # fmt: skip
    facts = {"hurdle_rate": 0.078, "income_tax_rate": 0.25}
    history = tiny.history(panel=columns, facts=facts)
    value = oracle_values()["desk.ratios"]["value"]
    found = {
        "net_margin": tiny.value("bank.net_margin", history),
        "raroc": tiny.value("bank.raroc", history),
        "return_on_economic_capital": tiny.value("bank.economic_return", history),
        "eva": tiny.value("bank.economic_profit", history),
    }
    assert found == pytest.approx(value, rel=1e-9)


def test_central_bank_money_costs_its_own_rate_and_free_capital_the_transfer_price() -> None:
    """What a bank pays for funds is what its loans cost less what its capital earns."""
    u, q, flow = rules(funding_rate=0.02), QUARTER.empty(1)[0], np.zeros(f.N_ACCOUNTS)
    flow[f.BALANCE_YEARS], flow[f.NPL_YEARS], flow[f.RISK_WEIGHTED] = 10.0, 2.0, 9.0
    flow[f.REFINANCED_YEARS], flow[f.RELENDING] = 6.0, 0.06
    b = BANK_BOOKS.empty(1)[0]
    b.equity, b.allowance = 3.0, 1.0
    close_books(b, q, SimpleNamespace(required_ratio=0.1, appetite=0.0), u, flow, YEARS)
    # Twelve at two percent; six of them cost one percent in place of two.
    assert q.funding == pytest.approx(0.24)
    assert q.relending == pytest.approx(0.06)
    assert (q.capital_benefit, q.free_income) == pytest.approx((0.018, 0.02 - 0.018))
    assert q.market == pytest.approx(0.02 * (12.0 - 6.0) - 0.02)
    assert q.funding - q.relending == pytest.approx(0.06 + 0.12)


# --- What stays in the desk, and what its parent puts in or takes --------------------------------


def test_profit_and_what_is_the_parents_stay_in_the_desk_and_cash_goes_to_funding() -> None:
    b = SimpleNamespace(funding=50.0, equity=8.0, earned=1.0, free_income=0.5)
    income = {"interest": 4.0, "commitment": 0.2, "relationship": 0.5, "gain": 0.3, "royalty": 0.1}
    costs = {
        "vat": 0.2, "operating": 0.4, "screening": 0.1, "coordination": 0.05, "calling": 0.05,
        "monitoring": 0.1, "fee": 0.2,
    }  # fmt: skip
    funds = {"funding": 1.5, "relending": 0.2, "capital_benefit": 0.1}
    lent = {"drawn": 9.0, "repaid": 3.0, "transfer": 1.0, "recovered": 0.5, "guaranteed": 0.25}
    parents = {"free_income": 0.4, "policy_subsidy": 0.3}
    q = SimpleNamespace(**income, **costs, **funds, **lent, **parents, provision=0.6)
    earn(b, q, SimpleNamespace(income_tax_rate=0.25))
    earned = 5.1 - 1.2 - 1.1
    assert q.profit_before_tax == pytest.approx(earned - 0.6)
    assert q.profit == pytest.approx(0.75 * (earned - 0.6))
    assert b.equity == pytest.approx(8.0 + q.profit + 0.7)
    assert b.funding == pytest.approx(50.0 + 6.25 - (earned - q.tax + 0.7))
    assert (b.earned, b.free_income) == pytest.approx((1.0 + earned - 0.6, 0.9))


@pytest.mark.parametrize(
    ("equity", "refilled", "moved", "left"),
    [
        # Half of a gap is refilled; the parent's income of one pays first, its owners the rest.
        (7.0, True, 1.5, 4.5), (4.0, True, 3.0, 3.0), (9.0, True, 0.5, 5.0),
        (12.0, True, -2.0, 5.0), (7.0, False, 0.0, 5.0), (12.0, False, 0.0, 5.0),
    ],
)  # fmt: skip
def test_a_parent_refills_a_part_of_the_gap_or_takes_all_of_the_excess(
    equity: float, refilled: bool, moved: float, left: float
) -> None:
    b = SimpleNamespace(budget=10.0, equity=equity, funding=20.0, parent_equity=5.0)
    q, k = SimpleNamespace(), SimpleNamespace(parent_income=1.0)
    replenish(b, q, k, SimpleNamespace(replenish_share=0.5), refilled)
    assert q.injection == moved
    assert (b.equity, b.funding) == (equity + moved, 20.0 - moved)
    assert b.parent_equity == left
