"""Who shares the gain: amount, stake and strike are tied, and any two give the third."""

from typing import Any

import pytest

from sim.base.columns import Rows
from sim.model.contracts import upside
from sim.model.contracts.loan_book import CONTRACT
from sim.model.contracts.upside import NoUpside, Royalty, Swap, Warrant, grant
from sim.model.firms.record import NO_RIGHT, ROYALTY, SWAP, WARRANT
from tests.model.contracts.three import read

LINE = (10.0, 20.0, 5.0)
VALUE = (100.0, 50.0, 400.0)


def warrant(**terms: Any) -> Warrant:
    rest = {"years": 5.0, "lender_gain_share": 0.5, "liquidity_share": 0.35}
    return Warrant(kind="warrant", **rest | terms)


def swap(**terms: Any) -> Swap:
    rest = {"years": 3.0, "lender_gain_share": 0.5, "trigger_multiple": 2.5}
    return Swap(kind="swap", **{k: v for k, v in (rest | terms).items() if v is not None})


def granted(clause: Any, value: tuple[float, ...] = VALUE) -> Rows:
    """The rights that three firms grant; what was there before does not matter."""
    k, rows = read(upside, clause), CONTRACT.empty(3)
    for c, line, worth in zip(rows, LINE, value, strict=True):
        c.right, c.stake, c.exercise_amount, c.trigger, c.royalty_cap = SWAP, 9.0, 9.0, 9.0, 9.0
        grant(c, k, line, worth)
    return rows


# --- The triangle of amount, stake and strike --------------------------------------------


@pytest.mark.parametrize(
    ("terms", "exercise_amount", "stake"),
    [
        # Coverage a fifth of the line; struck at twice the value: 2/200, 4/100, 1/800.
        ({"coverage": 0.2, "strike_multiple": 2.0}, [2.0, 4.0, 1.0], [0.01, 0.04, 0.00125]),
        ({"coverage": 0.2, "strike_valuation": 40.0}, [2.0, 4.0, 1.0], [0.05, 0.1, 0.025]),
        ({"coverage": 0.2, "stake": 0.03}, [2.0, 4.0, 1.0], [0.03, 0.03, 0.03]),
        ({"amount": 2.0, "strike_multiple": 1.0}, [2.0] * 3, [0.02, 0.04, 0.005]),
        ({"amount": 2.0, "strike_valuation": 8.0}, [2.0] * 3, [0.25] * 3),
        ({"amount": 2.0, "stake": 0.05}, [2.0] * 3, [0.05] * 3),
        ({"stake": 0.02, "strike_multiple": 1.5}, [3.0, 1.5, 12.0], [0.02] * 3),
        ({"stake": 0.05, "strike_valuation": 40.0}, [2.0] * 3, [0.05] * 3),
        ({"amount": 2.0, "stake": 0.25, "strike_valuation": 8.0}, [2.0] * 3, [0.25] * 3),
    ],
)
def test_any_two_terms_give_the_third(
    terms: dict[str, float], exercise_amount: list[float], stake: list[float]
) -> None:
    for right in (granted(warrant(**terms)), granted(swap(**terms))):
        assert right.exercise_amount == pytest.approx(exercise_amount, rel=1e-14)
        assert right.stake == pytest.approx(stake, rel=1e-14)


def test_a_subscription_never_buys_the_whole_firm() -> None:
    right = granted(warrant(amount=2.0, strike_multiple=1.0), (1.0, 2.5, 0.0))
    assert right.stake == pytest.approx([0.9, 0.8, 0.9])
    assert right.exercise_amount.tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({}, "two of amount"),
        ({"coverage": 0.2}, "two of amount"),
        ({"stake": 0.2}, "two of amount"),
        ({"strike_multiple": 1.0}, "two of amount"),
        ({"coverage": 0.2, "amount": 2.0, "stake": 0.1}, "give one of coverage and amount"),
        (
            {"strike_multiple": 1.0, "strike_valuation": 9.0, "stake": 0.1},
            "one of strike_multiple and strike_valuation",
        ),
        ({"amount": 2.0, "stake": 0.25, "strike_valuation": 40.0}, "conflicts"),
        ({"coverage": 0.2, "stake": 0.25, "strike_multiple": 1.0}, "conflicts"),
    ],
)
def test_too_few_and_conflicting_terms_are_refused(terms: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        warrant(**terms)
    with pytest.raises(ValueError, match=words):
        swap(**terms)


# --- Kinds of right ----------------------------------------------------------------------


def test_without_upside_there_is_no_right() -> None:
    right = granted(NoUpside())
    for name in ("right", "stake", "exercise_amount", "trigger", "royalty_cap"):
        assert right[name].tolist() == [0.0] * 3, name
    assert NO_RIGHT == 0


def test_a_warrant_has_no_trigger_and_sells_at_its_liquidity() -> None:
    clause = warrant(coverage=0.2, strike_multiple=1.0)
    k, right = read(upside, clause), granted(clause)
    assert (k.right_years, k.lender_gain_share, k.liquidity) == (5.0, 0.5, 0.35)
    assert right.right.tolist() == [WARRANT] * 3
    assert right.trigger.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("trigger", "dates"),
    [
        ({"trigger_multiple": 2.5}, [250.0, 125.0, 1000.0]),
        ({"trigger_multiple": None, "trigger_valuation": 40.0}, [40.0, 40.0, 40.0]),
    ],
)
def test_a_swap_comes_alive_at_a_multiple_of_value_or_at_a_stated_one(
    trigger: dict[str, Any], dates: list[float]
) -> None:
    clause = swap(coverage=0.2, strike_multiple=1.0, **trigger)
    k, right = read(upside, clause), granted(clause)
    assert (k.right_years, k.liquidity) == (3.0, 0.0)
    assert right.right.tolist() == [SWAP] * 3
    assert right.trigger.tolist() == dates


@pytest.mark.parametrize("multiple", [None, 2.0])
def test_a_swap_needs_exactly_one_trigger(multiple: float | None) -> None:
    valuation = None if multiple is None else 40.0
    with pytest.raises(ValueError, match=r"trigger_multiple: give one of"):
        swap(coverage=0.2, stake=0.1, trigger_multiple=multiple, trigger_valuation=valuation)


def test_a_royalty_ends_at_a_multiple_of_the_line() -> None:
    clause = Royalty(kind="royalty", sales_share=0.02, cap_multiple=1.5)
    k, right = read(upside, clause), granted(clause)
    assert (k.royalty_share, k.right_years) == (0.02, 100.0)
    assert right.right.tolist() == [ROYALTY] * 3
    assert right.royalty_cap.tolist() == [15.0, 30.0, 7.5]
    assert right.exercise_amount.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "clause",
    [
        warrant(coverage=0.0, strike_multiple=1.0),
        warrant(stake=0.0, strike_multiple=1.0),
        swap(amount=0.0, stake=0.1),
        Royalty(kind="royalty", sales_share=0.0, cap_multiple=1.5),
        Royalty(kind="royalty", sales_share=0.02, cap_multiple=0.0),
    ],
)
def test_a_right_to_nothing_is_no_right(clause: Any) -> None:
    assert granted(clause).right.tolist() == [NO_RIGHT] * 3


def test_a_firm_worth_nothing_sells_a_share_for_nothing_and_so_grants_no_right() -> None:
    right = granted(warrant(stake=0.02, strike_multiple=1.5), (100.0, 0.0, 400.0))
    assert right.right.tolist() == [WARRANT, NO_RIGHT, WARRANT]
