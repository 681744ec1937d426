"""Where a clause, a risk or a friction vanishes, nothing of it is left: to the last bit.

All worlds use common random numbers, so a limit that holds only nearly would be a fault.
"""

from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from sim.engine.history import BANK_COLUMNS, SYSTEM_COLUMNS
from sim.engine.processes import run_world
from sim.engine.world import World, new_world
from sim.model.banks.conditions import believed_loss
from sim.model.contracts.arrangement import PLAIN, Arrangement
from sim.model.firms.record import (
    ALIVE,
    ANNIVERSARY,
    CASH_ZERO,
    EXERCISED,
    EXPIRY,
    FAILED_CASH,
    FAILED_TECHNICAL,
    REFUSED,
    REVIEW,
    SWAP,
    WAIVED,
)
from sim.scenario.scenario import Item, Scenario
from tests.capital import desks
from tests.house.small import (
    alike,
    branch,
    changed_books,
    changed_lives,
    differing,
    history,
    study,
    with_ample_capital,
)  # fmt: skip
from tests.second_driver import by_firm

# Every clause with a neutral value that is spelt out, and the neutral value itself.
RIGHT = {"years": 5.0, "lender_gain_share": 0.5, "strike_multiple": 1.1}
NEUTRAL: dict[str, tuple[str, dict[str, Any]]] = {
    "a consortium of one bank": (
        "loss_sharing",
        {"kind": "proportional", "shares": [1.0], "delay_years": 0.1, "coordination_cost": 1.0},
    ),
    "a guarantee of nothing": ("loss_sharing", {"kind": "sole", "guaranteed_share": 0.0}),
    "a warrant with coverage 0": (
        "upside", {"kind": "warrant", "coverage": 0.0, "liquidity_share": 0.35, **RIGHT},
    ),
    "a swap with coverage 0": (
        "upside", {"kind": "swap", "coverage": 0.0, "trigger_multiple": 2.5, **RIGHT},
    ),
    "a swap for no stake": (
        "upside", {"kind": "swap", "stake": 0.0, "trigger_multiple": 2.5, **RIGHT},
    ),
    "a royalty of no share": (
        "upside", {"kind": "royalty", "sales_share": 0.0, "cap_multiple": 1.5},
    ),
    "a royalty capped at nothing": (
        "upside", {"kind": "royalty", "sales_share": 0.02, "cap_multiple": 0.0},
    ),
    "a concession of 0": ("pricing", {"kind": "concession", "concession_rate": 0.0}),
    "a step of 0": (
        "pricing",
        {"kind": "step", "concession_rate": 0.0, "surcharge_rate": 0.0, "after_years": 0.5},
    ),
    "an introduction that changes nothing": (
        "introduction", {"kind": "referral", "round_factor": 1.0},
    ),
    "a pledge that returns nothing": (
        "security", {"kind": "pledge", "recovery_share": 0.0},
    ),
    "a term of one year": ("tenor", {"kind": "term", "years": 1.0, "drawing": "cancellable"}),
    "relending of no share": (
        "funding",
        {"kind": "relending", "refinanced_share": 0.0, "rate": 0.01, "quota": 1e6},
    ),
    "an agreement on nothing": ("commitment", {"kind": "agreement"}),
    "a score without precision": (
        "screening", {"kind": "score", "precision": [0.0, 0.0, 0.0, 0.0]},
    ),
    "a list that everybody is on": ("eligibility", {"kind": "listed"}),
}  # fmt: skip
RATIONED = BANK_COLUMNS.index("rationed")
LABELS = ("signed", "terms", "relending_rate")
ASKED = ("requested_lines", "granted_lines")
"""What firms ask of committees, of which an imposed loan knows nothing."""
"""What says under which arrangement a contract was signed, and what it would have cost."""
DEAD_LETTERS = {
    f"contract {name}"
    for name in (
        *LABELS, "expiry", "lender_gain_share", "liquidity", "trigger", "royalty_share",
        "royalty_cap",
    )
}  # fmt: skip
"""Terms of a right that does not exist, and the count of contracts of an arrangement."""


