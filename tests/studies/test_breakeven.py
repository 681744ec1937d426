"""The search for a break-even on planted curves."""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from sim.base.errors import ScenarioError
from sim.scenario.scenario import Scenario
from sim.studies.breakeven import (
    Search,
    breakeven,
    crossings,
    merged,
    not_rejected,
    sides_of,
)
from tests.house.limits import MOST
from tests.studies import fair_premium, fair_rate, fair_retention, fair_right, fair_step
from tests.studies.planted import OUTCOME, Planted, common_noise, scenario

X = "underwriting.policy_subsidy_rate"
PAIR = ("plain", "consortium")


def planted(curve) -> Planted:
    """Consortium has `curve(x, replication)`, plain lending nothing."""
    return Planted(
        bank__profit=lambda s, n, arm: (
            curve(s.underwriting.policy_subsidy_rate, n) if arm == "consortium" else 0.0
        )
    )


def test_a_curved_difference_is_followed_to_its_root_and_its_ends():
    def curve(x, n):
        return np.exp(20.0 * x) - 2.0 + 0.1 * common_noise(n)

    found = breakeven(scenario(), f"{X}=0:0.1", OUTCOME, PAIR, replications=30,
                      store=planted(curve))  # fmt: skip
    (one,) = found.crossings
    noise = 0.1 * np.array([common_noise(n) for n in range(30)])
    reach = 2.0452 * noise.std(ddof=1) / np.sqrt(30)
    assert one.value == pytest.approx(np.log(2.0 - noise.mean()) / 20.0, rel=1e-3)
    # The noise does not depend on x, so the ends are known too.
    assert one.low == pytest.approx(np.log(2.0 - noise.mean() - reach) / 20.0, rel=2e-3)
    assert one.high == pytest.approx(np.log(2.0 - noise.mean() + reach) / 20.0, rel=2e-3)
    assert one.pairs == 30
    assert found.runs <= 30 * 14


def test_stretches_that_are_clear_get_few_replications():
    store = planted(lambda x, n: x - 0.05 + 0.001 * common_noise(n))
    found = breakeven(
        scenario(), f"{X}=0:0.1", OUTCOME, PAIR, points=11, replications=40, store=store
    )
    least = found.curve.set_index("at")["replications"]
    assert least.iloc[2] == 10
    assert least.iloc[[0, -1]].tolist() == [40, 40]
    assert len(found.crossings) == 1


def test_all_sign_changes_are_told():
    store = planted(lambda x, n: np.cos(100.0 * x) + 0.01 * common_noise(n))
    found = breakeven(
        scenario(), f"{X}=0:0.09", OUTCOME, PAIR, points=13, replications=12, store=store
    )
    assert [round(one.value, 3) for one in found.crossings] == [0.016, 0.047, 0.079]
    assert "is zero 3 times" in found.findings().sentences[0]


def test_without_a_crossing_both_ends_are_told():
    found = breakeven(scenario(), f"{X}=0:0.1", OUTCOME, PAIR, points=3, replications=6,
                      store=planted(lambda x, n: 1.0 + x + 0.01 * common_noise(n)))  # fmt: skip
    assert found.crossings == ()
    first, *others = found.findings().sentences
    assert first.startswith("There is no crossing in the range")
    assert "at 0 % " in first
    assert "at 10 % " in first
    assert len(others) == 1


@pytest.mark.parametrize("span", ["0:0.02", "-0.02:0"])
def test_a_root_at_an_end_of_the_range_is_found_from_both_sides(span):
    store = planted(lambda x, n: x * (1.0 + 0.1 * common_noise(n)))
    found = breakeven(
        scenario(), f"{X}={span}", OUTCOME, PAIR, points=3, replications=6, store=store
    )
    (one,) = found.crossings
    assert one.value == 0.0
    words = "rises above zero at Underwriting: policy subsidy rate = 0 bp;"
    assert words in found.findings().sentences[0]


def test_a_difference_that_is_zero_on_a_stretch_is_told_as_one():
    store = planted(lambda x, n: max(x - 0.05, 0.0) * (1.0 + 0.1 * common_noise(n)))
    found = breakeven(
        scenario(), f"{X}=0:0.1", OUTCOME, PAIR, points=5, replications=6, store=store
    )
    (one,) = found.crossings
    assert (one.value, one.until) == (0.0, 0.05)
    assert "= 0 % to 5 %; 95 % interval below the range to" in found.findings().sentences[0]


