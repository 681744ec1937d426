"""The hearing: what the committee knows, and what firms make of an offer."""

from dataclasses import replace

import numpy as np
import pytest

from sim.base.draws import SIGNAL, uniform_pair
from sim.engine.facility import quota_left
from sim.engine.hearing import _upside_cost as upside_cost
from sim.engine.hearing import advantage, case_of, draws_for, leaving_cost, wants
from sim.model.banks.offer import make_offer
from sim.model.contracts.arrangement import PLAIN, Arrangement
from sim.model.contracts.upside import right_terms
from sim.model.firms.record import ASK_FUNDS, ASK_RENEWAL, SWAP
from sim.model.firms.right import cost_of_right
from sim.scenario.scenario import Item
from tests.engine.hand import economy, world

WHO = np.arange(3)
ANY = Item("any", PLAIN)
CHOICE = {
    "choice.shadow_value": 0.1, "choice.tenor_value": 0.01, "choice.switching_cost": 0.002,
    "choice.private_information_slope": 0.3, "credit_line.drawn_at_signing": 0.5,
}  # fmt: skip
RELENDING = {"kind": "relending", "refinanced_share": 0.5, "rate": 0.01, "quota": 1000.0}


def hearing(name="plain", values=None, **fields):
    """Three applicants before the committee."""
    known = {"log_scale": np.log(20.0), "tangible": 1.0, "request": ASK_FUNDS, "cash": 5.0}
    w = world(economy(3, values=CHOICE | (values or {})), name, **(known | fields))
    return w, case_of(w, WHO, 0.5)


def offered(w, case, arrangement=PLAIN, **changes):
    return replace(make_offer(case, "plain", arrangement, w.scenario), **changes)


# --- What is known -------------------------------------------------------------------------


def test_a_case_is_of_its_date_its_climate_and_its_firms():
    w, _ = hearing(limit=[0.0, 10.0, 0.0], venture=[0, 1, 0], flow=0.0)
    w.firms.flow = -2.0
    w.climate.collateral, w.climate.regime = 0.75, 1
    w.file_precision[:], w.file_sum[:] = [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]
    case = case_of(w, np.array([1, 2]), 0.5)
    assert (case.date, case.collateral, case.bust) == (0.5, 0.75, True)
    assert case.a.cash.tolist() == [4.0, 4.0]
    assert case.renewal.tolist() == [True, False]
    assert [part.tolist() for part in case.file] == [[2.0, 3.0], [5.0, 6.0]]
    assert case.roster.tolist() == w.roster[1:].tolist()
    assert case.prior[0] > 0.0 > case.prior[1]  # investors back better firms
    assert case.stigma == 0.0


def test_luck_is_addressed_by_firm_code_and_decisions_so_far():
    w, _ = hearing()
    w.ordinal[:] = [0, 3, 0]
    codes = np.array([[7, 8], [7, 9]])
    who = np.array([1, 2])
    found = draws_for(w, who, w.ordinal[who])(codes)
    assert found.tolist() == [
        [uniform_pair(*w.key, firm, SIGNAL, code, ordinal)[0] for code in row]
        for firm, ordinal, row in ((1, 3, (7, 8)), (2, 0, (7, 9)))
    ]


def test_a_later_decision_does_not_change_what_was_drawn_for_this_one():
    w, _ = hearing()
    draw = draws_for(w, WHO, w.ordinal[WHO])
    before = draw(np.array([[1], [1], [1]])).tolist()
    w.ordinal += 1
    assert draw(np.array([[1], [1], [1]])).tolist() == before


@pytest.mark.parametrize(
    ("funding", "loans", "left"),
    [
        ({"kind": "own_funds"}, 0.0, False),
        (RELENDING, 0.0, True),
        (RELENDING, 5.9, True),  # half of 5.9 is refinanced; the quota is 3 for three firms
        (RELENDING, 6.1, False),
    ],
)
def test_the_facility_has_room_up_to_its_quota(funding, loans, left):
    w, _ = hearing()
    clause = Arrangement.model_validate({"funding": funding}).funding
    w.refinanced = 0.5 * loans
    assert quota_left(w, clause) == left


# --- What firms want -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "request_", "line", "wanted"),
    [
        (0.0, ASK_FUNDS, 5.0, True),
        (10.0, ASK_FUNDS, 10.0, False),  # a line that runs is replaced by a larger one only
        (10.0, ASK_FUNDS, 10.1, True),
        (10.0, ASK_RENEWAL, 5.0, True),  # at renewal anything is better than nothing
    ],
)
def test_which_lines_are_worth_signing(limit, request_, line, wanted):
    w, case = hearing(limit=limit, request=request_)
    offer = offered(w, case, line=np.full(3, line))
    assert wants(case, offer).tolist() == [wanted] * 3


