"""Arrangements are told in words, clause by clause."""

from pathlib import Path

from sim.command.describe import LIMITS, NEUTRAL, describe
from sim.scenario.check import validate
from sim.scenario.read import resolve
from tests.scenario.standin import GOOD, StandIn


def test_each_clause_that_differs_has_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(GOOD, encoding="utf-8")
    words = describe(validate(resolve(file), StandIn))
    assert words == {
        "plain": [NEUTRAL],
        "swap": ["Upside: subscription; coverage 0.3 share, trigger 500.0 CNY million."],
    }


def test_limits_are_sentences() -> None:
    assert all(limit.endswith(".") for limit in LIMITS)