def test_a_zero_that_cannot_be_ruled_out_is_told():
    found = breakeven(scenario(), f"{X}=0:0.1", OUTCOME, PAIR, points=3, replications=6,
                      store=planted(lambda x, n: 0.3 + 10.0 * x + common_noise(n)))  # fmt: skip
    assert found.crossings == ()
    assert found.unclear[0][0] == 0.0
    assert "cannot be ruled out" in found.findings().sentences[1]


def signing(uptake, curve) -> Planted:
    """The same, and a share of firms that sign the consortium."""
    store = planted(curve)
    store.rules["firm.signed_share"] = lambda s, n, arm: (
        uptake(s.underwriting.policy_subsidy_rate) if arm == "consortium" else 0.0
    )
    return store


def test_a_zero_that_only_non_uptake_makes_is_refused_and_told():
    # Nobody signs from a tenth on: the difference dies away without a worth.
    store = signing(lambda x: max(0.4 - 4.0 * x, 0.0), lambda x, n: (x - 0.1) * (x < 0.1))
    found = breakeven(
        scenario(), f"{X}=0:0.2", OUTCOME, PAIR, points=5, replications=6, store=store
    )
    (refused,) = found.without_uptake
    assert found.crossings == ()
    assert refused.value == pytest.approx(0.1)
    sentences = found.findings().sentences
    assert sentences[0].startswith("There is no crossing in the range")
    assert any("no break-even: only 0 % of firms sign there, against 40 %" in one
               for one in sentences)  # fmt: skip


def test_uptake_stands_beside_the_answer():
    store = signing(lambda x: 0.4 - 2.0 * x, lambda x, n: x - 0.05)
    found = breakeven(
        scenario(), f"{X}=0:0.1", OUTCOME, PAIR, points=3, replications=6, store=store
    )
    assert found.without_uptake == ()
    told = found.findings()
    assert told.sentences[0].endswith("30 % of firms sign there.")
    assert found.frame()["uptake"].tolist() == [pytest.approx(0.3)]
    assert told.tables["curve"]["uptake"].tolist() == pytest.approx([0.4, 0.3, 0.2])
    # A root that as many sign as anywhere else stands, whatever the share.
    rare = signing(lambda _: 0.001, lambda x, n: x - 0.05)
    found = breakeven(
        scenario(), f"{X}=0:0.1", OUTCOME, PAIR, points=3, replications=6, store=rare
    )
    assert len(found.crossings) == 1


def test_an_outcome_can_be_brought_to_a_level():
    store = Planted(
        bank__raroc=lambda s, n, _: s.underwriting.policy_subsidy_rate + 0.001 * common_noise(n)
    )
    sides = ("plain", 0.04)
    found = breakeven(
        scenario(), f"{X}=0:0.1", "bank.raroc", sides, points=3, replications=12, store=store
    )
    assert found.crossings[0].value == pytest.approx(0.04, abs=0.001)


def test_everything_wrong_is_told_at_once_before_anything_runs():
    store = Planted(bank__profit=lambda *_: 0.0)
    with pytest.raises(ScenarioError) as error:
        breakeven(scenario(), "underwriting.policy_subsidy_rat=0:1", "bank.profi",
                  ("plan", "consortium"), store=store)  # fmt: skip
    text = str(error.value)
    for word in ('did you mean "underwriting.policy_subsidy_rate"', "bank.profit", "plain"):
        assert word in text
    assert store.asked == []
    with pytest.raises(ScenarioError, match="must name two"):
        breakeven(scenario(), f"{X}=0:1", OUTCOME, ("plain", "plain"), store=store)


# --- The interval of a crossing: exact for straight lines, whole for curved and flat ones --------


def lines(rng: np.random.Generator, n: int, x: np.ndarray, sd: float = 1.0) -> np.ndarray:
    """Differences that are straight lines with root 0.125 on average."""
    start, slope = rng.normal(-0.5, sd, n), rng.normal(4.0, 0.8 * sd, n)
    return start + slope * x[:, None]


