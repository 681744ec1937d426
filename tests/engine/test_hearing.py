"""The hearing: what a committee knows of a world's firms, and what they make of an offer."""

import numpy as np
import pytest

from sim.base.draws import SIGNAL, uniform_pair
from sim.base.special import annuity
from sim.model.banks.application import APPLICATION
from sim.model.banks.choice import advantage, leaving_cost, upside_cost, wants
from sim.model.banks.credit_decision import marginal_cost
from sim.model.banks.desk import OFFER, REFINANCED
from sim.model.banks.judgement import draw
from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.upside import grant
from sim.model.firms.record import ASK_FUNDS, ASK_OFFER, ASK_RENEWAL, FIRM, LARGE, SWAP
from sim.model.firms.relationship import business
from sim.model.firms.worth_of_right import cost_of_right
from tests.engine.hand import applicant, economy, offering, world

CHOICE = {
    "choice.shadow_value": 0.1, "choice.tenor_value": 0.01, "choice.switching_cost": 0.002,
    "choice.private_information_slope": 0.3, "underwriting.utilisation": 0.5,
}  # fmt: skip
RELENDING = {"kind": "relending", "refinanced_share": 0.5, "rate": 0.01, "quota": 1000.0}


def asking(name="plain", values=None, **fields):
    """Three applicants with scale and plant of twenty, and five of cash where twenty is wanted."""
    known = {
        "log_scale": np.log(20.0), "tangible": 1.0, "request": ASK_FUNDS, "cash": 5.0,
        "cash_months": 12.0,
    }  # fmt: skip
    return world(economy(3, values=CHOICE | (values or {})), name, **(known | fields))


# --- What is known -------------------------------------------------------------------------


def test_an_application_is_of_its_date_its_market_conditions_and_its_firm():
    w = asking(limit=[0.0, 10.0, 0.0], venture=[0, 1, 0])
    w.firms.flow = -2.0
    w.market_conditions.collateral, w.market_conditions.bust = 0.75, 1
    w.history_precision[:], w.history_sum[:] = [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]
    w.ordinal[:], w.tally[REFINANCED] = [7, 8, 9], 0.5
    a, other = applicant(w, 1, 0.5), applicant(w, 2, 0.5)
    assert (a.date, a.firm, a.bust, a.ordinal, a.outstanding) == (0.5, 1, 1, 8, 0.5)
    assert a.tangible == pytest.approx(0.75 * 20.0)
    # Twenty are wanted, a year's outflow is two; half of it has left the five of cash by then.
    assert a.need == pytest.approx(20.0 + 2.0 - 4.0)
    assert (a.history_precision, a.history_sum) == (2.0, 5.0)
    assert a.roster[: a.known_banks].tolist() == w.roster[1].tolist()
    assert a.prior > 0.0 > other.prior  # investors back better firms


def test_a_large_firm_asks_corporate_banking_unless_it_owes_a_right():
    w = asking(
        stratum=LARGE, home=1, right=[0, SWAP, 0], request=[ASK_FUNDS, ASK_FUNDS, ASK_OFFER]
    )
    asked = [applicant(w, i, 0.5) for i in range(3)]
    corporate = w.scenario.n_banks
    assert [a.home for a in asked] == [corporate, 1, 1]
    assert [a.known_banks for a in asked] == [0, 3, 3]


FIELDS = sorted({c.name for c in APPLICATION.columns} & {c.name for c in FIRM.columns})


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in {"tangible", "sector"}])
def test_each_column_is_read_from_the_field_of_its_name(name):
    w = asking()
    if name != "firm":
        w.firms[name] = np.reshape([1, 2, 3], (3, *[1] * (w.firms[name].ndim - 1)))
    found = [np.ravel(applicant(w, i, 0.5)[name]) for i in (2, 0)]
    for read, i in zip(found, (2, 0), strict=True):
        assert read.tolist() == np.ravel(w.firms[name][i])[: read.size].tolist()
    assert not np.array_equal(*found)


