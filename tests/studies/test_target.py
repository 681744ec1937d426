"""Half-widths in words: what is read and what is refused."""

import pytest

from sim.base.errors import ScenarioError
from sim.studies.comparison import Target, parse_target, parse_targets


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("bank.raroc=0.1pp", Target("bank.raroc", 0.001)),
        ("firm.survival_5y = 0.2 pp", Target("firm.survival_5y", 0.002)),
        ("bank.profit=50", Target("bank.profit", 50.0)),
        ("bank.profit=2%", Target("bank.profit", 0.02, True)),
    ],
)
def test_plain_numbers_points_and_per_cent_are_read(text: str, target: Target) -> None:
    found = parse_target(text)
    assert found.outcome == target.outcome
    assert found.size == pytest.approx(target.size)
    assert found.is_share is target.is_share


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bank.raro=1pp", 'did you mean "bank.raroc"'),
        ("bank.raroc", "must be outcome=half-width"),
        ("bank.raroc=0", "must be a positive number"),
        ("bank.raroc=-1pp", "must be a positive number"),
        ("bank.raroc=narrow", "must be a positive number"),
        ("bank.profit=1pp", "pp is for shares and rates"),
    ],
)
def test_what_cannot_be_aimed_at_is_refused(text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        parse_target(text)


def test_one_outcome_has_one_half_width() -> None:
    with pytest.raises(ScenarioError, match="given twice"):
        parse_targets(["bank.raroc=1pp", "bank.raroc=2pp"])
