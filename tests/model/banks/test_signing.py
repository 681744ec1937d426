"""Writing decisions down: every term in a row of the book, files, refusals."""

from typing import Any

import numpy as np
import pytest

from sim.model.banks.desk import BOOKED, CUTS, JUDGED, Desk
from sim.model.banks.signing import (
    charge_lenders,
    decline,
    judge_in_vain,
    learn,
    sign,
    write_lenders,
    write_weights,
)
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.record import NEVER, NO_RIGHT, ROYALTY, SWAP
from tests.model.banks.three import (
    applicant,
    conditions,
    desk,
    offer,
    offered,
    record,
    rules,
)
from tests.model.firms.hand import market

SWAPPED = {
    "pricing": {
        "kind": "step", "concession_rate": 0.001, "surcharge_rate": 0.004, "after_years": 1.5,
    },
    "tenor": {"kind": "term", "years": 3.0, "reviewed": True},
    "security": {"kind": "pledge", "recovery_share": 0.2},
    "funding": {"kind": "relending", "refinanced_share": 0.6, "rate": 0.01, "quota": 1e6},
    "loss_sharing": {
        "kind": "sole", "guaranteed_share": 0.5, "guarantee_fee_rate": 0.01,
        "first_loss_share": 0.1, "cap_per_default_share": 0.8,
    },
    "introduction": {"kind": "referral", "round_factor": 3.0},
    "limit": {"kind": "fixed", "amount": 6.0},
    "commitment": {
        "kind": "agreement", "promised_move_hazard": 0.4, "demanded_move_hazard": 0.6,
        "listing_wallet_share": 0.5,
    },
    "upside": {
        "kind": "swap", "amount": 2.0, "stake": 0.25, "trigger_valuation": 40.0, "years": 5.0,
        "lender_gain_share": 0.5,
    },
}  # fmt: skip
GENEROUS = rules(policy_subsidy_rate=1.0, known_banks=1)


def signed(
    k: Any, code: int = 1, moved: bool = False, d: Desk | None = None, **fields: Any
) -> Any:
    """The offer of an arrangement, and the contract that a firm signs in year one."""
    terms = np.repeat(np.asarray(k)[None], 1 + code).view(np.recarray)
    d = (d or desk())._replace(terms=terms)
    a = applicant(**{"date": 1.0} | fields)
    o = offered(a, k, GENEROUS)
    o.moves = moved
    row = int(d.tally[BOOKED])
    sign(o, a, code, d)
    assert d.tally[BOOKED] == row + 1
    return o, d.book[row]


# --- Terms -------------------------------------------------------------------------------


def test_every_clause_stands_in_the_contract() -> None:
    o, c = signed(conditions(**SWAPPED), value=30.0)
    for name, value in {
        "firm": 0, "date": 1.0, "maturity": 4.0, "review": 2.0, "step": 2.5, "limit": 6.0,
        "secured": 2.0, "security": 0.2, "guaranteed": 0.5, "first_loss": 0.1,
        "cap_per_default": 0.8,
        "fee_rate": 0.01, "relending_rate": 0.01, "introduction": 3.0,
        "promised_move_hazard": 0.4, "demanded_move_hazard": 0.6, "pools_business": 0,
        "listing_wallet_share": 0.5, "right": SWAP, "stake": 0.25,
        "exercise_amount": 2.0, "trigger": 40.0, "expiry": 6.0, "lender_gain_share": 0.5,
        "signed": 1,
        "terms": 1, "first": 1, "switched_bank": 0, "value": 30.0,
    }.items():  # fmt: skip
        assert c[name] == value, name
    assert (c.rate, c.later_rate) == (o.rate, o.later_rate)
    assert c.later_rate - c.rate == pytest.approx(0.005)
    assert (c.default, c.judgement, c.monitored) == (o.default[0], o.quality[0], o.monitored)
    # Half of the assets of 4 secures 2 of 6: (0.5 + 2 / 3 x 0.25) x 0.8 is lost. Beyond a tenth
    # others bear half of it, less than their cap.
    assert c.loss == pytest.approx(8.0 / 15.0 - 0.5 * (8.0 / 15.0 - 0.1))


def test_a_cap_per_firm_covers_that_much_of_the_line() -> None:
    clause = {"kind": "sole", "guaranteed_share": 0.4, "insured_share": 0.2}
    for cap, guaranteed in ((6.0, 0.4), (3.0, 0.2)):
        own = clause | {"guarantee_cap_per_firm": cap}
        _, c = signed(conditions(**SWAPPED | {"loss_sharing": own}), value=30.0)
        assert (c.limit, c.cover.tolist()) == (6.0, [guaranteed, 0.2, 0.0, 0.0])
        assert c.guaranteed == guaranteed + 0.2
        whole, secured = 8.0 / 15.0, (1.0 - c.guaranteed)
        assert c.loss == pytest.approx(whole * secured)