@pytest.mark.parametrize(("date", "cash"), [(1.0, 6.0), (2.0, 3.0), (4.0, -3.0)])
def test_cash_and_business_are_of_the_committees_date(date, cash):
    w = asking(now=1.0, cash=6.0)
    w.firms.flow = -3.0
    a = applicant(w, 1, date)
    w.firms.cash = cash
    assert a.need == pytest.approx(20.0 + 3.0 - cash)
    assert a.business == pytest.approx(business(w.firms[1], w.params[0]))


def test_reading_changes_no_firm():
    w = asking()
    before = w.firms.tobytes()
    applicant(w, 1, 0.5)
    assert w.firms.tobytes() == before


def test_lenders_are_counted_to_the_last_with_a_share():
    w = asking()
    w.lender[1, :3], w.share[1, :3] = [2, 0, 1], [0.6, 0.0, 0.4]
    a = applicant(w, 1, 0.5)
    assert (a.lenders, a.lender[:3].tolist()) == (3, [2, 0, 1])
    assert a.share[:4].tolist() == [0.6, 0.0, 0.4, 0.0]
    assert applicant(w, 0, 0.5).lenders == 1


def test_luck_is_addressed_by_firm_code_and_decisions_so_far():
    w = asking()
    w.ordinal[:] = [0, 3, 0]
    for firm, ordinal, code in ((1, 3, 7), (1, 3, 8), (2, 0, 7), (2, 0, 9)):
        expected = uniform_pair(*w.key, firm, SIGNAL, code, ordinal)[0]
        assert draw(applicant(w, firm, 0.5), code) == expected


def test_a_later_decision_does_not_change_what_was_drawn_for_this_one():
    w = asking()
    a = applicant(w, 1, 0.5)
    before = draw(a, 1)
    w.ordinal += 1
    assert draw(a, 1) == before


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
    w = offering(asking(), Arrangement.model_validate({"funding": funding}))
    w.tally[REFINANCED] = 0.5 * loans
    own = w.scenario.underwriting.funding_rate
    cost = marginal_cost(applicant(w, 1, 0.5), w.terms[1], w.common[0])
    assert cost == pytest.approx(0.5 * own + 0.5 * 0.01 if left else own)


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
    w = asking(limit=limit, request=request_)
    assert wants(offer(line=line), applicant(w, 1, 0.5)) == wanted


def offer(**fields):
    """One offer of these terms."""
    o = OFFER.empty(1)[0]
    for name, value in fields.items():
        o[name] = value
    return o


@pytest.mark.parametrize(
    ("special", "plain", "taken"),
    [
        # The firm needs 5. Money is worth 10 percent a year, a year of tenor 1 percent of line.
        ({"line": 5.0}, {"line": 5.0}, True),  # no worse is good enough
        ({"line": 5.0, "mean_rate": 0.031}, {"line": 5.0}, False),
        ({"line": 5.0, "mean_rate": 0.029}, {"line": 5.0}, True),
        # One more million for a year: 0.1 against a higher rate on five.
        ({"line": 5.0, "mean_rate": 0.049}, {"line": 4.0}, True),
        ({"line": 5.0, "mean_rate": 0.051}, {"line": 4.0}, False),
        # Two years longer: 0.1 against the higher rate for three years.
        ({"line": 5.0, "mean_rate": 0.036, "years": 3.0}, {"line": 5.0}, True),
        ({"line": 5.0, "mean_rate": 0.037, "years": 3.0}, {"line": 5.0}, False),
        # Where there is no other loan, the rate does not matter.
        ({"line": 1.0, "mean_rate": 0.9}, {"line": 5.0, "made": 0}, True),
        # A line beyond the need is worth nothing for a year, and costs nothing.
        ({"line": 12.0, "mean_rate": 0.030}, {"line": 5.0}, True),
        ({"line": 12.0, "mean_rate": 0.0301}, {"line": 5.0}, False),
    ],
)
def test_a_firm_weighs_money_and_tenor_against_the_rate(special, plain, taken):
    w = asking(cash=1.0, demand=6.0, project=1, cash_months=0.0)
    terms = dict(special)
    k = w.terms[0]
    k.years = terms.pop("years", 1.0)
    basis = {"mean_rate": 0.03, "made": 1}
    a, o, other = applicant(w, 1, 0.0), offer(**(basis | terms)), offer(**(basis | plain))
    assert a.need == 5.0
    assert (advantage(o, other, a, k, 1.0, w.common[0]) >= 0.0) == taken


