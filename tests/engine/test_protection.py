"""Claims on protection over several firms: their order, caps of a year, capital, who pays."""

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.engine.history import BANK_COLUMNS
from sim.engine.ledger import (
    BANKS,
    FEES,
    FIRM_FEES,
    FIRMS,
    GUARANTORS,
    PROTECTION_PROVIDERS,
    PUBLIC_FEES,
    REGUARANTORS,
    STATE,
    Ledger,
)
from sim.engine.processes import run_world
from sim.engine.protection import (
    new_claims,
    open_year,
    opening_providers,
    renew_provider,
    settle_protection,
    share_claims,
)
from sim.engine.settlement import settle
from sim.engine.world import World, conditions_on
from sim.experiment.simulate import worlds
from sim.model.banks.conditions import CONDITIONS
from sim.model.contracts.arrangement import Arrangement
from sim.model.firms.flows import PAID, PAID_BACK, PARTY_FLOWS, REGUARANTEE
from sim.model.firms.loss_sharing import PROTECTOR, PROVIDERS
from sim.model.firms.record import ALIVE, FIRM
from tests.house.small import changed_books, changed_lives, history, made, with_ample_capital

SHARE, CAP = 0.6, 0.1
FUND = {"kind": "sole", "guaranteed_share": SHARE, "guarantee_cap_per_year_share": CAP}
LENT = {"limit": {"kind": "cash_flow", "sales_share": 0.6, "round_share": 0.2}}
YEARS = 5.0


@cache
def past() -> World:
    """Three hundred firms that often fail, and banks with ample capital."""
    return history(with_ample_capital({"lifecycle.failure_hazard": [0.15] * 4}))


