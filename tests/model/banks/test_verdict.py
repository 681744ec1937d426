"""Which lenders agree: what each clause and each rule adds to what is left of a loan."""

from typing import Any

import numpy as np
import pytest

from sim.model.banks.bank import Capital
from sim.model.banks.case import Case, Scenario
from sim.model.banks.underwriting import belief_of
from sim.model.banks.verdict import believed_loss, own_rate, right_income, verdicts, withdraw
from sim.model.contracts.arrangement import PLAIN, Arrangement
from sim.model.contracts.upside import right_terms
from tests.model.banks.three import (
    CAPITAL,
    applicants,
    bank,
    banks,
    beliefs,
    case_of_three,
    tables,
    underwriting,
)

OWN = np.array([[0], [1], [2]])
"""Each firm's own bank alone."""
LINES = np.array([[2.0], [10.0], [30.0]])
RIGHT = {"years": 5.0, "pass_through_share": 0.5}

# What is left by hand, per unit lent and year: rate + tolerance + business - effort - needed.
# Start-up: 0.040 + 0.02 + 0.2 * 0.1 / 2 - 0.01 / 2, less
#   (0.02 * 0.9 + 0.1 * 0.1 + 0.012 + 0.04 * 0.5) / 0.96
# Growth: 0.036 + 0.02 + 0.2 * 0.5 / 10 - 0.001, less (0.028 + 0.010 + 0.01) / 0.98
# Expansion: 0.034 + 0.02 + 0.2 * 1.5 / 30 - 0.01 / 30, less (0.028 + 0.008 + 0.005) / 0.99
LEFT = np.array([
    0.065 - 0.0625,
    0.065 - 0.048 / 0.98,
    0.064 - 0.01 / 30.0 - 0.041 / 0.99,
])  # fmt: skip


def arranged(**clauses: Any) -> Arrangement:
    return Arrangement.model_validate(clauses)


def agreed(
    arrangement: Arrangement = PLAIN, case: Case | None = None, scenario: Scenario | None = None,
    lender: Any = OWN, lines: Any = LINES,
) -> Any:  # fmt: skip
    """Who agrees, and what is left to the lead; quality is believed to be average."""
    k = lender.shape[1]
    view = (lender, np.zeros((3, k)), np.full((3, k), 0.5), lines)
    accept, (left, *_) = verdicts(
        case or case_of_three(), "any", arrangement, scenario or tables(), view
    )
    return accept, left


# --- Parts of a verdict ------------------------------------------------------------------


def test_a_bank_charges_the_benchmark_and_the_spread_of_the_stage() -> None:
    assert own_rate(case_of_three(), tables()) == pytest.approx([0.040, 0.036, 0.034])


@pytest.mark.parametrize(
    ("clauses", "loss"),
    [
        ({}, 0.5),
        ({"limit": {"kind": "fixed", "amount": 5.0}}, 0.75),
        ({"security": {"kind": "pledge", "recovery_share": 0.2}}, 0.4),
        ({"loss_sharing": {"kind": "sole", "guaranteed_share": 0.3}}, 0.35),
        ({"loss_sharing": {"kind": "sole", "guaranteed_share": 1.0}}, 0.0),
        # How lenders share a loss between them is not the guarantor's business.
        ({"loss_sharing": {"kind": "proportional", "shares": [0.6, 0.4]}}, 0.5),
        (
            {
                "limit": {"kind": "cash_flow", "sales_share": 0.5, "round_share": 0.0},
                "security": {"kind": "pledge", "recovery_share": 0.2},
                "loss_sharing": {
                    "kind": "proportional", "shares": [1.0], "guaranteed_share": 0.5,
                },
            },
            0.3,
        ),
    ],
)  # fmt: skip
def test_pledges_and_guarantors_lower_the_loss_that_lenders_expect(
    clauses: Any, loss: float
) -> None:
    rules = beliefs()
    levels = belief_of(rules, "any")
    assert believed_loss(arranged(**clauses), levels, applicants()) == pytest.approx([loss] * 3)


