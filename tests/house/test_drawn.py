"""Every accounting identity holds in any scenario that can be written down.

At each settlement of a run the ledger, the books of banks and the records of firms are held
against each other; what a run does not ask of itself is asked here, at its end.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, settings

from sim.engine.history import BANK_COLUMNS
from sim.engine.ledger import ACQUIRERS, BUYERS, FIRMS, HOLDERS, PARTIES, TOLERANCE
from sim.engine.world import World
from sim.experiment.simulate import one_replication, worlds
from sim.model.firms.record import ALIVE, UNBORN
from sim.scenario.edit import value_of
from sim.scenario.scenario import Scenario
from tests.house.drawn import ALWAYS, SOMETIMES, scenarios
from tests.house.test_accounts import SEED, economy

FEW, SOME, MANY = 8, 250, 1500


def drawn(examples: int) -> settings:
    """So many scenarios; however long one takes, or how many a rule refuses."""
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    return settings(max_examples=examples, suppress_health_check=checks, print_blob=True)


def check_money(w: World) -> None:
    """Money has gone from one party to another, and nothing of it is no number."""
    parties = w.ledger.parties
    turned = float(np.abs(parties.received).sum()) + 1.0
    assert abs(parties.received.sum()) <= TOLERANCE * turned
    assert np.all(np.isfinite(w.ledger.paid))
    assert np.all(parties.turned >= 0.0)
    assert w.ledger.residual <= TOLERANCE
    assert w.ledger.checks > 0


def check_firms(w: World) -> None:
    """Each loan is repaid, owed or in default, and each owner has a share of each exit."""
    f = w.firms[w.firms.status != UNBORN]
    scale = TOLERANCE * (1.0 + f.cum_drawn)
    assert np.all(np.abs(f.cum_drawn - f.cum_repaid - f.balance - f.exposure_at_default) <= scale)
    assert np.all((f.recovery >= -scale) & (f.recovery <= f.exposure_at_default + scale))
    owned = f.founders + f.investors + f.holder + f.buyers + f.fund
    np.testing.assert_allclose(owned, 1.0, rtol=0.0, atol=TOLERANCE)
    had = f.founder_proceeds + f.investor_proceeds + f.holder_proceeds + f.buyer_proceeds
    gap = np.abs(had + f.fund_proceeds - f.exit_value)
    assert np.all(gap <= TOLERANCE * (1.0 + f.exit_value))
    ended = f[f.status != ALIVE]
    for name in ("balance", "limit", "cash", "flow", "term", "beside"):
        assert not np.any(ended[name]), name
    assert np.all(f.borne >= 0.0)
    lost = f.exposure_at_default - f.recovery
    assert np.all(f.borne.sum(axis=1) <= np.maximum(lost, 0.0) + scale)


def check_lenders(w: World) -> None:
    """Lenders have a part of each loan, all of it together."""
    lent = (w.firms.status == ALIVE) & (w.firms.balance > 0.0)
    assert np.all(w.share >= 0.0)
    np.testing.assert_allclose(w.share[lent].sum(axis=1), 1.0, rtol=0.0, atol=TOLERANCE)


def check_banks(w: World) -> None:
    """Balance sheets of desks balance, and roll from one settlement to the next."""
    rows = np.array([row for _, row in w.panel])
    at = {name: rows[:, :, n] for n, name in enumerate(BANK_COLUMNS)}
    scale = TOLERANCE * (1.0 + float(np.abs(rows[:, :, :]).sum()))
    assets = at["loans"] + at["npl"] - at["allowance"]
    assert np.all(np.abs(assets - at["funding_stock"] - at["equity"]) <= scale)
    earned = at["profit"] + at["free_income"] + at["policy_subsidy"] + at["injection"]
    assert np.all(np.abs(np.diff(at["equity"], axis=0) - earned[1:]) <= scale)
    assert np.all(at["loans"] >= -scale)
    assert np.all(at["allowance"] >= 0.0)


def check_owners(w: World) -> None:
    """Nobody pays on accounts of others: the ledger knows who buys what."""
    flows = w.ledger.flows
    for name, payers in (("exit values", {ACQUIRERS}), ("subscription", {HOLDERS, BUYERS})):
        others = [n for n in range(len(PARTIES)) if n not in payers]
        assert not np.any(flows[name][others]), name
    assert not np.any(flows["sales"][FIRMS])


def check(scenario: Scenario) -> None:
    """Live through a scenario, and hold all that is told of it against each other."""
    for w in worlds(scenario, 0):
        for hold in (check_money, check_firms, check_lenders, check_banks, check_owners):
            hold(w)
        event(f"{w.name}: {'someone borrows' if np.any(w.firms.cum_drawn > 0.0) else 'nobody'}")


def check_outcomes(scenario: Scenario) -> None:
    """An outcome that is not defined is nan; none is infinite."""
    told = one_replication(scenario, 0).outcomes
    infinite = told[np.isinf(told["value"])]
    assert infinite.empty, infinite.to_string()


def owe_more(w: World) -> None:
    w.firms.cum_drawn[np.argmax(w.firms.balance)] += 1.0


def own_more(w: World) -> None:
    w.firms.founders[np.argmax(w.firms.status == ALIVE)] += 1e-6


def have_more_of_an_exit(w: World) -> None:
    w.firms.investor_proceeds[np.argmax(w.firms.status == ALIVE)] += 1.0


def keep_cash(w: World) -> None:
    w.firms.cash[np.argmax(w.firms.status > ALIVE)] = 1.0


def lend_less(w: World) -> None:
    w.share[np.argmax(w.firms.balance)] *= 0.9


def book_more(w: World) -> None:
    w.panel[-1][1][0, BANK_COLUMNS.index("loans")] += 1.0


def pay_to_nobody(w: World) -> None:
    w.ledger.parties.received[FIRMS] += 1.0


def pay_for_others(w: World) -> None:
    w.ledger.flows["exit values"][FIRMS, HOLDERS] += 1.0


@pytest.mark.parametrize(
    ("breaking", "asks"),
    [
        (owe_more, check_firms), (own_more, check_firms), (have_more_of_an_exit, check_firms),
        (keep_cash, check_firms), (lend_less, check_lenders), (book_more, check_banks),
        (pay_to_nobody, check_money), (pay_for_others, check_owners),
    ],
)  # fmt: skip
def test_what_is_asked_at_the_end_is_answered_by_what_breaks(
    breaking: Callable[[World], None], asks: Callable[[World], None]
) -> None:
    (w,) = worlds(economy().with_values({"experiment.arrangements": ["plain"]}), SEED)
    asks(w)
    breaking(w)
    with pytest.raises(AssertionError):
        asks(w)


def test_whatever_is_drawn_is_a_value_of_the_scenario() -> None:
    for key in ALWAYS | SOMETIMES:
        value_of(economy(), key)


@drawn(FEW)
@given(scenarios())
def test_every_identity_holds_in_a_few_drawn_scenarios(scenario: Any) -> None:
    assume(scenario is not None)
    check(scenario)


@pytest.mark.full
@drawn(SOME)
@given(scenarios())
def test_every_identity_holds_in_many_drawn_scenarios(scenario: Any) -> None:
    assume(scenario is not None)
    check(scenario)


@pytest.mark.full
@drawn(FEW)
@given(scenarios())
def test_no_outcome_of_a_drawn_scenario_is_infinite(scenario: Any) -> None:
    assume(scenario is not None)
    check_outcomes(scenario)


@pytest.mark.slow
@drawn(MANY)
@given(scenarios())
def test_every_identity_holds_in_thousands_of_drawn_scenarios(scenario: Any) -> None:
    assume(scenario is not None)
    check(scenario)
    check_outcomes(scenario)
