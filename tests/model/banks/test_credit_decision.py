"""Which lenders agree: what each clause and each rule adds to what is left of a loan."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.banks.conditions import CONDITIONS
from sim.model.banks.credit_decision import (
    break_even_rate,
    capital_per_unit_lent,
    decide,
    default_probability,
    marginal_cost,
    right_income,
)
from sim.model.banks.judgement import SEEN
from sim.model.contracts.upside import grant
from tests.model.banks.three import (
    applicant,
    applicants,
    banks,
    conditions,
    known,
    offer,
    offered,
    record,
    rules,
)
from tests.oracles.pricing import raroc
from tests.oracles.values import cases, close

LINES = (2.0, 10.0, 30.0)
RIGHT = {"years": 5.0, "lender_gain_share": 0.5}
WARRANT = RIGHT | {
    "kind": "warrant", "coverage": 0.2, "strike_multiple": 1.0, "liquidity_share": 0.5,
}  # fmt: skip
RELENDING = {"kind": "relending", "refinanced_share": 0.6, "rate": 0.015, "quota": 100.0}

# What is left by hand, per unit drawn and year: rate - effort - needed. A half of each
# line is drawn, and no business hangs on lending.
# Start-up: 0.040 - 0.01 / 1, less
#   (0.02 * 0.9 + 0.1 * 0.1 + 0.012 + 0.04 * 0.5) / 0.96
# Growth: 0.036 - 0.01 / 5, less (0.028 + 0.010 + 0.01) / 0.98
# Expansion: 0.034 - 0.01 / 15, less (0.028 + 0.008 + 0.005) / 0.99
NEEDED = np.array([0.0625, 0.048 / 0.98, 0.041 / 0.99])
LEFT = np.array([0.030, 0.034, 0.034 - 0.01 / 15.0]) - NEEDED
ALIVE = np.array([0.96, 0.98, 0.99])


def agreed(k: Any = None, u: Any = None, lenders: Any = None, **columns: Any) -> Any:
    """Who agrees, and what is left: each firm's own bank alone, quality believed average."""
    offers = []
    for n, a in enumerate(applicants(**columns)):
        o = offer(lenders=1, lender=[n], part=[LINES[n]], variance=[0.5])
        decide(o, a, *known(k, u, lenders))
        offers.append(o)
    return [bool(o.accepts[0]) for o in offers], np.array([o.surplus[0] for o in offers])


# --- The break-even rate -----------------------------------------------------------------


@pytest.mark.parametrize(("inputs", "value"), cases("A11.r."))
def test_break_even_rate(inputs: dict[str, float], value: float) -> None:
    terms = (inputs[name] for name in ("PD", "LGD", "f", "opex", "K"))
    assert break_even_rate(*terms, rules(hurdle_rate=inputs["h"])) == close(value)


@given(
    st.floats(0.0, 0.5), st.floats(0.0, 1.0), st.floats(0.0, 0.1), st.floats(0.01, 0.5),
    st.floats(0.0, 0.4), st.tuples(st.floats(-0.02, 0.05), st.floats(0.0, 0.5)),
)  # fmt: skip
def test_at_the_break_even_rate_capital_earns_its_hurdle(
    default: float, loss: float, funds: float, capital: float, hurdle: float, cost_and_tax: Any
) -> None:
    cost, tax = cost_and_tax
    u = rules(hurdle_rate=hurdle, income_tax_rate=tax)
    rate = break_even_rate(default, loss, funds, cost, capital, u)
    earned = (1.0 - tax) * raroc(rate, default, loss, funds, capital, cost)
    assert earned == pytest.approx(hurdle, abs=1e-12)


def test_cheap_funding_alone_does_not_close_the_gap_of_start_ups() -> None:
    assert break_even_rate(0.05, 0.60, 0.0175, 0.012, 0.105, rules(hurdle_rate=0.12)) > 0.044


