"""Money neither appears nor vanishes, and a run in which it did would stop."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import AccountingError
from sim.engine import processes, quarter
from sim.engine.history import BANK_COLUMNS
from sim.engine.kernel import interpreted
from sim.engine.ledger import ACCOUNTS, BANKS, PARTIES, TOLERANCE, Ledger, post
from sim.engine.processes import run_world
from sim.engine.settlement import settle
from sim.engine.world import World
from sim.experiment.simulate import worlds
from sim.model.contracts.arrangement import PLAIN, Arrangement
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.debts import DEBTS
from sim.model.firms.flows import (
    ENTERED,
    HOSTED,
    N_ACCOUNTS,
    OUTSIDE_BUSINESS,
    RELATION,
    place_business,
)
from sim.model.firms.loss_sharing import split_by_share
from sim.model.firms.record import ALIVE, BIRTH, DEFAULTED, FAILED_TECHNICAL, NEVER, UNBORN
from tests.house.mutants import beginning
from tests.house.small import branch, history, study
from tests.second_driver import by_firm

AMOUNT = st.floats(-1e6, 1e6)
PARTY = st.integers(0, len(PARTIES) - 1)
POSTINGS = st.lists(st.tuples(st.integers(0, 2), PARTY, PARTY, AMOUNT), max_size=30)
ODD: dict[str, dict[str, Any]] = {
    "many parties": {
        "limit": {"kind": "cash_flow", "sales_share": 0.57, "round_share": 0.1},
        "loss_sharing": {
            "kind": "sole", "guaranteed_share": 0.4, "guarantee_fee_rate": 0.001,
            "insured_share": 0.2, "insurance_fee_rate": 0.001, "leased_share": 0.2,
            "lease_fee_rate": 0.001, "lease_residual_share": 0.5, "trust_share": 0.15,
            "trust_fee_rate": 0.001, "first_loss_share": 0.01, "cap_per_default_share": 0.8,
        }
    },
    "guaranteed": {
        "loss_sharing": {"kind": "sole", "guaranteed_share": 0.8, "guarantee_fee_rate": 0.01}
    },
    "relending": {
        "funding": {"kind": "relending", "refinanced_share": 0.6, "rate": 0.01, "quota": 1e5}
    },
    "committed for a fee": {
        "tenor": {"kind": "term", "years": 2.0, "commitment_fee_rate": 0.005}
    },
    "royalty": {"upside": {"kind": "royalty", "sales_share": 0.01, "cap_multiple": 0.2}},
    "reviewed by four banks that withdraw alone": {
        "limit": {"kind": "cash_flow", "sales_share": 0.5, "round_share": 0.1},
        "tenor": {"kind": "term", "years": 3.0, "reviewed": True},
        "loss_sharing": {
            "kind": "proportional", "shares": [0.4, 0.3, 0.2, 0.1], "guaranteed_share": 0.3,
            "guarantee_fee_rate": 0.005, "coordination_cost": 0.01,
        },
    },
    "stated amounts and rate": {
        "limit": {"kind": "path", "amounts": [2.0, 10.0], "from_years": [0.0, 3.0]},
        "pricing": {"kind": "fixed", "rate": 0.06},
        "security": {"kind": "pledge", "recovery_share": 0.3},
        "screening": {"kind": "score", "precision": [0.5, 0.5, 0.5, 0.5]},
        "introduction": {"kind": "referral", "round_factor": 3.0},
        "eligibility": {"kind": "listed", "stages": ["growth", "expansion"]},
    },
    "warrant on a stated stake": {
        "limit": {"kind": "fixed", "amount": 5.0},
        "upside": {
            "kind": "warrant", "stake": 0.05, "strike_valuation": 20.0, "years": 1.0,
            "lender_gain_share": 1.0, "liquidity_share": 1.0,
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def past() -> World:
    # Firms are poor enough that some default, and workouts short enough to be over; all of them
    # stay on the register, so that all borrow of desks.
    caps = {f"sme_register.{name}_cap": 1e9 for name in ("sales", "asset", "staff")}
    poor = {"operations.margin": [0.0, 0.04, 0.05, 0.03], "workout.workout_years": 0.5} | caps
    return history(study(poor))


@pytest.fixture(scope="module")
def ends(past: World) -> dict[str, World]:
    """Every arrangement of the scenario, and odd ones, at the end of the horizon."""
    named = past.scenario.arrangement | {
        words: Arrangement.model_validate(terms) for words, terms in ODD.items()
    }
    return {name: branch(past, name, terms) for name, terms in named.items()}


def column(w: World, name: str) -> Any:
    """One bank column, shape (n_dates, n_banks)."""
    return np.array([rows[:, BANK_COLUMNS.index(name)] for _, rows in w.panel])


def close(left: Any, right: Any, scale: float) -> None:
    """Equal to the tolerance of the ledger."""
    np.testing.assert_allclose(left, right, rtol=0.0, atol=TOLERANCE * max(scale, 1.0))


# --- The identities of a run -------------------------------------------------------------


@pytest.mark.parametrize("footing", ["as_offered", "equal_lending", "equal_capital"])
def test_every_identity_is_checked_at_every_settlement_and_holds(footing: str) -> None:
    modes = {"experiment.footing": footing, "experiment.run_off_years": 1.0}
    for w in worlds(study(modes), 0):
        assert w.panel[-1][0] == 6.0
        # Firms, their business, exits, owners, lenders, defaults, losses, funding, profit,
        # counts; three for each bank.
        assert w.ledger.checks == len(w.panel) * (15 + 3 * (w.scenario.n_banks + 1) + len(DEBTS))
        assert 0.0 < w.ledger.residual < TOLERANCE / 1000.0


@pytest.mark.parametrize("words", ODD)
def test_clauses_that_no_shipped_arrangement_has_keep_the_identities(
    ends: dict[str, World], words: str
) -> None:
    w = ends[words]
    assert w.firms.signed.sum() > 5
    assert w.ledger.residual < TOLERANCE / 1000.0


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("losses borne by protection providers", "guaranteed"),
        ("fees for bearing losses", "guaranteed"),
        ("losses borne by protection providers", "many parties"),
        ("leased equipment", "many parties"),
        ("interest on relending", "relending"),
        ("royalty", "royalty"), ("coordination", "consortium"),
        ("gains on rights", "warrant on a stated stake"),
        ("cost of moving business", "revenue_swap"), ("recoveries", "plain"),
        ("policy subsidy", "plain"), ("unpaid bills", "plain"),
        ("commitment fees", "committed for a fee"), ("value-added tax", "plain"),
        ("tax on profit", "plain"), ("banking business", "plain"),
        ("banking business beside loans", "plain"), ("banking business elsewhere", "plain"),
        ("calling of loans", "reviewed by four banks that withdraw alone"),
    ],
)  # fmt: skip
def test_money_flows_on_the_account_of_each_clause(
    ends: dict[str, World], account: str, words: str
) -> None:
    assert np.abs(ends[words].ledger.flows[account]).sum() > 0.0


def test_parties_together_receive_nothing(ends: dict[str, World]) -> None:
    for w in ends.values():
        received = w.ledger.parties.received
        close(received.sum(), 0.0, np.abs(received).sum())


def test_cash_of_every_firm_is_what_it_received_less_what_it_paid(
    ends: dict[str, World],
) -> None:
    for w in ends.values():
        f = w.firms
        received = (
            f.cum_equity + f.cum_sales + f.cum_drawn + f.cum_exercise_amount + f.cum_buyer_amount
            + f.cum_supplier_loss
        )  # fmt: skip
        paid = (
            f.cum_cost + f.cum_invest + f.cum_interest + f.cum_repaid + f.cum_dividend
            + f.cum_royalty + f.cum_delivery + f.cum_exit_cash + f.cum_commitment
            + f.cum_firm_fee
        )  # fmt: skip
        close(received - paid, f.cash, float(np.max(received + paid)))


def test_every_loan_is_repaid_owed_or_in_default(ends: dict[str, World]) -> None:
    for w in ends.values():
        f = w.firms
        lent = float(f.cum_drawn.max())
        close(f.cum_drawn - f.cum_repaid, f.balance + f.exposure_at_default, lent)
        assert np.all(f.balance >= 0.0)
        assert np.all((f.recovery >= 0.0) & (f.recovery <= f.exposure_at_default))


def test_losses_borne_by_the_parties_of_a_contract_equal_the_loss(
    ends: dict[str, World],
) -> None:
    for w in ends.values():
        f = w.firms
        lost = f.exposure_at_default - f.recovery
        beyond = np.maximum(lost - f.first_loss * f.exposure_at_default, 0.0)
        others = np.minimum(f.guaranteed * beyond, f.cap_per_default * f.exposure_at_default)
        own = lost - others
        banks = at_banks(w, own)
        close(banks.sum(), own.sum(), own.sum())
        close(column(w, "loss").sum(axis=0), banks, own.sum())
        close(own + others, lost, lost.sum())
        arrived = f.recovery_date <= w.settled
        close(column(w, "recovered").sum(), f.recovery[arrived].sum(), lost.sum())
        close(column(w, "guaranteed").sum(), others[arrived].sum(), lost.sum())


def at_banks(w: World, amount: Any) -> Any:
    """An amount per firm, split over its lenders, shape (n_banks,)."""
    return split(amount, w.lender, w.share, w.scenario.n_banks)


def split(amounts: Any, lender: Any, share: Any, n_banks: int) -> Any:
    """Amounts of many loans, added up at their lenders by share, shape (n_banks,)."""
    out = np.zeros((n_banks, 1))
    for amount, banks, parts in zip(amounts, lender, share, strict=True):
        split_by_share(np.array([amount]), banks, parts, out)
    return out[:, 0]


def test_recoveries_follow_exposure(ends: dict[str, World]) -> None:
    w = ends["consortium"]
    done = np.flatnonzero(
        (w.firms.exposure_at_default > 0.0) & (w.firms.recovery_date <= w.settled)
    )
    assert done.size > 3
    for i in done:
        this = np.arange(w.firms.shape[0]) == i
        mine, theirs = (
            at_banks(w, w.firms.recovery * this),
            at_banks(w, w.firms.exposure_at_default * this),
        )
        close(
            mine * w.firms.exposure_at_default[i],
            theirs * w.firms.recovery[i],
            float(theirs.max()) ** 2,
        )


def test_balance_sheets_roll_from_quarter_to_quarter(ends: dict[str, World]) -> None:
    for w in ends.values():
        at = {name: column(w, name) for name in BANK_COLUMNS}
        scale = w.ledger.parties[BANKS].turned

        def change(name: str, at: dict[str, Any] = at) -> Any:
            return np.diff(at[name], axis=0)

        def flow(name: str, at: dict[str, Any] = at) -> Any:
            return at[name][1:]

        lent = flow("drawn") - flow("repaid") + flow("transfer")
        resolved = flow("exposure_at_default") - change("npl")
        charged = resolved - flow("recovered") - flow("guaranteed")
        close(change("loans"), lent - flow("exposure_at_default"), scale)
        close(change("allowance"), flow("provision") - charged, scale)
        earned = flow("profit") + flow("free_income")
        earned += flow("policy_subsidy") + flow("injection")
        close(change("equity"), earned, scale)
        assets = at["loans"] + at["npl"] - at["allowance"]
        close(assets, at["funding_stock"] + at["equity"], scale)
        close(at["transfer"].sum(axis=1), 0.0, scale)
        assert np.all(resolved > -1e-9)
        assert np.all(at["allowance"] >= 0.0)


INCOME = (
    "interest", "commitment", "relationship", "gain", "royalty", "relending", "capital_benefit",
)  # fmt: skip
COSTS = (
    "funding", "vat", "operating", "screening", "coordination", "calling", "monitoring", "fee",
    "provision",
)  # fmt: skip


def test_profit_is_income_less_costs_less_tax(ends: dict[str, World]) -> None:
    for w in ends.values():
        income = sum(column(w, name) for name in INCOME)
        costs = sum(column(w, name) for name in COSTS)
        turned = w.ledger.parties[BANKS].turned
        before = column(w, "profit_before_tax")
        np.testing.assert_allclose(before, income - costs, rtol=0.0, atol=1e-12 * turned)
        np.testing.assert_allclose(column(w, "tax"), 0.25 * before, rtol=1e-14)
        close(column(w, "profit"), before - column(w, "tax"), turned)
        assert np.all(column(w, "funding") >= 0.0)
        close(column(w, "interest").sum(), by_contract_interest(w), 1e4)


def by_contract_interest(w: World) -> float:
    """Interest of all firms up to the last settlement, CNY million."""
    f = w.firms
    years = np.where(f.status == ALIVE, w.settled - f.now, 0.0)
    return float((f.cum_interest + f.rate * f.balance * years).sum())


def test_owners_holders_and_lenders_share_what_an_exit_brings(ends: dict[str, World]) -> None:
    for w in ends.values():
        f = w.firms[w.firms.status != UNBORN]
        close(f.founders + f.investors + f.holder + f.buyers, 1.0, 1.0)
        for part in ("founders", "investors", "holder", "buyers"):
            assert np.all((f[part] >= 0.0) & (f[part] <= 1.0))
        claims = f.founder_proceeds + f.investor_proceeds + f.holder_proceeds
        claims = claims + f.buyer_proceeds
        close(claims, f.exit_value, float(f.exit_value.max()))


def test_lenders_gain_no_more_than_the_holder_does() -> None:
    # Rights in force at exit: what reaches lenders was borne by the other owners.
    swift = {
        "equity.acquisition_hazard": [0.5, 0.5, 0.5, 0.5], "equity.acquisition_factor": 3.0,
        "choice.shadow_value": 2.0,
    }  # fmt: skip
    w = branch(history(study(swift)), "loan_with_warrant")
    f = w.firms[w.firms.exercised > 0]
    assert f.shape[0] > 3
    assert np.all(f.cum_gain <= f.holder_proceeds - f.cum_exercise_amount + 1e-9)
    assert np.all(f.cum_gain > 0.0)


def test_each_firm_ends_once_and_each_default_once(ends: dict[str, World]) -> None:
    for w in ends.values():
        events = by_firm(w.events)
        born = events["firm"][events["event"] == BIRTH]
        assert np.unique(born).size == born.size == (w.firms.status != UNBORN).sum()
        defaults = events["firm"][events["event"] == DEFAULTED]
        assert np.unique(defaults).size == defaults.size == w.firms.defaulted.sum()
        assert np.all(w.firms.status[defaults] >= FAILED_TECHNICAL)
        assert np.all(events["date"] <= w.firms.end[events["firm"]])


def test_nothing_flows_after_the_end(ends: dict[str, World]) -> None:
    for w in ends.values():
        ended = (w.firms.status != ALIVE) & (w.firms.status != UNBORN)
        f = w.firms[ended]
        for name in ("flow", "sales", "cost", "balance", "limit", "rate", "cash", "royalty"):
            assert not np.any(f[name]), name
        assert np.all(w.next_time[ended] == NEVER)
        assert np.all(f.now == f.end)


# --- A run in which an identity breaks ---------------------------------------------------


def run_broken(past: World, name: str, breaking: Callable[[World], None]) -> AccountingError:
    """Let a world live until what `breaking` does to it is found."""

    def settle_broken(w: World, date: float) -> None:
        if date >= 1.0:
            breaking(w)
        settle(w, date)

    w = past.branch(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "settle", settle_broken)
        with pytest.raises(AccountingError) as caught:
            run_world(w, 0.0, 5.0)
    return caught.value


def with_books_by_hand(w: World) -> World:
    """The same world, whose quarters are closed by interpreted rules, which a test can change."""
    w.rules = replace(w.rules, close_quarter=interpreted().close_quarter)
    return w


def altered(monkeypatch: pytest.MonkeyPatch, account: str, amount: str) -> None:
    """Change what is posted on one account."""
    code = [one.name for one in ACCOUNTS].index(account)
    first = f"amount = {amount} if account == {code} else amount"
    monkeypatch.setattr(post, "__code__", beginning(post, first))


def test_a_broken_posting_on_any_account_stops_the_run(
    past: World, ends: dict[str, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "revenue_swap"
    before, after = past.ledger.flows, ends[name].ledger.flows
    moved = [account for account in after if np.any(after[account] != before[account])]
    assert len(moved) > 15
    for broken in moved:
        with monkeypatch.context() as patch:
            altered(patch, broken, "(1.0 - 1e-3) * amount")
            with pytest.raises(AccountingError, match=r"against the ledger|business of firms"):
                run_world(with_books_by_hand(past.branch(name)), 0.0, 5.0)


def test_the_error_names_date_arrangement_replication_account_and_amount(
    past: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered(monkeypatch, "interest", "amount + 0.5")
    w = with_books_by_hand(past.branch("consortium"))
    with pytest.raises(AccountingError) as caught:
        run_world(w, 0.0, 5.0)
    assert caught.value.where == "year 0.25, consortium, replication 0"
    words = str(caught.value)
    assert "firms' cash against the ledger" in words
    assert "off by 0.5 CNY million" in words
    assert "report it with the scenario file and the seed" in words


def first_borrower(w: World) -> int:
    return int(np.flatnonzero((w.firms.status == ALIVE) & (w.firms.balance > 0.0))[0])


def add(table: str, name: str, amount: float) -> Callable[[World], None]:
    """Change one number of the first borrower, or of the first bank."""

    def change(w: World) -> None:
        rows = getattr(getattr(w, table), name)
        rows[first_borrower(w) if table == "firms" else 0] += amount

    return change


def lose_a_share(w: World) -> None:
    w.share[first_borrower(w)] *= 0.9


def count_one_too_many(w: World) -> None:
    whole, patch = quarter.audit_entered, pytest.MonkeyPatch()

    def audit_entered(f: Any, sums: Any) -> None:
        whole(f, sums)
        sums[ENTERED] += float(f.firm == first_borrower(w))

    def close_quarter(*given: Any) -> None:
        with patch.context() as inside:
            inside.setattr(quarter, "audit_entered", audit_entered)
            interpreted().close_quarter(*given)

    w.rules = replace(w.rules, close_quarter=close_quarter)


@pytest.mark.parametrize(
    ("breaking", "account"),
    [
        (add("firms", "cash", 0.01), "firms' cash against the ledger"),
        (add("firms", "cum_sales", 0.01), "firms' cash against the ledger"),
        (add("firms", "balance", 0.01), "loans of "),
        (add("firms", "founders", 1e-6), "cap table of the worst firm"),
        (add("firms", "holder", 1e-6), "cap table of the worst firm"),
        (add("firms", "buyers", 1e-6), "cap table of the worst firm"),
        (add("banks", "loans", 0.01), "loans of state_bank_a"),
        (add("banks", "npl", 0.01), "loans in default"),
        (add("banks", "equity", 0.01), "balance sheet of state_bank_a"),
        (add("banks", "funding", 0.01), "balance sheet of state_bank_a"),
        (lose_a_share, "loans of |shares of the lenders of the worst contract"),
        (count_one_too_many, "firms that entered"),
        (add("firms", "cash", float("nan")), "firms' cash against the ledger"),
        (add("firms", "founders", float("nan")), "cap table of the worst firm"),
    ],
)
def test_whatever_breaks_is_found_at_the_next_settlement(
    past: World, breaking: Callable[[World], None], account: str
) -> None:
    error = run_broken(past, "consortium", breaking)
    assert error.where == "year 1.00, consortium, replication 0"
    assert any(name in error.what for name in account.split("|"))


# --- The ledger and the split of losses --------------------------------------------------


def written(postings: list[tuple[int, int, int, float]]) -> Ledger:
    ledger = Ledger()
    for posting in postings:
        post(ledger.paid, ledger.parties, *posting)
    return ledger


@given(POSTINGS)
def test_every_transfer_has_two_legs(postings: list[tuple[int, int, int, float]]) -> None:
    parties = written(postings).parties
    total = sum(abs(amount) for *_, amount in postings)
    close(parties.received.sum(), 0.0, total)
    assert np.all(np.abs(parties.received) <= parties.turned + 1e-9 * total)


@given(POSTINGS)
def test_what_parties_received_is_what_accounts_say(
    postings: list[tuple[int, int, int, float]],
) -> None:
    ledger = written(postings)
    paid = ledger.paid.sum(axis=0)
    total = sum(abs(amount) for *_, amount in postings)
    close(ledger.parties.received, paid.sum(axis=0) - paid.sum(axis=1), total)


@given(POSTINGS, st.randoms(use_true_random=False))
def test_the_order_of_postings_does_not_matter(
    postings: list[tuple[int, int, int, float]], luck: Any
) -> None:
    mixed = list(postings)
    luck.shuffle(mixed)
    one, other = written(postings).parties, written(mixed).parties
    close(one.received, other.received, sum(abs(p[3]) for p in postings))


@given(POSTINGS)
def test_paying_back_leaves_nothing(postings: list[tuple[int, int, int, float]]) -> None:
    back = [(account, payee, payer, amount) for account, payer, payee, amount in postings]
    received = written(postings + back).parties.received
    close(received, 0.0, sum(abs(p[3]) for p in postings))


@given(POSTINGS, POSTINGS)
def test_a_copy_goes_its_own_way(
    postings: list[tuple[int, int, int, float]], more: list[tuple[int, int, int, float]]
) -> None:
    ledger = written(postings)
    before = ledger.paid.tobytes(), ledger.parties.tobytes()
    copy = ledger.copy()
    for posting in more:
        post(copy.paid, copy.parties, *posting)
    assert (ledger.paid.tobytes(), ledger.parties.tobytes()) == before


def check(ledger: Ledger, left: float, right: float, scale: float) -> None:
    """Hold two sides of one identity against each other."""
    ledger.hold(["account"], np.array([[left, right, scale]]), "here")


@given(st.floats(-1e9, 1e9), st.floats(0.0, 1e12), st.floats(0.0, 10.0))
def test_a_gap_stops_the_run_exactly_where_it_exceeds_the_tolerance(
    left: float, scale: float, times: float
) -> None:
    ledger = Ledger()
    right = left + times * TOLERANCE * max(scale, 1.0)
    relative = abs(left - right) / max(scale, 1.0)
    if relative > TOLERANCE:
        with pytest.raises(AccountingError):
            check(ledger, left, right, scale)
    else:
        check(ledger, left, right, scale)
    assert ledger.residual == relative
    assert ledger.checks == 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_stops_the_run(bad: float) -> None:
    with pytest.raises(AccountingError):
        check(Ledger(), bad, 1.0, 1.0)


SHARES = st.lists(st.floats(0.01, 1.0), min_size=1, max_size=MOST_LENDERS)


@given(st.lists(st.tuples(st.floats(0.0, 1e6), SHARES), min_size=1, max_size=8))
def test_a_loss_is_split_without_rest(contracts: list[tuple[float, list[float]]]) -> None:
    loss = np.array([amount for amount, _ in contracts])
    shares = np.zeros((len(contracts), MOST_LENDERS))
    for row, (_, parts) in zip(shares, contracts, strict=True):
        row[: len(parts)] = np.array(parts) / sum(parts)
    lender = np.tile(np.arange(MOST_LENDERS), (len(contracts), 1))
    banks = split(loss, lender, shares, MOST_LENDERS)
    close(banks, loss @ shares, float(loss.sum()))
    close(banks.sum(), loss.sum(), float(loss.sum()))


@given(SHARES, st.integers(-1, MOST_LENDERS), st.booleans(), st.booleans())
def test_banking_business_is_at_one_bank_and_none_is_lost(
    parts: list[float], host: int, lends: bool, pools: bool
) -> None:
    share = np.zeros(MOST_LENDERS)
    share[: len(parts)] = np.array(parts) / sum(parts)
    lender = np.arange(MOST_LENDERS)[::-1].copy()
    banks, row = np.zeros((MOST_LENDERS + 1, N_ACCOUNTS)), np.zeros(N_ACCOUNTS)
    f = SimpleNamespace(contract=0 if lends else -1, pools_business=int(pools))
    place_business(f, host, 3.0, lender, share, banks, row)
    close(row[[RELATION, HOSTED, OUTSIDE_BUSINESS]].sum(), 3.0, 3.0)
    close(banks.sum(axis=0), row * (np.arange(N_ACCOUNTS) != OUTSIDE_BUSINESS), 3.0)
    if row[RELATION] > 0.0:
        assert lends
        assert share[lender == host].sum() > 0.0
        expected = share if pools else (lender == host) * 1.0
        close(banks[lender, RELATION], 3.0 * expected, 3.0)


def test_plain_lending_splits_between_banks_that_have_not_agreed(past: World) -> None:
    w = branch(past, "plain", PLAIN)
    several = (w.share > 0.0).sum(axis=1) > 1
    assert np.any(several)
    close(w.share[several].sum(axis=1), 1.0, 1.0)
