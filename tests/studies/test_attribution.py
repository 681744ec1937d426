"""The gap between two arrangements is split over clauses, and the parts add up to it."""

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.studies.attribution import TOTAL, attribute, game_of
from tests.studies.small import small, store

PAIR = ("plain", "common_growth")


def test_parts_add_up_to_the_gap_between_the_two_arrangements() -> None:
    scenario = small()
    found = attribute(scenario, PAIR, ["bank.profit"], store=store())
    alone = store().outcomes(scenario, range(3))
    wide = alone[alone["outcome"] == "bank.profit"].pivot(
        index="replication", columns="arrangement", values="value"
    )
    gap = (wide[PAIR[1]] - wide[PAIR[0]]).to_numpy()
    assert gap.any()
    np.testing.assert_allclose(found.parts["bank.profit"].sum(axis=1), gap, rtol=1e-9)
    frame = found.frame().set_index("clause")["part"]
    assert frame[TOTAL] == pytest.approx(gap.mean())
    assert list(frame.index) == ["limit", "tenor", "pricing", "commitment", TOTAL]


def test_sampled_orders_add_up_to_the_same_gap() -> None:
    scenario = small()
    exact = attribute(scenario, PAIR, ["bank.profit"], store=store())
    drawn = attribute(scenario, PAIR, ["bank.profit"], pairs=1, store=store())
    assert not drawn.is_exact
    np.testing.assert_allclose(
        drawn.parts["bank.profit"].sum(axis=1), exact.parts["bank.profit"].sum(axis=1), rtol=1e-9
    )


def test_a_clause_that_changes_nothing_gets_exactly_nothing() -> None:
    # a step that comes after the end of time: another clause, the same payments
    idle = {"kind": "step", "concession_rate": 0.0, "surcharge_rate": 0.01, "after_years": 500.0}
    limit = small().arrangement["common_growth"].limit
    scenario = small().with_values({"arrangement.idle": {"pricing": idle, "limit": limit}})
    found = attribute(scenario, ("plain", "idle"), ["bank.profit"], store=store())
    parts = found.parts["bank.profit"]
    assert found.game.players == ("limit", "pricing")
    assert np.all(parts[:, 1] == 0.0)
    assert parts[:, 0].any()


def test_beliefs_that_differ_are_a_part_of_their_own() -> None:
    own = small().belief.default.model_copy(update={"loss_secured": 0.9})
    scenario = small().with_values({"belief.by_arrangement.common_growth": own})
    game = game_of(scenario, PAIR)
    assert game.players[-1] == "belief"
    only = 1 << len(game.players) - 1
    mixed = game.with_coalitions([0, only])
    assert mixed.arrangement["plain+belief"] == mixed.arrangement["plain"]
    assert mixed.belief.by_arrangement["plain+belief"] == own


@pytest.mark.parametrize(
    ("pair", "outcome", "cure"),
    [
        (("plain", "comon_growth"), "bank.raroc", "common_growth"),
        (("plain", "plain"), "bank.raroc", "must name two"),
        (PAIR, "bank.raro", "bank.raroc"),
    ],
)
def test_what_is_not_there_is_told_before_anything_runs(pair, outcome, cure) -> None:
    with pytest.raises(ScenarioError, match=cure):
        attribute(small(), pair, [outcome])


def test_findings_say_what_is_clear_of_zero_and_what_is_not() -> None:
    found = attribute(small(), PAIR, ["bank.profit"], store=store()).findings()
    assert found.key == "attribution_plain_common_growth"
    assert "common_growth less plain" in found.sentences[0]
    assert "all 16 mixtures of 4 clauses" in found.sentences[-1]
    assert list(found.tables) == ["clauses", "alone_and_last"]
