"""What a lender expects of a firm's banking business: its own, and because it lends."""

import math
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.special import annuity
from sim.model.banks.credit_decision import decide
from sim.model.banks.own_business import (
    delivery_chance,
    own_business,
    write_business,
)
from sim.model.contracts.upside import grant
from sim.model.firms.record import NO_RIGHT, OUTSIDE, SWAP
from sim.model.firms.relationship import loan_account_share
from sim.model.firms.worth_of_right import most_worth_paying
from tests.model.banks.three import applicant, banks, conditions, offer, rules
from tests.oracles.accounts import host_probability
from tests.oracles.values import cases, close

THREE = {"kind": "proportional", "shares": [0.5, 0.3, 0.2]}
# What is drawn turns once a year; accounts move where a promise says so alone.
TURNS = {"loan_account_turns": 1.0, "loan_account_cap": 0.5}
HAZARDS = st.floats(0.0, 2.0)


# --- The two states of an account --------------------------------------------------------


@pytest.mark.parametrize(("inputs", "value"), cases("wallet.pv."))
def test_worth_of_a_banks_part_of_the_business(inputs: dict[str, float], value: float) -> None:
    rate = inputs["discount"] + inputs["end_rate"] - inputs["growth"]
    names = ("host_now", "up", "down", "own", "others")
    found = own_business(*(inputs[name] for name in names), rate, inputs["years"])
    # the reference is a numerical integral
    assert inputs["business"] * found == close(value, rel=1e-9)


@pytest.mark.parametrize(("inputs", "value"), cases("wallet.p_host."))
def test_chance_to_be_host(inputs: dict[str, float], value: float) -> None:
    found = host_probability(*(inputs[name] for name in ("p0", "up", "down", "years")))
    assert found == close(value, rel=1e-10)


@pytest.mark.parametrize(("inputs", "value"), cases("wallet.split."))
def test_the_business_is_split_by_accounts(inputs: dict[str, Any], value: list[float]) -> None:
    terms = {"loan_account_turns": inputs["turns"], "loan_account_cap": inputs["cap"]}
    whole, loans = sum(inputs["loans"]), inputs["loans"]
    through = loan_account_share(whole, inputs["sales"], rules(**terms))
    parts = [through * loan / whole for loan in loans]
    parts[inputs["host"]] += 1.0 - through
    assert [inputs["wallet"] * part for part in parts] == pytest.approx(value, rel=1e-12)


@given(st.floats(0.0, 1.0), HAZARDS, HAZARDS, st.floats(-0.1, 0.2), st.floats(0.1, 5.0))
def test_worth_of_being_host_is_that_of_the_chance_at_each_time(
    start: float, to: float, away: float, rate: float, years: float
) -> None:
    n = 400
    step = years / n
    times = [step * (k + 0.5) for k in range(n)]
    each = (host_probability(start, to, away, t) * math.exp(-rate * t) for t in times)
    # The midpoint rule is off by the second derivative: at most (4 + 0.2)^2 of step^2 / 24.
    bound = years * 18.0 * step * step / 24.0 * math.exp(0.1 * years) + 1e-12
    found = own_business(start, to, away, 0.0, 0.0, rate, years)
    assert abs(sum(each) * step - found) <= bound


@pytest.mark.parametrize("rate", [0.0, 5e-324, -5e-324, 1e-12])
def test_an_annuity_at_next_to_no_rate_is_its_years(rate: float) -> None:
    assert annuity(rate, 0.5) == pytest.approx(0.5, rel=1e-12)


# --- A hand-computed consortium ----------------------------------------------------------


def partners(promise: float = 0.27, u: dict[str, float] | None = None, **fields: Any) -> Any:
    """Ten millions to the growing firm, of whom 0.5 a year of business can be had."""
    k = conditions(
        loss_sharing=THREE, commitment={"kind": "agreement", "promised_move_hazard": promise}
    )
    o = offer(lenders=3, lender=[0, 1, 2], part=[5.0, 3.0, 2.0], variance=[0.5] * 3)
    decide(o, applicant(1, **fields), k, rules(**TURNS | (u or {})), banks())
    return o


