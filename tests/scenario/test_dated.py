"""Values that change on dates: what may, what is in force, and what is refused."""

from datetime import date as Date  # noqa: N812 -- a type among dates in years
from typing import Any

import pytest

from sim.base.errors import ScenarioError
from sim.scenario.dated import (
    MAY_BE_DATED,
    changes,
    may_be_dated,
    mean_of,
    never_in_force,
    present,
    present_menu,
)
from sim.scenario.edit import keys_of
from sim.scenario.scenario import Scenario, load_scenario, menu_of
from sim.scenario.toml_text import dump_model, split_key
from tests.house.small import SCENARIOS, shipped

RATE = "loan_prime_rate.one_year_rate"
RELENDING = {"kind": "relending", "refinanced_share": 0.6, "rate": 0.0175, "quota": 50.0}


def dated(**paths: Any) -> Scenario:
    """The shipped comparison with these paths alone, steps as (date, value)."""
    tables = {
        key: [{"date": date, "value": value} for date, value in steps]
        for key, steps in paths.items()
    }
    return shipped().with_values({"dated": tables}).on_clock()


def test_the_last_step_holds_and_before_the_first_the_scenario_does() -> None:
    s = dated(**{RATE: [(Date(2025, 7, 1), 0.02), (Date(2026, 1, 20), 0.01)]})
    known = shipped()[RATE]
    found = [present(s, date)[RATE] for date in (-9.0, 0.49, 0.5, 1.05, 1.06, 99.0)]
    assert found == [known, known, 0.02, 0.02, 0.01, 0.01]
    assert changes(s) == pytest.approx([0.5, 1.0 + 19 / 365.25])


def test_lists_and_values_below_names_follow_dates() -> None:
    spread = "underwriting.spread_cap"
    s = dated(**{
        spread: [(Date(2025, 1, 1), (0.02, 0.02, 0.01, 0.01))],
        "bank.rural_bank.surcharge": [(Date(2026, 1, 1), 0.005)],
    })  # fmt: skip
    now = present(s, 1.0)
    assert now[spread] == (0.02, 0.02, 0.01, 0.01)
    assert now["bank.rural_bank.surcharge"] == 0.005
    assert now.bank["city_bank_a"] == s.bank["city_bank_a"]


def test_an_item_of_a_menu_has_the_terms_in_force() -> None:
    values = {
        "arrangement.consortium.funding": RELENDING,
        "dated": {
            "arrangement.consortium.funding.rate": [{"years_from_start": 2.0, "value": 0.0125}]
        },
    }
    s = shipped().with_values(values).on_clock()
    menu = menu_of(s, "consortium")
    rates = [present_menu(menu, s, date)[0].arrangement.funding.rate for date in (1.9, 2.0)]
    assert rates == [0.0175, 0.0125]
    assert present_menu(menu_of(s, "revenue_swap"), s, 2.0) == menu_of(s, "revenue_swap")


def test_a_mean_over_time_weights_by_time_and_leaves_a_constant_as_it_is() -> None:
    s = dated(**{RATE: [(Date(2025, 1, 1), 0.04), (Date(2026, 1, 1), 0.01)]})
    assert mean_of(s, RATE, 0.0, 4.0) == pytest.approx((0.04 + 3 * 0.01) / 4)
    assert mean_of(s, RATE, 2.0, 2.0) == 0.01
    odd = dated(**{RATE: [(Date(2025, 1, 1), 0.1), (Date(2025, 2, 1), 0.1)]})
    assert mean_of(odd, RATE, 0.0, 0.7) == 0.1


def test_dates_count_from_the_start_date_of_the_experiment() -> None:
    steps = {RATE: [{"date": Date(2022, 1, 20), "value": 0.037}]}
    s = shipped().with_values({"dated": steps})
    early = s.with_values({"experiment.start_date": Date(2022, 1, 1)})
    assert changes(s.on_clock()) == pytest.approx([-3.0 + 19 / 365.25])
    assert changes(early.on_clock()) == pytest.approx([19 / 365.25])