NO_CAP = {f"sme_register.{of}_cap": 1e9 for of in ("sales", "asset", "staff")}
"""Nobody outgrows the register: large firms sign plain loans, whatever is on the menu."""


@pytest.fixture(scope="module")
def past() -> World:
    return history(study(NO_CAP))


@pytest.fixture(scope="module")
def plain(past: World) -> World:
    return branch(past, "plain")


def with_clause(base: Arrangement, clause: str, terms: dict[str, Any] | None) -> Arrangement:
    """An arrangement with one clause replaced; None for its neutral value."""
    tables = base.model_dump(mode="json")
    del tables[clause]
    return Arrangement.model_validate(tables if terms is None else tables | {clause: terms})


@pytest.mark.parametrize("words", NEUTRAL)
def test_alone_it_is_plain_lending(past: World, plain: World, words: str) -> None:
    world = branch(past, words, with_clause(PLAIN, *NEUTRAL[words]))
    assert changed_lives(plain, world, but=LABELS) == []
    assert set(changed_books(plain, world)) <= DEAD_LETTERS


@pytest.mark.parametrize("words", ["a consortium of one bank", "a concession of 0"])
def test_alone_it_is_plain_lending_where_capital_binds_too(words: str) -> None:
    # A firm that is refused for want of capital is refused by the arrangement and then by
    # plain lending; the second refusal must not find room that the first did not.
    tight = desks(study().bank, 25.0) | NO_CAP
    past = history(study(tight))
    plain, ample = branch(past, "plain"), branch(history(with_ample_capital(NO_CAP)), "plain")
    assert plain.book.used < ample.book.used
    world = branch(past, words, with_clause(PLAIN, *NEUTRAL[words]))
    assert changed_lives(plain, world, but=LABELS) == []
    # Whoever is refused twice is counted twice.
    for w in (plain, world):
        w.panel = [(date, np.delete(rows, RATIONED, axis=1)) for date, rows in w.panel]
    assert set(changed_books(plain, world)) <= DEAD_LETTERS


@pytest.mark.parametrize("words", NEUTRAL)
@pytest.mark.parametrize("name", ["revenue_swap", "consortium"])
def test_in_company_it_is_the_arrangement_without_it(past: World, name: str, words: str) -> None:
    clause, terms = NEUTRAL[words]
    base = past.scenario.arrangement[name]
    if (name, words) == ("consortium", "a guarantee of nothing"):
        base = with_clause(base, "loss_sharing", None)
    without = branch(past, "other", with_clause(base, clause, None))
    world = branch(past, "other", with_clause(base, clause, terms))
    assert without.firms.signed.sum() > 20
    assert changed_lives(without, world, but=LABELS) == []
    assert set(changed_books(without, world)) <= DEAD_LETTERS


@pytest.mark.parametrize("demanded", [0.0, 0.4])
def test_a_swap_whose_trigger_is_out_of_reach_is_no_right(past: World, demanded: float) -> None:
    # The firm takes the offer, for the right costs it nothing, and it never delivers. What
    # is left are the right's own dates. They anchor the firm's straight lines at further
    # points, so money agrees to rounding, and everything that happens to the bit.
    promise = {"kind": "agreement", "demanded_move_hazard": demanded}
    base = with_clause(PLAIN, "commitment", promise)
    right = {"kind": "swap", "coverage": 0.165, "trigger_multiple": 1e200, **RIGHT}
    without = branch(past, "other", base)
    world = branch(past, "other", with_clause(base, "upside", right))
    assert (world.firms.right > 0).sum() > 20
    assert not np.any(world.firms.deliver)
    own = [ANNIVERSARY, EXPIRY, EXERCISED, WAIVED]
    mine, other = by_firm(without.events), by_firm(world.events)
    other = other[~np.isin(other["event"], own)]
    assert mine["firm"].tolist() == other["firm"].tolist()
    assert mine["event"].tolist() == other["event"].tolist()
    np.testing.assert_allclose(mine["date"], other["date"], rtol=0.0, atol=1e-12)
    for field in (
        "cash",
        "balance",
        "cum_interest",
        "cum_relation",
        "founders",
        "exposure_at_default",
    ):
        np.testing.assert_allclose(
            without.firms[field], world.firms[field], rtol=1e-9, atol=1e-9, err_msg=field
        )