@pytest.mark.parametrize(
    ("terms", "sign"),
    [
        ({}, 0),
        ({"default": 0.041}, 1),
        ({"loss": 0.51}, 1),
        ({"funds": 0.021}, 1),
        ({"cost": 0.013}, 1),
        ({"held": 0.11}, 1),
        ({"u": rules(hurdle_rate=0.11)}, 1),
        ({"u": rules(income_tax_rate=0.25)}, 1),
        # Capital that asks no more than deposits do is as good as deposits.
        ({"held": 0.5, "u": rules(hurdle_rate=0.02)}, -1),
    ],
)
def test_each_part_moves_it_in_the_right_direction(terms: Any, sign: int) -> None:
    usual = {
        "default": 0.04, "loss": 0.5, "funds": 0.02, "cost": 0.012, "held": 0.1, "u": rules(),
    }  # fmt: skip
    # (0.02 * 0.9 + 0.1 * 0.1 + 0.012 + 0.04 * 0.5) / 0.96 = 0.0625.
    assert np.sign(round(break_even_rate(**usual | terms) - 0.0625, 12)) == sign


def held(
    part: float = 8.0, sales: float = 20.0, cover: float = 0.0, conversion: float = 0.4,
    **values: float,
) -> float:  # fmt: skip
    """Capital of one unit lent under a line of which a half is drawn."""
    classes = {"small_weight": 0.75, "medium_weight": 0.85, "recognised_cover_share": 1.0}
    uncapped = [math.inf] * 4
    k = record(CONDITIONS, cover_shares=[cover], caps_per_firm=uncapped, conversion=conversion)
    return capital_per_unit_lent(part, part, sales, k, rules(**classes | values), banks()[0])


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        # A tenth of the weight of 1 + 0.4 units, as much again being undrawn.
        ({}, 0.1 * 0.75 * 1.4),
        ({"part": 30.0}, 0.1 * 0.85 * 1.4),
        ({"sales": 400.0}, 0.1 * 1.4),
        ({"conversion": 0.0}, 0.1 * 0.75),
        # Four tenths of it weigh a fifth.
        ({"cover": 0.4}, 0.1 * (0.6 * 0.75 + 0.4 * 0.2) * 1.4),
        # A quarter drawn leaves three undrawn to each unit lent.
        ({"utilisation": 0.25}, 0.1 * 0.75 * (1.0 + 3.0 * 0.4)),
        # No loan is backed by more capital than is lent.
        ({"sales": 400.0, "large_weight": 12.5}, 1.0),
    ],
)
def test_capital_of_a_loan_is_that_of_its_class_cover_and_line(
    terms: dict[str, float], expected: float
) -> None:
    assert held(**terms) == pytest.approx(expected, rel=1e-14)


# --- Default -----------------------------------------------------------------------------


def believed(mean: float, variance: float = 0.0, seen: bool = False, **fields: Any) -> float:
    stage = fields.pop("n", 0)
    a, u = applicant(stage, **fields), rules(quality_slope=0.8)
    return default_probability(a, conditions(), u, mean, variance, seen)


def test_default_falls_with_judged_quality() -> None:
    assert [believed(0.0, n=n) for n in range(3)] == [0.04, 0.02, 0.01]
    assert believed(1.0) == pytest.approx(0.04 * np.exp(-0.8))
    assert believed(-1.0, n=2) == pytest.approx(0.01 * np.exp(0.8))


def test_a_bust_and_a_setback_that_is_seen_raise_it() -> None:
    assert believed(0.0, bust=1) == pytest.approx(0.06)
    assert believed(0.0, seen=True) == pytest.approx(0.12)
    assert believed(0.0, seen=True, bust=1) == pytest.approx(0.18)


def test_doubt_counts_as_the_mean_over_what_quality_may_be() -> None:
    n = 400_000
    quality = 0.3 + np.sqrt(0.5) * np.random.default_rng(7).standard_normal(n)
    each = 0.04 * np.exp(-0.8 * quality)
    # Four standard errors: one false alarm in sixteen thousand.
    assert abs(each.mean() - believed(0.3, 0.5)) < 4.0 * each.std() / np.sqrt(n)
    assert believed(0.3, 0.5) > believed(0.3)


def test_nobody_is_believed_sure_to_default() -> None:
    assert believed(-40.0) == 0.95