@pytest.mark.parametrize(
    ("upside", "income"),
    [
        ({"kind": "none"}, [0.0, 0.0, 0.0]),
        # 0.2 of the line, worth 0.4, 0.3 and 0.2 a unit, half of it passed on, over 5 years.
        (
            {"kind": "warrant", "coverage": 0.2, "strike_multiple": 1.0, "liquidity_share": 0.5},
            [0.008, 0.006, 0.004],
        ),
        # A desk does not book the chance of a swap right; it books business.
        (
            {"kind": "swap", "coverage": 0.2, "strike_multiple": 1.0, "trigger_multiple": 2.0},
            [0.0, 0.0, 0.0],
        ),
    ],
)
def test_a_desk_books_a_warrant_at_its_believed_worth(upside: Any, income: Any) -> None:
    terms = RIGHT | upside if upside["kind"] != "none" else upside
    assert booked(terms, np.zeros(3)) == pytest.approx(income)


def booked(upside: dict[str, Any], post: Any, **rules: float) -> Any:
    case, line, rule = case_of_three(), LINES[:, 0], beliefs(**rules)
    right = right_terms(arranged(upside=upside).upside, line, case.a.value)
    return right_income(right, case, line, (rule, rule.default), post)


def test_a_warrant_on_a_better_firm_is_worth_more() -> None:
    terms = RIGHT | {
        "kind": "warrant", "coverage": 0.2, "strike_multiple": 1.0, "liquidity_share": 0.5,
    }  # fmt: skip
    post = np.array([1.0, 0.0, -1.0])
    expected = np.array([0.008, 0.006, 0.004]) * np.exp(0.35 * post)
    assert booked(terms, post, right_quality_slope=0.35) == pytest.approx(expected)


def test_a_royalty_is_paid_from_sales_up_to_its_cap() -> None:
    # A hundredth of sales 10, 40 and 100 on lines of 2, 10 and 30.
    terms = {"kind": "royalty", "sales_share": 0.01, "cap_multiple": 1.5}
    assert booked(terms, np.zeros(3)) == pytest.approx([0.05, 0.04, 1.0 / 30.0])
    capped = terms | {"cap_multiple": 0.035}
    assert booked(capped, np.zeros(3)) == pytest.approx([0.035, 0.035, 1.0 / 30.0])


# --- Verdicts ----------------------------------------------------------------------------


def test_a_loan_is_worth_making_where_something_is_left() -> None:
    accept, left = agreed()
    assert left == pytest.approx(LEFT, rel=1e-12)
    assert accept.tolist() == [[True], [True], [True]]


@pytest.mark.parametrize(("more", "agree"), [(1e-9, True), (-1e-9, False)])
def test_the_verdict_turns_at_break_even(more: float, agree: bool) -> None:
    rules = underwriting(tolerance_rate=0.02 - LEFT[0] + more)
    accept, left = agreed(scenario=tables(underwriting=rules))
    assert accept[0, 0] == agree
    assert left[0] == pytest.approx(more, abs=1e-15)


def test_a_loan_that_just_pays_is_made() -> None:
    nothing = underwriting(
        benchmark_rate=0.0, spread_cap=(0.0,) * 4, funding_rate=0.0, operating_cost=(0.0,) * 4,
        screening_cost=0.0, tolerance_rate=0.0, relationship_weight=0.0,
    )  # fmt: skip
    free = Capital(**CAPITAL | {"hurdle_rate": 0.0})
    safe = beliefs(default_rate=(0.0,) * 4)
    accept, left = agreed(scenario=tables(underwriting=nothing, capital=free, belief=safe))
    assert left.tolist() == [0.0, 0.0, 0.0]
    assert accept.all()


def test_an_appetite_scales_the_tolerance_of_its_bank_alone() -> None:
    scenario = tables(bank=banks(south={"appetite": 0.0}, west={"appetite": 1.5}))
    accept, left = agreed(scenario=scenario)
    assert left == pytest.approx(LEFT + np.array([0.0, -0.02, 0.01]))
    assert accept[:, 0].tolist() == [True, False, True]