# --- What rights and leaving cost ----------------------------------------------------------


def cost_of(w, i, upside, line=10.0, value=None, **terms):
    """What an arrangement's right costs a firm of a world; `terms` are its other clauses."""
    clauses = Arrangement.model_validate({"upside": upside} | terms)
    k, a, o = offering(w, clauses).terms[1], applicant(w, i, 0.5), offer(line=line)
    a.value = a.value if value is None else value
    grant(o, k, line, a.value)
    return upside_cost(o, a, k, w.common[0])


WARRANT = {
    "kind": "warrant", "coverage": 0.2, "strike_multiple": 1.0, "years": 5.0,
    "lender_gain_share": 0.5, "liquidity_share": 0.3,
}  # fmt: skip
SWAPPED = {
    "kind": "swap", "amount": 2.0, "stake": 0.25, "trigger_valuation": 40.0, "years": 3.0,
    "lender_gain_share": 0.5,
}  # fmt: skip


def right_rule(w):
    """How a right is valued."""
    return w.scenario.right.right_volatility, w.scenario.right.right_discount


def test_no_right_costs_nothing():
    assert cost_of(asking(), 1, {"kind": "none"}) == 0.0


def test_good_firms_give_a_right_up_less_willingly():
    w = asking(quality=[-1.0, 0.0, 1.0])
    cost = np.array([cost_of(w, i, WARRANT, value=30.0) for i in range(3)])
    assert cost / cost[1] == pytest.approx(np.exp([-0.3, 0.0, 0.3]))


@pytest.mark.parametrize(("cap", "cost"), [(1.0, 1.2), (0.05, 0.5)])
def test_a_royalty_costs_its_share_of_sales_up_to_its_cap(cap, cost):
    royalty = {"kind": "royalty", "sales_share": 0.02, "cap_multiple": cap}
    # Two percent of sales of twenty for three years, or a multiple of the line of ten.
    years = {"tenor": {"kind": "term", "years": 3.0}}
    assert cost_of(asking(), 1, royalty, **years) == pytest.approx(cost)


@pytest.mark.parametrize("switching_cost_weight", [0.5, 1e9])
def test_a_swap_right_costs_the_cheaper_of_dilution_and_business(switching_cost_weight):
    w = asking("revenue_swap", switching_cost_weight=switching_cost_weight)
    clauses = w.menu[0].arrangement.model_dump(exclude_none=True)
    cost = cost_of(w, 1, SWAPPED, value=30.0, commitment=clauses["commitment"])
    own = applicant(w, 1, 0.5).business
    years = annuity(w.scenario.right.right_discount, 3.0)
    moving = w.scenario.relationship.delivery_cost * own * years * switching_cost_weight
    worth = cost_of_right((0.25, 2.0, 40.0), 30.0, 3.0, *right_rule(w))
    assert cost == pytest.approx(moving if switching_cost_weight == 0.5 else worth)
    assert min(moving, worth) == pytest.approx(cost)


def test_leaving_costs_papers_a_broken_promise_and_a_right_that_lives_on():
    w = asking("revenue_swap", contract=[0, 1, 1], limit=10.0, switching_cost_weight=2.0)
    w.firms.terms = [0, 1, 1]
    w.firms[2].right, w.firms[2].expiry = SWAP, 3.5
    w.firms.stake, w.firms.exercise_amount, w.firms.trigger, w.firms.value = 0.25, 2.0, 40.0, 30.0
    asked = [applicant(w, i, 0.5) for i in range(3)]
    cost = [leaving_cost(a, w.terms[a.terms].break_cost, w.common[0]) for a in asked]
    assert cost[0] == pytest.approx(0.002 * 10.0 * 2.0)
    assert cost[1] == pytest.approx((0.002 + 0.006) * 10.0 * 2.0)
    right = cost_of_right((0.25, 2.0, 40.0), 30.0, 3.0, *right_rule(w))
    assert cost[2] - cost[1] == pytest.approx(right)
