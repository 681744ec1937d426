"""Errors speak in three lines and survive the way home from a worker."""

import pickle

import pytest

from sim.base.errors import AccountingError, OutcomeError, Problem, ScenarioError, SimError

PROBLEM = Problem("a.toml", 3, "k", "must be 0", "1", "give 0")


def test_a_problem_has_three_lines() -> None:
    assert str(PROBLEM) == "a.toml, line 3: k\n  must be 0; got 1\n  give 0"


def test_a_problem_without_line_key_or_value_leaves_them_out() -> None:
    assert str(Problem("--set", None, "", "is wrong", "", "do")) == "--set\n  is wrong\n  do"


def test_a_scenario_error_tells_all_problems() -> None:
    error = ScenarioError([PROBLEM, PROBLEM])
    assert str(error) == f"{PROBLEM}\n\n{PROBLEM}"
    assert error.problems == (PROBLEM, PROBLEM)


def test_a_scenario_error_needs_a_problem() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ScenarioError([])


@pytest.mark.parametrize(
    "error",
    [ScenarioError([PROBLEM]), AccountingError("a", "b", "c"), OutcomeError("a", "b", "c")],
)
def test_errors_come_home_from_a_worker_unchanged(error: SimError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert copy.cure == error.cure
