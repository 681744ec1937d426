"""A lever moves what it should, as it should: in the simulator, with common random numbers.

Each claim compares two small worlds that differ in one thing. It fails if the difference
has the wrong sign or is smaller than three of its own standard errors; a claim that says
"no less" fails if the difference is against it by as much. Seeds are fixed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.house.measures import MEASURES
from tests.house.paired import (
    FAR,
    Difference,
    Floats,
    Size,
    difference,
    lived,
    scaled_banks,
    small,
    with_sectors,
)  # fmt: skip

pytestmark = pytest.mark.full

SIZE = Size(firms=1200, replications=10, warm_up_years=2.0, horizon_years=6.0, initial_share=0.5)
UP, DOWN = 1, -1
UNLIMITED = 1e6
Values = dict[str, Any]
Lived = dict[str, Floats]


# --- Levers of the economy, under plain lending ------------------------------------------


@dataclass(frozen=True)
class Lever:
    """A change and what it must do.

    Parameters
    ----------
    values : dict of dotted key -> value
    moves : dict of outcome -> UP or DOWN
    against : dict
        What it is compared with, over the shipped economy.
    """

    values: Values
    moves: dict[str, int]
    against: Values = field(default_factory=dict)


HOME = small(SIZE)
HALF_RECOVERY = {
    **with_sectors(HOME, "workout", "recovery_tangible", 0.5), "workout.recovery_cash_share": 0.2,
}  # fmt: skip
LATE = {
    "population.first_stage": 2, "equity.non_venture_listing_factor": 1.0,
    "board.star_sales.value": 50.0, "board.star_sales.sales": 10.0,
}  # fmt: skip
"""Firms enter in expansion, need no investor and list early, so that enough of them do."""
FREE_PRICE = {"underwriting.spread_cap": [0.08] * 4, "underwriting.policy_subsidy_rate": 0.0}
"""A cap that few loans reach, and nobody who lends at a loss: bids then make the price."""
LEVERS = {
    # Where banks compete, whoever sees most is also the one most often wrong.
    "more precise signals of the only bank keep bad firms out": Lever(
        {"underwriting.signal_precision": 2.0, "underwriting.known_banks": 1},
        {"bank.bad_borrower_share": DOWN},
        {"underwriting.signal_precision": 0.1, "underwriting.known_banks": 1},
    ),
    "of more banks that know a firm one lends, to more firms, and cheaper": Lever(
        FREE_PRICE | {"underwriting.known_banks": 4},
        {"firm.access_share": UP, "bank.lending_rate": DOWN, "bank.economic_profit": DOWN},
        FREE_PRICE | {"underwriting.known_banks": 1},
    ),
    "a higher policy subsidy buys access with economic profit": Lever(
        {"underwriting.policy_subsidy_rate": 0.07},
        {"firm.access_share": UP, "bank.economic_profit": DOWN},
    ),
    "capital that binds holds lending down": Lever(
        scaled_banks(HOME, "desk_risk_assets", 0.02),
        {"system.credit_outstanding": DOWN, "firm.access_share": DOWN},
    ),
    # A line is what a firm asks for, as far as collateral or cash flow supports it: more
    # collateral brings in firms with small lines, so that the mean line is no measure.
    "more collateral brings firms in, and lends more": Lever(
        with_sectors(HOME, "population", "tangible_mean", 1.5),
        {"firm.access_share": UP, "system.credit_outstanding": UP},
    ),
    "more frequent outside offers take clients away": Lever(
        FREE_PRICE | {"relationship.offer_hazard": [0.27, 1.35, 1.35, 1.35]},
        {"bank.clients_lost": UP},
        FREE_PRICE | {"relationship.offer_hazard": [0.0] * 4},
    ),
    "a lower recovery costs lenders more": Lever(
        HALF_RECOVERY,
        {"bank.loss_given_default": UP, "bank.credit_loss": UP, "bank.credit_loss_rate": UP},
    ),
    "a longer winter keeps firms off the stock exchange": Lever(
        LATE | {"equity_market.leave_winter_hazard": {"boom": 0.05, "bust": 0.05}},
        {"firm.listed_share": DOWN},
        LATE | {"equity_market.leave_winter_hazard": {"boom": 12.0, "bust": 4.0}},
    ),
    "lines for everybody save firms, and banks pay for it": Lever(
        {"underwriting.everybody_served": True},
        {"firm.access_share": UP, "firm.survival_5y": UP, "firm.liquidity_closures": DOWN,
         "bank.economic_profit": DOWN},
    ),
    "owners that make up whatever is missing save more": Lever(
        {"cash.everybody_liquid": True},
        {"firm.survival_5y": UP, "firm.liquidity_closures": DOWN},
        {"underwriting.everybody_served": True},
    ),
    "larger caps of single banks make lines larger": Lever(
        scaled_banks(HOME, "cap_factor", 2.0),
        {"bank.line_startup": UP, "bank.line_growth": UP, "system.credit_outstanding": UP},
        scaled_banks(HOME, "cap_factor", 0.5),
    ),
}  # fmt: skip


@cache
def home() -> Lived:
    """The shipped economy."""
    return lived(HOME, MEASURES)["plain"]


def world(values: Values) -> Lived:
    """The economy with some values changed."""
    return lived(small(SIZE, values), MEASURES)["plain"] if values else home()


def assert_moves(found: Difference, sign: int, what: str) -> None:
    """A difference has its sign by more than `FAR` standard errors."""
    assert sign * found.z > FAR, f"{what}: {found}"


def assert_each_moves(one: Lived, other: Lived, moves: Mapping[str, int]) -> None:
    """Outcomes of `one` less those of `other` have their signs, see `assert_moves`."""
    for outcome, sign in moves.items():
        assert_moves(difference(one[outcome], other[outcome]), sign, outcome)


@pytest.mark.parametrize("words", LEVERS)
def test_a_lever_moves_what_it_should(words: str) -> None:
    lever = LEVERS[words]
    changed, against = world(lever.values), world(lever.against)
    assert_each_moves(changed, against, lever.moves)


def test_capital_beyond_need_leaves_lending_no_smaller() -> None:
    changed = world(scaled_banks(HOME, "desk_risk_assets", 2.0))
    for outcome in ("system.credit_outstanding", "firm.access_share"):
        found = difference(changed[outcome], home()[outcome])
        assert found.is_zero or found.z > -FAR, f"{outcome}: {found}"


# --- Levers of an arrangement ------------------------------------------------------------


def relending(quota: float, rate: float) -> Values:
    """Three fifths of the principal refinanced."""
    terms = {"kind": "relending", "refinanced_share": 0.6, "rate": rate, "quota": quota}
    return {"funding": terms}


def guarantee(share: float) -> Values:
    """A guarantee without a fee, so that nothing but the share differs."""
    return {"loss_sharing": {"kind": "sole", "guaranteed_share": share}}


ARMS: dict[str, Values] = {
    "without_quota": relending(0.0, 0.010), "some_quota": relending(400.0, 0.010),
    "full_quota": relending(UNLIMITED, 0.010), "cheap_money": relending(UNLIMITED, 0.004),
}  # fmt: skip
GUARANTEED = {"some_guarantee": guarantee(0.4), "most_guaranteed": guarantee(0.95)}


@pytest.fixture(scope="module")
def arms() -> dict[str, Lived]:
    """Plain lending and every arrangement above, on the same firms."""
    tables = {f"arrangement.{name}": terms for name, terms in ARMS.items()}
    return lived(small(SIZE, tables, ["plain", *ARMS]), MEASURES)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("some_quota", "without_quota"), ("full_quota", "some_quota"),
        ("cheap_money", "full_quota"),
    ],
)  # fmt: skip
def test_more_or_cheaper_central_bank_money_lends_no_less_and_costs_less(
    arms: dict[str, Lived], more: str, less: str
) -> None:
    lent = "system.credit_outstanding"
    assert difference(arms[more][lent], arms[less][lent]).z > -FAR
    found = difference(arms[more]["cost_of_money"], arms[less]["cost_of_money"])
    assert_moves(found, DOWN, "cost of money")


def test_central_bank_money_lends_more_than_own_funds(arms: dict[str, Lived]) -> None:
    grows = {"system.credit_outstanding": UP, "firm.access_share": UP}
    assert_each_moves(arms["full_quota"], arms["plain"], grows)


def test_a_facility_without_a_quota_costs_nobody_anything(arms: dict[str, Lived]) -> None:
    assert not np.any(arms["without_quota"]["system.public_cost"])


def guaranteed(footing: str) -> dict[str, Lived]:
    """Plain lending and the guarantees, on the same firms."""
    values = {f"arrangement.{name}": terms for name, terms in GUARANTEED.items()}
    footed = values | {"experiment.footing": footing}
    return lived(small(SIZE, footed, ["plain", *GUARANTEED]))


@pytest.fixture(scope="module")
def same_loans() -> dict[str, Lived]:
    """The same loans under each guarantee, so that a guarantee changes who pays and no more."""
    return guaranteed("equal_lending")


@pytest.mark.parametrize(
    ("more", "less"), [("some_guarantee", "plain"), ("most_guaranteed", "some_guarantee")]
)
def test_a_larger_guarantee_takes_loss_from_banks_to_the_public(
    same_loans: dict[str, Lived], more: str, less: str
) -> None:
    moves = {"bank.credit_loss": DOWN, "system.public_cost": UP}
    assert_each_moves(same_loans[more], same_loans[less], moves)


def test_a_guarantee_moves_who_pays_and_not_how_much(same_loans: dict[str, Lived]) -> None:
    for name in GUARANTEED:
        found, whole = same_loans[name]["system.loss"], same_loans["plain"]["system.loss"]
        np.testing.assert_allclose(found, whole, rtol=1e-12)


def test_a_guarantee_on_offer_brings_firms_in_and_still_lowers_loss_per_unit_lent() -> None:
    arms = guaranteed("as_offered")
    moves = {"firm.access_share": UP, "bank.credit_loss_rate": DOWN}
    assert_each_moves(arms["most_guaranteed"], arms["plain"], moves)


# --- Levers of banking business: it moves between banks, and none is created --------------


@pytest.fixture(scope="module")
def promises() -> dict[str, Lived]:
    """The same loans with a basic account that is promised, or not."""
    terms = {
        f"arrangement.promised_{n}": {
            "commitment": {"kind": "agreement", "promised_move_hazard": hazard}
        }
        for n, hazard in enumerate((0.0, 0.3, 3.0))
    }
    footed = terms | {"experiment.footing": "equal_lending"}
    names = ["plain", "promised_0", "promised_1", "promised_2"]
    return lived(small(SIZE, footed, names), MEASURES)


@pytest.mark.parametrize(
    ("more", "less"), [("promised_1", "promised_0"), ("promised_2", "promised_1")]
)
def test_a_stronger_promise_moves_business_to_lenders_and_takes_it_from_others(
    promises: dict[str, Lived], more: str, less: str
) -> None:
    moves = {"bank.relationship_income": UP, "bank.hosted_income": DOWN, "bank.profit": UP}
    assert_each_moves(promises[more], promises[less], moves)


def test_business_of_the_whole_system_is_the_same_under_every_promise(
    promises: dict[str, Lived],
) -> None:
    whole = promises["plain"]["system.business_income"]
    for name in ("promised_0", "promised_1", "promised_2"):
        np.testing.assert_allclose(promises[name]["system.business_income"], whole, rtol=1e-12)


# --- Hold or call ------------------------------------------------------------------------

FIVE: Values = {
    "limit": {"kind": "cash_flow", "sales_share": 0.57, "round_share": 0.1},
    "tenor": {"kind": "term", "years": 3.0, "reviewed": True},
    "loss_sharing": {"kind": "proportional", "shares": [0.2] * 5},
}  # fmt: skip
"""Five lenders, each of which may call its part at a review."""


@cache
def called(clawback: float, call_cost: float) -> dict[str, Lived]:
    """Five lenders that decide alone, and five that stand still."""
    values = {
        "arrangement.alone": FIVE,
        "arrangement.still": FIVE
        | {"commitment": {"kind": "agreement", "lenders_stand_still": True}},
        "hold_or_call.clawback_share": clawback, "hold_or_call.call_cost": call_cost,
    }  # fmt: skip
    return lived(small(SIZE, values, ["plain", "alone", "still"]), MEASURES)


@pytest.mark.parametrize(
    ("more", "less"), [((1.0, 0.0), (0.0, 0.0)), ((0.0, 0.1), (0.0, 0.0))],
    ids=["clawback", "cost of a call"],
)  # fmt: skip
def test_what_a_caller_loses_keeps_it_from_calling(
    more: tuple[float, float], less: tuple[float, float]
) -> None:
    one, other = (called(*values)["alone"]["repaid_on_call"] for values in (more, less))
    assert_moves(difference(one, other), DOWN, "repaid on call")


def test_where_lenders_stand_still_fewer_firms_run_out_of_cash_and_fewer_default() -> None:
    arms = called(0.0, 0.0)
    falls = {"bank.default_rate": DOWN, "firm.liquidity_closures": DOWN}
    assert_each_moves(arms["still"], arms["alone"], falls)
