"""Options that narrow intervals: which key each replication gets, and what is refused."""

import pytest

from sim.base.draws import SHOCK, replication_key, uniform_pair
from sim.base.errors import ScenarioError
from sim.base.variance_reduction import PURPOSES, VarianceReduction
from tests.house.small import branch, changed_books, changed_lives, history, study
from tests.house.test_second_driver import second_history

ON = {
    "variance_reduction.antithetic": ["threshold", "shock", "macro"],
    "variance_reduction.stratified": ["birth", "shock"],
    "population.firms": 80,
    "experiment.warm_up_years": 1.0,
    "experiment.horizon_years": 1.0,
}


def test_without_options_the_key_is_that_of_the_replication() -> None:
    rule = VarianceReduction()
    assert rule.unit == 1
    assert [rule.key(7, n) for n in range(3)] == [replication_key(7, n) for n in range(3)]


def test_pairs_are_neighbours_and_the_even_one_is_as_ever() -> None:
    rule = VarianceReduction(antithetic=("shock",))
    assert rule.unit == 2
    assert rule.key(7, 4) == replication_key(7, 4)
    u, _ = uniform_pair(*rule.key(7, 4), 3, SHOCK, 1, 0)
    v, _ = uniform_pair(*rule.key(7, 5), 3, SHOCK, 1, 0)
    assert u + v == 1.0


def test_every_purpose_has_its_own_number() -> None:
    assert len(set(PURPOSES.values())) == len(PURPOSES)


def test_a_wrong_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ScenarioError, match='did you mean "threshold"'):
        study({"variance_reduction.antithetic": ["treshold"]})
    with pytest.raises(ScenarioError, match="must be"):
        study({"variance_reduction.stratified": ["macro"]})


def test_the_second_driver_gives_the_same_bits_under_all_options() -> None:
    scenario = study(ON)
    first, second = history(scenario, 0), second_history(scenario)
    assert changed_lives(first, second) == []
    one, two = branch(first, "revenue_swap"), branch(second, "revenue_swap")
    assert changed_lives(one, two) == []
    assert changed_books(one, two) == []


def test_a_further_firm_moves_no_other_firm_of_stratified_births() -> None:
    values = {"variance_reduction.stratified": ["birth"], "experiment.horizon_years": 1.0}
    few = history(study(values | {"population.firms": 100}), trace=False)
    more = history(study(values | {"population.firms": 101}), trace=False)
    assert few.firms.quality.tobytes() == more.firms.quality[:100].tobytes()


def test_populations_of_one_history_share_the_economy_and_nothing_else() -> None:
    values = {"variance_reduction.populations_per_history": 2, "experiment.horizon_years": 1.0}
    both = study(values | {"population.firms": 40})
    assert both.variance_reduction.unit == 2
    worlds = [history(both, n, trace=False) for n in range(3)]
    assert worlds[0].macro == worlds[1].macro != worlds[2].macro
    assert worlds[0].market == worlds[1].market
    assert worlds[0].market_conditions.frailty == worlds[1].market_conditions.frailty
    assert worlds[0].firms.quality.tobytes() != worlds[1].firms.quality.tobytes()
    # The first population of a history is the one that meets it without the option.
    alone = study({"population.firms": 40, "experiment.horizon_years": 1.0})
    for number in (0, 2):
        plain = history(alone, number, trace=False)
        assert changed_lives(plain, worlds[number]) == []


def test_a_history_is_shared_by_pairs_of_mirrored_replications() -> None:
    rule = VarianceReduction(antithetic=("macro",), populations_per_history=2)
    assert rule.unit == 4
    assert [rule.system_key(7, n) for n in (6, 7)] == [rule.key(7, n) for n in (4, 5)]
    assert rule.key(7, 6) != rule.key(7, 4)