# --- Funds and rights --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("funding", "outstanding", "cost"),
    [
        ({"kind": "own_funds"}, 0.0, 0.02),
        (RELENDING, 0.0, 0.4 * 0.02 + 0.6 * 0.015),
        (RELENDING, 99.9, 0.4 * 0.02 + 0.6 * 0.015),
        (RELENDING, 100.0, 0.02),
        (RELENDING | {"refinanced_share": 1.0}, 0.0, 0.015),
        (RELENDING | {"refinanced_share": 0.0}, 0.0, 0.02),
        # A central bank that asks more than depositors do.
        (RELENDING | {"refinanced_share": 0.5, "rate": 0.04}, 0.0, 0.03),
    ],
)
def test_relending_costs_less_as_far_as_the_quota_reaches(
    funding: dict[str, Any], outstanding: float, cost: float
) -> None:
    a = applicant(outstanding=outstanding)
    found = marginal_cost(a, conditions(funding=funding), rules())
    assert found == pytest.approx(cost, rel=1e-15)


def booked(upside: dict[str, Any], quality: Any = (0.0, 0.0, 0.0), **values: float) -> list[float]:
    k, found = conditions(upside=upside), []
    for a, line, post in zip(applicants(), LINES, quality, strict=True):
        o = offer(quality=[post])
        grant(o, k, line, a.value)
        found.append(right_income(o, a, k, rules(**values), line))
    return found


@pytest.mark.parametrize(
    ("upside", "income"),
    [
        ({"kind": "none"}, [0.0, 0.0, 0.0]),
        # 0.2 of the line, worth 0.4, 0.3 and 0.2 a unit, half of it passed on, over 5 years.
        (WARRANT, [0.008, 0.006, 0.004]),
        # A right that lives less than a year is booked in that year.
        (WARRANT | {"years": 0.5}, [0.04, 0.03, 0.02]),
        # A desk does not book the chance of a swap right; it books business.
        (
            RIGHT
            | {"kind": "swap", "coverage": 0.2, "strike_multiple": 1.0, "trigger_multiple": 2.0},
            [0.0, 0.0, 0.0],
        ),
    ],
)
def test_a_desk_books_a_warrant_at_its_believed_worth(upside: Any, income: list[float]) -> None:
    assert booked(upside) == pytest.approx(income)


def test_a_warrant_on_a_better_firm_is_worth_more() -> None:
    post = np.array([1.0, 0.0, -1.0])
    expected = np.array([0.008, 0.006, 0.004]) * np.exp(0.35 * post)
    assert booked(WARRANT, post, right_quality_slope=0.35) == pytest.approx(expected)


def test_a_royalty_is_paid_from_sales_up_to_its_cap() -> None:
    # A hundredth of sales 10, 40 and 100 on lines of 2, 10 and 30.
    terms = {"kind": "royalty", "sales_share": 0.01, "cap_multiple": 1.5}
    assert booked(terms) == pytest.approx([0.05, 0.04, 1.0 / 30.0])
    assert booked(terms | {"cap_multiple": 0.035}) == pytest.approx([0.035, 0.035, 1.0 / 30.0])


# --- Decisions ---------------------------------------------------------------------------


def test_a_loan_is_worth_making_where_no_more_is_missing_than_is_tolerated() -> None:
    accept, left = agreed()
    assert left == pytest.approx(LEFT, rel=1e-12)
    assert accept == [True, True, True]


@pytest.mark.parametrize(("more", "agree"), [(1e-9, True), (-1e-9, False)])
def test_the_decision_turns_where_as_much_is_missing_as_is_tolerated(
    more: float, agree: bool
) -> None:
    accept, left = agreed(u=rules(policy_subsidy_rate=-LEFT[0] + more))
    assert accept[0] == agree
    assert left[0] == pytest.approx(LEFT[0], rel=1e-12)


