"""One firm's gap in money is an identity: effects add up, and where nothing differs are zero."""

from functools import cache

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.engine.history import History
from sim.experiment.simulate import freeze, worlds
from sim.outcomes.bank_stage import client_funding, client_income
from sim.outcomes.firm_wealth import founder_values
from sim.outcomes.reading import net_loss, newborn
from sim.studies.story import (
    PARTIES,
    TOTAL,
    Terms,
    effects,
    filled,
    firms_payments,
    founders_wealth,
    lenders_money,
    story_gap,
    terms_of,
)
from tests.studies.small import small

HARSH = {
    "lifecycle.failure_hazard": [0.2, 0.2, 0.2, 0.2], "population.firms": 150,
    "experiment.arrangements": ["plain", "revenue_swap"],
}  # fmt: skip


@cache
def histories() -> tuple[History, History]:
    plain, swap = (freeze(w) for w in worlds(small().with_values(HARSH), 0))
    return plain, swap


def terms(history: History, firm: int) -> Terms:
    own = terms_of(history, firm)
    return filled(own, own)


@pytest.mark.parametrize("which", [0, 1])
def test_the_identities_are_those_of_the_outcomes(which: int) -> None:
    history = histories()[which]
    firms = range(history.firms.shape[0])
    money = client_income(history) - client_funding(history) - net_loss(history)
    assert int(history.firms.defaulted.sum()) >= 2
    found = [lenders_money(terms(history, firm)) for firm in firms]
    np.testing.assert_allclose(found, money, rtol=1e-9, atol=1e-9)
    a = history.firms
    paid = a.cum_interest + a.cum_royalty + a.cum_delivery
    np.testing.assert_allclose([firms_payments(terms(history, f)) for f in firms], paid, atol=1e-9)
    wealth = [founders_wealth(terms(history, firm)) for firm in np.flatnonzero(newborn(history))]
    np.testing.assert_allclose(wealth, founder_values(history), rtol=1e-9, atol=1e-9)


def test_effects_of_every_firm_add_up_to_its_gap() -> None:
    plain, swap = histories()
    money = [client_income(h) - client_funding(h) - net_loss(h) for h in (plain, swap)]
    gaps = money[1] - money[0]
    assert np.count_nonzero(gaps) > 10
    for firm in np.flatnonzero(gaps):
        rows = effects("lenders together", terms_of(plain, firm), terms_of(swap, firm))
        parts = {row["effect"]: row["part"] for row in rows}
        assert parts.pop(TOTAL) == pytest.approx(gaps[firm], rel=1e-9)
        assert sum(parts.values()) == pytest.approx(gaps[firm], rel=1e-9)


def test_a_rate_alone_is_a_rate_effect_and_nothing_else() -> None:
    plain, _ = histories()
    firm = int(np.flatnonzero(plain.firms.cum_balance > 0.0)[0])
    one = terms_of(plain, firm)
    other = {**one, "rate": one["rate"] + 0.01}
    for party in ("lenders together", "firm's payments"):
        parts = {row["effect"]: row["part"] for row in effects(party, one, other)}
        assert parts["rate"] == pytest.approx(0.01 * plain.firms.cum_balance[firm])
        assert all(value == 0.0 for name, value in parts.items() if name not in ("rate", TOTAL))


def test_a_firm_without_a_loan_owes_the_gap_to_access() -> None:
    plain, _ = histories()
    firm = int(np.flatnonzero((plain.firms.cum_balance > 0.0) & (plain.firms.defaulted == 0))[0])
    with_loan = terms_of(plain, firm)
    nothing = {name: float("nan") for name in ("rate", "balance", "fee", "refinanced", "share")}
    without = {**with_loan, **nothing, "access": 0.0}
    parts = {r["effect"]: r["part"] for r in effects("firm's payments", without, with_loan)}
    assert parts["tenor"] == pytest.approx(plain.firms.cum_interest[firm])
    assert parts["rate"] == parts["line"] == 0.0


def test_a_story_tells_every_party_and_both_lives() -> None:
    scenario = small().with_values(HARSH)
    plain, swap = histories()
    firm = int(np.flatnonzero(plain.firms.cum_interest != swap.firms.cum_interest)[0])
    told = story_gap(scenario, firm, ("plain", "revenue_swap"))
    assert set(told.frame()["party"]) == set(PARTIES)
    assert list(told.story.events) == ["plain", "revenue_swap"]
    words = told.findings().sentences
    assert words[0].startswith("Lenders together, revenue swap less plain: ")
    assert "no interval" in words[-1]


@pytest.mark.parametrize(
    ("firm", "versus", "words"),
    [
        (1, "revenue_swop", "revenue_swap"),
        (1, "plain", "must name two"),
        (999, "revenue_swap", "0 to 149"),
    ],
)
def test_what_is_not_there_is_told(firm: int, versus: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        story_gap(small().with_values(HARSH), firm, ["plain", versus])
