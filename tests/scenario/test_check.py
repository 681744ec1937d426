"""Every mistake comes with file, line, key, rule, value and cure, all in one go."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.base.errors import Problem, ScenarioError
from sim.scenario.check import validate
from sim.scenario.read import RawScenario, resolve
from sim.scenario.scenario import load_scenario
from tests.house.small import SCENARIOS
from tests.scenario.standin import GOOD, StandIn


def problems_of(text: str, folder: Path) -> list[Problem]:
    """Check one scenario and give its problems; the file's name is ``x.toml``."""
    file = folder / "x.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        validate(resolve(file), StandIn)
    assert {Path(p.file).name for p in caught.value.problems} == {"x.toml"}
    return list(caught.value.problems)


def test_a_good_file_gives_a_frozen_scenario(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(GOOD, encoding="utf-8")
    scenario = validate(resolve(file), StandIn)
    assert scenario.bank["lead"].capital == 100.0
    assert scenario.arrangement["swap"].upside.kind == "subscription"
    with pytest.raises(ValidationError, match="frozen"):
        scenario.title = "other"  # type: ignore[misc]


HEAD = "[experiment]\narrangements = []\n"

ONE_MISTAKE: dict[str, tuple[str, tuple[int, str, str, str, str]]] = {
    "a misspelt key": (
        "replicatons = 3",
        (3, "experiment.replicatons", "not a key of [experiment]", "3", '"replications"'),
    ),
    "a key that belongs elsewhere": (
        "capital = 3",
        (3, "experiment.capital", "not a key of [experiment]", "3", '"bank.NAME.capital"'),
    ),
    "a key like no other": (
        "[bank.a]\ncapital = 1\nzzz = 3",
        (5, "bank.a.zzz", "not a key of [bank.a]", "3", "known keys: capital, weights"),
    ),
    "an unknown table": (
        "[lifecycles]\na = 1",
        (3, "lifecycles", "not a key of the scenario", "{ a = 1 }", '"lifecycle"'),
    ),
    "text for a number": (
        "[bank.a]\ncapital = 'much'",
        (
            4,
            "bank.a.capital",
            "a number",
            '"much"',
            "opening capital of the desk (CNY mill",
        ),
    ),
    "a number in quotes": (
        "[bank.a]\ncapital = '30'",
        (4, "bank.a.capital", "a number", '"30"', "30 without quotes"),
    ),
    "a switch for a number": (
        "[bank.a]\ncapital = true",
        (4, "bank.a.capital", "a number", "true", "give a number"),
    ),
    "a number for a switch": ("run_off = 1", (3, "experiment.run_off", "true or", "1", "")),
    "a broken number for a count": (
        "replications = 2.6",
        (3, "experiment.replications", "a whole number", "2.6", "3"),
    ),
    "a number for text": (
        "baseline = 1",
        (3, "experiment.baseline", "text", "1", "quotes"),
    ),
    "infinity": ("[bank.a]\ncapital = inf", (4, "bank.a.capital", "finite", "inf", "")),
    "a value below its range": (
        "replications = 0",
        (3, "experiment.replications", "at least 1", "0", "nearest legal value is 1"),
    ),
    "a value above its range": (
        "[arrangement.a.upside]\nkind = 'subscription'\ncoverage = 1.5",
        (
            5,
            "arrangement.a.upside.coverage",
            "at least 0 and at most 1",
            "1.5",
            "value is 1",
        ),
    ),
    "a value on an open end": (
        "[arrangement.a]\nupside = { kind = 'subscription', trigger = 0 }",
        (4, "arrangement.a.upside.trigger", "above 0", "0", "a number above 0: trigger"),
    ),
    "an element out of range, in many lines": (
        "[lifecycle]\nprogress_hazard = [\n 0.1,\n 0.2,\n -0.3,\n 0.1,\n]",
        (7, "lifecycle.progress_hazard[2]", "at least 0", "-0.3", "advance by stage"),
    ),
    "an element out of the range of its vector": (
        "[lifecycle]\nrevenue = [1, 2,\n 3, 1e9]",
        (5, "lifecycle.revenue[3]", "at least 0 and at most 1e+06", "1000000000.0", ""),
    ),
    "too few stages": (
        "[lifecycle]\nprogress_hazard = [0.1, 0.2]",
        (
            4,
            "lifecycle.progress_hazard",
            "too few values; 2 are given",
            "[0.1, 0.2]",
            "each",
        ),
    ),
    "too many stages": (
        "[lifecycle]\nprogress_hazard = [1, 1, 1, 1, 1]",
        (4, "lifecycle.progress_hazard", "must have 4 values", "[1, 1, 1, 1, 1]", ""),
    ),
    "a number for a list": (
        "[lifecycle]\nprogress_hazard = 1",
        (4, "lifecycle.progress_hazard", "a list", "1", "advance by stage (per year)"),
    ),
    "a number for a table": ("[bank]\na = 1", (4, "bank.a", "a table", "1", "")),
    "a misspelt kind": (
        "[arrangement.a]\nupside = { kind = 'subscribtion' }",
        (
            4,
            "arrangement.a.upside.kind",
            "none, subscription, royalty",
            '"subs',
            '"subscription"',
        ),
    ),
    "no kind": (
        "[arrangement.a.upside]\nrevenue_share = 0.1",
        (3, "arrangement.a.upside.kind", "required; known kinds: none,", "", '"royalty"'),
    ),
    "a key of another kind": (
        "[arrangement.a.upside]\nkind = 'royalty'\nrevenue_share = 0.1\ncoverage = 0.1",
        (
            6,
            "arrangement.a.upside.coverage",
            "not a key of [arrangement.a.upside]",
            "0.1",
            "the kind subscription;",
        ),
    ),
    "a misspelt choice": (
        "footing = 'equal_landing'",
        (
            3,
            "experiment.footing",
            '"equal_lending" or',
            '"equal_landing"',
            '"equal_lending"?',
        ),
    ),
    "a missing key": (
        "[bank.a]\nweights = [1]",
        (
            3,
            "bank.a.capital",
            "is required",
            "",
            "add capital = ...: opening",
        ),
    ),
    "a missing list": (
        "[arrangement.a]\nloss_sharing.kind = 'proportional'",
        (4, "arrangement.a.loss_sharing.shares", "is required", "", "add shares = ..."),
    ),
    "a rule of a field": (
        "[arrangement.a]\nloss_sharing = { kind = 'proportional', shares = [0.5, 0.4] }",
        (
            4,
            "arrangement.a.loss_sharing.shares",
            "sum to 1; got 0.5 + 0.4 = 0.9",
            "",
            "shares",
        ),
    ),
    "a rule of a group": (
        "[arrangement.a.upside]\nkind = 'subscription'\ncoverage = 0.3\nstake = 0.1",
        (6, "arrangement.a.upside.stake", "not be below coverage; got 0.1", "", "raise it"),
    ),
    "a rule of the whole": (
        "baseline = 'x'\n[sector.a]\nshare = 0.5",
        (4, "sector", "shares must sum to 1", "", "change the shares"),
    ),
    "a value that fits no member of a union": (
        "[sector.a]\nlifecycle.revenue = 'x'",
        (4, "sector.a.lifecycle.revenue", "a number or a list", '"x"', ""),
    ),
}


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_one_mistake_gives_one_problem_in_full(name: str, tmp_path: Path) -> None:
    text, (line, key, rule, value, cure) = ONE_MISTAKE[name]
    problems = problems_of(HEAD + text, tmp_path)
    assert len(problems) == 1, problems
    found = problems[0]
    assert (found.line, found.key) == (line, key)
    assert rule in found.rule
    assert found.value.startswith(value)
    assert bool(found.value) == bool(value)
    assert cure in found.cure
    assert found.cure


def test_all_kinds_of_mistakes_are_told_in_one_go(tmp_path: Path) -> None:
    text = """\
[experiment]
arrangements = ["plain", "nowhere"]
replications = 0
sed = 3
[bank.lead]
capital = -5
weights = [0.5, 2, 3]
[sector.a]
share = 0.7
[arrangement.plain]
upside = { kind = "royalty", cap = 9 }
[arrangement.swap]
upside = { kind = "warant" }
loss_sharing = { kind = "proportional", shares = [0.6, 0.6] }
"""
    found = {(p.line, p.key) for p in problems_of(text, tmp_path)}
    assert found == {
        (3, "experiment.replications"),
        (4, "experiment.sed"),
        (6, "bank.lead.capital"),
        (7, "bank.lead.weights[1]"),
        (7, "bank.lead.weights[2]"),
        (11, "arrangement.plain.upside.revenue_share"),
        (11, "arrangement.plain.upside.cap"),
        (13, "arrangement.swap.upside.kind"),
        (14, "arrangement.swap.loss_sharing.shares"),
    }


def test_rules_of_the_whole_are_told_together_with_wrong_fields(tmp_path: Path) -> None:
    text = """\
[experiment]
arrangements = ["plain", "nowhere"]
replications = 0
[sector.a]
share = 0.7
[arrangement.plain]
upside = { kind = "subscription", coverage = 1.2 }
"""
    found = [p.key for p in problems_of(text, tmp_path)]
    assert found == [
        "experiment.arrangements",
        "experiment.replications",
        "sector",
        "arrangement.plain.upside.coverage",
    ]


def test_rules_of_the_whole_are_told_though_required_keys_are_wrong(
    tmp_path: Path,
) -> None:
    text = """\
[experiment]
arrangements = ["nowhere"]
[bank.a]
capitol = 3
[bank.b]
capital = "much"
[arrangement.a.upside]
kind = "royalty"
"""
    found = {(p.line, p.key) for p in problems_of(text, tmp_path)}
    assert found == {
        (2, "experiment.arrangements"),
        (3, "bank.a.capital"),
        (4, "bank.a.capitol"),
        (6, "bank.b.capital"),
        (7, "arrangement.a.upside.revenue_share"),
    }


def test_a_rule_about_a_table_waits_for_what_is_wrong_in_it(tmp_path: Path) -> None:
    text = HEAD + "[sector.a]\nshare = 7\n[sector.b]\nshare = 0.2"
    assert [p.key for p in problems_of(text, tmp_path)] == ["sector.a.share"]


def test_a_rule_that_a_mended_value_would_break_is_not_told(tmp_path: Path) -> None:
    text = HEAD + "[arrangement.a.upside]\nkind = 'subscription'\ncoverage = 5\nstake = 0.1"
    assert [p.key for p in problems_of(text, tmp_path)] == ["arrangement.a.upside.coverage"]


def test_grammar_and_values_are_told_in_one_go(tmp_path: Path) -> None:
    text = HEAD + "seed = yes\nreplications = 0\nseed = 1\nseed = 2\n[bank.a]\ncapital = -1"
    found = [(p.line, p.key) for p in problems_of(text, tmp_path)]
    assert found == [
        (3, ""),
        (4, "experiment.replications"),
        (6, ""),
        (8, "bank.a.capital"),
    ]


def test_messages_have_three_lines(tmp_path: Path) -> None:
    problem = problems_of(HEAD + "replications = 0", tmp_path)[0]
    where, what, cure = str(problem).splitlines()
    assert where.endswith("x.toml, line 3: experiment.replications")
    assert what == "  must be at least 1; got 0"
    assert cure == "  the nearest legal value is 1: random histories"


@pytest.mark.parametrize("junk", [{"experiment": 3}, {"experiment": []}, {}, {"bank": {"a": 0}}])
def test_values_of_any_shape_give_problems_and_never_a_crash(junk: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError) as caught:
        validate(RawScenario(junk), StandIn)
    assert all(p.cure and p.rule and p.file for p in caught.value.problems)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "plain", "upside", "cap", "x"]), inner)
    ),
    max_leaves=6,
)
TABLES = st.dictionaries(st.sampled_from([*StandIn.model_fields, "other"]), VALUES)


