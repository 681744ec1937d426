"""How a loss is shared: by protection, among lenders, among protection providers."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.firms.loss_sharing import (
    GUARANTOR,
    PROTECTOR,
    PROVIDERS,
    borne_by_protection,
    claim_cover,
    covered_share,
    in_force,
    parts_of,
    split_by_share,
)
from tests.oracles.values import cases, oracle_values

SHARE = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("lost", "share", "first", "cap", "others"),
    [
        (3.0, 0.4, 0.0, 1.0, 1.2),
        # Of five millions owed, lenders bear one before protection providers pay.
        (3.0, 0.4, 0.2, 1.0, 0.8),
        (3.0, 0.4, 0.7, 1.0, 0.0),
        (3.0, 0.4, 0.0, 0.1, 0.5),
        (3.0, 1.0, 0.0, 1.0, 3.0),
        (0.0, 0.4, 0.0, 1.0, 0.0),
    ],
)
def test_others_pay_their_share_beyond_the_first_loss_and_up_to_the_cap(
    lost: float, share: float, first: float, cap: float, others: float
) -> None:
    assert borne_by_protection(lost, 5.0, share, first, cap) == pytest.approx(others)


@given(SHARE, SHARE, SHARE, SHARE)
def test_others_never_bear_more_than_is_lost_nor_less_than_nothing(
    lost: float, share: float, first: float, cap: float
) -> None:
    assert 0.0 <= borne_by_protection(lost, 1.0, share, first, cap) <= min(lost, cap)


def test_numbers_and_arrays_are_shared_alike() -> None:
    lost, exposure = np.array([0.0, 1.0, 4.0]), np.array([2.0, 2.0, 5.0])
    terms = np.array([0.3, 0.5, 1.0]), np.array([0.0, 0.25, 0.1]), np.array([1.0, 0.2, 0.6])
    each = [borne_by_protection(*one) for one in zip(lost, exposure, *terms, strict=True)]
    assert borne_by_protection(lost, exposure, *terms).tolist() == each


def test_amounts_fall_on_lenders_by_their_shares_up_to_the_last() -> None:
    out = np.ones((3, 2))
    lender, share = np.array([2, 0, 1, 1]), np.array([0.75, 0.25, 0.0, 0.5])
    split_by_share(np.array([4.0, 8.0]), lender, share, out)
    assert out.tolist() == [[2.0, 3.0], [1.0, 1.0], [4.0, 7.0]]


def test_amounts_of_many_contracts_add_up_at_the_banks() -> None:
    lender = np.array([[0, 1], [1, 0], [0, 0]])
    share = np.array([[0.5, 0.5], [0.75, 0.25], [0.0, 0.0]])
    out = np.zeros((2, 1))
    for amount, banks, parts in zip((4.0, 8.0, 16.0), lender, share, strict=True):
        split_by_share(np.array([amount]), banks, parts, out)
    assert out.tolist() == [[4.0], [8.0]]


@given(st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
def test_parts_of_others_are_a_whole_or_nothing(values: list[float]) -> None:
    whole = float(np.sum(values))
    parts = parts_of(values)
    if whole == 0.0:
        assert not parts.any()
    elif whole > 1e-300:
        assert parts.sum() == pytest.approx(1.0)
        assert parts * whole == pytest.approx(np.array(values))


# --- Claims: layers in their order, caps of a year, capital --------------------------------------


def conditions(**fields: Any) -> Any:
    """Conditions of an arrangement whose providers are bound by nothing."""
    none = dict.fromkeys(("deductibles", "bears_rest"), [0.0] * PROVIDERS)
    uncapped = dict.fromkeys(("caps_per_firm", "caps_per_default"), [math.inf] * PROVIDERS)
    whole = {"claims_at_default": 0}
    return SimpleNamespace(**none | uncapped | whole | fields)


def providers(**fields: Any) -> Any:
    """Four of them, who can pay whatever is claimed."""
    rows = PROTECTOR.empty(PROVIDERS)
    rows.room = rows.capital = rows.reguarantee_room = math.inf
    for name, values in fields.items():
        rows[name] = values
    return rows


def defaulted(exposure: float, lost: float, cover: Any, **fields: Any) -> Any:
    """A firm that has defaulted, and whose loss nobody has shared yet."""
    untouched = {
        "first_loss": 0.0, "cap_per_default": 1.0, "reguaranteed": 0.0, "fell_back": 0.0,
        "reimbursed": 0.0,
    }  # fmt: skip
    return SimpleNamespace(
        exposure_at_default=exposure, recovery=exposure - lost, cover=cover,
        borne=[0.0] * PROVIDERS, **untouched | fields,
    )  # fmt: skip


INSURER, POOL = 1, 3
INF = math.inf


def test_the_towers_pay_to_the_last_yuan() -> None:
    """Three layers, a cap per firm, caps of a year, a deductible and a pool that runs dry."""
    k = conditions(
        bears_rest=[0, 1, 0, 0], deductibles=[0.0, 0.5, 0.0, 0.0],
        caps_per_default=[INF, 2.0, INF, 3.0],
    )  # fmt: skip
    # The pool has 8 and no more; of the guarantor's and the insurer's years see the values.
    rows, year = providers(capital=[25.0, INF, INF, 8.0]), -1
    totals = dict.fromkeys(("pool", "guarantor", "reguarantee", "insurer", "bank"), 0.0)
    for number in range(1, 13):
        given = oracle_values()[f"tower.f{number}"]
        if int(given["date"]) > year:
            year = int(given["date"])
            rows.room = [(8.0, 9.0)[year], 5.0, INF, INF]
            rows.reguarantee_room[GUARANTOR] = 3.5
        exposure, lost = given["exposure"], given["loss"]
        cover = [in_force(0.4, 30.0, exposure), 0.8, 0.0, 0.3]
        f = defaulted(exposure, lost, cover, reguaranteed=0.5)
        claim_cover(f, k, rows)
        found = {
            "pool": f.borne[POOL], "guarantor": f.borne[GUARANTOR], "reguarantee": f.reimbursed,
            "insurer": f.borne[INSURER], "bank": lost - sum(f.borne),
        }  # fmt: skip
        for party, amount in found.items():
            assert amount == pytest.approx(given["value"][party], abs=1e-12), (number, party)
            totals[party] += amount
    for party, amount in totals.items():
        assert amount == pytest.approx(oracle_values()["tower.totals"]["value"][party]), party
    assert rows.capital[POOL] == pytest.approx(0.0, abs=1e-12)
    # It has paid 17, of which 7 came back; fees stand apart here.
    assert rows.capital[GUARANTOR] == pytest.approx(25.0 - 17.0 + 7.0)


@pytest.mark.parametrize(("inputs", "value"), cases("loss.at_default."))
def test_who_pays_at_default_has_its_part_of_what_is_recovered_later(
    inputs: Any, value: Any
) -> None:
    rows = providers(room=[inputs["room"], INF, INF, INF], capital=[10.0, INF, INF, INF])
    exposure = float(inputs["exposure"])
    f = defaulted(exposure, exposure - inputs["recovered_later"], [inputs["share"], 0, 0, 0])
    claim_cover(f, conditions(claims_at_default=1), rows)
    paid = inputs["room"] - rows.room[0]
    assert paid == pytest.approx(value["paid"])
    assert paid - f.borne[0] == pytest.approx(value["back"])
    assert f.borne[0] == pytest.approx(value["net"])
    # What comes back is its capital again, and no more room in the year.
    assert 10.0 - rows.capital[0] == pytest.approx(value["net"])
    assert exposure - inputs["recovered_later"] - sum(f.borne) == pytest.approx(value["bank"])


@given(st.lists(st.floats(0.0, 0.25), min_size=4, max_size=4), SHARE, SHARE, st.booleans())
def test_without_caps_each_provider_bears_its_plain_share_bit_for_bit(
    cover: list[float], lost: float, first: float, at_default: bool
) -> None:
    f = defaulted(1.0, 1.0 - lost, cover, first_loss=first)
    lost = f.exposure_at_default - f.recovery
    claim_cover(f, conditions(), providers())
    assert f.borne == [share * max(lost - first, 0.0) for share in cover]
    assert f.fell_back == 0.0
    if at_default and first == 0.0:
        later = defaulted(1.0, 1.0 - f.recovery, cover)
        claim_cover(later, conditions(claims_at_default=1), providers())
        assert sum(later.borne) == pytest.approx(sum(f.borne), abs=1e-15)


@given(
    st.lists(SHARE, min_size=4, max_size=4), st.lists(SHARE, min_size=8, max_size=8),
    st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=9),
)  # fmt: skip
def test_a_loss_is_borne_once_and_no_cap_is_exceeded(
    cover: list[float], caps: list[float], losses: list[tuple[float, float]]
) -> None:
    k = conditions(bears_rest=[0, 1, 0, 1], deductibles=[0.0, 0.1, 0.0, 0.0])
    rows = providers(room=caps[:4], capital=caps[4:])
    borne = np.zeros(PROVIDERS)
    for exposure, part in losses:
        f = defaulted(exposure, part * exposure, cover, cap_per_default=0.7)
        lost = f.exposure_at_default - f.recovery
        claim_cover(f, k, rows)
        assert min(f.borne) >= 0.0
        assert sum(f.borne) <= min(lost, 0.7 * exposure) + 1e-12
        borne += f.borne
    assert np.all(borne <= np.minimum(caps[:4], caps[4:]) + 1e-12)


def test_what_exceeds_a_cap_falls_on_who_bears_the_rest_and_then_on_the_lenders() -> None:
    rows = providers(room=[1.0, INF, INF, INF], capital=[INF, 1.5, INF, INF])
    f = defaulted(10.0, 10.0, [0.5, 0.5, 0.0, 0.0])
    claim_cover(f, conditions(bears_rest=[0, 1, 0, 0]), rows)
    # Five are claimed of the guarantor, who may pay one; the insurer has 1.5 of the 4.5.
    assert (f.borne, f.fell_back) == ([1.0, 1.5, 0.0, 0.0], 7.0)
    assert (rows.room[0], rows.capital[1]) == (0.0, 0.0)


def test_a_loss_of_nothing_moves_nothing() -> None:
    rows = providers(room=[1.0] * 4, capital=[1.0] * 4)
    f = defaulted(5.0, 0.0, [0.5, 0.0, 0.0, 0.0])
    claim_cover(f, conditions(claims_at_default=1), rows)
    assert (f.borne, f.fell_back) == ([0.0] * 4, 0.0)
    assert rows.room.tolist() == rows.capital.tolist() == [1.0] * 4


def test_what_is_covered_of_a_line_counts_caps_per_firm_and_who_bears_the_rest() -> None:
    k = conditions(
        cover_shares=[0.4, 0.5, 0.0, 0.2], caps_per_firm=[30.0, INF, INF, INF],
        bears_rest=[0, 1, 0, 0],
    )  # fmt: skip
    assert covered_share(20.0, k) == pytest.approx(0.6 + 0.5 * 0.4)
    assert covered_share(40.0, k) == pytest.approx(0.5 + 0.5 * 0.5)
    assert covered_share(0.0, k) == covered_share(30.0, k)


YEARS = 3000


def defaults_in_a_year(inputs: Any, rng: Any) -> Any:
    """Defaults of a book of like loans in each of many years, under a yearly frailty or none."""
    chance, variance = inputs["pd"], inputs.get("variance", 0.0)
    if variance > 0.0:
        level = ((1.0 - chance) ** -variance - 1.0) / variance
        frailty = rng.gamma(1.0 / variance, variance, YEARS)
        chance = 1.0 - np.exp(-level * frailty)
    return rng.binomial(inputs["loans"], chance, YEARS)


@pytest.mark.parametrize(("inputs", "value"), cases("layer."))
def test_the_yearly_sum_of_a_small_book_has_its_exact_law(inputs: Any, value: Any) -> None:
    """The law is summed, or integrated over the frailty, apart from this project."""
    rng, k = np.random.default_rng(16), conditions()
    paid, fell_back = np.zeros((2, YEARS))
    for year, count in enumerate(defaults_in_a_year(inputs, rng)):
        rows = providers(room=[inputs["cap"], INF, INF, INF])
        for _ in range(count):
            f = defaulted(1.0, inputs["per_default"], [1.0, 0.0, 0.0, 0.0])
            claim_cover(f, k, rows)
            paid[year] += f.borne[0]
            fell_back[year] += f.fell_back
    bound = paid >= inputs["cap"] - 1e-12
    for name, sample, spread in (
        ("mean", paid, value["sd"]), ("excess", fell_back, fell_back.std()),
        ("bind", bound, math.sqrt(value["bind"] * (1.0 - value["bind"]))),
        ("gross", paid + fell_back, (paid + fell_back).std()),
    ):  # fmt: skip
        error = 3.0 * spread / math.sqrt(YEARS)
        assert sample.mean() == pytest.approx(value[name], abs=error), name
    squared = (paid - value["mean"]) ** 2
    error = 3.0 * squared.std() / math.sqrt(YEARS)
    assert squared.mean() == pytest.approx(value["sd"] ** 2, abs=error)