def test_a_loan_that_just_pays_is_made() -> None:
    nothing = rules(
        one_year_rate=0.0, spread_cap=(0.0,) * 4, funding_rate=0.0, operating_cost=(0.0,) * 4,
        screening_cost=0.0, policy_subsidy_rate=0.0, relationship_weight=0.0, hurdle_rate=0.0,
    )  # fmt: skip
    accept, left = agreed(conditions(belief={"default_probability": (0.0,) * 4}), nothing)
    assert left.tolist() == [0.0, 0.0, 0.0]
    assert accept == [True, True, True]


def test_an_appetite_scales_the_tolerance_of_its_bank_alone() -> None:
    accept, left = agreed(lenders=banks(south={"appetite": 0.0}, west={"appetite": 1.5}))
    assert left == pytest.approx(LEFT)
    assert accept == [True, False, True]


def test_in_a_bust_banks_ask_for_more_and_believe_in_more_default() -> None:
    _, left = agreed(u=rules(bust_factor=1.0), bust=1)
    assert left == pytest.approx(LEFT - 0.005)
    _, worse = agreed(bust=1)
    needed = np.array([0.07 / 0.94, 0.053 / 0.97, 0.0435 / 0.985])
    assert worse - left == pytest.approx(NEEDED - needed)


def test_a_setback_counts_where_it_is_seen(luck: dict[int, float]) -> None:
    luck[SEEN] = 0.6
    _, left = agreed(setback=1)
    assert left == pytest.approx(LEFT)
    luck[SEEN] = 0.4
    _, seen = agreed(setback=1)
    needed = np.array([0.1 / 0.88, 0.068 / 0.94, 0.051 / 0.97])
    assert seen - left == pytest.approx(NEEDED - needed)


def test_an_agreement_to_stand_still_adds_nothing_by_itself() -> None:
    together = conditions(commitment={"kind": "agreement", "lenders_stand_still": True})
    assert agreed(together)[1] == pytest.approx(LEFT)


@pytest.mark.parametrize(("outstanding", "saved"), [(99.0, 0.6 * 0.005), (101.0, 0.0)])
def test_relending_helps_while_there_is_quota(outstanding: float, saved: float) -> None:
    _, left = agreed(conditions(funding=RELENDING), outstanding=outstanding)
    # As in the books: saved on the whole of what is refinanced, and the credit on required
    # capital is at the transfer price. It is grossed up by survival.
    assert left == pytest.approx(LEFT + saved / ALIVE)


def test_a_guarantee_takes_loss_away_and_costs_its_fee() -> None:
    guarantee = {"kind": "sole", "guaranteed_share": 0.5, "guarantee_fee_rate": 0.003}
    _, left = agreed(conditions(loss_sharing=guarantee))
    relief = np.array([0.01, 0.005, 0.0025])
    assert left == pytest.approx(LEFT + (relief - 0.003) / ALIVE)
    for payer in ("firm", "public"):
        _, left = agreed(conditions(loss_sharing=guarantee | {"guarantee_fee_payer": payer}))
        assert left == pytest.approx(LEFT + relief / ALIVE)


def test_over_a_longer_term_the_decision_costs_less_a_year() -> None:
    _, left = agreed(conditions(tenor={"kind": "term", "years": 2.0}))
    assert left == pytest.approx(LEFT + 0.5 * 0.01 / (0.5 * np.array(LINES)))


def test_the_lead_alone_pays_for_watching_as_long_as_it_watches() -> None:
    # Debt of five times the value: watching is worth its cost to a lead with half of it.
    k = conditions(
        limit={"kind": "fixed", "amount": 20.0},
        loss_sharing={"kind": "proportional", "shares": [0.5, 0.5]},
    )
    cheap, dear = (
        offered(applicant(1, value=1.0), k, rules(monitoring_cost=cost, policy_subsidy_rate=1.0))
        for cost in (0.03, 0.05)
    )
    assert (cheap.monitored, dear.monitored) == (1, 1)
    # Spread over a year of the half of its ten that is drawn.
    less = [cheap.surplus[j] - dear.surplus[j] for j in range(2)]
    assert less == pytest.approx([0.02 / 5.0, 0.0], abs=1e-12)