def test_the_interval_of_straight_lines_covers_their_root_as_often_as_it_says() -> None:
    rng, x, repeats = np.random.default_rng(3), np.linspace(-3.0, 3.0, 5), 1500
    covered = []
    for _ in range(repeats):
        found = crossings(x, lines(rng, 5, x))
        covered.append(len(found) == 1 and found[0].low <= 0.125 <= found[0].high)
    assert abs(np.mean(covered) - 0.95) < 3.0 * np.sqrt(0.95 * 0.05 / repeats)


def test_the_interval_is_fiellers() -> None:
    x = np.array([-2.0, 0.0, 2.0])
    d = lines(np.random.default_rng(1), 8, x)
    start, slope = d[1], (d[2] - d[1]) / 2.0
    t2, spread = stats.t.ppf(0.975, 7) ** 2, np.cov(start, slope) / 8
    # The ends solve (mean start + x mean slope)^2 = t^2 var(start + x slope).
    ends = np.roots([
        slope.mean() ** 2 - t2 * spread[1, 1],
        2 * (start.mean() * slope.mean() - t2 * spread[0, 1]),
        start.mean() ** 2 - t2 * spread[0, 0],
    ])  # fmt: skip
    found = crossings(x, d)[0]
    assert found.value == pytest.approx(-start.mean() / slope.mean())
    assert [found.low, found.high] == pytest.approx(sorted(ends.real))


def test_every_sign_change_is_found() -> None:
    x = np.linspace(0.0, 3.0 * np.pi, 40) + 0.5
    d = np.sin(x)[:, None] + np.linspace(-0.01, 0.01, 6)
    found = crossings(x, d)
    assert [round(one.value / np.pi, 2) for one in found] == [1.0, 2.0, 3.0]
    assert [one.way for one in found] == ["falls below", "rises above", "falls below"]


def test_without_a_sign_change_there_is_none() -> None:
    x = np.array([0.0, 1.0])
    assert crossings(x, np.array([[1.0, 1.2], [2.0, 2.1]])) == []
    assert not_rejected(x, np.array([[1.0, 1.2], [2.0, 2.1]]), 0.5) == []


def test_a_set_that_reaches_the_end_of_the_range_is_open() -> None:
    d = np.array([[-1.0, 0.9, -0.3], [2.0, 2.1, 2.2]])
    one = crossings(np.array([0.0, 1.0]), d)[0]
    assert one.is_open_low
    assert not one.is_open_high


def test_undefined_values_are_left_out_in_pairs() -> None:
    d = np.array([[-1.1, -0.9, np.nan], [1.0, 1.2, 5.0]])
    whole = np.array([[-1.1, -0.9], [1.0, 1.2]])
    x = np.array([0.0, 1.0])
    assert crossings(x, d) == crossings(x, whole)
    assert crossings(x, np.full((2, 3), np.nan)) == []


def test_differences_without_spread_give_the_root_alone() -> None:
    one = crossings(np.array([0.0, 1.0]), np.array([[-1.0, -1.0], [3.0, 3.0]]))[0]
    assert one.value == pytest.approx(0.25)
    assert one.high - one.low == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("means", "roots"),
    [
        ([-1.0, -0.5, 0.0], [(2.0, 2.0, "rises above")]),
        ([0.0, 0.5, 1.0], [(0.0, 0.0, "rises above")]),
        ([0.0, -1.0, 0.0], [(0.0, 0.0, "falls below"), (2.0, 2.0, "rises above")]),
        ([1.0, 0.0, -1.0], [(1.0, 1.0, "falls below")]),
        ([1.0, 0.0, 1.0], [(1.0, 1.0, "touches")]),
        ([-1.0, 0.0, 0.0, 2.0], [(1.0, 2.0, "rises above")]),
        ([-1.0, 0.0, 0.0], [(1.0, 2.0, "rises above")]),
        ([0.0, 0.0, 0.0], [(0.0, 2.0, "touches")]),
        ([0.0, 0.0, -1.0, 1.0], [(0.0, 1.0, "falls below"), (2.5, 2.5, "rises above")]),
    ],
)
@pytest.mark.parametrize("spread", [0.0, 0.001])
def test_a_root_at_a_point_at_an_end_or_on_a_stretch_is_found(
    means: list[float], roots: list[tuple[float, float, str]], spread: float
) -> None:
    x = np.arange(float(len(means)))
    found = crossings(x, np.array(means)[:, None] + spread * np.array([-1.0, 0.0, 1.0]))
    assert [(one.value, one.until, one.way) for one in found] == roots
    for one in found:
        assert one.low <= one.value
        assert one.until <= one.high
        assert one.is_open_low == (one.low == 0.0)
        assert one.is_open_high == (one.high == x[-1])
        # The flattest of these lines has a slope of a half.
        if one.value < one.until:
            assert np.isnan(one.standard_error)
        else:
            assert one.standard_error <= 2.0 * spread