def test_a_bust_takes_tolerance_back_and_raises_default() -> None:
    case = case_of_three(bust=True)
    _, left = agreed(case=case, scenario=tables(belief=beliefs(bust_factor=1.0)))
    assert left == pytest.approx(LEFT - 0.005)
    _, worse = agreed(case=case)
    needed = np.array([0.07 / 0.94, 0.053 / 0.97, 0.0435 / 0.985])
    assert worse - left == pytest.approx(np.array([0.0625, 0.048 / 0.98, 0.041 / 0.99]) - needed)


def test_lenders_are_patient_at_renewal_and_more_so_together() -> None:
    case = case_of_three(renewal=np.array([True, False, True]))
    renewed = np.array([1.0, 0.0, 1.0])
    _, left = agreed(case=case)
    assert left == pytest.approx(LEFT + 0.004 * renewed)
    together = arranged(commitment={"kind": "agreement", "lenders_stand_still": True})
    _, left = agreed(together, case)
    assert left == pytest.approx(LEFT + 0.054 * renewed)
    _, left = agreed(together)
    assert left == pytest.approx(LEFT)


@pytest.mark.parametrize(("quota_left", "saved"), [(True, 0.6 * 0.005 * 0.9), (False, 0.0)])
def test_relending_lowers_the_cost_of_funds_while_there_is_quota(
    quota_left: bool, saved: float
) -> None:
    cheap = arranged(
        funding={"kind": "relending", "refinanced_share": 0.6, "rate": 0.015, "quota": 100.0}
    )
    _, left = agreed(cheap, case_of_three(quota_left=quota_left))
    # Nine tenths of a loan are debt; what is saved is grossed up by survival.
    assert left == pytest.approx(LEFT + saved / np.array([0.96, 0.98, 0.99]))


def test_a_guarantee_takes_loss_away_and_costs_its_fee() -> None:
    guarantee = {"kind": "sole", "guaranteed_share": 0.5, "guarantee_fee_rate": 0.003}
    _, left = agreed(arranged(loss_sharing=guarantee))
    alive = np.array([0.96, 0.98, 0.99])
    relief = np.array([0.01, 0.005, 0.0025])
    assert left == pytest.approx(LEFT + (relief - 0.003) / alive)


def test_promised_business_and_a_longer_term_pay() -> None:
    # Half of what is kept and half of what is demanded, 0.5 of business in place of 0.2;
    # the cost of the decision is spread over two years.
    promise = {"kind": "agreement", "priority_capture_share": 0.4, "demanded_capture_share": 0.6}
    _, left = agreed(arranged(commitment=promise, tenor={"kind": "term", "years": 2.0}))
    business = np.array([0.1 / 2.0, 0.5 / 10.0, 1.5 / 30.0])
    effort = 0.01 / LINES[:, 0]
    assert left == pytest.approx(LEFT + 0.3 * business + 0.5 * effort)


@pytest.mark.parametrize(
    ("pricing", "change"),
    [
        ({"kind": "concession", "concession_rate": 0.002}, [-0.002] * 3),
        (
            {
                "kind": "step", "concession_rate": 0.002, "surcharge_rate": 0.006,
                "after_years": 0.5,
            },
            [0.002] * 3,
        ),
        ({"kind": "fixed", "rate": 0.035}, [-0.005, -0.001, 0.001]),
    ],
)  # fmt: skip
def test_the_rate_that_counts_is_the_average_of_the_contract(pricing: Any, change: Any) -> None:
    _, left = agreed(arranged(pricing=pricing))
    assert left == pytest.approx(LEFT + np.array(change))


