"""When lenders withdraw a line: what they see and believe of a running loan, and what they do."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.base.special import annuity
from sim.model.banks import withdrawal
from sim.model.banks.judgement import SEEN
from sim.model.banks.withdrawal import believed_setback, decide_on_loan, worth_of_call
from sim.model.firms.record import ASK_RENEWAL, SWAP
from tests.model.banks.three import NOW, applicant, banks, conditions, desk, offer, rules
from tests.model.firms.hand import market, quiet, three

APART = conditions()
STILL = {"kind": "agreement", "lenders_stand_still": True}
TOGETHER = conditions(commitment=STILL)
# Six tenths a year of setbacks end well, 15 percent badly; assets and the estate pay at once.
LIFE = {
    "recovery_hazard": 0.6, "setback_failure_hazard": 0.15, "setback_hazard": [0.1] * 4,
    "recovery_quality_slope": 0.0, "recovery_tangible": 1.0, "recovery_unsecured_share": 0.0,
    "workout_years": 0.0,
}  # fmt: skip
# Three percent a year is left of a rate of five.
BANKING = {"funding_rate": 0.0175, "operating_cost": (0.02,) * 4, "quality_slope": 0.0}
YEARS = 3.0


def before(
    k: Any = APART,
    shares: Any = (1.0,),
    u: dict[str, Any] | None = None,
    life: dict[str, Any] | None = None,
    **fields: Any,
) -> tuple[Any, Any]:
    """A desk and a start-up in a setback that owes ten; four of cash, two burnt a year, three
    of assets."""
    state = {"cash": 4.0, "flow": -2.0, "tangible": 0.3, "scale": 10.0, "now": NOW}
    firms = three(limit=10.0, balance=10.0, **state)
    for name, value in fields.pop("firm", {}).items():
        firms[name] = value
    terms = np.asarray(k)[None].view(type(firms))
    d = desk(
        firms=firms, params=[quiet(**LIFE | (life or {}))], market_conditions=[market()],
        rules=[rules(**BANKING | (u or {}))], terms=terms, banks=banks(),
    )  # fmt: skip
    loan = {
        "limit": 10.0, "balance": 10.0, "rate": 0.05, "setback": 1,
        "lenders": len(shares), "lender": list(range(len(shares))), "share": shares,
    }  # fmt: skip
    return d, applicant(**loan | fields)


def decided(*given: Any, **fields: Any) -> tuple[float, Any]:
    """What lenders keep together, and the review."""
    d, a = before(*given, **fields)
    return decide_on_loan(offer(), a, YEARS, d), d.review[0]


@pytest.fixture(autouse=True)
def seen(luck: dict[int, float]) -> None:
    """Setbacks are seen."""
    luck[SEEN] = 0.4


# --- What they see and believe -----------------------------------------------------------


def test_what_all_see_by_hand() -> None:
    _, r = decided(shares=(0.6, 0.4), u={"clawback_share": 0.3, "call_cost": 0.02})
    assert (r.cash, r.collateral, r.burn) == pytest.approx((4.0, 3.0, 2.0))
    assert (r.rate, r.years, r.discount) == pytest.approx((0.05, YEARS, 0.0175))
    assert (r.clawback, r.call_cost, r.lenders) == (0.3, 0.02, 2)
    assert r.balance[:2] == pytest.approx([6.0, 4.0])
    assert (r.setback[:2].tolist(), r.carry[:2].tolist()) == (
        [1.0, 1.0],
        pytest.approx([0.03] * 2),
    )
    assert r.recovery[:2] == pytest.approx([0.6, 0.6])
    assert r.failure[:2] == pytest.approx([0.15, 0.15])


def test_a_call_of_a_loan_that_has_ended_costs_nothing() -> None:
    assert decided(u={"call_cost": 0.02}, request=ASK_RENEWAL)[1].call_cost == 0.0


def test_a_line_that_is_open_counts_as_drawn_and_the_money_as_held() -> None:
    _, r = decided(balance=7.0)
    assert (r.cash, r.balance[0]) == pytest.approx((4.0 + 3.0, 10.0))


def test_a_failing_firm_draws_a_part_of_an_open_line_and_spends_it() -> None:
    # Seven are owed and three can be drawn, of which a failing firm takes half: of four of cash
    # it leaves four against eight and a half, as if it had drawn all ten and kept 5.5 of seven.
    life = {"drawdown_at_default_share": 0.5}
    _, r = decided(balance=7.0, life=life)
    assert r.cash * r.cash_left == pytest.approx(10.0 - 8.5 + 4.0)
    assert decided(life=life)[1].cash_left == 1.0
    assert decided(life=life, firm={"cash": 0.0})[1].cash_left == 1.0


def test_assets_the_estate_and_protection_pay_what_a_default_leaves() -> None:
    # Assets bring three; a fifth of seven comes from the estate, half of the rest from guarantors.
    cover = {"guaranteed": 0.5, "cap_per_default": 1.0}
    _, r = decided(life={"recovery_unsecured_share": 0.2}, firm=cover)
    assert r.collateral == pytest.approx(3.0 + 1.4 + 2.8)
    # What a workout brings arrives later, and is worth less.
    _, r = decided(life={"workout_years": 2.0})
    assert r.collateral == pytest.approx(3.0 * np.exp(-0.035))


def test_better_quality_ends_a_setback_sooner_and_doubt_counts_as_its_mean(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge(o: Any, *_: Any) -> None:
        o.quality[:2], o.variance[:2] = [0.0, 1.0], [0.0, 0.5]

    monkeypatch.setattr(withdrawal, "judge", judge)
    _, r = decided(shares=(0.5, 0.5), life={"recovery_quality_slope": 0.4})
    spread = np.exp(0.5 * 0.16 * 0.5)
    assert r.recovery[:2] == pytest.approx([0.6, 0.6 * np.exp(0.4) * spread])
    assert r.failure[:2] == pytest.approx([0.15, 0.15 * np.exp(-0.4) * spread])


def test_a_setback_that_nobody_saw_is_believed_as_often_as_it_is_overlooked(
    luck: dict[int, float],
) -> None:
    luck[SEEN] = 0.6
    # One in eight and a half firms is in a setback, half of them unseen: 0.05 of 0.8.
    assert decided()[1].setback[0] == pytest.approx(0.05 / (0.05 + 0.75))


@pytest.mark.parametrize(
    ("enters", "leaves", "share", "chance"),
    [(0.0, 0.0, 0.5, 0.0), (0.0, 0.5, 0.5, 0.0), (0.1, 0.5, 1.0, 0.0), (0.1, 0.0, 0.5, 1.0)],
)
def test_where_setbacks_do_not_come_or_do_not_end(
    enters: float, leaves: float, share: float, chance: float
) -> None:
    assert believed_setback(False, enters, leaves, rules(setback_seen_share=share)) == chance


def test_business_that_hangs_on_lending_counts_for_a_hold_and_the_subsidy_does_not() -> None:
    _, plain = decided()
    accounts = {"loan_account_turns": 1.0, "loan_account_cap": 1.0}
    # Five of sales of ten run through the loan's account: a half of 0.1 on a balance of ten.
    _, r = decided(u=accounts)
    assert r.carry[0] - plain.carry[0] == pytest.approx(0.05 / 10.0)
    # It counts as it does for a new loan.
    _, r = decided(u=accounts | {"relationship_weight": 0.5})
    assert r.carry[0] - plain.carry[0] == pytest.approx(0.025 / 10.0)
    _, generous = decided(u={"policy_subsidy_rate": 9.0, "bust_tightening_rate": -9.0})
    assert generous.tobytes() == plain.tobytes()


SWAP_TERMS = {
    "kind": "swap", "amount": 2.0, "stake": 0.25, "trigger_valuation": 40.0, "years": 3.0,
    "lender_gain_share": 0.5,
}  # fmt: skip


def test_business_of_a_right_counts_as_far_as_the_firm_still_has_one() -> None:
    # The firm would bring its business rather than let half a right on it come alive.
    demand = {"kind": "agreement", "demanded_move_hazard": 0.4}
    k = conditions(upside=SWAP_TERMS, commitment=demand)
    terms = {"stake": 0.5, "exercise_amount": 2.0, "trigger": 40.0, "value": 10.0}
    right = terms | {"right": SWAP, "demanded_share": 1.0}
    stale = offer(right=SWAP, stake=0.5, exercise_amount=2.0, trigger=40.0, right_years=3.0)

    def carry(**fields: Any) -> float:
        d, a = before(k, **fields)
        decide_on_loan(stale.copy(), a, YEARS, d)
        return float(d.review[0].carry[0])

    none, alive = carry(), carry(**right, expiry=NOW + 3.0)
    assert none == pytest.approx(0.03)
    assert alive > none + 0.001
    # With a month to live it can hardly come alive any more.
    assert carry(**right, expiry=NOW + 1.0 / 12.0) < none + 0.0001


def test_business_that_lending_brings_is_that_of_the_years_that_are_left() -> None:
    # Of 0.1 a year that comes at a half a year, on ten: what has come after a short time is less.
    u, k = {"main_bank_hazard": 0.5}, conditions(belief={"default_probability": (0.0,) * 4})
    d, a = before(k, u=u)
    found = []
    for years in (0.0, 1.0, 3.0):
        decide_on_loan(offer(), a, years, d)
        span = max(years, 1.0 / 12.0)
        left = annuity(0.0175, span)
        host = (left - annuity(0.5175, span)) / left
        found.append(float(d.review[0].carry[0]))
        assert found[-1] == pytest.approx(0.03 + 0.01 * host)
    assert found == sorted(found)


# --- What they do ------------------------------------------------------------------------


def test_lone_lenders_call_where_the_owner_of_the_whole_loan_holds() -> None:
    assert decided()[0] == 1.0
    for shares in ((0.5, 0.5), (0.5, 0.3, 0.2)):
        retained, r = decided(shares=shares)
        assert (retained, r.kept[: len(shares)].tolist()) == (0.0, [0.0] * len(shares))
        # Lenders that stand still do what the owner would.
        assert decided(TOGETHER, shares)[0] == 1.0


def test_a_firm_that_does_not_recover_is_called_by_all() -> None:
    hopeless = {"recovery_hazard": 0.0, "setback_failure_hazard": 2.0}
    for k in (APART, TOGETHER):
        for shares in ((1.0,), (0.5, 0.5)):
            assert decided(k, shares, life=hopeless)[0] == 0.0


def test_a_healthy_firm_with_money_is_held_by_all(luck: dict[int, float]) -> None:
    luck[SEEN] = 0.6
    sound = {"belief": {"default_probability": (0.01,) * 4}}
    for k in (conditions(**sound), conditions(**sound, commitment=STILL)):
        assert decided(k, (0.5, 0.3, 0.2), setback=0, firm={"cash": 20.0})[0] == 1.0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.floats(0.0, 12.0), st.floats(0.0, 1.2), st.floats(0.0, 4.0), st.floats(0.0, 2.0))
def test_one_lender_alone_is_standing_still_of_one(
    cash: float, tangible: float, burn: float, failure: float
) -> None:
    state = {"cash": cash, "tangible": tangible, "flow": -burn}
    life = {"setback_failure_hazard": failure}
    alone = decided(APART, firm=state, life=life)[0]
    assert alone == decided(TOGETHER, firm=state, life=life)[0]


@pytest.mark.parametrize("default", [0.02, 0.3])
@pytest.mark.parametrize("failure", [0.0, 0.15, 2.0])
def test_a_setback_that_is_seen_makes_no_lender_hold_that_would_have_called(
    luck: dict[int, float], default: float, failure: float
) -> None:
    # From almost no cash to more than is owed; some firms in a setback last where sound ones fail.
    k = conditions(belief={"default_probability": (default,) * 4})
    life = {"setback_failure_hazard": failure, "recovery_hazard": 0.1}
    for cash in np.linspace(0.5, 14.0, 9):
        state = {"cash": cash, "flow": -0.1, "tangible": 0.3}
        kept = []
        for sight in (0.6, 0.4):
            luck[SEEN] = sight
            kept.append(decided(k, (0.5, 0.3, 0.2), life=life, firm=state)[1].kept[:3].copy())
        assert np.all(kept[1] <= kept[0])


def test_business_that_lending_brings_is_that_of_a_firm_that_lives(luck: dict[int, float]) -> None:
    found = []
    for sight in (0.6, 0.4):
        luck[SEEN] = sight
        _, r = decided(u={"main_bank_hazard": 0.5}, business=1.0)
        found.append((float(r.carry[0]), float(r.healthy_worth[0])))
    assert found[0] == found[1]


@pytest.mark.parametrize("k", [APART, TOGETHER])
def test_neither_true_quality_nor_a_setback_that_was_not_seen_is_read(
    monkeypatch: pytest.MonkeyPatch, luck: dict[int, float], k: Any
) -> None:
    def judge(o: Any, *_: Any) -> None:
        o.quality[:2], o.variance[:2] = [0.2, -0.3], [0.4, 0.5]

    monkeypatch.setattr(withdrawal, "judge", judge)
    luck[SEEN] = 0.6
    found = set()
    for setback in (0, 1):
        for quality in (-3.0, 0.0, 3.0):
            truth = {"setback": setback, "quality": quality}
            retained, r = decided(
                k, (0.5, 0.5), u={"quality_slope": 0.8}, life={"recovery_quality_slope": 0.4},
                firm=truth, **truth,
            )  # fmt: skip
            found.add((float(retained), r.tobytes()))
    assert len(found) == 1


def test_shares_that_do_not_quite_sum_to_one_are_no_cut(luck: dict[int, float]) -> None:
    share = [0.7, 0.2, 0.1]
    assert sum(share) != 1.0
    assert decided(TOGETHER, share)[0] == 1.0


@pytest.mark.parametrize(
    ("balance", "cash", "share"),
    [
        (10.0, 4.0, 0.7),  # four are paid from cash and three from assets
        (8.0, 4.0, 7.0 / 8.0),  # what can be drawn brings nothing more
        (8.0, 6.0, 1.0),
        (8.0, 9.0, 1.0),
        (0.0, 4.0, 0.0),
    ],
)
def test_what_a_call_would_bring_is_of_what_is_drawn(
    balance: float, cash: float, share: float
) -> None:
    d, a = before(balance=balance, firm={"cash": cash})
    decide_on_loan(offer(), a, YEARS, d)
    assert worth_of_call(a, d) == pytest.approx(share)