def test_spans_that_touch_are_one() -> None:
    assert merged([(2.0, 3.0), (0.0, 1.0), (0.5, 2.0)]) == [(0.0, 3.0)]


# --- Break-evens of the simulator meet their closed forms where one exists -----------------------


SEARCH = Search(points=2, replications=6)
FIRMS = 800


class Case(NamedTuple):
    """A limit, what is searched for in it, and what must be found."""

    scenario: Scenario
    vary: str
    outcome: str
    arrangements: tuple[str, str | float]
    expected: float


CASES = {
    "a later rate that pays for a cheap start": Case(
        fair_step.fair_step(1, FIRMS), f"{fair_step.KEY}=0.01:0.06", "bank.interest_income",
        ("flat", "step"), fair_step.FAIR,
    ),
    "coverage of a right that pays for a concession": Case(
        fair_right.fair_right(1, FIRMS), f"{fair_right.KEY}=0.1:0.8", "bank.profit",
        ("flat", "right"), fair_right.FAIR,
    ),
    "a flat rate that pays for cost and losses": Case(
        fair_rate.fair_rate(1, FIRMS), f"{fair_rate.KEY}=0.03:0.2", "bank.profit",
        ("flat", 0.0), fair_rate.FAIR,
    ),
    "a premium that pays for a layer of cover": Case(
        fair_premium.insured(1, FIRMS), f"{fair_premium.KEY}=0.02:0.1", "system.insurer_result",
        ("insured", 0.0), fair_premium.fair_premium(FIRMS),
    ),
    "a promise of later business that pays for a cheap first loan": Case(
        fair_retention.fair_retention(1, FIRMS), f"{fair_retention.KEY}=0.1:3", "bank.profit",
        ("kept", 0.0), fair_retention.FAIR,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_break_even_meets_its_closed_form(name):
    case = CASES[name]
    found = breakeven(*case[:4], search=SEARCH)
    (one,) = found.crossings
    # A study too small to tell right from wrong does not pass either.
    assert one.standard_error < 0.07 * case.expected
    assert abs(one.value - case.expected) < MOST * one.standard_error
    assert one.low < one.value < one.high


def test_a_rate_is_answered_in_basis_points_with_its_unit():
    found = breakeven(scenario(), f"{X}=0:0.03", OUTCOME, PAIR, points=3, replications=6,
                      store=planted(lambda x, n: x - 0.012 + 1e-5 * common_noise(n)))  # fmt: skip
    told = found.findings()
    assert "rises above zero at Underwriting: policy subsidy rate = 120" in told.sentences[0]
    assert told.sentences[0].endswith(" bp.")
    answer = next(iter(told.tables.values()))
    assert answer["unit"].tolist() == ["rate per year"]
    assert answer["beyond_the_range"].tolist() == ["no"]


@pytest.mark.parametrize(
    ("level", "outcome", "number"),
    [("8%", "bank.raroc", 0.08), ("0.08", "bank.raroc", 0.08), ("-50", OUTCOME, -50.0)],
)
def test_a_level_is_read_in_the_unit_of_its_outcome(level, outcome, number):
    assert sides_of("plain", level, outcome) == ["plain", number]


@pytest.mark.parametrize(
    ("level", "outcome", "words"),
    [("8", "bank.raroc", "would be 800 %"), ("8%", OUTCOME, "% is for shares and rates"),
     ("much", OUTCOME, "must be a number")],
)  # fmt: skip
def test_a_level_that_cannot_be_meant_is_refused(level, outcome, words):
    with pytest.raises(ScenarioError, match=words):
        sides_of("plain", level, outcome)