def test_what_a_living_right_demands_outlasts_the_loan_that_it_came_with(
    past: World,
) -> None:
    w = branch(past, "revenue_swap")
    terms = w.menu[0].arrangement.commitment.model_dump()
    holders = w.firms.right == SWAP
    lapsed = w.book.rows.signed[w.firms.contract[holders]] == 0
    assert np.any(lapsed)
    assert np.all(w.firms.demanded_move_hazard[holders] == terms["demanded_move_hazard"])


def test_a_review_in_which_every_lender_goes_on_cuts_nothing(past: World) -> None:
    # 0.4 + 0.3 + 0.2 + 0.1 falls one rounding error short of one.
    four = {"kind": "proportional", "shares": [0.4, 0.3, 0.2, 0.1]}
    term = {"kind": "term", "years": 3.0, "reviewed": True}
    line = {"kind": "cash_flow", "sales_share": 0.51, "round_share": 0.1}
    terms = {"loss_sharing": four, "tenor": term, "limit": line}
    w = branch(past, "other", Arrangement.model_validate(terms))
    events = np.concatenate(w.events)
    assert np.any(events["event"] == REVIEW)
    kept = events["value"][events["event"] == REFUSED]
    assert not np.any((kept > 1.0 - 1e-9) & (kept < 1.0))


# --- Equal lending -----------------------------------------------------------------------


def imposed_on(past: World, baseline: World, arrangement: Arrangement) -> World:
    """A world that repeats the baseline's decisions under an arrangement's clauses."""
    w = past.branch("other", (Item("other", arrangement),))
    w.imposed = list(baseline.decisions)
    run_world(w, 0.0, w.scenario.experiment.horizon_years)
    assert not w.imposed
    return w


def losses(w: World) -> Any:
    """Loss of each firm's loans, CNY million."""
    return w.firms.exposure_at_default - w.firms.recovery


@pytest.fixture(scope="module")
def unwatched() -> tuple[World, World]:
    """Past and plain lending where no bank monitors: monitoring depends on its share."""
    past = history(study({"underwriting.monitoring_effort": 0.0}))
    return past, branch(past, "plain")


def test_plain_lending_imposed_on_itself_is_itself(unwatched: tuple[World, World]) -> None:
    again = imposed_on(*unwatched, PLAIN)
    assert changed_lives(unwatched[1], again, but=(*LABELS, *ASKED)) == []
    assert set(changed_books(unwatched[1], again)) <= {"contract signed", "contract terms"}


@pytest.mark.parametrize("only_sharing", [True, False])
def test_with_equal_lending_a_consortium_loses_what_plain_lending_loses(
    unwatched: tuple[World, World], only_sharing: bool
) -> None:
    past, plain = unwatched
    whole = past.scenario.arrangement["consortium"]
    sharing = with_clause(PLAIN, "loss_sharing", whole.loss_sharing.model_dump(mode="json"))
    # The programme's surcharge would change what firms pay, so it is left out here.
    arrangement = sharing if only_sharing else with_clause(whole, "pricing", None)
    joint = imposed_on(past, plain, arrangement)
    # Smaller parts, and a line that is committed, require other capital and pay other taxes.
    of_parts = ("vat_share", "cum_vat", "risk_weight", "cum_risk_weighted")
    of_line = () if only_sharing else ("conversion", "cum_economic")
    assert changed_lives(plain, joint, but=(*LABELS, *ASKED, *of_parts, *of_line)) == []
    assert losses(joint).tobytes() == losses(plain).tobytes()
    assert float(losses(joint).sum()) > 1.0
    # It is the split that differs, and only the split.
    assert "contract share" in changed_books(plain, joint)