@given(TABLES)
@settings(max_examples=200, deadline=None)
def test_any_values_are_accepted_or_told_in_full(values: dict[str, Any]) -> None:
    # The table that is required is never whole here.
    values.pop("experiment", None)
    with pytest.raises(ScenarioError) as caught:
        validate(RawScenario(values), StandIn)
    problems = caught.value.problems
    assert all(p.cure and p.rule and p.file for p in problems)
    assert len(set(problems)) == len(problems)


def test_a_missing_table_is_told_as_a_table(tmp_path: Path) -> None:
    (problem,) = problems_of("title = 'x'", tmp_path)
    assert (problem.key, problem.line) == ("experiment", None)
    assert problem.cure == "add [experiment]"


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ('"2025/1/1"', "give a date, such as 2025-12-01"),
        ('"2025-02-30"', "give a date, such as 2025-12-01"),
        ("2025-02-30", "give a date, such as 2025-12-01"),
        ('"2026-01"', "give a date, such as 2025-12-01"),
        ('"2025-01-01"', "write 2025-01-01 without quotes"),
        ("2025-01-01T08:00:00", "give a date, such as 2025-12-01"),
    ],
)
def test_a_first_day_that_is_no_date_is_refused_before_anything_runs(
    written: str, cure: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(SCENARIOS / "three_arrangements.toml", [f"experiment.start_date={written}"])
    (problem,) = caught.value.problems
    assert (problem.file, problem.key) == ("--set", "experiment.start_date")
    assert problem.value.strip('"') == written.strip('"')
    assert problem.cure.startswith(cure)


def test_a_day_that_no_calendar_has_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    base = (SCENARIOS / "three_arrangements.toml").as_posix()
    file.write_text(f'extends = "{base}"\n[experiment]\nstart_date = 2025-02-30\n')
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (str(file), 3)
    assert problem.cure == "write a day of the calendar, such as 2025-12-01"


def test_all_rules_of_a_scenario_are_told_in_one_go() -> None:
    changes = [
        'experiment.arrangements=["plain", "plan", "plain"]', 'experiment.baseline="none"',
        "bank.rural_bank.market_share=0.5",
    ]  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        load_scenario(SCENARIOS / "three_arrangements.toml", changes)
    keys = [problem.key for problem in caught.value.problems]
    assert set(keys) == {"experiment.arrangements", "experiment.baseline", "bank"}