def test_a_re_guarantor_bears_more_of_some_classes_and_asks_less_on_small_lines() -> None:
    clause = {
        "kind": "sole", "guaranteed_share": 0.8, "reguaranteed_share": 0.375,
        "reguaranteed_share_high_tech": 0.4375, "reguarantee_fee_rate": 0.005,
        "reguarantee_small_fee_rate": 0.003,
    }  # fmt: skip
    for largest, fee in ((5.0, 0.005), (6.0, 0.003)):
        k = conditions(**SWAPPED | {"loss_sharing": clause | {"reguarantee_small_line": largest}})
        for high_tech, part in enumerate((0.375, 0.4375)):
            d = desk()
            d.firms[0].high_tech = high_tech
            _, c = signed(k, d=d, value=30.0)
            assert (c.limit, c.reguaranteed) == (6.0, part)
            assert c.reguarantee_fee_rate == pytest.approx(fee * part * 0.8)


def test_a_plain_contract_has_neutral_terms() -> None:
    _, c = signed(conditions(), code=0, moved=True)
    for name, value in {
        "maturity": 2.0, "review": NEVER, "step": NEVER, "secured": 2.0, "security": 0.0,
        "guaranteed": 0.0, "cap_per_default": 1.0, "introduction": 1.0,
        "promised_move_hazard": 0.0, "demanded_move_hazard": 0.0, "pools_business": 0,
        "right": NO_RIGHT, "expiry": NEVER, "signed": 0,
        "terms": 0, "switched_bank": 1, "loss": 0.5,
    }.items():  # fmt: skip
        assert c[name] == value, name


def test_every_declared_term_is_written() -> None:
    """A term that no clause gives would stand at zero, which need not be neutral."""
    dirty = CONTRACT.empty(8)
    dirty.view(np.ndarray).view(np.uint8)[:] = 1
    _, clean = signed(conditions(**SWAPPED))
    _, over = signed(conditions(**SWAPPED), d=desk(book=dirty))
    differing = [n for n in CONTRACT.dtype.names if not np.array_equal(clean[n], over[n])]
    # Whether the central bank refinances it is known when it takes effect.
    assert differing == ["refinanced"]


def test_the_state_at_signing_is_kept() -> None:
    c = market()
    c.regime, c.winter = 1, 1
    _, first = signed(conditions(), d=desk(market_conditions=[c]), stage=2, value=20.0)
    _, second = signed(conditions(), d=desk(market_conditions=[c]), limit=5.0)
    assert (first.stage, first.value, first.regime, first.winter, first.first) == (
        2,
        20.0,
        1,
        1,
        1,
    )
    assert second.first == 0


def test_the_terms_of_a_royalty() -> None:
    royalty = {"kind": "royalty", "sales_share": 0.02, "cap_multiple": 1.5}
    o, c = signed(conditions(upside=royalty))
    assert (c.right, c.royalty_share) == (ROYALTY, 0.02)
    assert c.royalty_cap == pytest.approx(1.5 * o.line)


def test_contracts_follow_each_other_in_the_book() -> None:
    d = desk()
    for firm in (2, 0):
        signed(conditions(), d=d, firm=firm)
    assert d.book.firm[:2].tolist() == [2, 0]


# --- Lenders -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "lead", "order"),
    [
        ([0.5, 0.3, 0.2], 4, [4, 5, 6]),
        ([0.0, 0.6, 0.4], 5, [5, 6, 4]),
        ([0.7, 0.0, 0.3], 4, [4, 6, 5]),
    ],
)
def test_lenders_that_dropped_out_stand_behind_those_who_lend(
    share: list[float], lead: int, order: list[int]
) -> None:
    c = CONTRACT.empty(1)[0]
    write_lenders(c, offer(lenders=3, lender=[4, 5, 6], share=share))
    assert c.lead == lead
    assert c.lender[:3].tolist() == order
    left = [part for part in share if part > 0.0]
    assert c.share.tolist() == left + [0.0] * (8 - len(left))