def test_with_equal_lending_a_promise_moves_business_and_changes_nothing_else(
    unwatched: tuple[World, World],
) -> None:
    past, plain = unwatched
    promise = {"kind": "agreement", "promised_move_hazard": 3.0}
    promised = imposed_on(past, plain, with_clause(PLAIN, "commitment", promise))
    moved = ("host", "old_host", "moved", "account_moves")
    assert np.any(promised.firms.host != plain.firms.host)
    # A move anchors the straight lines of a firm once more, so money agrees to rounding.
    for name in plain.firms.dtype.names:
        if name in ("status", "defaulted", "stage", "contract", "switched_bank", "refused"):
            assert np.array_equal(plain.firms[name], promised.firms[name]), name
        elif name.startswith("cum_") and name != "cum_relation":
            mine, other = plain.firms[name], promised.firms[name]
            np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-9, err_msg=name)
    assert set(moved) <= set(changed_lives(plain, promised))
    columns = [BANK_COLUMNS.index(name) for name in ("relationship", "hosted")]
    mine, other = (
        np.array([rows[:, columns] for _, rows in w.panel]).sum(axis=(0, 1))
        for w in (plain, promised)
    )
    # Lenders gain what others lose, those outside the scenario among them.
    assert other[0] > mine[0]
    place = SYSTEM_COLUMNS.index("outside_business")
    outside = [sum(row[place] for _, row in w.system) for w in (plain, promised)]
    whole = [one.sum() + out for one, out in zip((mine, other), outside, strict=True)]
    assert whole[0] == pytest.approx(whole[1], rel=1e-9)


@pytest.mark.parametrize("share", [0.01, 0.3])
def test_a_special_line_within_its_assets_has_the_loss_of_plain_lending(
    unwatched: tuple[World, World], share: float
) -> None:
    # Whatever the clause allows, what assets cover comes back as under plain lending.
    past, _ = unwatched
    limit = {"kind": "cash_flow", "sales_share": share, "round_share": 0.0}
    w = branch(past, "other", with_clause(PLAIN, "limit", limit))
    signed = w.book.rows[w.book.rows["signed"] == 1]
    within = signed[signed.limit <= signed.secured]
    assert within.size > 5
    plain = w.terms[0]
    assert np.all(within.loss == believed_loss(1.0, 1.0, plain))
    beyond = signed[signed.limit > signed.secured]
    assert np.all(beyond.loss > within.loss[0])


def test_with_equal_lending_a_joint_file_is_paid_for_once(
    unwatched: tuple[World, World],
) -> None:
    past, plain = unwatched
    joint = imposed_on(past, plain, past.scenario.arrangement["consortium"])
    column = BANK_COLUMNS.index("screening")
    spent = [sum(rows[:, column].sum() for _, rows in w.panel) for w in (plain, joint)]
    book = plain.book.rows[plain.book.rows.date > 0.0]
    further = float((book.share > 0.0).sum() - book.size)
    assert further > 0.0
    cost = past.scenario.underwriting.screening_cost
    # Side by side each lender judges for itself; the baseline's refusals cost as much in both.
    assert spent[0] - spent[1] == pytest.approx(cost * further, rel=1e-9)


def test_without_loss_given_default_it_does_not_matter_who_shares_losses() -> None:
    full = alike("population", "workout") | {
        "population.tangible_mean": 1e6, "workout.recovery_tangible": 1.0,
        "workout.recovery_unsecured_share": 1.0, "underwriting.monitoring_effort": 0.0,
    }  # fmt: skip
    past = history(study(full))
    plain = branch(past, "plain")
    guaranteed = {"kind": "sole", "guaranteed_share": 0.8}
    for arrangement in (
        PLAIN, past.scenario.arrangement["consortium"],
        with_clause(PLAIN, "loss_sharing", guaranteed),
    ):  # fmt: skip
        w = imposed_on(past, plain, arrangement)
        assert w.firms.defaulted.sum() > 3
        panel = np.array([rows for _, rows in w.panel])
        for name in ("loss", "guaranteed"):
            assert not np.any(panel[:, :, BANK_COLUMNS.index(name)])