def test_each_lender_looks_at_its_own_judgement_and_all_at_one_line() -> None:
    lender = np.array([[0, 1], [1, 0], [2, 0]])
    lines = np.concatenate([LINES * 0.6, LINES * 0.4], axis=1)
    rules = beliefs(quality_slope=0.8)
    post = np.array([[0.0, -0.5], [-3.0, 0.0], [0.0, -3.0]])
    view = (lender, post, np.zeros((3, 2)), lines)
    accept, (left, default, loss, own) = verdicts(
        case_of_three(), "any", PLAIN, tables(belief=rules), view
    )
    assert accept.tolist() == [[True, False], [False, True], [True, False]]
    assert left[0] == pytest.approx(LEFT[0])
    assert default == pytest.approx([0.04, 0.02 * np.exp(2.4), 0.01])
    assert loss.tolist() == [0.5, 0.5, 0.5]
    assert own == pytest.approx([0.040, 0.036, 0.034])


def test_an_arrangement_with_beliefs_of_its_own_is_judged_by_them() -> None:
    calm = beliefs(default_rate=(0.0, 0.0, 0.0, 0.0)).default
    scenario = tables(belief=beliefs(by_arrangement={"any": calm}))
    _, left = agreed(scenario=scenario)
    needed = np.array([0.040, 0.038, 0.036])
    before = np.array([0.0625, 0.048 / 0.98, 0.041 / 0.99])
    assert left == pytest.approx(LEFT + before - needed)


# --- Withdrawal --------------------------------------------------------------------------

PAIRS = np.array([[0, 1], [1, 0], [2, 0]])
SIZES = np.concatenate([LINES * 0.6, LINES * 0.4], axis=1)
RENEWAL = np.ones(3, dtype=bool)
# Just worth renewing at average quality; half a standard deviation worse is too much for
# the start-up, and nothing to a firm whose quality is plain to see.
QUALITY = (0.0, 3.0, 3.0)


def rerun(accept: Any, sizes: Any = SIZES, renewal: Any = RENEWAL, stigma: float = 0.5) -> Any:
    scenario = tables(
        belief=beliefs(quality_slope=0.8),
        underwriting=underwriting(stigma=stigma, renewal_patience_rate=0.0045),
    )
    case = case_of_three(applicants(quality=QUALITY), renewal=renewal)
    lines = (PAIRS, sizes, np.array(accept))
    return withdraw(case, "any", PLAIN, scenario, lines).tolist()


def test_a_withdrawal_shakes_those_who_were_in_two_minds() -> None:
    some = [[True, False], [True, False], [False, True]]
    assert rerun(some) == [[False, False], [True, False], [False, True]]


def test_nobody_is_shaken_where_a_withdrawal_says_nothing() -> None:
    some = [[True, False], [True, False], [False, True]]
    assert rerun(some, stigma=0.0) == some


@pytest.mark.parametrize(
    ("accept", "sizes", "renewal"),
    [
        ([[True, True]] * 3, SIZES, RENEWAL),
        ([[False, False]] * 3, SIZES, RENEWAL),
        # A bank that lends nothing cannot withdraw.
        ([[True, False]] * 3, SIZES * [1.0, 0.0], RENEWAL),
        # Nor can one withdraw from a line that does not run yet.
        ([[True, False]] * 3, SIZES, np.zeros(3, dtype=bool)),
    ],
)
def test_without_a_withdrawal_lenders_do_not_look_again(
    accept: Any, sizes: Any, renewal: Any
) -> None:
    assert rerun(accept, sizes, renewal) == accept


def test_a_withdrawal_from_one_firm_does_not_touch_another() -> None:
    accept = [[True, True], [True, False], [True, True]]
    assert rerun(accept)[0] == [True, True]


def test_banks_may_differ_in_everything() -> None:
    # A guard for the hand-made tables: what a bank has of its own reaches its verdict only.
    mixed = tables(bank={"a": bank(appetite=2.0), "b": bank(), "c": bank(appetite=0.5)})
    _, left = agreed(scenario=mixed)
    assert left == pytest.approx(LEFT + np.array([0.02, 0.0, -0.01]))
