"""Who lends and at what rate: markets of equal and unequal banks, and what moves them."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import ndtr

from sim.model.banks.bidding import award, break_even_bid, hold_auction
from tests.model.banks.auctions import (
    COST,
    LOSS,
    SHARED,
    applicants,
    auction,
    beliefs,
    compiled,
    earned,
    hold_all,
    hold_each,
    true_default,
)
from tests.oracles.values import cases, oracle_values

MOST = 4.0
"""Standard errors; one false alarm in sixteen thousand."""


def rate_of(default: float) -> float:
    """Break-even rate at the costs of all values that were computed elsewhere."""
    return break_even_bid(min(default, 0.95), COST, LOSS, 0.0)


def threshold(precisions: Any, bank: int, cap: float) -> float:
    """Mean of quality from which on a bank bids."""

    def over(own: float) -> float:
        return rate_of(beliefs(bank, *auction(precisions, own)).alone) - cap

    return float(brentq(over, -4.0, 4.0, xtol=1e-9))


# --- Markets of equal banks ------------------------------------------------------------------


NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)


def market(banks: int, cap: float, precision: float = 0.5) -> SimpleNamespace:
    """Entry, share lent, mean rate, profit per applicant and default, from orders of means."""
    start, last = threshold([precision] * banks, 0, cap), 5.0
    quality = 8.0 * NODES
    weight = 8.0 * WEIGHTS * np.exp(-0.5 * quality**2) / math.sqrt(2.0 * math.pi)
    known, spread = precision / (1.0 + precision), math.sqrt(precision) / (1.0 + precision)
    default = true_default(quality)

    def below(mean: Any) -> Any:
        return ndtr((mean - known * quality) / spread)

    missed = below(start)
    lent = 1.0 - missed**banks
    paid = cap * banks * missed ** (banks - 1) * (1.0 - missed)
    nodes, weights = np.polynomial.legendre.leggauss(48)
    for z, w in zip(nodes, weights, strict=True):
        second = start + 0.5 * (last - start) * (1.0 + z)
        density = np.exp(-0.5 * ((second - known * quality) / spread) ** 2)
        density *= 0.5 * (last - start) * w / (spread * math.sqrt(2.0 * math.pi))
        if banks > 1:
            at = below(second)
            orders = banks * (banks - 1) * at ** (banks - 2) * (1.0 - at)
            asked = rate_of(beliefs(0, *auction([precision] * banks, second)).tied)
            paid = paid + asked * orders * density
    share = float(weight @ lent)
    return SimpleNamespace(
        xstar=start, lent=share, rate=float(weight @ paid) / share,
        profit=float(weight @ (paid * (1.0 - default) - lent * (COST + default * LOSS))),
        true=float(weight @ (lent * default)) / share,
    )  # fmt: skip


@pytest.mark.parametrize(("inputs", "value"), cases("bid.market."))
def test_a_market_of_equal_banks(inputs: Any, value: dict[str, float]) -> None:
    found = vars(market(inputs["banks"], inputs["cap"]))
    # Values are rounded to a millionth; their rates are good to one part in 10,000, of which
    # profit, what a rate leaves over its cost, magnifies the error.
    error = {"profit": 2e-3}
    expected = {k: pytest.approx(v, rel=error.get(k, 1e-4), abs=6e-7) for k, v in value.items()}
    assert found == expected


@pytest.mark.parametrize(("inputs", "value"), cases("bid.threshold."))
def test_a_bank_bids_from_a_mean_of_quality_on(inputs: Any, value: float) -> None:
    found = threshold(inputs["precisions"], inputs["bank"], inputs["cap"])
    assert found == pytest.approx(value, abs=1e-6)


def signs(outcomes: list[SimpleNamespace], name: str) -> set[int]:
    """In which direction an outcome goes, one step after another."""
    return {int(np.sign(x)) for x in np.diff([vars(one)[name] for one in outcomes])}


@pytest.mark.parametrize(("cap", "lent"), [(0.045, 1), (0.05, 1), (0.06, -1)])
def test_more_banks_lend_cheaper_and_shun_more_each(cap: float, lent: int) -> None:
    found = [market(banks, cap) for banks in (1, 2, 3, 5, 8)]
    assert signs(found, "rate") == signs(found, "profit") == {-1}
    assert signs(found, "xstar") == {1}
    # Where few are refused, the curse of those who see them weighs more than their number.
    assert signs(found, "lent") == {lent}


@pytest.mark.parametrize("banks", [1, 2, 3])
def test_under_a_higher_cap_more_is_lent_at_higher_rates(banks: int) -> None:
    found = [market(banks, cap) for cap in (0.042, 0.045, 0.05, 0.06)]
    assert signs(found, "lent") == signs(found, "rate") == signs(found, "true") == {1}


def test_one_bank_that_sees_better_lends_more_under_a_tight_cap() -> None:
    found = [market(1, 0.045, precision) for precision in (0.25, 0.5, 1.0, 2.0)]
    assert signs(found, "lent") == signs(found, "profit") == {1}


def test_many_banks_charge_what_loans_cost() -> None:
    cost = oracle_values()["bid.many_banks"]["value"]
    found = [market(banks, 0.2) for banks in (2, 4, 8, 12)]
    assert signs(found, "rate") == {-1}
    # Three times as many banks leave less than half of what they charge above it.
    assert 0.0 < found[3].rate - cost < 0.5 * (found[1].rate - cost)


def test_banks_that_make_one_file_lend_more_to_better_firms_at_a_higher_rate() -> None:
    apart, whole = market(3, 0.05), market(1, 0.05, 1.5)
    club = oracle_values()["bid.mc.club.0.05"]["value"]
    assert (whole.lent, whole.rate) == pytest.approx((0.5414, 0.05), abs=5e-5)
    assert (whole.profit, whole.true) == pytest.approx((0.00394, 0.02312), abs=6e-6)
    for name in ("lent", "rate", "profit"):
        assert vars(apart)[name] < club[name] < vars(whole)[name]
    assert apart.true > club["true"] > whole.true


# --- Markets of unequal banks, by simulation -------------------------------------------------


def simulated(precisions: Any, n: int, cap: float = 0.05, **columns: Any) -> SimpleNamespace:
    """One auction for each of `n` firms, and what they are."""
    setting = auction(precisions, cap=cap, **columns)
    quality, means = applicants(n, setting)
    out = hold_all(means, setting)
    out.default, out.means = true_default(quality), means
    out.profit = np.where(out.lent, earned(out.rate, out.default), 0.0)
    return out


def near(values: Any, expected: float, rounding: float = 0.0) -> bool:
    """Whether a mean is the expected one, which two million draws have given."""
    errors = np.std(values) * math.sqrt(1.0 / np.size(values) + 1.0 / 2e6)
    return bool(abs(np.mean(values) - expected) < MOST * errors + rounding)


@pytest.mark.parametrize(("inputs", "value"), cases("bid.mc."))
def test_a_market_of_unequal_banks(inputs: Any, value: dict[str, Any]) -> None:
    found, rounding = simulated(inputs["precisions"], 100_000), 1e-6
    assert near(found.lent, value["lent"], rounding)
    assert near(found.rate[found.lent], value["rate"], rounding)
    assert near(found.default[found.lent], value["true"], 3.0 * rounding)
    assert near(found.profit, value["profit"], rounding)
    for bank, share in enumerate(value["won"]):
        won = found.winner == bank
        assert near(won, share, rounding)
        assert near(found.rate[won], value["rate_each"][bank], rounding)
        # Those that a bank wins are a share of the two million, too.
        errors = found.default[won].std() * math.sqrt(1.0 / won.sum() + 1.0 / (2e6 * share))
        assert abs(found.default[won].mean() - value["true_each"][bank]) < MOST * errors
        assert near(np.where(won, found.profit, 0.0), value["each"][bank], rounding)


def test_a_bank_with_a_private_file_leaves_worse_firms_to_others_and_they_pay_less() -> None:
    found = simulated(
        [0.8, 0.7, 0.8], 40_000, shared=0.55, file_precision=[5.0, 0.0, 0.0]
    )  # fmt: skip
    home, others = found.winner == 0, found.winner > 0
    for values, sign in ((found.default, 1.0), (found.rate, -1.0)):
        gap = sign * (values[others].mean() - values[home].mean())
        error = math.hypot(
            values[others].std() / math.sqrt(others.sum()),
            values[home].std() / math.sqrt(home.sum()),
        )
        assert gap > MOST * error
    # What a firm would have cost the bank with the file, it would have known.
    assert found.profit[home].sum() > 5.0 * found.profit[others].sum()


def test_no_bank_gains_by_another_bid() -> None:
    setting = auction([0.5] * 3)
    quality, means = applicants(200_000, setting)
    default = true_default(quality)

    def profit(shade: float) -> Any:
        out = hold_all(means + np.array([shade, 0.0, 0.0]), setting)
        return np.where(out.winner == 0, earned(out.rate, default), 0.0)

    usual = profit(0.0)
    for shade in (-0.3, -0.15, 0.15, 0.3):
        gain = profit(shade) - usual
        assert gain.mean() < -MOST * gain.std() / math.sqrt(gain.size)


def test_own_business_wins_its_host_more_loans_and_makes_others_cheaper() -> None:
    before, after = (
        simulated([0.5] * 3, 20_000, cost=[COST - income, COST, COST]) for income in (0.0, 0.004)
    )
    host = before.winner == 0
    assert np.all(after.winner[host] == 0)
    assert (after.winner == 0).mean() > 1.2 * host.mean()
    others = after.winner > 0
    assert np.all(after.winner[others] == before.winner[others])
    assert np.all(after.rate[others] <= before.rate[others])
    assert after.rate[others].mean() < before.rate[others].mean() - 1e-4


def test_a_firm_stays_with_its_bank_up_to_the_cost_of_moving() -> None:
    before, after = (
        simulated([0.5, 0.5], 20_000, cap=0.06, moving=[0.0, cost]) for cost in (0.0, 0.002)
    )
    stays, leaves = after.winner == 0, after.winner == 1
    assert np.all(before.winner[leaves] == 1)
    kept = stays & (before.winner == 0)
    # Its bank may ask for the cost of moving on top, the other must pay it; the cap holds.
    assert after.rate[kept] == pytest.approx(np.minimum(before.rate[kept] + 0.002, 0.06))
    contested = leaves & (before.rate < 0.06)
    assert after.rate[contested] == pytest.approx(before.rate[contested] - 0.002)
    turned = stays & (before.winner == 1)
    assert turned.sum() > 100
    # A bank that would lend may keep a firm that another would have lent to for less.
    assert np.all(after.rate[turned] >= before.rate[turned] - 1e-12)


# --- One auction -----------------------------------------------------------------------------


def held(*setting: Any) -> tuple[int, float]:
    """Winner and rate."""
    hold_auction(*setting)
    return int(setting[0].winner), float(setting[0].rate)


def test_a_bank_enters_as_if_alone_and_bids_as_if_tied_with_the_best_of_the_others() -> None:
    precisions, quality = [0.5, 0.7, 1.0], [1.0, 0.8, 0.9]
    a, bidders, rivals = auction(precisions, quality, cap=0.06)
    hold_auction(a, bidders, rivals)
    assert bidders.enters.tolist() == [1, 1, 1]
    for j, b in enumerate(bidders):
        thinks = beliefs(j, *auction(precisions, quality, cap=0.06))
        assert thinks.own < thinks.alone != thinks.tied
        assert b.default == pytest.approx(thinks.alone)
        assert b.left == pytest.approx(0.06 - rate_of(thinks.alone))
        assert b.bid == pytest.approx(rate_of(thinks.tied))


def test_below_the_cost_of_the_best_firm_nobody_bids() -> None:
    winner, rate = held(*auction([0.5, 0.5, 4.0], 9.0, cap=COST))
    assert (winner, rate) == (-1, COST)


def test_a_bank_alone_charges_the_cap() -> None:
    assert held(*auction([0.5], 1.0)) == (0, 0.05)
    # One that would bid against it but may not lend is no rival in price.
    assert held(*auction([0.5, 0.5], 1.0, cost=[COST, 1.0])) == (0, 0.05)
    assert held(*auction([0.5], -1.0)) == (-1, 0.05)


def test_where_all_errors_are_shared_banks_charge_what_a_loan_costs_them() -> None:
    setting = auction([0.5 / (1.0 - SHARED)] * 3, 0.3, shared=SHARED / 0.5)
    _, rate = held(*setting)
    assert rate == pytest.approx(rate_of(beliefs(0, *setting).own), rel=1e-5)


def test_of_equal_bids_the_better_judge_then_the_first_wins() -> None:
    a, bidders, _ = auction([0.5] * 3)
    bidders.enters, bidders.bid, bidders.quality = 1, 0.04, [0.1, 0.3, 0.3]
    award(a, bidders)
    assert (a.winner, a.rate) == (1, 0.04)
    bidders.enters = [1, 0, 0]
    award(a, bidders)
    assert (a.winner, a.rate) == (0, 0.05)


@given(st.permutations([0.02, 0.025, 0.03, 0.041]))
def test_the_winner_is_paid_as_the_runner_up_asks(bids: list[float]) -> None:
    a, bidders, _ = auction([0.5] * 4)
    bidders.enters, bidders.bid = 1, bids
    award(a, bidders)
    assert (a.winner, a.rate) == (bids.index(0.02), 0.025)


def test_what_one_bank_may_not_lend_the_next_ones_do_each_as_the_one_after_it_asks() -> None:
    a, bidders, _ = auction([0.5] * 4, most=[4.0, 9.0, 5.0, 9.0])
    bidders.enters, bidders.bid, a.asked = [1, 1, 1, 0], [0.03, 0.04, 0.02, 0.01], 10.0
    award(a, bidders)
    assert bidders.part.tolist() == [4.0, 1.0, 5.0, 0.0]
    assert bidders.rate.tolist() == [0.04, 0.05, 0.03, 0.05]
    assert (a.winner, a.line) == (2, 10.0)
    assert a.rate == pytest.approx(0.5 * 0.03 + 0.4 * 0.04 + 0.1 * 0.05)
    # Without enough banks the line is what they may lend.
    a.asked = 30.0
    award(a, bidders)
    assert (a.line, bidders.part.tolist()) == (18.0, [4.0, 9.0, 5.0, 0.0])


def test_a_bank_that_may_lend_nothing_does_not_bid() -> None:
    assert held(*auction([0.5] * 2, 1.0, most=[0.0, 1.0])) == (1, 0.05)


def test_no_rate_is_below_zero() -> None:
    assert held(*auction([0.5] * 2, 1.0, cost=-0.2)) == (0, 0.0)


def test_value_added_tax_is_part_of_the_rate() -> None:
    rate = break_even_bid(0.03, 0.02, 0.4, 0.06 / 1.06)
    assert rate * (1.0 - 0.06 / 1.06) * 0.97 == pytest.approx(0.02 + 0.03 * 0.4)
    # The tax that the runner-up pays is in the rate, the winner is exempt.
    (free, untaxed), (taxed, dearer) = (
        held(*auction([0.5] * 2, 1.0, cap=0.2, tax=tax))
        for tax in ([0.0, 0.0], [0.0, 0.06 / 1.06])
    )
    assert free == taxed == 0
    assert dearer == pytest.approx(untaxed * 1.06)


def test_a_club_is_one_bank_with_all_of_its_signals() -> None:
    # Errors correlated by c: k signals of precision t are worth k t / (1 + (k - 1) c).
    c, t, k = 0.3, 0.5, 3
    _, bidders, _ = auction([k * t / (1.0 - c)], shared=c / t)
    assert bidders[0].signal == pytest.approx(k * t / (1.0 + (k - 1) * c))


def test_compiled_and_interpreted_auctions_give_the_same_bits() -> None:
    luck = np.random.default_rng(8)
    lent = 0
    for _ in range(60):
        n = int(luck.integers(1, 9))
        filed = np.where(np.arange(n) == luck.integers(n), luck.uniform(0.0, 6.0), 0.0)
        setting = auction(
            luck.choice([0.0, 0.5, 0.7, 3.0], n), luck.normal(0.7, 0.7, n),
            cap=luck.uniform(0.04, 0.1), shared=luck.choice([0.0, 0.5]), file_precision=filed,
            cost=luck.uniform(0.02, 0.03, n), moving=luck.choice([0.0, 0.002], n),
            most=luck.choice([0.0, 0.4, math.inf], n),
        )  # fmt: skip
        found = []
        for rule in (hold_each, compiled()):
            a, bidders, rivals = (part.copy() for part in setting)
            out = np.empty((1, 2))
            rule(a.reshape(1), bidders, rivals, bidders.quality.reshape(1, n), out)
            found.append((out.tolist(), bidders.tolist()))
        assert found[0] == found[1]
        lent += int(out[0, 0] >= 0.0)
    assert lent > 20