@pytest.mark.parametrize(
    ("special", "plain", "taken"),
    [
        # The firm needs 5. Money is worth 10 percent a year, a year of tenor 1 percent of line.
        ({"line": 5.0}, {"line": 5.0}, True),  # no worse is good enough
        ({"line": 5.0, "mean_rate": 0.031}, {"line": 5.0}, False),
        ({"line": 5.0, "mean_rate": 0.029}, {"line": 5.0}, True),
        # One more million for a year: 0.1 against a higher rate on half of five.
        ({"line": 5.0, "mean_rate": 0.069}, {"line": 4.0}, True),
        ({"line": 5.0, "mean_rate": 0.071}, {"line": 4.0}, False),
        # Two years longer: 0.1 against the higher rate for three years.
        ({"line": 5.0, "mean_rate": 0.043, "years": 3.0}, {"line": 5.0}, True),
        ({"line": 5.0, "mean_rate": 0.044, "years": 3.0}, {"line": 5.0}, False),
        # Where there is no other loan, the rate does not matter.
        ({"line": 1.0, "mean_rate": 0.9}, {"line": 5.0, "made": False}, True),
        # A line beyond the need is worth what is drawn of it at once.
        ({"line": 9.0, "mean_rate": 0.031}, {"line": 5.0}, False),
        ({"line": 12.0, "mean_rate": 0.031}, {"line": 5.0}, True),
    ],
)
def test_a_firm_weighs_money_and_tenor_against_the_rate(special, plain, taken):
    w, case = hearing(cash=1.0)
    case = replace(case, a=replace(case.a, demand=np.full(3, 6.0), project=np.ones(3, int)))
    basis = {"mean_rate": 0.03, "years": 1.0, "made": True}

    def offer(terms):
        arrays = {
            name: np.full(3, value) for name, value in (basis | terms).items() if name != "years"
        }
        return offered(w, case, **arrays, years=(basis | terms)["years"])

    found = advantage(w, case, offer(special), offer(plain), ANY)
    assert (found >= 0.0).tolist() == [taken] * 3


# --- What rights and leaving cost ----------------------------------------------------------


def with_right(w, case, upside, line=10.0):
    arrangement = Arrangement.model_validate({"upside": upside})
    right = right_terms(arrangement.upside, np.full(3, line), case.a.value)
    return offered(w, case, line=np.full(3, line), right=right)


WARRANT = {
    "kind": "warrant", "coverage": 0.2, "strike_multiple": 1.0, "years": 5.0,
    "pass_through_share": 0.5, "liquidity_share": 0.3,
}  # fmt: skip
SWAPPED = {
    "kind": "swap", "amount": 2.0, "stake": 0.25, "trigger_valuation": 40.0, "years": 3.0,
    "pass_through_share": 0.5,
}  # fmt: skip


def test_no_right_costs_nothing():
    w, case = hearing()
    assert upside_cost(w, case, offered(w, case), ANY).tolist() == [0.0] * 3


def test_good_firms_give_a_right_up_less_willingly():
    w, case = hearing(quality=[-1.0, 0.0, 1.0])
    case = replace(case, a=replace(case.a, value=np.full(3, 30.0)))
    cost = upside_cost(w, case, with_right(w, case, WARRANT), ANY)
    assert cost / cost[1] == pytest.approx(np.exp([-0.3, 0.0, 0.3]))


@pytest.mark.parametrize(("cap", "cost"), [(1.0, 1.2), (0.05, 0.5)])
def test_a_royalty_costs_its_share_of_sales_up_to_its_cap(cap, cost):
    w, case = hearing()
    offer = with_right(w, case, {"kind": "royalty", "sales_share": 0.02, "cap_multiple": cap})
    # Two percent of sales of twenty for three years, or a multiple of the line of ten.
    assert upside_cost(w, case, replace(offer, years=3.0), ANY).tolist() == pytest.approx(
        [cost] * 3
    )


@pytest.mark.parametrize("taste", [0.5, 1e9])
def test_a_swap_right_costs_the_cheaper_of_dilution_and_business(taste):
    w, case = hearing("revenue_swap", taste=taste, value=30.0)
    case = replace(case, a=replace(case.a, value=np.full(3, 30.0)))
    cost = upside_cost(w, case, with_right(w, case, SWAPPED), w.menu[0])
    base, full = 0.43, 0.60
    moving = w.scenario.relationship.delivery_cost * (full - base) * case.a.business * 3.0 * taste
    rule = (w.scenario.right.right_volatility, w.scenario.right.right_discount)
    worth = np.full(3, cost_of_right((0.25, 2.0, 40.0), 30.0, 3.0, *rule))
    assert cost == pytest.approx(moving if taste == 0.5 else worth)
    assert np.all(np.minimum(moving, worth) == pytest.approx(cost))


def test_leaving_costs_papers_a_broken_promise_and_a_right_that_lives_on():
    w, _ = hearing("revenue_swap", contract=[0, 1, 1], limit=10.0, taste=2.0, value=30.0)
    w.firms.terms = [0, 1, 1]
    w.firms[2].right, w.firms[2].expiry = SWAP, 3.5
    w.firms.stake, w.firms.strike, w.firms.trigger = 0.25, 2.0, 40.0
    case = case_of(w, WHO, 0.5)
    cost = leaving_cost(w, case)
    assert cost[0] == pytest.approx(0.002 * 10.0 * 2.0)
    assert cost[1] == pytest.approx((0.002 + 0.006) * 10.0 * 2.0)
    rule = (w.scenario.right.right_volatility, w.scenario.right.right_discount)
    assert cost[2] - cost[1] == pytest.approx(
        cost_of_right((0.25, 2.0, 40.0), case.a.value[2], 3.0, *rule)
    )