@pytest.mark.parametrize(
    ("joint", "shares", "judging", "bringing"),
    [
        # One file for all of them, by share; two further banks at 0.1 each.
        (True, [0.5, 0.3, 0.2], [0.125, 0.075, 0.05], [0.1, 0.06, 0.04]),
        # Each makes its own file, and nobody brings them together.
        (False, [0.5, 0.3, 0.2], [0.25] * 3, [0.0] * 3),
        (False, [1.0], [0.25, 0.0, 0.0], [0.0] * 3),
    ],
)
def test_judging_and_bringing_together_cost_each_lender_what_it_reckoned_with(
    joint: bool, shares: list[float], judging: list[float], bringing: list[float]
) -> None:
    clause = {"kind": "proportional", "shares": shares, "coordination_cost": 0.1}
    k = conditions(**{"loss_sharing": clause} if joint else {})
    d = desk(rules=[rules(screening_cost=0.25)])
    charge_lenders(record(CONTRACT, lender=[0, 1, 2], share=shares), k, d)
    assert d.books.screening.tolist() == pytest.approx(judging)
    assert d.books.coordination.tolist() == pytest.approx(bringing)


@pytest.mark.parametrize("moved", [False, True])
def test_whoever_signs_is_charged_with_the_contract(moved: bool) -> None:
    d = desk(rules=[rules(screening_cost=0.25)])
    _, c = signed(conditions(), code=0, moved=moved, d=d)
    lends = np.zeros(3)
    lends[c.lender[c.share > 0.0]] = 0.25
    assert d.books.screening.tolist() == lends.tolist()


# --- Files and refusals ------------------------------------------------------------------


def test_a_decision_stays_in_the_file_of_the_own_bank_and_costs_it_where_nobody_signs() -> None:
    d = desk(rules=[rules(screening_cost=0.25)])
    for firm, lead, precision, news in (
        (0, 0, 1.0, 0.5), (1, 1, 2.0, -1.0), (2, 1, 3.0, 3.0), (1, 1, 2.0, -1.0),
    ):  # fmt: skip
        o = offer(home_news_precision=precision, home_news=news)
        learn(o, applicant(firm, home=lead), d)
        assert d.tally[JUDGED] == d.ordinal.sum() - 1
        judge_in_vain(o, applicant(firm, home=lead), d)
    assert d.history_precision.tolist() == [1.0, 4.0, 3.0]
    assert d.history_sum.tolist() == [0.5, -2.0, 3.0]
    assert d.ordinal.tolist() == [1, 2, 1]
    assert d.books.screening.tolist() == [0.25, 0.75, 0.0]
    # Whoever repeats these decisions knows who judged whom.
    assert d.tally[JUDGED] == 4
    assert (d.judged_who[:4].tolist(), d.judged_lead[:4].tolist()) == ([0, 1, 2, 1], [0, 1, 1, 1])


def test_refusals_are_written_down_with_what_stays_of_the_line() -> None:
    d = desk()
    decline(2, 0.0, d)
    decline(0, 0.6, d)
    assert d.tally[CUTS] == 2
    assert (d.cut_who[:2].tolist(), d.cut_retained[:2].tolist()) == ([2, 0], [0.0, 0.6])


def weighed(**fields: Any) -> Any:
    """A contract of 20 at three percent shared three to one, once its capital is found."""
    u = rules(
        small_weight=0.75, medium_weight=0.85, large_weight=1.0, vat_rate=0.06,
        recognised_cover_share=1.0, provided_weight=1.0, eur_per_cny=0.125,
    )  # fmt: skip
    known = {"limit": 20.0, "rate": 0.03, "sales": 40.0, "default": 0.02, "loss": 0.45,
             "share": [0.75, 0.25]}  # fmt: skip
    c = record(CONTRACT, **(known | fields))
    write_weights(c, u)
    return c


def test_capital_and_tax_go_by_the_part_of_each_lender() -> None:
    # The lead has 15, which is no small loan; the other has 5.
    c = weighed()
    assert c.risk_weight == pytest.approx(0.75 * 0.85 + 0.25 * 0.75)
    assert c.vat_share == pytest.approx(0.75 * 0.06 / 1.06)
    assert c.defaulted_weight == pytest.approx(0.55)
    # EUR 5 million of sales; the value stands in the oracles.
    assert c.economic_capital == pytest.approx(0.0708364560)


def test_cover_lowers_the_weight_of_a_contract() -> None:
    assert weighed(guaranteed=0.4).risk_weight == pytest.approx(
        0.75 * (0.6 * 0.85 + 0.4 * 0.2) + 0.25 * (0.6 * 0.75 + 0.4 * 0.2)
    )
    # As found on a contract that had other weights before.
    again = weighed(risk_weight=9.0, vat_share=9.0, share=[1.0, 0.0], limit=8.0)
    assert (again.risk_weight, again.vat_share) == (0.75, 0.0)
