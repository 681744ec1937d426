"""The search for a break-even on planted curves."""

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.studies.breakeven import Search, breakeven
from tests.studies.planted import OUTCOME, Planted, luck, scenario

X = "underwriting.tolerance_rate"
PAIR = ("plain", "consortium")


def planted(curve) -> Planted:
    """Consortium has `curve(x, replication)`, plain lending nothing."""
    return Planted(
        bank__profit=lambda s, n, arm: (
            curve(s.underwriting.tolerance_rate, n) if arm == "consortium" else 0.0
        )
    )


def test_a_curved_difference_is_followed_to_its_root_and_its_ends():
    def curve(x, n):
        return np.exp(20.0 * x) - 2.0 + 0.1 * luck(n)

    found = breakeven(scenario(), f"{X}=0:0.1", OUTCOME, PAIR, Search(replications=30),
                      planted(curve))  # fmt: skip
    (one,) = found.crossings
    noise = 0.1 * np.array([luck(n) for n in range(30)])
    reach = 2.0452 * noise.std(ddof=1) / np.sqrt(30)
    assert one.value == pytest.approx(np.log(2.0 - noise.mean()) / 20.0, rel=1e-3)
    # The noise does not depend on x, so the ends are known too.
    assert one.low == pytest.approx(np.log(2.0 - noise.mean() - reach) / 20.0, rel=2e-3)
    assert one.high == pytest.approx(np.log(2.0 - noise.mean() + reach) / 20.0, rel=2e-3)
    assert one.pairs == 30
    assert found.runs <= 30 * 14


def test_stretches_that_are_clear_get_few_replications():
    store = planted(lambda x, n: x - 0.05 + 0.001 * luck(n))
    found = breakeven(scenario(), f"{X}=0:0.1", OUTCOME, PAIR, Search(11, 40), store)
    least = found.curve.set_index("at")["replications"]
    assert least.iloc[2] == 10
    assert least.iloc[[0, -1]].tolist() == [40, 40]
    assert len(found.crossings) == 1


def test_all_sign_changes_are_told():
    store = planted(lambda x, n: np.cos(100.0 * x) + 0.01 * luck(n))
    found = breakeven(scenario(), f"{X}=0:0.09", OUTCOME, PAIR, Search(13, 12), store)
    assert [round(one.value, 3) for one in found.crossings] == [0.016, 0.047, 0.079]
    assert "is zero 3 times" in found.findings().sentences[0]


def test_without_a_crossing_both_ends_are_told():
    found = breakeven(scenario(), f"{X}=0:0.1", OUTCOME, PAIR, Search(3, 6),
                      planted(lambda x, n: 1.0 + x + 0.01 * luck(n)))  # fmt: skip
    assert found.crossings == ()
    first, *others = found.findings().sentences
    assert first.startswith("There is no crossing in the range")
    assert "at 0 " in first
    assert "at 0.1 " in first
    assert len(others) == 1


@pytest.mark.parametrize("span", ["0:0.02", "-0.02:0"])
def test_a_root_at_an_end_of_the_range_is_found_from_both_sides(span):
    store = planted(lambda x, n: x * (1.0 + 0.1 * luck(n)))
    found = breakeven(scenario(), f"{X}={span}", OUTCOME, PAIR, Search(3, 6), store)
    (one,) = found.crossings
    assert one.value == 0.0
    assert f"rises above zero at {X} = 0;" in found.findings().sentences[0]


def test_a_difference_that_is_zero_on_a_stretch_is_told_as_one():
    store = planted(lambda x, n: max(x - 0.05, 0.0) * (1.0 + 0.1 * luck(n)))
    found = breakeven(scenario(), f"{X}=0:0.1", OUTCOME, PAIR, Search(5, 6), store)
    (one,) = found.crossings
    assert (one.value, one.until) == (0.0, 0.05)
    assert "= 0 to 0.05; 95 % interval below the range to" in found.findings().sentences[0]


def test_a_zero_that_cannot_be_ruled_out_is_told():
    found = breakeven(scenario(), f"{X}=0:0.1", OUTCOME, PAIR, Search(3, 6),
                      planted(lambda x, n: 0.3 + 10.0 * x + luck(n)))  # fmt: skip
    assert found.crossings == ()
    assert found.unclear[0][0] == 0.0
    assert "cannot be ruled out" in found.findings().sentences[1]


def test_an_outcome_can_be_brought_to_a_level():
    store = Planted(bank__raroc=lambda s, n, _: s.underwriting.tolerance_rate + 0.001 * luck(n))
    found = breakeven(scenario(), f"{X}=0:0.1", "bank.raroc", ("plain", 0.04), Search(3, 12),
                      store)  # fmt: skip
    assert found.crossings[0].value == pytest.approx(0.04, abs=0.001)


def test_everything_wrong_is_told_at_once_before_anything_runs():
    store = Planted(bank__profit=lambda *_: 0.0)
    with pytest.raises(ScenarioError) as error:
        breakeven(scenario(), "underwriting.toleranc=0:1", "bank.profi", ("plan", "consortium"),
                  None, store)  # fmt: skip
    text = str(error.value)
    for word in ('did you mean "underwriting.tolerance_rate"', "bank.profit", "plain"):
        assert word in text
    assert store.asked == []
    with pytest.raises(ScenarioError, match="must name two"):
        breakeven(scenario(), f"{X}=0:1", OUTCOME, ("plain", "plain"), None, store)