def test_a_consortium_by_hand() -> None:
    o = partners()
    # Five are drawn of sales of 40: an eighth of 0.5 runs through the loan's account, by shares.
    # The rest comes to the lead at 0.27 a year, in the year that the contract lasts; income is
    # discounted at two percent and as much of default.
    comes = 1.0 - annuity(0.31, 1.0) / annuity(0.04, 1.0)
    expected = [0.5 * (0.0625 + 0.875 * comes), 0.5 * 0.0375, 0.5 * 0.025]
    assert o.gained_business[:3] == pytest.approx(expected)
    assert o.business[:3] == pytest.approx(expected)
    # Per unit drawn: the rate, the business, the joint file by shares and what
    # bringing two partners together costs; less what is needed.
    k = conditions(loss_sharing=THREE)
    needed = 0.048 / 0.98
    common = 0.036 - k.coordination_cost / 5.0 - needed
    for j, drawn in enumerate((2.5, 1.5, 1.0)):
        effort = 0.01 * (drawn / 5.0 if k.joint == 1 else 1.0)
        watching = 0.03 if j == 0 and o.monitored == 1 else 0.0
        left = common + (expected[j] - effort - watching) / drawn
        assert o.surplus[j] == pytest.approx(left)


def test_a_partners_surplus_does_not_know_what_business_the_lead_has() -> None:
    """The lead's business times ten, and a hundred: the partners' bits stay."""
    found = [partners(promise) for promise in (0.0, 0.05, 0.27, 2.7)]
    leads = [o.gained_business[0] for o in found]
    assert leads == sorted(leads)
    assert leads[-1] > 5.0 * leads[1]
    for o in found:
        assert o.surplus[1:3].tobytes() == found[0].surplus[1:3].tobytes()
        assert o.gained_business[1:3].tobytes() == found[0].gained_business[1:3].tobytes()


def test_a_partner_may_count_the_account_that_it_keeps_only_against_what_it_has_anyway() -> None:
    # A partner that is host would keep the account without the loan, and loses it to the lead.
    o = partners(host=1)
    goes = annuity(0.31, 1.0) / annuity(0.04, 1.0)
    assert o.business[1] == pytest.approx(0.5 * (0.0375 + 0.875 * goes))
    assert o.gained_business[1] == pytest.approx(0.5 * (0.0375 + 0.875 * goes - 1.0))
    # The third gets what runs through its own account, wherever the basic account is.
    assert o.surplus[2].tobytes() == partners().surplus[2].tobytes()


@pytest.mark.parametrize(
    ("home", "host", "start"),
    [
        (0, 0, 0.4),  # leaves the bank that has its account
        (0, OUTSIDE, 0.0),
        (0, 2, 0.0),  # leaves a bank that has not got it
        (1, 1, 1.0),  # stays
    ],
)
def test_a_new_lead_counts_on_accounts_that_firms_take_along(
    home: int, host: int, start: float
) -> None:
    o, k = offer(lenders=1, lender=[1], part=[4.0], default=[0.02], years=1.0), conditions()
    u = rules(follows_lender_share=0.4, funding_rate=0.02)
    write_business(o, 0, applicant(1, home=home, host=host), k, u, banks())
    assert o.business[0] == pytest.approx(0.5 * start)
    assert o.gained_business[0] == pytest.approx(0.5 * (start - (host == 1)))


def test_a_lender_of_the_firm_that_leads_does_not_count_on_the_account_of_a_bank_that_left() -> (
    None
):
    # Bank 0 called its part, was repaid, and still has the account; bank 1 goes on lending.
    o, k = offer(lenders=1, lender=[1], part=[4.0], default=[0.02], years=1.0), conditions()
    u = rules(follows_lender_share=0.4, funding_rate=0.02)
    a = applicant(1, home=0, host=0, lenders=1, lender=[1], share=[1.0])
    write_business(o, 0, a, k, u, banks())
    assert o.business[0] == 0.0


@pytest.mark.parametrize("host", [0, 1, 2, OUTSIDE])
def test_what_a_host_keeps_anyway_does_not_count(host: int) -> None:
    # Nothing runs through accounts of loans and none moves: lending changes nothing.
    quiet = {"loan_account_turns": 0.0}
    assert partners(0.0, quiet, host=host).gained_business[:3].tolist() == [0.0] * 3


def test_shares_of_lenders_and_all_others_sum_to_one() -> None:
    # Whatever the hazards, a year's business of three lenders is what is left by others: outside
    # at first, and all that moves comes to the lead.
    o = partners()
    comes = 1.0 - annuity(0.31, 1.0) / annuity(0.04, 1.0)
    assert sum(o.business[:3]) == pytest.approx(0.5 * (0.125 + 0.875 * comes))
    o = partners(99.0, host=0)
    assert sum(o.business[:3]) == pytest.approx(0.5)