@cache
def lived(months: int = 3, **terms: Any) -> tuple[World, dict[int, float]]:
    """A world whose loans a guarantor covers, settled every so many months.

    Also what it covered on each 1 January.
    """
    clause = {"kind": "sole", "guaranteed_share": SHARE} | terms
    arrangement = Arrangement.model_validate(LENT | {"loss_sharing": clause})
    w, covered = past().branch("guaranteed", made("guaranteed", arrangement)), {}

    def look(phase: str, w: World, date: float) -> None:
        month = round(12.0 * date)
        if phase == "banks" and month % 3 != 0 and month % months == 0:
            settle(w, date)
        if phase == "books" and month % 12 == 0:
            covers = (w.firms.status == ALIVE) & (w.firms.guaranteed > 0.0)
            covered[month // 12] = SHARE * float(w.firms.balance[covers].sum())

    run_world(w, 0.0, YEARS, witness=look)
    return w, covered


def of_fund(**terms: Any) -> tuple[World, dict[int, float]]:
    return lived(guarantee_cap_per_year_share=CAP, **terms)


def in_order(w: World) -> list[Any]:
    """Firms whose covered loans have defaulted, in order of default."""
    f = w.firms
    hit = (f.exposure_at_default > 0.0) & (f.guaranteed > 0.0) & (f.end > 0.0)
    return sorted(f[hit], key=lambda one: one.end)


def test_a_fund_of_six_tenths_pays_a_tenth_of_what_it_covers_in_a_year() -> None:
    """Said in words: 60 % is guaranteed by a fund whose yearly payouts are capped at 10 %."""
    w, covered = of_fund()
    room = {0: np.inf} | {year: CAP * amount for year, amount in covered.items()}
    bound = set()
    for f in in_order(w):
        year = int(f.end)
        claim = SHARE * (f.exposure_at_default - f.recovery)
        paid = min(claim, room[year])
        assert f.borne.tolist() == pytest.approx([paid, 0.0, 0.0, 0.0], abs=1e-9)
        assert f.fell_back == pytest.approx(claim - paid, abs=1e-9)
        room[year] -= paid
        bound |= {year} if paid < claim else set()
    # A year that begins before anything is covered has no cap.
    assert bound
    assert 0 not in bound


def test_what_exceeds_a_cap_is_the_lenders_and_no_life_depends_on_it() -> None:
    (capped, _), (plain, _) = of_fund(), lived()
    assert changed_lives(capped, plain, but=("borne", "fell_back")) == []
    more = capped.firms.fell_back
    assert np.allclose(capped.firms.borne[:, 0] + more, plain.firms.borne[:, 0], atol=1e-12)
    lost = [sum(b.lost for b in w.banks) for w in (capped, plain)]
    assert lost[0] - lost[1] == pytest.approx(more.sum())
    assert more.sum() > 0.0


def test_it_does_not_matter_how_often_accounts_are_settled() -> None:
    terms = {"guarantor_capital": 40.0, "insured_share": 0.5, "insurer_bears_rest": True,
             "insurance_cap_per_year_share": 0.05, "guarantee_fee_rate": 0.01}  # fmt: skip
    (quarterly, _), (monthly, _) = (of_fund(months=n, **terms) for n in (3, 1))
    assert len(monthly.panel) > 2 * len(quarterly.panel)
    borne = quarterly.firms.borne
    assert np.allclose(borne, monthly.firms.borne, rtol=0.0, atol=1e-12)
    assert borne[:, 0].any()
    assert borne[:, 1].any()


def test_caps_that_never_bind_are_plain_shares_bit_for_bit() -> None:
    far = {"guarantee_cap_per_firm": 1e9, "guarantee_cap_per_year_share": 1e9,
           "guarantor_capital": 1e9}  # fmt: skip
    (capped, _), (plain, _) = lived(**far), lived()
    assert changed_lives(capped, plain) == []
    assert changed_books(capped, plain) == []
    f = plain.firms
    lost = f.exposure_at_default - f.recovery
    assert np.array_equal(f.borne[:, 0], f.guaranteed * lost)


def test_a_cap_per_firm_covers_so_much_of_every_line() -> None:
    w, _ = lived(guarantee_cap_per_firm=3.0)
    book = w.book.rows[w.book.rows.signed == 1]
    share = SHARE * np.minimum(3.0 / book.limit, 1.0)
    assert np.allclose(book.guaranteed, share, rtol=1e-15)
    assert (book.limit > 3.0).any()
    for f in in_order(w):
        assert f.borne[0] == pytest.approx(f.guaranteed * (f.exposure_at_default - f.recovery))


def test_a_guarantor_pays_until_its_capital_is_spent_and_then_what_it_earns() -> None:
    w, _ = lived(guarantor_capital=20.0, guarantee_fee_rate=0.01)
    capital = 20.0 * past().scenario.population.stock / 1000.0
    fees = w.ledger.flows["fees for bearing losses"][BANKS, GUARANTORS]
    guarantor = w.providers[1, 0]
    paid = w.firms.borne[:, 0].sum()
    assert capital + fees - paid == pytest.approx(guarantor.capital + guarantor.earned)
    assert guarantor.capital >= 0.0
    assert paid > capital
    assert w.firms.fell_back.sum() > 0.0


def test_a_re_guarantor_pays_its_part_back_up_to_its_cap_and_lenders_see_nothing_of_it() -> None:
    again = {"reguaranteed_share": 0.5, "reguarantee_fee_rate": 0.005,
             "reguarantee_cap_per_year_share": 0.02}  # fmt: skip
    (w, _), (plain, _) = lived(**again), lived()
    own = {"reguaranteed", "reguarantee_fee_rate", "cum_reguarantee_fee", "reimbursed"}
    assert set(changed_lives(w, plain)) == own
    f, flows = w.firms, w.ledger.flows
    back = flows["re-guarantee"][REGUARANTORS, GUARANTORS]
    over = f.recovery_date <= w.settled
    assert back == pytest.approx(f.reimbursed[over].sum())
    assert np.all(f.reimbursed <= 0.5 * f.borne[:, 0] + 1e-12)
    # The cap of some year has left a part to the guarantor.
    assert f.reimbursed.sum() < 0.5 * f.borne[:, 0].sum() - 1e-6
    fee = flows["fees for re-guarantee"][GUARANTORS, REGUARANTORS]
    assert fee == pytest.approx(float(f.cum_reguarantee_fee.sum()))
    assert fee > 0.0


def test_an_arrangement_that_is_on_the_menu_twice_has_one_guarantor() -> None:
    """Under two policies it is the same fund; other arrangements have funds of their own."""
    one = Arrangement.model_validate(LENT | {"loss_sharing": FUND | {"guarantor_capital": 5.0}})
    menu = (*made("fund", one), *made("other", one), *made("fund", one))
    terms, _ = conditions_on(menu, past().scenario)
    assert terms.fund.tolist() == [0, 1, 2, 1]
    firms, rows = FIRM.empty(2), opening_providers(terms)
    capital = rows["capital"][1, 0]
    for name, value in {
        "terms": [1, 3], "exposure_at_default": 1.0, "guaranteed": SHARE, "cap_per_default": 1.0,
    }.items():  # fmt: skip
        firms[name] = value
    firms.cover[:, 0] = SHARE
    share_claims(firms, new_claims(firms), terms, rows)
    assert firms.borne[:, 0].tolist() == [SHARE, SHARE]
    assert rows["capital"][:, 0].tolist() == pytest.approx(
        [np.inf, capital - 2.0 * SHARE, capital, capital]
    )
    firms.status, firms.balance = ALIVE, 10.0
    open_year(firms, terms, rows)
    assert rows["covered"][:, 0].tolist() == pytest.approx([0.0, 20.0 * SHARE, 0.0, 0.0])
    assert rows["room"][1, 0] == pytest.approx(CAP * 20.0 * SHARE)


def test_claims_come_in_order_of_default_ties_by_firm() -> None:
    firms = FIRM.empty(5)
    firms.exposure_at_default = [1.0, 1.0, 0.0, 1.0, 1.0]
    firms.end = [2.0, 1.0, 0.5, 1.0, 0.2]
    firms.shared[4] = 1
    assert new_claims(firms).tolist() == [1, 3, 0]


@pytest.mark.parametrize(
    ("cap", "covered", "room"), [(0.05, 160.0, 8.0), (np.inf, 160.0, np.inf), (0.05, 0.0, np.inf)]
)
def test_a_year_opens_with_the_cap_of_what_is_covered(
    cap: float, covered: float, room: float
) -> None:
    provider = PROTECTOR.empty(1)[0]
    provider.capital, provider.earned, provider.covered = 5.0, 1.5, covered
    renew_provider(provider, cap)
    assert (provider.room, provider.capital, provider.earned) == (room, 6.5, 0.0)


def test_providers_begin_with_their_capital_and_no_cap() -> None:
    terms = CONDITIONS.empty(2)
    terms["capitals"][1] = [3.0, np.inf, 1.0, 2.0]
    rows = opening_providers(terms)
    assert rows["capital"][1].tolist() == [3.0, np.inf, 1.0, 2.0]
    assert np.isinf(rows["room"]).all()
    assert np.isinf(rows["reguarantee_room"]).all()


# --- Who pays the fee ----------------------------------------------------------------------------

FEE = 0.01
PAYERS = {"bank": (FEES, BANKS), "firm": (FIRM_FEES, FIRMS), "public": (PUBLIC_FEES, STATE)}


@cache
def by_payer() -> dict[str, World]:
    """The same loans, guaranteed for a fee that one or another pays."""
    clause = {"kind": "sole", "guaranteed_share": SHARE, "guarantee_fee_rate": FEE}
    arms = {
        f"arrangement.of_{payer}": {"loss_sharing": clause | {"guarantee_fee_payer": payer}}
        for payer in PAYERS
    }
    shared = {"experiment.footing": "equal_lending", "experiment.baseline": "plain"}
    names = ["plain", *(f"of_{payer}" for payer in PAYERS)]
    scenario = with_ample_capital(arms | shared | {"experiment.arrangements": names})
    return {w.name.removeprefix("of_"): w for w in worlds(scenario, 0)}


def column(w: World, name: str) -> float:
    """Sum of a flow of banks."""
    return float(sum(rows[:, BANK_COLUMNS.index(name)].sum() for _, rows in w.panel))


@pytest.mark.parametrize("payer", PAYERS)
def test_the_guarantor_has_its_fee_of_whom_the_contract_says(payer: str) -> None:
    w = by_payer()[payer]
    f, signed = w.firms, w.firms.cum_balance.sum()
    paid = {"bank": f.cum_fee, "firm": f.cum_firm_fee, "public": f.cum_public_fee}
    assert signed > 0.0
    for who, (account, party) in PAYERS.items():
        due = w.ledger.flows[account.name][party, GUARANTORS]
        assert due == pytest.approx(float(paid[who].sum()), rel=1e-9, abs=1e-12)
        assert (due > 0.0) == (who == payer)


def test_a_fee_that_the_state_pays_moves_the_margin_of_banks_by_it_and_nothing_else() -> None:
    bank, public = by_payer()["bank"], by_payer()["public"]
    fields = {"fee_rate", "public_fee_rate", "cum_fee", "cum_public_fee"}
    assert set(changed_lives(bank, public)) == fields
    fees = column(bank, "fee")
    assert fees > 0.0
    assert column(public, "fee") == 0.0
    gained = column(public, "profit_before_tax") - column(bank, "profit_before_tax")
    assert gained == pytest.approx(fees)
    flows = bank.ledger.flows, public.ledger.flows
    moved = {name for name in flows[0] if not np.array_equal(flows[0][name], flows[1][name])}
    # What the bank keeps is taxed, and lowers what it must fund.
    assert moved - {"tax on profit", "funding", "capital of the desk"} == {
        FEES.name, PUBLIC_FEES.name
    }  # fmt: skip
    due = flows[0][FEES.name].sum()
    assert flows[1][PUBLIC_FEES.name].sum() == pytest.approx(due)


def test_a_fee_that_the_firm_pays_leaves_it_that_much_less() -> None:
    bank, firm = by_payer()["bank"], by_payer()["firm"]
    assert column(firm, "fee") == 0.0
    f = firm.firms
    received = f.cum_equity + f.cum_sales + f.cum_drawn + f.cum_exercise_amount
    received = received + f.cum_supplier_loss
    paid = f.cum_cost + f.cum_invest + f.cum_interest + f.cum_repaid + f.cum_dividend
    paid = paid + f.cum_royalty + f.cum_delivery + f.cum_exit_cash + f.cum_commitment
    assert np.allclose(received - paid - f.cum_firm_fee, f.cash, atol=1e-6)
    assert f.cum_firm_fee.sum() > 0.0
    assert bank.firms.cum_firm_fee.sum() == 0.0


# --- What a quarter leaves each ------------------------------------------------------------------


def test_fees_are_earned_and_no_capital_yet_and_losses_are_paid_by_who_bears_them() -> None:
    ledger, providers, results = Ledger(), PROTECTOR.empty(PROVIDERS), np.zeros(PROVIDERS + 1)
    flow = np.zeros(len(PARTY_FLOWS))
    flow[:3] = 10.0, 2.0, 1.0
    flow[PAID : PAID + PROVIDERS] = 3.0, 0.5, 4.0, 0.25
    flow[REGUARANTEE], flow[PAID_BACK] = 0.75, 1.5
    k = SimpleNamespace(
        fee_parts=(0.5, 0.3, 0.2, 0.0), firm_fee_parts=(1.0, 0.0, 0.0, 0.0),
        public_fee_parts=(0.0, 0.0, 0.0, 1.0), residual_share=0.5,
    )  # fmt: skip
    settle_protection(ledger.paid, ledger.parties, k, flow, providers, results)
    # The lessor sells half of what it pays for; the guarantor pays for its re-guarantee.
    assert providers["earned"].tolist() == [6.25, 3.0, 4.0, 1.0]
    assert not np.any(providers["capital"])
    assert results.tolist() == [5.0 + 2.0 - 3.0 + 0.75, 2.5, 0.0, 0.75, -0.75]
    borne = ledger.flows["losses borne by protection providers"]
    assert borne[list(PROTECTION_PROVIDERS), BANKS].tolist() == [3.0, 0.5, 4.0, 0.25]
    assert ledger.flows["leased equipment"].sum() == 2.0
    assert ledger.parties.received[BANKS] == pytest.approx(-10.0 + 7.75)