def test_paths_survive_writing_and_reading(tmp_path: Any) -> None:
    s = shipped().with_values({"dated": {RATE: [{"date": Date(2025, 7, 1), "value": 0.02}]}})
    file = tmp_path / "again.toml"
    file.write_text(dump_model(s), encoding="utf-8")
    assert load_scenario(file) == s


def test_a_value_that_is_given_anew_holds_always(tmp_path: Any) -> None:
    path = [{"date": Date(2025, 7, 1), "value": 0.02}]
    s = shipped().with_values({"dated": {RATE: path, "underwriting.funding_rate": path}})
    assert list(s.with_values({"belief.bust_factor": 1.2}).dated) == list(s.dated)
    assert list(s.with_values({RATE: 0.05}).dated) == ["underwriting.funding_rate"]
    assert s.with_values({RATE: 0.05, "dated": {RATE: path}}).dated == s.dated
    # So does a value in a file that extends another, or on the command line.
    base, own = tmp_path / "base.toml", tmp_path / "own.toml"
    base.write_text(dump_model(s), encoding="utf-8")
    own.write_text('extends = "base.toml"\n[loan_prime_rate]\none_year_rate = 0.04\n')
    assert list(load_scenario(own).dated) == ["underwriting.funding_rate"]
    assert list(load_scenario(base, [f"{RATE}=0.04"]).dated) == ["underwriting.funding_rate"]
    # An empty path is none.
    assert changes(load_scenario(base, [f'dated."{RATE}"=[]']).on_clock()) == [0.5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"loan_prime_rate.one_year"=[{date=2025-01-01, value=0.03}]',
         ("is no value that may follow dates", 'did you mean "loan_prime_rate.one_year_rate"')),
        ('"population.firms"=[{date=2025-01-01, value=3.0}]', ("may follow dates",)),
        # No quota where the clause is the bank's own money.
        ('"arrangement.consortium.funding.quota"=[{date=2025-01-01, value=3.0}]',
         ("may follow dates",)),
        (f'"{RATE}"=[{{date=2025-01-01, value=-0.03}}]', ("[0].value", "at least 0")),
        (f'"{RATE}"=[{{date=2025-01-01, value=[0.1, 0.1, 0.1, 0.1]}}]', ("a number",)),
        ('"underwriting.spread_cap"=[{date=2025-01-01, value=0.1}]', ("a list",)),
        (f'"{RATE}"=[{{date=2025-02-01, value=0.1}}, {{date=2025-01-01, value=0.1}}]',
         ("[1].date", "later than the step before (2025-02-01); got 2025-01-01")),
        (f'"{RATE}"=[{{value=0.1}}]', ("must have a date, or else years_from_start",)),
        (f'"{RATE}"=[{{from=2025-01-01, value=0.1}}]', ("is not a key",)),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(SCENARIOS / "three_arrangements.toml", [f"dated={{{text}}}"])
    for word in words:
        assert word in str(caught.value)


def test_every_pattern_names_a_value_of_the_economy() -> None:
    values = {"arrangement.consortium.funding": RELENDING, "board.star_sales.profit": 1.0}
    keys = [split_key(key) for key in keys_of(shipped().with_values(values))]
    dated = [key for key in keys if may_be_dated(key)]
    named = {tuple("*" if n == 1 and key[0] in ("bank", "arrangement", "board") else part
                   for n, part in enumerate(key)) for key in dated}  # fmt: skip
    assert sorted(".".join(map(str, key)) for key in named) == sorted(MAY_BE_DATED)


@pytest.mark.parametrize(
    ("since", "idle"),
    [
        ([], 0), ([-9.0], 0), ([-9.0, 0.0], 1), ([-9.0, -8.0, 3.0], 1), ([15.0], 1),
        ([-1.0, 14.9, 15.0, 16.0], 2),
    ],
)  # fmt: skip
def test_steps_that_never_hold_are_counted(since: list[float], idle: int) -> None:
    assert never_in_force(since, 0.0, 15.0) == idle
