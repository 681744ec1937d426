"""The same firm in two worlds: saved, lost, founders better or worse; profit by vintage."""

import pytest

from sim.model.firms.record import ALIVE, FAILED_CASH, NEVER
from sim.outcomes.series import effect_name, firm_effects, vintage_profit
from tests.outcomes import tiny

# firm 0 dies in the baseline only, firm 1 here only, firm 2 in both, firm 3 in neither
HERE = tiny.cohort(
    [0.0, 0.0, 0.1, 0.2], [NEVER, 0.5, 0.6, NEVER], [ALIVE, FAILED_CASH, FAILED_CASH, ALIVE], 2.0
)
THERE = tiny.cohort(
    [0.0, 0.0, 0.1, 0.2], [1.5, NEVER, 0.6, NEVER], [FAILED_CASH, ALIVE, FAILED_CASH, ALIVE], 2.0
)


def effect(kind: str, group: str) -> float:
    found = {name: value[0] for name, _, _, value in firm_effects(HERE, THERE)}
    return found[effect_name(kind, group)]


def test_saved_and_lost_are_told_firm_by_firm() -> None:
    assert effect("saved", "all firms") == 250.0
    assert effect("lost", "all firms") == 250.0


def test_groups_have_the_same_members_in_both_worlds() -> None:
    assert effect("saved", "middle third of quality") == 250.0
    assert effect("saved", "borrow in neither") == 250.0
    assert effect("saved", "borrow in both worlds") != effect("saved", "borrow in both worlds")


def test_founders_gain_where_their_wealth_is_larger() -> None:
    rich = tiny.cohort([0.0, 0.0], [NEVER, NEVER], [ALIVE, ALIVE], 2.0)
    poor = tiny.cohort([0.0, 0.0], [NEVER, NEVER], [ALIVE, ALIVE], 2.0)
    rich.firms["founders"], poor.firms["founders"] = 1.0, 1.0
    rich.firms["value"], poor.firms["value"] = [8.0, 4.0], [6.0, 4.0]
    found = {name: value[0] for name, _, _, value in firm_effects(rich, poor)}
    assert found[effect_name("founders_better", "all firms")] == 500.0
    assert found[effect_name("founders_worse", "all firms")] == 0.0
    # half the private value counts: (8 - 6) / 2 over two firms
    assert found[effect_name("founder_gain", "all firms")] == pytest.approx(0.5)


def test_profit_of_a_vintage_is_that_of_its_new_borrowers() -> None:
    longer = tiny.history(horizon=3.0, end=3.0)
    _, _, years, profit = vintage_profit(longer)
    assert years.tolist() == [1.0, 2.0, 3.0]
    # firm 1: 0.1 interest, 3 CNY million years of a start-up, half of the loss of 3 guaranteed;
    # firm 2: 0.2 interest, 5 CNY million years of a growth firm
    one = 0.1 - 3.0 * (0.012 + 0.02) - 1.5
    two = 0.2 - 5.0 * (0.011 + 0.02)
    assert profit.tolist() == pytest.approx([one + two, 0.0, 0.0])