# --- Cash, signals and common risk -------------------------------------------------------


def test_infinite_cash_removes_closures_for_want_of_cash() -> None:
    rich = alike("operations") | {
        "operations.opening_cash": 1e9, "operations.venture_opening_cash": 1e9,
        "cash.sweep_above": 1e12, "cash.payout_share": 0.0,
    }  # fmt: skip
    past = history(study(rich))
    for name in past.scenario.experiment.arrangements:
        w = branch(past, name)
        assert not np.any(w.firms.status == FAILED_CASH)
        assert not np.any(np.concatenate(w.events)["event"] == CASH_ZERO)
        # The others go on closing: it is liquidity that is gone, not risk.
        assert np.any(w.firms.status == FAILED_TECHNICAL)


def test_a_perfect_signal_leaves_no_error_of_screening() -> None:
    clear = {"underwriting.signal_precision": 1e14, "underwriting.setback_signal_loss": 0.0}
    w = branch(history(study(clear)), "consortium")
    contracts = w.book.rows
    assert contracts.shape[0] > 50
    quality = w.firms.quality[contracts.firm]
    np.testing.assert_allclose(contracts.judgement, quality, rtol=0.0, atol=1e-5)


CALM = {
    "macro.path": [{"years_from_start": -9.0, "regime": "boom"}], "macro.frailty_variance": 0.0,
    "equity_market.winter_rounds": 1.0, "equity_market.winter_listing": 1.0,
    "equity_market.winter_acquisition": 1.0, "equity_market.winter_valuation": 1.0,
}  # fmt: skip
FIRMS, REPLICATIONS = 250, 40


def closures(values: dict[str, Any]) -> Any:
    """Firms of one cohort closed within two years, by replication."""
    cohort = alike("lifecycle") | {
        "population.firms": FIRMS, "population.initial_share": 1.0,
        "experiment.warm_up_years": 0.0, "experiment.horizon_years": 2.0,
        "lifecycle.failure_hazard": [0.15, 0.15, 0.15, 0.15],
    }  # fmt: skip
    scenario: Scenario = with_ample_capital(cohort | values)
    counts = []
    for replication in range(REPLICATIONS):
        w = new_world(scenario, replication)
        run_world(w, 0.0, 2.0)
        counts.append(int((w.firms.status >= FAILED_TECHNICAL).sum()))
    return np.array(counts)


def dispersion(counts: Any) -> float:
    """Variance over that of independent firms; 1 + (n - 1) times the correlation."""
    share = counts.mean() / FIRMS
    return float(counts.var(ddof=1) / (FIRMS * share * (1.0 - share)))


def test_one_regime_without_frailty_leaves_closures_uncorrelated() -> None:
    # Of independent firms the count is binomial; its sample variance over R replications,
    # over its expectation, is chi-squared over R - 1. One false alarm in ten thousand.
    low, high = chi2.ppf([5e-5, 1.0 - 5e-5], REPLICATIONS - 1) / (REPLICATIONS - 1)
    assert low < dispersion(closures(CALM)) < high
    # The same test finds the correlation that frailty alone brings.
    assert dispersion(closures(CALM | {"macro.frailty_variance": 0.5})) > high


def test_the_state_of_other_firms_does_not_matter_without_common_risk() -> None:
    w = branch(history(with_ample_capital(CALM)), "plain")
    few = branch(history(with_ample_capital(CALM | {"population.firms": 100})), "plain")
    assert np.any(few.firms.status == ALIVE)
    assert differing(w.firms[:100], few.firms) in ([], ["contract"])