def test_pooled_business_is_shared_as_the_loan_is() -> None:
    k = conditions(
        loss_sharing=THREE,
        commitment={
            "kind": "agreement", "promised_move_hazard": 0.27, "lenders_pool_business": True,
        },
    )  # fmt: skip
    o = offer(lenders=3, lender=[0, 1, 2], part=[5.0, 3.0, 2.0], default=[0.02] * 3, years=1.0)
    for j in range(3):
        write_business(o, j, applicant(1), k, rules(**TURNS), banks())
    whole = sum(partners().business[:3])
    assert o.business[:3] == pytest.approx([0.5 * whole, 0.3 * whole, 0.2 * whole])


@pytest.mark.parametrize("host", [0, 2])
def test_pooled_business_counts_the_account_of_every_lender(host: int) -> None:
    # It is with one of them already, and no move from one to another takes it away: only moves
    # to a bank outside the pool do, and none of these three is outside.
    promise = {"kind": "agreement", "promised_move_hazard": 0.27, "lenders_pool_business": True}
    k = conditions(loss_sharing=THREE, commitment=promise)
    names = ("lender", "part", "default")
    o = offer(
        lenders=3,
        years=1.0,
        **dict(zip(names, ([0, 1, 2], [5.0, 3.0, 2.0], [0.02] * 3), strict=True)),
    )
    lenders = banks()
    lenders.account_share = [0.5, 0.3, 0.2]
    for j in range(3):
        write_business(
            o, j, applicant(1, host=host), k, rules(**TURNS, account_move_hazard=0.4), lenders
        )
    assert o.business[:3] == pytest.approx([0.25, 0.15, 0.1])


def test_belief_and_fees_on_a_new_loan_scale_what_comes() -> None:
    usual = partners().business[:3]
    # One percent of the five that are drawn is new, and has no part in what a host has today.
    more = partners(u={"guarantee_fee_rate": 0.01}).business[:3]
    assert more == pytest.approx(usual * 0.55 / 0.5)
    again = partners(u={"guarantee_fee_rate": 0.01}, balance=5.0).business[:3]
    assert again == pytest.approx(usual)


@pytest.mark.parametrize(("trigger", "spread"), [(40.0, 0.8), (60.0, 0.8), (40.0, 0.0)])
def test_delivery_is_counted_on_as_far_as_firms_find_it_cheaper_than_the_right(
    trigger: float, spread: float
) -> None:
    terms = {
        "kind": "swap", "amount": 2.0, "stake": 0.25, "trigger_valuation": trigger, "years": 3.0,
        "lender_gain_share": 0.5,
    }  # fmt: skip
    demand = {"kind": "agreement", "promised_move_hazard": 0.2, "demanded_move_hazard": 0.4}
    k, a = conditions(upside=terms, commitment=demand), applicant(1, value=30.0)
    u = rules(switching_cost_weight_log_sd=spread)
    lone = {"lenders": 1, "lender": [0], "part": [10.0], "default": [0.02], "years": 1.0}
    o = offer(**lone, right_years=3.0)
    grant(o, k, 10.0, 30.0)
    right = (0.25, 2.0, trigger), 30.0, 3.0, u.right_volatility, u.right_discount
    apart = math.log(most_worth_paying(*right) / (u.delivery_cost * a.business))
    chance = NormalDist(sigma=spread).cdf(apart) if spread > 0.0 else float(apart > 0.0)
    assert delivery_chance(o, a, u) == pytest.approx(chance, abs=1e-9)
    write_business(o, 0, a, k, u, banks())
    other = offer(**lone)
    promise = {"kind": "agreement", "promised_move_hazard": 0.2 + 0.2 * chance}
    write_business(other, 0, a, conditions(commitment=promise), u, banks())
    assert o.business[0] == pytest.approx(other.business[0])


def test_no_delivery_is_counted_on_where_the_right_can_cost_nothing() -> None:
    o = offer(right=SWAP, stake=0.25, exercise_amount=2.0, trigger=math.inf, right_years=3.0)
    assert delivery_chance(o, applicant(1), rules()) == 0.0
    o.right = NO_RIGHT
    assert delivery_chance(o, applicant(1), rules()) == 0.0
