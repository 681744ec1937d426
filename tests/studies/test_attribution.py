"""The gap between two arrangements is split over clauses, and the parts add up to it."""

from itertools import permutations

import numpy as np
import pytest

from sim.analysis.shapley import shapley
from sim.base.errors import ScenarioError
from sim.studies.attribution import (
    TOTAL,
    antithetic_orders,
    attribute,
    by_orders,
    decompose,
    game_of,
    met,
)
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


def test_whole_instruments_are_switched_where_one_of_two_has_several() -> None:
    beside = {"kind": "beside", "line_share": 0.5, "rate": 0.07, "years": 2.0}
    line = small().arrangement["common_growth"].model_dump()
    stacked = line | {
        "trust_loan": beside, "term_loan": {"kind": "tranche", "line_share": 0.5},
    }  # fmt: skip
    scenario = small().with_values({"arrangement.stacked": stacked})
    game = game_of(scenario, ("plain", "stacked"))
    assert game.players == ("line", "term_loan", "trust_loan")
    mixed = game.with_coalitions([0b101]).arrangement["plain+line+trust_loan"]
    assert mixed.limit == scenario.arrangement["stacked"].limit
    assert mixed.commitment == scenario.arrangement["stacked"].commitment
    assert (mixed.trust_loan.kind, mixed.term_loan.kind) == ("beside", "none")
    # The same line: only what stands beside it is a player.
    assert game_of(scenario, ("common_growth", "stacked")).players == ("term_loan", "trust_loan")


@pytest.mark.parametrize("footing", ["equal_lending", "equal_firms"])
def test_loans_are_not_imposed_where_others_lend_beside_them(footing: str) -> None:
    beside = {"kind": "beside", "line_share": 0.5, "rate": 0.07, "years": 2.0}
    values = {
        "arrangement.stacked": {"trust_loan": beside}, "experiment.footing": footing,
        "experiment.arrangements": ["plain", "stacked"],
    }  # fmt: skip
    with pytest.raises(ScenarioError, match="instruments beside the line") as caught:
        small().with_values(values)
    assert [problem.key for problem in caught.value.problems] == ["experiment.footing"]


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
    assert "common growth less plain" in found.sentences[0]
    assert "all 16 mixtures of 4 clauses" in found.sentences[-1]
    assert list(found.tables) == ["clauses", "alone_and_last"]


# --- Shapley values: the split that adds up, treats players alike and pays nobody for nothing ----


def additive(parts: list[float]) -> np.ndarray:
    """Worth of each coalition where every player adds the same whoever is there."""
    n = len(parts)
    return np.array([[sum(parts[k] for k in range(n) if c >> k & 1) for c in range(1 << n)]])


def test_players_of_an_additive_game_get_what_they_add() -> None:
    parts = [1.5, -2.0, 0.25, 4.0]
    np.testing.assert_allclose(shapley(additive(parts))[0], parts, rtol=1e-12)


def test_the_glove_game_has_its_known_split() -> None:
    # one left glove, two right ones: only a pair is worth something (Shapley 1953)
    worth = np.array([[float(c & 1 and c & 0b110 != 0) for c in range(8)]])
    np.testing.assert_allclose(shapley(worth)[0], [2 / 3, 1 / 6, 1 / 6], rtol=1e-12)


def test_parts_of_any_game_add_up_and_a_player_without_effect_gets_exactly_nothing() -> None:
    worth = np.random.default_rng(1).normal(size=(50, 32))
    without = np.arange(32) & ~0b100
    parts = shapley(worth[:, without])
    np.testing.assert_allclose(parts.sum(axis=1), worth[:, 31 & ~0b100] - worth[:, 0], rtol=1e-10)
    assert np.all(parts[:, 2] == 0.0)


def test_all_orders_give_the_same_split_as_all_coalitions() -> None:
    worth = np.random.default_rng(2).normal(size=16)
    every = by_orders(dict(enumerate(worth)), list(permutations(range(4))))
    np.testing.assert_allclose(every, shapley(worth[None, :])[0], rtol=1e-10)


def test_sampled_orders_meet_the_exact_split_within_their_error() -> None:
    worth = np.random.default_rng(3).normal(size=64)
    known, exact = dict(enumerate(worth)), shapley(worth[None, :])[0]
    drawn = np.array([by_orders(known, antithetic_orders(6, 1, (5, k))) for k in range(400)])
    error = drawn.std(axis=0, ddof=1) / np.sqrt(400)
    assert np.all(np.abs(drawn.mean(axis=0) - exact) < 4.5 * error)


def test_orders_of_a_pair_meet_few_coalitions() -> None:
    orders = antithetic_orders(7, 1, (1,))
    assert len(met(orders)) == 2 * 6 + 2
    assert orders == antithetic_orders(7, 1, (1,))


def test_a_game_without_all_coalitions_is_refused() -> None:
    with pytest.raises(ValueError, match="2 \\*\\* n coalitions"):
        shapley(np.zeros((1, 3)))


# --- Terms, volume and selection add up to the gap, and each is nothing where nothing differs ----


def test_the_three_parts_add_up_to_the_gap() -> None:
    found = decompose(small(), ("plain", "common_growth"), ["bank.profit"], store=store())
    frame = found.frame().set_index("step")["part"]
    values = found.values["bank.profit"]
    assert frame[TOTAL] == pytest.approx((values[:, 3] - values[:, 0]).mean())
    assert frame[["terms", "volume", "selection"]].sum() == pytest.approx(frame[TOTAL])
    assert (frame != 0.0).all()


def test_sharing_alone_changes_no_loss_of_the_system_on_the_same_loans() -> None:
    sharing = {"kind": "proportional", "shares": [0.5, 0.3, 0.2]}
    harsh = {"lifecycle.failure_hazard": [0.3, 0.3, 0.3, 0.3], "population.firms": 150}
    scenario = small().with_values({"arrangement.shared": {"loss_sharing": sharing}, **harsh})
    found = decompose(scenario, ("plain", "shared"), ["system.loss"], store=store())
    values = found.values["system.loss"]
    assert values[:, 0].any()
    np.testing.assert_array_equal(values[:, 1], values[:, 0])


def test_larger_lines_are_lent_to_the_same_firms_in_the_third_world() -> None:
    found = decompose(small(), ("plain", "common_growth"), ["bank.profit"], store=store())
    same_lending, same_firms = found.lending[:, 1], found.lending[:, 2]
    assert np.any(same_firms != same_lending)
    assert found.findings().key == "decomposition_plain_common_growth"