def test_business_that_hangs_on_lending_pays() -> None:
    # What is drawn turns once a year: a tenth, an eighth and 15 percent of sales run through the
    # account of the loan, and so much of the business does.
    accounts = {"loan_account_turns": 1.0, "loan_account_cap": 1.0}
    _, left = agreed(u=rules(**accounts))
    gained = np.array([0.1 * 0.1 / 1.0, 0.125 * 0.5 / 5.0, 0.15 * 1.5 / 15.0])
    assert left == pytest.approx(LEFT + gained)
    _, left = agreed(u=rules(**accounts, relationship_weight=0.5))
    assert left == pytest.approx(LEFT + 0.5 * gained)
    # Who keeps the basic account anyway has it without lending.
    _, left = agreed(u=rules(**accounts), host=[0, 1, 2])
    assert left == pytest.approx(LEFT)


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
    _, left = agreed(conditions(pricing=pricing))
    assert left == pytest.approx(LEFT + np.array(change))


def test_a_fee_on_what_is_not_drawn_pays() -> None:
    # A half is drawn, and the other half costs two per mille of it.
    fee = {"kind": "term", "years": 1.0, "commitment_fee_rate": 0.002}
    _, left = agreed(conditions(tenor=fee))
    assert left == pytest.approx(LEFT + 0.002)
    _, left = agreed(conditions(tenor=fee), rules(utilisation=0.2))
    # Four parts are not drawn to each that is; a decision is spread over less, too.
    effort = 0.01 * (1.0 / 0.2 - 1.0 / 0.5) / np.array(LINES)
    assert left == pytest.approx(LEFT + 0.002 * 4.0 - effort)


def test_value_added_tax_is_taken_from_the_rate_unless_the_loan_is_exempt() -> None:
    # The first two are small loans to small firms; the cap on theirs lies below 0.045.
    _, left = agreed(u=rules(vat_rate=0.06))
    assert left == pytest.approx(LEFT - np.array([0.0, 0.0, 0.034 * 0.06 / 1.06]))
    _, left = agreed(u=rules(vat_rate=0.06, exempt_line=0.0))
    assert left == pytest.approx(LEFT - np.array([0.040, 0.036, 0.034]) * 0.06 / 1.06)


def test_a_right_is_booked_on_the_whole_line() -> None:
    _, left = agreed(conditions(upside=WARRANT))
    # Of a line that is half drawn, twice as much to each unit drawn.
    assert left == pytest.approx(LEFT + 2.0 * np.array([0.008, 0.006, 0.004]))


def test_each_lender_looks_at_its_own_judgement_and_all_at_one_line() -> None:
    found = []
    for n, (lender, post) in enumerate(
        [([0, 1], [0.0, -1.0]), ([1, 0], [-3.0, 0.0]), ([2, 0], [0.0, -3.0])]
    ):
        part = [LINES[n] * 0.6, LINES[n] * 0.4]
        o = offer(lenders=2, lender=lender, part=part, quality=post)
        decide(o, applicant(n), *known(None, rules(quality_slope=0.8, screening_cost=0.0), None))
        found.append(o)
    assert [o.accepts[:2].tolist() for o in found] == [[1, 0], [0, 1], [1, 0]]
    # Looking costs nothing here.
    assert found[0].surplus[0] == pytest.approx(LEFT[0] + 0.01)
    defaults = [o.default[0] for o in found]
    assert defaults == pytest.approx([0.04, 0.02 * np.exp(2.4), 0.01])


def test_an_arrangement_with_beliefs_of_its_own_is_judged_by_them() -> None:
    _, left = agreed(conditions(belief={"default_probability": (0.0,) * 4}))
    assert left == pytest.approx(LEFT + NEEDED - np.array([0.040, 0.038, 0.036]))


def test_banks_may_differ_in_everything() -> None:
    # A guard for the hand-made tables: what a bank has of its own reaches its decision only.
    mixed = banks(north={"required_ratio": 0.2}, west={"required_ratio": 0.0})
    _, left = agreed(lenders=mixed)
    assert left == pytest.approx(LEFT + np.array([-0.008, 0.0, 0.008]) / ALIVE)
